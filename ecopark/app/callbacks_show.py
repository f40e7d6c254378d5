"""Looking at results: networks, tabs, cards, differences.

What lives here: which result is shown where. What does not: what a tab or card says (``sheets``, ``cards``).
"""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, html, no_update

from ecopark.app import cards, sheets
from ecopark.app.callbacks import changed
from ecopark.app.exchange_view import exchange_card
from ecopark.app.page import Page, active, draft_of, is_double, setup_of
from ecopark.app.scene import run_network
from ecopark.app.sessions import Session
from ecopark.app.views import difference, firm_card
from ecopark.errors import DomainError, EcoparkError
from ecopark.planning.compare import Comparison

_BY_YEAR = ("sankey", "exchanges")
_WORDS = {
    "sankey": "What flows between firms in the year of the slider; each kind in its own unit.",
    "timeline": "Every exchange that ever operated, from the first idea to its end, and why it ended.",
    "avoided": "Against the same park with no exchange, each year; gross, before any sharing between partners.",
    "money": "Joint gain of exchanges by firm, against disposal and virgin supply; below zero is a loss.",
    "indicators": "The network and how it would bear a closure, year by year.",
}


def add_results(app: Dash, page: Page) -> None:
    """Networks, tabs and cards.

    Parameters
    ----------
    app : dash.Dash
    page : Page
    """
    _add_networks(app, page)
    _add_sheet(app, page)
    _add_picks(app, page)
    _add_card(app, page)


def _add_networks(app: Dash, page: Page) -> None:
    def show(rev: dict[str, Any], visitor: str, shown: Any, year: int) -> list[Any]:
        session = page.visitor(visitor)
        now = {setup: page.first_done(session, setup) for setup in session.histories}
        done = {setup: sum(s.phase == "done" for s in page.states(session, setup)) for setup in now}
        view = {"jobs": now, "done": done, "double": is_double(session), "setup": active(session)}
        if view == shown and rev["why"] != "enter":
            return [no_update] * 5
        setups = ("A", "B") if view["double"] else (active(session), None)
        nets = [_network(page, session, now.get(setup)) if setup else None for setup in setups]
        last = max((net["last"] for net in nets if net), default=None)
        beyond = last is not None and (year is None or year > last)
        return [*nets, view, no_update if last is None else last, last if beyond else no_update]

    app.callback(
        [Output("net-left", "data"), Output("net-right", "data"), Output("shown", "data"), Output("year", "max"),
         Output("year", "value")],
        [Input("rev", "data")], [State("visitor", "data"), State("shown", "data"), State("year", "value")],
        prevent_initial_call=True,
    )(show)  # fmt: skip


def _network(page: Page, session: Session, job: str | None) -> dict[str, Any] | None:
    if job is None:
        return None
    return page.keep((job, "network"), lambda: run_network(page.tables(session, job)))


def _add_sheet(app: Dash, page: Page) -> None:
    def show(shown: Any, tab: str, year: int | None, letters: float | None, visitor: str | None) -> Any:
        if visitor is None or shown is None:
            return sheets.nothing_yet()
        # Whatever asks is answered in full: Dash drops an answer that a later one overtakes.
        session = page.visitor(visitor)
        try:
            if tab == "difference":
                return _difference(page, session)
            job = page.first_done(session, active(session))
            if job is None:
                return sheets.nothing_yet()
            tables = page.tables(session, job)
            first, last = tables.span
            at, size = min(max(year or last, first), last), float(letters or 13)
            if tab == "exchanges":
                return sheets.exchange_list(tables, at)
            key = (job, tab, at if tab in _BY_YEAR else 0, size)
            figure = page.keep(key, lambda: sheets.figure_of(tab, tables, at, size))
            return sheets.graph_sheet(figure, tab, _WORDS[tab])
        except EcoparkError as mistake:
            return html.P(str(mistake), className="empty")

    app.callback(
        Output("sheet", "children"),
        [Input("shown", "data"), Input("tab", "value"), Input("settled", "data"), Input("letters", "data")],
        [State("visitor", "data")],
    )(show)  # fmt: skip


