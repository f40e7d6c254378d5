"""What must not matter does not: process, neighbours without trade, names, size, idle policies."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from small_parks import EAGER, Raw
from strategies import parks

from ecopark import Run, Scenario, simulate
from ecopark.model import ParkModel

_PROGRAM = """
import json, sys
from ecopark import Scenario, simulate
simulate(Scenario.from_dict(json.loads(sys.stdin.read())), 3).save(sys.argv[1])
"""


def _run(raw: Raw, seed: int = 1) -> Run:
    return simulate(Scenario.from_dict(raw), seed)


def _plain(flows: pd.DataFrame) -> pd.DataFrame:
    """Flows without category codes, which number the names of the whole park."""
    return flows.astype({name: "str" for name in flows.columns if flows[name].dtype == "category"})


def _busy(chance: int) -> Raw:
    """A park that trades; drawn once, the same in every process."""
    found: list[Raw] = []

    @given(parks(most=6), st.just(chance))
    @settings(max_examples=25, database=None)
    def look(raw: Raw, _: int) -> None:
        if raw["time"]["segment"] == "week" and len(raw["firms"]) > 4:
            found.append(raw)

    look()
    return max(found, key=lambda raw: int(_run(raw).synergies["operating"].notna().sum()))


def test_same_seed_same_bytes_twice_and_in_another_process(tmp_path: Path) -> None:
    raw = _busy(0)
    folders = [_run(raw, 3).save(tmp_path / name) for name in ("first", "second")]
    for number in ("0", "77"):
        folder = tmp_path / f"process_{number}"
        environment = {**os.environ, "PYTHONHASHSEED": number}
        subprocess.run(
            [sys.executable, "-c", _PROGRAM, str(folder)],
            input=json.dumps(raw),
            text=True,
            check=True,
            env=environment,
        )
        folders.append(folder)
    for table in ("flows", "synergies", "events", "accounts", "indicators"):
        contents = {(folder / f"{table}.parquet").read_bytes() for folder in folders}
        assert len(contents) == 1, table
    other = _run(raw, 4).events
    assert len(other)
    assert not other.equals(_run(raw, 3).events)


@given(parks(), st.integers(0, 3), st.booleans())
@settings(max_examples=15)
def test_a_firm_that_trades_with_nobody_changes_no_row(raw: Raw, seed: int, first: bool) -> None:
    hermit = {
        "name": "Hermit",
        "site": [100, 100],
        "processes": {
            "main": {
                "activity_unit": "t",
                "capacity": "7 t/day",
                "utilisation": "0.8",
                "noise": {"cv": "0.2"},
                "outage": {"mean_time_between": "30 d", "mean_duration": "3 d"},
                "in": {"electricity": {"resource": "electricity", "coefficient": "0.3 MWh/t"}},
                "out": {"goods": {"resource": "goods", "coefficient": "1 t/t", "role": "product"}},
            }
        },
    }
    name = "aaa_hermit" if first else "zzz_hermit"
    alone = _plain(_run(raw, seed).flows)
    crowd = _run(raw | {"firms": raw["firms"] | {name: hermit}}, seed).flows
    mine = (crowd["from_firm"] == name) | (crowd["to_firm"] == name)
    assert mine.any()
    pd.testing.assert_frame_equal(_plain(crowd[~mine]).reset_index(drop=True), alone, check_exact=True)


@given(parks(calm=True), st.integers(0, 1))
@settings(max_examples=15)
def test_renaming_firms_changes_nothing_but_names(raw: Raw, seed: int) -> None:
    # Luck is addressed by name, so only parks that leave nothing to luck can be compared: every
    # pair is seen at once and built at once. The new names sort as the old ones, since contracts
    # of one day are served by name.
    at_once = {name: mode | {"lead_time": "0 d"} for name, mode in raw["transport"].items()}
    firms = {
        name: firm | {"behaviour": firm.get("behaviour", {}) | {"attention": 99}}
        for name, firm in raw["firms"].items()
    }
    raw = raw | {"agents": EAGER, "transport": at_once, "firms": firms}
    names = {name: f"works_{name}_renamed" for name in raw["firms"]}
    renamed = raw | {"firms": {names[name]: firm for name, firm in raw["firms"].items()}}
    before, after = _plain(_run(raw, seed).flows), _plain(_run(renamed, seed).flows)
    for old, new in names.items():
        for column in ("from_firm", "to_firm", "synergy"):
            after[column] = after[column].str.replace(new, old, regex=False)
    pd.testing.assert_frame_equal(after, before, check_exact=True)


@given(parks(), st.integers(0, 3))
@settings(max_examples=15)
def test_doubling_all_sizes_doubles_all_flows(raw: Raw, seed: int) -> None:
    def double(text: Any) -> Any:
        if isinstance(text, dict):
            return {key: double(value) for key, value in text.items()}
        number, unit = str(text).split(" ", 1)
        return f"{2.0 * float(number)!r} {unit}"

    large = copy.deepcopy(raw)
    for firm in large["firms"].values():
        process = firm["processes"]["main"]
        process["capacity"] = double(process["capacity"])
        for port in [*process["in"].values(), *process["out"].values()]:
            for field in ("storage", "import"):
                if field in port:
                    port[field] = double(port[field])
    small, big = _run(raw, seed), _run(large, seed)
    extensive = ["quantity", "delivered"]
    pd.testing.assert_frame_equal(
        _plain(big.flows).drop(columns=extensive), _plain(small.flows).drop(columns=extensive)
    )
    pd.testing.assert_frame_equal(big.flows[extensive], 2.0 * small.flows[extensive], rtol=1e-9, atol=1e-9)
    pd.testing.assert_frame_equal(big.events.drop(columns="detail"), small.events.drop(columns="detail"))


@given(parks(most=4), parks(most=4), st.integers(0, 3))
@settings(max_examples=10)
def test_two_parks_in_one_process_leave_each_other_alone(one: Raw, other: Raw, seed: int) -> None:
    alone = ParkModel(Scenario.from_dict(one).park, seed)
    for _ in range(alone.calendar.periods):
        alone.step()
    first = ParkModel(Scenario.from_dict(one).park, seed)
    second = ParkModel(Scenario.from_dict(other).park, seed + 1)
    for turn in range(max(first.calendar.periods, second.calendar.periods)):
        for model in (first, second):
            if turn < model.calendar.periods:
                model.step()
    assert first.events == alone.events
    for table in ("settled", "imported", "stock"):
        np.testing.assert_array_equal(getattr(first.ledger, table), getattr(alone.ledger, table))
    count = len(alone.exchanges.all)
    np.testing.assert_array_equal(first.ledger.sent_by_segment(count), alone.ledger.sent_by_segment(count))
    for model in (alone, first, second):
        model.close()


@given(parks(), st.integers(0, 3))
@settings(max_examples=15)
def test_a_policy_that_binds_nobody_changes_nothing(raw: Raw, seed: int) -> None:
    # Nobody incinerates, nobody flares ash, no exchange needs capital, and a tax of nothing is none.
    idle = {
        "incineration_tax": {"1990-01": "100 DKK/t", "1991-01": "900 DKK/t"},
        "capital_grant": "0.5",
        "carbon_price": "0 DKK/t",
        "bans": [{"route": "flare", "resource": "ash", "from": "1990-02", "penalty": "5000 DKK/t"}],
    }
    free, ruled = _run(raw, seed), _run(raw | {"policy": idle}, seed)
    for table in ("flows", "synergies", "events", "accounts"):
        pd.testing.assert_frame_equal(getattr(ruled, table), getattr(free, table), check_exact=True)
