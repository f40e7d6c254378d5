"""Shocks: sudden events a scenario states, the list under ``shocks``.

What lives here: what a shock is and which fields each kind takes. What does not: what it does to a park
(``shocked``), when firms learn of it (``agents.shocks``), recovery (``indicators.shocks``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ecopark.scenario.fields import AnyQuantity, Block, Month, Name, Positive, Share

ShockKind = Literal["closure", "entry", "capacity", "fuel_switch", "drought", "price", "outages", "pipe"]

# Fields each kind must have, one of each group, and those it may have.
_MUST: dict[str, tuple[tuple[str, ...], ...]] = {
    "closure": (("firms",),),
    "entry": (("firms",),),
    "capacity": (("firms",), ("factor",)),
    "fuel_switch": (("firms",), ("coefficient",)),
    "drought": (("resources",), ("factor", "supply")),
    "price": (("resources",), ("factor",)),
    "outages": (("factor",),),
    "pipe": (("firms",), ("factor",)),
}
_MAY: dict[str, tuple[str, ...]] = {
    "closure": ("process",),
    "entry": (),
    "capacity": ("process", "until"),
    "fuel_switch": ("process", "until"),
    "drought": ("until",),
    "price": ("until", "of"),
    "outages": ("firms", "until"),
    "pipe": ("resources", "until"),
}
_FIELDS = ("firms", "process", "resources", "factor", "supply", "coefficient", "of", "until")


class Shock(Block):
    """A sudden event; what is not `announced` is known to firms only from the day it strikes.

    `name`: in the log of events. `firms`, `process`, `resources`: whom or what it strikes. `factor`: on
    capacity, on a price or fee, on the mean time between failures, or on what a pipe carries from the first of two
    `firms` to the second. `supply`: share that is left of what
    sources made on demand give and of what is drawn from outside. `coefficient`: new coefficients by
    ``in.stream`` or ``out.stream``. `of`: whether a price shock strikes virgin supply or the disposal fee.
    """

    kind: ShockKind
    name: str = ""
    from_: Annotated[Month, Field(alias="from")]
    until: Month | None = None
    announced: Month | None = None
    firms: tuple[Name, ...] = ()
    process: Name | None = None
    resources: tuple[Name, ...] = ()
    factor: Positive | None = None
    supply: Share | None = None
    coefficient: Mapping[str, AnyQuantity] = {}
    of: Literal["virgin", "disposal"] = "virgin"

    @model_validator(mode="after")
    def _complete(self) -> Shock:
        for group in _MUST[self.kind]:
            if not any(self._states(field) for field in group):
                raise ValueError(f"a shock of kind {self.kind!r} needs {' or '.join(group)}")
        allowed = {field for group in _MUST[self.kind] for field in group} | set(_MAY[self.kind])
        for field in _FIELDS:
            if field not in allowed and self._states(field):
                fields = ", ".join(sorted(allowed))
                raise ValueError(f"a shock of kind {self.kind!r} takes no {field!r}; it takes {fields}")
        if self.until is not None and self.until <= self.from_:
            raise ValueError(f"ends {self.until:%Y-%m}, not after it begins ({self.from_:%Y-%m})")
        if self.announced is not None and self.announced > self.from_:
            raise ValueError(f"begins {self.from_:%Y-%m}, before it is announced ({self.announced:%Y-%m})")
        if self.kind == "outages" and self.factor is not None and self.factor.value <= 0.0:
            raise ValueError("the mean time between failures needs a factor above 0")
        if self.kind == "pipe":
            self._check_pipe()
        return self

    def _check_pipe(self) -> None:
        if len(self.firms) != 2:
            raise ValueError(f"a pipe has two firms, giver and taker in this order, found {len(self.firms)}")
        if self.factor is not None and self.factor.value > 1.0:
            raise ValueError(
                f"a pipe carries at most what it was built for, found factor {self.factor.value:g}"
            )

    def _states(self, field: str) -> bool:
        value = getattr(self, field)
        return field in self.model_fields_set and value is not None and value not in ((), {})

    @property
    def label(self) -> str:
        """Name in the log; kind and whom it strikes where the scenario gives none."""
        struck = ", ".join((*self.firms, *self.resources)) or "all"
        return self.name or f"{self.kind.replace('_', ' ')}: {struck}"
