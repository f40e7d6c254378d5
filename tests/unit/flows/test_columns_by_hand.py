"""From a scenario to columns: lives, dated changes, seasons, growth; and outages and noise in activity."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from small_parks import Raw, firm, scenario

from ecopark.calendar import Calendar
from ecopark.flows.activity import draw_noise, enter_outage
from ecopark.flows.columns import Columns, compile_columns
from ecopark.scenario.seasons import season_profile

GOODS = {"goods": {"resource": "goods", "coefficient": "1", "role": "product"}}


def columns(calendar: Calendar, **process: object) -> Columns:
    return compile_columns(scenario({"plant": firm(**process)}).park, calendar)


def year(period: str = "month", segment: str = "week", first: int = 1) -> Calendar:
    start = date(1990, first, 1)
    return Calendar(start, date(1991, first, 1), period, segment)  # type: ignore[arg-type]


def test_capacity_follows_its_dates_and_utilisation() -> None:
    table = columns(
        year(segment="month"),
        capacity={"1990-01": "100 t/day", "1990-07": "200 t/day"},
        utilisation="0.5",
        outputs=GOODS,
    )
    np.testing.assert_allclose(table.potential[:, 0], [50.0] * 6 + [100.0] * 6)
    np.testing.assert_allclose(table.ceiling[:, 0], [100.0] * 6 + [200.0] * 6)


def test_opening_within_a_segment_counts_by_its_share_of_time() -> None:
    # April has 30 days; open from the 16th on, so 15 of 30 days.
    table = columns(year(segment="month"), opens="1990-04-16", outputs=GOODS)
    np.testing.assert_allclose(table.potential[:5, 0], [0.0, 0.0, 0.0, 50.0, 100.0])


@pytest.mark.parametrize(
    ("period", "alive"),
    [("month", [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0]), ("quarter", [0, 0, 1, 0]), ("year", [0])],
)
def test_streams_start_and_stop_with_the_period(period: str, alive: list[int]) -> None:
    streams: Raw = {"ash": {"resource": "ash", "coefficient": "0.1", "from": "1990-05", "until": "1990-09"}}
    table = columns(year(period), outputs=streams)
    np.testing.assert_allclose(table.coefficient[:, 0], 0.1 * np.array(alive))
    assert (table.opens[0], table.closes[0]) == (120, 243)


def test_growth_is_compound_from_the_opening() -> None:
    calendar = Calendar(date(1990, 1, 1), date(1993, 1, 1), "year", "month")
    table = columns(calendar, growth="10 %/yr", utilisation="0.1", outputs=GOODS)
    years = (calendar.segment_bounds[:-1]) / 365.25
    np.testing.assert_allclose(table.potential[:, 0], 10.0 * 1.1**years)


@pytest.mark.parametrize("first", [1, 4, 11])
def test_season_follows_the_calendar_month_wherever_a_run_starts(first: int) -> None:
    table = columns(year(segment="month", first=first), utilisation="0.3", season="heating", outputs=GOODS)
    months = [(first - 1 + k) % 12 for k in range(12)]
    np.testing.assert_allclose(table.potential[:, 0], 30.0 * season_profile("heating")[months])


def test_plan_is_the_time_weighted_mean_of_a_period() -> None:
    # First quarter of 1990: 31 days at 100, 28 and 31 days at 160.
    table = columns(year("quarter"), capacity={"1990-01": "100 t/day", "1990-02": "160 t/day"}, outputs=GOODS)
    np.testing.assert_allclose(table.plan[0, 0], (31 * 100 + 59 * 160) / 90)
    np.testing.assert_allclose(table.expected[0, 0], table.plan[0, 0])


def test_basins_are_told_from_works() -> None:
    feed = {"raw": {"resource": "water", "coefficient": "1 m3/m3", "feed": True, "grade": "0"}}
    on_demand = {"clean": {"resource": "water", "coefficient": "1 m3/m3", "grade": "3", "on_demand": True}}
    both = on_demand | {"sludge": {"resource": "sludge", "coefficient": "0.001 t/m3"}}
    some = {"drive": "feed", "capacity": "10 m3/day", "activity_unit": "m3", "inputs": feed}
    park = scenario({"basin": firm(outputs=on_demand, **some), "works": firm(outputs=both, **some)}).park
    table = compile_columns(park, year())
    assert table.process_is_feed.tolist() == [True, True]
    assert table.process_is_pull.tolist() == [True, False]


def test_outage_counts_by_its_share_of_each_segment() -> None:
    # January in quarters starts on days 0, 7, 15, 23. Down from 3.5 to 18: half of the first
    # segment, all of the second, 3 of 8 days of the third.
    calendar = year()
    up = np.ones((calendar.segments, 2))
    enter_outage(up, 1, 3.5, 18.0, calendar)
    np.testing.assert_allclose(up[:5, 1], [0.5, 0.0, 1.0 - 3.0 / 8.0, 1.0, 1.0])
    assert (up[:, 0] == 1.0).all()


def test_outage_beyond_the_end_is_cut_off() -> None:
    calendar = year(segment="month")
    up = np.ones((12, 1))
    enter_outage(up, 0, 365.0 - 15.5, 1e9, calendar)
    np.testing.assert_allclose(up[:, 0], [1.0] * 11 + [0.5])


def test_two_outages_of_one_segment_add_up() -> None:
    calendar = year(segment="month")
    up = np.ones((12, 1))
    enter_outage(up, 0, 1.0, 4.1, calendar)
    enter_outage(up, 0, 10.0, 16.2, calendar)
    np.testing.assert_allclose(up[0, 0], 1.0 - (3.1 + 6.2) / 31.0)


def test_noise_of_a_process_depends_on_nobody_else() -> None:
    noisy = firm(noise={"cv": "0.2"}, outputs=GOODS)
    calendar = year()
    alone = scenario({"plant": noisy}).park
    crowd = scenario({"aaa": noisy, "plant": noisy, "zzz": firm(outputs=GOODS)}).park
    one = draw_noise(alone, compile_columns(alone, calendar), calendar, seed=5)
    many = draw_noise(crowd, compile_columns(crowd, calendar), calendar, seed=5)
    np.testing.assert_array_equal(one[:, 0], many[:, 1])
    assert (many[:, 2] == 1.0).all()
    assert not np.array_equal(many[:, 0], many[:, 1])


def test_empty_park_has_empty_columns() -> None:
    lake: Raw = {"name": "Lake", "site": [0, 0]}
    table = compile_columns(scenario({"lake": lake}).park, year())
    assert table.potential.shape == (48, 0)
    assert table.coefficient.shape == (12, 0)
