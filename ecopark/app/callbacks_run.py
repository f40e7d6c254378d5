"""Running parks: press, progress, the network that grows meanwhile, cancel.

What lives here: from the button to the queue, and what is told of it. What does not: the queue (``jobs``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import Dash, Input, Output, State, no_update

from ecopark.app.callbacks import changed
from ecopark.app.jobs import JobState
from ecopark.app.layout import OFTEN_MS, SELDOM_MS
from ecopark.app.page import Page, active, draft_of, is_double
from ecopark.app.scene import live_network
from ecopark.app.sessions import Session
from ecopark.errors import EcoparkError


def add_runs(app: Dash, page: Page) -> None:
    """Run, progress and cancel.

    Parameters
    ----------
    app : dash.Dash
    page : Page
    """

    def run(clicks: int, replicates: int, visitor: str) -> tuple[Any, ...]:
        if not clicks:
            return (no_update,) * 3
        try:
            session = page.visitor(visitor)
            submit(page, session, int(replicates))
        except EcoparkError as mistake:
            return no_update, no_update, str(mistake)
        return False, changed("run"), "Started."

    app.callback(
        [Output("beat", "disabled", allow_duplicate=True), Output("rev", "data", allow_duplicate=True),
         Output("words", "children", allow_duplicate=True)],
        [Input("run", "n_clicks")], [State("replicates", "value"), State("visitor", "data")],
        prevent_initial_call=True,
    )(run)  # fmt: skip

    def cancel(clicks: int, visitor: str) -> Any:
        if not clicks:
            return no_update
        session = page.visitor(visitor)
        for setup in session.histories:
            for state in page.states(session, setup):
                page.pool.cancel(state.id, session.id)
        return changed("cancel")

    app.callback(
        Output("rev", "data", allow_duplicate=True), [Input("cancel", "n_clicks")], [State("visitor", "data")],
        prevent_initial_call=True,
    )(cancel)  # fmt: skip
    _add_beat(app, page)


def submit(page: Page, session: Session, replicates: int) -> None:
    """Put the runs of all set-ups of a visitor in the queue, pairs with the same luck one after another.

    Parameters
    ----------
    page : Page
    session : Session
    replicates : int
        Runs of each set-up, with seeds one after another from that of A.

    Raises
    ------
    EcoparkError
        If a park cannot be run; nothing is put in the queue then.
    """
    with session.lock:
        setups = list(session.histories)
        drafts = {setup: draft_of(session, setup) for setup in setups}
        for setup, draft in drafts.items():
            problems = draft.problems()
            if problems:
                raise EcoparkError(f"Park {setup} cannot be run. {problems[0]}")
        for setup in setups:
            for state in page.states(session, setup):
                if not state.is_over:
                    page.pool.cancel(state.id, session.id)
        # One seed for both: a difference is then the park's and not the luck's.
        seed = drafts["A"].seed
        jobs: dict[str, list[str]] = {setup: [] for setup in setups}
        for number in range(replicates):
            for setup in setups:
                jobs[setup].append(page.pool.submit(drafts[setup].with_seed(seed + number), session.id))
        session.jobs.update(jobs)
        session.extra["ran"] = drafts


def _add_beat(app: Dash, page: Page) -> None:
    def beat(_: int, visitor: str, shown: dict[str, Any] | None) -> list[Any]:
        session = page.visitor(visitor)
        states = {setup: page.states(session, setup) for setup in session.histories}
        every = [state for group in states.values() for state in group]
        over = sum(state.is_over for state in every)
        # By what the page shows, not by what was told last: an answer that a later one overtakes is never seen.
        done = {setup: sum(state.phase == "done" for state in group) for setup, group in states.items()}
        news = shown is None or shown["done"] != done
        sides = ("A", "B") if is_double(session) else (active(session), None)
        live = [_live(session, states.get(setup, []), setup) if setup else None for setup in sides]
        share = sum(1.0 if state.is_over else state.fraction for state in every) / max(len(every), 1)
        words, finished = _words(states), over == len(every)
        decade = f"{10 * int(share * 10)} % done" if not finished else words
        return [
            {"width": f"{100 * share:.0f}%"}, f"{100 * share:.0f}", words, decade, *live,
            changed("done") if news else no_update, finished, finished, _pace(every),
        ]  # fmt: skip

    app.callback(
        [
            Output("bar", "style"), Output("progress", "aria-valuenow"), Output("words", "children"),
            Output("said", "children"), Output("live-left", "data"), Output("live-right", "data"),
            Output("rev", "data", allow_duplicate=True), Output("beat", "disabled", allow_duplicate=True),
            Output("cancel", "disabled"), Output("beat", "interval"),
        ],
        [Input("beat", "n_intervals")], [State("visitor", "data"), State("shown", "data")], prevent_initial_call=True,
    )(beat)  # fmt: skip


def _pace(states: Sequence[JobState]) -> int:
    """Time to the next look at the runs, ms: who is not the next in a queue need not ask twice a second."""
    waits = [state.place_in_queue for state in states if not state.is_over]
    return SELDOM_MS if waits and min(waits) > 1 else OFTEN_MS


def _live(session: Session, states: Sequence[JobState], setup: str) -> dict[str, Any] | None:
    """The network of the first run of a set-up while it goes on; None before and afterwards."""
    if not states or states[0].phase != "running" or states[0].date is None:
        return None
    draft = session.extra.get("ran", {}).get(setup) or draft_of(session, setup)
    return {"year": states[0].date.year, "edges": live_network(draft, states[0].growth)}


def _words(states: dict[str, list[JobState]]) -> str:
    """Where all runs of a visitor stand, as one or two sentences."""
    every = [state for group in states.values() for state in group]
    failed = [state for state in every if state.phase == "failed"]
    going = [state for state in every if not state.is_over]
    done = sum(state.phase == "done" for state in every)
    if failed:
        return failed[0].message
    if not every:
        return ""
    if not going:
        if any(state.phase == "cancelled" for state in every):
            return "Cancelled."
        return "Finished." if len(every) == 1 else f"All {len(every)} runs have finished."
    running = [state for state in going if state.phase == "running"]
    first = (running or going)[0]
    return first.message if len(every) == 1 else f"{first.message} {done} of {len(every)} runs have finished."
