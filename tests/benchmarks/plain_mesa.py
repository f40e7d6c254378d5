"""The peer that speed is measured against: the same park model written plainly in Mesa.

One agent for each firm, one object for each process, port, link and candidate pair; dictionaries and
loops; SimPy for what takes time. It shares with the package what both must agree on to be compared: the
scenario, the random streams, the protocols, and the scalar formulas of ``market`` (contract review,
investment, appraisal of one pair). Everything that the package keeps in columns is an object here.

What lives here: the model and its tables. It builds no accounts and no indicators.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import mesa
import pandas as pd
import simpy
from benchmarks.plain_agents import PlainFacilitator, PlainFirm, PlainRegulator
from benchmarks.plain_links import STAGES, PlainIdea, PlainLink
from benchmarks.plain_market import PlainMarket
from benchmarks.plain_pairs import Bond, PlainPair, find_pairs, place_firms
from benchmarks.plain_park import PlainPort, PlainPrices, PlainProcess, Times, find_shocks
from benchmarks.plain_segment import ROW, check_books, run_segment, write_rows

from ecopark.calendar import DAYS_PER_YEAR, Calendar
from ecopark.scenario.types import Outage, Park
from ecopark.streams import stream

Story = Generator[Any, Any, Any]
_TIE, _NEIGHBOUR = 0.8, 0.5


class PlainPark(mesa.Model):  # type: ignore[misc]
    """A park in one random future, object by object."""

    def __init__(self, park: Park, seed: int = 1) -> None:
        super().__init__(rng=int(seed))
        self.park, self.run_seed = park, int(seed)
        last = park.time.end
        end = last.replace(year=last.year + last.month // 12, month=last.month % 12 + 1, day=1)
        self.times = Times(Calendar(park.time.start, end, park.time.period, park.time.segment))
        self.env = simpy.Environment()
        self.period = 0
        self.ideas: list[PlainIdea] = []
        self.events: list[tuple[float, str, str, str, str, str]] = []
        self.rows: list[tuple[Any, ...]] = []
        self.links: list[PlainLink] = []
        self.fresh: list[PlainLink] = []
        self.started = 0
        self.firms = {name: PlainFirm(self, name, park.firms[name]) for name in sorted(park.firms)}
        place_firms(list(self.firms.values()), park.layout)
        self.processes: list[PlainProcess] = []
        self.ports: list[PlainPort] = []
        self._furnish()
        prices = PlainPrices(park, self.times)
        bought = {name for port in self.ports for name in port.spec.burden}
        bought |= {"electricity"} & set(park.resources)
        self.market = PlainMarket(
            park, self.times, prices, {name: prices.market(name) for name in sorted(bought)}
        )
        for port in self.ports:
            port.cost = prices.of(port)
            port.shocked = find_shocks(port.cost, self.times.window)
        self.pairs = find_pairs(park, self.ports, self.run_seed)
        self._acquaint()
        self.regulator = PlainRegulator(self, park.agents.regulator)
        spec = park.agents.facilitator
        self.facilitator = PlainFacilitator(self, spec) if spec is not None else None
        self._schedule()

    # ------------------------------------------------------------------ the step
    def step(self) -> None:
        """Advance one period: firms notice, time passes, flows run, trust follows."""
        start, end = self.times.period_bounds[self.period : self.period + 2]
        if self.park.mechanisms.trading and self.pairs:
            for pair in self._notice(start, end):
                idea = self._new_idea(pair)
                idea.reach("identified", self.env.now)
                self.note(idea, "identified")
                self.env.process(idea.giver.pursue(idea))
        self.env.run(until=end)
        self._flow(start, end)
        self.period += 1

    def run(self, periods: int) -> PlainPark:
        """Advance some periods, and let go of the agents' registry, which Mesa 3.3 would keep for ever."""
        for _ in range(periods):
            self.step()
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
        return self

    def _notice(self, start: float, end: float) -> list[PlainPair]:
        """Pairs taken up now, in order of names; where attention is short, the longest known go first."""
        helper = self.facilitator
        information = helper.spec.information.value if helper and helper.is_working() else 1.0
        self.market.pay_attention(self.ports, self.processes, start, end - start)
        noticed = self.market.gather(self.pairs, start, end - start, information)
        chosen = []
        for pair in sorted(noticed, key=lambda pair: (pair.threshold - pair.gathered, pair.number)):
            # The one before may have taken the last of a firm's attention.
            if pair.out.firm.room > 0 and pair.into.firm.room > 0:
                for firm in (pair.out.firm, pair.into.firm):
                    firm.room -= 1
                chosen.append(pair)
        return sorted(chosen, key=lambda pair: pair.number)

    def _new_idea(self, pair: PlainPair) -> PlainIdea:
        name = f"{_short(pair.out)}>{_short(pair.into)}#{pair.attempt + 1}"
        synergy = name if pair.key == "direct" else f"{name}:{pair.key}"
        idea = PlainIdea(pair, synergy, pair.out.firm, pair.into.firm)
        pair.available_from, pair.gathered = math.inf, 0.0
        pair.attempt += 1
        pair.draw(self.run_seed)
        self.ideas.append(idea)
        return idea

    def _flow(self, start: float, end: float) -> None:
        """Run the segments of the period over the links that operate."""
        month, times = self.period, self.times
        self.links = [link for link in self.links if link.closed > start]
        for link in sorted(self.fresh, key=lambda link: (link.opened, link.synergy)):
            link.possible = not self.market.obstacle(link.pair, link.terms.mode, month)
            self.links.append(link)
        self.fresh = []
        for port in self.ports:
            port.has_taker = False
        for link in self.links:
            link.out.has_taker = True
            if link.out.regraded[month] or link.into.regraded[month]:
                link.possible = not self.market.obstacle(link.pair, link.terms.mode, month)
            link.cuts = [cut for cut in link.cuts if cut[1] > start]
        moved, worked = [0.0] * len(self.links), [0.0] * len(self.links)
        segments = range(times.first_segment[month], times.first_segment[month + 1])
        for k in segments:
            opens, closes = times.segment_bounds[k], times.segment_bounds[k + 1]
            for link in self.links:
                link.active = link.works(opens, closes)
            run_segment(self.processes, self.ports, self.links, k, times.segment_days[k], month)
            check_books(self.ports)
            write_rows(self.rows, self.ports, self.links, opens, closes)
            for j, link in enumerate(self.links):
                moved[j] += link.sent
                worked[j] += link.active
        if self.park.mechanisms.trust and self.links:
            self._learn(moved, [share / len(segments) * (end - start) for share in worked])

    def _learn(self, moved: list[float], days: list[float]) -> None:
        """Trust rises where the promised quantity came, falls where it did not."""
        met: dict[Bond, None] = {}
        rules = self.park.agents.trust
        for link, sent, time in zip(self.links, moved, days, strict=True):
            promised = link.rate[self.period % self.times.window] * time
            if promised > 0.0:
                bond = link.pair.bond
                bond.kept.append(min(sent / promised, 1.0))
                bond.years.append(time / DAYS_PER_YEAR)
                met[bond] = None
        for bond in met:
            kept, years = sum(bond.kept) / len(bond.kept), sum(bond.years) / len(bond.years)
            level = bond.level
            change = kept * rules.gain.value * (1.0 - level) - (1.0 - kept) * rules.loss.value * level
            bond.level = min(max(level + change * years, 0.0), 1.0)
            bond.kept, bond.years = [], []

    # ------------------------------------------------------------------ what agents ask
    def transaction_factor(self) -> float:
        """Factor on transaction cost of a facilitator at work."""
        helper = self.facilitator
        return helper.spec.transaction_cost.value if helper and helper.is_working() else 1.0

    def relax(self, pair: PlainPair) -> None:
        """Talks are over: both firms have attention for another project again."""
        for firm in (pair.out.firm, pair.into.firm):
            firm.room += 1

    def shake(self, port: PlainPort, share: float) -> None:
        """Add attention; many shocks at once are felt as one."""
        most = self.park.agents.discovery.trigger.value
        port.trigger = min(port.trigger + share * most, most)

    def start(self, contract: PlainLink) -> None:
        """Open the link of a contract; the neighbours of both firms look up."""
        contract.number, self.started = self.started, self.started + 1
        contract.opened = self.env.now
        self.fresh.append(contract)
        for firm in (contract.giver, contract.taker):
            for neighbour in firm.neighbours:
                for port in neighbour.ports:
                    self.shake(port, _NEIGHBOUR)

    def take_over(self, idea: PlainIdea, pair: PlainPair) -> PlainIdea:
        """The idea under which a successor carries an exchange on."""
        heir = self._new_idea(pair)
        heir.stages, heir.state = dict.fromkeys(STAGES, self.env.now), "operating"
        heir.mode, heir.price, heir.quantity = idea.mode, idea.price, idea.quantity
        heir.capital, heir.term = 0.0, idea.term
        self.note(heir, "taken over", f"from {idea.synergy}")
        return heir

    def lose(self, idea: PlainIdea, reason: str) -> None:
        """An idea comes to nothing."""
        idea.finish("lost", reason, self.env.now)
        self.note(idea, "lost", reason)

    def log(self, event: str, firm: str = "", partner: str = "", synergy: str = "", detail: str = "") -> None:
        """Write an event."""
        self.events.append((self.env.now, event, firm, partner, synergy, detail))

    def note(self, idea: PlainIdea, event: str, detail: str = "") -> None:
        """Write an event of an idea."""
        self.log(event, idea.giver.name, idea.taker.name, idea.synergy, detail)

    # ------------------------------------------------------------------ tables
    def flows(self) -> pd.DataFrame:
        """The ledger: day numbers instead of dates, names instead of categories."""
        return pd.DataFrame(self.rows, columns=list(ROW))

    def synergies(self) -> pd.DataFrame:
        """One row for each idea, days as numbers."""
        return pd.DataFrame([self._synergy(idea) for idea in self.ideas])

    def _synergy(self, idea: PlainIdea) -> dict[str, Any]:
        out, into = idea.pair.out, idea.pair.into
        period = self.times.period(idea.stages.get("operating", idea.stages["identified"]))
        return {
            "synergy": idea.synergy,
            "from_firm": idea.giver.name,
            "to_firm": idea.taker.name,
            "resource": out.resource,
            "to_resource": into.resource,
            "pathway": idea.pair.key,
            "mode": idea.mode,
            "distance_km": idea.pair.length,
            **{stage: idea.stages.get(stage, math.nan) for stage in STAGES},
            "ended": idea.ended,
            "state": idea.state,
            "reason": idea.reason,
            "price": idea.price,
            "investment": idea.capital,
            "term_years": idea.term / DAYS_PER_YEAR,
            "quantity_per_year": idea.quantity,
            "unit": out.unit,
            "renewals": idea.renewals,
            "grade": out.grade[period],
            "grade_needed": into.grade[period],
            "grade_scale": self.park.resources[out.resource].grade,
        }

    # ------------------------------------------------------------------ setting up
    def _furnish(self) -> None:
        """Processes and ports of every firm, their plans and their luck."""
        for firm in self.firms.values():
            for name, spec in sorted(firm.spec.processes.items()):
                process = PlainProcess(firm, name, spec, self.times)
                if self.park.mechanisms.noise:
                    process.draw_noise(self.run_seed, self.times)
                self.processes.append(process)
                for direction, streams in (("in", spec.in_), ("out", spec.out)):
                    for key, port_spec in sorted(streams.items()):
                        port = PlainPort(process, direction, key, port_spec, self.park, self.times)
                        port.number = len(self.ports)
                        process.add(port)
                        firm.ports.append(port)
                        self.ports.append(port)
        known = {(port.process.key, port.direction, port.name): port for port in self.ports}
        for port in self.ports:
            before = known.get((port.process.spec.succeeds, port.direction, port.name))  # type: ignore[arg-type]
            if before is not None:
                before.heir = port

    def _acquaint(self) -> None:
        """Trust of those who could deal with each other, and who lives next to whom."""
        agents, trusting = self.park.agents, self.park.mechanisms.trust
        tied = {tuple(sorted(pair)) for pair in agents.ties} if trusting else set()
        stranger = agents.trust.initial.value if trusting else 0.0
        bonds: dict[tuple[str, ...], Bond] = {}
        for pair in self.pairs:
            ends = tuple(sorted((pair.out.firm.name, pair.into.firm.name)))
            if ends not in bonds:
                bonds[ends] = Bond(_TIE if ends in tied else stranger)
            pair.bond = bonds[ends]
            near = 1.0 / (1.0 + pair.length / agents.discovery.distance.value)
            pair.hazard = agents.discovery.base.value * near
            self.market.show(pair)
        reach = agents.discovery.distance.value / self.park.layout.detour.value
        firms = list(self.firms.values())
        for firm in firms:
            firm.neighbours = [
                other for other in firms if math.hypot(other.x - firm.x, other.y - firm.y) <= reach
            ]

    def _schedule(self) -> None:
        """Openings, closures, outages."""
        calendar, horizon = self.times.calendar, self.times.period_bounds[-1]
        for name, spec in self.park.firms.items():
            for event, when in (("opened", spec.opens), ("closed", spec.closes)):
                if when is not None and 0 <= calendar.day(when) < horizon:
                    self.env.process(self._announce(float(calendar.day(when)), event, name))
        if not self.park.mechanisms.outages:
            return
        for process in self.processes:
            if process.spec.outage is not None:
                self.env.process(self._fail(process, process.spec.outage))

    def _announce(self, day: float, event: str, firm: str) -> Story:
        yield self.env.timeout(day)
        self.log(event, firm)

    def _fail(self, process: PlainProcess, outage: Outage) -> Story:
        """A unit fails and is repaired, for ever."""
        chance = stream(self.run_seed, process.key, "outage")
        running = [k for k, most in enumerate(process.ceiling) if most > 0.0]
        if not running:
            return
        yield self.env.timeout(self.times.segment_bounds[running[0]])
        last = self.times.segment_bounds[running[-1] + 1]
        while True:
            yield self.env.timeout(float(chance.exponential(outage.mean_time_between.value)))
            repair = float(chance.exponential(outage.mean_duration.value))
            if self.env.now >= last:
                return
            process.go_down(self.env.now, self.env.now + repair, self.times)
            self.log("outage", process.firm.name, detail=f"{process.name} down {repair:.1f} d")
            yield self.env.timeout(repair)


def _short(port: PlainPort) -> str:
    """Short name of a port: firm and stream, and the process where it is not the main one."""
    firm, process = port.firm.name, port.process.name
    return f"{firm}.{port.name}" if process == "main" else f"{firm}.{process}.{port.name}"
