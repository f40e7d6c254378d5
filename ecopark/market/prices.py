"""What a port costs without any exchange: disposal of its residual, or virgin supply of its need.

What lives here: unit costs and emissions of every port over the periods of a run, from the
scenario's prices, taxes, levies, carbon price and bans. What does not: quantities, contracts.

Rules: a route's tax is added to its fee where the stream is taxed; a ban raises the cost to its
penalty, a limit that of the part beyond it; a feed-in tariff is what the stream earns elsewhere. Public buyers
raise what virgin supply costs those who sell to them, or pay for what is made of residuals. The
carbon price is charged on fuels bought (kind ``energy``, electricity excepted, whose price carries it
already) and on emissions of disposal, as far as a commitment scheme lets it count; upstream emissions of
bought materials are not priced to the buyer. What firms make of announced changes is the matter of
``expectation``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ecopark.calendar import Calendar
from ecopark.flows.columns import Columns
from ecopark.market.permits import compile_refusal
from ecopark.scenario.paths import Path
from ecopark.scenario.types import Disposal, Park, Virgin

_TAX_OF_ROUTE = {
    "landfill": "landfill_tax",
    "incineration": "incineration_tax",
    "discharge": "discharge_levy",
}
_Block = TypeVar("_Block", Virgin, Disposal)
_UNIT_OF_TAX = {"landfill_tax": "t", "incineration_tax": "t", "discharge_levy": "m3"}


_Pair = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True)
class Prices:
    """Unit costs and emissions over T periods, and what regulation may do to an exchange.

    Attributes
    ----------
    cost : ndarray of float, shape (T, N), money/unit
        Out-port: cost of disposal, negative where the residual is sold, zero where it is made
        on demand. In-port: virgin price.
    emission : ndarray of float, shape (T, N), t CO2e/unit
        Of disposal or of virgin supply.
    bought, embodied : mapping of str to ndarray of float, shape (T,), money/unit, t CO2e/unit
        Price and emission of resources bought to run an exchange, such as electricity.
    capital_grant : ndarray of float, shape (T,), 1
        Share of an investment paid by the public.
    subsidy : mapping of str to ndarray of float, shape (T,), money/unit
        Paid by the public per unit of a residual exchanged; only resources that have one.
    perceived : ndarray of float, shape (T, N), money/unit
        What firms reckon with instead of `cost`; the same object where nothing is announced.
    refusal : ndarray of float, shape (T, R), 1
        Chance that the permit of an exchange is refused, as firms see it; guidance of the regulator is
        entered in it while the run goes on (``permits.settle_refusal``).
    spread : ndarray of float, shape (T, N), money/unit
        Standard deviation of `perceived` by what is announced and undecided; None where nothing is.
    support : mapping of (int, int) to tuple of ndarray of float, shape (T,), money/unit and 1
        By out- and in-port: what the public pays for this exchange alone, public buyers included, per unit and as
        share of its investment.
    """

    cost: NDArray[np.float64]
    emission: NDArray[np.float64]
    bought: dict[str, NDArray[np.float64]]
    embodied: dict[str, NDArray[np.float64]]
    capital_grant: NDArray[np.float64]
    subsidy: dict[str, NDArray[np.float64]]
    perceived: NDArray[np.float64]
    refusal: NDArray[np.float64]
    spread: NDArray[np.float64] | None = None
    support: dict[tuple[int, int], _Pair] = field(default_factory=dict)

    def subsidy_at(self, resource: str, period: int) -> float:
        """Subsidy of one unit of a residual exchanged.

        Parameters
        ----------
        resource : str
        period : int

        Returns
        -------
        float, money/unit
        """
        path = self.subsidy.get(resource)
        return 0.0 if path is None else float(path[period])

    def support_at(self, out_port: int, in_port: int, period: int) -> tuple[float, float]:
        """What the public pays for one exchange alone.

        Parameters
        ----------
        out_port, in_port : int
        period : int

        Returns
        -------
        tuple of (float, float), money/unit and 1
            Per unit sent, and as share of the investment.
        """
        paths = self.support.get((out_port, in_port))
        return (0.0, 0.0) if paths is None else (float(paths[0][period]), float(paths[1][period]))

    def paid(
        self, columns: Columns, out_port: NDArray[np.int64], in_port: NDArray[np.int64], period: int
    ) -> NDArray[np.float64]:
        """All that the public pays per unit sent, for each of some pairs.

        Parameters
        ----------
        columns : Columns
        out_port, in_port : ndarray of int, shape (K,), 1
        period : int

        Returns
        -------
        ndarray of float, shape (K,), money/unit
        """
        each = np.array([self.subsidy_at(name, period) for name in columns.resources])
        paid = each[columns.port_resource[out_port]]
        if self.support:
            # Many pairs and many payments: found by one search instead of one pass for each payment.
            width = len(columns.ports)
            ends = np.array([out * width + into for out, into in self.support], dtype=np.int64)
            rates = np.array([path[period] for path, _ in self.support.values()])
            order = np.argsort(ends)
            codes = out_port * width + in_port
            at = np.minimum(np.searchsorted(ends[order], codes), ends.size - 1)
            paid = paid + np.where(ends[order][at] == codes, rates[order][at], 0.0)
        return np.asarray(paid)


def compile_prices(park: Park, columns: Columns, calendar: Calendar) -> Prices:
    """Unit costs and emissions of every port at the start of every period.

    Parameters
    ----------
    park : Park
    columns : Columns
    calendar : Calendar

    Returns
    -------
    Prices
    """
    book = _Book(park, calendar)
    shape = (calendar.periods, len(columns.ports))
    each = [book.port(columns, port) for port in range(len(columns.ports))]
    # Side by side in one go: written column by column, many ports take long.
    cost, emission = (
        np.ascontiguousarray(np.array([pair[part] for pair in each]).reshape(shape[::-1]).T)
        for part in (0, 1)
    )
    inputs = {name for port in columns.specs for name in port.burden} | (
        {"electricity"} & set(park.resources)
    )
    pairs = {name: book.market(name) for name in sorted(inputs)}
    return Prices(
        cost=cost,
        emission=emission,
        bought={name: pair[0] for name, pair in pairs.items()},
        embodied={name: pair[1] for name, pair in pairs.items()},
        capital_grant=book.path(park.policy.capital_grant),
        subsidy={name: book.path(path) for name, path in sorted(park.policy.subsidy.items())},
        perceived=cost,
        refusal=compile_refusal(park, columns.resources, calendar),
        support=_procured(park, columns, book, _support(park, columns, book)),
    )


def _support(park: Park, columns: Columns, book: _Book) -> dict[tuple[int, int], _Pair]:
    """Payments for single exchanges, by the ports they may run between; several for one add up."""
    found: dict[tuple[int, int], _Pair] = {}
    for aid in park.policy.support:
        firm_of = [columns.firms[firm] for firm in columns.port_firm]
        given = [
            port
            for port, spec in enumerate(columns.specs)
            if columns.is_out[port] and spec.resource == aid.resource and firm_of[port] == aid.giver
        ]
        taken = [
            port
            for port, spec in enumerate(columns.specs)
            if not columns.is_out[port] and firm_of[port] == aid.taker and aid.need in (None, spec.resource)
        ]
        for ends in product(given, taken):
            held = found.get(ends, (book.path(None), book.path(None)))
            found[ends] = held[0] + book.path(aid.subsidy), held[1] + book.path(aid.grant)
    return found


def _procured(
    park: Park, columns: Columns, book: _Book, found: dict[tuple[int, int], _Pair]
) -> dict[tuple[int, int], _Pair]:
    """Payments of `found` and, on top of them, what public buyers pay takers for the use of a residual."""
    joined = {(way.giver, way.taker) for way in park.pathways.values()}
    firms = [columns.firms[firm] for firm in columns.port_firm]
    for rule in park.policy.procurement:
        if rule.premium is None:
            continue
        paid, nothing = book.path(rule.premium) * rule.share.value, book.path(None)
        outs, ins = [], []
        for port, spec in enumerate(columns.specs):
            if columns.is_out[port]:
                outs += [port] if spec.resource == rule.residual else []
                continue
            fits = spec.resource == rule.residual or (rule.residual, spec.resource) in joined
            asked = park.firms[firms[port]].sector in rule.sectors and rule.need in (None, spec.resource)
            ins += [port] if fits and asked else []
        for ends in product(outs, ins):
            held = found.get(ends)
            found[ends] = (paid, nothing) if held is None else (held[0] + paid, held[1])
    return found


class _Book:
    """Prices of resources, worked out once each; recipes refer to other resources.

    Ports that share a block of the scenario (firms of one kind) share its prices.
    """

    def __init__(self, park: Park, calendar: Calendar) -> None:
        self._park = park
        self._calendar = calendar
        self._known: dict[str, _Pair] = {}
        self._blocks: dict[tuple[str, int], _Pair] = {}
        self._nothing = self.path(None)
        self._carbon = self.path(park.policy.carbon_price)
        #: Part of the carbon price on its reference route that a giver can claim when it exchanges.
        self._claimed = self._carbon
        if park.policy.carbon_commitment is not None:
            self._claimed = self._carbon * (1.0 - self.path(park.policy.carbon_commitment))

    def path(self, path: Path | None) -> NDArray[np.float64]:
        """Values at the start of every period; zero where there is no path."""
        starts = self._calendar.period_bounds[:-1]
        return np.zeros(starts.size) if path is None else path.sample(starts, self._calendar.start)

    def port(self, columns: Columns, port: int) -> _Pair:
        """Cost and emission of one unit of a stream without any exchange."""
        spec = columns.specs[port]
        resource = self._park.resources[spec.resource]
        # What is made only when taken is never disposed of.
        if columns.on_demand[port]:
            return self._nothing, self._nothing
        cost, emission = self._nothing, self._nothing
        if columns.is_out[port]:
            disposal = spec.disposal or resource.disposal
            if disposal is not None:
                cost, emission = self.disposal(spec.resource, disposal)
                cost = self.limited(spec.resource, disposal, cost, columns.expected[:, port])
            return self.fed_in(spec.resource, cost), emission
        virgin = spec.virgin or resource.virgin
        if virgin is not None:
            cost, emission = self.virgin(spec.resource, virgin)
            cost = self.surcharged(spec.resource, columns.firms[columns.port_firm[port]], cost)
        return cost, emission

    def market(self, resource: str) -> _Pair:
        """Price and emission of a resource bought on its market."""
        if resource not in self._known:
            spec = self._park.resources[resource].virgin
            self._known[resource] = (
                self.virgin(resource, spec) if spec else (self.path(None), self.path(None))
            )
        return self._known[resource]

    def virgin(self, resource: str, virgin: Virgin) -> _Pair:
        """Price and emission of one unit of virgin supply, its recipe included."""
        return self._once(resource, virgin, self._virgin)

    def disposal(self, resource: str, disposal: Disposal) -> _Pair:
        """Cost and emission of disposing of one unit."""
        return self._once(resource, disposal, self._disposal)

    def _once(self, resource: str, block: _Block, work_out: Callable[[str, _Block], _Pair]) -> _Pair:
        key = (resource, id(block))
        if key not in self._blocks:
            self._blocks[key] = work_out(resource, block)
        return self._blocks[key]

    def _virgin(self, resource: str, virgin: Virgin) -> _Pair:
        kind = self._park.resources[resource].kind
        own_emission = self.path(virgin.emission)
        cost = self.path(virgin.price)
        if kind == "energy" and resource != "electricity":
            cost = cost + self._carbon * own_emission
        if kind == "water":
            cost = cost + self.path(self._park.policy.water_levy)
        emission = own_emission
        for name, amount in virgin.recipe.items():
            price, embodied = self.market(name)
            units = self.path(amount)
            cost, emission = cost + units * price, emission + units * embodied
        return cost, emission

    def _disposal(self, resource: str, disposal: Disposal) -> _Pair:
        emission = self.path(disposal.emission)
        cost = self.path(disposal.fee) + self._claimed * emission
        tax = _TAX_OF_ROUTE.get(disposal.route)
        if tax and disposal.taxed and _UNIT_OF_TAX[tax] == self._park.resources[resource].unit:
            cost = cost + self.path(getattr(self._park.policy, tax))
        for ban in self._park.policy.bans:
            if ban.resource == resource and ban.route == disposal.route:
                starts = self._calendar.period_bounds[:-1]
                banned = starts >= self._calendar.day(ban.from_)
                cost = np.where(banned, np.maximum(cost, self.path(ban.penalty)), cost)
        return cost, emission

    def surcharged(self, resource: str, firm: str, cost: NDArray[np.float64]) -> NDArray[np.float64]:
        """Cost of virgin supply to a firm that loses public orders by using it.

        Parameters
        ----------
        resource : str
        firm : str
        cost : ndarray of float, shape (T,), money/unit
            Without what public buyers ask for.

        Returns
        -------
        ndarray of float, shape (T,), money/unit
            ``cost + share x surcharge`` for each rule of the firm's sector.
        """
        for rule in self._park.policy.procurement:
            asked = rule.need == resource and self._park.firms[firm].sector in rule.sectors
            if asked and rule.surcharge is not None:
                cost = cost + rule.share.value * self.path(rule.surcharge)
        return cost

    def limited(
        self, resource: str, disposal: Disposal, cost: NDArray[np.float64], rate: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Mean cost of a stream of which no more than a limit may go its usual way.

        Parameters
        ----------
        resource : str
        disposal : Disposal
        cost : ndarray of float, shape (T,), money/unit
            Of the usual way.
        rate : ndarray of float, shape (T,), unit/day
            Expected rate of the stream.

        Returns
        -------
        ndarray of float, shape (T,), money/unit
            ``(limit x cost + (rate - limit) x penalty) / rate`` where the rate exceeds the limit: what the
            whole stream costs, spread over all of it. A penalty below the cost changes nothing.
        """
        for rule in self._park.policy.discharge_limits:
            if rule.resource != resource or rule.route not in (None, disposal.route):
                continue
            starts = self._calendar.period_bounds[:-1]
            over = (starts >= self._calendar.day(rule.from_)) & (rate > rule.limit.value)
            beyond = np.divide(rate - rule.limit.value, rate, out=np.zeros_like(rate), where=over)
            cost = cost + beyond * np.maximum(self.path(rule.penalty) - cost, 0.0)
        return cost

    def fed_in(self, resource: str, cost: NDArray[np.float64]) -> NDArray[np.float64]:
        """Cost of a stream that its giver may put to the grid instead, where that pays better.

        Parameters
        ----------
        resource : str
        cost : ndarray of float, shape (T,), money/unit
            Without a tariff.

        Returns
        -------
        ndarray of float, shape (T,), money/unit
            Minus the tariff where that is less than the cost and the tariff is above zero.
        """
        path = self._park.policy.feed_in_tariff.get(resource)
        if path is None:
            return cost
        tariff = self.path(path)
        return np.where(tariff > 0.0, np.minimum(cost, -tariff), cost)
