"""What pairs would save at a glance: money, carbon, or tonnes kept from disposal, per unit sent.

What lives here: estimates for ranking pairs before any study, by the metric of a programme. What does not: the
appraisal of an idea (``appraisal``) and the account of an exchange (``accounts``), which count losses on the way
and what is really carried.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecopark.calendar import Calendar
from ecopark.flows.columns import Columns
from ecopark.market.accounts import outputs_emission
from ecopark.market.pairs import UNSEEN, Apparent, Pairs, Way
from ecopark.market.prices import Prices
from ecopark.scenario.types import Park

_Floats = NDArray[np.float64]


def apparent_money(columns: Columns, pairs: Pairs, prices: Prices, terms: Apparent, period: int) -> _Floats:
    """Money that a pair would save at a glance.

    Parameters
    ----------
    columns : Columns
    pairs : Pairs
    prices : Prices
    terms : Apparent
    period : int

    Returns
    -------
    ndarray of float, shape (K,), money/unit
        Disposal cost + virgin price x gain - treatment - haulage. What feed is worth to its taker, or heat
        to a heat pump, is not seen at a glance: there only the disposal cost counts.
    """
    cost = prices.cost[period]
    unseen = columns.is_feed[pairs.in_port] | (terms.gain >= UNSEEN)
    replaced = np.where(unseen, 0.0, terms.gain * cost[pairs.in_port])
    return np.asarray(cost[pairs.out_port] + replaced - terms.cost)


def apparent_carbon(
    park: Park, columns: Columns, pairs: Pairs, prices: Prices, calendar: Calendar, period: int
) -> _Floats:
    """Emission that a pair would avoid at a glance.

    Parameters
    ----------
    park : Park
    columns : Columns
    pairs : Pairs
    prices : Prices
    calendar : Calendar
    period : int

    Returns
    -------
    ndarray of float, shape (K,), t CO2e/unit
        Emission of disposal + emission of virgin supply x gain - giver's burden - treatment - haulage and
        electricity by the mode that emits least. For feed, what its outputs avoid instead of virgin supply;
        a heat pump is taken to deliver its source heat only. Losses on the way are left out.
    """
    avoided = prices.emission[period].copy()
    for port in np.flatnonzero(columns.is_feed).tolist():
        avoided[port] = outputs_emission(park, columns, prices, port, calendar)[period]
    power = float(prices.embodied["electricity"][period]) if "electricity" in prices.embodied else 0.0
    given = avoided.copy()
    for port in np.flatnonzero(columns.is_out).tolist():
        for name, amount in columns.specs[port].burden.items():
            given[port] -= amount.value * float(prices.embodied[name][period])
    saved = np.zeros(pairs.count)
    order = np.argsort(pairs.way, kind="stable")
    first = np.searchsorted(pairs.way[order], np.arange(len(pairs.ways) + 1))
    for number, way in enumerate(pairs.ways):
        rows = order[first[number] : first[number + 1]]
        if rows.size:
            gain, treated = _conversion(way, power)
            replaced = gain * avoided[pairs.in_port[rows]]
            moved = _haulage(park, way, pairs.distance[rows], power)
            saved[rows] = given[pairs.out_port[rows]] + replaced - treated - moved
    return saved


def _conversion(way: Way, power: float) -> tuple[float, float]:
    """Virgin units replaced, and t CO2e of treatment, per unit treated."""
    pathway = way.pathway
    if pathway is None:
        return 1.0, 0.0
    emission = pathway.emission.value if pathway.emission is not None else 0.0
    electricity = pathway.electricity.value if pathway.electricity is not None else 0.0
    return pathway.yield_.value * pathway.replacement.value, emission + electricity * power


def _haulage(park: Park, way: Way, length: _Floats, power: float) -> _Floats:
    """Emission of the way between, by the mode that emits least. ndarray of float, shape (n,), t CO2e/unit."""
    least = np.full(length.size, np.inf)
    for name, reach in way.modes.items():
        mode = park.transport[name]
        emission = mode.emission.value if mode.emission is not None else 0.0
        electricity = mode.electricity.value if mode.electricity is not None else 0.0
        by_mode = (emission + electricity * power) * length
        least = np.where(length <= reach, np.minimum(least, by_mode), least)
    carried = 1.0 if way.pathway is None or way.pathway.at == "taker" else way.pathway.yield_.value
    return carried * least
