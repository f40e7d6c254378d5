"""Members of the facilitator: who has joined, who has left.

Each firm has its own waiting times, drawn by its name and by how often it has changed sides, so that adding a
firm changes no other firm's dates, except where the largest share of members holds somebody back.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecopark.scenario.types import Membership
from ecopark.streams import keys, uniform


class _Change(NamedTuple):
    """From a day on firms join and leave at other rates, and not every member stays on that day."""

    day: float
    recruitment: float
    leaving: float
    stays: float


class Members:
    """Membership of every firm.

    Parameters
    ----------
    spec : Membership or None
        None: every firm is a member, always.
    firms : list of str
    life : tuple of two ndarray of float, shape (F,), day
        First day of each firm, and the day it is gone.
    starts : float, day
        When the facilitator begins.
    seed : int

    Attributes
    ----------
    present : ndarray of bool, shape (F,), 1
        Whether a firm is a member now.
    """

    def __init__(
        self,
        spec: Membership | None,
        firms: list[str],
        life: tuple[NDArray[np.float64], NDArray[np.float64]],
        starts: float,
        seed: int,
    ) -> None:
        self._spec, self._starts, self._seed = spec, starts, seed
        self._opens, self._closes = life
        self._keys = keys(firms)
        self.present = np.full(len(firms), spec is None)
        self._spell = np.zeros(len(firms), dtype=np.uint64)
        #: When each firm next changes sides, if nothing holds it back.
        self._next = np.full(len(firms), np.inf)
        self._begun, self._last = False, starts
        #: Rates at which firms join and leave, and the changes of them still to come.
        self._recruitment = 0.0 if spec is None else spec.recruitment.value
        self._leaving = 0.0 if spec is None else spec.leaving.value
        self._changes: list[_Change] = []

    @property
    def everybody(self) -> bool:
        """Whether all firms are members."""
        return self._spec is None

    def change(self, day: float, recruitment: float, leaving: float, stays: float = 1.0) -> None:
        """Let firms join and leave at other rates from a day on; before the first :meth:`advance`.

        Parameters
        ----------
        day : float, day
            Not before the facilitator begins.
        recruitment, leaving : float, 1
            Factors on the rates as they are by then; a firm's waiting time is stretched by them, not drawn anew.
        stays : float, 1
            Share of the members of that day who stay; by a draw of each firm's own.
        """
        self._changes.append(_Change(day, recruitment, leaving, stays))
        self._changes.sort()

    def advance(self, day: float) -> tuple[list[int], list[int]]:
        """Let firms join and leave whose time had come by a day.

        Parameters
        ----------
        day : float, day

        Returns
        -------
        joined, left : list of int
            Numbers of firms, in order of number.
        """
        if self._spec is None or day < self._starts:
            return [], []
        before = self.present.copy()
        if not self._begun:
            self._begin()
        while self._changes and self._changes[0].day <= day:
            change = self._changes.pop(0)
            self._catch_up(change.day)
            self._alter(change)
        self._catch_up(day)
        changed = self.present != before
        return np.flatnonzero(changed & self.present).tolist(), np.flatnonzero(changed & before).tolist()

    def _catch_up(self, day: float) -> None:
        """Let firms join and leave up to a day, at the rates of now."""
        # A firm may have come and gone more than once since.
        while True:
            there = (self._opens <= day) & (day < self._closes)
            self.present &= there
            left = self._leave(day)
            joined = self._join(day, there)
            if not left and not joined:
                break
        self._last = day

    def _alter(self, change: _Change) -> None:
        """Other rates from now on; some members go at once."""
        self._recruitment *= change.recruitment
        self._leaving *= change.leaving
        factor = np.where(self.present, change.leaving, change.recruitment)
        rest = self._next - change.day
        # Nobody waits for what never comes; a rate that was zero has no waiting time to stretch.
        stretched = np.divide(rest, factor, out=np.full(rest.size, np.inf), where=factor > 0.0)
        self._next = change.day + np.where(np.isfinite(rest), stretched, np.inf)
        if change.stays < 1.0:
            luck = uniform(self._seed, "staying", self._keys, self._spell)
            gone = np.flatnonzero(self.present & (luck >= change.stays))
            self.present[gone] = False
            self._spell[gone] += np.uint64(1)
            self._draw(gone, np.full(gone.size, change.day))

    def _begin(self) -> None:
        """Members of the first day: those with the luckiest draws, as many as there may be."""
        assert self._spec is not None
        self._begun = True
        luck = uniform(self._seed, "membership", self._keys, self._spell)
        there = (self._opens <= self._starts) & (self._starts < self._closes)
        wanted = np.flatnonzero(there & (luck < self._spec.initial.value))
        first = wanted[np.argsort(luck[wanted], kind="stable")][: self._places(there)]
        self.present[first] = True
        self._spell += np.uint64(1)
        self._draw(np.arange(self.present.size), np.maximum(self._opens, self._starts))

    def _leave(self, day: float) -> bool:
        gone = np.flatnonzero(self.present & (self._next <= day))
        self.present[gone] = False
        self._change(gone)
        return bool(gone.size)

    def _join(self, day: float, there: NDArray[np.bool_]) -> bool:
        ready = np.flatnonzero(~self.present & there & (self._next <= day))
        room = self._places(there) - int(self.present.sum())
        fresh = ready[np.argsort(self._next[ready], kind="stable")][: max(room, 0)]
        self.present[fresh] = True
        self._change(fresh)
        return bool(fresh.size)

    def _places(self, there: NDArray[np.bool_]) -> int:
        assert self._spec is not None
        return int(np.floor(self._spec.most.value * int(there.sum()) + 1e-9))

    def _change(self, firms: NDArray[np.int64]) -> None:
        self._spell[firms] += np.uint64(1)
        # Who was held back until there was a place changes sides then, not when it first wanted to.
        self._draw(firms, np.maximum(self._next[firms], self._last))

    def _draw(self, firms: NDArray[np.int64], since: NDArray[np.float64]) -> None:
        """Days on which firms next change sides: exponential waiting times."""
        assert self._spec is not None
        luck = -np.log(uniform(self._seed, "membership", self._keys[firms], self._spell[firms]))
        rate = np.where(self.present[firms], self._leaving, self._recruitment)
        wait = np.divide(luck, rate, out=np.full(firms.size, np.inf), where=rate > 0.0)
        self._next[firms] = since + wait
