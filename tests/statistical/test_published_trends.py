"""Trends other models have found, looked for in small parks by paired runs; `docs/trends.md` has the numbers.

A difference counts where a one-sided paired t-test at 1 % says so. Where this model does not agree, the test
states what it does instead.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binomtest, ttest_1samp
from small_parks import RESOURCES, Raw, firm, scenario
from trend_parks import (
    crowded_park,
    is_above_zero,
    links_at_end,
    mean_links,
    operate,
    standard_error,
    turbulent_park,
)

from ecopark import Run, Scenario, simulate
from ecopark.market.coalition import cost_share_interval
from ecopark.market.protocols import Bargain, Outcome, register_protocol

SEEDS = range(1, 61)
# Enough where an effect is large: p is below 1e-4 in every cell.
FEW = range(1, 31)
# Enough to tell one cell's gain from another's, which takes more than to see a gain.
MANY = range(1, 81)
LOW, HIGH = 0.05, 0.5
SELDOM, OFTEN = 60, 12
CELLS = [(noise, every) for noise in (LOW, HIGH) for every in (SELDOM, OFTEN)]
pytestmark = pytest.mark.slow


# ------------------------------------------------------------------ landfill tax and subsidy
@cache
def cell(
    noise: float, every: int, change: tuple[str, str] | None = None, seeds: range = MANY
) -> NDArray[np.float64]:
    """Links in one cell of uncertainty and turbulence: mean over the run and at its end, shape (n, 2)."""
    found = []
    for seed in seeds:
        park = turbulent_park(seed, noise, every)
        model = operate(park.with_overrides(dict([change])) if change else park, seed)
        found.append((mean_links(model), links_at_end(model)))
    return np.array(found, dtype=np.float64)


@pytest.mark.parametrize(("noise", "every"), CELLS)
def test_tax_and_subsidy_raise_links_in_all_four_cells(noise: float, every: int) -> None:
    """Fraccascia, Giannoccaro & Albino 2017, Sustainability 9:521: both work in all scenarios considered."""
    without = cell(noise, every, seeds=FEW)
    for lever in (("policy.landfill_tax", "5 DKK/t"), ("policy.subsidy", "{ash: 5 DKK/t}")):
        helped = cell(noise, every, lever, FEW)
        assert is_above_zero(helped[:, 0] - without[:, 0])
        assert is_above_zero(helped[:, 1] - without[:, 1])


# ------------------------------------------------------------------ contracts
def test_contracts_help_most_where_conditions_change_often_whatever_the_noise() -> None:
    """Half of what Albino, Fraccascia & Giannoccaro 2016, J. Cleaner Production 112:4353, found.

    Contracts of a term and a penalty are held against exchanges without any obligation. They help most at high
    turbulence, as in the paper, but uncertainty makes no difference: firms decide by expected quantities, and
    noise leaves these as they are.
    """
    spot = ("agents.contracts.kind", "spot")
    cells = [(LOW, SELDOM), (LOW, OFTEN), (HIGH, OFTEN)]
    bound = {where: cell(*where) for where in cells}
    gain = {where: bound[where][:, 0] - cell(*where, spot)[:, 0] for where in cells}
    assert is_above_zero(gain[LOW, OFTEN])
    assert is_above_zero(gain[HIGH, OFTEN])
    by_turbulence = gain[LOW, OFTEN] - gain[LOW, SELDOM]
    assert is_above_zero(by_turbulence)
    by_noise = gain[LOW, OFTEN] - gain[HIGH, OFTEN]
    assert not np.array_equal(bound[LOW, OFTEN], bound[HIGH, OFTEN])
    # Not for want of runs: the effect of turbulence is outside of what that of noise could be.
    assert ttest_1samp(by_noise, 0.0).pvalue > 0.01
    assert abs(by_noise.mean()) + 2.0 * standard_error(by_noise) < by_turbulence.mean()


# ------------------------------------------------------------------ the range of agreement
FEE, PRICE, SUPPLY, TERM = 10.0, 8.0, 20.0, 5
PAIRS = 15


@register_protocol("share_the_cost")
def share_the_cost(bargain: Bargain, chance: np.random.Generator) -> Outcome:
    """The giver bears a share of the cost of agreeing, drawn from -1 to 2; taken or left.

    The giver's floor is half of that cost less the fee it saves, all per tonne.
    """
    cost = 2.0 * (bargain.floor + FEE)
    price = cost * (0.5 - float(chance.uniform(-1.0, 2.0)))
    return Outcome(price if bargain.floor < price < bargain.ceiling else None, 1)


def lone_pairs(demand: float, ratio: float) -> tuple[Scenario, float]:
    """Pairs out of each other's reach, and the yearly cost an exchange adds to a pair.

    `ratio` of what would be saved if supply and demand agreed, to what it costs in addition.
    """
    cost = (FEE + PRICE) * SUPPLY * 365.25 / ratio
    annuity = 0.1 / (1.0 - 1.1**-TERM)
    firms: Raw = {}
    calm = {"hurdle_rate": "10 %/yr", "payback": "20 yr", "risk_aversion": "0"}
    for k in range(PAIRS):
        ash: Raw = {"resource": "ash", "coefficient": "1"}
        firms[f"giver_{k}"] = firm(
            (3e6 * k, 0), capacity=f"{SUPPLY} t/day", behaviour=calm, outputs={"ash": ash}
        )
        firms[f"taker_{k}"] = firm(
            (3e6 * k + 1, 0), capacity=f"{demand} t/day", behaviour=calm, inputs={"ash": ash}
        )
    ash = RESOURCES["ash"] | {
        "disposal": {"route": "landfill", "fee": f"{FEE} DKK/t"},
        "virgin": {"price": f"{PRICE} DKK/t"},
    }
    free = {"lead_time": "0 d", "term": f"{TERM} yr"}
    eager: Raw = {
        "discovery": {"base": "100000 %/yr"},
        "negotiation": {"protocol": "share_the_cost", "screening": "0 d", "round": "0 d"},
        "contracts": {"transaction_cost": f"{cost / 2 / annuity} DKK", "reliability": "1"},
        "trust": {"initial": "0"},
        "regulator": {"permit_time": {"none": "0 d"}, "refusal": {"none": "0"}},
    }
    blocks = {"resources": {"ash": ash}, "transport": {"lorry": free}, "agents": eager}
    return scenario(firms, **blocks, time={"end": "1990-03", "segment": "month"}), cost


@cache
def acceptance(demand: float, ratio: float) -> tuple[int, float]:
    """Agreements among all pairs of sixty runs, and the share the interval says there should be."""
    park, cost = lone_pairs(demand, ratio)
    agreed = sum(len(operate(park, seed).exchanges.all) for seed in SEEDS)
    low, high = cost_share_interval(cost, min(SUPPLY, demand) * 365.25, PRICE, 1.0, FEE)
    return agreed, max(min(high, 2.0) - max(low, -1.0), 0.0) / 3.0


MISMATCH = [(SUPPLY * (1.0 - mismatch), 1.5) for mismatch in (0.0, 0.15, 0.3)]
RATIO = [(SUPPLY, ratio) for ratio in (1.05, 1.5, 2.0)]


@pytest.mark.parametrize(("demand", "ratio"), sorted({*MISMATCH, *RATIO}))
def test_simulated_acceptance_is_the_interval_of_cost_shares(demand: float, ratio: float) -> None:
    agreed, expected = acceptance(demand, ratio)
    assert expected > 0.0
    assert binomtest(agreed, PAIRS * len(SEEDS), expected).pvalue > 0.001


@pytest.mark.parametrize("wider", [MISMATCH[::-1], RATIO], ids=["less mismatch", "more saved"])
def test_the_range_of_agreement_follows_match_and_saving(wider: list[tuple[float, float]]) -> None:
    """Yazan & Fraccascia 2020, Int. J. Production Research 58:392."""
    agreed = [acceptance(*case)[0] for case in wider]
    # Three standard errors of the difference of two counts.
    assert np.all(np.diff(agreed) > 3.0 * np.sqrt(np.add(agreed[1:], agreed[:-1])) * 0.7), agreed


# ------------------------------------------------------------------ platforms
def joint_gain(run: Run) -> float:
    """What givers and takers earned by their exchanges, DKK."""
    money = run.accounts[run.accounts["unit"] == "DKK"]
    return float(money["giver"].sum() + money["taker"].sum())


@cache
def on_platform(level: str, attention: int = 1) -> NDArray[np.float64]:
    """Days in operation of all links, and joint gain in DKK, of each run, shape (60, 2)."""
    platform = {"agents.information.platform": f"{{from: 1990-01, usage: 1, level: {level}}}"}
    found = []
    for seed in SEEDS:
        park = crowded_park(seed, attention)
        run = simulate(park if level == "none" else park.with_overrides(platform), seed)
        began = run.synergies.dropna(subset=["operating"])
        ended = began["ended"].fillna(run.flows["end"].max())
        found.append((float((ended - began["operating"]).dt.days.sum()), joint_gain(run)))
    return np.array(found)


def test_platforms_rank_none_basic_costs_in_links_and_in_joint_gain() -> None:
    """The three cases of Fraccascia & Yazan 2018, Resour. Conserv. Recycl. 136:473; their order is unchecked."""
    none, basic, costs = (on_platform(level) for level in ("none", "quantity", "cost"))
    for measure in (0, 1):
        assert is_above_zero(basic[:, measure] - none[:, measure])
        assert is_above_zero(costs[:, measure] - basic[:, measure])
    # With attention to spare, what does not pay is found out at no other idea's expense.
    spare = on_platform("cost", 3)[:, 1] - on_platform("quantity", 3)[:, 1]
    assert not is_above_zero(spare)
    assert is_above_zero((costs - basic)[:, 1] - spare)
