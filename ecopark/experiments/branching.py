"""Futures that share one past: overrides that begin to act on a date.

What lives here: turning values into dated paths that leave everything before the date as it was, and
refusing values that would reach back. What does not: running (``sweeps``, ``simulate``).

Every random quantity has its own stream, so two runs whose inputs agree before a date agree before it to
the last byte, and have the same luck after it. What remains is that nobody may look ahead: firms see
prices, taxes and fees as they come, but plan with capacities and recipes for the year to come and see
announced openings by the scenario's foresight. Each kind of field therefore has a lead: how long before
a change takes effect it is already seen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

from ecopark.calendar import DAYS_PER_YEAR, Calendar
from ecopark.errors import Problem, ScenarioError
from ecopark.experiments.parameter_file import spread_overrides
from ecopark.run import Run
from ecopark.scenario import Scenario
from ecopark.scenario.paths import Path, parse_month
from ecopark.simulate import simulate

_STEP = r"[a-z0-9_]+"
# Seen as it comes: appraisals take the mean of the year past.
_PRICE = re.compile(
    rf"^(policy\.(landfill_tax|incineration_tax|discharge_levy|water_levy|carbon_price|capital_grant)"
    rf"|(resources\.{_STEP}|firms\.{_STEP}\.processes\.{_STEP}\.(in|out)\.{_STEP})"
    rf"\.(virgin\.(price|emission|recipe\.{_STEP})|disposal\.(fee|emission))"
    rf"|firms\.{_STEP}\.processes\.{_STEP}\.operating_cost"
    rf"|transport\.{_STEP}\.(fixed|per_km|handling|variable)|pathways\.{_STEP}\.(cost|capital))$"
)
# Seen ahead: attention and appraisal look at the year that follows the foresight.
_PLAN = re.compile(
    rf"^firms\.{_STEP}\.processes\.{_STEP}\.(capacity|utilisation|(in|out)\.{_STEP}\.(coefficient|import))$"
)
_LIFE = re.compile(
    rf"^firms\.{_STEP}\.((opens|closes)|processes\.{_STEP}\.((opens|closes)|(in|out)\.{_STEP}\.(from|until)))$"
)
_SHORT = re.compile(rf"^(firms\.{_STEP}\.)(?!processes\.)((in|out)\.|capacity$|utilisation$|operating_cost$)")


def dated_overrides(scenario: Scenario, since: date, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Overrides that act from a date on and leave what was before as it was.

    Parameters
    ----------
    scenario : Scenario
        What the past is like.
    since : datetime.date
        First day of a period of the scenario: the day on which the futures part.
    overrides : mapping of str to object
        Values by dotted path. One value holds from `since` on; values by date hold from their dates,
        none before `since`.

    Returns
    -------
    dict
        Values by dotted path for :meth:`~ecopark.scenario.load.Scenario.with_overrides`.

    Raises
    ------
    ScenarioError
        Naming every path that would change the past: it has no dates, or firms would see the change
        coming before `since`.
    """
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for path, value in overrides.items():
        try:
            found[path] = _dated(scenario, since, _long(path), path, value)
        except ValueError as failure:
            problems.append(Problem("overrides", 0, path, str(failure)))
    if problems:
        raise ScenarioError(problems)
    return found


def branch(
    scenario: Scenario,
    at: str,
    futures: Mapping[str, Mapping[str, Any]],
    seed: int = 1,
    until: str | None = None,
) -> dict[str, Run]:
    """Run a scenario and several futures of it that part on a date.

    Parameters
    ----------
    scenario : Scenario
    at : str
        Month in which the futures part, such as ``"2000-01"``.
    futures : mapping of str to mapping
        Overrides by name of the future; see :func:`dated_overrides`.
    seed : int
    until : str, optional
        Last month.

    Returns
    -------
    dict of str to Run
        ``"base"`` and every future. Up to `at` their tables hold the same bytes.

    Raises
    ------
    ScenarioError
        If an override would change the past or does not fit the scenario.

    Examples
    --------
    >>> runs = branch(kalundborg, "1990-01", {"tax": {"policy.landfill_tax": "600 DKK/t"}})  # doctest: +SKIP
    """
    since = parse_month(at)
    variants = {
        name: scenario.with_overrides(dated_overrides(scenario, since, spread_overrides(own, scenario)))
        for name, own in futures.items()
    }
    return {name: simulate(variant, seed, until) for name, variant in {"base": scenario, **variants}.items()}


