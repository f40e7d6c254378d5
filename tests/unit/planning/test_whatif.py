"""What-ifs in small parks by hand: what ends on the day, who takes over, what comes back, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_parks import EAGER, Raw, firm, scenario

from ecopark import Scenario, simulate
from ecopark.errors import DomainError, ScenarioError
from ecopark.planning.gains.measuring import measure_gains
from ecopark.planning.whatif.asking import WhatIf, apply_events, what_if
from ecopark.planning.whatif.events import (
    CapPipe,
    CloseFirm,
    CutCapacity,
    DelayFirm,
    Drought,
    MoreOutages,
    Reprice,
    SetPath,
)

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
SLUDGE = {"sludge": {"resource": "sludge", "coefficient": "0.01"}}
PATIENT = EAGER | {"discovery": EAGER["discovery"] | {"retry": "365 d", "foresight": "0 d"}}
TIME = {"start": "1990-01", "end": "1994-12"}
NOISY: Raw = {"noise": {"cv": "0.1"}}
# 10 t a day; the hub takes it, until it closes; then the far one, which opens in 1991. The pair goes on.
FIRMS: Raw = {
    "giver": firm(outputs=ASH, **NOISY),
    "hub": firm((1000, 0), inputs=ASH, capacity="200 t/day"),
    "far": firm((9000, 0), inputs=ASH, opens="1991-01", capacity="200 t/day"),
    "works": firm((0, 5000), outputs=SLUDGE),
    "field": firm((0, 6000), inputs={"sludge": SLUDGE["sludge"] | {"virgin": {"price": "50 DKK/t"}}}),
}
EVENT = CloseFirm("hub", "1992-04")


def park(firms: Raw = FIRMS, **blocks: Any) -> Scenario:
    return scenario(firms, time=TIME, agents=PATIENT, **blocks)


def run(
    tmp_path: Path, *events: Any, side: Scenario | None = None, replicates: int = 6, **options: Any
) -> WhatIf:
    return what_if(side or park(), events, replicates, folder=tmp_path / "w", engine="serial", **options)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> WhatIf:
    return run(tmp_path_factory.mktemp("closed"), EVENT)


def test_all_exchanges_of_the_hub_end_that_day(closed: WhatIf) -> None:
    (lost,) = closed.at_once.itertuples()
    assert (lost.link, lost.operating, lost.lost, lost.pairs) == ("giver>hub:ash", 6, 6, 6)
    flows = [simulate(park(), seed, "1991").flows for seed in range(1, 7)]
    went = [f[(f["to_firm"] == "hub") & (f["route"] == "exchange") & (f["start"] >= "1991")] for f in flows]
    assert lost.quantity == pytest.approx(sum(f["quantity"].sum() for f in went) / 6)
    assert f"{closed.day}" == "1992-04-01"


def test_the_far_one_takes_over_a_month_later(closed: WhatIf) -> None:
    begins = closed.dealings[closed.dealings["what"] == "begins"].set_index("link")
    assert begins.loc["giver>far:ash", ["base", "other"]].tolist() == [0.0, 1.0]
    ends = closed.dealings[closed.dealings["what"] == "ends"].set_index("link")
    assert list(ends.index) == ["giver>hub:ash"]
    links = closed.links.assign(pair=closed.links["from_firm"] + ">" + closed.links["to_firm"]).set_index(
        "pair"
    )
    assert links.loc["giver>far", ["base", "other"]].tolist() == [0.0, 1.0]
    assert links.loc["works>field", "difference"] == 0.0


def test_recovery_by_hand(closed: WhatIf) -> None:
    """Nothing of the ash moves in April 1992, all of it from the first of May; one of two links is missing."""
    table = closed.recovery.set_index("measure")
    assert table["hit"].tolist() == [6] * len(table)
    assert table["recovered"].tolist() == [6] * len(table)
    assert table.loc["exchanges", "lowest"] == pytest.approx(0.5)
    assert table.loc[["t", "exchanges"], "years"].tolist() == pytest.approx([30 / 365.25] * 2)
    # Ash is 10 of 11 t a day.
    assert table.loc["t", "lowest"] == pytest.approx(1 / 11, abs=0.02)
    (static,) = closed.static.itertuples()
    assert (static.firm, static.runs, static.share_lost, static.stranded) == ("hub", 6, 0.5, 1.0)
    assert static.after_1_yr == 0.0
    assert any("takes 50 % of all exchanges with it" in told for told in closed.sentences())


def test_the_common_past_is_the_same_to_the_byte() -> None:
    changed, _ = apply_events(park(), [EVENT, Reprice("ash", 3.0, "1993"), MoreOutages(2.0, "1993")])
    one, other = simulate(park(), 3), simulate(changed, 3)
    for name in ("flows", "accounts"):
        tables = [getattr(r, name) for r in (one, other)]
        past = [t[t["start"] < "1992-04-01"].reset_index(drop=True).astype(str) for t in tables]
        assert len(past[0]) > 100
        pd.testing.assert_frame_equal(*past)
    assert len(one.flows) != len(other.flows)


@pytest.mark.slow
def test_workers_change_nothing(tmp_path: Path, closed: WhatIf) -> None:
    shared = what_if(park(), [EVENT], 6, folder=tmp_path / "w", workers=2)
    for name, table in closed.tables().items():
        pd.testing.assert_frame_equal(table, shared.tables()[name])


def test_a_pipe_that_is_capped_carries_half_of_what_it_could() -> None:
    """20 MWh a day in a pipe for 23 (15 % more): 11.5 are left until the giver has built another one."""
    hot = {"resource": "steam", "coefficient": "0.2 MWh/t", "grade": "250 degC"}
    firms = {
        "boiler": firm(outputs={"steam": hot}),
        "laundry": firm((0, 3000), inputs={"steam": hot | {"grade": "150 degC"}}),
    }
    event = CapPipe("boiler", "laundry", 0.5, "1992", "steam", "1993-06")
    changed, _ = apply_events(park(firms), [event])
    flows = simulate(changed, 1).flows
    sent = flows[(flows["route"].isin(["exchange", "loss"])) & (flows["from_firm"] == "boiler")]
    first = sent.groupby(["synergy", sent["start"].dt.strftime("%Y-%m")], observed=True)["quantity"].sum()
    old = first.xs(sent["synergy"].iloc[0], level="synergy")
    assert old["1991-12"] == pytest.approx(20.0 * 31)
    assert old["1992-01"] == old["1992-07"] == pytest.approx(11.5 * 31)
    # What the new pipe beside it was built for stays with it: the old one has 20 again only as far as needed.
    assert old["1993-07"] == pytest.approx(20.0 * 31)
    told = simulate(changed, 1).events
    assert told[told["event"].str.startswith("shock")]["event"].tolist() == ["shock", "shock over"]
    assert told[told["event"] == "shock"]["date"].tolist() == [pd.Timestamp("1992-01-01")]


def test_a_pipe_that_nobody_has_changes_nothing(tmp_path: Path) -> None:
    found = run(tmp_path, CapPipe("works", "hub", 0.0, "1992"), replicates=2)
    assert (found.indicators["difference"] == 0.0).all()
    assert not len(found.at_once)
    assert "no exchange ends at once" in found.sentences()[0]


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (CloseFirm("hubb", "1992"), "there is no firm 'hubb'. Did you mean 'hub'"),
        (CloseFirm("a firm", "1992"), "may be giver, hub"),
        (CloseFirm("hub", "1999"), "1999 lies outside the time of small, 1990-01 to 1994-12"),
        (CutCapacity("hub", 1.5, "1992"), "lies between 0 and 1"),
        (Drought(0.5, "1992"), "a drought strikes nothing here"),
        (Reprice("gold", 2.0, "1992"), "there is no resource 'gold'"),
        (DelayFirm("hub", "1992"), "is there from the start"),
        (DelayFirm("far", "1990-06"), "opens 1991-01; a delay ends after that"),
        (SetPath("policy.landfill_tax", {}), "needs at least one date"),
        (MoreOutages(0.0, "1992"), "more than 0 times"),
    ],
)
def test_what_does_not_fit_is_refused(event: Any, message: str) -> None:
    with pytest.raises(DomainError, match=message):
        apply_events(park(), [event])


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(DomainError, match=r"'x'.*; there is no firm 'y'"):
        apply_events(park(), [CloseFirm("x", "1992"), CloseFirm("y", "1992")])
    with pytest.raises(DomainError, match="name at least one event"):
        apply_events(park(), [])
    off = park(mechanisms={"shocks": False})
    with pytest.raises(DomainError, match="switched off"):
        apply_events(off, [EVENT])


def test_shocks_that_the_scenario_states_stay() -> None:
    stated = {"kind": "price", "resources": ["ash"], "factor": "2", "from": "1991-01"}
    changed, effects = apply_events(park(shocks=[stated]), [EVENT])
    assert [shock.kind for shock in changed.park.shocks] == ["price", "closure"]
    assert effects[0].closed == ("hub",)


def test_a_delay_lets_a_firm_stand_still() -> None:
    firms = {"giver": FIRMS["giver"], "far": FIRMS["far"]}
    changed, effects = apply_events(park(firms), [DelayFirm("far", "1993")])
    assert f"{effects[0].day}" == "1991-01-01"
    flows = simulate(changed, 1).flows
    bought = flows[(flows["to_firm"] == "far")]
    assert bought["start"].min() == pd.Timestamp("1993-01-01")


def test_a_tax_path_begins_on_its_first_date() -> None:
    changed, _ = apply_events(
        park(), [SetPath("policy.landfill_tax", {"1992": "50 DKK/t", "1994": "90 DKK/t"})]
    )
    path = changed.park.policy.landfill_tax
    assert path is not None
    days = [pd.Timestamp(day).date() for day in ("1991-12-31", "1992-01-01", "1994-06-01")]
    assert [path.at(day) for day in days] == [0.0, 50.0, 90.0]


@pytest.mark.parametrize(
    ("pipe", "message"),
    [
        (
            {"firms": ["giver"], "factor": "0.5"},
            "a pipe has two firms, giver and taker in this order, found 1",
        ),
        ({"firms": ["giver", "hub"], "factor": "2"}, "carries at most what it was built for, found factor 2"),
        ({"firms": ["giver", "hub"]}, "needs factor"),
        ({"firms": ["giver", "hub"], "factor": "0.5", "process": "main"}, "takes no 'process'"),
    ],
)
def test_a_pipe_that_cannot_be_is_refused(pipe: Raw, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        park(shocks=[{"kind": "pipe", "from": "1992-01", **pipe}])


def test_a_park_without_any_exchange_is_told_and_drawn(tmp_path: Path) -> None:
    alone = park({"first": firm(outputs=ASH), "second": firm((1000, 0), outputs=ASH)})
    found = run(tmp_path, CloseFirm("first", "1992"), side=alone, replicates=1)
    assert found.at_once.empty
    found.save(tmp_path / "kept", figures=True)
    assert (tmp_path / "kept" / "figures" / "recovery.png").is_file()


def test_gains_of_a_park_without_any_exchange_are_of_its_first_year() -> None:
    alone = simulate(park({"first": firm(outputs=ASH), "second": firm((1000, 0), outputs=ASH)}), seed=1)
    assert alone.accounts.empty
    assert measure_gains(alone).value_year == 1990
