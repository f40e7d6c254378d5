"""What happens at a press, in one place per subject; this one ties them to an app and shows what has changed.

What lives here: the visitor's coming and everything that is drawn anew after a change. What does not: changes
(``callbacks_edit``), runs (``callbacks_run``), results (``callbacks_show``), files (``callbacks_files``).

Every change bumps ``rev`` and says why; everything shown follows from the server's state after it. So a reload,
which begins with a ``rev``, finds everything again.
"""

from __future__ import annotations

import time
from typing import Any

from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, html, no_update

from ecopark.app.page import Page, active, draft_of, is_double
from ecopark.app.panels import firm_panel, lever_panel
from ecopark.app.scene import park_scene
from ecopark.app.sessions import Session

# Changes after which the handles of levers are made anew; otherwise a handle would lose the focus while it is moved.
_ANEW = {"enter", "undo", "redo", "reset", "open", "setup", "copy", "refused"}
_SIDES = ("left", "right")


def changed(why: str) -> dict[str, Any]:
    """A new revision of what the server holds of a visitor, and what brought it about."""
    return {"n": time.time_ns(), "why": why}


def add_shared(app: Dash, page: Page) -> None:
    """Coming to the page, and showing what was changed.

    Parameters
    ----------
    app : dash.Dash
    page : Page
    """
    scripts = (
        ("recall", Output("recalled", "data"), [Input("page", "id")]),
        ("remember", Output("sink", "data"), [Input("visitor", "data")]),
        ("settle", Output("sink", "data", allow_duplicate=True), [Input("year", "value")]),
    )
    for name, output, inputs in scripts:
        waits = "initial_duplicate" if name == "settle" else False
        app.clientside_callback(ClientsideFunction("page", name), output, inputs, prevent_initial_call=waits)
    for side in _SIDES:
        inputs = [Input(f"{what}-{side}", "data") for what in ("scene", "net", "live", "picked")] + [
            Input("year", "value")
        ]
        app.clientside_callback(
            ClientsideFunction("page", side), Output(f"map-{side}-year", "children"), inputs
        )
    lever = {"name": MATCH, "setup": MATCH}
    app.clientside_callback(
        ClientsideFunction("page", "amount"), Output({"type": "lever-value", **lever}, "children"),
        [Input({"type": "lever", **lever}, "value"), Input({"type": "lever", **lever}, "drag_value")],
        [State({"type": "lever-value", **lever}, "className")],
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("page", "idle"), Output({"type": "lever-idle", **lever}, "children"),
        [Input("idle", "data")], [State({"type": "lever-idle", **lever}, "id")],
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("page", "focus"), Output("sink", "data", allow_duplicate=True),
        [Input("card", "children")], [State("picked", "data")], prevent_initial_call=True,
    )  # fmt: skip

    def enter(recalled: str | None) -> tuple[str, dict[str, Any], bool]:
        session = page.sessions.get_or_new(recalled or None)
        running = any(
            not state.is_over for setup in session.histories for state in page.states(session, setup)
        )
        return session.id, changed("enter"), not running

    app.callback(
        [Output("visitor", "data"), Output("rev", "data"), Output("beat", "disabled")],
        [Input("recalled", "data")], prevent_initial_call=True,
    )(enter)  # fmt: skip
    _show_draft(app, page)
    _show_scenes(app, page)


def _show_draft(app: Dash, page: Page) -> None:
    def show(rev: dict[str, Any], visitor: str) -> list[Any]:
        session = page.visitor(visitor)
        setup, history = active(session), session.histories[active(session)]
        draft, picked = history.now, session.extra.get("picked") or {}
        problems = draft.problems()
        double, second = is_double(session), "B" in session.histories
        options = [{"label": f"Park {key}", "value": key} for key in session.histories]
        anew = rev["why"] in _ANEW
        last = draft.base.park.time.end.year
        return [
            lever_panel(draft, setup) if anew else no_update,
            firm_panel(draft, picked.get("name") if picked.get("kind") == "firm" else None),
            [html.P(text) for text in problems],
            [_item(text) for text in draft.changes()] or [_item("as the scenario has it")],
            not history.can_undo, not history.can_redo, bool(problems),
            options, setup,
            not second, "true" if double else "false",
            "two" if double else "",
            draft.title,
            draft.seed, int(draft.until[:4]) if draft.until else last,
            "Copy A over B" if second else "Copy A to B",
            draft.idle_levers(),
        ]  # fmt: skip

    app.callback(
        [
            Output("levers", "children"), Output("firms", "children"), Output("problems", "children"),
            Output("changes", "children"), Output("undo", "disabled"), Output("redo", "disabled"),
            Output("run", "disabled"), Output("setup", "options"), Output("setup", "value"),
            Output("double", "disabled"), Output("double", "aria-pressed"), Output("main", "className"),
            Output("park-title", "children"), Output("seed", "value"), Output("until", "value"),
            Output("copy", "children"), Output("idle", "data"),
        ],
        [Input("rev", "data")], [State("visitor", "data")], prevent_initial_call=True,
    )(show)  # fmt: skip


def _item(text: str) -> Any:
    return html.Li(text)


def _show_scenes(app: Dash, page: Page) -> None:
    def show(rev: dict[str, Any], visitor: str) -> list[Any]:
        session = page.visitor(visitor)
        double = is_double(session)
        shown = ("A", "B") if double else (active(session), None)
        scenes, picks, badges, looks, notes = [], [], [], [], []
        for setup in shown:
            scenes.append(park_scene(draft_of(session, setup)) if setup else None)
            picks.append(_picked(session, setup))
            several = len(session.histories) > 1
            badges.append(setup if setup and several else "")
            looks.append(("badge b" if setup == "B" else "badge") if several else "")
            notes.append(_stale(page, session, setup) if setup else "")
        return [*scenes, *picks, *badges, *looks, *notes]

    app.callback(
        [
            *(Output(f"scene-{side}", "data") for side in _SIDES),
            *(Output(f"picked-{side}", "data") for side in _SIDES),
            *(Output(f"map-{side}-badge", "children") for side in _SIDES),
            *(Output(f"map-{side}-badge", "className") for side in _SIDES),
            *(Output(f"map-{side}-note", "children") for side in _SIDES),
        ],
        [Input("rev", "data")], [State("visitor", "data")], prevent_initial_call=True,
    )(show)  # fmt: skip


def _stale(page: Page, session: Session, setup: str) -> str:
    """Says so where the network that is shown is that of a park since changed."""
    ran = session.extra.get("ran", {})
    of = ran.get(setup) or ran.get("A")
    if of is None or page.first_done(session, setup) is None or of == draft_of(session, setup):
        return ""
    return "of the last run; press Run for the park as it is now"


def _picked(session: Session, setup: str | None) -> dict[str, Any] | None:
    picked = session.extra.get("picked")
    if not picked or setup is None or (picked["kind"] == "exchange" and picked["setup"] != setup):
        return None
    return {"kind": picked["kind"], "name": picked["name"]}
