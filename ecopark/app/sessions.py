"""Visitors: what each has on the page, held by the server so that a reload loses nothing.

What lives here: :class:`Session` and the bounded, thread-safe collection of them. What does not: cookies and
addresses of a page.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_urlsafe
from threading import RLock
from typing import Any

from ecopark.app.history import History
from ecopark.app.park import Draft


@dataclass(eq=False)
class Session:
    """One visitor.

    Attributes
    ----------
    id : str
        Cannot be guessed; also the owner of the visitor's jobs.
    histories : dict of str to History
        By set-up: ``"A"``, and ``"B"`` once there is a second one.
    jobs : dict of str to list of str
        Jobs of the last press of Run, by set-up, in the order of their seeds.
    extra : dict of str to object
        Whatever the page wants to find again after a reload.
    lock : threading.RLock
        Held while a visitor's state is changed.
    """

    id: str
    histories: dict[str, History]
    jobs: dict[str, list[str]] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock, repr=False)


class Sessions:
    """All visitors. Thread safe.

    Parameters
    ----------
    first : Draft
        What a new visitor finds.
    most : int
        Visitors kept; the one not seen for longest goes.
    hours : float, h
        After which a visitor not seen is forgotten.
    forget : callable, optional
        Told the identifier of a visitor who goes, so that jobs can be let go.
    clock : callable, optional
        Seconds that never run backwards, for tests.
    """

    def __init__(
        self,
        first: Draft,
        most: int = 200,
        hours: float = 12.0,
        forget: Callable[[str], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first, self._most, self._seconds = first, max(most, 1), hours * 3600.0
        self._forget, self._clock, self._lock = forget, clock, RLock()
        # The visitor not seen for longest stands first.
        self._known: OrderedDict[str, tuple[float, Session]] = OrderedDict()

    def new(self) -> Session:
        """A new visitor.

        Returns
        -------
        Session
        """
        session = Session(token_urlsafe(24), {"A": History(self._first)})
        with self._lock:
            self._known[session.id] = self._clock(), session
            gone = self._sweep()
        self._say_goodbye(gone)
        return session

    def get(self, session: str | None) -> Session | None:
        """A visitor who is known.

        Parameters
        ----------
        session : str or None

        Returns
        -------
        Session or None
            None for a stranger.
        """
        with self._lock:
            gone = self._sweep()
            held = None if session is None else self._known.get(session)
            if held is not None:
                self._known[held[1].id] = self._clock(), held[1]
                self._known.move_to_end(held[1].id)
        self._say_goodbye(gone)
        return None if held is None else held[1]

    def get_or_new(self, session: str | None) -> Session:
        """The visitor of an identifier, or a new one under a new identifier.

        Parameters
        ----------
        session : str or None
            An identifier that nobody was given is never taken over.

        Returns
        -------
        Session
        """
        return self.get(session) or self.new()

    def __len__(self) -> int:
        with self._lock:
            return len(self._known)

    def _sweep(self) -> list[str]:
        """Visitors who go: too old, or too many."""
        oldest = self._clock() - self._seconds
        gone = []
        while self._known:
            name, (seen, _) = next(iter(self._known.items()))
            if seen >= oldest and len(self._known) <= self._most:
                break
            del self._known[name]
            gone.append(name)
        return gone

    def _say_goodbye(self, gone: list[str]) -> None:
        # Outside the lock: what is told may take locks of its own.
        if self._forget is not None:
            for name in gone:
                self._forget(name)
