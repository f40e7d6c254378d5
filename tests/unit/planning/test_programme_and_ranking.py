"""Commands on programmes: a report of a finished run, and a ranking of two variants of a small park."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from small_parks import Raw, build, firm

from ecopark import Scenario, ScenarioError, simulate
from ecopark.cli import main
from ecopark.planning.programme import account_of, report_programme
from ecopark.planning.ranking import read_ranking
from ecopark.planning.ranking.ranking import order_rows

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
FIRMS = {"giver": firm(outputs=ASH), "taker": firm((1000, 0), inputs=ASH)}
PROGRAMME: Raw = {
    "name": "A programme",
    "from": "1990-03",
    "until": "1991-07",
    "public_money": {"1990-03": "365.25 DKK/yr", "1991-01": "730.5 DKK/yr"},
    "attribution": "0.5",
    "decay": "20 %/yr",
    "sales_per_job": "100 kDKK",
    "cost_shares": {"co2": "0.5"},
}


def park(programme: Raw | None = None, **blocks: object) -> Scenario:
    raw = build(FIRMS, time={"end": "1991-12"}, **blocks)
    return Scenario.from_dict(raw | ({} if programme is None else {"programme": programme}), "small")


def test_public_money_is_counted_by_the_day() -> None:
    account, name, _ = account_of(simulate(park(PROGRAMME), 1))
    assert name == "A programme"
    # A krone a day from March on, two a day in the first half of 1991.
    assert account.public_cost[1990] == pytest.approx((date(1991, 1, 1) - date(1990, 3, 1)).days)
    assert account.public_cost[1991] == pytest.approx(2.0 * (date(1991, 7, 1) - date(1991, 1, 1)).days)
    assert account.decay == pytest.approx(0.2)
    assert account.jobs_per_sales == pytest.approx(1e-5)


def test_the_block_changes_no_run() -> None:
    plain, counted = simulate(park(), 1), simulate(park(PROGRAMME), 1)
    for name in ("flows", "synergies", "events", "accounts"):
        assert getattr(plain, name).equals(getattr(counted, name)), name


def test_the_report_is_written_and_its_headline_is_that_of_the_ledger(tmp_path: Path) -> None:
    run = simulate(park(PROGRAMME | {"counts": "all"}), 1)
    run.save(tmp_path / "run")
    assert main(["programme", str(tmp_path / "run"), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {
        "metrics.csv",
        "metrics.parquet",
        "people.csv",
        "headline.csv",
        "summary.json",
        "figures",
    } <= written
    headline = pd.read_csv(tmp_path / "out" / "headline.csv").set_index(["indicator", "basis"])["value"]
    flows = run.flows[(run.flows["route"] == "exchange") & (run.flows["start"].dt.year == 1991)]
    moved = float(flows["quantity"].sum())
    assert moved > 0.0
    assert headline["programme_landfill", "annual, gross"] == pytest.approx(moved)
    assert headline[
        "programme_landfill", "lifetime of 5 yr falling 20 %/yr, 50 % attributed"
    ] == pytest.approx(1.5 * moved)
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["decay"] == pytest.approx(0.2)


def test_without_a_block_it_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run = simulate(park(), 1)
    assert any("states no 'programme'" in note for note in report_programme(run).notes)
    run.save(tmp_path / "run")
    assert main(["programme", str(tmp_path / "run"), "--out", str(tmp_path / "out"), "--no-figures"]) == 0
    assert "no public money is known" in " ".join(capsys.readouterr().out.split())
    assert main(["programme", str(tmp_path / "nothing")]) != 0


@pytest.mark.parametrize(("change", "message"), [
    ({"until": "1989-01"}, "does not lie after"),
    ({"cost_shares": {"co2": "0.7", "water": "0.7"}}, "counted twice"),
    ({"public_money": "5 DKK"}, "DKK/yr"),
    ({"sales_per_job": "0 DKK"}, "must be positive"),
    ({"decay": "150 %/yr"}, "more than all"),
])  # fmt: skip
def test_terms_that_cannot_be_are_refused(change: Raw, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        park(PROGRAMME | change)


# --------------------------------------------------------------------------- ranking
def test_rows_stand_by_size_and_are_corrected_together() -> None:
    table = pd.DataFrame(
        {"group": ["a", "a", "b"], "variant": ["x", "y", "z"], "effect": "joint_gain", "unit": "DKK",
         "base": [10.0, 10.0, 0.0], "difference": [1.0, -5.0, 2.0], "low": [0.5, -6.0, -1.0], "high": [2.0, -4.0, 3.0],
         "pairs": 8, "chance": [0.01, 0.02, 0.9], "corrected": [0.01, 0.02, 0.9]}
    )  # fmt: skip
    rows = order_rows(table, ("joint_gain",))
    assert rows["variant"].tolist() == ["y", "z", "x"]
    # Benjamini-Hochberg by hand: 0.01 x 3 / 1 and 0.02 x 3 / 2 are both 0.03.
    assert rows.set_index("variant")["corrected"].to_dict() == pytest.approx({"x": 0.03, "y": 0.03, "z": 0.9})
    assert rows.set_index("variant")["clear"].to_dict() == {"x": True, "y": True, "z": False}
    assert rows["share"].iloc[0] == pytest.approx(-0.5)
    assert np.isnan(rows["share"].iloc[1])


def test_a_ranking_is_run_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "park.yaml").write_text(park().to_yaml(), encoding="utf-8")
    plan = {
        "name": "two",
        "replicates": 3,
        "groups": {"levers": {"against": "park.yaml", "variants": {
            "twice the fee": {"scenario": "park.yaml", "set": {"policy.landfill_tax": "500 DKK/t"}},
            "nothing": "park.yaml",
        }}},
    }  # fmt: skip
    file = tmp_path / "plan.yaml"
    file.write_text(yaml.safe_dump(plan), encoding="utf-8")
    out = tmp_path / "out"
    assert main(["rank", str(file), "--engine", "serial", "--quiet", "--out", str(out)]) == 0
    rows = pd.read_csv(out / "ranking" / "ranking.csv").set_index(["variant", "effect"])
    assert rows.loc[("nothing", "joint_gain"), "difference"] == 0.0
    assert rows.loc[("twice the fee", "joint_gain"), "difference"] > 0.0
    assert (out / "ranking" / "figures" / "ranking.png").is_file()


def test_every_mistake_of_a_plan_is_named_at_once(tmp_path: Path) -> None:
    plan = {
        "effects": ["joint_gian"],
        "groups": {"a": {"against": "kalundborgg", "variants": {}}},
        "repliactes": 3,
    }
    (tmp_path / "plan.yaml").write_text(yaml.safe_dump(plan), encoding="utf-8")
    with pytest.raises(ScenarioError) as failure:
        read_ranking(tmp_path / "plan.yaml")
    text = str(failure.value)
    for part in ("joint_gain", "kalundborg", "variants", "replicates"):
        assert part in text
    (tmp_path / "park.yaml").write_text(park().to_yaml(), encoding="utf-8")
    variants = {Scenario.load(tmp_path / "park.yaml").name: "park.yaml"}
    groups = {name: {"against": "park.yaml", "variants": variants} for name in ("a b", "a_b")}
    (tmp_path / "plan.yaml").write_text(yaml.safe_dump({"groups": groups}), encoding="utf-8")
    with pytest.raises(ScenarioError, match="is the name of what the group is held against") as failure:
        read_ranking(tmp_path / "plan.yaml")
    assert "a_b and a b would share a folder" in str(failure.value)
    with pytest.raises(ScenarioError, match="levers_and_barriers"):
        read_ranking("kalundborg/levers_and_bariers")
