"""Higher barrier, fewer links: the seven variants of Kalundborg against the same park without the barrier.

Paired runs each to the end of 1979, in quarters: same seeds, same luck; thirty where p is then below 1e-8 for all,
sixty where the effect is small. What counts is the mean number of links in operation and that at the end; a difference
counts where a one-sided paired t-test at 1 % says so. `docs/barriers.md` has the numbers.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from trend_parks import is_above_zero, links_at_end, mean_links, operate, turbulent_park

from ecopark import Scenario

SEEDS, MANY = range(1, 31), range(1, 61)
SPAN = (("time.end", "1979-12"), ("time.period", "quarter"), ("time.segment", "month"))
BASE = "kalundborg"
Change = tuple[tuple[str, str], ...]
# What each variant is held against: the base, or itself with its lever at rest.
REFERENCE: dict[str, tuple[str, Change]] = {
    "co_location": (BASE, ()),
    "information": (BASE, ()),
    "regulatory_uncertainty": (BASE, ()),
    "feed_in_tariffs": (BASE, ()),
    "carbon_commitment": ("kalundborg/barriers/carbon_commitment", (("policy.carbon_commitment", "0"),)),
    "proxy_metrics": ("kalundborg/barriers/proxy_metrics", (("agents.facilitator.metric", "money"),)),
}
pytestmark = pytest.mark.slow


@cache
def links(name: str, change: Change = (), seeds: range = SEEDS) -> NDArray[np.float64]:
    """Links of each run: mean over the run and at its end, shape (seeds, 2)."""
    scenario = Scenario.load(name, dict(SPAN) | dict(change))
    models = (operate(scenario, seed) for seed in seeds)
    return np.array([(mean_links(model), links_at_end(model)) for model in models], dtype=np.float64)


@pytest.mark.parametrize("barrier", REFERENCE)
def test_a_barrier_leaves_fewer_links(barrier: str) -> None:
    seeds = MANY if barrier == "carbon_commitment" else SEEDS
    without = links(*REFERENCE[barrier], seeds)
    behind = links(f"kalundborg/barriers/{barrier}", seeds=seeds)
    for measure in (0, 1):
        fewer = without[:, measure] - behind[:, measure]
        assert is_above_zero(fewer), (without.mean(axis=0), behind.mean(axis=0))


def test_competition_law_binds_nobody_at_kalundborg() -> None:
    """A finding: there the firms are of as many sectors, and no two of one sector come to a deal by 1980."""
    law = links("kalundborg/barriers/competition_law", seeds=SEEDS[:20])
    assert np.array_equal(links(BASE)[:20], law)


def test_competition_law_leaves_fewer_links_where_rivals_are_neighbours() -> None:
    """Half of the ideas of two firms of one sector fail for want of cost data."""
    neutral = {"agents.information": "{stranger: 1, loss: 0, visits: 0}"}
    law = {"policy.competition_law": "true", "agents.information.competition_law": "0.5"}
    fewer = []
    for seed in MANY:
        without = turbulent_park(seed, noise=0.05, every=60).with_overrides(neutral)
        runs = operate(without, seed), operate(without.with_overrides(law), seed)
        assert any(idea.reason == "competition-law" for idea in runs[1].ideas)
        fewer.append(
            [mean_links(runs[0]) - mean_links(runs[1]), links_at_end(runs[0]) - links_at_end(runs[1])]
        )
    assert is_above_zero(np.array(fewer)[:, 0])
    assert is_above_zero(np.array(fewer)[:, 1])
