"""Where the firms of the interactive Sankey diagram stand: the same place in every year.

What lives here: columns, order and scale over all years, from the layout of the printed diagram. What does not:
the figure (``sankey``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from ecopark.report.sankey_layout import Band, lay_out, least_depth, levels
from ecopark.report.tables import RunTables

UNITS: Sequence[tuple[str, str]] = (("t", "Materials"), ("MWh", "Heat, fuel and power"), ("m3", "Water"))
AGAIN = "again:"
"""Mark of the second place of a firm that takes a flow which runs against the order of columns."""


class Flow(NamedTuple):
    """One band: from node to node, of a resource, with its quantity in the unit of its stage."""

    source: str
    target: str
    resource: str
    quantity: float


@dataclass(frozen=True)
class Stage:
    """One unit over all years.

    Attributes
    ----------
    unit, title : str
    names : tuple of str
        Nodes: firms, or firms marked :data:`AGAIN`.
    x, y : tuple of float
        Middle of each node, as a share of the panel's width and depth from its top left.
    whole : float
        Quantity, in `unit`, whose band would be as wide as the panel is deep: the scale.
    depth : float
        Depth of the panel, px.
    flows : dict of int to list of Flow
        Exchanges by year.
    """

    unit: str
    title: str
    names: tuple[str, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]
    whole: float
    depth: float
    flows: dict[int, list[Flow]]


def stages(tables: RunTables, years: Sequence[int], row_px: float) -> list[Stage]:
    """One stage per unit that was exchanged in any of the years.

    Parameters
    ----------
    tables : RunTables
    years : sequence of int
        Years that will be shown: scale and room are set by the largest flows among them. Columns come from
        all years of the run, so that a firm stands in the same column whichever are chosen.
    row_px : float
        Pitch of a line of text, px.
    """
    return [
        stage for unit, title in UNITS if (stage := _stage(tables, years, unit, title, row_px)) is not None
    ]


def _stage(tables: RunTables, years: Sequence[int], unit: str, title: str, row_px: float) -> Stage | None:
    ever = tables.exchanged[tables.exchanged["unit"] == unit]
    rows = ever[ever["year"].isin(list(years))]
    if rows.empty:
        return None
    column = levels(ever)
    # A flow against the order ends at a second place of its taker, right of its giver: no loops, and the
    # first place of a firm never moves.
    source, target = rows["from_firm"].astype(str), rows["to_firm"].astype(str)
    back = [column[taker] <= column[giver] for giver, taker in zip(source, target, strict=True)]
    again = [f"{AGAIN}{taker}" if turned else taker for taker, turned in zip(target, back, strict=True)]
    rows = pd.DataFrame(
        {
            "year": rows["year"].to_numpy(),
            "source": source.to_numpy(),
            "target": again,
            "resource": rows["resource"].astype(str).to_numpy(),
            "quantity": rows["quantity"].to_numpy(dtype=float),
        }
    )
    for giver, taker in zip(rows["source"], rows["target"], strict=True):
        if taker.startswith(AGAIN):
            column[taker] = max(column.get(taker, 0), column[giver] + 1)
    largest: Any = rows.groupby(["source", "target", "resource"], sort=True)["quantity"].max()
    bands = [Band(a, b, resource, "exchange", float(q)) for (a, b, resource), q in largest.items()]
    present = {end for band in bands for end in (band.source, band.target)}
    used = sorted({column[name] for name in present})
    column = {name: used.index(column[name]) for name in sorted(present)}
    least = least_depth(bands, column, row_px)
    depth = max(1.5 * least, least + 5.0 * row_px)
    laid = lay_out(bands, column, depth, row_px)
    last = max(laid.columns - 1, 1)
    names = tuple(laid.nodes)
    x = tuple(0.001 + 0.998 * laid.nodes[name].column / last for name in names)
    y = tuple((laid.nodes[name].top + laid.nodes[name].height / 2) / depth for name in names)
    columns = zip(*(rows[column].tolist() for column in ("year", *Flow._fields)), strict=True)
    flows: dict[int, list[Flow]] = {}
    for year, *flow in columns:
        flows.setdefault(int(year), []).append(Flow(*flow))
    return Stage(unit, title, names, x, y, depth / laid.scale, depth, flows)
