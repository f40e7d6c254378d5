"""What a picture of the network is made of: curves of exchanges, firms, names, and what changes by year.

What lives here: traces and notes. What does not: the figures (``network``), places of firms (``places``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.report.colours import kind_colour, resource_colours
from ecopark.report.interactive.places import Ground
from ecopark.report.interactive.theme import Spec, note, rounded
from ecopark.report.links import bend_curve, fan
from ecopark.report.numbers import number, quantity
from ecopark.report.style import INK, QUIET
from ecopark.report.tables import RunTables

Floats = NDArray[np.float64]

_NICE_KM = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


@dataclass(frozen=True)
class Curve:
    """An exchange that ran in any of the years: its line, its look and what it carried by year.

    Attributes
    ----------
    giver, taker, resource, kind, unit : str
    points : ndarray of float, shape (n, 2), px
        From giver to taker.
    colour : str
    amounts : mapping of int to float
        Quantity by year, in `unit`.
    """

    giver: str
    taker: str
    resource: str
    kind: str
    unit: str
    points: Floats
    colour: str
    amounts: Mapping[int, float]


def curves_of(tables: RunTables, rows: pd.DataFrame, ground: Ground) -> list[Curve]:
    """One curve per giver, taker and resource; several between two firms lie side by side."""
    colours = resource_colours(tables.resources)
    amounts: dict[tuple[str, str], dict[str, dict[int, float]]] = {}
    about: dict[str, tuple[str, str]] = {}
    columns = ("from_firm", "to_firm", "resource", "kind", "unit", "year", "quantity")
    for giver, taker, resource, kind, unit, year, value in zip(
        *(rows[name].tolist() for name in columns), strict=True
    ):
        amounts.setdefault((str(giver), str(taker)), {}).setdefault(str(resource), {})[int(year)] = float(
            value
        )
        about[str(resource)] = str(kind), str(unit)
    curves = []
    for (giver, taker), resources in sorted(amounts.items()):
        start, end = ground.place[giver], ground.place[taker]
        length = float(np.hypot(start[0] - end[0], start[1] - end[1]))
        # The arc heights of the printed figures are in mm; four px stand for one.
        for resource, bend in zip(sorted(resources), fan(len(resources), length / 4.0), strict=True):
            points = bend_curve(start, end, 4.0 * bend * 0.8, (7.0, 9.0))[::2]
            kind, unit = about[resource]
            colour = colours.get(resource, kind_colour(kind))
            curves.append(Curve(giver, taker, resource, kind, unit, points, colour, resources[resource]))
    return curves


def names_of(tables: RunTables, ground: Ground, curves: Sequence[Curve]) -> dict[str, str]:
    """Names by firm, those with most exchanges first: where names compete for room, hubs keep theirs."""
    ends: dict[str, int] = dict.fromkeys(ground.place, 0)
    for curve in curves:
        ends[curve.giver] += 1
        ends[curve.taker] += 1
    words = {}
    for firm in sorted(ends, key=lambda firm: (-ends[firm], firm)):
        distance = f" {number(ground.away_km[firm])} km away" if firm in ground.away_km else ""
        words[firm] = tables.firm_name(firm) + distance
    return words


@dataclass(frozen=True)
class Drawing:
    """Everything a year's picture is made of."""

    tables: RunTables
    ground: Ground
    curves: Sequence[Curve]
    largest: Mapping[str, float]
    spots: Mapping[str, tuple[float, float, str]]
    firms: pd.DataFrame

    def changed(self, year: int) -> list[Spec]:
        """What differs from year to year, trace by trace."""
        return [*(self._line(curve, year) for curve in self.curves), self._markers(year), self._texts(year)]

    def whole(self, year: int, font_px: float) -> list[Spec]:
        """All traces in full."""
        lines: list[Spec] = []
        for curve in self.curves:
            points = curve.points
            lines.append(
                {
                    "type": "scatter",
                    "mode": "lines+markers",
                    "x": [round(float(x), 1) for x in points[:, 0]],
                    "y": [round(float(y), 1) for y in points[:, 1]],
                    "hoverinfo": "text",
                    "line": {"color": curve.colour, "shape": "spline"},
                    "opacity": 0.85,
                    "marker": {
                        "symbol": "arrow",
                        "angleref": "previous",
                        "color": curve.colour,
                        "opacity": 1,
                        "line": {"width": 0},
                    },
                    "name": self.tables.resource_name(curve.resource),
                }
            )
        place = self.ground.place
        firms: Spec = {
            "type": "scatter",
            "mode": "markers",
            "x": [round(place[firm][0], 1) for firm in place],
            "y": [round(place[firm][1], 1) for firm in place],
            "hoverinfo": "text",
            "marker": {"symbol": "circle", "opacity": 1},
            "name": "firms",
        }
        names: Spec = {
            "type": "scatter",
            "mode": "text",
            "x": [round(x, 1) for x, _, _ in self.spots.values()],
            "y": [round(y, 1) for _, y, _ in self.spots.values()],
            "hoverinfo": "skip",
            "textposition": "middle center",
            "name": "names",
        }
        base = [*lines, firms, names]
        for trace, change in zip(base, self.changed(year), strict=True):
            for key, value in change.items():
                trace[key] = {**trace.get(key, {}), **value} if isinstance(value, dict) else value
        names["textfont"]["size"] = font_px
        return base

    def _line(self, curve: Curve, year: int) -> Spec:
        value = curve.amounts.get(year, 0.0)
        if not value:
            return {"visible": False}
        width = 0.8 + 6.0 * (value / self.largest[curve.kind]) ** 0.5
        sizes = [0.0] * len(curve.points)
        sizes[round(0.68 * (len(sizes) - 1))] = round(6.0 + 1.9 * width, 1)
        giver, taker = self.tables.firm_name(curve.giver), self.tables.firm_name(curve.taker)
        resource = self.tables.resource_name(curve.resource)
        text = f"<b>{resource}</b> {quantity(value, curve.unit, 'yr')}<br>{giver} → {taker}"
        return {
            "visible": True,
            "line": {"width": rounded(width, 3)},
            "marker": {"size": sizes},
            "text": text,
        }

    def _active(self, year: int) -> dict[str, list[str]]:
        """How many exchanges each firm gives and takes in a year, in words."""
        ends: dict[str, list[int]] = {}
        for curve in self.curves:
            if curve.amounts.get(year, 0.0):
                ends.setdefault(curve.giver, [0, 0])[0] += 1
                ends.setdefault(curve.taker, [0, 0])[1] += 1
        return {firm: [f"gives {gives}, takes {takes}"] for firm, (gives, takes) in ends.items()}

    def _open(self, year: int) -> set[str]:
        opens, closes = pd.to_datetime(self.firms["opens"]), pd.to_datetime(self.firms["closes"])
        here = (opens.isna() | (opens.dt.year <= year)) & (closes.isna() | (closes.dt.year >= year))
        return {str(firm) for firm in self.firms.index[here]}

    def _markers(self, year: int) -> Spec:
        active, here = self._active(year), self._open(year)
        firms = list(self.ground.place)
        far = self.ground.away_km
        seen = [firm in active or (firm in here and firm not in far) for firm in firms]
        return {
            "text": [
                f"<b>{self.tables.firm_name(firm)}</b><br>{'<br>'.join(active.get(firm, ['no exchange']))}"
                if shown
                else ""
                for firm, shown in zip(firms, seen, strict=True)
            ],
            "marker": {
                "size": [
                    0 if not shown else 11 if firm in active else 8
                    for firm, shown in zip(firms, seen, strict=True)
                ],
                "color": [INK if firm in active else "#FFFFFF" for firm in firms],
                "line": {
                    "width": [1.2 if shown else 0 for shown in seen],
                    "color": ["#FFFFFF" if firm in active else QUIET for firm in firms],
                },
            },
        }

    def _texts(self, year: int) -> Spec:
        active, here = self._active(year), self._open(year)
        texts, colours = [], []
        for firm, (_, _, text) in self.spots.items():
            lines = text.replace("\n", "<br>")
            busy, idle = firm in active, firm in here and firm not in self.ground.away_km
            texts.append(f"<b>{lines}</b>" if busy else lines if idle else "")
            colours.append(INK if busy else QUIET)
        return {"text": texts, "textfont": {"color": colours}}

    def notes(self, year: int, font_px: float) -> list[Spec]:
        """Title and, where there is one, the scale."""
        count = sum(1 for curve in self.curves if curve.amounts.get(year, 0.0))
        firms = len(self._active(year))
        words = (
            f"{count} exchange{'' if count == 1 else 's'} between {firms} firms" if count else "no exchange"
        )
        look: dict[str, Any] = {"yanchor": "bottom", "font": {"size": 1.25 * font_px}}
        title = note(
            f"<b>Exchanges in {year}</b>   <span style='font-size:{font_px}px'>{words}</span>",
            0.0,
            1.005,
            **look,
        )
        notes = [title]
        if self.ground.px_per_km is not None:
            km, length = scale_bar(self.ground)
            text = f"{number(km) if km < 1 else f'{km:g}'} km"
            at = {"xref": "x", "yref": "y", "yanchor": "bottom", "xanchor": "center"}
            notes.append(note(text, 20 + length / 2, 16, **at, font={"size": 0.9 * font_px, "color": QUIET}))
            notes.append(note("N ↑", 0.99, 0.97, xanchor="right", font={"size": font_px, "color": QUIET}))
        return notes


def scale_bar(ground: Ground) -> tuple[float, float]:
    """A round length and its px: the longest not above a fifth of the frame."""
    scale = ground.px_per_km or 1.0
    km = max((km for km in _NICE_KM if km * scale <= ground.width / 5), default=_NICE_KM[0])
    return km, km * scale
