"""The only door to a run: ``simulate(scenario, seed) -> Run``."""

from __future__ import annotations

import gc
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ecopark.agents.kinds import firm_kind, participant_kind
from ecopark.agents.turns import Turn, Turns
from ecopark.errors import DomainError, MarketError, Problem, ScenarioError
from ecopark.extend import load_extensions
from ecopark.flows.ledger import Carrier
from ecopark.market.accounts import build_accounts
from ecopark.market.discovery import discovery_rule
from ecopark.market.pairs import lost_in_conversion
from ecopark.market.protocols import protocol
from ecopark.model import ParkModel
from ecopark.run import Run
from ecopark.scenario import Scenario
from ecopark.scenario.geometry import project
from ecopark.scenario.paths import parse_month
from ecopark.scenario.types import Park

Progress = Callable[[date, int, int], None]
Watch = Callable[[list[Turn]], None]
_PACKAGES = ("ecopark", "mesa", "simpy", "numpy", "pandas", "numba", "pyarrow")
_STAGES = ("identified", "screened", "negotiating", "permitting", "building", "operating")


def simulate(
    scenario: Scenario,
    seed: int = 1,
    until: str | date | None = None,
    progress: Progress | None = None,
    watch: Watch | None = None,
) -> Run:
    """Run a scenario once.

    Parameters
    ----------
    scenario : Scenario
    seed : int
        0 or larger. The same seed gives the same bytes, in any process.
    until : str or datetime.date, optional
        Stop after this month instead of the scenario's end.
    progress : callable, optional
        Called after every period with its date, the periods done and the periods to do.
    watch : callable, optional
        Called after every period in which exchanges began or ended, with these, before `progress`. It changes nothing
        in the run.

    Returns
    -------
    Run

    Raises
    ------
    DomainError
        If `seed` is negative or `until` lies outside the scenario's time.
    BalanceError
        If the books of a segment do not close: an error of the program.

    Examples
    --------
    >>> from ecopark import Scenario, simulate
    >>> run = simulate(Scenario.load("kalundborg"), seed=1, until="1965")  # doctest: +SKIP
    """
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise DomainError(f"seed must be a whole number, 0 or larger, found {seed!r}")
    check_rules(scenario)
    with _no_collection():
        model = ParkModel(scenario.park, seed)
        periods = _periods(model, until)
        turns = _turns(model)
        try:
            for done in range(periods):
                model.step()
                if watch is not None and (news := turns.news()):
                    watch(news)
                if progress is not None:
                    day = float(model.calendar.period_bounds[done])
                    progress(model.calendar.date(day), done + 1, periods)
            model.rest()
            return _collect(model, scenario, seed)
        finally:
            model.close()
            # Agents and their stories refer to each other; the arrays they share go now, not when garbage is searched.
            model.__dict__.clear()


def _turns(model: ParkModel) -> Turns:
    """What tells of exchanges that begin and end in a model."""
    names, given = model.columns.resources, model.columns.port_resource
    return Turns(
        model.ideas, model.events, model.calendar, lambda pair: names[given[model.pairs.out_port[pair]]]
    )


