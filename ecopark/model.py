"""The model of a park: Mesa owns the period, SimPy owns everything that takes time.

Order of one step, which is one period:

1. Firms notice pairs and take up ideas (``Support.notice``, ``Firm.consider``).
2. SimPy runs to the end of the period: screening, negotiation, permits, building, contract
   terms and reviews, openings, workshops. What fails in the period is entered.
3. Flows of the period's segments are dispatched over the links that operate, entered into the
   ledger, and the books are checked.
4. Trust follows what was delivered.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import date
from operator import itemgetter
from typing import Any

import mesa
import numpy as np
import simpy
from numpy.typing import NDArray

from ecopark.agents.appraiser import Appraiser
from ecopark.agents.bonds import Bonds
from ecopark.agents.exchanges import Exchanges
from ecopark.agents.facilitator import Facilitator
from ecopark.agents.failures import Failures, break_down, waves_of
from ecopark.agents.firm import Firm
from ecopark.agents.idea import STAGES, Idea
from ecopark.agents.kinds import firm_kind, participant_kind
from ecopark.agents.learning import ExpectingAppraiser, Learner
from ecopark.agents.leverage import Leverage
from ecopark.agents.regulator import Regulator
from ecopark.agents.scouting import Scouting
from ecopark.agents.settlement import Settlement
from ecopark.agents.shocks import Shocks, compile_future
from ecopark.agents.support import Support
from ecopark.calendar import Calendar
from ecopark.flows.activity import draw_noise
from ecopark.flows.closure import check_closure
from ecopark.flows.kernel import Ports
from ecopark.flows.ledger import Ledger
from ecopark.flows.period import flow_period
from ecopark.market.appraisal import Appraisal
from ecopark.market.contract import Contract
from ecopark.market.pairs import find_pairs, synergy_name
from ecopark.market.permits import settle_refusal
from ecopark.market.trust import judge_by_bond
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
        self.run_seed, stated, span = int(seed), park, park.time
        self.calendar = Calendar(span.start, _next_month(span.end), span.period, span.segment)
        # What happens: shocks and announced changes that come true are dated paths from here on.
        park, self.columns, self.prices = compile_future(stated, self.run_seed, self.calendar)
        self.park = park
        self.pairs = find_pairs(park, self.columns)
        kind = ExpectingAppraiser if _is_learning(park) else Appraiser
        self.appraiser = kind(park, self.columns, self.prices, self.pairs, self.calendar)
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
        self.settlement = Settlement(self.columns, self.exchanges)
        self.learner = (
            Learner(park, self.appraiser, self.bonds, self.exchanges, self.run_seed)
            if isinstance(self.appraiser, ExpectingAppraiser)
            else None
        )
        self.scouting = Scouting(self.appraiser, self.prices, self.bonds, self.run_seed)
        # Day, bonds that are no longer strangers', their trust.
        self.trust_by_year: list[tuple[float, NDArray[np.int64], NDArray[np.float64]]] = []
        self._stock, self._opening = np.zeros((2, len(self.columns.ports)))
        self._bounds = self.calendar.segment_bounds.astype(np.float64)
        self._ports = self._static_ports()

        self.firms: dict[str, Firm] = {
            name: firm_kind(park.firms[name].behaviour.rule)(self, name, park.firms[name])
            for name in self.columns.firms
        }
        self.regulator = Regulator(self, park.agents.regulator)
        spec = park.agents.facilitator
        works = park.mechanisms.facilitation
        self.facilitator = Facilitator(self, spec) if spec is not None and works else None
        self.support = Support(self, self.facilitator, self.bonds)
        self.leverage = Leverage(self)

        self._rate = self._draw_rate()
        self._availability = np.ones_like(self._rate)
        self.failures = Failures(self.exchanges, self._availability, self.calendar)
        if stated.shocks:
            Shocks(self, stated)
        self._schedule_events()
        self.participants = [
            participant_kind(other.kind)(self, name, other.options)
            for name, other in park.agents.others.items()
        ]
        for participant in self.participants:
            participant.begin()

    # ------------------------------------------------------------------ the step
    def step(self) -> None:
        """Advance one period, in the order of the module's docstring."""
        start, end = map(float, self.calendar.period_bounds[self.period : self.period + 2].tolist())
        told = len(self.events)
        for participant in self.participants:
            participant.act(start)
        if self.park.mechanisms.trading:
            for pair in self.support.notice(start, end):
                self._take_up(pair)
        self.env.run(until=end)
        failed = self.failures.befall(end)
        if failed:
            self.events[told:] = sorted(self.events[told:] + failed, key=itemgetter(0))
        self._flow(start, end)
        self.period += 1
        new_year = self.calendar.is_new_year[self.period]
        if self.period == self.calendar.periods or new_year:
            self._close_year(end, new_year)

    def rest(self) -> None:
        """Let go of what only decisions need, so that the tables of a large park have its room; no step follows."""
        del self.scouting, self.support

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
        idea = Idea(
            synergy=synergy_name(columns.ports[out], columns.ports[into], attempt, self.pairs.key(pair)),
            pair=pair,
            attempt=attempt,
            giver=columns.firms[columns.port_firm[out]],
            taker=columns.firms[columns.port_firm[into]],
        )
        self.ideas.append(idea)
        return idea

    def _flow(self, start: float, end: float) -> None:
        first, last = self.calendar.segment_of_period[self.period : self.period + 2].tolist()
        exchanges, columns = self.exchanges, self.columns
        links = exchanges.columns(self.period, self._bounds[first : last + 1])
        ports = self._ports._replace(
            coefficient=columns.coefficient[self.period], imported=columns.imported[self.period]
        )
        days, rate, available = (
            table[first:last] for table in (self.calendar.segment_days, self._rate, self._availability)
        )
        result = self.ledger.begin(first, last, exchanges.number)
        closed, (sent, promised, worked) = flow_period(
            tuple(ports), columns.port_resource, len(columns.resources), tuple(links), rate, available, days,
            self._stock, self._opening, tuple(result), exchanges.promised[self.period % self.appraiser.window],
        )  # fmt: skip
        if not closed:
            check_closure(columns, self.calendar, first, self._opening, links, result)
        if not links.out_port.size:
            return
        if exchanges.some_take_or_pay:

            def could() -> NDArray[np.float64]:
                made: NDArray[np.float64] = (days @ (rate * available))[columns.port_process]
                return made * ports.coefficient

            self.settlement.enter(links, result, could, promised, sent)
        self._learn(sent, promised, worked)

    def _learn(
        self, sent: NDArray[np.float64], promised: NDArray[np.float64], days: NDArray[np.float64]
    ) -> None:
        """Trust and expectation rise where the promised quantity came, fall where it did not."""
        bond, kept, years = judge_by_bond(sent, promised, days, self.exchanges.bond)
        if self.park.mechanisms.trust:
            self.bonds.learn(bond, kept, years, self.park.agents.trust)
        if self.learner is not None:
            self.learner.deliver(bond, kept, years)
            self.learner.move(self.exchanges.number, sent)

    def _close_year(self, end: float, new_year: bool) -> None:
        """Settle the year's take-or-pay accounts; word gets round, firms learn, trust is written down."""
        self.settlement.settle(self.exchanges.all, end - 1.0)
        if new_year and self.park.mechanisms.trust:
            self.bonds.turn_year(self.park.agents.trust)
        if self.learner is not None:
            self.learner.turn_year(end, self.scouting)
        known = np.flatnonzero(self.bonds.level != self.park.agents.trust.initial.value)
        self.trust_by_year.append((end - 1.0, known, self.bonds.level[known]))

    @property
    def activity(self) -> NDArray[np.float64]:
        """Activity of scheduled, capacity of feed-driven processes, after the outages that have happened.

        ndarray of float, shape (S, P), activity unit/day
        """
        return np.asarray(self._rate * self._availability)

    # ------------------------------------------------------------------ what agents ask
    def chance(self, *address: str) -> np.random.Generator:
        """Random stream of an address."""
        return stream(self.run_seed, *address)

    def trust(self, first: str, second: str) -> float:
        """Trust between two firms, 0 to 1."""
        return self.bonds.between(first, second)

    def trust_within(self, pair: int) -> float:
        """Trust between the two firms of a pair, 0 to 1."""
        return float(self.bonds.level[self.bonds.of_pair[pair]])

    def betray(self, traitor: str, victim: str, weight: float = 1.0) -> None:
        """Trust after a breach, or after something that counts for a share of one."""
        self.bonds.betray(traitor, victim, self.park.agents.trust, weight)

    def trust_at_risk(self, traitor: str, victim: str) -> float:
        """Share of the trust of one firm that another would lose by a breach, 0 to 1."""
        return self.bonds.share_at_risk(traitor, victim, self.park.agents.trust)

    def is_opportunist(self, firm: str) -> bool:
        """Whether a firm plays opportunistically this year."""
        return self.learner is not None and self.learner.is_opportunist(firm)

    def opportunism(self, firm: str, partner: str) -> float:
        """How far a firm goes in using a partner's weakness: by its conduct, or by the trust it lacks."""
        if self.learner is not None and self.learner.players is not None:
            return float(self.is_opportunist(firm))
        return 1.0 - self.trust(firm, partner)

    def transaction_factor(self, idea: Idea | None = None) -> float:
        """Factor on transaction cost of a facilitator at work, for its members."""
        return self.support.transaction_factor(idea)

    def start_exchange(self, contract: Contract) -> None:
        """Open the link of a contract now."""
        self.exchanges.start(contract, self.env.now)
        self.scouting.celebrate(contract.out_port, contract.in_port)

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

    def alter_terms(self, contract: Contract, terms: Appraisal) -> None:
        """From now on a contract runs on other terms."""
        self.appraiser.rewrite(contract, terms)
        self.exchanges.alter(contract)

    def stop_exchange(self, contract: Contract) -> None:
        """Close the link of a contract now."""
        self.exchanges.stop(contract, self.env.now)

    def learn_guidance(self, resource: str, granted: bool) -> None:
        """The regulator has given an answer that binds: firms reckon with it from now on."""
        settle_refusal(
            self.prices.refusal, self.columns.resources.index(resource), self.period, granted=granted
        )

    def log(self, event: str, firm: str = "", partner: str = "", synergy: str = "", detail: str = "") -> None:
        """Write an event."""
        self.events.append((self.env.now, event, firm, partner, synergy, detail))

    def note(self, idea: Idea, event: str, detail: str = "") -> None:
        """Write an event of an idea."""
        self.events.append((self.env.now, event, idea.giver, idea.taker, idea.synergy, detail))
        self.support.hear(idea, event)

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
                self._watch(column, name, outage)

    def _announce(self, day: float, event: str, firm: str) -> Generator[Any, Any, None]:
        yield self.env.timeout(day)
        self.log(event, firm)

    def _watch(self, column: int, name: str, outage: Outage) -> None:
        """Let a unit fail while it is there; its chances depend on nothing else."""
        bounds, running = self.calendar.segment_bounds, np.flatnonzero(self.columns.ceiling[:, column] > 0.0)
        if running.size:
            first, last = float(bounds[running[0]]), float(bounds[running[-1] + 1])
            waves = waves_of(self.park, name.split(".")[0], self.calendar)
            breakdowns = break_down(self.chance(name, "outage"), outage, first, waves)
            self.failures.watch_unit(column, name, breakdowns, last)

    def _draw_rate(self) -> NDArray[np.float64]:
        """Activity of every process before outages, noise included. ndarray, shape (S, P), unit/day."""
        rate = self.columns.potential
        if not self.park.mechanisms.noise:
            return rate
        noisy = rate * draw_noise(self.park, self.columns, self.calendar, self.run_seed)
        return np.minimum(noisy, self.columns.ceiling)

    def _static_ports(self) -> Ports:
        c = self.columns
        return Ports(
            c.port_process, c.is_out, c.is_feed, c.on_demand, c.max_share, c.storage,
            c.coefficient[0], c.imported[0], c.process_is_feed, c.process_is_pull, c.process_buffer,
        )  # fmt: skip


def _next_month(when: date) -> date:
    return when.replace(year=when.year + when.month // 12, month=when.month % 12 + 1, day=1)


def _is_learning(park: Park) -> bool:
    """Whether firms appraise by anything but fixed shares and last year's prices, or learn how to play."""
    agents, on = park.agents, park.mechanisms
    learns = agents.learning is not None and on.learning
    plays = agents.conduct is not None and on.conduct
    return learns or plays or agents.contracts.hold_up.value > 0.0
