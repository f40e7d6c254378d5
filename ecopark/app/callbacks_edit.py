"""Changing a park: moves, switches, added firms, levers, luck, undo, and the two set-ups.

What lives here: from a press to the next draft. What does not: the drafts themselves (``park``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, html, no_update

from ecopark.app.archetypes import available
from ecopark.app.callbacks import changed
from ecopark.app.levers import levers_of
from ecopark.app.page import Page, active, copy_setup, draft_of, edit, is_double, setup_of
from ecopark.app.panels import as_value
from ecopark.app.park import Draft
from ecopark.app.plan import place_at
from ecopark.app.scene import free_place, park_scene
from ecopark.app.sessions import Session
from ecopark.errors import EcoparkError

_PRESSED = ("undo", "redo", "reset", "copy", "double")


def add_edits(app: Dash, page: Page) -> None:
    """Everything that changes a park.

    Parameters
    ----------
    app : dash.Dash
    page : Page
    """

    def handle(*given: Any) -> tuple[Any, Any]:
        visitor, plant, name, capacity, opens = given[-5:]
        asked, value = ctx.triggered_id, ctx.triggered[0]["value"]
        if value is None or (asked in (*_PRESSED, "add") and not value):
            return no_update, no_update
        try:
            session = page.visitor(visitor)
            before = draft_of(session)
            if asked == "add":
                why = _add(session, plant, name, capacity, opens)
            elif isinstance(asked, dict):
                why = _handle(session, asked, value)
            elif asked == "moved":
                why = _move(session, value)
            else:
                why = _press(session, str(asked), value)
        except EcoparkError as mistake:
            return changed("refused"), str(mistake)
        if not why:
            return no_update, no_update
        return changed(why), _say(why, before, draft_of(session))

    app.callback(
        [Output("rev", "data", allow_duplicate=True), Output("words", "children", allow_duplicate=True)],
        [
            *(Input(name, "n_clicks") for name in (*_PRESSED, "add")),
            Input("setup", "value"), Input("moved", "data"), Input("seed", "value"), Input("until", "value"),
            Input({"type": "lever", "name": ALL, "setup": ALL}, "value"),
            Input({"type": "switch", "firm": ALL}, "value"),
            Input({"type": "remove", "firm": ALL}, "n_clicks"),
        ],
        [
            State("visitor", "data"), State("add-plant", "value"), State("add-name", "value"),
            State("add-capacity", "value"), State("add-opens", "value"),
        ],
        prevent_initial_call=True,
    )(handle)  # fmt: skip
    _add_small(app)


def _add_small(app: Dash) -> None:
    """Switching between levers and firms, and what a plant is."""

    def turn(side: str) -> tuple[bool, bool]:
        return side != "levers", side != "firms"

    app.callback([Output("levers", "hidden"), Output("firms-side", "hidden")], [Input("side-tab", "value")])(
        turn
    )

    def about(plant: str | None) -> str:
        if not plant:
            return ""
        row = available().set_index("archetype").loc[plant]
        gives, needs = row["residuals"] or "nothing", row["needs"] or "nothing"
        return f"Usual size {row['capacity']:,.4g} {row['unit']}. Gives off {gives}. Needs {needs}."

    app.callback(Output("add-about", "children"), [Input("add-plant", "value")])(about)


def _press(session: Session, asked: str, value: Any) -> str:
    """A button or field of the header and the run box; says why, or nothing where nothing changed."""
    with session.lock:
        setup = active(session)
        history = session.histories[setup]
        draft = history.now
        if asked in ("undo", "redo"):
            (history.undo if asked == "undo" else history.redo)()
        elif asked == "reset":
            history.do(Draft(draft.base, seed=draft.seed))
        elif asked == "copy":
            copy_setup(session)
        elif asked == "double":
            session.extra["view"] = "one" if is_double(session) else "two"
            asked = "view"
        elif asked == "setup":
            if value == setup:
                return ""
            session.extra["setup"] = value
        elif asked == "seed":
            if int(value) == draft.seed:
                return ""
            edit(session, lambda now: now.with_seed(int(value)))
        else:
            last = draft.base.park.time.end.year
            until = None if int(value) == last else str(int(value))
            if until == draft.until:
                return ""
            edit(session, lambda now: now.with_until(until))
    return asked


def _handle(session: Session, asked: dict[str, str], value: Any) -> str:
    """A handle of a lever, a tick or the button of an added firm."""
    draft = draft_of(session)
    change: Callable[[Draft], Draft]
    if asked["type"] == "lever":
        if asked["setup"] != active(session):
            return ""
        lever = next(one for one in levers_of(draft.base) if one.name == asked["name"])
        wanted = as_value(lever, value)
        if wanted == draft.levers.get(lever.name, lever.default):
            return ""
        put = None if lever.is_default(wanted) else wanted
        change = lambda now: now.set_lever(lever.name, put)  # noqa: E731
    elif asked["type"] == "switch":
        on = bool(value)
        if on == (asked["firm"] not in draft.off):
            return ""
        change = lambda now: now.switch(asked["firm"], on)  # noqa: E731
    else:
        if not value:
            return ""
        change = lambda now: now.remove(asked["firm"])  # noqa: E731
    edit(session, change)
    return str(asked["type"])


def _move(session: Session, moved: dict[str, Any]) -> str:
    setup = setup_of(session, moved["map"])
    site = place_at(draft_of(session, setup), float(moved["x_m"]), float(moved["y_m"]))
    edit(session, lambda now: now.move(str(moved["firm"]), *site), setup)
    return "move"


def _add(session: Session, plant: str | None, name: str | None, capacity: str | None, opens: Any) -> str:
    if not plant:
        raise EcoparkError("Choose a kind of plant first.")
    draft = draft_of(session)
    site = place_at(draft, *free_place(park_scene(draft)))
    text = str(opens).strip() if opens else ""
    opened = f"{text}-01" if text.isdecimal() else text or None
    new, firm = draft.add(plant, site, name or None, capacity or None, opened)
    edit(session, lambda _: new)
    session.extra["picked"] = {"kind": "firm", "name": firm, "setup": active(session)}
    return "add"


def _say(why: str, before: Draft, after: Draft) -> str:
    """What a change has come to, as a sentence."""
    fixed = {
        "undo": "Undone.", "redo": "Done again.", "reset": "Everything is as the scenario has it.",
        "copy": "B is now a copy of A. Change something in B, then press Run to compare.",
        "setup": "", "view": "",
    }  # fmt: skip
    if why in fixed:
        return fixed[why]
    old = set(before.changes())
    news = [text for text in after.changes() if text not in old]
    # One change may bring another about, such as a lever that has nothing to act on any more.
    return f"{'. '.join(news)}." if news else "As the scenario has it."


def list_words(items: list[str]) -> list[Any]:
    """Sentences as paragraphs."""
    return [html.P(text) for text in items]
