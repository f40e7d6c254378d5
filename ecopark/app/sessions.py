"""Visitors: what each has on the page, held by the server so that a reload loses nothing.

What lives here: :class:`Session` and the bounded, thread-safe collection of them. What does not: cookies and
addresses of a page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from ecopark.app.history import History
from ecopark.app.park import Draft


@dataclass
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
    lock: RLock = field(default_factory=RLock, repr=False, compare=False)


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
    """

    def __init__(
        self,
        first: Draft,
        most: int = 200,
        hours: float = 12.0,
        forget: Callable[[str], object] | None = None,
    ) -> None:
        raise NotImplementedError

    def new(self) -> Session:
        """A new visitor."""
        raise NotImplementedError

    def get(self, session: str | None) -> Session | None:
        """A visitor who is known; None for a stranger."""
        raise NotImplementedError

    def get_or_new(self, session: str | None) -> Session:
        """The visitor of an identifier, or a new one under a new identifier."""
        raise NotImplementedError
