"""Distributions against theory, with fixed seeds; tolerances are four standard errors of the estimate."""

from __future__ import annotations

import math
from collections.abc import Generator
from datetime import date
from typing import Any

import mesa
import numpy as np
import pytest
import simpy
from scipy import stats
from small_parks import EAGER, RESOURCES, Raw, firm, scenario

from ecopark import simulate
from ecopark.agents.regulator import Regulator
from ecopark.calendar import Calendar
from ecopark.flows.activity import draw_noise
from ecopark.flows.columns import compile_columns
from ecopark.streams import keys, stream, uniform

GOODS: Raw = {"goods": {"resource": "goods", "coefficient": "1", "role": "product"}}


# --------------------------------------------------------------------------- noise
@pytest.mark.parametrize(
    ("cv", "persistence", "segment"), [(0.2, 0.7, "month"), (0.4, 0.3, "month"), (0.1, 0.7, "week")]
)
def test_noise_has_mean_one_its_spread_and_its_memory(cv: float, persistence: float, segment: str) -> None:
    calendar = Calendar(date(1900, 1, 1), date(2000, 1, 1), "year", segment)  # type: ignore[arg-type]
    noisy = firm(noise={"cv": str(cv), "persistence": str(persistence)}, outputs=GOODS)
    park = scenario({f"plant_{k:02d}": noisy for k in range(20)}).park
    noise = draw_noise(park, compile_columns(park, calendar), calendar, seed=11)
    # Independent draws that a chain of correlation phi is worth: n (1 - phi) / (1 + phi).
    phi = persistence ** (1.0 if segment == "month" else 0.25)
    worth = noise.size * (1.0 - phi) / (1.0 + phi)
    assert noise.mean() == pytest.approx(1.0, abs=4.0 * cv / math.sqrt(worth))
    # The logarithm is normal with variance ln(1 + cv^2) about -variance / 2.
    level, variance = np.log(noise), math.log1p(cv**2)
    worth_squares = noise.size * (1.0 - phi**2) / (1.0 + phi**2)
    assert level.var() == pytest.approx(variance, rel=4.0 * math.sqrt(2.0 / worth_squares))
    assert level.mean() == pytest.approx(-variance / 2.0, abs=4.0 * math.sqrt(variance / worth))
    lag = 1 if segment == "month" else 4
    middle = level - level.mean()
    memory = float((middle[lag:] * middle[:-lag]).mean() / (middle**2).mean())
    assert memory == pytest.approx(persistence, abs=4.0 / math.sqrt(worth))


def test_noise_starts_in_its_stationary_state() -> None:
    calendar = Calendar(date(1990, 1, 1), date(1990, 2, 1), "month", "month")
    park = scenario({f"plant_{k:03d}": firm(noise={"cv": "0.3"}, outputs=GOODS) for k in range(400)}).park
    first = np.log(draw_noise(park, compile_columns(park, calendar), calendar, seed=2)[0])
    variance = math.log1p(0.09)
    assert stats.kstest(first, stats.norm(-variance / 2.0, math.sqrt(variance)).cdf).pvalue > 1e-4


# --------------------------------------------------------------------------- outages
@pytest.mark.parametrize(("between", "down"), [(30.0, 10.0), (100.0, 2.0)])
def test_availability_is_that_of_an_alternating_renewal_process(between: float, down: float) -> None:
    outage = {"mean_time_between": f"{between} d", "mean_duration": f"{down} d"}
    firms = {f"plant_{k}": firm(outage=outage, outputs=GOODS) for k in range(6)}
    result = simulate(
        scenario(firms, time={"start": "1900-01", "end": "1949-12", "segment": "month"}), seed=3
    )
    days = 18262.0
    up = float(result.flows["quantity"].sum()) / (6 * 100.0 * days)
    expected = between / (between + down)
    # Long-run variance of the time down, 2 between^2 down^2 / (between + down)^3 per day.
    spread = math.sqrt(2.0 * between**2 * down**2 / (between + down) ** 3 / (6 * days))
    assert up == pytest.approx(expected, abs=4.0 * spread)
    repairs = result.events["detail"].str.extract(r"([\d.]+) d")[0].astype(float).to_numpy()
    assert repairs.mean() == pytest.approx(down, rel=4.0 / math.sqrt(repairs.size))
    assert stats.kstest(repairs, "expon", args=(0.0, down)).pvalue > 1e-4


# --------------------------------------------------------------------------- discovery
# Attention enough for every pair, so that none waits for its turn.
BUSY: Raw = {"attention": 99}


