"""The closing table against sums made here from the tables."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

from ecopark.report.numbers import quantity
from ecopark.report.summary import closing_table, closing_text, summary_lines
from ecopark.report.tables import RunTables


def _park(tables: RunTables, name: str) -> pd.DataFrame:
    rows = tables.indicators
    return rows[(rows["indicator"] == name) & (rows["scope"] == "park")]


@pytest.mark.parametrize(
    ("label", "name", "unit"),
    [
        ("Waste kept from disposal", "avoided_waste", "t"),
        ("Fresh water not drawn", "avoided_water", "m3"),
        ("Greenhouse gases avoided", "avoided_co2", "t CO2e"),
        ("Joint gain of the partners", "joint_gain", "DKK"),
    ],
)
def test_sums(run: RunTables, label: str, name: str, unit: str) -> None:
    (line,) = [line for line in summary_lines(run, "DKK") if line.label == label]
    rows = _park(run, name)
    assert line.total == quantity(rows["value"].sum(), unit)
    assert line.last == quantity(rows.loc[rows["period"] == "2024-01-01", "value"].sum(), unit)


def test_heat_is_given_in_joules_too(run: RunTables) -> None:
    (line,) = [line for line in summary_lines(run, "DKK") if line.label == "Heat not made from fuel"]
    total = _park(run, "avoided_heat")["value"].sum()
    assert line.total == f"{quantity(total, 'MWh')} ({quantity(total * 3.6, 'GJ')})"


def test_synergies_and_reasons(crowded: RunTables) -> None:
    lines = {line.label: line for line in summary_lines(crowded, "DKK")}
    states = crowded.synergies["state"].value_counts()
    ever = states.drop("lost").sum()
    assert lines["Synergies that ever operated"].total == str(ever)
    assert lines["  in operation at the end"].last == str(states["operating"])
    lost = crowded.synergies[crowded.synergies["state"] == "lost"]
    top = lost["reason"].value_counts()
    assert lines["Ideas lost before operation"].total.startswith(
        f"{len(lost)} ({top.index[0]} {top.iloc[0]}, "
    )


def test_best_and_worst_year(crowded: RunTables) -> None:
    lines = {line.label: line.total for line in summary_lines(crowded, "DKK")}
    gain = _park(crowded, "joint_gain").set_index("period")["value"]
    assert lines["Best year by joint gain"].startswith(str(gain.idxmax().year))
    assert lines["Worst year with an exchange"].startswith(str(gain.idxmin().year))


def test_text_fits_and_states_its_basis(run: RunTables) -> None:
    text = closing_text(run, "DKK", width=100)
    assert max(len(line) for line in text.splitlines()) <= 100
    assert "cumulative" in text
    assert closing_table(run, "DKK").row_count == len(summary_lines(run, "DKK"))


def test_a_run_without_exchange(small: RunTables) -> None:
    flows = small.flows[small.flows["route"] != "exchange"]
    none = RunTables(small.firms, flows, small.synergies.iloc[:0], small.indicators.iloc[:0], small.resources)
    text = closing_text(none, "DKK")
    assert "no exchange in this run" in text
    assert "0 t" in text


def test_the_table_needs_no_plotting_library() -> None:
    code = "import sys, ecopark.report.summary; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
