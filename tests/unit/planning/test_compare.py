"""Comparisons of small parks by hand: what doubles, what stays, what cannot be compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_parks import EAGER, Raw, build, firm, scenario

from ecopark import Scenario, simulate
from ecopark.errors import DomainError, ResultsError
from ecopark.planning.compare.comparing import compare
from ecopark.planning.compare.result import Comparison

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
NOISY = {"noise": {"cv": "0.2"}}
TIME = {"start": "1990-01", "end": "1991-12"}
# 10 t a day, and nobody who wants it: 100 DKK/t to landfill.
ALONE: Raw = {"giver": firm(outputs=ASH)}
# Two takers compete for it.
FIRMS: Raw = {
    "giver": firm(outputs=ASH, **NOISY),
    "near": firm((1000, 0), inputs=ASH, **NOISY),
    "far": firm((9000, 0), inputs=ASH, **NOISY),
}
FEE = "resources.ash.disposal.fee"


def park(firms: Raw = FIRMS, **blocks: Any) -> Scenario:
    return scenario(firms, time=TIME, agents=EAGER, **blocks)


def run(tmp_path: Path, *sides: Any, replicates: int = 6, **options: Any) -> Comparison:
    named = {chr(97 + k): side for k, side in enumerate(sides)}
    return compare(named, replicates, folder=tmp_path / "c", engine="serial", **options)


def row(table: pd.DataFrame, **keys: str) -> pd.Series:
    for name, value in keys.items():
        table = table[table[name] == value]
    (found,) = (one for _, one in table.iterrows())
    return found


def test_identical_scenarios_differ_in_nothing(tmp_path: Path) -> None:
    found = run(tmp_path, park(), park())
    for table in (found.indicators, found.firms, found.links):
        assert len(table)
        assert (table["difference"] == 0.0).all()
        assert not table["clear"].any()
    assert found.sentences() == []
    assert found.notes == ()


def test_a_fee_that_doubles_costs_what_is_dumped(tmp_path: Path) -> None:
    doubled = park(ALONE).with_overrides({FEE: "200 DKK/t"})
    found = run(tmp_path, park(ALONE), doubled)
    # 730 days in two years: 3,650 t a year at 100 DKK/t more.
    money = row(found.indicators, indicator="net_cost")
    assert money[["base", "other", "difference"]].tolist() == pytest.approx([365e3, 730e3, 365e3])
    assert money[["same_sign", "pairs"]].tolist() == [6, 6]
    firm_money = row(found.firms, measure="net_cost", firm="giver")
    assert firm_money["difference"] == pytest.approx(365e3)
    assert not firm_money["changed"]
    assert row(found.indicators, indicator="landfilled")["difference"] == 0.0
    (park_pays, giver_pays) = found.sentences()
    assert park_pays == (
        "With b the park pays 365,000 DKK/yr more for disposal, supply and exchanges together in 1990-1991 "
        "(95 % interval 365,000 to 365,000, 6 of 6 pairs)."
    )
    assert giver_pays.startswith("With b A firm pays 365,000 DKK/yr more in 1990-1991")


def test_a_gain_that_is_a_dearer_reference_is_no_saving(tmp_path: Path) -> None:
    """All ash is exchanged from the start: a doubled fee doubles what is avoided, and nobody pays less."""
    firms = {"giver": firm(outputs=ASH), "near": firm((1000, 0), inputs=ASH)}
    found = run(tmp_path, park(firms), park(firms).with_overrides({FEE: "200 DKK/t"}))
    assert row(found.indicators, indicator="avoided_waste")["base"] == pytest.approx(3650.0)
    assert row(found.indicators, indicator="joint_gain")["difference"] == pytest.approx(365e3)
    assert row(found.indicators, indicator="net_cost")["difference"] == pytest.approx(0.0, abs=1e-6)


def test_net_cost_by_hand(tmp_path: Path) -> None:
    """Without exchange 3,650 t are dumped at 100 and bought at 80; with it each t is hauled for 2.50."""
    firms = {"giver": firm(outputs=ASH), "near": firm((1000, 0), inputs=ASH)}
    found = run(tmp_path, park(firms, mechanisms={"trading": False}), park(firms))
    money = row(found.indicators, indicator="net_cost")
    assert money["base"] == pytest.approx(3650 * 180.0)
    carbon = row(found.indicators, indicator="net_emissions")
    assert carbon["base"] == pytest.approx(3650 * 0.01)
    assert money["difference"] == pytest.approx(-row(found.indicators, indicator="joint_gain")["difference"])
    assert carbon["difference"] == pytest.approx(
        -row(found.indicators, indicator="avoided_co2")["difference"]
    )
    assert carbon["other"] == pytest.approx(3650 * 0.1e-3)
    (link,) = found.links.itertuples()
    assert (link.label, link.base, link.other, link.other_quantity) == (
        "A firm → A firm: ash", 0.0, 1.0, pytest.approx(3650.0)
    )  # fmt: skip
    gone = row(found.firms, measure="kept_from_disposal", firm="giver")
    assert gone[["difference", "gained", "lost"]].tolist() == pytest.approx([3650.0, 1.0, 0.0])


def test_years_of_one_scenario_side_by_side(tmp_path: Path) -> None:
    dearer = park(ALONE).with_overrides({FEE: "{1990-01: 100 DKK/t, 1991-01: 160 DKK/t}"})
    found = run(tmp_path, dearer, years=(1990, 1991))
    assert found.labels == ("1990", "1991")
    assert row(found.indicators, indicator="net_cost")["difference"] == pytest.approx(3650 * 60.0)
    assert found.sentences()[0].startswith("In 1991 the park pays 219,000 DKK/yr more")


@pytest.mark.slow
def test_workers_change_nothing(tmp_path: Path) -> None:
    sides = {"a": park(), "b": park().with_overrides({"layout.detour": "3"})}
    alone = compare(sides, 3, folder=tmp_path / "one", engine="serial")
    shared = compare(sides, 3, folder=tmp_path / "two", workers=2)
    for name, table in alone.tables().items():
        pd.testing.assert_frame_equal(table, shared.tables()[name])
    assert alone.sentences() == shared.sentences()


def test_finished_runs_are_taken_as_they_are(tmp_path: Path) -> None:
    sides = {"a": park(), "b": park().with_overrides({"layout.detour": "3"})}
    for label, side in sides.items():
        for seed in (1, 2, 3):
            simulate(side, seed).save(tmp_path / label / f"seed{seed}")
    simulate(sides["b"], 9).save(tmp_path / "b" / "seed9")
    kept = compare([tmp_path / "a", tmp_path / "b"])
    made = compare(sides, 3, folder=tmp_path / "c", engine="serial")
    assert kept.replicates == 3
    for name in ("indicators", "firms", "links"):
        pd.testing.assert_frame_equal(kept.tables()[name], made.tables()[name])
    with pytest.raises(DomainError, match="folder of finished runs and others are scenarios"):
        compare([tmp_path / "a", park()])


def test_it_goes_on_where_it_stopped_and_refuses_another(tmp_path: Path) -> None:
    seen: list[Any] = []
    run(tmp_path, park(), park(), replicates=2)
    run(tmp_path, park(), park(), replicates=2, progress=seen.append)
    assert seen[-1].resumed == seen[-1].done == 4
    with pytest.raises(ResultsError, match="another scenario"):
        run(tmp_path, park(), park().with_overrides({"layout.detour": "3"}), replicates=2)


def test_what_cannot_be_compared_is_refused(tmp_path: Path) -> None:
    kroner = park()
    euro = Scenario.from_dict(
        build(FIRMS, time=TIME) | {"currency": {"code": "DKK", "price_year": 1990}}, "small"
    )
    with pytest.raises(DomainError, match=r"price year 2010.*in 1990"):
        run(tmp_path, kroner, euro)
    later = scenario(FIRMS, time={"start": "1995-01", "end": "1996-12"})
    with pytest.raises(DomainError, match="no year is common"):
        run(tmp_path, kroner, later)
    with pytest.raises(DomainError, match="year 1999 lies outside"):
        run(tmp_path, kroner, kroner, years=(1999,))
    with pytest.raises(DomainError, match="nothing to compare"):
        run(tmp_path, kroner)
    with pytest.raises(DomainError, match="there is no alternative of that name"):
        run(tmp_path, kroner, kroner, changes={"bb": {"layout.detour": "2"}})
    with pytest.raises(DomainError, match="named twice"):
        compare([kroner, kroner], folder=tmp_path / "d", engine="serial")


def test_a_firm_that_one_side_lacks_is_noted_and_not_judged(tmp_path: Path) -> None:
    found = run(tmp_path, park(), park({name: FIRMS[name] for name in ("giver", "near")}))
    assert any(note.startswith("not in b: A firm") for note in found.notes)
    assert found.firms.loc[found.firms["firm"] == "far", "changed"].all()
    # What it bought is no saving of the park's: net cost is that of the two others.
    money, both = (
        row(found.indicators, indicator="net_cost"),
        found.firms[found.firms["measure"] == "net_cost"],
    )
    others = both[both["firm"] != "far"]["difference"].sum()
    assert money["difference"] == pytest.approx(others)


def test_few_pairs_are_never_clear(tmp_path: Path) -> None:
    doubled = park(ALONE).with_overrides({FEE: "200 DKK/t"})
    found = run(tmp_path, park(ALONE), doubled, replicates=4)
    assert found.sentences() == []
    assert "too few" in found.notes[-1]
