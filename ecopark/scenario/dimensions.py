"""Units and signs that depend on context: a coefficient's on its resource and activity, a price's on both.

What lives here: the expected unit of every context-dependent number, as data. What does not: the unit
system (``units``) and numbers whose unit is always the same (``types``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecopark.scenario.located import Loc, get
from ecopark.scenario.paths import Path
from ecopark.scenario.policy import PATHS_BY_RESOURCE, Policy, split_field
from ecopark.scenario.types import Disposal, Park, Pathway, Port, Process, Resource, Transport, Virgin
from ecopark.scenario.units import Quantity, Units
from ecopark.scenario.validate import Report, describe

_UNIT_OF_KIND = {"heat": ("MWh",), "energy": ("MWh",), "water": ("m3",), "material": ("t", "m3")}
_GRADE_OF_KIND = {"heat": "temperature"}
# Expected unit by field; {money}, {unit}, ... are filled in by the check. A trailing "+" means that the
# number must not be negative, "++" that it must be positive.
_TRANSPORT = {
    "fixed": "{money} +",
    "per_km": "{money}/km +",
    "reference": "{unit}/day ++",
    "handling": "{money}/{unit} +",
    "variable": "{money}/{unit}/km +",
    "emission": "t/{unit}/km +",
    "embodied": "t/km +",
    "electricity": "MWh/{unit}/km +",
}
_PATHWAY = {
    "yield": "{taker}/{giver} ++",
    "cost": "{money}/{giver}",
    "capital": "{money}/({giver}/day) +",
    "electricity": "MWh/{giver} +",
    "emission": "t/{giver}",
}
_POLICY = {
    "landfill_tax": "{money}/t +",
    "incineration_tax": "{money}/t +",
    "discharge_levy": "{money}/m3 +",
    "water_levy": "{money}/m3 +",
    "carbon_price": "{money}/t +",
}
_BY_RESOURCE = "{money}/{unit} +"
_FACILITATOR = {
    "workshop_every": "day ++",
    "plan_every": "day ++",
    "budget": "{money}/day +",
    "cost_per_practitioner": "{money}/day +",
    "cost_per_workshop": "{money} +",
}
_INFORMATION = {"distance": "km ++", "gathering_every": "day ++"}
_ENGAGEMENT = {"every": "day ++", "cost": "{money} +"}
_SUBSCRIPTION = {"fee": "{money}/day +"}
_PROGRAMME = {
    "public_money": "{money}/day +",
    "sales_per_job": "{money} ++",
    "investment_per_job": "{money} ++",
}


def check_dimensions(park: Park, units: Units, report: Report) -> None:
    """Note every number whose unit or sign does not fit its place.

    Parameters
    ----------
    park : Park
        Validated.
    units : Units
        Registry with the scenario's currency.
    report : Report
        Collector.
    """
    ruler = _Ruler(park, units, report)
    for name, resource in park.resources.items():
        ruler.check_resource(("resources", name), resource)
    for name, mode in park.transport.items():
        ruler.check_transport(("transport", name), mode, name)
    for name, pathway in park.pathways.items():
        ruler.check_pathway(("pathways", name), pathway)
    clean: set[tuple[object, ...]] = set()
    for name, firm in park.firms.items():
        for key, process in firm.processes.items():
            loc = ("firms", name, "processes", key)
            ruler.check_process(loc, process)
            # Ports that firms share are measured once, unless a mistake in them belongs to each firm.
            shared = (id(process.in_), id(process.out), process.activity_unit)
            if shared not in clean:
                noted = report.calls
                ruler.check_ports(loc, process)
                if report.calls == noted:
                    clean.add(shared)
    ruler.check_rules()


class _Ruler:
    """Compares numbers with the unit expected where they stand."""

    def __init__(self, park: Park, units: Units, report: Report) -> None:
        self._park = park
        self._units = units
        self._report = report
        self._money = units.currency

    # ----------------------------------------------------------------- one number
    def measure(
        self, loc: Loc, value: Quantity | Path | None, template: str, what: str = "", **names: str
    ) -> None:
        """Note a number at `loc` that is not in the expected unit or has the wrong sign."""
        if value is None:
            return
        text, _, sign = template.partition(" ")
        expected = text.format(money=self._money, **names)
        quantities = value.values if isinstance(value, Path) else (value,)
        if "?" in expected or quantities[0].unit == "?":
            return
        if quantities[0].unit != self._units.base(expected):
            shown = expected if expected != "1" else "a pure number"
            message = f"{what}expected {_tidy(shown)}, such as {_example(expected)}, found {self._found(loc, value)}"
            self._report.add(loc, message)
            return
        if sign:
            self._check_sign(loc, value, positive=sign == "++")

    def _check_sign(self, loc: Loc, value: Quantity | Path, *, positive: bool) -> None:
        quantities = value.values if isinstance(value, Path) else (value,)
        for index, quantity in enumerate(quantities):
            if quantity.value < 0 or (positive and quantity.value == 0):
                dated = isinstance(value, Path) and len(quantities) > 1
                place = (*loc, f"{value.dates[index]:%Y-%m}") if dated and isinstance(value, Path) else loc
                rule = "must be positive" if positive else "must not be negative"
                self._report.add(place, f"{rule}, found {quantity}")

    def _found(self, loc: Loc, value: Quantity | Path) -> str:
        """The number as the user wrote it."""
        written = get(self._report.raw, loc)
        if isinstance(written, Mapping) and "value" in written:
            written = written["value"]
        if isinstance(written, Mapping) and "series" in written and isinstance(value, Path):
            return f"series {written['series']!r} in {value.unit}"
        if isinstance(written, Mapping) and isinstance(value, Path):
            return f"values in {'pure numbers' if value.unit == '1' else value.unit}"
        return (
            describe(written)
            if written is not None
            else f"'{value if isinstance(value, Quantity) else value.unit}'"
        )

    def _fields(self, loc: Loc, block: Any, table: Mapping[str, str], **names: str) -> None:
        for field, template in table.items():
            value = getattr(block, field, None) if field != "yield" else block.yield_
            self.measure((*loc, field), value, template, **names)

    def _unit(self, resource: str) -> str:
        return self._park.resources[resource].unit if resource in self._park.resources else "?"

    # ----------------------------------------------------------------- blocks
    def check_resource(self, loc: Loc, resource: Resource) -> None:
        """Unit and grade scale fit the kind; virgin supply and disposal are per that unit."""
        fitting = _UNIT_OF_KIND[resource.kind]
        if resource.unit not in fitting:
            message = f"{resource.kind} is counted in {' or '.join(fitting)}, found {resource.unit}; "
            self._report.add((*loc, "unit"), f"{message}write 'unit: {fitting[0]}'")
            return
        scale = _GRADE_OF_KIND.get(resource.kind, resource.grade)
        if resource.grade != scale or (scale == "temperature" and resource.kind != "heat"):
            message = "heat is graded by temperature, and only heat is; write 'grade: temperature'"
            if resource.kind != "heat":
                message = "only heat is graded by temperature; write 'grade: class' or 'grade: conformity'"
            self._report.add((*loc, "grade"), message)
        self._check_virgin((*loc, "virgin"), resource.virgin, resource.unit)
        self._check_disposal((*loc, "disposal"), resource.disposal, resource.unit)

    def _check_virgin(self, loc: Loc, virgin: Virgin | None, unit: str) -> None:
        if virgin is None:
            return
        self.measure((*loc, "price"), virgin.price, "{money}/{unit}", unit=unit)
        self.measure((*loc, "emission"), virgin.emission, "t/{unit}", unit=unit)
        for name, amount in virgin.recipe.items():
            self.measure(
                (*loc, "recipe", name), amount, "{other}/{unit} +", other=self._unit(name), unit=unit
            )

    def _check_disposal(self, loc: Loc, disposal: Disposal | None, unit: str) -> None:
        if disposal is not None:
            self.measure((*loc, "fee"), disposal.fee, "{money}/{unit}", unit=unit)
            self.measure((*loc, "emission"), disposal.emission, "t/{unit}", unit=unit)

    def check_transport(self, loc: Loc, mode: Transport, name: str) -> None:
        """A mode is measured in the unit of what it carries; all it carries must have one unit."""
        if mode.outage:
            self.measure((*loc, "outage", "mean_time_between"), mode.outage.mean_time_between, "day ++")
        carried = {key: item.unit for key, item in self._park.resources.items() if name in item.transport}
        unit = self._unit_of_mode(mode, list(carried.values()))
        if unit == "?":
            return
        self._fields(loc, mode, _TRANSPORT, unit=unit)
        for field in ("lifetime", "term"):
            self.measure((*loc, field), getattr(mode, field), "day ++")
        for resource, other in carried.items():
            index = self._park.resources[resource].transport.index(name)
            if other != unit:
                message = f"transport mode {name!r} carries {unit}, but {resource} is counted in {other}"
                self._report.add(("resources", resource, "transport", index), message)

    def _unit_of_mode(self, mode: Transport, carried: list[str]) -> str:
        """Unit most of a mode's own numbers are in, else that of what it carries."""
        votes = dict.fromkeys(("t", "MWh", "m3"), 0.0)
        for field in ("reference", "handling", "variable", "emission"):
            value = getattr(mode, field)
            for unit in votes:
                expected = _TRANSPORT[field].split(" ")[0].format(money=self._money, unit=unit)
                if value is not None and value.unit == self._units.base(expected):
                    votes[unit] += 1.0
        for unit in carried:
            votes[unit] += 0.5 / len(carried)
        best = max(votes, key=lambda unit: votes[unit])
        return best if votes[best] else "?"

    def check_pathway(self, loc: Loc, pathway: Pathway) -> None:
        """Numbers of a conversion are per unit arriving."""
        giver, taker = self._unit(pathway.giver), self._unit(pathway.taker)
        self._fields(loc, pathway, _PATHWAY, giver=giver, taker=taker)
        self.measure((*loc, "lifetime"), pathway.lifetime, "day ++")
        if pathway.giver in self._park.resources:
            self._check_grade((*loc, "needs"), pathway.needs, self._park.resources[pathway.giver])
        ends = [self._park.resources.get(name) for name in (pathway.giver, pathway.taker)]
        if pathway.lift and any(end is not None and end.kind != "heat" for end in ends):
            self._report.add((*loc, "lift"), "a heat pump lifts heat; giver and taker must both be heat")

    def check_process(self, loc: Loc, process: Process) -> None:
        """Capacity, cost and outage of a process."""
        activity = process.activity_unit
        self.measure((*loc, "capacity"), process.capacity, "{activity}/day +", activity=activity)
        self.measure(
            (*loc, "operating_cost"), process.operating_cost, "{money}/{activity}", activity=activity
        )
        if process.outage:
            self.measure((*loc, "outage", "mean_time_between"), process.outage.mean_time_between, "day ++")

    def check_ports(self, loc: Loc, process: Process) -> None:
        """Everything per unit of activity or of a stream."""
        activity = process.activity_unit
        for direction, ports in (("in", process.in_), ("out", process.out)):
            for key, port in ports.items():
                if port.resource in self._park.resources:
                    self._check_port((*loc, direction, key), port, activity)

    def _check_port(self, loc: Loc, port: Port, activity: str) -> None:
        resource = self._park.resources[port.resource]
        unit = resource.unit
        what = f"{port.resource} ({resource.kind}) is counted in {unit} and activity in {activity}: "
        self.measure(
            (*loc, "coefficient"), port.coefficient, "{unit}/{activity} +", what, unit=unit, activity=activity
        )
        self.measure((*loc, "storage"), port.storage, "{unit} +", unit=unit)
        self.measure((*loc, "import"), port.import_, "{unit}/day +", unit=unit)
        for name, amount in port.burden.items():
            self.measure(
                (*loc, "burden", name), amount, "{other}/{unit} +", other=self._unit(name), unit=unit
            )
        self._check_grade((*loc, "grade"), port.grade, resource)
        self._check_virgin((*loc, "virgin"), port.virgin, unit)
        self._check_disposal((*loc, "disposal"), port.disposal, unit)

    def _check_grade(self, loc: Loc, grade: Quantity | Path | None, resource: Resource) -> None:
        if grade is None:
            return
        if resource.grade == "temperature":
            self.measure(loc, grade, "degC", f"{resource.kind} is graded by temperature: ")
            return
        scale, high = {"class": ("water quality class", 5.0), "conformity": ("conformity", 1.0)}[
            resource.grade
        ]
        self.measure(loc, grade, "1", f"{resource.kind} is graded by {scale} from 0 to {high:g}: ")
        for quantity in grade.values if isinstance(grade, Path) else (grade,):
            if quantity.unit == "1" and not 0 <= quantity.value <= high:
                self._report.add(loc, f"{scale} must lie between 0 and {high:g}, found {quantity}")

    def check_rules(self) -> None:
        """Policy and the money of the agents."""
        policy, agents = self._park.policy, self._park.agents
        self._fields(("policy",), policy, _POLICY)
        for index, ban in enumerate(policy.bans):
            loc = ("policy", "bans", index, "penalty")
            self.measure(loc, ban.penalty, "{money}/{unit} +", unit=self._unit(ban.resource))
        self._check_levers(policy)
        self._check_shocks()
        discovery, facilitator = agents.discovery, agents.facilitator
        self.measure(("agents", "discovery", "burden"), discovery.burden, "{money}/day ++")
        self.measure(("agents", "discovery", "distance"), discovery.distance, "km ++")
        self.measure(("agents", "discovery", "memory"), discovery.memory, "day ++")
        self.measure(("agents", "contracts", "review"), agents.contracts.review, "day ++")
        if facilitator is not None:
            place = ("agents", "facilitator")
            self._fields(place, facilitator, _FACILITATOR)
            if facilitator.engagement is not None:
                self._fields((*place, "engagement"), facilitator.engagement, _ENGAGEMENT)
            if facilitator.subscription is not None:
                self._fields((*place, "subscription"), facilitator.subscription, _SUBSCRIPTION)
        if self._park.programme is not None:
            self._fields(("programme",), self._park.programme, _PROGRAMME)
        if agents.information is not None:
            self._fields(("agents", "information"), agents.information, _INFORMATION)
        cost = agents.contracts.transaction_cost
        self.measure(("agents", "contracts", "transaction_cost"), cost, "{money} +")

    def _check_levers(self, policy: Policy) -> None:
        """Levers by resource, limits and announced values."""
        for lever in PATHS_BY_RESOURCE:
            for name, path in getattr(policy, lever).items():
                self.measure(("policy", lever, name), path, _BY_RESOURCE, unit=self._unit(name))
        for index, limit in enumerate(policy.discharge_limits):
            place, unit = ("policy", "discharge_limits", index), self._unit(limit.resource)
            self.measure((*place, "limit"), limit.limit, "{unit}/day +", unit=unit)
            self.measure((*place, "penalty"), limit.penalty, "{money}/{unit} +", unit=unit)
        for index, aid in enumerate(policy.support):
            self.measure(
                ("policy", "support", index, "subsidy"),
                aid.subsidy,
                _BY_RESOURCE,
                unit=self._unit(aid.resource),
            )
        for index, rule in enumerate(policy.procurement):
            place = ("policy", "procurement", index)
            self.measure((*place, "premium"), rule.premium, _BY_RESOURCE, unit=self._unit(rule.residual))
            self.measure(
                (*place, "surcharge"), rule.surcharge, _BY_RESOURCE, unit=self._unit(rule.need or "")
            )
        for index, announcement in enumerate(policy.announced):
            loc = ("policy", "announced", index, "value")
            lever, resource = split_field(announcement.field) or ("", "")
            if resource:
                self.measure(loc, announcement.value, _BY_RESOURCE, unit=self._unit(resource))
            elif lever:
                self.measure(loc, announcement.value, _POLICY.get(lever, "1 +"))
                if lever not in _POLICY and any(q.value > 1.0 for q in announcement.value.values):
                    self._report.add(loc, f"{lever} is a share; it must be between 0 and 1")

    def _check_shocks(self) -> None:
        """New coefficients of a fuel switch, for every firm it strikes."""
        for index, shock in enumerate(self._park.shocks):
            struck = [self._park.firms[name] for name in shock.firms if name in self._park.firms]
            processes = [firm.processes.get(shock.process or "main") for firm in struck]
            for stream, value in shock.coefficient.items():
                side, _, name = stream.partition(".")
                for process in processes:
                    ports = {} if process is None else process.in_ if side == "in" else process.out
                    if process is not None and name in ports:
                        self.measure(
                            ("shocks", index, "coefficient", stream), value, "{unit}/{activity} +",
                            unit=self._unit(ports[name].resource), activity=process.activity_unit,
                        )  # fmt: skip


def _tidy(expected: str) -> str:
    """Unit text as people write it: per year instead of per day for money and amounts."""
    return expected.replace("/day", "/yr") if expected.endswith("/day") else expected


def _example(expected: str) -> str:
    """Example of a quantity in a unit."""
    if expected == "1":
        return "'0.3'"
    if expected == "degC":
        return "'90 degC'"
    return f"'12 {_tidy(expected)}'"
