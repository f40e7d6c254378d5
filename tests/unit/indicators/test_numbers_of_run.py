"""One number of a run for each registered indicator that has one: the same as in the full table, and no more work."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from study_models import park_raw

from ecopark import Scenario, simulate
from ecopark.errors import DomainError
from ecopark.indicators import INDICATORS, PARK_NUMBERS, wholerun
from ecopark.indicators.mass import landfill_diversion
from ecopark.indicators.parts import PARTS, Books
from ecopark.indicators.register import Indicator
from ecopark.run import Run


@pytest.fixture(scope="module")
def kalundborg() -> Run:
    """Fifteen years: some water, heat and gas move, some numbers are not defined yet."""
    return simulate(Scenario.load("kalundborg"), seed=1, until="1973")


@pytest.fixture(scope="module")
def idle() -> Run:
    """A park in which nobody may trade."""
    return simulate(Scenario.from_dict(park_raw(), overrides={"mechanisms.trading": False}), seed=1)


def expected(table: pd.DataFrame, entry: Indicator, scope: str, unit: str) -> float:
    """The number by the rule of the manual, from the full table."""
    rows = table[(table["indicator"] == entry.id) & (table["scope"] == scope) & (table["unit"] == unit)]
    amounts = ("t", "m3", "MWh", "t CO2e", "DKK", "count")
    if entry.basis == "year" and unit in amounts and not scope.startswith("unit:"):
        return float(rows["value"].sum())
    last = rows[rows["period"].dt.year == table["period"].dt.year.max()]
    if len(last) == 1:
        return float(last["value"].iloc[0])
    return 0.0 if unit == "count" else math.nan


@pytest.mark.parametrize("which", ["kalundborg", "idle"])
def test_every_number_is_that_of_the_full_table(which: str, request: pytest.FixtureRequest) -> None:
    run: Run = request.getfixturevalue(which)
    table, found = run.report_indicators(), run.numbers(*PARK_NUMBERS)
    assert list(found) == list(PARK_NUMBERS)
    for name, (entry, scope) in PARK_NUMBERS.items():
        value, unit = found[name]
        assert np.array_equal(value, expected(table, entry, scope, unit), equal_nan=True), name


def test_units_of_the_register_are_those_of_the_rows(kalundborg: Run) -> None:
    table = kalundborg.report_indicators()
    for name, (entry, scope) in PARK_NUMBERS.items():
        held = set(table.loc[(table["indicator"] == entry.id) & (table["scope"] == scope), "unit"])
        assert held <= {entry.unit_in(scope, "DKK")}, name


def test_amounts_add_up_and_states_are_the_last(kalundborg: Run) -> None:
    found = kalundborg.numbers("avoided_water", "operating_synergies", "ideas_lost", "programme_co2", "nodes")
    totals = kalundborg.summary()
    assert found["avoided_water"][0] == pytest.approx(
        totals["cumulative"]["avoided_water"]["value"], rel=1e-12
    )
    assert found["operating_synergies"] == (totals["operating_at_end"], "count")
    assert found["ideas_lost"][0] == sum(totals["lost_by_reason"].values())
    assert found["programme_co2"][1] == "t CO2e"
    ends = {firm for ends in kalundborg.network("1973-12-31").edges() for firm in ends}
    assert found["nodes"][0] == len(ends) > 2


def test_what_is_not_defined_is_missing_and_what_never_happened_is_zero(idle: Run) -> None:
    found = idle.numbers(
        "density_directed", "gain_gini", "trust_mean", "landfill_diverted", "ideas_lost", "nodes"
    )
    assert [value for value, _ in found.values()] == pytest.approx([math.nan] * 3 + [0.0] * 3, nan_ok=True)


def test_only_what_is_asked_for_is_computed(idle: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []

    def spied(function: object) -> object:
        part = wholerun._PART_OF[function]  # type: ignore[index]

        def compute(books: Books) -> pd.DataFrame:
            called.append(part.functions[0].__name__)
            return part.compute(books)

        return replace(part, compute=compute)

    monkeypatch.setattr(wholerun, "_PART_OF", {function: spied(function) for function in wholerun._PART_OF})
    idle.numbers("landfilled", "landfill_diversion_rate", "landfill_diverted")
    assert called == [landfill_diversion.__name__]


def test_parts_hold_every_number_once() -> None:
    functions = [function for part in PARTS for function in part.functions]
    assert len(functions) == len(set(functions))
    assert {entry.function for entry, _ in PARK_NUMBERS.values()} <= set(functions)


def test_every_indicator_gives_a_number_or_says_how_it_is_given() -> None:
    assert all(bool(entry.names) != bool(entry.otherwise) for entry in INDICATORS)
    assert all(bool(entry.basis) == bool(entry.scopes) for entry in INDICATORS)


def test_an_unknown_name_is_an_error(idle: Run) -> None:
    with pytest.raises(DomainError, match="no indicator 'byproduct_use_rate' gives one number"):
        idle.numbers("byproduct_use_rate")
