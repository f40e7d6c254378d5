"""The card of a firm or an exchange: books, contract, how it was negotiated.

What lives here: cards as components. What does not: the numbers on them (``views``, ``exchange_view``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from dash import dcc, html

from ecopark.app.archetypes import sector_words
from ecopark.app.ground import say_way
from ecopark.app.layout import ACCENT, GRAPH
from ecopark.app.park import Draft
from ecopark.app.plan import plane
from ecopark.app.scene import years_of
from ecopark.report.interactive.theme import as_figure, layout
from ecopark.report.numbers import number, quantity, scale_of
from ecopark.scenario.library import raw_archetype

Record = Mapping[str, Any]
# Items of the accounts as people say them.
_ITEMS = {
    "avoided_disposal": "disposal not paid for",
    "avoided_virgin": "supply not bought elsewhere",
    "payment": "payment between the two",
    "haulage": "haulage and pumping",
    "transaction": "cost of agreeing",
    "trench": "share of a trench",
    "take_or_pay": "take or pay",
    "burden": "spent on giving it",
    "inputs": "inputs to treatment",
}


def draft_firm(draft: Draft, firm: str) -> list[Any]:
    """Card of a firm as it stands in a draft: where, since when, on or off.

    Parameters
    ----------
    draft : Draft
    firm : str

    Returns
    -------
    list of dash components
    """
    row = plane(draft).set_index("firm").loc[firm].to_dict()
    opens, closes = years_of(draft, firm)
    facts = {
        "Kind": str(raw_archetype(draft.added[firm].archetype)["name"]) if firm in draft.added else "",
        "Sector": sector_words(str(row["sector"] or "")),
        "Place": _place(draft, firm),
        "Plot": str(row["plot"]).replace("_", " "),
        "In the park": f"{opens or 'from the start'} to {closes or 'the end'}"
        if row["on"]
        else "switched off",
    }
    return [_facts(facts)]


def firm_books(card: Record, year: int, font_px: float) -> list[Any]:
    """Books of a firm in a run.

    Parameters
    ----------
    card : mapping
        See ``views.firm_card``.
    year : int
        Whose streams are listed.
    font_px : float

    Returns
    -------
    list of dash components
    """
    money: pd.DataFrame = card["money"]
    parts: list[Any] = [html.H3("Gain from exchanges")]
    if money.empty:
        parts.append(html.P("This firm had no exchange in this run.", className="quiet"))
    else:
        sums = money.sum().sort_values(ascending=False)
        parts += [_money_table({str(k): (float(v),) for k, v in sums.items()}, card["currency"], ("over the run",)),
                  html.H3(f"Gain by year, {scale_of(money.sum(axis=1).abs().max(), card['currency'])[1]}"),
                  _bars(money.sum(axis=1), card["currency"], year, font_px)]  # fmt: skip
    parts += [html.H3("Exchanges"), _exchange_rows(card["exchanges"])]
    parts += [html.H3(f"What came in and went out in {year}"), _streams(card["flows"], year)]
    return parts


def exchange_body(card: Record, year: int, font_px: float) -> list[Any]:
    """Contract, stages, negotiation, flows and money of an exchange.

    Parameters
    ----------
    card : mapping
        See ``exchange_view.exchange_card``.
    year : int
        Marked in the bars.
    font_px : float

    Returns
    -------
    list of dash components
    """
    parts: list[Any] = [_stages(card["stages"]), html.H3("Contract"), _contract(card)]
    flows: pd.DataFrame = card["flows"]
    if len(flows):
        series = flows.set_index("year")["quantity"]
        unit = scale_of(float(series.max()), card["unit"])[1]
        parts += [html.H3(f"What arrived by year, {unit}"), _bars(series, card["unit"], year, font_px)]
    money: pd.DataFrame = card["money"]
    if len(money):
        sums = money.groupby("item", sort=False)[["giver", "taker"]].sum()
        rows = {str(item): (float(row["giver"]), float(row["taker"])) for item, row in sums.iterrows()}
        heads = (str(card["giver_name"]), str(card["taker_name"]))
        parts += [html.H3("Money over the run"), _money_table(rows, card["currency"], heads)]
    carbon: pd.DataFrame = card["carbon"]
    if len(carbon):
        total = quantity(float(carbon["avoided"].sum()), "t CO2e")
        parts.append(
            html.P(f"Greenhouse gases avoided over the run: {total}.", style={"marginTop": "0.5rem"})
        )
    parts += [html.H3("How it went"), _history(card["history"])]
    trust: pd.DataFrame = card["trust"]
    if len(trust):
        first, last = float(trust["trust"].iloc[0]), float(trust["trust"].iloc[-1])
        parts.append(html.P(f"Trust between the two: {first:.2f} at first, {last:.2f} at the end (0 to 1)."))
    return parts


def frame(title: str, under: str, body: Sequence[Any]) -> list[Any]:
    """A card with its heading and the way to close it.

    Parameters
    ----------
    title, under : str
    body : sequence of dash components

    Returns
    -------
    list of dash components
    """
    return [
        html.Div([
            html.Div([html.H2(title, id="card-title", tabIndex="-1"), html.P(under, className="quiet")]),
            html.Button("Close", id="card-close", type="button", n_clicks=0, className="close"),
        ], className="top"),
        html.Div(list(body), className="body", tabIndex="0"),
    ]  # fmt: skip


def _facts(facts: Mapping[str, str]) -> html.Dl:
    return html.Dl([part for key, value in facts.items() if value for part in (html.Dt(key), html.Dd(value))],
                   className="facts")  # fmt: skip


def _place(draft: Draft, firm: str) -> str:
    """Where a firm stands seen from the nearest other one, such as ``"1.2 km north-east of Refinery"``."""
    rows = {str(row["firm"]): row for row in plane(draft).to_dict("records")}
    own = rows.pop(firm)
    others = [row for row in rows.values() if row["on"]]
    if not others:
        return ""
    ways = [(own["x_m"] - row["x_m"], own["y_m"] - row["y_m"], str(row["short"])) for row in others]
    east, north, name = min(ways, key=lambda way: math.hypot(way[0], way[1]))
    return f"{say_way(east, north)} of {name}"


def _money_table(rows: Mapping[str, tuple[float, ...]], currency: str, heads: tuple[str, ...]) -> html.Table:
    # What is paid out and back again leaves crumbs of arithmetic: nothing beside the rest is no item.
    crumb = 1e-9 * max(abs(v) for row in rows.values() for v in row)
    rows = {item: values for item, values in rows.items() if any(abs(v) > crumb for v in values)}
    totals = tuple(sum(column) for column in zip(*rows.values(), strict=True))
    # Never in billions: beside them the small items would be thousandths.
    largest = max(abs(v) for row in [*rows.values(), totals] for v in row)
    divisor, unit = scale_of(min(largest, 9e8), currency)

    def line(label: str, values: tuple[float, ...], look: str = "") -> html.Tr:
        shown = (value / divisor if abs(value) > crumb else 0.0 for value in values)
        cells = [html.Td(number(value), className="number") for value in shown]
        return html.Tr([html.Td(label), *cells], className=look)

    head = html.Tr([html.Th(unit), *(html.Th(text, className="number") for text in heads)])
    body = [line(_ITEMS.get(item, item.replace("_", " ")), values) for item, values in rows.items()]
    return html.Table([html.Thead(head), html.Tbody([*body, line("sum", totals, "total")])])


def _bars(series: pd.Series, unit: str, year: int, font_px: float) -> dcc.Graph:
    """Bars by year, the year of the slider dark."""
    divisor, name = scale_of(float(series.abs().max()), unit)
    years = [int(one) for one in series.index]
    trace = {
        "type": "bar", "x": years, "y": [float(v) / divisor for v in series],
        "marker": {"color": [ACCENT if one == year else "#8DB4CB" for one in years]},
        "hovertemplate": f"%{{x}}: %{{y:.3~g}} {name}<extra></extra>",
    }  # fmt: skip
    look = layout(
        font_px, height=130, margin={"l": 50, "r": 8, "t": 4, "b": 24}, bargap=0.15, showlegend=False
    )
    look["yaxis"] = dict(look.get("yaxis") or {}) | {"nticks": 4}
    look["xaxis"] = dict(look.get("xaxis") or {}) | {
        "dtick": 10 if len(years) > 12 else None,
        "tickformat": "d",
    }
    figure = as_figure({"data": [trace], "layout": look})
    return dcc.Graph(figure=figure, config=GRAPH, style={"height": "130px"})


def _exchange_rows(exchanges: Sequence[Record]) -> Any:
    if not exchanges:
        return html.P("None ever operated.", className="quiet")
    rows = []
    for one in exchanges:
        way = "to" if one["role"] == "giver" else "from"
        name = {"type": "open", "exchange": str(one["exchange"])}
        opens = html.Button(f"{one['resource_name']} {way} {one['partner_name']}", type="button", id=name, n_clicks=0,
                            className="link")  # fmt: skip
        rows.append(html.Tr([html.Td(opens), html.Td(str(one["since"])[:4], className="number"),
                             html.Td(str(one["until"])[:4] or "still on", className="number")]))  # fmt: skip
    head = html.Tr(
        [html.Th("Exchange"), html.Th("From", className="number"), html.Th("Until", className="number")]
    )
    return html.Table([html.Thead(head), html.Tbody(rows)])


def _streams(flows: pd.DataFrame, year: int) -> Any:
    rows = flows[(flows["year"] == year) & (flows["quantity"] > 0)]
    if rows.empty:
        return html.P("Nothing.", className="quiet")
    rows = rows.sort_values(["direction", "name", "route"], kind="stable")
    body = [
        html.Tr([html.Td(str(row["direction"])), html.Td(str(row["name"])), html.Td(str(row["route"])),
                 html.Td(str(row["partner"])),
                 html.Td(quantity(float(row["quantity"]), str(row["unit"])), className="number")])
        for row in rows.to_dict("records")
    ]  # fmt: skip
    heads = ("", "Resource", "Route", "Partner")
    head = html.Tr([*(html.Th(text) for text in heads), html.Th(f"In {year}", className="number")])
    return html.Table([html.Thead(head), html.Tbody(body)])


def _stages(stages: Sequence[Record]) -> html.Ul:
    items = [html.Li([html.Span(str(one["stage"])), str(one["date"])]) for one in stages]
    return html.Ul(items, className="stages", style={"marginTop": "0.6rem"})


def _contract(card: Record) -> Any:
    terms = card["terms"]
    if not terms:
        why = f" ({card['reason']})" if card["reason"] not in ("", "nan", "None") else ""
        return html.P(f"Nothing was agreed{why}.", className="quiet")
    payer = card["taker_name"] if terms["price"] >= 0 else card["giver_name"]
    built = "nothing had to be built"
    if terms["paid_by"]:
        who = card["giver_name"] if terms["paid_by"] == card["giver"] else card["taker_name"]
        built = f"{quantity(terms['paid'], terms['currency'])}, paid by {who}"
    return _facts({
        "Price": f"{payer} pays {number(abs(terms['price']))} {terms['price_unit']}",
        "Quantity": quantity(terms["quantity_per_year"], terms["unit"], "yr"),
        "Term": f"{terms['term_years']:g} years, {_renewed(terms['renewals'])}",
        "Take or pay": f"{terms['take_or_pay']:.0%} of the quantity" if terms["take_or_pay"] else "no",
        "Penalty": f"{terms['penalty']:.0%} of what is at stake",
        "Investment": built,
        "Transport": f"{card['mode'].replace('_', ' ')}, {card['distance_km']:.1f} km",
        "Replaces": str(card["serves_name"]) if card["serves"] != card["resource"] else "",
    })  # fmt: skip


def _renewed(times: int) -> str:
    return {0: "never renewed", 1: "renewed once", 2: "renewed twice"}.get(times, f"renewed {times} times")


def _history(events: Sequence[Record]) -> html.Table:
    """What was said and done, repeated yearly adjustments of an index gathered in one row."""
    kept = [one for one in events if one["event"] not in ("indexed", "outage")]
    rows = [
        html.Tr([html.Td(str(one["date"]), className="date"), html.Td(str(one["words"]))]) for one in kept
    ]
    left = len(events) - len(kept)
    if left:
        words = f"and {left} adjustments of the price to its index or breakdowns of the link"
        rows.append(html.Tr([html.Td(""), html.Td(words, className="quiet")]))
    return html.Table(html.Tbody(rows))
