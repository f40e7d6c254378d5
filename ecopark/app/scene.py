"""What the map is told: who stands where, and every exchange with its years.

What lives here: a draft and a run as plain data for the browser. What does not: books and contracts
(``views``), anything drawn (``assets/map.js``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.app.archetypes import sector_words
from ecopark.app.jobs import Growth
from ecopark.app.park import Draft
from ecopark.app.plan import ground, plane
from ecopark.report.colours import resource_colours
from ecopark.report.ground_plan import GroundPlan
from ecopark.report.numbers import quantity
from ecopark.report.tables import RunTables

Floats = NDArray[np.float64]

# Firms farther from the middle than this multiple of the median distance stand on the border, as on printed maps.
_CORE = 1.9
# Where nobody is farther than this multiple, all stand where they are.
_WHOLE = 8.0
_LEAST_REACH_M = 300.0
_MARGIN = 0.16
# A frame is at least this share as high as wide, and as wide as high: what lies far away finds its border.
_SQUARE = 0.9
# Width of the map in the units of its canvas.
_CANVAS = 1000.0
_NO_COLOUR = "#8A8A8A"


def park_scene(draft: Draft) -> dict[str, Any]:
    """Firms, plots and corridors of a draft for the map.

    Parameters
    ----------
    draft : Draft

    Returns
    -------
    dict
        ``frame``: middle ``x, y``, ``width, height`` and ``metres`` per canvas unit, all in m and those of the base
        scenario, so that the map stays where it is while firms are moved; ``firms``, ``plots``, ``corridors``: places
        in m. A firm beyond the frame is placed on its border and has ``far_km``, its distance from the middle.
    """
    plots, corridors = ground(draft)
    points = [
        *(np.array(c, dtype=float) for c in plots["corners"]),
        *(np.array(p) for p in corridors["points"]),
    ]
    start = plane(Draft(draft.base))[["x_m", "y_m"]].to_numpy(dtype=float)
    frame = _frame(start, np.concatenate(points) if points else np.zeros((0, 2)))
    firms = [_firm(draft, row, frame) for row in plane(draft).to_dict("records")]
    _part_far(firms, frame)
    zones = dict(zip(plots["plot"], plots["zone"], strict=True))
    tints = GroundPlan({}, {str(plot): str(zone) for plot, zone in zones.items()}, ())
    return {
        "frame": frame,
        "firms": firms,
        "plots": [
            {"id": p["plot"], "label": str(p["plot"]).replace("_", " "), "zone": p["zone"],
             "tint": tints.tint(str(p["zone"])), "corners": [[float(x), float(y)] for x, y in p["corners"]]}
            for p in plots.to_dict("records")
        ],
        "corridors": [[[float(x), float(y)] for x, y in path] for path in corridors["points"]],
    }  # fmt: skip


def _frame(places: Floats, points: Floats) -> dict[str, float]:
    """The ground on which firms stand together, plots and corridors among them seen whole, with a margin; m."""
    middle = np.median(places, axis=0)
    gaps = np.hypot(*(places - middle).T)
    usual = float(np.median(gaps))
    spread = float(np.max(gaps))
    reach = max(spread if spread <= _WHOLE * usual else _CORE * usual, _LEAST_REACH_M)
    near = points[np.hypot(*(points - middle).T) <= 1.3 * reach]
    core = np.concatenate([places[gaps <= reach], near])
    low, high = core.min(axis=0), core.max(axis=0)
    size = np.maximum(high - low, _LEAST_REACH_M) * (1.0 + 2.0 * _MARGIN)
    size = np.maximum(size, _SQUARE * size[::-1])
    centre = (low + high) / 2.0
    return {
        "x": float(centre[0]),
        "y": float(centre[1]),
        "width": float(size[0]),
        "height": float(size[1]),
        "metres": float(size[0]) / _CANVAS,
    }


def _firm(draft: Draft, row: Mapping[Any, Any], frame: Mapping[str, float]) -> dict[str, Any]:
    """One firm as the map shows it."""
    name = str(row["firm"])
    offset = np.array([row["x_m"] - frame["x"], row["y_m"] - frame["y"]])
    half = np.array([frame["width"], frame["height"]]) / 2.0
    beyond = float(np.max(np.abs(offset) / half))
    far = ""
    if beyond > 1.0:
        far = f"{np.hypot(*offset) / 1000.0:.0f}"
        offset = offset / beyond * 0.95
    opens, closes = years_of(draft, name)
    return {
        "id": name,
        "name": str(row["name"]),
        "short": str(row["short"] or row["name"]),
        "sector": sector_words(str(row["sector"] or "")),
        "opens": opens,
        "closes": closes,
        "x": float(frame["x"] + offset[0]),
        "y": float(frame["y"] + offset[1]),
        "far_km": far,
        "off": not row["on"],
        "added": bool(row["added"]),
        "moved": bool(row["moved"]),
        "plot": str(row["plot"] or ""),
    }


def years_of(draft: Draft, firm: str) -> tuple[int | None, int | None]:
    """First and last year of a firm of a draft.

    Parameters
    ----------
    draft : Draft
    firm : str

    Returns
    -------
    tuple of (int or None, int or None)
        None where it is there from the start, or to the end.
    """
    if firm in draft.added:
        opens = draft.added[firm].opens
        return (int(opens[:4]) if opens else None), None
    known = draft.base.park.firms[firm]
    return (known.opens.year if known.opens else None), (known.closes.year if known.closes else None)


def _part_far(firms: Sequence[dict[str, Any]], frame: Mapping[str, float]) -> None:
    """Move firms on the border apart along it, so that each can be taken hold of."""
    # Beside one another they need the room of a name, above one another that of a line.
    least = {"x": 0.22 * frame["width"], "y": 0.1 * frame["height"]}
    border = [firm for firm in firms if firm["far_km"]]
    for _ in range(40):
        moved = False
        for count, one in enumerate(border):
            for other in border[:count]:
                if any(abs(one[along] - other[along]) >= 0.99 * gap for along, gap in least.items()):
                    continue
                moved = True
                aside = abs(one["x"] - frame["x"]) / frame["width"]
                axis = "y" if aside > abs(one["y"] - frame["y"]) / frame["height"] else "x"
                step = least[axis] / 4.0 if one[axis] >= other[axis] else -least[axis] / 4.0
                half = 0.475 * frame["width" if axis == "x" else "height"]
                for firm, way in ((one, step), (other, -step)):
                    firm[axis] = min(max(firm[axis] + way, frame[axis] - half), frame[axis] + half)
        if not moved:
            return


def free_place(scene: Mapping[str, Any]) -> tuple[float, float]:
    """The place nearest the middle of a map that hides no firm.

    Parameters
    ----------
    scene : mapping
        See :func:`park_scene`.

    Returns
    -------
    tuple of float, m
    """
    frame = scene["frame"]
    firms = np.array([[firm["x"], firm["y"]] for firm in scene["firms"]], dtype=float).reshape(-1, 2)
    steps = np.linspace(-0.4, 0.4, 33)
    shares = np.array([(a, b) for a in steps for b in steps])
    shares = shares[np.argsort(np.hypot(*shares.T), kind="stable")]
    places = np.array([frame["x"], frame["y"]]) + shares * np.array([frame["width"], frame["height"]])
    gaps = np.hypot(*(places[:, None, :] - firms[None, :, :]).transpose(2, 0, 1)).min(axis=1, initial=np.inf)
    found = places[int(np.argmax(gaps >= min(0.08 * frame["width"], float(gaps.max()))))]
    return float(found[0]), float(found[1])


def run_network(tables: RunTables) -> dict[str, Any]:
    """Every exchange of a run with what it moved in each year, for the map.

    Parameters
    ----------
    tables : RunTables

    Returns
    -------
    dict
        ``first, last``: years of the run; ``edges``: one for all exchanges of a resource between the same two firms,
        with ``members`` (synergies) and, by year, the ``largest`` of them, ``counts``, ``amounts`` in words and
        ``shares`` of the largest yearly quantity of the kind (square root, 0 to 1).
    """
    first, last = tables.span
    flows = tables.flows
    moved = flows[(flows["route"] == "exchange") & flows["synergy"].notna() & (flows["quantity"] > 0)]
    synergy = moved["synergy"].astype(str).rename("synergy")
    ends = [moved[key].astype(str) for key in ("from_firm", "to_firm", "resource")]
    year = moved["start"].dt.year.rename("year")
    each = (
        moved.groupby([*ends, synergy, year], observed=True)["quantity"]
        .sum()
        .rename("quantity")
        .reset_index()
    )
    facts = tables.resources.astype({"kind": str, "unit": str})
    colours = resource_colours(tables.resources)
    together = each.groupby(["from_firm", "to_firm", "resource", "year"])["quantity"].sum()
    kinds = facts["kind"].reindex(together.index.get_level_values("resource")).to_numpy()
    largest = together.groupby(kinds).max()
    edges = []
    for key, rows in each.groupby(["from_firm", "to_firm", "resource"], sort=True):
        giver, taker, resource = (str(name) for name in key)
        kind, unit = facts.loc[resource, "kind"], str(facts.loc[resource, "unit"])
        ordered = rows.sort_values(["year", "quantity", "synergy"], ascending=[True, False, True])
        by_year = {int(str(year)): some for year, some in ordered.groupby("year")}
        sums = {year: float(some["quantity"].sum()) for year, some in by_year.items()}
        most = float(largest.loc[str(kind)])
        edges.append(
            {
                "id": f"{giver}>{taker}:{resource}", "giver": giver, "taker": taker, "resource": resource,
                "kind": str(kind), "colour": colours.get(resource, _NO_COLOUR),
                "name": tables.resource_name(resource),
                "from_name": tables.firm_name(giver), "to_name": tables.firm_name(taker),
                "members": sorted(set(rows["synergy"])),
                "largest": {year: str(some["synergy"].iloc[0]) for year, some in by_year.items()},
                "counts": {year: len(some) for year, some in by_year.items()},
                "amounts": {year: quantity(q, unit, "yr") for year, q in sums.items()},
                "shares": {year: round(float(np.sqrt(q / most)), 3) for year, q in sums.items()},
            }
        )  # fmt: skip
    return {"first": first, "last": last, "edges": edges}


def live_network(draft: Draft, growth: Sequence[Growth]) -> list[dict[str, Any]]:
    """Exchanges that operate at this moment of a run in progress.

    Parameters
    ----------
    draft : Draft
        The park that runs.
    growth : sequence of Growth
        So far, in order.

    Returns
    -------
    list of dict
        As ``edges`` of :func:`run_network`, without amounts.
    """
    running: dict[str, Growth] = {}
    for change in growth:
        if change.change == "started":
            running[change.exchange] = change
        else:
            running.pop(change.exchange, None)
    operating = {f"{one.giver}>{one.taker}:{one.resource}": one for one in running.values()}
    resources = draft.base.park.resources
    colours = resource_colours(pd.DataFrame({"kind": {name: one.kind for name, one in resources.items()}}))
    names = {str(row["firm"]): str(row["short"] or row["name"]) for row in plane(draft).to_dict("records")}
    edges = []
    for name, change in operating.items():
        known = resources.get(change.resource)
        edges.append(
            {
                "id": name, "giver": change.giver, "taker": change.taker, "resource": change.resource,
                "name": (known.short if known else "") or change.resource.replace("_", " "),
                "kind": known.kind if known else "", "colour": colours.get(change.resource, _NO_COLOUR),
                "from_name": names.get(change.giver, change.giver), "to_name": names.get(change.taker, change.taker),
            }
        )  # fmt: skip
    return edges