def test_time_to_discovery_is_exponential_with_the_hazard_of_the_pair() -> None:
    # Neighbours at one place, both with a cost to save: hazard 0.5 a year x (1 + 2 x 0.3) for the
    # trust of strangers x sqrt(0.5 x 0.5) for their openness = 0.4 a year. Screening outlasts the run.
    ash: Raw = {"ash": {"resource": "ash", "coefficient": "0.1"}}
    firms = {f"giver_{k:02d}": firm(outputs=ash, behaviour=BUSY) for k in range(20)} | {
        f"taker_{k:02d}": firm(inputs=ash, behaviour=BUSY) for k in range(20)
    }
    agents = {
        "discovery": {"base": "50 %/yr", "trigger": "0"},
        "negotiation": {"screening": "1000 yr", "round": "0 d"},
    }
    result = simulate(scenario(firms, agents=agents, time={"end": "2009-12", "segment": "month"}), seed=4)
    seen = result.synergies["identified"]
    assert len(seen) > 390
    # A pair is noticed at the start of the month in which its hazard has been gathered.
    years = (seen.dt.year - 1990) + (seen.dt.month - 1) / 12.0
    for horizon in (0.5, 1.0, 3.0, 6.0):
        expected = -math.expm1(-0.4 * horizon)
        share = float((years < horizon - 1e-9).sum()) / 400.0
        assert share == pytest.approx(expected, abs=4.0 * math.sqrt(expected * (1.0 - expected) / 400.0)), (
            horizon
        )


@pytest.mark.parametrize(
    ("change", "factor"),
    [
        ({"social": "0"}, 1 / 1.6),
        ({"distance": "3 km"}, (1 / (1 + 3 / 3)) / (1 / (1 + 3 / 10))),
        ({"base": "100 %/yr"}, 2.0),
    ],
)
def test_hazard_follows_its_parameters(change: dict[str, str], factor: float) -> None:
    ash: Raw = {"ash": {"resource": "ash", "coefficient": "0.1"}}
    firms = {f"giver_{k:02d}": firm(outputs=ash, behaviour=BUSY) for k in range(15)}
    firms |= {f"taker_{k:02d}": firm((3000, 0), inputs=ash, behaviour=BUSY) for k in range(15)}

    def rate(discovery: dict[str, str]) -> tuple[float, int]:
        agents = {
            "discovery": {"base": "50 %/yr", "trigger": "0"} | discovery,
            "negotiation": {"screening": "1000 yr"},
        }
        result = simulate(scenario(firms, agents=agents, time={"end": "2039-12", "segment": "month"}), seed=8)
        seen = result.synergies["identified"]
        years = (seen.dt.year - 1990) + (seen.dt.month - 0.5) / 12.0
        return len(seen) / float(years.sum()), len(seen)

    before, count = rate({})
    after, _ = rate(change)
    # The thresholds are the same draws in both runs, so the ratio is far better known than either rate.
    assert after / before == pytest.approx(factor, rel=0.03)
    assert before == pytest.approx(0.4 / 1.3, rel=4.0 / math.sqrt(count))


