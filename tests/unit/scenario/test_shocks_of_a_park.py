"""Shocks as a scenario states them: what each kind takes, what it does to a park, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_parks import Raw, build, firm, scenario

from ecopark import Scenario, ScenarioError
from ecopark.calendar import Calendar
from ecopark.flows.columns import Columns, compile_columns
from ecopark.scenario.paths import Path
from ecopark.scenario.shocked import known_park, shocked_park
from ecopark.scenario.splice import scale_between, splice
from ecopark.scenario.types import Park
from ecopark.scenario.units import Quantity

CALENDAR = Calendar(date(1990, 1, 1), date(1992, 1, 1), "month", "month")
TIME = {"start": "1990-01", "end": "1991-12", "segment": "month"}
PLANT = firm(
    inputs={"oil": {"resource": "oil", "coefficient": "2 MWh/t"}},
    outputs={"ash": {"resource": "ash", "coefficient": "0.1"}},
    outage={"mean_time_between": "100 d", "mean_duration": "5 d"},
)
LAKE = firm(
    outputs={"water": {"resource": "water", "coefficient": "3 m3/t", "grade": "2", "on_demand": True}}
)
BASIN = firm(
    (10, 0),
    drive="feed",
    inputs={
        "raw": {
            "resource": "water",
            "coefficient": "1 m3/t",
            "grade": "1",
            "feed": True,
            "import": "50 m3/day",
        }
    },
    outputs={"clean": {"resource": "water", "coefficient": "0.9 m3/t", "grade": "3", "on_demand": True}},
)


def park_of(*shocks: Raw, firms: Raw | None = None, **blocks: Any) -> Park:
    found: Park = scenario(
        firms or {"plant": PLANT, "lake": LAKE, "basin": BASIN}, shocks=list(shocks), time=TIME, **blocks
    ).park
    return found


def columns_of(park: Park) -> Columns:
    return compile_columns(park, CALENDAR)


def rate(park: Park, port: str) -> np.ndarray:
    columns = columns_of(park)
    return np.asarray(columns.expected[:, columns.ports.index(port)])


# --------------------------------------------------------------------------- paths
def test_a_price_doubles_between_two_dates_and_keeps_its_source() -> None:
    path = Path(
        (date(1990, 1, 1), date(1991, 1, 1)),
        (Quantity(10.0, "DKK/t", "a", "S"), Quantity(20.0, "DKK/t", "b", "D")),
    )
    found = scale_between(path, 2.0, date(1990, 7, 1), date(1991, 7, 1))
    assert found.dates == tuple(date(y, m, 1) for y, m in ((1990, 1), (1990, 7), (1991, 1), (1991, 7)))
    assert [q.value for q in found.values] == [10.0, 20.0, 40.0, 20.0]
    assert [q.mark for q in found.values] == ["S", "S", "D", "D"]


DAYS = st.integers(0, 400).map(lambda day: date(1990, 1, 1) + timedelta(days=day))
PATHS = st.builds(
    lambda knots, linear: Path(
        tuple(sorted(knots)), tuple(Quantity(knots[day], "1") for day in sorted(knots)), linear
    ),
    st.dictionaries(DAYS, st.floats(-5, 5, allow_nan=False), min_size=1, max_size=4),
    st.booleans(),
)


@given(PATHS, PATHS, DAYS, st.none() | st.integers(1, 200))
def test_a_spliced_path_is_its_parts_on_every_day(
    outside: Path, inside: Path, start: date, length: int | None
) -> None:
    end = None if length is None else start + timedelta(days=length)
    found = splice(outside, inside, start, end)
    for number in range(-20, 640):
        day = date(1990, 1, 1) + timedelta(days=number)
        part = inside if start <= day and (end is None or day < end) else outside
        assert found.at(day) == pytest.approx(part.at(day), abs=1e-9)


# --------------------------------------------------------------------------- kinds
def test_no_shock_is_the_same_park() -> None:
    park = park_of()
    assert shocked_park(park) is park


def test_a_firm_closes_whatever_was_planned_later() -> None:
    later = PLANT | {
        "processes": {**PLANT["processes"], "second": {**LAKE["processes"]["main"], "opens": "1991-06"}}
    }
    later["processes"]["main"] = PLANT["processes"]["main"] | {
        "capacity": {"1990-01": "100 t/day", "1991-09": "300 t/day"}, "closes": "1991-12"
    }  # fmt: skip
    park = shocked_park(
        park_of({"kind": "closure", "firms": ["plant"], "from": "1991-03"}, firms={"plant": later})
    )
    columns = columns_of(park)
    assert park.firms["plant"].closes == date(1991, 3, 1)
    assert (columns.potential[:14] > 0.0)[:, 0].all()
    assert not columns.potential[14:].any()
    assert not columns.expected[14:].any()
    assert (columns.closes == CALENDAR.day(date(1991, 3, 1))).all()


def test_a_firm_that_would_have_closed_before_is_not_kept_open() -> None:
    closing = PLANT | {"closes": "1990-06"}
    park = park_of({"kind": "closure", "firms": ["plant"], "from": "1991-03"}, firms={"plant": closing})
    assert shocked_park(park).firms["plant"].closes == date(1990, 6, 1)


def test_one_process_closes_and_hands_over_only_to_one_that_is_there() -> None:
    old = PLANT["processes"]["main"]
    heir = {**old, "succeeds": "plant.main"}
    shock = {"kind": "closure", "firms": ["plant"], "process": "main", "from": "1991-03"}
    for opens, expected in (("1990-06", "plant.main"), ("1991-06", None)):
        both = PLANT | {"processes": {"main": old, "new": heir | {"opens": opens}}}
        park = shocked_park(park_of(shock, firms={"plant": both}))
        assert park.firms["plant"].processes["main"].closes == date(1991, 3, 1)
        assert park.firms["plant"].processes["new"].succeeds == expected
        assert park.firms["plant"].closes is None


def test_a_firm_enters_by_surprise_or_never() -> None:
    shock = {"kind": "entry", "firms": ["plant"], "from": "1990-07"}
    park = park_of(shock)
    assert rate(shocked_park(park), "plant.main.out.ash").tolist() == [0.0] * 6 + [10.0] * 18
    off = park_of(shock, mechanisms={"shocks": False})
    assert not rate(shocked_park(off), "plant.main.out.ash").any()
    # Before the day nobody knows; on the day everybody does.
    never = columns_of(known_park(park, date(1990, 6, 30))).opens
    assert (never > CALENDAR.period_bounds[-1] + 4000).any()
    assert rate(known_park(park, date(1990, 7, 1)), "plant.main.out.ash")[6] == 10.0


def test_capacity_is_cut_for_a_time() -> None:
    shock = {"kind": "capacity", "firms": ["plant"], "factor": "0.25", "from": "1990-03", "until": "1990-06"}
    expected = [10.0] * 2 + [2.5] * 3 + [10.0] * 19
    assert rate(shocked_park(park_of(shock)), "plant.main.out.ash").tolist() == expected


def test_a_fuel_is_switched() -> None:
    shock = {
        "kind": "fuel_switch", "firms": ["plant"], "from": "1990-03", "until": "1991-03",
        "coefficient": {"in.oil": "0 MWh/t", "out.ash": "0.3"},
    }  # fmt: skip
    park = shocked_park(park_of(shock))
    assert rate(park, "plant.main.in.oil").tolist() == [200.0] * 2 + [0.0] * 12 + [200.0] * 10
    np.testing.assert_allclose(rate(park, "plant.main.out.ash"), [10.0] * 2 + [30.0] * 12 + [10.0] * 10)


def test_a_drought_leaves_less_in_lakes_and_imports_and_makes_water_dear() -> None:
    shock = {
        "kind": "drought", "resources": ["water"], "factor": "3", "supply": "0.4", "from": "1990-05",
        "until": "1990-10",
    }  # fmt: skip
    park = shocked_park(park_of(shock))
    columns = columns_of(park)
    dry = slice(4, 9)
    lake = rate(park, "lake.main.out.water")
    np.testing.assert_allclose(lake[dry], 0.4 * 300.0)
    np.testing.assert_allclose(np.delete(lake, np.arange(24)[dry]), 300.0)
    drawn = columns.imported[:, columns.ports.index("basin.main.in.raw")]
    np.testing.assert_allclose(drawn[dry], 20.0)
    np.testing.assert_allclose(drawn[:4], 50.0)
    # A basin's recipe is no matter of the weather.
    np.testing.assert_allclose(rate(park, "basin.main.out.clean"), 90.0)
    price = park.resources["water"].virgin.price  # type: ignore[union-attr]
    assert price is not None
    assert [price.at(date(1990, m, 1)) for m in (4, 5, 9, 10)] == [6.0, 18.0, 18.0, 6.0]


def test_prices_and_fees_are_shocked_wherever_they_are_stated() -> None:
    own = firm(
        inputs={"oil": {"resource": "oil", "coefficient": "2 MWh/t", "virgin": {"price": "50 DKK/MWh"}}},
        outputs={"ash": {"resource": "ash", "coefficient": "0.1"}},
    )
    dear = {"kind": "price", "resources": ["oil"], "factor": "2", "from": "1990-05"}
    park = shocked_park(park_of(dear, firms={"plant": own}))
    for block, before in (
        (park.resources["oil"].virgin, 200.0),
        (park.firms["plant"].processes["main"].in_["oil"].virgin, 50.0),
    ):
        assert block is not None
        assert block.price is not None
        assert [block.price.at(date(1990, m, 1)) for m in (4, 5)] == [before, 2.0 * before]
    full = {"kind": "price", "of": "disposal", "resources": ["ash"], "factor": "3", "from": "1990-05"}
    disposal = shocked_park(park_of(full, firms={"plant": own})).resources["ash"].disposal
    assert disposal is not None
    assert disposal.fee is not None
    assert disposal.fee.at(date(1990, 5, 1)) == 300.0


def test_an_end_is_known_when_it_comes_unless_all_was_announced() -> None:
    shock = {"kind": "capacity", "firms": ["plant"], "factor": "0", "from": "1990-03", "until": "1990-06"}
    before, during, after = (
        rate(known_park(park_of(shock), date(1990, m, 1)), "plant.main.out.ash")[:12].tolist()
        for m in (2, 3, 6)
    )
    assert before == [10.0] * 12
    assert during == [10.0] * 2 + [0.0] * 10
    assert after == [10.0] * 2 + [0.0] * 3 + [10.0] * 7
    told = park_of(shock | {"announced": "1990-02"})
    assert rate(known_park(told, date(1990, 2, 1)), "plant.main.out.ash")[:12].tolist() == after


# --------------------------------------------------------------------------- what is refused
@pytest.mark.parametrize(
    ("shock", "message"),
    [
        ({"kind": "closure"}, "needs firms"),
        ({"kind": "closure", "firms": ["plant"], "factor": "2"}, "takes no 'factor'"),
        ({"kind": "closure", "firms": ["plnt"]}, "unknown firm 'plnt'"),
        ({"kind": "closure", "firms": ["plant"], "process": "side"}, "plant has no process 'side'"),
        ({"kind": "capacity", "firms": ["plant"]}, "needs factor"),
        ({"kind": "fuel_switch", "firms": ["plant"], "coefficient": {"in.oyl": "1 MWh/t"}}, "did you mean 'in.oil'"),
        ({"kind": "fuel_switch", "firms": ["plant"], "coefficient": {"in.oil": "1 t/t"}}, "MWh/t"),
        ({"kind": "drought", "resources": ["ash"], "supply": "0.5"}, "a drought strikes water"),
        ({"kind": "drought", "resources": ["water"]}, "needs factor or supply"),
        ({"kind": "price", "resources": ["steam"], "factor": "2"}, "nothing has a price of steam"),
        ({"kind": "price", "resources": ["stem"], "factor": "2"}, "unknown resource 'stem'"),
        ({"kind": "outages", "firms": ["lake"], "factor": "0.5"}, "lake has no process with an outage"),
        ({"kind": "outages", "factor": "0"}, "needs a factor above 0"),
        ({"kind": "capacity", "firms": ["plant"], "factor": "2", "until": "1990-01"}, "not after it begins"),
        ({"kind": "closure", "firms": ["plant"], "announced": "1991-01"}, "before it is announced"),
        ({"kind": "flood"}, "expected one of closure"),
    ],
)  # fmt: skip
def test_bad_shocks_are_named_at_their_place(shock: Raw, message: str) -> None:
    with pytest.raises(ScenarioError, match="(?i)" + message) as caught:
        park_of({"from": "1990-05"} | shock)
    assert "shocks.0" in str(caught.value)


def test_nobody_enters_twice() -> None:
    entry = {"kind": "entry", "firms": ["plant"], "from": "1990-05"}
    with pytest.raises(ScenarioError, match="plant enters twice"):
        park_of(entry, entry | {"from": "1990-08"})


def test_shocks_survive_writing_and_reading(tmp_path: Any) -> None:
    shock = {
        "kind": "fuel_switch", "firms": ["plant"], "from": "1990-03", "source": "a book", "mark": "S",
        "coefficient": {"in.oil": "0 MWh/t"},
    }  # fmt: skip
    stated = scenario({"plant": PLANT}, shocks=[shock], time=TIME)
    file = tmp_path / "again.yaml"
    file.write_text(stated.to_yaml(), encoding="utf-8")
    assert Scenario.load(file).park.shocks == stated.park.shocks
    assert stated.park.shocks[0].coefficient["in.oil"].mark == "S"


def test_shocks_are_set_for_a_run_also_where_the_scenario_has_series() -> None:
    raw = build({"plant": PLANT}, time=TIME) | {"series": {"oil": "200 DKK/MWh"}}
    stated = Scenario.from_dict(raw).with_overrides(
        {"shocks": [{"kind": "closure", "firms": ["plant"], "from": "1990-05"}]}
    )
    assert stated.park.shocks[0].label == "closure: plant"
    again = stated.with_overrides({"shocks.0.from": "1990-07"})
    assert again.park.shocks[0].from_ == date(1990, 7, 1)
