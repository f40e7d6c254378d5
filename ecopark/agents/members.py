"""Members of the facilitator: who has joined, who has left.

Each firm has its own waiting times, drawn by its name and by how often it has changed sides, so that adding a
firm changes no other firm's dates, except where the largest share of members holds somebody back.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecopark.scenario.types import Membership
from ecopark.streams import keys, uniform


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

    @property
    def everybody(self) -> bool:
        """Whether all firms are members."""
        return self._spec is None

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
        # A firm may have come and gone more than once since.
        while True:
            there = (self._opens <= day) & (day < self._closes)
            self.present &= there
            left = self._leave(day)
            joined = self._join(day, there)
            if not left and not joined:
                break
        self._last = day
        changed = self.present != before
        return np.flatnonzero(changed & self.present).tolist(), np.flatnonzero(changed & before).tolist()

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
        rate = np.where(self.present[firms], self._spec.leaving.value, self._spec.recruitment.value)
        wait = np.divide(luck, rate, out=np.full(firms.size, np.inf), where=rate > 0.0)
        self._next[firms] = since + wait
