"""A firm that a visitor adds to a park from the library."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ecopark.app.archetypes import usual_capacity
from ecopark.app.ground import Ground, Point
from ecopark.scenario.library import raw_archetype
from ecopark.scenario.roster import raw_plant


@dataclass(frozen=True)
class AddedFirm:
    """A firm that the base scenario does not have.

    Attributes
    ----------
    archetype : str
        Plant of the library, see ``archetypes.available``.
    name : str
        Title.
    site : tuple of float, degree or m
        In the layout's coordinates.
    capacity : str or None
        With its unit, such as ``"14 Mm2/yr"``; None for the plant's usual one.
    opens : str or None
        First month, such as ``"1975-01"``; None for the start.
    """

    archetype: str
    name: str
    site: Point
    capacity: str | None = None
    opens: str | None = None

    def raw(self, ground: Ground) -> dict[str, Any]:
        """The firm in the form of a scenario file, on the plot it stands on.

        Raises
        ------
        DomainError
            If there is no such archetype, or the capacity cannot be read.
        """
        raw = raw_plant(self.archetype, self.name, self.site, self.capacity)
        plot = ground.plot_at(self.site)
        return raw | ({"plot": plot} if plot else {}) | ({"opens": self.opens} if self.opens else {})

    def say(self) -> str:
        """What was added, such as ``"Added: Green House, tomato glasshouse, 5 ha/yr"``."""
        plant = str(raw_archetype(self.archetype)["name"])
        what = plant if plant == self.name else f"{self.name}, {plant[:1].lower()}{plant[1:]}"
        since = f", from {self.opens} on" if self.opens else ""
        return f"Added: {what}, {self.capacity or usual_capacity(self.archetype)}{since}"


def identifier(title: str, taken: Collection[str]) -> str:
    """An identifier for a firm of some title that no other firm has.

    Parameters
    ----------
    title : str
    taken : collection of str

    Returns
    -------
    str
        Small letters, digits and ``_``, beginning with a letter.
    """
    stem = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_") or "firm"
    stem = stem if stem[0].isalpha() else f"firm_{stem}"
    numbered = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (stem, *numbered) if key not in taken)
