"""Interactive Sankey diagram: who gave what to whom, with a slider through the years.

What lives here: the figure. What does not: places of the firms (``sankey_nodes``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ecopark.errors import DomainError
from ecopark.report.colours import kind_colour, resource_colours, text_colour
from ecopark.report.interactive.sankey_nodes import AGAIN, Flow, Stage, stages
from ecopark.report.interactive.theme import (
    FONT_PX,
    Spec,
    as_figure,
    layout,
    note,
    rounded,
    tables_of,
    translucent,
    year_slider,
)
from ecopark.report.numbers import quantity
from ecopark.report.style import INK, QUIET
from ecopark.report.tables import RunTables
from ecopark.run import Run

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_HEAD_PX, _GAP_PX, _BAR_PX = 30.0, 60.0, 10.0
# Names of resources above a panel: letters in a line, as many as fit the narrowest column, and lines.
_LETTERS, _LINES = 58, 2
# Far above the figure, where nothing of the filler that keeps the scale can be seen or hovered.
_AWAY = -40.0


def sankey_figure(run: Run | RunTables, year: int, *, font_px: float = FONT_PX) -> Figure:
    """Flows of one year, one panel a unit, width to scale within a panel.

    Parameters
    ----------
    run : Run or RunTables
    year : int
    font_px : float
        Size of ordinary text, px.

    Returns
    -------
    plotly.graph_objects.Figure
        Bands in the colour of their resource; quantity and unit under the pointer. What a firm gives back
        against the order of columns ends at a second place of its taker, marked with an arrow.

    Raises
    ------
    DomainError
        If the run has no such year.
    """
    return as_figure(describe_sankey(tables_of(run), [year], font_px=font_px))


def sankey_slider(
    run: Run | RunTables, years: Sequence[int] | None = None, *, font_px: float = FONT_PX
) -> Figure:
    """The same with a slider: firms keep their places and bands their scale through all years.

    Parameters
    ----------
    run : Run or RunTables
    years : sequence of int, optional
        By default every year from the first exchange to the end.
    font_px : float

    Returns
    -------
    plotly.graph_objects.Figure
        One frame a year, named by it.

    Raises
    ------
    DomainError
        If the run has not one of the years.
    """
    tables = tables_of(run)
    return as_figure(
        describe_sankey(tables, exchange_years(tables) if years is None else years, font_px=font_px)
    )


def exchange_years(tables: RunTables) -> list[int]:
    """Years from the first exchange to the end of the run; the last alone where nothing was exchanged."""
    last = tables.span[1]
    first = int(tables.exchanged["year"].min()) if len(tables.exchanged) else last
    return list(range(first, last + 1))


def describe_sankey(tables: RunTables, years: Sequence[int], *, font_px: float = FONT_PX) -> Spec:
    """Description of the diagram; with more than one year it has a frame each, and a slider.

    Parameters
    ----------
    tables : RunTables
    years : sequence of int
        At least one.
    font_px : float

    Returns
    -------
    dict
        ``data``, ``layout`` and ``frames``. The year shown first is the one with the most exchanges among
        those given.
    """
    first, last = tables.span
    strange = [year for year in years if not first <= year <= last]
    if strange or not years:
        found = ", ".join(map(str, strange)) or "none"
        raise DomainError(f"expected years of the run, {first} to {last}; found {found}")
    staged = stages(tables, years, 1.45 * font_px)
    shown = tables.busiest_year if tables.busiest_year in years else max(years)
    slider_px = 90.0 if len(years) > 1 else 0.0
    tall = sum(stage.depth for stage in staged) + _GAP_PX * len(staged) if staged else 80.0
    look = layout(
        font_px,
        margin={"l": 8, "r": 8, "t": _HEAD_PX, "b": 8 + slider_px},
        height=round(tall + _HEAD_PX + 8 + slider_px),
        # In a frame of its own, so that a page can lay its own heading over it.
        annotations=_notes(tables, staged, shown, tall, font_px),
    )
    spec: Spec = {"data": _traces(tables, staged, shown, tall, whole=True), "layout": look, "frames": []}
    if not staged:
        look["xaxis"] = look["yaxis"] = {"visible": False}
        return spec
    if len(years) > 1:
        names = [str(year) for year in years]
        look["sliders"] = year_slider(names, names.index(str(shown)), font_px)
        spec["frames"] = [
            {
                "name": str(year),
                "data": _traces(tables, staged, year, tall, whole=False),
                "traces": list(range(len(staged))),
                "layout": {"annotations": _notes(tables, staged, year, tall, font_px)},
            }
            for year in years
        ]
    return spec


def _traces(tables: RunTables, staged: Sequence[Stage], year: int, tall: float, *, whole: bool) -> list[Spec]:
    """One Sankey trace a unit; without its fixed parts (`whole` false) it is what a frame changes."""
    colours = resource_colours(tables.resources)
    traces, top = [], 1.0
    for stage in staged:
        top -= _GAP_PX / tall
        bottom = top - stage.depth / tall
        trace: Spec = {
            "type": "sankey",
            "link": _links(tables, stage, year, colours),
            "node": _nodes(tables, stage, year),
        }
        if whole:
            trace |= {
                "arrangement": "fixed",
                "domain": {"x": [0, 1], "y": [max(bottom, 0.0), top]},
                "orientation": "h",
                "name": stage.title,
            }
            trace["link"]["hovertemplate"] = "%{customdata}<extra></extra>"
            trace["node"] |= {
                "hovertemplate": "%{customdata}<extra></extra>",
                "line": {"width": 0},
                "pad": 0,
                "thickness": _BAR_PX,
            }
        traces.append(trace)
        top = bottom
    return traces


def _sums(flows: Sequence[Flow], end: str) -> dict[str, float]:
    """Quantity by `end`, a field of a flow."""
    sums: dict[str, float] = {}
    for flow in flows:
        name = getattr(flow, end)
        sums[name] = sums.get(name, 0.0) + flow.quantity
    return sums


def _present(stage: Stage, flows: Sequence[Flow]) -> list[int]:
    """Nodes of a year: plotly drops others, and would hand their places to those that follow."""
    here = {flow.source for flow in flows} | {flow.target for flow in flows}
    return [at for at, name in enumerate(stage.names) if name in here]


def _links(tables: RunTables, stage: Stage, year: int, colours: dict[str, str]) -> Spec:
    """Bands of a year; the first is the filler that keeps the scale."""
    flows = stage.flows.get(year, [])
    number = {stage.names[at]: place for place, at in enumerate(_present(stage, flows))}
    first, last = len(number), len(number) + 1
    texts = [
        f"<b>{tables.resource_name(flow.resource)}</b> {quantity(flow.quantity, stage.unit, 'yr')}<br>"
        f"{tables.firm_name(flow.source)} → {tables.firm_name(flow.target.removeprefix(AGAIN))}"
        for flow in flows
    ]
    own = [colours.get(flow.resource, kind_colour("")) for flow in flows]
    return {
        "source": [first, *(number[flow.source] for flow in flows)],
        "target": [last, *(number[flow.target] for flow in flows)],
        "value": [rounded(_filler(stage, flows), 6), *(rounded(flow.quantity, 6) for flow in flows)],
        "color": ["rgba(0,0,0,0)", *(translucent(colour, 0.62) for colour in own)],
        "customdata": ["", *texts],
        "label": ["", *(flow.resource for flow in flows)],
    }


def _filler(stage: Stage, flows: Sequence[Flow]) -> float:
    """Quantity of an unseen flow that gives the fullest column the same total in every year."""
    given, taken = _sums(flows, "source"), _sums(flows, "target")
    first = sum(value for name, value in given.items() if name not in taken)
    last = sum(value for name, value in taken.items() if name not in given)
    return max(stage.whole - max(first, last), 1e-6 * stage.whole)


def _nodes(tables: RunTables, stage: Stage, year: int) -> Spec:
    flows = stage.flows.get(year, [])
    given, taken = _sums(flows, "source"), _sums(flows, "target")
    labels, texts, here = [], [], _present(stage, flows)
    for name in (stage.names[at] for at in here):
        firm = tables.firm_name(name.removeprefix(AGAIN))
        labels.append(f"↩ {firm}" if name.startswith(AGAIN) else firm)
        parts = [
            f"{word} {quantity(sums[name], stage.unit, 'yr')}"
            for word, sums in (("gives", given), ("takes", taken))
            if name in sums
        ]
        texts.append(f"<b>{firm}</b><br>{'<br>'.join(parts)}")
    return {
        "label": [*labels, "", ""],
        "x": [*(round(stage.x[at], 4) for at in here), 0.001, 0.999],
        "y": [*(round(stage.y[at], 4) for at in here), _AWAY, _AWAY],
        "color": [*([INK] * len(here)), "rgba(0,0,0,0)", "rgba(0,0,0,0)"],
        "customdata": [*texts, "", ""],
    }


def _broken(names: Sequence[tuple[str, str]]) -> str:
    """Names with their colours, in lines; those for which there is no room are counted."""
    lines: list[list[str]] = [[]]
    length = 0
    for at, (name, colour) in enumerate(names):
        if length and length + len(name) > _LETTERS:
            if len(lines) == _LINES:
                lines[-1].append(f"and {len(names) - at} more")
                break
            lines.append([])
            length = 0
        length += len(name) + 5
        lines[-1].append(
            f"<span style='color:{colour}'>■</span> <span style='color:{text_colour(colour)}'>{name}</span>"
        )
    return "<br>".join("   ".join(line) for line in lines)


def _notes(tables: RunTables, staged: Sequence[Stage], year: int, tall: float, font_px: float) -> list[Spec]:
    """Title, heading of each panel, and the resources of the year in their colours."""
    title = note(f"<b>Flows in {year}</b>", 0.0, 1.0, yanchor="bottom", font={"size": 1.25 * font_px})
    if not staged:
        empty = note("nothing was exchanged", 0.0, 0.5, font={"size": font_px, "color": QUIET})
        return [title, empty]
    colours = resource_colours(tables.resources)
    notes, top = [title], 1.0
    for stage in staged:
        flows = stage.flows.get(year, [])
        count = len(flows)
        amount = quantity(sum(flow.quantity for flow in flows), stage.unit, "yr") if count else "nothing"
        flows_text = f" in {count} flow{'' if count == 1 else 's'}" if count else ""
        head = f"<b>{stage.title}</b>  {amount} exchanged{flows_text}"
        by_resource = _sums(flows, "resource")
        order = sorted(by_resource, key=lambda name: (-by_resource[name], name))
        lines = _broken([(tables.resource_name(name), colours.get(name, kind_colour(""))) for name in order])
        notes.append(note(head, 0.0, top - 0.2 * _GAP_PX / tall, font={"size": font_px}))
        notes.append(
            note(lines, 0.0, top - 0.36 * _GAP_PX / tall, yanchor="top", font={"size": 0.9 * font_px})
        )
        top -= (_GAP_PX + stage.depth) / tall
    return notes