def _long(path: str) -> str:
    """Path with the process ``main`` where it is left out."""
    return _SHORT.sub(r"\1processes.main.\2", path)


def _dated(scenario: Scenario, since: date, path: str, shown: str, value: Any) -> Any:
    time = scenario.park.time
    if _LIFE.match(path):
        _refuse_early(parse_month(value), since, _foresight(scenario), shown)
        return value
    if not (_PRICE.match(path) or _PLAN.match(path)):
        raise ValueError(
            "has no date of its own, so it would change the past too; what may begin on a date: taxes, levies, "
            "prices, fees, costs, capacities, recipes, openings and closures"
        )
    lead = timedelta(0) if _PRICE.match(path) else _foresight(scenario)
    calendar = Calendar(time.start, _month_after(time.end), time.period, time.segment)
    starts = calendar.period_bounds[:-1]
    if calendar.day(since) not in starts:
        raise ValueError(f"{since:%Y-%m} is no start of a {time.period} of this scenario")
    before = _path_at(scenario, path)
    after = _path_at(scenario.with_overrides({shown: value}), path)
    if after is None:
        raise ValueError("is a value of something this scenario does not use, so it changes nothing")
    # One value, or a series as a whole, holds from the parting on.
    first = since if after.dates[0] == date.min or "series" in str(value) else after.dates[0]
    _refuse_early(first, since, lead, shown)
    turn = max(calendar.day(first), calendar.day(since))
    if before is not None and before.linear and not path.startswith(("policy.", "resources.")):
        raise ValueError(
            "follows a line between dates here, which cannot be cut without a change; write it as steps"
        )
    past = np.zeros(starts.size) if before is None else before.sample(starts, time.start)
    values = np.where(starts < turn, past, after.sample(starts, time.start))
    # One entry per change, all digits kept: what the model samples before the date stays the same float.
    changed = np.flatnonzero(np.diff(values, prepend=np.nan) != 0.0).tolist()
    unit = "" if after.unit == "1" else f" {after.unit}"
    entries = {calendar.date(float(starts[k])): f"{float(values[k])!r}{unit}" for k in changed}
    if before is not None and before.dates[0] > time.start:
        # A path may not begin before its plant opens; until its first date it has its first value.
        first = before.dates[0]
        held = entries[max((day for day in entries if day <= first), default=time.start)]
        entries = {first: held, **{day: text for day, text in entries.items() if day > first}}
    return {f"{day:%Y-%m-%d}": text for day, text in entries.items()}


def _refuse_early(first: date, since: date, lead: timedelta, path: str) -> None:
    if first < since:
        raise ValueError(f"acts from {first:%Y-%m}, before the futures part in {since:%Y-%m}")
    if first < since + lead:
        raise ValueError(
            f"firms see this coming {lead.days / DAYS_PER_YEAR:.0f} years ahead, so a change in {first:%Y-%m} is felt "
            f"before {since:%Y-%m}; date it {since + lead:%Y-%m} or later"
        )


def _foresight(scenario: Scenario) -> timedelta:
    """How long before it takes effect a change of plants is seen: foresight, and the year appraised."""
    ahead = scenario.park.agents.discovery.foresight.value + DAYS_PER_YEAR
    return timedelta(days=int(np.ceil(ahead)) + 31)


def _path_at(scenario: Scenario, path: str) -> Path | None:
    """Dated path at a place of a park; None where it has none."""
    node: Any = scenario.park
    for step in path.split("."):
        if isinstance(node, Mapping):
            node = node.get(step)
        else:
            node = getattr(node, step, None) if hasattr(node, step) else getattr(node, f"{step}_", None)
    return node if isinstance(node, Path) else None


def _month_after(when: date) -> date:
    return when.replace(year=when.year + when.month // 12, month=when.month % 12 + 1, day=1)
