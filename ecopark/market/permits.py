"""Permits as rules: which class a case has, how likely it is refused, and what firms expect of it.

What lives here: pure functions of the regulator's block. What does not: the queue of cases and its clock
(``agents.regulator``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from ecopark.calendar import Calendar
from ecopark.scenario.fields import Hazard
from ecopark.scenario.types import Park, Regulator


def permit_class(rules: Regulator, resource: str, hazard: Hazard, when: date) -> Hazard | None:
    """Class in which a case is handled.

    Parameters
    ----------
    rules : Regulator
    resource : str
        Residual to be exchanged.
    hazard : {"none", "low", "hazardous"}
        Class of the residual as waste.
    when : datetime.date

    Returns
    -------
    {"none", "low", "hazardous"} or None
        None where an end-of-waste protocol in force makes a permit needless.
    """
    work = timedelta(days=rules.protocol_time.value)
    found: Hazard | None = hazard
    for protocol in rules.end_of_waste:
        begun = protocol.resource == resource and protocol.from_ + work <= when
        if begun and (protocol.until is None or when < protocol.until):
            if protocol.permit == "none":
                return None
            found = "none"
    return found


def refusal_chance(rules: Regulator, hazard: Hazard, when: date) -> float:
    """Chance that a case of a class is refused, rightly or in error.

    Parameters
    ----------
    rules : Regulator
    hazard : {"none", "low", "hazardous"}
    when : datetime.date
        On which the training of the officers is looked up.

    Returns
    -------
    float, 1
        ``r + (1 - r) x w x (1 - training)`` with r the share refused rightly and w the share of the others
        that untrained officers refuse in error; no error is made where definitive guidance is asked for.
    """
    rightly, wrongly = rules.refusal[hazard].value, rules.wrong_refusal[hazard].value
    if rules.definitive:
        return rightly
    training = 0.0 if rules.training is None else rules.training.at(when)
    return rightly + (1.0 - rightly) * wrongly * (1.0 - training)


def contradiction_chances(rules: Regulator, when: date) -> list[float]:
    """Chance that each department contradicts the others in a round, in the order of the rules.

    Parameters
    ----------
    rules : Regulator
    when : datetime.date

    Returns
    -------
    list of float, 1
        Zero where guidance is given: departments follow it.
    """
    if rules.referral is not None:
        return [0.0] * len(rules.departments)
    factor = rules.joint.contradiction.value if is_joint(rules, when) and rules.joint else 1.0
    return [department.contradiction.value * factor for department in rules.departments.values()]


def is_joint(rules: Regulator, when: date) -> bool:
    """Whether the departments decide together on a day.

    Parameters
    ----------
    rules : Regulator
    when : datetime.date

    Returns
    -------
    bool
    """
    joint = rules.joint
    return joint is not None and joint.from_ <= when and (joint.until is None or when < joint.until)


def contradicted_chance(rules: Regulator, when: date) -> float:
    """Chance that departments spoil a case which has its permit: two rounds, each with a contradiction.

    Parameters
    ----------
    rules : Regulator
    when : datetime.date
        Taken to be the day of both rounds.

    Returns
    -------
    float, 1
        ``p^2`` with ``p = 1 - prod_d (1 - c_d)``, the chance of a round with at least one contradiction.

    Examples
    --------
    >>> from ecopark.scenario.types import Department
    >>> rules = Regulator(departments={"planning": Department(), "waste": Department()})
    >>> round(contradicted_chance(rules, date(2000, 1, 1)), 4)
    0.0361
    """
    clear = 1.0
    for chance in contradiction_chances(rules, when):
        clear *= 1.0 - chance
    return float((1.0 - clear) ** 2)


def compile_refusal(park: Park, resources: Sequence[str], calendar: Calendar) -> NDArray[np.float64]:
    """Chance of refusal that firms reckon with, before anything is decided.

    Parameters
    ----------
    park : Park
    resources : sequence of str
        In the order of the columns.
    calendar : Calendar

    Returns
    -------
    ndarray of float, shape (T, R), 1
        At the start of each period; zero everywhere without the mechanism of permits.
    """
    table = np.zeros((calendar.periods, len(resources)))
    if not park.mechanisms.permits:
        return table
    rules = park.agents.regulator
    dated = {protocol.resource for protocol in rules.end_of_waste}
    days: list[date] = []
    for r, name in enumerate(resources):
        hazard = park.resources[name].hazard
        if rules.training is None and name not in dated and rules.joint is None:
            table[:, r] = _spoiled(rules, hazard, calendar.start)
            continue
        days = days or [calendar.date(float(day)) for day in calendar.period_bounds[:-1]]
        for t, when in enumerate(days):
            found = permit_class(rules, name, hazard, when)
            table[t, r] = 0.0 if found is None else _spoiled(rules, found, when)
    return table


def _spoiled(rules: Regulator, hazard: Hazard, when: date) -> float:
    """Chance that a case is refused by the permit office, or by departments after it."""
    refused = refusal_chance(rules, hazard, when)
    if not rules.departments:
        return refused
    return refused + (1.0 - refused) * contradicted_chance(rules, when)


def settle_refusal(table: NDArray[np.float64], resource: int, period: int, *, granted: bool) -> None:
    """Enter definitive guidance in what firms reckon with, in place.

    Parameters
    ----------
    table : ndarray of float, shape (T, R), 1
        Of :func:`compile_refusal`.
    resource : int
        Column.
    period : int
        First period in which the answer is known.
    granted : bool
        The answer. Where no permit is needed none is refused, whatever it was.
    """
    later = table[period:, resource]
    later[later > 0.0] = 0.0 if granted else 1.0
