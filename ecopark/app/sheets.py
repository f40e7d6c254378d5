"""What the results column shows of a run: figures, the list of exchanges, the paired differences.

What lives here: one function per tab. What does not: how a figure is drawn (``report.interactive``), tests of
differences (``planning.compare``).
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import dcc, html

from ecopark.app.layout import GRAPH
from ecopark.planning.compare import Comparison
from ecopark.report.colours import resource_colours
from ecopark.report.compare_console import INDICATOR_NAMES
from ecopark.report.compare_sentences import write_sentences
from ecopark.report.numbers import number, quantity, scale_of
from ecopark.report.tables import RunTables

# Width a figure needs, in sizes of its letters; page.js gives it the room of the map where its column is narrower.
_ROOM_EM = {"sankey": 34, "timeline": 68, "avoided": 66, "money": 62, "indicators": 66}


def figure_of(tab: str, tables: RunTables, year: int, font_px: float) -> Any:
    """The interactive figure of a tab.

    Parameters
    ----------
    tab : str
    tables : RunTables
    year : int
        Of the flows.
    font_px : float
        Size of ordinary text, px.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    from ecopark.report import interactive

    if tab == "sankey":
        return interactive.sankey_figure(tables, year, font_px=font_px)
    draw = {
        "timeline": interactive.timeline_figure,
        "avoided": interactive.avoided_figure,
        "money": interactive.money_figure,
        "indicators": interactive.indicators_figure,
    }[tab]
    return draw(tables, font_px=font_px)


def graph_sheet(figure: Any, tab: str, words: str) -> list[Any]:
    """A figure under a line that says what it is.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
    tab : str
    words : str

    Returns
    -------
    list of dash components
    """
    tall, wide = (
        int(figure.layout.height or 460),
        round(_ROOM_EM[tab] * float(figure.layout.template.layout.font.size)),
    )
    graph = dcc.Graph(figure=figure, config=GRAPH, id="graph", style={"height": f"{tall}px", "minWidth": f"{wide}px"},
                      responsive=True)  # fmt: skip
    return [html.Figure([graph, html.Figcaption(words, className="caption")], **{"aria-label": words})]


def nothing_yet() -> html.Div:
    """What stands there before the first run."""
    return html.Div(
        [
            html.H2("No results yet"),
            html.Ol([
                html.Li("Drag firms to other places, switch them off or add some."),
                html.Li("Set taxes, prices, a facilitator and the rest under Levers."),
                html.Li("Press Run and watch the network grow; results stand here when it is done."),
            ]),
        ],
        className="empty",
    )  # fmt: skip


def exchange_list(tables: RunTables, year: int) -> list[Any]:
    """Every exchange of a year as a table whose rows open their cards.

    Parameters
    ----------
    tables : RunTables
    year : int

    Returns
    -------
    list of dash components
    """
    flows = tables.flows
    rows = flows[(flows["route"] == "exchange") & (flows["start"].dt.year == year) & flows["synergy"].notna()]
    sums = rows.groupby(rows["synergy"].astype(str), sort=True)["quantity"].sum()
    facts = rows.drop_duplicates("synergy").set_index(rows.drop_duplicates("synergy")["synergy"].astype(str))
    if sums.empty:
        return [
            html.P(f"No exchange moved anything in {year}. Move the slider under the map.", className="empty")
        ]
    colours = resource_colours(tables.resources)
    since = tables.synergies.set_index(tables.synergies["synergy"].astype(str))["operating"]
    body = []
    ordered = sorted(sums.index, key=lambda key: (str(facts.loc[key, "kind"]), -float(sums[key])))
    for key in ordered:
        fact = facts.loc[key]
        resource = str(fact["resource"])
        ends = f"{tables.firm_name(str(fact['from_firm']))} → {tables.firm_name(str(fact['to_firm']))}"
        swatch = html.Span(className="swatch", style={"backgroundColor": colours.get(resource, "#8A8A8A")})
        name = {"type": "open", "exchange": str(key)}
        opens = html.Button(ends, type="button", id=name, n_clicks=0, className="link")
        body.append(html.Tr([
            html.Td(opens), html.Td([swatch, " ", tables.resource_name(resource)]),
            html.Td(f"{since[key]:%Y}", className="number"),
            html.Td(quantity(float(sums[key]), str(fact["unit"]), "yr"), className="number"),
        ]))  # fmt: skip
    head = html.Tr(
        [
            html.Th("Exchange"),
            html.Th("Resource"),
            html.Th("Since", className="number"),
            html.Th(f"In {year}", className="number"),
        ]
    )
    return [html.Table([html.Thead(head), html.Tbody(body)])]


def difference_sheet(comparison: Comparison) -> list[Any]:
    """Paired differences of B to A: the table, then sentences on what is clear.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    list of dash components
    """
    several = comparison.replicates > 1
    lead = (
        f"{comparison.replicates} pairs of runs, each pair with the same luck; means per year, 95 % intervals. "
        "Bold rows are clear after correction for many questions; small differences carry a unit of their own."
        if several
        else "One pair of runs with the same luck: a difference may still be chance. "
        "Choose more replicates to get intervals."
    )
    said = write_sentences(comparison) if several else []
    words = html.Ul([html.Li(text) for text in said], className="sentences")
    sentences = [html.H3("What is clear, in words"), words] if said else []
    notes = [html.P(note, className="caption") for note in comparison.notes]
    head = ["Mean of a year", "A", "B", "B minus A"] + (["95 % interval"] if several else [])
    rows = [_difference_row(row, several) for row in comparison.indicators.to_dict("records")]
    table = html.Table(
        [html.Thead(html.Tr([html.Th(text, className="number" if at else "") for at, text in enumerate(head)])),
         html.Tbody(rows)]
    )  # fmt: skip
    return [html.P(lead, className="caption"), table, *notes, *sentences]


def _difference_row(row: dict[Any, Any], several: bool) -> html.Tr:
    """Both means in one unit; the difference and its interval in a smaller one where they are small."""
    unit = str(row["unit"])
    divisor, name = scale_of(_largest(row, "base", "other"), unit)
    apart = _largest(row, "difference", "low", "high")
    finer, fine = scale_of(apart, unit) if 0.0 < apart < 0.1 * divisor else (divisor, name)
    plain = INDICATOR_NAMES.get(str(row["indicator"]), str(row["indicator"]).replace("_", " "))
    label = plain if unit == "count" else f"{plain}, {name}"
    after = f" {fine}" if fine != name else ""
    cells = [
        label,
        *(number(row[key] / divisor) if row[key] == row[key] else "–" for key in ("base", "other")),
    ]
    cells.append(_signed(row["difference"] / finer) + after)
    if several:
        ends = [_signed(row[end] / finer) for end in ("low", "high")]
        cells.append("–" if pd.isna(row["low"]) else " to ".join(ends) + after)
    parts = [html.Td(text, className="number" if at else "") for at, text in enumerate(cells)]
    return html.Tr(parts, className="clear" if row["clear"] else "")


def _largest(row: dict[Any, Any], *keys: str) -> float:
    return max((abs(float(row[key])) for key in keys if pd.notna(row[key])), default=0.0)


def _signed(value: float) -> str:
    """Three digits and a sign."""
    if value != value:
        return "–"
    text = f"{value:+#,.3g}".removesuffix(".") if abs(value) < 999.5 else f"{value:+,.0f}"
    return "0" if value == 0 else text.replace("-", "\u2212")
