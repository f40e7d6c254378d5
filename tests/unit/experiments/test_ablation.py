"""An ablation on a park of three firms, against the runs themselves, and its mistakes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hindcast_parks import write_recorded_park

from ecopark import Scenario, Study, simulate
from ecopark.cli import main
from ecopark.errors import DomainError
from ecopark.experiments.ablation import Ablation, end_rows, run_ablation
from ecopark.experiments.record import read_record
from ecopark.experiments.scores import score_overlap
from ecopark.indicators.overtime import operating_at

SEEDS = range(1, 5)
ALTERNATIVES = {
    "trading": {"mechanisms.trading": False},
    "what is not there": {"mechanisms.information": False},
    "noise": {"mechanisms.noise": False},
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ablation")


@pytest.fixture(scope="module")
def study(place: Path) -> Path:
    design = {"kind": "paired", "alternatives": ALTERNATIVES}
    raw = {"name": "without", "base": str(write_recorded_park(place)), "design": design}
    file = place / "without.yaml"
    file.write_text(
        yaml.safe_dump(raw | {"replicates": len(SEEDS), "seed": 1}, sort_keys=False), encoding="utf-8"
    )
    return file


@pytest.fixture(scope="module")
def ablation(study: Path, place: Path) -> Ablation:
    return run_ablation(study, place / "results", "serial")


def difference(ablation: Ablation, mechanism: str, output: str) -> pd.Series:
    rows = ablation.differences
    return rows[(rows["mechanism"] == mechanism) & (rows["output"] == output)].iloc[0]


def test_base_is_the_mean_of_the_runs(ablation: Ablation, place: Path) -> None:
    scenario = Scenario.load(place / "park.yaml")
    wanted = set(read_record(scenario).starts)
    assert ablation.replicates == len(SEEDS)
    scores, links, carbon = [], [], []
    for seed in SEEDS:
        run = simulate(scenario, seed)
        begun = run.synergies[run.synergies["operating"].dt.year <= 1992]
        made = set(zip(begun["from_firm"], begun["to_firm"], begun["resource"], strict=True))
        scores.append(score_overlap(made, wanted).f1)
        links.append(len(operating_at(run.synergies, run.flows["end"].max())))
        carbon.append(run.summary()["cumulative"]["avoided_co2"]["value"])
    assert difference(ablation, "noise", "f1_exchanges")["base"] == pytest.approx(np.mean(scores))
    assert difference(ablation, "noise", "links_at_end")["base"] == pytest.approx(np.mean(links))
    assert difference(ablation, "noise", "avoided_co2")["base"] == pytest.approx(np.mean(carbon))
    assert min(links) > 0


def test_without_trading_all_is_lost(ablation: Ablation) -> None:
    for output in ("f1_pairs", "links_at_end", "partners_at_end", "avoided_co2"):
        row = difference(ablation, "trading", output)
        assert row["mean"] == pytest.approx(-row["base"])
        assert row["clear"]
    assert ablation.changed["trading"] == 1.0


def test_a_mechanism_that_is_not_stated_contributes_nothing(ablation: Ablation) -> None:
    rows = ablation.differences[ablation.differences["mechanism"] == "what is not there"]
    judged = rows[rows["replicates"] > 0]  # the record is too short for one of the measures
    assert len(judged) == len(rows) - 1
    assert (judged[["mean", "low", "high"]] == 0.0).all(axis=None)
    assert ablation.changed["what is not there"] == 0.0
    assert "what is not there" in ablation.idle()
    assert "trading" not in ablation.idle()


def test_the_table_has_a_row_each_and_bold_where_clear(ablation: Ablation) -> None:
    table = ablation.table().set_index("without")
    assert list(table.index) == ["nothing (mean)", *ALTERNATIVES]
    assert table.loc["trading", "links"].startswith("**\N{MINUS SIGN}")
    assert table.loc["what is not there", "links"] == "0"
    assert table.loc["trading", "changed"] == "100 %"


def test_partners_by_hand(place: Path) -> None:
    run = simulate(Scenario.load(place / "park.yaml"), 1)
    found = {name: value for _, _, name, value, _ in end_rows(run)}
    both = operating_at(run.synergies, run.flows["end"].max())
    pairs = {tuple(sorted(pair)) for pair in zip(both["from_firm"], both["to_firm"], strict=True)}
    # One pair: each has one partner; two pairs that share the taker: (1 + 1 + 2) / 3.
    assert found["partners_at_end"] == pytest.approx({1: 1.0, 2: 4 / 3}[len(pairs)])


def test_the_command_writes_what_the_call_gives(
    study: Path, place: Path, ablation: Ablation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ablation", str(study), "--engine", "serial", "--out", str(place / "results")]) == 0
    shown = capsys.readouterr().out
    assert "4 paired runs" in shown
    kept = pd.read_parquet(place / "results" / "ablation" / "differences.parquet")
    pd.testing.assert_frame_equal(kept, ablation.differences.reset_index(drop=True), check_dtype=False)
    text = (place / "results" / "ablation" / "table.md").read_text("utf-8")
    assert text.count("| without |") == 2


def test_only_paired_studies_from_the_start() -> None:
    for name in ("kalundborg/after_1990", "kalundborg/screening"):
        with pytest.raises(DomainError, match="paired study"):
            run_ablation(Study.load(name))
