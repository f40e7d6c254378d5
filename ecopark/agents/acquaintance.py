"""Who knows whom, and who uses the information platform: the state of what firms know of each other.

The formulas are those of ``market.acquaintance``. Two firms that have no streams for each other may know
each other too, if they are among the nearest: somebody has to introduce the others.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ecopark.market.acquaintance import (
    chance_at_start,
    contact_hazard,
    count_common,
    hazard_of_chance,
    let_meet,
)
from ecopark.scenario.geometry import distance_km, project
from ecopark.streams import keys, uniform

if TYPE_CHECKING:
    from ecopark.agents.appraiser import Appraiser
    from ecopark.scenario.types import Information

_Ints = NDArray[np.int64]
_Flags = NDArray[np.bool_]
_LEVELS = ("none", "location", "quantity", "cost")


class Acquaintance:
    """Acquaintance of firms as columns, one row for two firms that could know each other.

    Parameters
    ----------
    appraiser : Appraiser
    spec : Information
    seed : int

    Attributes
    ----------
    ends : ndarray of int, shape (E, 2), 1
        The two firms, the smaller number first.
    known : ndarray of bool, shape (E,), 1
    user : ndarray of bool, shape (F,), 1
        Whether a firm uses the platform, as soon as there is one.
    of_pair : ndarray of int, shape (K,), 1
        Row of each candidate pair of streams.
    """

    def __init__(self, appraiser: Appraiser, spec: Information, seed: int) -> None:
        self.spec, self._calendar = spec, appraiser.calendar
        park, columns, pairs = appraiser.park, appraiser.columns, appraiser.pairs
        self._count = len(columns.firms)
        self._index = {name: i for i, name in enumerate(columns.firms)}
        self._opens, self._closes = life_of_firms(appraiser)
        giver, taker = columns.port_firm[pairs.out_port], columns.port_firm[pairs.in_port]
        pair_codes = self._codes_of(giver, taker)
        plane = project(columns.site, park.layout)
        ties = np.array([[self._index[a], self._index[b]] for a, b in park.agents.ties], dtype=np.int64)
        tied = self._codes_of(*ties.reshape(-1, 2).T)
        near = self._circle(plane, spec.circle)
        self._codes = np.unique(np.concatenate([pair_codes, near, tied]))
        self.of_pair = np.searchsorted(self._codes, pair_codes)
        self.ends = np.column_stack([self._codes // self._count, self._codes % self._count])
        first, second = self.ends.T
        self._distance = distance_km(columns.site[first], columns.site[second], park.layout)
        sector = np.array([park.firms[name].sector for name in columns.firms])
        self.same_sector = (sector[first] == sector[second]) & (sector[first] != "")
        firm_keys = keys(columns.firms)
        ordered = np.sort(firm_keys[self.ends], axis=1)
        self._threshold = -np.log(uniform(seed, "acquaintance", ordered[:, 0], ordered[:, 1]))
        reach = spec.distance.value
        chance = chance_at_start(self._distance, reach, self.same_sector, spec.near.value, spec.sector.value)
        with np.errstate(divide="ignore"):
            self._gathered = -np.log1p(-chance)
        self._gathered[np.isin(self._codes, tied)] = np.inf
        self.known = self._gathered >= self._threshold
        self._counted, self._friends = -1, -1
        self._hazard = np.zeros(self._codes.size)
        self._both, self._since, self._until = np.zeros(self._codes.size, dtype=bool), np.inf, -np.inf
        usage = spec.platform.usage.value if spec.platform is not None else 0.0
        self.user = uniform(seed, "platform", firm_keys) < usage

    def advance(self, day: float, next_day: float) -> bool:
        """Let firms that are there meet by chance, be introduced, and come to meetings.

        Parameters
        ----------
        day, next_day : float, day

        Returns
        -------
        bool
            Whether a meeting took place. Common acquaintances are counted once a year.
        """
        spec, year = self.spec, self._calendar.date(day).year
        if year != self._counted:
            self._counted = year
            self._count_anew()
        both = self._are_there(day)
        let_meet(both, self._hazard, next_day - day, self._gathered, self._threshold, self.known)
        every = spec.gathering_every.value
        held = spec.gathering != "none" and math.floor(next_day / every) > math.floor(day / every)
        if held:
            who = both if spec.gathering == "all" else both & self.same_sector
            self._gathered[who] += hazard_of_chance(spec.gathering_chance.value)
            self.known |= self._gathered >= self._threshold
        return held

    def _are_there(self, day: float) -> _Flags:
        """Two firms that both are open. ndarray of bool, shape (E,), 1."""
        if not self._since <= day < self._until:
            turns = np.concatenate([self._opens, self._closes])
            self._since, self._until = day, float(np.min(turns[turns > day], initial=np.inf))
            there = (self._opens <= day) & (day < self._closes)
            self._both = there[self.ends[:, 0]] & there[self.ends[:, 1]]
        return self._both

    def _count_anew(self) -> None:
        """Hazard of getting acquainted by those who know both; nobody is ever forgotten, so their number tells."""
        friends = int(self.known.sum())
        if friends == self._friends:
            return
        self._friends, spec = friends, self.spec
        common = count_common(self.ends, self.known, self._count)
        self._hazard = contact_hazard(
            self._distance, spec.distance.value, spec.meeting.value, spec.introduction.value, common
        )

    def bring_together(self, attends: _Flags, chance: float) -> None:
        """All who attend an occasion may get acquainted.

        Parameters
        ----------
        attends : ndarray of bool, shape (F,), 1
        chance : float, 1
            Of any two of them.
        """
        both = attends[self.ends[:, 0]] & attends[self.ends[:, 1]]
        self._gathered[both] += hazard_of_chance(chance)
        self.known |= self._gathered >= self._threshold

    def introduce(self, pair: int) -> None:
        """The two firms of a pair of streams have met and know each other from now on."""
        self.known[self.of_pair.item(pair)] = True

    def knows(self, pair: int) -> bool:
        """Whether the two firms of a pair of streams know each other."""
        return self.known.item(self.of_pair.item(pair))

    def level(self, day: float) -> int:
        """Level of the platform on a day: 0 none, 1 location, 2 quantity, 3 cost."""
        platform = self.spec.platform
        if platform is None or day < self._calendar.day(platform.from_):
            return 0
        ended = platform.until is not None and day >= self._calendar.day(platform.until)
        return 0 if ended else _LEVELS.index(platform.level)

    def shared_level(self, first: str, second: str, day: float, *, costs: bool) -> int:
        """Level of the data two firms see of each other.

        Parameters
        ----------
        first, second : str
        day : float, day
        costs : bool
            Whether they may share cost data.

        Returns
        -------
        int
            That of the platform where both use it, without cost data at most ``quantity`` (2).
        """
        if not (self.user[self._index[first]] and self.user[self._index[second]]):
            return 0
        return min(self.level(day), 3 if costs else 2)

    def _codes_of(self, first: _Ints, second: _Ints) -> _Ints:
        """One number for two firms, in whichever order."""
        return np.asarray(np.minimum(first, second) * self._count + np.maximum(first, second))

    def _circle(self, plane: NDArray[np.float64], size: int) -> _Ints:
        """Every firm with its nearest ones. ndarray of int, shape (n,), 1."""
        firms = np.arange(self._count)
        reach = min(size + 1, self._count)
        near = cKDTree(plane).query(plane, k=reach)[1].reshape(self._count, -1)
        first, second = np.repeat(firms, near.shape[1]), near.ravel()
        apart = first != second
        return self._codes_of(first[apart], second[apart])


def life_of_firms(appraiser: Appraiser) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First day of every firm, and the day it is gone.

    Parameters
    ----------
    appraiser : Appraiser

    Returns
    -------
    opens, closes : ndarray of float, shape (F,), day
        Infinite where a firm is there from the start or to the end.
    """
    calendar = appraiser.calendar
    specs = [appraiser.park.firms[name] for name in appraiser.columns.firms]
    opens = [-np.inf if spec.opens is None else float(calendar.day(spec.opens)) for spec in specs]
    closes = [np.inf if spec.closes is None else float(calendar.day(spec.closes)) for spec in specs]
    return np.array(opens), np.array(closes)
