"""A hindcast end to end on a park of three firms, and its mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hindcast_parks import LINKS, VOLUMES, write_recorded_park
from study_models import files_of, write_park

from ecopark import Scenario, simulate
from ecopark.cli import main
from ecopark.experiments.hindcast import TABLES, Hindcast, run_hindcast
from ecopark.experiments.hindcast_runs import fuel_substitution, judge, read_link, volumes_of, write_link
from ecopark.experiments.record import read_record, starts_of
from ecopark.simulate import feasible_pairs


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return Scenario.load(write_recorded_park(tmp_path_factory.mktemp("park")))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hindcast")


@pytest.fixture(scope="module")
def hindcast(scenario: Scenario, place: Path) -> Hindcast:
    return run_hindcast(scenario, 3, folder=place / "h", engine="serial")


def test_feasible_pairs_are_those_of_ash(scenario: Scenario) -> None:
    table = feasible_pairs(scenario)
    assert table[["from_firm", "to_firm", "resource"]].to_numpy().tolist() == [
        ["other", "user", "ash"],
        ["plant", "user", "ash"],
    ]
    assert set(table["first"]) == {pd.Timestamp("1990-01-01")}
    assert set(table["last"]) == {pd.Timestamp("1994-01-01")}


def test_start_years_are_those_of_the_runs(scenario: Scenario, hindcast: Hindcast) -> None:
    assert hindcast.replicates == 3
    for seed in (1, 2, 3):
        run = simulate(scenario, seed, "1993")
        wanted = {link: year for link, year in starts_of(run.synergies).items() if year <= 1992}
        rows = hindcast.starts[hindcast.starts["seed"] == seed]
        found = {(r.from_firm, r.to_firm, r.resource): r.year for r in rows.itertuples()}
        assert found == wanted


def test_the_curve_counts_starts(hindcast: Hindcast) -> None:
    curve = hindcast.curve.set_index("year")
    assert curve["record"].tolist() == [1, 1, 2]
    counts = pd.crosstab(hindcast.starts["replicate"], hindcast.starts["year"])
    totals = counts.reindex(index=range(3), columns=curve.index, fill_value=0).cumsum(axis=1)
    np.testing.assert_allclose(curve["median"], np.median(totals, axis=0))
    # Least squares through 1, 1, 2: mean 4/3, slope 1/2.
    np.testing.assert_allclose(curve["line"], [5 / 6, 4 / 3, 11 / 6])
    np.testing.assert_allclose(curve["even"], [2 / 3, 4 / 3, 2.0])
    assert (curve["inside"] == ((curve["low"] <= curve["record"]) & (curve["record"] <= curve["high"]))).all()


def test_frequencies_and_scores_agree_with_the_starts(hindcast: Hindcast) -> None:
    table = hindcast.exchanges.set_index("from_firm")
    assert table["label"].tolist() == ["Plant → A firm: ash", "A firm → A firm: ash"]
    made = hindcast.starts.groupby("from_firm").size().reindex(table.index, fill_value=0)
    np.testing.assert_allclose(table["frequency"], made / 3)
    # Both feasible exchanges are in the record: with m made, precision is 1 and F1 is 2 m / (m + 2).
    each = hindcast.starts.groupby("replicate").size().reindex(range(3), fill_value=0)
    measures = hindcast.measures.set_index("measure")
    assert measures.loc["f1_pairs", "median"] == pytest.approx(float((2 * each / (each + 2)).median()))
    # Random links at the dates of the record must be these two by the end.
    assert measures.loc["f1_pairs", "random_median"] == 1.0


def test_the_record_has_its_network(hindcast: Hindcast) -> None:
    record = hindcast.network.pivot_table("record", "year", "metric")
    assert record["links"].tolist() == [1, 1, 2]
    assert record["nodes"].tolist() == [2, 2, 3]
    # Two of three firms give to the third: every link touches it.
    assert record.loc[1992, "degree_centralisation"] == 1.0


def test_volumes_are_those_of_the_ledger(scenario: Scenario) -> None:
    record = read_record(scenario)
    run = simulate(scenario, 1, "1993")
    year, unit, value, recorded = volumes_of(run, record)["ash"]
    flows = run.flows
    ash = flows[(flows["route"] == "exchange") & (flows["from_firm"] == "plant") & (flows["start"] >= "1993")]
    assert (year, unit, recorded) == (1993, "t", 3650.0)
    assert value == pytest.approx(float(ash["quantity"].sum()))
    assert value > 0.0
    # Ash replaces no fuel.
    assert fuel_substitution(run, 1993) == (0.0, 0.0)


def test_a_run_that_does_nothing_scores_nothing(scenario: Scenario) -> None:
    idle = simulate(scenario.with_overrides({"mechanisms.trading": "false"}), 1, "1993")
    rows = judge(idle, read_record(scenario), 1990)
    whole = {name: value for period, _, name, value, _ in rows if period is None}
    assert whole["f1_pairs"] == whole["count"] == whole["ratio_ash"] == 0.0
    assert np.isnan(whole["tau"])
    assert whole["volume_error"] == 1.0
    assert whole["count_1990"] == 0.0
    assert whole["curve_distance"] == pytest.approx(np.sqrt((1 + 1 + 4) / 3))


def test_saved_tables_are_read_back_and_runs_are_kept(
    scenario: Scenario, hindcast: Hindcast, place: Path
) -> None:
    folder = hindcast.save(place / "h" / "hindcast")
    for name in TABLES:
        pd.testing.assert_frame_equal(
            pd.read_parquet(folder / f"{name}.parquet"), getattr(hindcast, name), check_dtype=False
        )
    told = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert told["replicates"] == 3
    assert told["measures"]["f1_pairs"]["line"] is None
    before = files_of(place / "h" / "study")
    again = run_hindcast(scenario, 3, folder=place / "h", engine="serial")
    assert files_of(place / "h" / "study") == before
    pd.testing.assert_frame_equal(again.measures, hindcast.measures)


def test_fuel_replaced_is_net_of_the_fuel_burnt() -> None:
    """Kalundborg in 1985: steam from the power station costs it electricity."""
    run = simulate(Scenario.load("kalundborg"), 1, "1985")
    net, gross = fuel_substitution(run, 1985)
    rows = run.accounts[(run.accounts["unit"] == "t CO2e") & (run.accounts["start"].dt.year == 1985)]
    resource = rows["synergy"].astype(str).map(run.synergies.set_index("synergy")["resource"].astype(str))
    steam = rows[resource.isin(["steam", "fuel_gas", "flare_gas", "warm_water", "hot_water"])]
    both = steam["giver"] + steam["taker"]
    assert gross == pytest.approx(float(both[steam["item"] == "avoided_virgin"].sum()))
    assert net == pytest.approx(float(both[~steam["item"].isin(["haulage", "construction"])].sum()))
    assert 0.0 < net < gross


def test_a_link_is_written_and_read() -> None:
    assert write_link(("asnaes", "town", "steam")) == "asnaes>town:steam"
    assert read_link("asnaes>town:steam") == ("asnaes", "town", "steam")


# --------------------------------------------------------------------------- the command
def test_the_command_tells_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    park, out = write_recorded_park(tmp_path), tmp_path / "out"
    command = ["hindcast", str(park), "--replicates", "2", "--engine", "serial", "--out", str(out)]
    assert main(command) == 0
    told = capsys.readouterr()
    assert "F1 of firm pairs" in told.out
    assert "Plant → A firm: ash" in told.out
    assert "2 of 2 runs" in told.err
    names = {path.name for path in (out / "hindcast").iterdir()}
    assert names == {f"{name}.parquet" for name in TABLES} | {"summary.json", "figures"}
    assert {path.stem for path in (out / "hindcast" / "figures").iterdir()} == {"curve", "starts", "scores"}


def test_another_scenario_is_not_mixed_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    park = write_recorded_park(tmp_path)
    command = ["hindcast", str(park), "--replicates", "1", "--engine", "serial", "--quiet", "--no-figures"]
    out = ["--out", str(tmp_path / "out")]
    assert main([*command, *out]) == 0
    assert main([*command, *out, "--set", "agents.discovery.social=1"]) == 1
    assert "another scenario" in capsys.readouterr().err


def refused(tmp_path: Path, park: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    out = tmp_path / "out"
    assert main(["hindcast", str(park), "--engine", "serial", "--out", str(out), *more]) == 2
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert not out.exists()
    return told


def test_a_scenario_without_record_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "observed: is missing" in refused(tmp_path, write_park(tmp_path), capsys)


@pytest.mark.parametrize(
    ("links", "volumes", "message"),
    [
        (LINKS.replace("plant", "plnat"), VOLUMES, "unknown firm 'plnat'"),
        (LINKS.replace("1992", "soon"), VOLUMES, "expected a year such as 1982, found 'soon'"),
        (LINKS.replace("start_year", "year"), VOLUMES, "column start_year is missing"),
        (LINKS + 'plant,"user,ash\n', VOLUMES, "CSV syntax"),
        (LINKS.replace("1990", "2001").replace("1992", "2002"), VOLUMES, "no link that began by 1992"),
        (LINKS, VOLUMES.replace("3650", "-3"), "expected a positive number, found '-3'"),
        (LINKS, VOLUMES.replace("3650,t", "3650,kt"), "expected 't', found 'kt'"),
        (LINKS, VOLUMES.replace("fuels,,", "fuels,plant,"), "the park has none of them"),
        (LINKS, VOLUMES.replace("fuels", "ash"), "one unit and one year"),
    ],
)
def test_mistakes_in_the_record_name_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], links: str, volumes: str, message: str
) -> None:
    assert message in refused(tmp_path, write_recorded_park(tmp_path, links, volumes), capsys)


def test_a_missing_table_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    park = write_recorded_park(tmp_path)
    (tmp_path / "links.csv").unlink()
    assert "links.csv" in refused(tmp_path, park, capsys)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--until", "1993"], "the record ends in 1992"),
        (["--until", "1980"], "outside the scenario's time"),
        (["--replicates", "0"], "at least one replicate"),
    ],
)
def test_years_and_replicates_are_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert message in refused(tmp_path, write_recorded_park(tmp_path), capsys, *arguments)
