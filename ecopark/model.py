"""The model of a park: Mesa owns the period, SimPy owns everything that takes time.

Order of one step, which is one period:

1. Firms notice pairs and take up ideas (``Scouting.look``, ``Firm.consider``).
2. SimPy runs to the end of the period: screening, negotiation, permits, building, contract
   terms and reviews, outages, openings, workshops.
3. Flows of the period's segments are dispatched over the links that operate, entered into the
   ledger, and the books are checked.
4. Trust follows what was delivered.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import date
from typing import Any

import mesa
import numpy as np
import simpy
from numpy.typing import NDArray

from ecopark.agents.appraiser import Appraiser
from ecopark.agents.exchanges import Bonds, Exchanges
from ecopark.agents.facilitator import Facilitator
from ecopark.agents.firm import Firm
from ecopark.agents.idea import STAGES, Idea
from ecopark.agents.regulator import Regulator
from ecopark.agents.scouting import Scouting
from ecopark.calendar import DAYS_PER_YEAR, Calendar
from ecopark.flows.activity import draw_noise, enter_outage
from ecopark.flows.closure import check_closure
from ecopark.flows.columns import compile_columns
from ecopark.flows.kernel import Ports, dispatch
from ecopark.flows.ledger import Ledger
from ecopark.market.contract import Contract
from ecopark.market.pairs import find_pairs
from ecopark.market.prices import compile_prices
from ecopark.scenario.types import Outage, Park
from ecopark.streams import stream


class ParkModel(mesa.Model):  # type: ignore[misc]
    """A park in one random future.

    Parameters
    ----------
    park : Park
        Checked scenario.
    seed : int
        Run seed; every random quantity has its own stream under it.
    """

    def __init__(self, park: Park, seed: int = 1) -> None:
        super().__init__(rng=int(seed))
        self.park = park
        self.run_seed = int(seed)
        span = park.time
        self.calendar = Calendar(span.start, _next_month(span.end), span.period, span.segment)
        self.columns = compile_columns(park, self.calendar)
        self.prices = compile_prices(park, self.columns, self.calendar)
        self.pairs = find_pairs(park, self.columns)
        self.appraiser = Appraiser(park, self.columns, self.prices, self.pairs, self.calendar)
        self.ledger = Ledger(self.columns, self.calendar)
        self.env = simpy.Environment()
        self.period = 0
        self.ideas: list[Idea] = []
        self.signed: list[Contract] = []
        self.events: list[tuple[float, str, str, str, str, str]] = []
        rules, trusting = park.agents.trust, park.mechanisms.trust
        self.bonds = Bonds(
            rules.initial.value if trusting else 0.0,
            set(park.agents.ties) if trusting else set(),
            self.columns,
            self.pairs,
        )
        self.exchanges = Exchanges(self.appraiser, self.bonds)
        self.scouting = Scouting(self.appraiser, self.prices, self.bonds, self.run_seed)
        self.trust_by_year: list[tuple[float, NDArray[np.float64]]] = []
        self._stock = np.zeros(len(self.columns.ports))
        self._ports = self._static_ports()

        self.firms = {name: Firm(self, name, park.firms[name]) for name in self.columns.firms}
        self.regulator = Regulator(self, park.agents.regulator)
        spec = park.agents.facilitator
        self.facilitator = Facilitator(self, spec) if spec is not None else None

        rate = self.columns.potential
        if park.mechanisms.noise:
            noisy = rate * draw_noise(park, self.columns, self.calendar, self.run_seed)
            rate = np.minimum(noisy, self.columns.ceiling)
        self._rate = rate
        self._availability = np.ones_like(rate)
        self._schedule_events()

    # ------------------------------------------------------------------ the step
    def step(self) -> None:
        """Advance one period, in the order of the module's docstring."""
        start, end = (float(day) for day in self.calendar.period_bounds[self.period : self.period + 2])
        if self.park.mechanisms.trading:
            information = self.facilitator.information if self.facilitator else 1.0
            for pair in self.scouting.look(start, end, information, self.bonds):
                self._take_up(pair)
        self.env.run(until=end)
        self._flow(start, end)
        self.period += 1
        if self.period == self.calendar.periods or self.calendar.date(end).month == 1:
            self.trust_by_year.append((end - 1.0, self.bonds.level.copy()))

    def close(self) -> None:
        """Let go of the agents' registry, which Mesa 3.3 would keep for ever."""
        getattr(mesa.Agent, "_ids", {}).pop(self, None)

    def _take_up(self, pair: int) -> None:
        idea = self._new_idea(pair)
        idea.reach("identified", self.env.now)
        self.note(idea, "identified")
        self.firms[idea.giver].consider(idea)

    def _new_idea(self, pair: int) -> Idea:
        columns = self.columns
        out, into = int(self.pairs.out_port[pair]), int(self.pairs.in_port[pair])
        attempt = int(self.scouting.attempt[pair])
        name = f"{_stream(columns.ports[out])}>{_stream(columns.ports[into])}#{attempt}"
        key = self.pairs.key(pair)
        idea = Idea(
            synergy=name if key == "direct" else f"{name}:{key}",
            pair=pair,
            attempt=attempt,
            giver=columns.firms[columns.port_firm[out]],
            taker=columns.firms[columns.port_firm[into]],
        )
        self.ideas.append(idea)
        return idea

    def _flow(self, start: float, end: float) -> None:
        first, last = self.calendar.segment_of_period[self.period : self.period + 2].tolist()
        bounds = self.calendar.segment_bounds[first : last + 1].astype(np.float64)
        links = self.exchanges.columns(self.period, bounds)
        ports = self._ports._replace(
            coefficient=self.columns.coefficient[self.period], imported=self.columns.imported[self.period]
        )
        opening = self._stock.copy()
        rate = self._rate[first:last] * self._availability[first:last]
        result = dispatch(ports, links, rate, np.diff(bounds), self._stock)
        check_closure(self.columns, self.calendar, first, opening, links, result)
        self.ledger.enter(first, self.exchanges.number.copy(), result)
        if self.park.mechanisms.trust and links.out_port.size:
            self._learn(result.sent.sum(axis=0), links.active.mean(axis=0) * (end - start))

    def _learn(self, sent: NDArray[np.float64], days: NDArray[np.float64]) -> None:
        """Trust rises where the promised quantity came, falls where it did not."""
        promised = self.exchanges.promised[self.period % self.appraiser.window] * days
        due = promised > 0.0
        kept = np.minimum(sent[due] / promised[due], 1.0)
        self.bonds.learn(self.exchanges.bond[due], kept, days[due] / DAYS_PER_YEAR, self.park.agents.trust)

    # ------------------------------------------------------------------ what agents ask
    def chance(self, *address: str) -> np.random.Generator:
        """Random stream of an address."""
        return stream(self.run_seed, *address)

    def trust(self, first: str, second: str) -> float:
        """Trust between two firms, 0 to 1."""
        return self.bonds.between(first, second)

    def betray(self, first: str, second: str) -> None:
        """Trust after a breach."""
        self.bonds.betray(first, second, self.park.agents.trust)

    def transaction_factor(self) -> float:
        """Factor on transaction cost of a facilitator at work."""
        return self.facilitator.transaction_cost if self.facilitator else 1.0

    def start_exchange(self, contract: Contract) -> None:
        """Open the link of a contract now."""
        self.exchanges.start(contract, self.env.now)
        self.scouting.celebrate(contract.out_port, contract.in_port)

    def cut_exchange(self, contract: Contract, until: float) -> None:
        """A pipe fails now and works again on a day."""
        self.exchanges.cut(contract, self.env.now, until)
        self.log("outage", contract.giver, contract.taker, contract.synergy, f"{until - self.env.now:.1f} d")

    def take_over(self, idea: Idea, pair: int) -> Idea:
        """The idea under which a successor carries an exchange on."""
        self.scouting.inherit(pair)
        heir = self._new_idea(pair)
        heir.stages = dict.fromkeys(STAGES, self.env.now)
        heir.state = "operating"
        heir.mode, heir.price, heir.quantity = idea.mode, idea.price, idea.quantity
        heir.capital, heir.term = 0.0, idea.term
        self.note(heir, "taken over", f"from {idea.synergy}")
        return heir

    def stop_exchange(self, contract: Contract) -> None:
        """Close the link of a contract now."""
        self.exchanges.stop(contract, self.env.now)

    def log(self, event: str, firm: str = "", partner: str = "", synergy: str = "", detail: str = "") -> None:
        """Write an event."""
        self.events.append((self.env.now, event, firm, partner, synergy, detail))

    def note(self, idea: Idea, event: str, detail: str = "") -> None:
        """Write an event of an idea."""
        self.log(event, idea.giver, idea.taker, idea.synergy, detail)

    # ------------------------------------------------------------------ things that just happen
    def _schedule_events(self) -> None:
        horizon = float(self.calendar.period_bounds[-1])
        for name, spec in self.park.firms.items():
            for event, when in (("opened", spec.opens), ("closed", spec.closes)):
                if when is not None and 0 <= self.calendar.day(when) < horizon:
                    self.env.process(self._announce(float(self.calendar.day(when)), event, name))
        if not self.park.mechanisms.outages:
            return
        for column, name in enumerate(self.columns.processes):
            firm, process = name.split(".")
            outage = self.park.firms[firm].processes[process].outage
            if outage is not None:
                self.env.process(self._fail(column, name, outage))

    def _announce(self, day: float, event: str, firm: str) -> Generator[Any, Any, None]:
        yield self.env.timeout(day)
        self.log(event, firm)

    def _fail(self, column: int, name: str, outage: Outage) -> Generator[Any, Any, None]:
        """A unit fails and is repaired, for ever; its stream depends on nothing else."""
        chance = self.chance(name, "outage")
        running = np.flatnonzero(self.columns.ceiling[:, column] > 0.0)
        if not running.size:
            return
        yield self.env.timeout(float(self.calendar.segment_bounds[running[0]]))
        last = float(self.calendar.segment_bounds[running[-1] + 1])
        firm = name.split(".")[0]
        while True:
            yield self.env.timeout(float(chance.exponential(outage.mean_time_between.value)))
            repair = float(chance.exponential(outage.mean_duration.value))
            if self.env.now >= last:
                return
            enter_outage(self._availability, column, self.env.now, self.env.now + repair, self.calendar)
            self.log("outage", firm, detail=f"{name.split('.')[1]} down {repair:.1f} d")
            yield self.env.timeout(repair)

    def _static_ports(self) -> Ports:
        c = self.columns
        return Ports(
            c.port_process, c.is_out, c.is_feed, c.on_demand, c.max_share, c.storage,
            c.coefficient[0], c.imported[0], c.process_is_feed, c.process_is_pull, c.process_buffer,
        )  # fmt: skip


def _stream(port: str) -> str:
    """Short name of a port: firm and stream, and the process where it is not the main one."""
    firm, process, _, name = port.split(".")
    return f"{firm}.{name}" if process == "main" else f"{firm}.{process}.{name}"


def _next_month(when: date) -> date:
    return when.replace(year=when.year + when.month // 12, month=when.month % 12 + 1, day=1)