def _difference(page: Page, session: Session) -> Any:
    if "B" not in session.histories:
        return html.P(
            "There is one park only. Copy A to B, change something in B, and run both.", className="empty"
        )
    states = {setup: page.states(session, setup) for setup in "AB"}
    left = sum(not state.is_over for group in states.values() for state in group)
    if left:
        return html.P(f"{left} run{'s' if left > 1 else ''} still to finish before A and B are compared.",
                      className="empty")  # fmt: skip
    jobs = {setup: tuple(s.id for s in group if s.phase == "done") for setup, group in states.items()}
    if not jobs["A"] or not jobs["B"]:
        return html.P("Press Run: both parks are run with the same luck, and compared when they are done.",
                      className="empty")  # fmt: skip

    def compare() -> Comparison:
        first, second = ([page.run(session, job) for job in jobs[setup]] for setup in "AB")
        return difference(first, second)

    return sheets.difference_sheet(page.keep((jobs["A"][0], "difference", jobs["A"], jobs["B"]), compare))


def _add_picks(app: Dash, page: Page) -> None:
    def pick(*given: Any) -> Any:
        asked, value = ctx.triggered_id, ctx.triggered[0]["value"]
        if not value:
            return no_update
        session = page.visitor(given[-1])
        picked: dict[str, Any] | None = None
        if asked == "picked" and value["name"]:
            setup = setup_of(session, value["map"])
            picked = {"kind": value["kind"], "name": value["name"], "setup": setup}
        elif isinstance(asked, dict):
            kind, key = ("firm", "firm") if asked["type"] == "choose" else ("exchange", "exchange")
            picked = {"kind": kind, "name": asked[key], "setup": active(session)}
        session.extra["picked"] = picked
        return changed("pick")

    app.callback(
        Output("rev", "data", allow_duplicate=True),
        [Input("picked", "data"), Input({"type": "choose", "firm": ALL}, "n_clicks"),
         Input({"type": "open", "exchange": ALL}, "n_clicks"),
         Input("card-close", "n_clicks", allow_optional=True)],
        [State("visitor", "data")], prevent_initial_call=True,
    )(pick)  # fmt: skip


def _add_card(app: Dash, page: Page) -> None:
    def show(
        rev: Any, shown: Any, year: int | None, letters: float | None, visitor: str | None
    ) -> tuple[Any, bool]:
        if visitor is None:
            return no_update, no_update
        session = page.visitor(visitor)
        picked = session.extra.get("picked")
        if not picked:
            return [], True
        try:
            return _card(page, session, picked, year, float(letters or 13)), False
        except EcoparkError as mistake:
            return cards.frame("Nothing to show", "", [html.P(str(mistake))]), False

    app.callback(
        [Output("card", "children"), Output("card", "hidden")],
        [Input("rev", "data"), Input("shown", "data"), Input("settled", "data"), Input("letters", "data")],
        [State("visitor", "data")], prevent_initial_call=True,
    )(show)  # fmt: skip


def _card(
    page: Page, session: Session, picked: dict[str, Any], year: int | None, font_px: float
) -> list[Any]:
    setup, name = picked["setup"], picked["name"]
    draft, job = draft_of(session, setup), page.first_done(session, setup)
    side = f", park {setup}" if len(session.histories) > 1 else ""
    at = year or draft.base.park.time.end.year
    if picked["kind"] == "firm":
        body: list[Any] = cards.draft_firm(draft, name)
        if job is None:
            body.append(html.P("Run the park to see the books of this firm.", className="quiet"))
        else:
            run = page.run(session, job)
            if name in run.firms.index:
                at = min(at, page.tables(session, job).span[1])
                body += cards.firm_books(
                    page.keep((job, "firm", name), lambda: firm_card(run, name)), at, font_px
                )
            else:
                body.append(html.P("This firm was not there in the last run.", className="quiet"))
        return cards.frame(draft.firm_name(name), f"Firm{side}", body)
    if job is None:
        raise DomainError("This exchange belongs to a run that has not finished.")
    run = page.run(session, job)
    card = page.keep((job, "exchange", name), lambda: exchange_card(run, name))
    title = f"{card['resource_name']}: {card['giver_name']} → {card['taker_name']}"
    state = str(card["state"]).replace("operating", "operates to the end of the run")
    return cards.frame(
        title[:1].upper() + title[1:], f"Exchange{side}, {state}", cards.exchange_body(card, at, font_px)
    )
