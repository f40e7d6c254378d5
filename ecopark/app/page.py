"""What the page stands on: visitors, workers, saved parks, and the results they look at.

What lives here: :class:`Page`, one for each server. What does not: components (``layout``) and what happens at a
press (``callbacks``).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import RLock
from typing import Any, TypeVar

from ecopark.app.history import History
from ecopark.app.jobs import JobState, Pool
from ecopark.app.park import Draft
from ecopark.app.sessions import Session, Sessions
from ecopark.app.store import Store
from ecopark.errors import DomainError
from ecopark.report.tables import RunTables
from ecopark.run import Run

Thing = TypeVar("Thing")
# Figures, cards and networks of all visitors; tables are heavy, and are read again when they are asked for again.
_KEPT, _TABLES_KEPT = 120, 8


class Page:
    """Visitors, workers and saved parks of one server. Thread safe.

    Parameters
    ----------
    first : Draft
        What a new visitor finds.
    pool : Pool
    store : Store
    """

    def __init__(self, first: Draft, pool: Pool, store: Store) -> None:
        self.first, self.pool, self.store = first, pool, store
        self.sessions = Sessions(first, forget=self._forget)
        self._made: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._tables: OrderedDict[str, RunTables] = OrderedDict()
        self._gates: dict[Any, Any] = {}
        self._lock = RLock()

    def visitor(self, name: str | None) -> Session:
        """A visitor who is known.

        Raises
        ------
        DomainError
            If the server does not know this visitor, as after a restart.
        """
        found = self.sessions.get(name)
        if found is None:
            raise DomainError("This page is older than the server. Reload it to go on.")
        return found

    def states(self, session: Session, setup: str) -> list[JobState]:
        """Where the runs of a set-up stand, in the order of their seeds; those let go are left out."""
        found = []
        for job in session.jobs.get(setup, []):
            try:
                found.append(self.pool.state(job, session.id))
            except DomainError:
                continue
        return found

    def first_done(self, session: Session, setup: str) -> str | None:
        """The finished run of the lowest seed of a set-up, which the page shows; None where there is none."""
        return next((state.id for state in self.states(session, setup) if state.phase == "done"), None)

    def run(self, session: Session, job: str) -> Run:
        """A finished run.

        Raises
        ------
        DomainError
            If this visitor has no such run, or it has been let go.
        """
        return self.pool.result(job, session.id)

    def tables(self, session: Session, job: str) -> RunTables:
        """Tables of a finished run.

        Raises
        ------
        DomainError
            If this visitor has no such run, or it has been let go.
        """
        self.pool.state(job, session.id)  # refuses strangers, whatever is kept
        return self._kept(self._tables, job, lambda: RunTables.of(self.run(session, job)), _TABLES_KEPT)

    def keep(self, key: tuple[Any, ...], make: Callable[[], Thing]) -> Thing:
        """Something dear to make, made once; what was not asked for longest is let go.

        Parameters
        ----------
        key : tuple
            Its first item is the job, which only its owner knows; what was made goes with it.
        make : callable
        """
        return self._kept(self._made, key, make, _KEPT)

    def _kept(self, shelf: OrderedDict[Any, Any], key: Any, make: Callable[[], Thing], most: int) -> Thing:
        with self._lock:
            gate = self._gates.setdefault(key, RLock())
        # Who asks for what is being made waits for it; two that make it would take twice as long.
        with gate:
            try:
                with self._lock:
                    if key in shelf:
                        shelf.move_to_end(key)
                        found: Thing = shelf[key]
                        return found
                made = make()
                with self._lock:
                    shelf[key] = made
                    while len(shelf) > most:
                        shelf.popitem(last=False)
                return made
            finally:
                with self._lock:
                    self._gates.pop(key, None)

    def _forget(self, visitor: str) -> None:
        """A visitor goes, and everything made of his or her runs."""
        gone = {state.id for state in self.pool.states(visitor)}
        self.pool.forget(visitor)
        with self._lock:
            for key in [key for key in self._made if key[0] in gone]:
                del self._made[key]
            for job in gone & self._tables.keys():
                del self._tables[job]


def active(session: Session) -> str:
    """The set-up that is being edited, ``"A"`` or ``"B"``."""
    setup = str(session.extra.get("setup", "A"))
    return setup if setup in session.histories else "A"


def is_double(session: Session) -> bool:
    """Whether both set-ups are shown side by side."""
    return session.extra.get("view") == "two" and "B" in session.histories


def setup_of(session: Session, map_name: str | None) -> str:
    """The set-up that a map shows: side by side A stands left and B right, alone it is the one being edited."""
    if not is_double(session):
        return active(session)
    return "B" if map_name == "map-right" else "A"


def draft_of(session: Session, setup: str | None = None) -> Draft:
    """The present draft of a set-up; by default of the one being edited."""
    return session.histories[setup or active(session)].now


def edit(session: Session, change: Callable[[Draft], Draft], setup: str | None = None) -> None:
    """Change the draft of a set-up, so that it can be undone.

    Parameters
    ----------
    session : Session
    change : callable
        From the present draft to the next.
    setup : str, optional
        By default the one being edited.

    Raises
    ------
    EcoparkError
        If the change cannot be made; nothing is changed then.
    """
    with session.lock:
        history = session.histories[setup or active(session)]
        history.do(change(history.now))


def copy_setup(session: Session) -> None:
    """Begin B as a copy of A, or write A over it as one change of B."""
    with session.lock:
        now = session.histories["A"].now
        if "B" in session.histories:
            session.histories["B"].do(now)
        else:
            session.histories["B"] = History(now)
            session.jobs["B"] = list(session.jobs.get("A", []))
        session.extra["setup"] = "B"
