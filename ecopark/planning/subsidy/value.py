"""What an exchange is worth to society, and the least payment that makes two firms want it.

What lives here: an appraisal of a pair without taxes and subsidies, with carbon and landfill at stated costs;
the least subsidy and the least grant, asked of the market's own appraisal. What does not: which pairs to ask
about and when (``survey``).

A model is only asked, never moved: what is tried on its prices is taken back at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ecopark.agents.appraiser import Appraiser
from ecopark.calendar import DAYS_PER_YEAR
from ecopark.errors import DomainError
from ecopark.market.accounts import outputs_emission
from ecopark.market.appraisal import Appraisal
from ecopark.market.investment import annuity_factor
from ecopark.market.prices import Prices, compile_prices
from ecopark.model import ParkModel
from ecopark.scenario.policy import Policy
from ecopark.scenario.types import Park

_Floats = NDArray[np.float64]
# What is paid from one pocket of society into another.
_TRANSFERS = (
    "landfill_tax", "incineration_tax", "discharge_levy", "water_levy", "carbon_price", "capital_grant",
    "feed_in_tariff", "subsidy", "carbon_commitment", "support", "announced",
)  # fmt: skip
# A search ends when the bracket is this share of its upper end.
_PRECISION = 1e-10
_MOST_DOUBLINGS = 60


@dataclass(frozen=True)
class SocialTerms:
    """At which prices society values an exchange.

    Attributes
    ----------
    carbon_cost : float, money/t CO2e
        Social cost of carbon, 0 or larger.
    landfill_cost : float, money/t
        External cost of a tonne landfilled, beyond the fee and the greenhouse gas, 0 or larger.
    rate : float, 1/yr
        Real social discount rate, 0 or larger.

    Raises
    ------
    DomainError
        If one of them is below zero.
    """

    carbon_cost: float
    landfill_cost: float = 0.0
    rate: float = 0.05

    def __post_init__(self) -> None:
        for name in ("carbon_cost", "landfill_cost", "rate"):
            if not getattr(self, name) >= 0.0:
                raise DomainError(f"{name} is {getattr(self, name)}; expected 0 or larger")


@dataclass(frozen=True)
class SocialValue:
    """What an exchange on the terms of an appraisal is worth to society, at the prices of a day.

    Attributes
    ----------
    value : float, money/yr
        Saved less spent by all together, capital and cost of dealing as annuities.
    carbon : float, t CO2e/yr
        Emission avoided, that of building spread over the life of what is built.
    landfill : float, t/yr
        Not landfilled.
    diverted : float, unit/yr
        Of the residual, kept from its disposal route.
    """

    value: float
    carbon: float
    landfill: float
    diverted: float


def without_transfers(park: Park) -> Park:
    """The same park with no tax, levy, carbon price, tariff, grant or subsidy.

    Parameters
    ----------
    park : Park

    Returns
    -------
    Park
        Bans and discharge limits stay: their penalty is the cost of a real way out.
    """
    kept = {name: value for name, value in park.policy if name not in _TRANSFERS}
    return park.model_copy(update={"policy": Policy.model_construct(**(dict(Policy()) | kept))})


class SocialBook:
    """Values the exchanges of a running model at social prices.

    Parameters
    ----------
    model : ParkModel
        Its book of promises is looked into as it stands when a value is asked for.
    terms : SocialTerms
    """

    def __init__(self, model: ParkModel, terms: SocialTerms) -> None:
        self._model, self._terms = model, terms
        park = without_transfers(model.park)
        plain = compile_prices(park, model.columns, model.calendar)
        self._routes = [_disposal_route(model.park, spec) for spec in model.columns.specs]
        cost = plain.cost + terms.carbon_cost * plain.emission
        for port, route in enumerate(self._routes):
            if model.columns.is_out[port] and route == "landfill":
                cost[:, port] += terms.landfill_cost
        bought = {
            name: price + terms.carbon_cost * plain.embodied[name] for name, price in plain.bought.items()
        }
        self._prices = replace(plain, cost=cost, perceived=cost, bought=bought, spread=None)
        self._appraiser = Appraiser(park, model.columns, self._prices, model.pairs, model.calendar)
        # One book of promises for both: what is taken is taken.
        self._appraiser.promised = model.appraiser.promised
        self._appraiser.committed = model.appraiser.committed
        self._outputs: dict[int, _Floats] = {}

    def value(self, pair: int, terms: Appraisal, day: float, effort: float = 1.0) -> SocialValue:
        """Value of a pair on the terms of an appraisal.

        Parameters
        ----------
        pair : int
        terms : Appraisal
            With a quantity above zero.
        day : float, day
        effort : float, 1
            Factor on the cost of dealing, by trust and facilitation.

        Returns
        -------
        SocialValue
        """
        model, rate = self._model, self._terms.rate
        out, into = int(model.pairs.out_port[pair]), int(model.pairs.in_port[pair])
        now = model.appraiser.period(day)
        running, caused = self._emissions(pair, terms, out, into, now)
        floor, ceiling = self._appraiser.running_prices(pair, terms, day)
        moved, built = self._of_way(pair, terms)
        margin = ceiling - floor - self._terms.carbon_cost * moved
        if model.columns.is_feed[into]:
            # Its sales are valued at their price; what they replace emits too. What it disposes of is in the price.
            credited = self._fed(into, now) + self._disposed(into, now)
            margin += self._terms.carbon_cost * terms.keep * terms.credit * credited
        q, capital = terms.quantity, self._gross_capital(terms, out, into, now)
        life = self._life(terms, out, into, day)
        spread = annuity_factor(rate, life) if capital > 0.0 or built > 0.0 else 0.0
        deal = model.park.agents.contracts.transaction_cost
        talks = 0.0 if deal is None else 2.0 * deal.value * effort
        dealing = talks * annuity_factor(rate, terms.term / DAYS_PER_YEAR)
        value = margin * q - (capital + self._terms.carbon_cost * built) * spread - dealing
        kept = self._routes[out] not in (None, "sale") and not model.columns.on_demand[out]
        is_tonnes = model.park.resources[model.columns.specs[out].resource].unit == "t"
        return SocialValue(
            value=value,
            carbon=(running - caused) * q - built * spread,
            landfill=q if self._routes[out] == "landfill" and is_tonnes else 0.0,
            diverted=q if kept else 0.0,
        )

    def _emissions(self, pair: int, terms: Appraisal, out: int, into: int, now: int) -> tuple[float, float]:
        """Emission avoided and caused per unit sent, as the accounts of a run count them. t CO2e/unit."""
        prices, columns = self._model.prices, self._model.columns
        gain = terms.keep * terms.credit
        virgin = self._fed(into, now) if columns.is_feed[into] else self._mean(prices.emission[:, into], now)
        inputs = sum(amount * prices.embodied[name][now] for name, amount in terms.inputs.items())
        avoided = self._mean(prices.emission[:, out], now) + gain * virgin
        return float(avoided), float(inputs + self._of_way(pair, terms)[0])

    def _fed(self, port: int, now: int) -> float:
        """Emission avoided by the outputs of one unit of feed. t CO2e/unit."""
        if port not in self._outputs:
            model = self._model
            self._outputs[port] = outputs_emission(
                model.park, model.columns, model.prices, port, model.calendar
            )
        return self._mean(self._outputs[port], now)

    def _disposed(self, port: int, now: int) -> float:
        """Emission of disposing of the outputs of one unit of feed. t CO2e/unit."""
        c, emission = self._model.columns, self._model.prices.emission
        mine = c.is_out & (c.port_process == c.port_process[port]) & ~c.on_demand
        per_activity = float(c.coefficient[now, port])
        if per_activity <= 0.0:
            return 0.0
        outs = np.flatnonzero(mine)
        each = np.array([self._mean(emission[:, out], now) for out in outs])
        return float(c.coefficient[now, outs] @ each) / per_activity

    def _of_way(self, pair: int, terms: Appraisal) -> tuple[float, float]:
        """Emission of haulage and treatment, t CO2e/unit sent; emission of building, t CO2e."""
        model = self._model
        mode, pathway = model.park.transport[terms.mode], model.pairs.pathway(pair)
        length = float(model.pairs.distance[pair]) if terms.route is None else terms.route.length
        haulage = 0.0 if mode.emission is None else mode.emission.value * length * terms.carried
        treated = 0.0
        if pathway is not None and pathway.emission is not None:
            treated = pathway.emission.value * terms.treated
        built = 0.0 if mode.embodied is None else mode.embodied.value * length
        return haulage + treated, built

    def _gross_capital(self, terms: Appraisal, out: int, into: int, now: int) -> float:
        """Investment before what the public pays of it. money."""
        prices = self._model.prices
        paid = float(prices.capital_grant[now]) + prices.support_at(out, into, now)[1]
        if paid >= 1.0:
            raise DomainError("the whole of the investment is paid by the public: its size is not known")
        return terms.capital / (1.0 - paid)

    def _life(self, terms: Appraisal, out: int, into: int, day: float) -> float:
        """Years over which what is built serves: its life, cut where one of the two closes."""
        closes = self._model.columns.closes[[out, into]]
        days = min(terms.lifetime, *(float(end) - max(day, 0.0) for end in closes))
        return max(days, DAYS_PER_YEAR) / DAYS_PER_YEAR if np.isfinite(days) else 30.0

    def _mean(self, path: _Floats, now: int) -> float:
        """Mean over the last year, as firms look at prices."""
        return float(path[max(now - self._model.appraiser.window + 1, 0) : now + 1].mean())


def _disposal_route(park: Park, spec: object) -> str | None:
    """Reference route of a port's residual; None where it has none."""
    disposal = getattr(spec, "disposal", None) or park.resources[getattr(spec, "resource", "")].disposal
    return None if disposal is None else str(disposal.route)


