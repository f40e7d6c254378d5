"""Recovery after a shock, the funnel of ideas, survival and trust, on tables small enough to count."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tiny_ledger import ledger, row, value
from worked_park import worked_park

from ecopark import simulate
from ecopark.errors import DomainError
from ecopark.indicators import (
    contract_survival,
    fate_by_stage,
    flow_kept,
    funnel,
    losses_by_cause,
    overlap_with_record,
    recovery,
    stage_durations,
    step_times,
    time_to_first_link,
    trust_by_year,
)

MONTHS = pd.date_range("2000-01-01", periods=12, freq="MS")


def monthly(values: list[float], unit: str = "t") -> pd.DataFrame:
    """A ledger that exchanges these quantities month by month; nothing in a month of zero."""
    return ledger(
        *(
            row("exchange", "a", "b", f"x{unit}", v, unit, start=str(m.date()), synergy="s")
            for m, v in zip(MONTHS, values, strict=True)
            if v
        )
    )


BASE = monthly([100.0] * 12)
HURT = monthly([100, 100, 100, 0, 20, 50, 92, 80, 95, 95, 100, 120])


def test_depth_time_and_area_of_a_recovery() -> None:
    result = recovery(BASE, HURT, "2000-04-01").loc["t"]
    assert result["flow_kept"] == 0.0
    assert result["flow_kept_mean"] == pytest.approx((0 + 20 + 50 + 92 + 80 + 95 + 95 + 100 + 120) / 900)
    # July is back at 92 % but August is not: lasting recovery begins in September
    assert result["recovery_time"] == pytest.approx((pd.Timestamp("2000-09-01") - MONTHS[3]).days / 365.25)
    assert result["loss"] == pytest.approx((1 + 0.8 + 0.5 + 0.08 + 0.2 + 0.05 + 0.05) / 12)


def test_one_good_month_is_enough_if_so_asked() -> None:
    result = recovery(BASE, HURT, "2000-04-01", hold=1).loc["t"]
    assert result["recovery_time"] == pytest.approx((MONTHS[6] - MONTHS[3]).days / 365.25)


def test_no_shock_no_recovery_and_a_lasting_loss_is_infinite() -> None:
    assert recovery(BASE, BASE, "2000-04-01").loc["t"].tolist() == [1.0, 1.0, 0.0, 0.0]
    gone = recovery(BASE, monthly([100.0] * 3 + [0.0] * 9), "2000-04-01").loc["t"]
    assert gone[["flow_kept", "recovery_time"]].tolist() == [0.0, np.inf]
    assert gone["loss"] == pytest.approx(0.75)


def test_units_stand_apart_and_their_mean_beside_them() -> None:
    both = pd.concat([BASE, monthly([10.0] * 12, "m3")])
    half = pd.concat([monthly([50.0] * 12), monthly([10.0] * 12, "m3")])
    kept = flow_kept(both, half)
    assert kept.loc["2000-06-01"].to_dict() == {"m3": 1.0, "t": 0.5, "all": 0.75}


def test_months_without_a_base_flow_are_passed_over() -> None:
    season = monthly([100.0] * 6 + [0.0] * 6)
    result = recovery(season, monthly([100.0] * 3 + [90.0] * 3 + [0.0] * 6), "2000-04-01").loc["t"]
    assert result["recovery_time"] == 0.0
    assert result["flow_kept"] == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("more", "message"),
    [({"threshold": 0.0}, "threshold 0.0"), ({"hold": 0}, "hold 0"), ({"period": "W"}, "'W' is unknown")],
)
def test_recovery_refuses_what_makes_no_sense(more: dict[str, object], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        recovery(BASE, HURT, "2000-04-01", **more)  # type: ignore[arg-type]


def test_a_shock_after_the_end_is_refused() -> None:
    with pytest.raises(DomainError, match="outside the ledgers"):
        recovery(monthly([100.0] * 6 + [0.0] * 6).iloc[:3], HURT, "2010-01-01", period="D")


def test_a_closed_hub_is_replaced_after_renegotiation() -> None:
    calm, hit = (simulate(worked_park(closes, reserve=True, end="1996-12"), 1) for closes in ("", "1991-04"))
    later = hit.synergies[hit.synergies["operating"] > "1991-04-01"]
    assert later["from_firm"].tolist() == ["reserve"]
    back = (later["operating"].iloc[0] - pd.Timestamp("1991-04-01")).days / 365.25
    result = recovery(calm.flows, hit.flows, "1991-04-01", threshold=0.8)
    assert result.loc["MWh", "recovery_time"] == pytest.approx(back)
    assert result.loc["MWh", "flow_kept"] == 0.0
    # nobody else has ash or gypsum
    assert result.loc["t", ["flow_kept_mean", "recovery_time"]].tolist() == [0.0, np.inf]
    alone = simulate(worked_park("1991-04", end="1996-12"), 1)
    assert (
        recovery(calm.flows, alone.flows, "1991-04-01", threshold=0.8).loc["MWh", "recovery_time"] == np.inf
    )


DAY = pd.Timestamp("2000-01-01")
STAGES = ["identified", "screened", "negotiating", "permitting", "building", "operating"]


def idea(
    name: str, giver: str, taker: str, days: list[int | None], ended: int | None, state: str, reason: str
) -> dict[str, object]:
    dates = [pd.NaT if d is None else DAY + pd.Timedelta(days=d) for d in days]
    end = pd.NaT if ended is None else DAY + pd.Timedelta(days=ended)
    return {"synergy": name, "from_firm": giver, "to_firm": taker, **dict(zip(STAGES, dates, strict=True)),
            "ended": end, "state": state, "reason": reason}  # fmt: skip


IDEAS = pd.DataFrame(
    [
        idea("one", "a", "b", [0, 10, 20, 30, 40, 50], None, "operating", ""),
        # skipped the permit
        idea("two", "b", "c", [0, 30, 60, None, 70, 100], 465, "closed", "closure"),
        idea("three", "a", "c", [5, 25, 45, 55, None, None], 400, "lost", "permit"),
        idea("four", "c", "d", [7, None, None, None, None, None], 20, "lost", "economics"),
    ]
).astype(dict.fromkeys([*STAGES, "ended"], "datetime64[s]"))
FIRMS = pd.DataFrame({"opens": [None, None, "2000-02-01", None]}, index=["a", "b", "c", "d"]).astype(
    "datetime64[s]"
)


def test_funnel_counts_a_skipped_stage_as_reached() -> None:
    table = funnel(IDEAS)
    assert table["reached"].tolist() == [4, 3, 3, 3, 2, 2]
    assert table["lost"].tolist() == [1, 0, 0, 1, 0, 0]
    assert table["stage_rate"].tolist() == pytest.approx([1, 0.75, 1, 1, 2 / 3, 1])
    assert table.loc["operating", "overall_rate"] == 0.5
    assert funnel(IDEAS.iloc[:0])["overall_rate"].isna().all()


def test_durations_are_of_those_that_made_the_step() -> None:
    table = stage_durations(IDEAS)
    assert table["ideas"].tolist() == [3, 3, 2, 1, 2, 2]
    assert table.loc["identified to screened", "median"] == pytest.approx(20 / 365.25)
    assert table.loc["identified to operating", ["low", "median", "high"]].tolist() == pytest.approx(
        [62.5 / 365.25, 75 / 365.25, 87.5 / 365.25]
    )


def test_central_90_percent_and_single_times_of_a_step() -> None:
    table = stage_durations(IDEAS)
    # Two ideas, 50 and 100 days: 5 % and 95 % of the way between them.
    assert table.loc["identified to operating", ["p05", "p95"]].tolist() == pytest.approx(
        [52.5 / 365.25, 97.5 / 365.25]
    )
    times = step_times(IDEAS)
    assert times.groupby("step", sort=False).size().tolist() == [3, 3, 2, 1, 2, 2]
    whole = times[times["step"] == "identified to operating"].set_index("synergy")["years"]
    assert whole.to_dict() == pytest.approx({"one": 50 / 365.25, "two": 100 / 365.25})


def test_every_idea_has_one_fate() -> None:
    table = fate_by_stage(IDEAS)
    assert table["open"].to_dict() == dict.fromkeys(STAGES[:-1], 0) | {"operating": 1}
    assert table.loc["identified"].drop("economics").sum() == 0
    assert table.loc["permitting"].drop("permit").sum() == 0
    assert table.loc["operating"].drop(["open", "closure"]).sum() == 0
    for stage, name in (("identified", "economics"), ("permitting", "permit"), ("operating", "closure")):
        assert table.loc[stage, name] == 1
    assert table.to_numpy().sum() == len(IDEAS)
    assert fate_by_stage(IDEAS.iloc[:0]).to_numpy().tolist() == [[0]] * 6


def test_losses_and_endings_by_cause_and_year() -> None:
    table = losses_by_cause(IDEAS)
    assert value(table, "ideas_lost", "reason:economics", 2000) == 1
    assert value(table, "ideas_lost", "reason:permit", 2001) == 1
    assert value(table, "exchanges_ended", "state:closed", 2001) == 1
    assert value(table, "ideas_lost", "park", 2001) == 1


def test_survival_counts_a_running_exchange_as_cut_off() -> None:
    table = contract_survival(IDEAS, "2001-12-31")
    # two at risk, one ended after a year
    assert table[["at_risk", "ended", "survival"]].to_numpy().tolist() == [[2, 1, 0.5]]
    assert table["time"].tolist() == [pytest.approx(365 / 365.25)]
    # before it ended both were running
    assert not len(contract_survival(IDEAS, "2000-12-31"))
    with pytest.raises(DomainError, match="no exchange began"):
        contract_survival(IDEAS, "1999-01-01")


def test_time_to_first_link_counts_from_opening_or_the_start() -> None:
    table = time_to_first_link(IDEAS, FIRMS, DAY)
    # c opens on day 31 and links on day 100; d never does
    assert table["years"].tolist()[:3] == pytest.approx([50 / 365.25, 50 / 365.25, 69 / 365.25])
    assert np.isnan(table.loc["d", "years"])


def test_overlap_with_a_record() -> None:
    record = pd.DataFrame({"from_firm": ["a", "x"], "to_firm": ["b", "y"]})
    assert overlap_with_record(IDEAS, record, "2000-12-31") == pytest.approx(1 / 3)
    assert overlap_with_record(IDEAS, record, "2000-02-25") == pytest.approx(1 / 2)


def test_trust_of_the_park_and_of_each_firm() -> None:
    trust = pd.DataFrame(
        {
            "date": pd.to_datetime(["2000-12-31"] * 2),
            "firm": ["a", "a"],
            "partner": ["b", "c"],
            "trust": [0.9, 0.4],
        }
    )
    table = trust_by_year(trust)
    assert value(table, "trust_mean") == pytest.approx(0.65)
    assert value(table, "trust_mean", "firm:a") == pytest.approx(0.65)
    assert value(table, "trust_mean", "firm:c") == pytest.approx(0.4)
    assert value(table, "trusting_pairs") == 1
