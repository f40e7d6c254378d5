"""Unit values of links by block: money, carbon, virgin water and landfill avoided per unit sent.

What lives here: the accounts of an exchange (``market.accounts``) per unit, as means over blocks. What does not:
capital (``capital``).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ecopark.calendar import Calendar
from ecopark.flows.columns import Columns
from ecopark.market.accounts import outputs_emission, value_received
from ecopark.market.options import Options
from ecopark.market.prices import Prices, compile_prices
from ecopark.planning.optimum.overlap import Overlaps
from ecopark.planning.optimum.reference import Reference
from ecopark.scenario.types import Park, Policy

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
_LANDFILL = "landfill"


def social_prices(park: Park, columns: Columns, calendar: Calendar) -> Prices:
    """Prices without what only changes hands between firms and the public.

    Parameters
    ----------
    park : Park
    columns : Columns
    calendar : Calendar

    Returns
    -------
    Prices
        Without taxes, levies, carbon price, tariffs, subsidies and grants. What bans and limits force upon
        firms stays: the next best way costs society as much.
    """
    policy = Policy(bans=park.policy.bans, discharge_limits=park.policy.discharge_limits)
    return compile_prices(park.model_copy(update={"policy": policy}), columns, calendar)


class Worth:
    """Values links over the blocks of a problem.

    Parameters
    ----------
    reference : Reference
    options : Options
    overlaps : Overlaps
    pair, option : ndarray of int, shape (L,), 1
        Of each link.
    physics : mapping of str to ndarray of float, shape (T, L), 1
        ``keep, gain, carried, treated, electricity`` by period; NaN where physics forbids.
    weight : ndarray of float, shape (T, L), supply unit or day
        What each could send in each period.
    """

    def __init__(
        self,
        reference: Reference,
        options: Options,
        overlaps: Overlaps,
        pair: _Ints,
        option: _Ints,
        physics: dict[str, _Floats],
        weight: _Floats,
    ) -> None:
        self._reference, self._overlaps, self._periods = reference, overlaps, overlaps.periods
        self._options, self._option, self._weight = options, option, weight
        self._length = reference.pairs.distance[pair]
        self._out, self._into = reference.pairs.out_port[pair], reference.pairs.in_port[pair]
        possible = np.isfinite(physics["gain"]) * overlaps.period_days[:, None]
        #: Means over each block. ndarray of float, shape (B, L), unit/supply unit.
        self.physics = {name: overlaps.by_block(possible, table) for name, table in physics.items()}

    def objectives(self, social: Prices) -> dict[str, _Floats]:
        """Benefit per unit sent, by objective.

        Parameters
        ----------
        social : Prices
            Of :func:`social_prices`.

        Returns
        -------
        dict of str to ndarray of float, shape (B, L), objective unit/supply unit
        """
        columns, park = self._reference.columns, self._reference.park
        kind = np.array([park.resources[name].kind for name in columns.resources])
        replaces = (kind == "water")[columns.port_resource] & ~columns.is_feed
        return {
            "cost": self._money(self._reference.prices),
            "social_cost": self._money(social),
            "carbon": self._carbon(),
            "virgin_water": self.physics["gain"] * replaces[self._into],
            "landfill": self._landfill(),
        }

    def inputs(self) -> dict[str, _Floats]:
        """Resources bought by takers per unit sent. ndarray of float, shape (B, L), unit/supply unit."""
        power = self.physics["electricity"]
        return {"electricity": power} if power.any() else {}

    def burdens(self) -> dict[str, _Floats]:
        """Resources bought by givers per unit sent. ndarray of float, shape (B, L), unit/supply unit."""
        specs = self._reference.columns.specs
        names = sorted({name for port in self._out.tolist() for name in specs[port].burden})
        found = {}
        for name in names:
            amounts = [specs[port].burden.get(name) for port in self._out.tolist()]
            amount = np.array([0.0 if quantity is None else quantity.value for quantity in amounts])
            found[name] = np.broadcast_to(amount, self.physics["gain"].shape)
        return found

    def _mean(self, table: _Floats) -> _Floats:
        """Mean of paths over each block. ndarray of float, shape (B, L), unit of the table."""
        return self._overlaps.by_block(self._weight, table)

    def _money(self, prices: Prices) -> _Floats:
        """Money per unit sent; what firms pay each other cancels."""
        reference, physics, now = self._reference, self.physics, self._periods
        known = reference.park, reference.columns, prices
        received = cache(lambda port: value_received(*known, port, reference.calendar)[now])
        taken = self._side_by_side([received(port) for port in self._into.tolist()])
        value = self._mean(prices.cost[now][:, self._out]) + physics["gain"] * self._mean(taken)
        names = ("handling", "variable", "treatment")
        costs = {name: self._mean(self._options.costs[name][now][:, self._option]) for name in names}
        value -= physics["carried"] * (costs["handling"] + costs["variable"] * self._length)
        value -= physics["treated"] * costs["treatment"]
        for name, amount in [*self.inputs().items(), *self.burdens().items()]:
            value -= amount * self._mean(self._path(prices.bought[name]))
        return np.asarray(value + self._mean(self._paid(prices)))

    def _paid(self, prices: Prices) -> _Floats:
        """What the public pays per unit sent. ndarray of float, shape (T, L), money/unit."""
        columns = self._reference.columns
        paid = np.zeros_like(self._weight)
        for resource, path in prices.subsidy.items():
            mine = columns.port_resource[self._out] == columns.resources.index(resource)
            paid += path[self._periods][:, None] * mine
        for (out, into), (path, _) in prices.support.items():
            paid += path[self._periods][:, None] * ((self._out == out) & (self._into == into))
        return paid

    def _path(self, path: _Floats) -> _Floats:
        return np.broadcast_to(path[self._periods][:, None], self._weight.shape)

    def _carbon(self) -> _Floats:
        """Emission avoided per unit sent. t CO2e/unit."""
        reference, physics, now = self._reference, self.physics, self._periods
        park, columns, prices = reference.park, reference.columns, reference.prices
        made = cache(
            lambda port: (
                outputs_emission(park, columns, prices, port, reference.calendar)[now]
                if columns.is_feed[port]
                else prices.emission[now, port]
            )
        )
        replaced = self._side_by_side([made(port) for port in self._into.tolist()])
        value = self._mean(prices.emission[now][:, self._out]) + physics["gain"] * self._mean(replaced)
        modes = [park.transport[self._options.modes[k]] for k in self._option.tolist()]
        ways = [reference.pairs.ways[k].pathway for k in self._way().tolist()]
        moved = np.array([0.0 if mode.emission is None else mode.emission.value for mode in modes])
        treated = [0.0 if way is None or way.emission is None else way.emission.value for way in ways]
        value -= physics["carried"] * moved * self._length + physics["treated"] * np.array(treated)
        for name, amount in [*self.inputs().items(), *self.burdens().items()]:
            value -= amount * self._mean(self._path(prices.embodied[name]))
        return np.asarray(value)

    def _side_by_side(self, paths: list[_Floats]) -> _Floats:
        """Paths of the links as columns. ndarray of float, shape (T, L), unit of the paths."""
        return np.array(paths).reshape(len(paths), self._weight.shape[0]).T

    def _way(self) -> _Ints:
        """Way of each link."""
        return np.searchsorted(self._options.first, self._option, side="right") - 1

    def _landfill(self) -> _Floats:
        """Waste kept from landfill per unit sent, less what a feed-driven taker makes of it. t/unit."""
        columns = self._reference.columns
        buried = np.array([self._is_buried(port) for port in range(len(columns.ports))])
        avoided = np.broadcast_to(buried[self._out].astype(np.float64), self.physics["gain"].shape)
        made = cache(self._buried_by_feed)
        nothing = np.zeros(self._weight.shape[0])
        again = [made(port) if columns.is_feed[port] else nothing for port in self._into.tolist()]
        return np.asarray(avoided - self.physics["gain"] * self._mean(self._side_by_side(again)))

    def _buried_by_feed(self, port: int) -> _Floats:
        """Waste that a feed-driven plant sends to landfill per unit of feed. ndarray of float, shape (T,), t/unit."""
        columns = self._reference.columns
        process = columns.port_process[port]
        coefficient = columns.coefficient[self._periods]
        outs = [k for k in np.flatnonzero(columns.port_process == process).tolist() if self._is_buried(k)]
        waste, feed = coefficient[:, outs].sum(axis=1), coefficient[:, port]
        return np.asarray(np.divide(waste, feed, out=np.zeros_like(waste), where=feed > 0.0))

    def _is_buried(self, port: int) -> bool:
        """Whether what a port gives goes to landfill where nobody takes it, in tonnes."""
        columns, park = self._reference.columns, self._reference.park
        if not columns.is_out[port] or columns.on_demand[port] or columns.is_product[port]:
            return False
        spec = columns.specs[port]
        disposal = spec.disposal or park.resources[spec.resource].disposal
        return (
            disposal is not None and disposal.route == _LANDFILL and park.resources[spec.resource].unit == "t"
        )