# --------------------------------------------------------------------------- the least payment
Ask = Callable[[], Appraisal]


@contextmanager
def paid_for(prices: Prices, ends: tuple[int, int], subsidy: float, grant: float) -> Iterator[None]:
    """Let one exchange be paid for, on top of what it gets already, while the context lasts.

    Parameters
    ----------
    prices : Prices
    ends : tuple of (int, int)
        Out- and in-port.
    subsidy : float, money/unit
    grant : float, 1
        Share of the investment.
    """
    before = prices.support.get(ends)
    nothing = np.zeros(prices.capital_grant.size)
    held = before or (nothing, nothing)
    prices.support[ends] = (held[0] + subsidy, held[1] + grant)
    try:
        yield
    finally:
        if before is None:
            del prices.support[ends]
        else:
            prices.support[ends] = before


def least_subsidy(prices: Prices, ends: tuple[int, int], ask: Ask) -> float:
    """Least payment per unit at which both firms would sign.

    Parameters
    ----------
    prices : Prices
        Those the appraisal is made with.
    ends : tuple of (int, int)
        Out- and in-port.
    ask : callable
        Appraises the pair anew.

    Returns
    -------
    float, money/unit
        On top of what is paid already; nan where no payment helps. At it the appraisal is worthwhile, at a
        share of 1e-9 less it is not.

    Notes
    -----
    Sought by doubling and bisection on the appraisal itself, so that everything in it counts: both hurdle
    rates, the payback, the risk each sees, the choice among modes of transport.
    """

    def wants(amount: float) -> bool:
        with paid_for(prices, ends, amount, 0.0):
            return not ask().reason

    first = ask()
    if not first.reason:
        return 0.0
    high = max(first.floor - first.ceiling, 1e-6)
    for _ in range(_MOST_DOUBLINGS):
        if wants(high):
            return _bisect(wants, high)
        high *= 2.0
    return float("nan")


def least_grant(prices: Prices, ends: tuple[int, int], ask: Ask) -> float:
    """Least share of the investment that the public must pay so that both firms would sign.

    Parameters
    ----------
    prices : Prices
        Those the appraisal is made with.
    ends : tuple of (int, int)
        Out- and in-port.
    ask : callable
        Appraises the pair anew.

    Returns
    -------
    float, 1
        On top of what is granted already, below 1; nan where no grant helps, since running it loses money.
    """

    def wants(share: float) -> bool:
        with paid_for(prices, ends, 0.0, share):
            return not ask().reason

    if not ask().reason:
        return 0.0
    high = 1.0 - 1e-6 - float(prices.capital_grant.max())
    return _bisect(wants, high) if high > 0.0 and wants(high) else float("nan")


def _bisect(wants: Callable[[float], bool], high: float) -> float:
    """Least amount wanted, seen from above; `high` is wanted, nothing is not."""
    low = 0.0
    while high - low > _PRECISION * high:
        middle = (low + high) / 2.0
        if wants(middle):
            high = middle
        else:
            low = middle
    return high
