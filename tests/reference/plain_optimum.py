"""The best network of a small park by enumeration: every choice of what to build, a linear program in each.

Written from the page on the optimum, from the numbers of the park alone; it shares no code with the program. The
parks: givers of ash (by lorry) and slag (by belt), takers who bake either into clay.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Any

import numpy as np
from scipy.integrate import quad
from scipy.optimize import linprog
from small_parks import Raw, build, firm

YEAR = 365.25
RATE = 0.05
POWER = 400.0  # DKK/MWh, as in small_parks


@dataclass
class Way:
    """A pathway, with units as in the scenario: per t, and the belt's law."""

    made: float
    replacement: float
    share: float
    cost: float


@dataclass
class Giver:
    """Rates in t/day by year; money per t."""

    resource: str
    rates: list[float]
    fee: float
    x: float
    storage: float = 0.0


@dataclass
class Taker:
    """Rates in t/day by year; money per t."""

    rates: list[float]
    price: float
    share: float
    x: float


@dataclass
class PlainPark:
    """A park in numbers."""

    givers: list[Giver]
    takers: list[Taker]
    ways: dict[str, Way]
    fixed: float
    per_km: float
    reference: float
    floor: float
    power_use: float
    loss: float
    years: int
    subsidy: float
    days: list[float] = field(default_factory=lambda: [365.0, 365.0])

    def raw(self) -> Raw:
        """The park in the words of a scenario file."""
        firms: dict[str, Any] = {}
        for i, giver in enumerate(self.givers):
            port = {"resource": giver.resource, "coefficient": _path(giver.rates, self.years)}
            port["disposal"] = {"route": "landfill", "fee": f"{giver.fee} DKK/t"}
            if giver.storage:
                port["storage"] = f"{giver.storage} t"
            firms[f"g{i}"] = firm((giver.x * 1000.0, 0.0), capacity="1 t/day", outputs={"o": port})
        for i, taker in enumerate(self.takers):
            port = {"resource": "clay", "coefficient": _path(taker.rates, self.years)}
            port |= {"virgin": {"price": f"{taker.price} DKK/t"}, "max_share": f"{taker.share}"}
            firms[f"t{i}"] = firm((taker.x * 1000.0, 0.0), capacity="1 t/day", inputs={"i": port})
        slag = {"name": "Slag", "kind": "material", "unit": "t", "transport": ["belt"]}
        belt = {
            "fixed": f"{self.fixed} DKK", "per_km": f"{self.per_km} DKK/km", "reference": f"{self.reference} t/day",
            "floor": f"{self.floor}", "exponent": "0.6", "running": "2 %/yr", "lifetime": "10 yr",
            "electricity": f"{self.power_use} MWh/t/km", "loss": f"{self.loss} 1/km", "lead_time": "0 d",
        }  # fmt: skip
        paths = {
            f"{name}_to_clay": {
                "giver": name, "taker": "clay", "yield": f"{way.made}", "replacement": f"{way.replacement}",
                "max_share": f"{way.share}", "cost": f"{way.cost} DKK/t", "lead_time": "0 d",
            }
            for name, way in self.ways.items()
        }  # fmt: skip
        return build(
            firms,
            time={"end": f"{1989 + self.years}-12", "segment": "month"},
            resources={"slag": slag},
            transport={"belt": belt},
            pathways=paths,
            policy={"subsidy": {"slag": f"{self.subsidy} DKK/t"}},
        )

    def links(self) -> list[dict[str, float]]:
        """Every giver and taker: what a tonne sent is worth, and the yearly cost of a belt of reference size."""
        found = []
        for (i, giver), (j, taker) in product(enumerate(self.givers), enumerate(self.takers)):
            way, km = self.ways[giver.resource], abs(giver.x - taker.x)
            by_belt = giver.resource == "slag"
            keep = (1.0 - self.loss) ** km if by_belt else 1.0
            gain = keep * way.made * way.replacement
            worth = giver.fee + gain * taker.price - way.cost * keep
            worth += self.subsidy - POWER * self.power_use * km if by_belt else -(2.0 + 0.5 * km)
            annuity = RATE / (1.0 - (1.0 + RATE) ** -10.0)
            yearly = (annuity + 0.02) * (self.fixed + self.per_km * km) if by_belt else 0.0
            found.append({"giver": i, "taker": j, "gain": gain, "worth": worth, "belt": yearly})
        return found