@contextmanager
def _no_collection() -> Iterator[None]:
    """Pause the search for cyclic garbage: a run makes none to speak of until it ends as a whole."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def check_rules(scenario: Scenario) -> None:
    """Load a scenario's extensions, and assert that every rule it names is known to the program.

    Raises
    ------
    ScenarioError
        Naming each field, the nearest and all known names.
    """
    park = scenario.park
    load_extensions(scenario.root, park.extensions)
    named: list[tuple[str, Callable[[str], object], str]] = [
        ("agents.negotiation.protocol", protocol, park.agents.negotiation.protocol),
        ("agents.discovery.rule", discovery_rule, park.agents.discovery.rule),
    ]
    named += [
        (f"agents.others.{name}.kind", participant_kind, other.kind)
        for name, other in park.agents.others.items()
    ]
    named += [
        (f"firms.{name}.behaviour.rule", firm_kind, firm.behaviour.rule) for name, firm in park.firms.items()
    ]
    problems = []
    for field, find, rule in named:
        try:
            find(rule)
        except MarketError as unknown:
            problems.append(Problem(str(scenario.path or scenario.name), 0, field, str(unknown)))
    if problems:
        raise ScenarioError(problems)


def feasible_pairs(scenario: Scenario) -> pd.DataFrame:
    """Every exchange that physics, law and distance would allow, whether or not it pays.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    pandas.DataFrame
        One row per giver, taker and residual: ``from_firm, to_firm, resource, first, last``. ``first`` and
        ``last`` are days: both streams are there, and by one way of using the residual its grade is enough
        from the first on. What is never possible is left out.

    Raises
    ------
    ScenarioError
        If a rule is unknown.
    """
    check_rules(scenario)
    model = ParkModel(scenario.park, 0)
    try:
        columns, pairs = model.columns, model.pairs
        end = float(model.calendar.period_bounds[-1])
        rows = []
        for pair in range(pairs.count):
            out, into = int(pairs.out_port[pair]), int(pairs.in_port[pair])
            opening = max(float(columns.opens[out]), float(columns.opens[into]), 0.0)
            last = min(float(columns.closes[out]), float(columns.closes[into]), end)
            first = model.appraiser.possible_from(pair, opening) if opening < last else last
            if first < last:
                ends = (columns.firms[columns.port_firm[port]] for port in (out, into))
                rows.append((*ends, columns.resources[columns.port_resource[out]], first, last))
        names = ["from_firm", "to_firm", "resource", "first", "last"]
        ways = pd.DataFrame(rows, columns=names).groupby(names[:3], as_index=False)
        table: pd.DataFrame = ways.agg({"first": "min", "last": "max"})
        return table.assign(first=_dates(model, table["first"]), last=_dates(model, table["last"]))
    finally:
        model.close()


def _periods(model: ParkModel, until: str | date | None) -> int:
    if until is None:
        return model.calendar.periods
    try:
        last = parse_month(until)
    except ValueError as failure:
        raise DomainError(f"until: {failure}") from failure
    if isinstance(until, str) and len(until.strip()) == 4:
        last = date(last.year, 12, 1)
    day = model.calendar.day(last)
    if not 0 <= day < model.calendar.period_bounds[-1]:
        end = model.calendar.date(float(model.calendar.period_bounds[-1] - 1))
        raise DomainError(
            f"until {until} lies outside the scenario's time, {model.calendar.start:%Y-%m} to {end:%Y-%m}"
        )
    return int(np.searchsorted(model.calendar.period_bounds, day, side="right"))


def _collect(model: ParkModel, scenario: Scenario, seed: int) -> Run:
    """Turn what a model holds into tables."""
    park = model.park
    carriers = [
        Carrier(
            c.synergy,
            c.out_port,
            c.in_port,
            c.appraisal.keep,
            c.appraisal.credit,
            c.appraisal.own_inputs,
            c.appraisal.burden,
            lost_in_conversion(park, model.pairs.pathway(c.pair), c.appraisal.keep),
        )
        for c in model.exchanges.all
    ]
    sent = model.ledger.sent_by_segment(len(carriers))
    accounts = build_accounts(
        park, model.columns, model.prices, model.pairs, model.calendar, model.signed, sent
    )
    return Run(
        name=scenario.name,
        seed=seed,
        flows=model.ledger.flows(park, carriers, sent),
        synergies=_synergies(model),
        events=_events(model),
        trust=_trust(model),
        accounts=accounts,
        firms=_firms(model),
        resources=_resources(model),
        currency=park.currency.code,
        manifest={
            "scenario_sha256": scenario.sha256,
            "overrides": {path: str(value) for path, value in scenario.overrides.items()},
            "python": platform.python_version(),
            "packages": dict(_versions()),
            "trading": park.mechanisms.trading,
            "start": str(model.calendar.start),
            "periods": model.period,
        },
        source=scenario,
    )


@cache
def _versions() -> dict[str, str]:
    """Versions of what a run stands on; read from disk once."""
    return {name: version(name) for name in _PACKAGES}


def _synergies(model: ParkModel) -> pd.DataFrame:
    columns, pairs, ideas, specs = model.columns, model.pairs, model.ideas, model.park.resources
    pair = np.array([idea.pair for idea in ideas], dtype=np.int64)
    out, into = pairs.out_port[pair], pairs.in_port[pair]
    given, needed = (
        [columns.resources[r] for r in columns.port_resource[port].tolist()] for port in (out, into)
    )
    begun = np.array([idea.stages.get("operating", idea.stages["identified"]) for idea in ideas])
    period = np.searchsorted(model.calendar.period_bounds, begun, side="right") - 1
    period = np.minimum(period, model.calendar.periods - 1)
    keys = [way.key for way in pairs.ways]
    reached = {stage: _dates(model, [idea.stages.get(stage, np.nan) for idea in ideas]) for stage in _STAGES}
    table = pd.DataFrame(
        {
            "synergy": _texts([idea.synergy for idea in ideas]),
            "from_firm": _texts([idea.giver for idea in ideas]),
            "to_firm": _texts([idea.taker for idea in ideas]),
            "resource": _texts(given),
            "to_resource": _texts(needed),
            "pathway": _texts([keys[way] for way in pairs.way[pair].tolist()]),
            "mode": _texts([idea.mode for idea in ideas]),
            "distance_km": pairs.distance[pair],
            **reached,
            "ended": _dates(model, [idea.ended for idea in ideas]),
            "state": _texts([idea.state for idea in ideas]),
            "reason": _texts([idea.reason for idea in ideas]),
            "price": [idea.price for idea in ideas],
            "investment": [idea.capital for idea in ideas],
            "term_years": [idea.term / 365.25 for idea in ideas],
            "quantity_per_year": [idea.quantity for idea in ideas],
            "unit": _texts([specs[name].unit for name in given]),
            "renewals": [idea.renewals for idea in ideas],
            # At the giver's gate and as needed, on the day an exchange began or was thought of.
            "grade": columns.grade[period, out],
            "grade_needed": columns.grade[period, into],
            "grade_scale": _texts([specs[name].grade for name in given]),
        },
        copy=False,
    )
    # Of no rows nobody can tell what they would hold.
    dates = (*_STAGES, "ended")
    return table if ideas else table.astype({name: object for name in table if name not in dates})


def _events(model: ParkModel) -> pd.DataFrame:
    names = ["date", "event", "firm", "partner", "synergy", "detail"]
    if not model.events:
        return pd.DataFrame(columns=names).assign(date=_dates(model, []))
    days, *told = zip(*model.events, strict=True)
    texts = [_texts(column) for column in told]
    return pd.DataFrame(dict(zip(names, [_dates(model, days), *texts], strict=True)), copy=False)


def _trust(model: ParkModel) -> pd.DataFrame:
    """Trust of every pair that is no longer a pair of strangers, at the end of every year."""
    firms, ends = _texts(model.columns.firms), model.bonds.firms
    days, known, levels = zip(*model.trust_by_year, strict=True) if model.trust_by_year else ((), (), ())
    bond = np.concatenate([np.zeros(0, dtype=np.int64), *known])
    day = np.repeat(np.array(days, dtype=np.float64), [of_year.size for of_year in known])
    columns = {
        "date": _dates(model, day),
        "firm": firms.take(ends[bond, 0]),
        "partner": firms.take(ends[bond, 1]),
        "trust": np.concatenate([np.zeros(0), *levels]),
    }
    return pd.DataFrame(columns, copy=False)


def _texts(values: Sequence[str]) -> Any:
    """Texts as pandas keeps them, without it having to find out that they are texts."""
    return pd.array(values, dtype="str")


def _dates(model: ParkModel, days: ArrayLike) -> NDArray[np.datetime64]:
    """Dates of day numbers; missing where the day is."""
    whole = np.floor(np.asarray(days, dtype=np.float64))
    missing = np.isnan(whole)
    dates = np.datetime64(model.calendar.start, "s") + np.where(missing, 0.0, whole).astype("timedelta64[D]")
    dates[missing] = np.datetime64("NaT", "s")
    return dates


def _firms(model: ParkModel) -> pd.DataFrame:
    park, columns = model.park, model.columns
    plane = project(columns.site, park.layout)
    lonlat = park.layout.crs == "lonlat"
    return pd.DataFrame(
        {
            "name": [park.firms[f].name for f in columns.firms],
            "short": [park.firms[f].short or park.firms[f].name for f in columns.firms],
            "sector": [park.firms[f].sector for f in columns.firms],
            "x_km": plane[:, 0],
            "y_km": plane[:, 1],
            "lon": columns.site[:, 0] if lonlat else np.nan,
            "lat": columns.site[:, 1] if lonlat else np.nan,
            "opens": np.array([park.firms[f].opens for f in columns.firms], dtype="datetime64[s]"),
            "closes": np.array([park.firms[f].closes for f in columns.firms], dtype="datetime64[s]"),
        },
        index=pd.Index(columns.firms, name="firm"),
    )


def _resources(model: ParkModel) -> pd.DataFrame:
    specs = model.park.resources
    index = pd.Index(model.columns.resources, name="resource")
    table = pd.DataFrame(
        {field: [getattr(specs[r], field) for r in index] for field in ("name", "kind", "unit", "hazard")},
        index=index,
    )
    use = np.array([_energy_use(model.park, r) for r in index]).reshape(-1, 2)
    return table.assign(
        short=[specs[r].short or r.replace("_", " ") for r in index],
        fuel_use=use[:, 0],
        electricity_use=use[:, 1],
    )


def _energy_use(park: Park, resource: str) -> NDArray[np.float64]:
    """Fuel and electricity behind one unit of virgin supply, at the start of the run.

    ndarray of float, shape (2,), MWh/unit: by its recipe; a fuel or electricity is its own.
    """
    spec = park.resources[resource]
    if spec.kind == "energy" and (spec.virgin is None or not spec.virgin.recipe):
        return np.array([0.0, 1.0] if resource == "electricity" else [1.0, 0.0])
    recipe = {} if spec.virgin is None else spec.virgin.recipe
    used = [amount.at(park.time.start) * _energy_use(park, name) for name, amount in recipe.items()]
    return np.sum(used, axis=0) if used else np.zeros(2)
