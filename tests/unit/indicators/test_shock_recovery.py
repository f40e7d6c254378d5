"""What a shock takes from the network of one run, and when that is back, on tables small enough to count."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tiny_ledger import ledger, row

from ecopark.errors import DomainError
from ecopark.indicators import shock_recovery

MONTHS = pd.date_range("2000-01-01", periods=30, freq="MS")


def flows(rates: list[float]) -> pd.DataFrame:
    """A ledger that exchanges these tonnes a day, month by month."""
    months = zip(MONTHS, rates, strict=False)
    rows = [
        row("exchange", "a", "b", "ash", rate * month.days_in_month, start=month) for month, rate in months
    ]
    return ledger(*rows)


def shocks(*days: str) -> pd.DataFrame:
    dates = pd.to_datetime(list(days)).as_unit("s")
    return pd.DataFrame({"date": dates, "event": "shock", "detail": [f"shock {k}" for k in range(len(days))]})


def links(*spans: tuple[str, str | None]) -> pd.DataFrame:
    table = pd.DataFrame(spans, columns=["operating", "ended"])
    return table.apply(pd.to_datetime)


def test_links_and_quantity_before_trough_and_time_until_90_percent() -> None:
    # A year at 10, then 4, 8, 9, 9, 9, ...: 90 % from the third month on.
    table = shock_recovery(
        flows([10.0] * 12 + [4.0, 8.0] + [9.0] * 6),
        links(("1999-05-01", None), ("2000-02-01", "2001-01-10"), ("2001-02-15", None), ("2001-06-01", None)),
        shocks("2001-01-10"),
    ).set_index("measure")
    assert table.loc["links", ["before", "trough", "lowest"]].tolist() == [2.0, 1.0, 0.5]
    # Two links again at the end of February, a month that begins 22 days after the shock.
    assert table.loc["links", "recovery_time"] == pytest.approx(22 / 365.25)
    assert table.loc["t", ["before", "trough", "lowest"]].tolist() == pytest.approx([3660.0, 1464.0, 0.4])
    assert table.loc["t", "recovery_time"] == pytest.approx(50 / 365.25)  # 10 January to 1 March
    assert table.loc["t", "loss"] == pytest.approx((0.6 + 0.2 + 6 * 0.1) / 12)


def test_seasons_are_no_shock() -> None:
    season = [20.0, 10.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 10.0, 20.0, 25.0]
    found = shock_recovery(flows(season * 2), links(), shocks("2001-01-01"))
    assert found.set_index("measure").loc["t", ["lowest", "recovery_time", "loss"]].tolist() == [
        1.0,
        0.0,
        0.0,
    ]


def test_what_never_comes_back_takes_for_ever() -> None:
    found = shock_recovery(
        flows([10.0] * 12 + [0.0] * 6 + [10.0]), links(("2000-01-01", "2001-01-01")), shocks("2001-01-01")
    )
    found = found.set_index("measure")
    # One month at the end is the whole rest of the run: it counts.
    assert found.loc["t", "recovery_time"] == pytest.approx(181 / 365.25)
    assert found.loc["links", "recovery_time"] == np.inf


def test_each_shock_is_measured_against_the_year_before_it() -> None:
    table = shock_recovery(flows([10.0] * 12 + [5.0] * 12), links(), shocks("2001-01-01", "2001-07-01"))
    table = table[table["measure"] == "t"].set_index("shock")
    assert table.loc["shock 0", "lowest"] == pytest.approx(0.5)
    # July to December of the year before had 10 a day for 184 days, January to June have 5 for 181.
    assert table.loc["shock 1", "before"] == pytest.approx(1840.0 + 905.0)
    assert table.loc["shock 1", "lowest"] == pytest.approx(0.5)


def test_a_young_network_is_measured_against_its_mean() -> None:
    table = shock_recovery(flows([8.0, 12.0, 5.0, 10.0]), links(), shocks("2000-03-01")).set_index("measure")
    # 31 days of 8 and 29 of 12, six times; the mean month has 10 a day.
    assert table.loc["t", "before"] == pytest.approx(6 * (31 * 8.0 + 29 * 12.0))
    assert table.loc["t", "lowest"] == pytest.approx(0.5)


def test_a_run_without_shocks_or_links_has_nothing_to_recover() -> None:
    assert not len(shock_recovery(flows([1.0]), links(), shocks()))
    alone = shock_recovery(flows([]), links(), shocks("2000-03-01"))
    assert alone["measure"].tolist() == ["links"]
    assert alone["before"].tolist() == [0.0]
    assert np.isnan(alone["recovery_time"]).all()


def test_wrong_questions_are_errors() -> None:
    with pytest.raises(DomainError, match="threshold 0"):
        shock_recovery(flows([1.0]), links(), shocks(), threshold=0.0)
    with pytest.raises(DomainError, match="has no column 'detail'"):
        shock_recovery(flows([1.0]), links(), shocks().drop(columns="detail"))