def _path(rates: list[float], years: int) -> Any:
    return {f"{1990 + k}-01": f"{rates[k]} t/t" for k in range(years)}


def best_benefit(park: PlainPark, knots: list[list[float]]) -> float:
    """Largest present value of the benefit.

    Parameters
    ----------
    park : PlainPark
    knots : list of list of float, t/day
        Of each belt, in the order of the links: where its cost is cut straight, the floor's end first.

    Returns
    -------
    float, DKK
    """
    links = park.links()
    belts = [k for k, link in enumerate(links) if link["belt"] > 0.0]
    ends = np.cumsum([0.0, *park.days[: park.years]]) / YEAR
    present = [quad(lambda t: (1.0 + RATE) ** -t, a, b)[0] / (b - a) for a, b in pairwise(ends)]
    span = [(b - a) * v for a, b, v in zip(ends[:-1], ends[1:], present, strict=True)]
    choices = [list(product([None, *range(len(cuts))], repeat=park.years)) for cuts in knots]
    best = 0.0
    for chosen in product(*choices):
        found = _best_flows(park, links, belts, knots, chosen, present, span)
        best = max(best, found)
    return best


def _best_flows(  # noqa: C901
    park: PlainPark,
    links: list[dict[str, float]],
    belts: list[int],
    knots: list[list[float]],
    chosen: tuple[Any, ...],
    present: list[float],
    span: list[float],
) -> float:
    years, n = park.years, len(links)
    stores = [i for i, giver in enumerate(park.givers) if giver.storage]
    begun = [
        (b, e, piece) for e, plan in enumerate(chosen) for b, piece in enumerate(plan) if piece is not None
    ]
    width = years * n + years * len(stores) + len(begun)
    gain, bounds, constant = np.zeros(width), [(0.0, None)] * width, 0.0
    rows: list[np.ndarray] = []
    sides: list[float] = []

    def row(side: float) -> np.ndarray:
        rows.append(np.zeros(width))
        sides.append(side)
        return rows[-1]

    for b in range(years):
        for k, link in enumerate(links):
            gain[b * n + k] = link["worth"] * present[b]
        for i, giver in enumerate(park.givers):
            line = row(giver.rates[b] * park.days[b])
            line[[b * n + k for k, link in enumerate(links) if link["giver"] == i]] = 1.0
            if i in stores:
                at = years * n + b * len(stores) + stores.index(i)
                bounds[at] = (0.0, giver.storage)
                line[at] = 1.0
                if b:
                    line[at - len(stores)] = -1.0
        for j, taker in enumerate(park.takers):
            for names, share in [
                (set(park.ways), taker.share),
                *(({r}, w.share) for r, w in park.ways.items()),
            ]:
                line = row(share * taker.rates[b] * park.days[b])
                for k, link in enumerate(links):
                    if link["taker"] == j and park.givers[int(link["giver"])].resource in names:
                        line[b * n + k] = link["gain"]
        for e, k in enumerate(belts):
            line = row(0.0)
            line[b * n + k] = 1.0
            for place, (since, which, _) in enumerate(begun):
                if which == e and since <= b:
                    line[years * n + years * len(stores) + place] = -park.days[b]
    for place, (since, e, piece) in enumerate(begun):
        at, cuts = years * n + years * len(stores) + place, knots[e]
        yearly, lasting = links[belts[e]]["belt"], sum(span[since:])
        low, high = (0.0 if piece == 0 else cuts[piece - 1]), cuts[piece]
        heights = [max(x / park.reference, park.floor) ** 0.6 for x in (low, high)]
        slope = 0.0 if piece == 0 else (heights[1] - heights[0]) / (high - low)
        bounds[at] = (low, high)
        gain[at] = -yearly * slope * lasting
        constant -= yearly * (heights[0] - slope * low) * lasting
    answer = linprog(-gain, A_ub=np.array(rows), b_ub=sides, bounds=bounds, method="highs")
    return -float(answer.fun) + constant if answer.success else -np.inf
