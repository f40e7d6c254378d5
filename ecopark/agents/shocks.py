"""Shocks as they come: what firms do not know of before, and what they learn on the day.

What lives here: hiding shocks from everything that looks ahead, letting firms learn of them, the attention
they earn. What does not: what a shock does to a park (``scenario.shocked``), waves of outages (``failures``).

What happens is compiled into the columns of the park before the run, shocks included. What firms *expect*
(rates of the coming year, coefficients, openings) is compiled from the park as they know it on the day, and
compiled anew on each day on which they learn of a shock. Closing days stand in the columns from the start:
only those of the past are ever asked for, and a contract ends on them.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecopark.calendar import Calendar
from ecopark.flows.columns import Columns, compile_columns
from ecopark.market.appraisal import Appraisal, throttle
from ecopark.market.contract import Contract
from ecopark.market.expectation import resolve, weigh
from ecopark.market.prices import Prices, compile_prices
from ecopark.scenario.shocked import known_park, shocked_park, turning_days
from ecopark.scenario.shocks import Shock
from ecopark.scenario.types import Park

if TYPE_CHECKING:
    from ecopark.agents.world import World

# Columns by which firms look ahead.
_FORESEEN = ("expected", "plan", "coefficient", "imported", "opens")


class Future(NamedTuple):
    """What will happen in a run.

    Attributes
    ----------
    park : Park
        With shocks, and announced changes that come true, as dated paths.
    columns : Columns
        Of this park, seen by firms as they know it on the first day.
    prices : Prices
        Of this park, and as firms reckon with them.
    """

    park: Park
    columns: Columns
    prices: Prices


def compile_future(park: Park, seed: int, calendar: Calendar) -> Future:
    """What a scenario becomes in one run: nothing is left open but what agents decide.

    Parameters
    ----------
    park : Park
        As the scenario states it.
    seed : int
        Run seed, for what becomes of announced changes.
    calendar : Calendar

    Returns
    -------
    Future
    """
    struck = shocked_park(park)
    actual = resolve(struck, seed)
    columns = compile_columns(actual, calendar)
    prices = weigh(struck, seed, compile_prices(actual, columns, calendar), columns, calendar)
    return Future(actual, veil(park, columns, calendar), prices)


def veil(park: Park, columns: Columns, calendar: Calendar) -> Columns:
    """Columns in which firms see of the future only what they know on the first day.

    Parameters
    ----------
    park : Park
        As the scenario states it, shocks not yet laid over it.
    columns : Columns
        Of what happens.
    calendar : Calendar

    Returns
    -------
    Columns
        The same object where the scenario states no shock.
    """
    if not park.shocks:
        return columns
    known = compile_columns(known_park(park, calendar.start), calendar)
    return replace(columns, **{name: getattr(known, name) for name in _FORESEEN})


class Shocks:
    """Lets a run's shocks strike: SimPy stories, one for each.

    Parameters
    ----------
    world : World
    park : Park
        As the scenario states it.
    """

    def __init__(self, world: World, park: Park) -> None:
        self._world, self._park = world, park
        #: Terms as they were, by label of the shock that cut them and exchange.
        self._whole: dict[tuple[str, str], Appraisal] = {}
        self._calendar, self._columns = world.calendar, world.appraiser.columns
        horizon = float(self._calendar.period_bounds[-1])
        if not park.mechanisms.shocks:
            return
        days = {day for shock in park.shocks for day in map(self._calendar.day, turning_days(shock))}
        for day in sorted(day for day in days if 0 < day < horizon):
            world.env.process(self._reveal(float(day)))
        for shock in park.shocks:
            for when, what in ((shock.announced, "announced"), (shock.from_, ""), (shock.until, "over")):
                if when is not None and 0 <= self._calendar.day(when) < horizon:
                    world.env.process(self._strike(float(self._calendar.day(when)), shock, what))

    def _reveal(self, day: float) -> Generator[Any, Any, None]:
        """Firms learn what has happened by a day, and expect it from then on."""
        yield self._world.env.timeout(day)
        known = compile_columns(known_park(self._park, self._calendar.date(day)), self._calendar)
        for name in _FORESEEN:
            getattr(self._columns, name)[...] = getattr(known, name)
        self._world.scouting.expect_anew()

    def _strike(self, day: float, shock: Shock, what: str) -> Generator[Any, Any, None]:
        """A shock is announced, comes or is over: it is noted, and those it touches look at their streams."""
        yield self._world.env.timeout(day)
        only = shock.firms[0] if len(shock.firms) == 1 else ""
        if shock.kind == "pipe" and what != "announced":
            self._fit_pipes(shock, is_over=what == "over")
        self._world.log(f"shock {what}".strip(), only, detail=shock.label)
        self._world.scouting.shake(self._touched(shock))

    def _fit_pipes(self, shock: Shock, *, is_over: bool) -> None:
        """Pipes that lie or are being laid carry less, or as much as before; what is built later is not struck."""
        for contract in self._piped(shock):
            key = shock.label, contract.synergy
            whole = self._whole.get(key) if is_over else contract.appraisal
            if whole is None:
                continue
            self._whole[key] = whole
            terms = whole
            if not is_over:
                assert shock.factor is not None
                terms = throttle(whole, shock.factor.value)
            now = contract.appraisal
            self._world.alter_terms(
                contract, now._replace(rate=terms.rate, quantity=terms.quantity, capacity=terms.capacity)
            )

    def _piped(self, shock: Shock) -> list[Contract]:
        """Agreements in force or being built between the two firms of a pipe."""
        columns, (giver, taker) = self._columns, shock.firms
        firm = columns.firms.index(giver)
        held = [
            contract
            for port in np.flatnonzero(columns.is_out & (columns.port_firm == firm)).tolist()
            for contract in self._world.appraiser.promised.get(port, ())
            if contract.taker == taker
        ]
        named = [columns.resources[columns.port_resource[contract.out_port]] for contract in held]
        return [
            contract
            for contract, resource in zip(held, named, strict=True)
            if not shock.resources or resource in shock.resources
        ]

    def _touched(self, shock: Shock) -> NDArray[np.int64]:
        """Ports of the firms and resources struck, and those of their partners that they exchange with."""
        columns = self._columns
        if shock.kind == "pipe":
            ends = {port for contract in self._piped(shock) for port in (contract.out_port, contract.in_port)}
            return np.array(sorted(ends), dtype=np.int64)
        firms = [columns.firms.index(name) for name in shock.firms]
        resources = [columns.resources.index(name) for name in shock.resources if name in columns.resources]
        struck = np.isin(columns.port_firm, firms) | np.isin(columns.port_resource, resources)
        if not firms and not resources:
            struck[:] = True
        ports = set(np.flatnonzero(struck).tolist())
        for port in sorted(ports):
            for contract in self._world.appraiser.promised.get(port, ()):
                ports |= {contract.out_port, contract.in_port}
        return np.array(sorted(ports), dtype=np.int64)
