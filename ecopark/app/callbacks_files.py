"""Saving, opening and downloading.

What lives here: from the windows to the store and back. What does not: files themselves (``store``, ``downloads``).
"""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from ecopark.app.callbacks import changed
from ecopark.app.downloads import figure_file, tables_excel, tables_zip
from ecopark.app.page import Page, active, draft_of, edit
from ecopark.errors import EcoparkError


def add_files(app: Dash, page: Page) -> None:
    """Saving, opening and downloading.

    Parameters
    ----------
    app : dash.Dash
    page : Page
    """

    def listed(*_: Any) -> list[Any]:
        rows = [
            html.Li([
                html.Span(name),
                html.Button("Open", type="button", n_clicks=0, id={"type": "load", "park": name},
                            **{"aria-label": f"Open {name}"}),
            ])
            for name in page.store.names()
        ]  # fmt: skip
        return rows or [html.Li("None yet.", className="quiet")]

    app.callback(
        Output("saved", "children"), [Input("rev", "data"), Input("file-words", "children")],
        prevent_initial_call=True,
    )(listed)  # fmt: skip

    def save(clicks: int, name: str | None, overwrite: list[str], visitor: str) -> Any:
        if not clicks:
            return no_update
        try:
            draft = draft_of(page.visitor(visitor))
            folder = page.store.save(draft, (name or "").strip(), overwrite=bool(overwrite))
        except EcoparkError as mistake:
            return str(mistake)
        return f"Saved in the folder {folder.name!r}."

    app.callback(
        Output("file-words", "children"), [Input("save", "n_clicks")],
        [State("save-name", "value"), State("overwrite", "value"), State("visitor", "data")],
        prevent_initial_call=True,
    )(save)  # fmt: skip

    def load(_: list[int], visitor: str) -> tuple[Any, Any]:
        asked = ctx.triggered_id
        if not asked or not ctx.triggered[0]["value"]:
            return no_update, no_update
        try:
            draft = page.store.load(asked["park"])
            edit(page.visitor(visitor), lambda _: draft)
        except EcoparkError as mistake:
            return no_update, str(mistake)
        return changed("open"), f"Opened {asked['park']!r}. Undo brings back what was there before."

    app.callback(
        [Output("rev", "data", allow_duplicate=True), Output("file-words", "children", allow_duplicate=True)],
        [Input({"type": "load", "park": ALL}, "n_clicks")], [State("visitor", "data")], prevent_initial_call=True,
    )(load)  # fmt: skip
    _add_downloads(app, page)


def _add_downloads(app: Dash, page: Page) -> None:
    def fetch(_f: int, _t: int, _e: int, figure: str, form: str, year: int, visitor: str) -> tuple[Any, Any]:
        if not ctx.triggered[0]["value"]:
            return no_update, no_update
        try:
            session = page.visitor(visitor)
            job = page.first_done(session, active(session))
            if job is None:
                return no_update, "There is no finished run yet: press Run first."
            run = page.run(session, job)
            if ctx.triggered_id == "get-figure":
                name, content = figure_file(run, figure, form, year)
            else:
                name, content = tables_zip(run) if ctx.triggered_id == "get-tables" else tables_excel(run)
        except EcoparkError as mistake:
            return no_update, str(mistake)
        return dcc.send_bytes(content, name), f"{name} is on its way."

    app.callback(
        [Output("download", "data"), Output("download-words", "children")],
        [Input("get-figure", "n_clicks"), Input("get-tables", "n_clicks"), Input("get-excel", "n_clicks")],
        [State("figure", "value"), State("figure-form", "value"), State("year", "value"), State("visitor", "data")],
        prevent_initial_call=True,
    )(fetch)  # fmt: skip
