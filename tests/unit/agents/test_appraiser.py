"""What firms know: free quantities by month of the year, blending already promised, yearly sums."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_parks import Raw, firm, scenario

from ecopark.market.contract import Contract
from ecopark.model import ParkModel

MIX: Raw = {"mix": {"giver": "ash", "taker": "clay", "max_share": "0.4", "lead_time": "0 d"}}
SURE = {"contracts": {"reliability": "1"}}


def model(firms: dict[str, Any], **blocks: Any) -> ParkModel:
    return ParkModel(scenario(firms, agents=blocks.pop("agents", SURE), **blocks).park)


def plant(**more: Any) -> Raw:
    return firm(outputs={"ash": {"resource": "ash", "coefficient": "1"}}, **more)


KILN = firm((1000, 0), inputs={"clay": {"resource": "clay", "coefficient": "1"}})


def outlets(park: ParkModel) -> list[str]:
    """Outlet of each pair."""
    return [park.columns.ports[port] for port in park.pairs.out_port]


def sign(park: ParkModel, pair: int) -> Contract:
    appraisal = park.appraiser.appraise(pair, 0.0)
    assert not appraisal.reason
    pairs = park.pairs
    contract = Contract(
        "s", pair, int(pairs.out_port[pair]), int(pairs.in_port[pair]), "", "", appraisal, 0.0
    )
    park.appraiser.promise(contract)
    return contract


def test_a_blending_limit_is_shared_by_all_givers() -> None:
    park = model({"p1": plant(capacity="30 t/day"), "p2": plant(), "kiln": KILN}, pathways=MIX)
    assert outlets(park) == ["p1.main.out.ash", "p2.main.out.ash"]
    np.testing.assert_allclose(sign(park, 0).appraisal.rate, 30.0)
    # 40 % of 100 t a day may be ash; 30 are promised.
    second = sign(park, 1)
    np.testing.assert_allclose(second.appraisal.rate, 10.0)
    assert park.appraiser.appraise(1, 0.0).reason == "economics"
    park.appraiser.withdraw(second)
    np.testing.assert_allclose(park.appraiser.appraise(1, 0.0).rate, 10.0)


def test_a_port_that_takes_only_a_share_of_residuals() -> None:
    picky = firm((1000, 0), inputs={"clay": {"resource": "clay", "coefficient": "1", "max_share": "0.25"}})
    park = model({"p1": plant(), "p2": plant(), "kiln": picky}, pathways=MIX)
    np.testing.assert_allclose(sign(park, 0).appraisal.rate, 25.0)
    assert park.appraiser.appraise(1, 0.0).reason == "economics"


def test_promises_are_free_again_only_in_the_months_they_leave() -> None:
    # A heating customer needs little in summer: the plant's surplus of July stays free.
    users = firm(
        (1000, 0),
        utilisation="0.5",
        season="heating",
        inputs={"ash": {"resource": "ash", "coefficient": "1"}},
    )
    park = model({"plant": plant(), "users": users}, time={"start": "1990-04", "end": "1992-03"})
    contract = sign(park, 0)
    need = park.columns.expected[:12, contract.in_port]
    np.testing.assert_allclose(contract.appraisal.rate, np.minimum(need, 100.0))
    free = park.appraiser.free_rate(contract.out_port, 0)
    # Element m belongs to the m-th month after the run's start month: 3 is July.
    np.testing.assert_allclose(free, 100.0 - contract.appraisal.rate)
    assert free[3] > 80.0
    # Asked from a later month on, every element still belongs to the same month of the year.
    np.testing.assert_allclose(park.appraiser.free_rate(contract.out_port, 7), free)
    np.testing.assert_allclose(park.appraiser.free_rate(contract.in_port, 7), need - contract.appraisal.rate)


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("month", "1990-01", "1991-12"),
        ("quarter", "1990-02", "1991-01"),
        ("quarter", "1990-01", "1990-04"),
        ("year", "1990-01", "1991-01"),
        ("year", "1990-07", "1993-06"),
        ("month", "1990-01", "1990-01"),
        ("month", "1990-03", "1990-09"),
    ],
)
def test_quantities_are_yearly_whatever_the_period_and_the_length_of_the_run(
    period: str, start: str, end: str
) -> None:
    time = {"start": start, "end": end, "period": period}
    park = model(
        {"plant": plant(), "kiln": firm(inputs={"ash": {"resource": "ash", "coefficient": "1"}})}, time=time
    )
    assert park.appraiser.appraise(0, 0.0).quantity == pytest.approx(100.0 * 365.25)


def test_a_works_can_promise_only_what_it_was_promised() -> None:
    works = firm(
        drive="feed",
        capacity="50 t/day",
        inputs={"s": {"resource": "sludge", "coefficient": "2", "feed": True}},
        outputs={"ash": {"resource": "ash", "coefficient": "0.5"}},
    )
    town = firm(outputs={"s": {"resource": "sludge", "coefficient": "0.6"}})
    user = firm((500, 0), inputs={"ash": {"resource": "ash", "coefficient": "1"}})
    park = model({"town": town, "user": user, "works": works})
    feed, sale = (outlets(park).index(name) for name in ("town.main.out.s", "works.main.out.ash"))
    assert park.appraiser.appraise(sale, 0.0).reason == "economics"
    # 60 t a day of sludge are 30 runs, 15 t of ash.
    np.testing.assert_allclose(sign(park, feed).appraisal.rate, 60.0)
    np.testing.assert_allclose(park.appraiser.appraise(sale, 0.0).rate, 15.0)


def test_running_prices_know_the_electricity_price_of_the_day() -> None:
    boiler = firm(
        outputs={"s": {"resource": "steam", "coefficient": "1 MWh/t", "grade": "200 degC", "on_demand": True,
                       "burden": {"electricity": "0.1 MWh/MWh"}}}
    )  # fmt: skip
    works = firm(inputs={"s": {"resource": "steam", "coefficient": "1 MWh/t", "grade": "120 degC"}})
    dated = {"name": "Electricity", "kind": "energy", "unit": "MWh",
             "virgin": {"price": {"1990-01": "400 DKK/MWh", "1990-07": "900 DKK/MWh"}}}  # fmt: skip
    park = model({"boiler": boiler, "works": works}, resources={"electricity": dated})
    contract = sign(park, 0)
    floor, ceiling = park.appraiser.running_prices(0, contract.appraisal, 0.0)
    assert (floor, ceiling) == (pytest.approx(40.0), pytest.approx(contract.appraisal.running_ceiling))
    assert park.appraiser.running_prices(0, contract.appraisal, 200.0)[0] == pytest.approx(90.0)


def test_an_index_is_the_mean_of_the_last_year() -> None:
    dear = {"name": "Clay", "kind": "material", "unit": "t", "hazard": "none",
            "virgin": {"price": {"1990-01": "40 DKK/t", "1991-07": "100 DKK/t"}}}  # fmt: skip
    park = model(
        {"p1": plant(), "kiln": KILN}, pathways=MIX, resources={"clay": dear}, time={"end": "1993-12"}
    )
    port = park.columns.ports.index("kiln.main.in.clay")
    cost, bounds = park.prices.cost[:, port], park.calendar.period_bounds
    assert len(set(cost.tolist())) == 2
    for now in range(park.calendar.periods):
        year = cost[max(now - 11, 0) : now + 1]
        assert park.appraiser.index_of(port, float(bounds[now]) + 3.0) == year.sum() / year.size
