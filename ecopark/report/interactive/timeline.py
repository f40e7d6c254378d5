"""Interactive timeline: one row per synergy with its stages, and why ideas were lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.report.colours import kind_colour, resource_colours
from ecopark.report.interactive.theme import FONT_PX, Spec, as_figure, layout, note, tables_of
from ecopark.report.numbers import quantity
from ecopark.report.style import INK, RULE, shorten
from ecopark.report.tables import RunTables
from ecopark.run import Run

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Floats = NDArray[np.float64]

# Stage that a span begins with, its name and its grey; operation takes the resource's colour.
_SPANS: Sequence[tuple[str, str, str]] = (
    ("identified", "search", "#DADADA"),
    ("screened", "search", "#DADADA"),
    ("negotiating", "negotiation", "#B0B0B0"),
    ("permitting", "permit", "#858585"),
    ("building", "building", "#4F4F4F"),
)
_DATED = (*(stage for stage, _, _ in _SPANS), "operating")
_MARKS = {
    "breached": ("breach", "x"),
    "closed": ("closure", "square"),
    "expired": ("end of term", "line-ns"),
    "lost": ("lost", "circle-open"),
}
_LABEL_MM, _LABEL_PT = 74.0, 9.0


def timeline_figure(run: Run | RunTables, *, lost: bool = False, font_px: float = FONT_PX) -> Figure:
    """Stages of every synergy in time.

    Parameters
    ----------
    run : Run or RunTables
    lost : bool
        Also a row for each idea that never reached operation; without it they are counted by reason in a panel at
        the right.
    font_px : float
        Size of ordinary text, px.

    Returns
    -------
    plotly.graph_objects.Figure
        Grey spans are search, negotiation, permit and building, coloured ones operation, in the colour of the
        resource. A mark at the end says what ended it; dates, price and reason stand under the pointer.
    """
    return as_figure(describe_timeline(tables_of(run), lost=lost, font_px=font_px))


def describe_timeline(tables: RunTables, *, lost: bool = False, font_px: float = FONT_PX) -> Spec:
    """Description of the timeline.

    Parameters
    ----------
    tables : RunTables
    lost : bool
        Whether ideas that never reached operation have rows.
    font_px : float

    Returns
    -------
    dict
        ``data``: bars by stage, then marks by kind of end, then (without `lost`) ideas lost by reason.
    """
    ideas = tables.synergies
    ran = ideas[ideas["operating"].notna()].sort_values(["operating", "synergy"])
    never = ideas[ideas["operating"].isna() & ideas["reason"].fillna("").ne("")]
    rows = ran
    if lost:
        rows = pd.concat([ran, never.sort_values(["identified", "synergy"])])
    rows = rows.reset_index(drop=True)
    first, last = tables.span
    data = [*_bars(tables, rows, last + 1.0), *_ends(rows)]
    row_px = 1.3 * font_px
    tall = max(row_px * len(rows), 12 * row_px)
    whole = 1.0 if lost else 0.8
    look = layout(
        font_px,
        height=round(tall + 110),
        margin={"l": round(20.5 * font_px), "r": 20, "t": 64, "b": 40},
        barmode="overlay",
        bargap=0.0,
        xaxis={
            "range": [first, last + 1.8],
            "domain": [0, whole],
            "title": {"text": "year"},
            "showgrid": True,
        },
        yaxis={
            "range": [max(len(rows), 12) - 0.5, -0.5],
            "tickmode": "array",
            "tickvals": list(range(len(rows))),
            "ticktext": [_label(tables, row) for row in _records(rows)],
            "tickfont": {"size": 0.85 * font_px},
            "ticks": "",
            "showgrid": False,
            "zeroline": False,
        },
        annotations=_head(len(ran), len(never), tall, lost, font_px),
    )
    if not lost:
        data.append(_reasons(never))
        look["xaxis2"] = {
            "domain": [0.84, 1.0],
            "anchor": "y2",
            "visible": False,
            "range": [0, 1.25 * max([1, *data[-1]["x"]])],
        }
        share = min(1.0, 2.0 * row_px * max(len(data[-1]["y"]), 1) / tall)
        look["yaxis2"] = {
            "domain": [1 - share, 1.0],
            "anchor": "x2",
            "visible": False,
            "autorange": "reversed",
        }
    return {"data": data, "layout": look, "frames": []}


def _records(table: pd.DataFrame) -> Any:
    return table.itertuples()


def _label(tables: RunTables, row: Any) -> str:
    names = f"{tables.firm_name(row.from_firm)} → {tables.firm_name(row.to_firm)}: {tables.resource_name(row.resource)}"
    return shorten(names, _LABEL_MM, _LABEL_PT)


def _year(dates: pd.Series) -> Floats:
    """Dates as decimal years; NaN where there is none."""
    return np.asarray(dates.dt.year + (dates.dt.day_of_year - 1) / 365.25, dtype=float)


def _bars(tables: RunTables, rows: pd.DataFrame, stop: float) -> list[Spec]:
    """One trace of horizontal bars a stage."""
    begins = {stage: _year(rows[stage]) for stage in _DATED}
    ended = _year(rows["ended"])
    final = np.where(np.isnan(ended), stop, ended)
    colours = resource_colours(tables.resources)
    texts = [_text(tables, row) for row in _records(rows)]
    traces = []
    for number, stage in enumerate(_DATED):
        # A stage that was skipped has no date: the span before it runs on to the next one dated.
        following = np.array([begins[later] for later in _DATED[number + 1 :]] + [final])
        until = np.min(np.where(np.isnan(following), np.inf, following), axis=0)
        hit = np.flatnonzero(~np.isnan(begins[stage]))
        running = stage == "operating"
        own = [colours.get(str(name), kind_colour("")) for name in rows["resource"].iloc[hit]]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": "operation" if running else _SPANS[number][1],
                "base": [round(float(begins[stage][row]), 2) for row in hit],
                "x": [round(float(max(until[row] - begins[stage][row], 0.0)), 2) for row in hit],
                "y": [int(row) for row in hit],
                "width": 0.78 if running else 0.5,
                "marker": {"color": own if running else _SPANS[number][2], "line": {"width": 0}},
                "hovertext": [texts[row] for row in hit],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    return traces


def _text(tables: RunTables, row: Any) -> str:
    """All that is known of an idea, in a few lines."""
    giver, taker = tables.firm_name(row.from_firm), tables.firm_name(row.to_firm)
    dated = [(stage, getattr(row, stage)) for stage in (*_DATED, "ended")]
    stages = "<br>".join(f"{stage} {day:%Y-%m-%d}" for stage, day in dated if not pd.isna(day))
    amount = (
        ""
        if pd.isna(row.quantity_per_year)
        else f"<br>agreed {quantity(row.quantity_per_year, row.unit, 'yr')}"
    )
    reason = str(row.reason or "").replace("-", " ")
    why = f"<br>{row.state}: {reason}" if reason else f"<br>{row.state}"
    return f"<b>{tables.resource_name(row.resource)}</b>{amount}<br>{giver} → {taker}<br>{stages}{why}"


def _ends(rows: pd.DataFrame) -> list[Spec]:
    """Marks where an exchange or idea ended, by what ended it."""
    ended = _year(rows["ended"])
    traces: list[Spec] = []
    for state, (name, symbol) in _MARKS.items():
        hit = np.flatnonzero((rows["state"] == state).to_numpy() & ~np.isnan(ended))
        if not len(hit):
            continue
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": [round(float(ended[row]), 2) for row in hit],
                "y": [int(row) for row in hit],
                "marker": {
                    "symbol": symbol,
                    "size": 8,
                    "color": INK,
                    "line": {"width": 2 if symbol == "line-ns" else 0.5, "color": INK},
                    "opacity": 1,
                },
                "hovertext": [
                    f"{name}{': ' + str(reason).replace('-', ' ') if reason else ''}"
                    for reason in rows["reason"].iloc[hit].fillna("")
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    return traces


def _reasons(never: pd.DataFrame) -> Spec:
    """Ideas that never reached operation, by reason."""
    counts = never["reason"].value_counts()
    names = sorted(counts.index, key=lambda name: (-counts[name], str(name)))
    words = [str(name).replace("-", " ") for name in names]
    return {
        "type": "bar",
        "orientation": "h",
        "name": "ideas lost",
        "x": [int(counts[name]) for name in names],
        "y": words,
        "xaxis": "x2",
        "yaxis": "y2",
        "width": 0.42,
        "marker": {"color": RULE, "line": {"width": 0}},
        "text": [f"{word} <b>{counts[name]:,}</b>" for word, name in zip(words, names, strict=True)],
        "textposition": "inside",
        "insidetextanchor": "start",
        "constraintext": "none",
        "textangle": 0,
        "textfont": {"color": INK},
        "hovertemplate": "%{y}: %{x} ideas<extra></extra>",
    }


def _head(ran: int, never: int, tall: float, lost: bool, font_px: float) -> list[Spec]:
    """Titles, and the meaning of greys and marks."""
    top = 1 + 44 / tall
    spans = {name: grey for _, name, grey in _SPANS}
    key = "  ".join(f"<span style='color:{grey}'>■</span> {name}" for name, grey in spans.items())
    key += (
        "  <span style='color:#D55E00'>■</span><span style='color:#0072B2'>■</span>"
        "<span style='color:#7F8C8D'>■</span> operation (colour of its resource)"
        "  <b>×</b> breach  ▪ closure  <b>|</b> term over"
    )
    title = f"<b>{ran} synergies that reached operation</b>"
    if lost:
        key += "   ○ lost"
        title = f"<b>{ran} synergies that reached operation, {never} ideas that did not</b>"
    notes = [
        note(title, 0.0, top, font={"size": 1.2 * font_px}),
        note(key, 0.0, 1 + 16 / tall, font={"size": 0.85 * font_px, "color": INK}),
    ]
    if not lost:
        words = f"<b>{never} ideas lost</b>" if never else "<b>no idea lost</b>"
        notes.append(note(words, 0.84, 1 + 44 / tall, font={"size": font_px}))
    return notes
