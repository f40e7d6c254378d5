"""The capture ratio on parks whose optimum, network and losses are known by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_parks import EAGER, firm, scenario

from ecopark import Run, Scenario, simulate
from ecopark.errors import DomainError
from ecopark.planning.optimum.capture import Capture, measure_capture
from ecopark.planning.optimum.network import OBJECTIVES

ASH = {"resource": "ash", "coefficient": "1 t/t"}
# Screening takes about two months: nothing operates from the first day.
SLOW = {**EAGER, "negotiation": {**EAGER["negotiation"], "screening": "60 d"}}
# Landfill 100 + virgin 80 - lorry (2 + 0.5 x 10 km).
GAIN = 173.0


def plant_and_road(**blocks: Any) -> Scenario:
    """6 t of ash a day, all of it of use on a road 10 km off."""
    firms = {
        "plant": firm((0, 0), capacity="6 t/day", outputs={"ash": ASH}),
        "road": firm((10_000, 0), capacity="6 t/day", inputs={"ash": ASH}),
    }
    return scenario(firms, **blocks)


def shares(capture: Capture) -> dict[str, float]:
    return dict(zip(capture.reasons["reason"], capture.reasons["share"], strict=True))


def assert_closed(capture: Capture) -> None:
    """Realised and lost sum to the possible: in the objective, and for every objective and block."""
    assert capture.reasons["amount"].sum() == pytest.approx(capture.ratios["possible"].mean(), rel=1e-6)
    for case in capture.cases:
        lost = case.losses.groupby("block")[list(OBJECTIVES)].sum().reindex(case.blocks.index).fillna(0.0)
        gap = case.optimum.values[list(OBJECTIVES)] - case.realised.values[list(OBJECTIVES)]  # noqa: PD011
        size = case.optimum.values[list(OBJECTIVES)].abs().max().max()  # noqa: PD011
        assert np.abs((lost - gap).to_numpy()).max() <= 1e-6 * max(size, 1.0)
        assert case.realised_value <= case.optimum.bound * (1.0 + 1e-6)
        assert case.realised.violation <= 1e-6


def test_one_exchange_is_captured_from_its_first_day() -> None:
    """Possible: 6 t x 365 d x 173 DKK/t. Captured: the days on which it ran; lost: those before."""
    run = simulate(plant_and_road(agents=SLOW), seed=1)
    capture = measure_capture(run, blocks=None, rate=0.0)
    began = run.synergies["operating"].dropna().iloc[0]
    days = (began - pd.Timestamp("1990-01-01")).days
    assert 0 < days < 120
    assert capture.optimum.best == pytest.approx(6.0 * 365.0 * GAIN)
    sent = run.flows.loc[run.flows["route"] == "exchange", "quantity"].sum()
    assert capture.ratios.loc[0, "capture"] == pytest.approx(sent / (6.0 * 365.0), rel=1e-9)
    # Dates are told by the day.
    assert capture.ratios.loc[0, "capture"] == pytest.approx(1.0 - days / 365.0, abs=1.0 / 365.0)
    noticed = (run.synergies["identified"].min() - pd.Timestamp("1990-01-01")).days
    found = shares(capture)
    assert found["in the pipeline"] == pytest.approx((days - noticed) / 365.0, abs=1.0 / 365.0)
    assert sum(found.values()) == pytest.approx(1.0)
    assert found.pop("less volume", 0.0) <= 1.0 / 365.0
    assert set(found) <= {"realised", "not noticed", "in the pipeline"}
    assert capture.resources.loc[0, ["resource", "unit"]].tolist() == ["ash", "t"]
    assert capture.resources.loc[0, "capture"] == pytest.approx(sent / (6.0 * 365.0))
    assert_closed(capture)


def test_years_after_the_start_are_captured_whole() -> None:
    run = simulate(plant_and_road(time={"end": "1992-12"}, agents=SLOW), seed=1)
    table = measure_capture(run, blocks="1 yr").blocks
    assert table["possible"].tolist() == pytest.approx([6.0 * 365.25 * GAIN] * 3, rel=2e-3)
    assert table["capture"].iloc[0] < 1.0
    assert table["capture"].iloc[1:].tolist() == pytest.approx([1.0, 1.0])


def test_what_the_regulator_refuses_is_lost_for_the_permit() -> None:
    never = {
        **EAGER,
        "regulator": {**EAGER["regulator"], "refusal": {"none": "1", "low": "1", "hazardous": "1"}},
    }
    capture = measure_capture(plant_and_road(agents=never), blocks=None)
    found = shares(capture)
    assert found["realised"] == 0.0
    assert found["permit"] > 0.8
    assert sum(found.values()) == pytest.approx(1.0)
    assert capture.lost_links.loc[0, "reason"] == "permit"
    assert_closed(capture)


def test_where_nobody_trades_nothing_is_noticed() -> None:
    capture = measure_capture(plant_and_road(mechanisms={"trading": False}), blocks=None)
    assert shares(capture) == {"realised": 0.0, "not noticed": pytest.approx(1.0)}
    assert capture.extra_links.empty


def test_a_residual_taken_by_the_second_best() -> None:
    """The road (60 DKK/t virgin, there first) keeps the ash that the kiln (500 DKK/t) could use from 1993."""
    cheap, dear = ({"price": f"{price} DKK/t"} for price in (60, 500))
    firms = {
        "plant": firm((0, 0), capacity="6 t/day", outputs={"ash": ASH}),
        "road": firm((10_000, 0), capacity="6 t/day", inputs={"ash": {**ASH, "virgin": cheap}}),
        "kiln": firm(
            (0, 10_000), opens="1993-01", capacity="6 t/day", inputs={"ash": {**ASH, "virgin": dear}}
        ),
    }
    lorry = {
        "lorry": {"handling": "2 DKK/t", "variable": "0.5 DKK/t/km", "lead_time": "0 d", "term": "20 yr"}
    }
    capture = measure_capture(
        scenario(firms, time={"end": "1994-12"}, transport=lorry), blocks="1 yr", rate=0.0
    )
    links = capture.optimum.links
    assert links[links["block"] >= "1993"]["to_firm"].unique().tolist() == ["kiln"]
    lost = capture.cases[0].losses
    late = lost[(lost["block"] >= "1993") & (lost["quantity"].abs() > 0.0)]
    assert late.groupby("reason")["cost"].sum().index.tolist() == ["crowded out"]
    # 440 DKK/t more for 6 t a day, two years long.
    assert late["cost"].sum() == pytest.approx(440.0 * 6.0 * 730.0, rel=1e-6)
    assert capture.extra_links.loc[0, "to_firm"] == "road"
    assert_closed(capture)


def three_firms(seed_of_places: int) -> Scenario:
    """Random park of residuals and needs with haulage only, everybody in the know."""
    rng = np.random.default_rng(seed_of_places)
    firms = {}
    for k in range(4):
        site = tuple((rng.random(2) * 20_000).tolist())
        size = f"{rng.integers(2, 20)} t/day"
        firms[f"plant{k}"] = firm(site, capacity=size, outputs={"ash": ASH})
    for k in range(4):
        site = tuple((rng.random(2) * 20_000).tolist())
        price = {"price": f"{rng.integers(20, 200)} DKK/t"}
        size = f"{rng.integers(2, 20)} t/day"
        firms[f"road{k}"] = firm(site, capacity=size, inputs={"ash": {**ASH, "virgin": price}})
    return scenario(firms, time={"end": "1994-12"})


@pytest.mark.parametrize("seed", range(5))
def test_informed_firms_capture_nearly_all_and_never_more(seed: int) -> None:
    capture = measure_capture(three_firms(seed), blocks="1 yr", seed=seed, gap=1e-6)
    after = capture.blocks[capture.blocks["block"] >= "1992"]
    assert (after["capture"] > 0.85).all()
    assert (capture.blocks["capture"] <= 1.0 + 1e-5).all()
    assert_closed(capture)


def test_replicates_have_their_own_draws_and_an_interval() -> None:
    capture = measure_capture(
        plant_and_road(time={"end": "1991-12"}, agents=SLOW), replicates=3, seed=4, blocks="1 yr"
    )
    assert capture.ratios["seed"].tolist() == [4, 5, 6]
    mean, low, high = capture.interval()
    assert mean == pytest.approx(capture.ratios["capture"].mean())
    assert low <= mean <= high
    alone = measure_capture(plant_and_road(time={"end": "1991-12"}, agents=SLOW), seed=5, blocks="1 yr")
    assert alone.ratios.loc[0, "capture"] == capture.ratios.loc[1, "capture"]
    assert_closed(capture)


def test_a_run_read_back_gives_the_same(tmp_path: Path) -> None:
    run = simulate(plant_and_road(), seed=2)
    run.save(tmp_path / "run")
    again = measure_capture(Run.load(tmp_path / "run"), blocks=None)
    assert again.ratios.drop(columns="seconds").equals(
        measure_capture(run, blocks=None).ratios.drop(columns="seconds")
    )


def test_other_objectives_and_weights() -> None:
    run = simulate(plant_and_road(), seed=1)
    carbon = measure_capture(run, "carbon", blocks=None)
    assert carbon.unit == "t CO2e"
    # Landfill 0.01 - lorry 0.0001 x 10 km.
    assert carbon.optimum.best == pytest.approx(6.0 * 365.0 * 0.009)
    both = measure_capture(run, {"cost": 1.0, "carbon": 1000.0}, blocks=None, rate=0.0)
    assert both.unit == "weighted"
    assert both.optimum.best == pytest.approx(6.0 * 365.0 * (GAIN + 9.0))
    assert both.ratios.loc[0, "capture"] == pytest.approx(carbon.ratios.loc[0, "capture"])
    assert_closed(both)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(DomainError, match="at least 1, found 0"):
        measure_capture(plant_and_road(), replicates=0)
    with pytest.raises(DomainError, match="a run is one replicate"):
        measure_capture(simulate(plant_and_road(), seed=1), replicates=2)


def test_the_folder_holds_what_the_result_says(tmp_path: Path) -> None:
    capture = measure_capture(plant_and_road(), blocks=None)
    folder = capture.save(tmp_path / "best", figures=True)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["best"] == capture.optimum.best
    assert summary["capture"]["replicates"] == 1
    for name, table in capture.tables().items():
        assert len(pd.read_parquet(folder / f"{name}.parquet")) == len(table), name
    drawn = {path.name for path in (folder / "figures").iterdir()}
    assert {"capture.png", "maps.svg", "shadow_prices.png"} <= drawn


@pytest.mark.slow
def test_kalundborg_to_1985_closes_and_stays_below_its_bound() -> None:
    """Feed-driven waterworks, pipes, quality: the losses still sum, and nothing is gained out of thin air."""
    capture = measure_capture(Scenario.load("kalundborg"), until="1985", blocks="3 yr", time_limit=60.0)
    assert 0.0 < capture.ratios.loc[0, "capture_of_bound"] <= capture.ratios.loc[0, "capture"] <= 1.0
    found = shares(capture)
    assert {"not noticed", "in the pipeline", "quality", "economics"} <= set(found)
    assert sum(found.values()) == pytest.approx(1.0)
    assert found["not noticed"] < 0.9
    assert_closed(capture)