# --------------------------------------------------------------------------- permits
def test_share_of_refusals() -> None:
    hazardous = RESOURCES["ash"] | {"hazard": "hazardous"}
    ash: Raw = {"ash": {"resource": "ash", "coefficient": "0.1"}}
    firms: Raw = {}
    for k in range(16):
        firms[f"giver_{k:02d}"] = firm(outputs=ash, capacity="1000 t/day", behaviour={"attention": 99})
        firms[f"taker_{k:02d}"] = firm(inputs=ash, capacity="1000 t/day", behaviour={"attention": 99})
    rules = EAGER["regulator"] | {"refusal": {"none": "0", "low": "0", "hazardous": "0.3"}}
    once = EAGER["discovery"] | {"retry": "10000 d"}
    decided, refused = 0, 0
    for seed in range(14):
        result = simulate(
            scenario(
                firms,
                resources={"ash": hazardous},
                agents={"regulator": rules, "discovery": once},
                time={"end": "1990-02"},
            ),
            seed,
        )
        reached = result.synergies["permitting"].notna()
        decided += int(reached.sum())
        refused += int((result.synergies.loc[reached, "reason"] == "permit").sum())
    assert decided > 100
    assert refused / decided == pytest.approx(0.3, abs=4.0 * math.sqrt(0.21 / decided))


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_wait_for_one_officer_is_that_of_pollaczek_and_khinchine(load: float) -> None:
    """Cases come at random to one officer: M/G/1 with gamma handling times.

    Mean wait = load / (1 - load) x mean handling x (1 + cv^2) / 2, with cv = 1/2.
    """
    mean, cases = 20.0, 40_000
    rules = {"officers": 1, "permit_time": {"none": f"{mean} d"}, "refusal": {"none": "0"}}
    spec = scenario({"a": firm()}, agents={"regulator": rules}).park.agents.regulator

    class Desk(mesa.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(rng=1)
            self.env = simpy.Environment()
            self.calendar = Calendar(date(1, 1, 1), date(2000, 1, 1))

    desk = Desk()
    regulator = Regulator(desk, spec)
    chance = stream(5, "cases")
    totals: list[float] = []

    def case(came: float) -> Generator[Any, Any, None]:
        yield from regulator.decide("none", chance)
        totals.append(desk.env.now - came)

    def arrivals() -> Generator[Any, Any, None]:
        gaps = stream(5, "arrivals").exponential(mean / load, cases)
        for gap in gaps:
            yield desk.env.timeout(float(gap))
            desk.env.process(case(desk.env.now))

    desk.env.process(arrivals())
    desk.env.run()
    getattr(mesa.Agent, "_ids", {}).pop(desk, None)
    expected = load / (1.0 - load) * mean * (1.0 + 0.25) / 2.0
    waits = np.array(totals[500:]) - mean
    # Means of 40 long stretches of the queue are nearly independent.
    stretches = np.array([part.mean() for part in np.array_split(waits, 40)])
    error = float(stretches.std(ddof=1)) / math.sqrt(40.0)
    assert error < 0.15 * expected
    assert float(waits.mean()) == pytest.approx(expected, abs=4.0 * error)


def test_building_and_screening_vary_around_their_means() -> None:
    # Pairs out of each other's reach, so that no deal is lost to a quicker one.
    ash: Raw = {"ash": {"resource": "ash", "coefficient": "0.1"}}
    firms: Raw = {}
    for k in range(80):
        firms[f"giver_{k:02d}"] = firm((2e6 * k, 0), outputs=ash)
        firms[f"taker_{k:02d}"] = firm((2e6 * k, 0), inputs=ash)
    result = simulate(
        scenario(
            firms,
            transport={"lorry": {"handling": "2 DKK/t", "lead_time": "200 d"}},
            agents={"negotiation": EAGER["negotiation"] | {"screening": "90 d"}},
            time={"end": "1993-12", "segment": "month"},
        )
    )
    table = result.synergies.drop_duplicates(["from_firm", "to_firm"])
    screened = (table["screened"] - table["identified"]).dt.days
    built = (table["operating"] - table["building"]).dt.days
    for days, mean in ((screened, 90.0), (built, 200.0)):
        assert days.notna().sum() == 80
        # Gamma with a coefficient of variation of 0.3; dates are cut off to whole days.
        assert days.mean() == pytest.approx(mean, abs=4.0 * 0.3 * mean / math.sqrt(80) + 1.0)
        assert days.std() / mean == pytest.approx(0.3, rel=4.0 / math.sqrt(2 * 80))


# --------------------------------------------------------------------------- draws by address
def test_draws_by_address_are_uniform_and_unrelated() -> None:
    names = keys([f"firm_{k}" for k in range(300)])
    giver, taker = (part.ravel() for part in np.meshgrid(names, names, indexing="ij"))
    first = uniform(1, "discovery", giver, taker)
    assert stats.kstest(first, "uniform").pvalue > 1e-4
    # Neither order of the ends, nor purpose, seed or attempt, gives draws that follow from others.
    attempt = np.ones(giver.size, dtype=np.uint64)
    others = [
        uniform(1, "discovery", taker, giver),
        uniform(1, "permit", giver, taker),
        uniform(2, "discovery", giver, taker),
        uniform(1, "discovery", giver, taker, attempt),
    ]
    apart = giver != taker
    for other in others:
        assert abs(float(np.corrcoef(first[apart], other[apart])[0, 1])) < 4.0 / math.sqrt(apart.sum())
    # Nor do the draws of one firm follow from those of its neighbour in the list.
    table = first.reshape(300, 300)
    assert abs(float(np.corrcoef(table[:-1].ravel(), table[1:].ravel())[0, 1])) < 4.0 / math.sqrt(299 * 300)


def test_draws_by_address_do_not_depend_on_who_else_draws() -> None:
    few, many = keys(["b", "d"]), keys(["a", "b", "c", "d"])
    np.testing.assert_array_equal(uniform(7, "x", few), uniform(7, "x", many)[[1, 3]])
