"""Levers and firms of a draft as components.

What lives here: the left column, made for one draft. What does not: what a lever does (``levers``).
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from dash import dcc, html

from ecopark.app.archetypes import sector_words
from ecopark.app.levers import Lever, Value, levers_of
from ecopark.app.park import Draft
from ecopark.app.plan import plane
from ecopark.report.numbers import axis_number

_OPEN = ("Policy", "Place")


def lever_panel(draft: Draft, setup: str) -> list[Any]:
    """All levers of a draft by group.

    Parameters
    ----------
    draft : Draft
    setup : str
        ``"A"`` or ``"B"``, for the identifiers.

    Returns
    -------
    list of dash components
    """
    groups = []
    for group, levers in groupby(levers_of(draft.base), key=lambda lever: lever.group):
        rows = [_lever(lever, draft.levers.get(lever.name, lever.default), setup) for lever in levers]
        groups.append(html.Details([html.Summary(group), *rows], className="group", open=group in _OPEN))
    return groups


def _lever(lever: Lever, value: Value, setup: str) -> html.Div:
    """Name and value, which open to tell what the lever does; its handle; why it does nothing, if so."""
    name = {"type": "lever", "name": lever.name, "setup": setup}
    label, about, note = (f"{part}-{lever.name}" for part in ("lever", "about", "note"))
    is_year = lever.unit == "year"
    title = html.Summary(
        [
            # No break before the mark: it would stand alone on a line.
            html.Span([html.Span(lever.label, id=label), "\u00a0",
                       html.Span("?", className="ask", **{"aria-hidden": "true"})]),
            html.Span(id={**name, "type": "lever-value"}, className="value date" if is_year else "value"),
            html.Span("" if is_year else lever.unit, className="unit"),
        ],
        className="name", title="What this does",
    )  # fmt: skip
    return html.Div(
        [
            html.Details([title, html.P(lever.explains, id=about, className="about")]),
            html.Div(_handle(lever, value, name), role="group",
                     **{"aria-labelledby": label, "aria-describedby": f"{about} {note}"}),
            html.Div([
                html.Div(lever.note),
                html.Div(id={**name, "type": "lever-idle"}, className="idle"),
            ], id=note, className="note"),
        ],
        className="lever",
    )  # fmt: skip


def _handle(lever: Lever, value: Value, name: dict[str, str]) -> Any:
    if lever.kind == "switch":
        return dcc.Checklist([{"label": " on", "value": "on"}], ["on"] if value else [], id=name)
    if lever.kind == "choice":
        items = [{"label": one.replace("_", " "), "value": one} for one in lever.choices]
        return dcc.Dropdown(items, value, id=name, clearable=False, searchable=False)
    ends = {at: f"{at:.0f}" if lever.unit == "year" else axis_number(at) for at in (lever.low, lever.high)}
    return dcc.Slider(
        lever.low, lever.high, lever.step, value=float(value), id=name, marks=ends, updatemode="mouseup",
        allow_direct_input=False,
    )  # fmt: skip


def as_value(lever: Lever, shown: Any) -> Value:
    """Value of a lever from what its handle says.

    Parameters
    ----------
    lever : Lever
    shown : list, float or str

    Returns
    -------
    float, bool or str
    """
    if lever.kind == "switch":
        return bool(shown)
    return str(shown) if lever.kind == "choice" else float(shown)


def firm_panel(draft: Draft, chosen: str | None) -> list[Any]:
    """All firms of a draft: on or off, to be chosen, those added to be removed.

    Parameters
    ----------
    draft : Draft
    chosen : str or None

    Returns
    -------
    list of dash components
    """
    return [_firm_row(row, chosen) for row in plane(draft).to_dict("records")]


def _firm_row(row: dict[Any, Any], chosen: str | None) -> html.Div:
    firm, name = str(row["firm"]), str(row["short"] or row["name"])
    tick = dcc.Checklist(
        [{"label": html.Span(f"{name} is there", className="sr"), "value": "on"}], ["on"] if row["on"] else [],
        id={"type": "switch", "firm": firm}, inputClassName="tick",
    )  # fmt: skip
    choose = html.Button(
        [name, html.Span(" moved", className="small quiet") if row["moved"] else ""], type="button", n_clicks=0,
        id={"type": "choose", "firm": firm}, className="link",
        title=f"{row['name']}, {sector_words(str(row['sector'] or ''))}",
    )  # fmt: skip
    gone = html.Button(
        "Remove", type="button", n_clicks=0, id={"type": "remove", "firm": firm}, className="link small",
        hidden=not row["added"], **{"aria-label": f"Remove {name}"},
    )  # fmt: skip
    look = "firm-row" + ("" if row["on"] else " off") + (" chosen" if firm == chosen else "")
    return html.Div([tick, choose, gone], className=look)
