"""What firms make of a policy that is announced but not yet there, and of what regulation may do to them.

What lives here: the draw of what comes true, the dated paths that follow from it, and the cost of a stream
as firms weigh it until then. What does not: prices themselves (``prices``), the appraisal of a pair.

A firm expects of an announced change what it would change at the prices of the day, times its probability,
discounted at the firm's hurdle rate over the time until it takes effect:

    perceived = present + p x change x (1 + r) ^ -(time until then)

which is what a lasting change from that day on is worth spread over all time to come. A reversal that may
follow is weighed in the same way. On the day itself the draw is known, and the path is what it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ecopark.calendar import DAYS_PER_YEAR, Calendar
from ecopark.flows.columns import Columns
from ecopark.market.investment import per_year
from ecopark.market.prices import Prices, compile_prices
from ecopark.scenario.paths import constant
from ecopark.scenario.policy import Announcement, Policy, path_of, split_field, with_path
from ecopark.scenario.splice import splice
from ecopark.scenario.types import Park
from ecopark.scenario.units import Quantity
from ecopark.streams import stream

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fate:
    """What becomes of an announced change in one run.

    Attributes
    ----------
    happens : bool
        Whether it takes effect.
    is_reversed : bool
        Whether it is taken back, on the date given for it.
    """

    happens: bool
    is_reversed: bool


def draw_fates(policy: Policy, seed: int) -> tuple[Fate, ...]:
    """Draw what becomes of every announced change, once for a run.

    Parameters
    ----------
    policy : Policy
    seed : int
        Run seed; each change has its own stream, addressed by what it changes and when.

    Returns
    -------
    tuple of Fate
        In the order of the announcements.
    """
    fates = []
    for item in policy.announced:
        chance = stream(seed, "policy", item.field.removeprefix("policy."), f"{item.takes_effect:%Y-%m-%d}")
        happens, taken_back = chance.random(2)
        fates.append(
            Fate(
                bool(happens < item.probability.value),
                item.reversed is not None and bool(taken_back < item.reversal.value),
            )
        )
    return tuple(fates)


def resolve(park: Park, seed: int) -> Park:
    """The park with every announced change that comes true as a dated path.

    Parameters
    ----------
    park : Park
    seed : int
        Run seed.

    Returns
    -------
    Park
        The same object where nothing is announced.
    """
    if not park.policy.announced:
        return park
    policy, fates = park.policy, draw_fates(park.policy, seed)
    for k in _in_order(park.policy):
        if fates[k].happens:
            item = park.policy.announced[k]
            lever, resource = _lever(item)
            before = path_of(policy, lever, resource) or constant(Quantity(0.0, item.value.unit))
            end = item.reversed if fates[k].is_reversed else None
            path = splice(before, item.value, item.takes_effect, end)
            policy = with_path(policy, lever, resource, path)
    return park.model_copy(update={"policy": policy})


def weigh(park: Park, seed: int, prices: Prices, columns: Columns, calendar: Calendar) -> Prices:
    """Prices with what firms reckon with while changes are announced and undecided.

    Parameters
    ----------
    park : Park
        As the scenario states it, nothing resolved.
    seed : int
        Run seed.
    prices : Prices
        Of the park that :func:`resolve` gives.
    columns : Columns
    calendar : Calendar

    Returns
    -------
    Prices
        The same object where no announcement touches the cost of a stream before it takes effect. Grants
        and subsidies are not waited for.
    """
    if not park.policy.announced:
        return prices
    outlook = _Outlook(park, seed, columns, calendar)
    for k in range(len(park.policy.announced)):
        outlook.weigh(k)
    if not outlook.shift.any() and not outlook.variance.any():
        return prices
    return replace(prices, perceived=prices.cost + outlook.shift, spread=np.sqrt(outlook.variance))


def policy_risk(prices: Prices, ports: tuple[int, ...], period: int) -> float:
    """Share of what an exchange avoids that hangs on changes announced and undecided.

    Parameters
    ----------
    prices : Prices
    ports : tuple of int
        The two ports of a pair, or one of them.
    period : int

    Returns
    -------
    float, 1
        Sum of the ports' standard deviations over the sum of their perceived costs, at most 1. An
        appraisal takes off the share times the firm's risk aversion, as for any other risk. [M]
    """
    if prices.spread is None:
        return 0.0
    chosen = list(ports)
    spread = float(prices.spread[period, chosen].sum())
    value = float(np.abs(prices.perceived[period, chosen]).sum())
    return min(spread / value, 1.0) if value > 0.0 else float(spread > 0.0)


def perceived_risk(prices: Prices, resource: int, trust: float, ports: tuple[int, ...], period: int) -> float:
    """Chance, as firms see it, that regulation, the partner or policy spoils an exchange.

    Parameters
    ----------
    prices : Prices
    resource : int
        Column of the residual, for the chance that a permit is refused.
    trust : float, 1
        Between the two firms; full distrust counts as one half. [M]
    ports : tuple of int
        The two ports of the pair.
    period : int

    Returns
    -------
    float, 1
        The sum of the three.
    """
    refusal = float(prices.refusal[period, resource])
    return refusal + 0.5 * (1.0 - trust) + policy_risk(prices, ports, period)


class _Outlook:
    """Adds up the shifts of perceived cost, and their variances, announcement by announcement."""

    def __init__(self, park: Park, seed: int, columns: Columns, calendar: Calendar) -> None:
        self._stated, self._columns, self._calendar = park.policy, columns, calendar
        self._fates = draw_fates(park.policy, seed)
        self._actual = resolve(park, seed)
        self._starts = calendar.period_bounds[:-1]
        rates = [per_year(park.firms[name].behaviour.hurdle_rate.value) for name in columns.firms]
        self._growth = 1.0 + np.array(rates)[columns.port_firm]
        self._known: dict[tuple[str, str, float], _Floats] = {}
        shape = (calendar.periods, len(columns.ports))
        self.shift, self.variance = np.zeros(shape), np.zeros(shape)

    def weigh(self, k: int) -> None:
        """Add one announcement."""
        item, fate = self._stated.announced[k], self._fates[k]
        begin, effect = self._day(item.announced or item.takes_effect), self._day(item.takes_effect)
        back = np.inf if item.reversed is None else self._day(item.reversed)
        p, q = item.probability.value, item.reversal.value if item.reversed is not None else 0.0
        for rows, now in self._spans(item, begin, effect):
            comes = self._discounted(k, item.takes_effect, rows, now)
            goes = np.zeros_like(comes)
            if item.reversed is not None:
                goes = self._discounted(k, item.reversed, rows, now)
            mean = p * (comes - q * goes)
            square = p * ((1.0 - q) * comes**2 + q * (comes - goes) ** 2)
            self.shift[rows] += mean
            self.variance[rows] += np.maximum(square - mean**2, 0.0)
        if fate.happens and item.reversed is not None:
            for rows, now in self._spans(item, effect, back):
                goes = self._discounted(k, item.reversed, rows, now)
                self.shift[rows] -= q * goes
                self.variance[rows] += q * (1.0 - q) * goes**2

    def _spans(self, item: Announcement, first: float, last: float) -> list[tuple[slice, float]]:
        """Periods from one day to another, cut where something of the same lever is decided or announced."""
        same = [a for a in self._stated.announced if _lever(a) == _lever(item)]
        days = {
            self._day(d) for a in same for d in (a.announced, a.takes_effect, a.reversed) if d is not None
        }
        cuts = [first, *sorted(day for day in days if first < day < last), last]
        bounds = np.searchsorted(self._starts, cuts).tolist()
        return [(slice(a, b), float(self._starts[a])) for a, b in pairwise(bounds) if a < b]

    def _discounted(self, k: int, when: date, rows: slice, now: float) -> _Floats:
        """What a change does to every cost at the prices of some periods, discounted from a day to them."""
        item = self._stated.announced[k]
        lever = _lever(item)
        change = self._cost(lever, item.value.at(when)) - self._cost(lever, self._otherwise(k, when, now))
        years = (self._day(when) - self._starts[rows]) / DAYS_PER_YEAR
        return np.asarray(change[rows] * self._growth ** -years[:, None])

    def _otherwise(self, k: int, when: date, now: float) -> float:
        """Level of a lever that is expected on a day without one change, by what is known now."""
        lever = _lever(self._stated.announced[k])
        base = path_of(self._stated, *lever)
        level = 0.0 if base is None else base.at(when)
        for j in _in_order(self._stated):
            other = self._stated.announced[j]
            told = self._day(other.announced or other.takes_effect) <= now
            if j == k or _lever(other) != lever or not told or other.takes_effect > when:
                continue
            chance = self._chance_in_force(j, when, now)
            level += chance * (other.value.at(when) - level)
        return level

    def _chance_in_force(self, j: int, when: date, now: float) -> float:
        """Chance that a change is in force on a day, by what is known now."""
        item, fate = self._stated.announced[j], self._fates[j]
        comes = float(fate.happens) if self._day(item.takes_effect) <= now else item.probability.value
        if item.reversed is None or item.reversed > when:
            return comes
        goes = float(fate.is_reversed) if self._day(item.reversed) <= now else item.reversal.value
        return comes * (1.0 - goes)

    def _cost(self, lever: tuple[str, str], level: float) -> _Floats:
        """Cost of every port with one lever at one level throughout. ndarray, shape (T, N), money/unit."""
        key = (*lever, level)
        if key not in self._known:
            unit = next(a.value.unit for a in self._stated.announced if _lever(a) == lever)
            policy = with_path(self._actual.policy, *lever, constant(Quantity(level, unit)))
            park = self._actual.model_copy(update={"policy": policy})
            self._known[key] = compile_prices(park, self._columns, self._calendar).cost
        return self._known[key]

    def _day(self, when: date) -> float:
        return float(self._calendar.day(when))


def _lever(item: Announcement) -> tuple[str, str]:
    """Lever and resource of an announcement that has been checked."""
    found = split_field(item.field)
    assert found is not None
    return found


def _in_order(policy: Policy) -> list[int]:
    """Announcements by the day they take effect."""
    return sorted(range(len(policy.announced)), key=lambda k: policy.announced[k].takes_effect)
