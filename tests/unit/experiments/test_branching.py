"""Futures that part on a date: the same bytes before it, the same luck after it, nothing that reaches back."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from study_models import park_raw, write_park

from ecopark import Run, Scenario, ScenarioError
from ecopark.experiments import Study, branch, sweep
from ecopark.experiments.branching import dated_overrides

FUTURES: dict[str, dict[str, Any]] = {
    "one value": {"policy.landfill_tax": "500 DKK/t"},
    "by date": {"policy.landfill_tax": {"1991-07": "100 DKK/t", "1993-01": "900 DKK/t"}},
    "from nothing": {"policy.carbon_price": "400 DKK/t"},
    "a price": {"resources.ash.disposal.fee": "900 DKK/t", "resources.ash.virgin.price": "9 DKK/t"},
    "transport": {"transport.lorry.variable": "7 DKK/t/km"},
}


def bytes_before(run: Run, day: str) -> bytes:
    """Ledger and events before a day, as a file."""
    out = io.BytesIO()
    for table, column in ((run.flows, "start"), (run.events, "date")):
        past = table[table[column] < pd.Timestamp(day)].reset_index(drop=True)
        plain = past.astype({name: "str" for name in past if past[name].dtype == "category"})
        pq.write_table(pa.Table.from_pandas(plain, preserve_index=False), out)
    return out.getvalue()


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    return branch(Scenario.from_dict(park_raw()), "1991-07", FUTURES, seed=3)


@pytest.mark.parametrize("name", FUTURES)
def test_the_past_is_the_same_bytes(runs: dict[str, Run], name: str) -> None:
    assert bytes_before(runs[name], "1991-07") == bytes_before(runs["base"], "1991-07")
    assert len(runs["base"].flows[runs["base"].flows["start"] < pd.Timestamp("1991-07-01")])


@pytest.mark.parametrize("name", ["one value", "by date", "from nothing", "a price"])
def test_the_future_is_another(runs: dict[str, Run], name: str) -> None:
    pair = [run.accounts[run.accounts["unit"] == "DKK"] for run in (runs[name], runs["base"])]
    assert pair[0]["giver"].sum() != pair[1]["giver"].sum()


def test_luck_after_the_date_is_the_same(runs: dict[str, Run]) -> None:
    def outages(run: Run) -> pd.DataFrame:
        return run.events[run.events["event"] == "outage"][["date", "firm", "detail"]].reset_index(drop=True)

    assert len(outages(runs["base"])) > 3
    pd.testing.assert_frame_equal(outages(runs["one value"]), outages(runs["base"]))


def test_the_same_value_is_the_same_run() -> None:
    scenario = Scenario.from_dict(park_raw())
    found = branch(scenario, "1992-01", {"same": {"policy.landfill_tax": "60 DKK/t"}}, seed=2)
    assert bytes_before(found["same"], "2000-01-01") == bytes_before(found["base"], "2000-01-01")


def test_a_dated_path_keeps_what_was() -> None:
    scenario = Scenario.from_dict(park_raw())
    found = dated_overrides(scenario, date(1991, 7, 1), {"policy.landfill_tax": "0.1 DKK/kg"})
    assert found == {"policy.landfill_tax": {"1990-01-01": "40.0 DKK/t", "1991-07-01": "100.0 DKK/t"}}
    found = dated_overrides(scenario, date(1993, 7, 1), {"policy.landfill_tax": "99 DKK/t"})
    assert found["policy.landfill_tax"] == {
        "1990-01-01": "40.0 DKK/t", "1992-01-01": "60.0 DKK/t", "1993-07-01": "99.0 DKK/t",
    }  # fmt: skip


def test_a_straight_line_is_cut_without_a_change() -> None:
    line = {"1990-01": "40 DKK/t", "1993-12": "87 DKK/t", "interpolate": "linear"}
    scenario = Scenario.from_dict(park_raw() | {"policy": {"landfill_tax": line}})
    found = branch(scenario, "1992-03", {"tax": {"policy.landfill_tax": "500 DKK/t"}}, seed=3)
    assert bytes_before(found["tax"], "1992-03") == bytes_before(found["base"], "1992-03")


def test_a_closure_is_announced() -> None:
    scenario = Scenario.from_dict(park_raw()).with_overrides({"agents.discovery.foresight": "0 d"})
    found = branch(scenario, "1991-01", {"closed": {"firms.plant.closes": "1992-06"}}, seed=3)
    assert bytes_before(found["closed"], "1991-01") == bytes_before(found["base"], "1991-01")
    last = found["closed"].flows.query("from_firm == 'plant'")["end"].max()
    assert last == pd.Timestamp("1992-06-01")


def test_layouts_part_by_which_candidate_plant_opens() -> None:
    raw = park_raw()
    user = raw["firms"]["user"]
    raw["firms"] |= {
        name: user | {"site": site, "opens": "2100-01"}
        for name, site in (("near", [0, 500]), ("far", [0, 40000]))
    }
    scenario = Scenario.from_dict(raw).with_overrides({"agents.discovery.foresight": "0 d"})
    futures = {name: {f"firms.{name}.opens": "1992-03"} for name in ("near", "far")}
    found = branch(scenario, "1991-01", futures, seed=3)
    for name in futures:
        assert bytes_before(found[name], "1991-01") == bytes_before(found["base"], "1991-01")
        began = found[name].flows.query(f"to_firm == '{name}' or from_firm == '{name}'")["start"].min()
        assert began == pd.Timestamp("1992-03-01")
    assert not (found["base"].flows[["from_firm", "to_firm"]].isin(["near", "far"])).any().any()


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("policy.landfill_tax", {"1991-01": "9 DKK/t"}, "acts from 1991-01, before"),
        ("firms.plant.closes", "1990-06", "acts from 1990-06, before"),
        ("firms.plant.closes", "1991-09", "3 years ahead"),
        ("firms.plant.capacity", "5 t/day", "3 years ahead"),
        ("firms.plant.behaviour.payback", "5 yr", "has no date of its own"),
        ("firms.plant.site", [0, 1], "has no date of its own"),
        ("mechanisms.trading", False, "has no date of its own"),
        ("agents.negotiation.protocol", "nash", "has no date of its own"),
    ],
)
def test_what_would_change_the_past_is_refused(path: str, value: Any, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        branch(Scenario.from_dict(park_raw()), "1991-07", {"future": {path: value}})


def test_a_study_of_futures(tmp_path: Path) -> None:
    alternatives = {
        "tax": {"policy.landfill_tax": "900 DKK/t"},
        "dear ash": {"resources.ash.virgin.price": "900 DKK/t"},
    }
    raw = {
        "base": str(write_park(tmp_path)),
        "design": {"kind": "paired", "since": "1992-01", "alternatives": alternatives},
        "replicates": 3,
        "outputs": {"summary": True, "indicators": ["avoided_waste", "joint_gain"]},
    }
    results = sweep(Study.from_dict(raw), engine="serial", folder=tmp_path / "s")
    table = results.compare("joint_gain").set_index("label")
    assert table.loc["tax", "mean"] > 0
    assert "shared_past" not in results.outputs
    yearly = results.indicators.pivot_table("value", ["replicate", "period"], "point", observed=True)
    past = yearly[yearly.index.get_level_values("period") < pd.Timestamp("1992-01-01")]
    assert len(past)
    assert (past.to_numpy() == past.to_numpy()[:, :1]).all()


def test_pasts_that_differ_are_an_error(tmp_path: Path) -> None:
    raw = {
        "base": str(write_park(tmp_path)),
        "design": {
            "kind": "paired",
            "since": "1992-01",
            "alternatives": {"tax": {"policy.landfill_tax": "9 DKK/t"}},
        },
    }
    results = sweep(Study.from_dict(raw), engine="serial", folder=tmp_path / "s")
    table = results._table.to_pandas()
    row = table.index[(table["indicator"] == "shared_past") & (table["point"] == 1)][0]
    table.loc[row, "value"] += 1.0
    results.__dict__["_table"] = pa.Table.from_pandas(table)
    with pytest.raises(Exception, match="differ before 1992-01-01 in replicate 0"):
        _ = results.runs
