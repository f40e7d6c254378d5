"""What a facilitator did, from tables small enough to work out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar

from ecopark.errors import DomainError
from ecopark.indicators.facilitation import attachment_exponent, carried_funnel, public_spending
from ecopark.indicators.pipeline import STAGES

DAY = pd.Timestamp("2000-01-01")


def grow(pairs: list[tuple[int, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "synergy": [f"{row:04}" for row in range(len(pairs))],
            "from_firm": [f"f{a}" for a, _ in pairs],
            "to_firm": [f"f{b}" for _, b in pairs],
            "operating": [DAY + pd.Timedelta(days=row) for row in range(len(pairs))],
        }
    )


def firms(number: int) -> pd.DataFrame:
    return pd.DataFrame(index=[f"f{k}" for k in range(number)])


def draw(number: int, links: int, exponent: float, seed: int) -> list[tuple[int, int]]:
    """Network grown by the rule itself, both ends drawn by degree."""
    chance, degree, pairs = np.random.default_rng(seed), np.zeros(number), dict[tuple[int, int], None]()
    while len(pairs) < links:
        weight = (degree + 1.0) ** exponent
        a, b = sorted(chance.choice(number, 2, p=weight / weight.sum()))
        if a != b and (a, b) not in pairs:
            pairs[a, b] = None
            degree[[a, b]] += 1.0
    return list(pairs)


def test_exponent_of_two_links_by_hand() -> None:
    # The second link falls on one end of the first and one of the three others. With w = 2^a each end falls on
    # the two with a partner with probability 2w / (2w + 3); one of two does, so 2w / (2w + 3) = 1/2, w = 3/2.
    found = attachment_exponent(grow([(0, 1), (1, 2)]), firms(5))
    assert found == pytest.approx(np.log2(1.5), abs=1e-9)


def test_exponent_is_that_of_a_general_optimiser() -> None:
    pairs = draw(30, 60, 0.7, seed=3)
    degree, pulls = np.zeros(30), []
    for pair in pairs:
        pulls.append(np.log(degree + 1.0))
        degree[list(pair)] += 1.0

    def loss(a: float) -> float:
        return -sum(
            a * sum(pull[list(pair)]) - 2.0 * np.log(np.exp(a * pull).sum())
            for pull, pair in zip(pulls, pairs, strict=True)
        )

    best = minimize_scalar(loss, bounds=(-5, 5), method="bounded", options={"xatol": 1e-9}).x
    assert attachment_exponent(grow(pairs), firms(30)) == pytest.approx(best, abs=1e-5)


@pytest.mark.parametrize("exponent", [0.0, 1.0])
def test_exponent_of_networks_grown_by_a_rule_is_found(exponent: float) -> None:
    found = [attachment_exponent(grow(draw(200, 300, exponent, seed)), firms(200)) for seed in range(10)]
    error = np.std(found, ddof=1) / np.sqrt(10)
    assert abs(np.mean(found) - exponent) < max(3.0 * error, 0.1), found


def test_only_new_partners_count_and_only_the_first_so_many() -> None:
    twice = grow([(0, 1), (1, 0), (1, 2), (3, 4)])
    once = grow([(0, 1), (1, 2), (3, 4)])
    assert attachment_exponent(twice, firms(5)) == attachment_exponent(once, firms(5))
    assert attachment_exponent(once, firms(5), links=2) == pytest.approx(np.log2(1.5))
    with pytest.raises(DomainError, match="at least 2"):
        attachment_exponent(once, firms(5), links=1)


def test_spending_is_added_up_by_year() -> None:
    events = pd.DataFrame(
        {
            "date": pd.to_datetime(["2000-01-01", "2000-06-01", "2001-01-01", "2001-02-01"]),
            "event": ["spending", "spending", "spending", "workshop"],
            "detail": ["200000.5 GBP for 2 practitioners", "5000 GBP for a workshop", "1e6 GBP for x", "30 members"],
        }
    )  # fmt: skip
    assert public_spending(events).to_dict() == {2000: 205_000.5, 2001: 1e6}
    assert public_spending(events.iloc[3:]).empty


def test_only_carried_ideas_are_in_the_account() -> None:
    rows = {stage: [DAY, DAY if stage != "operating" else pd.NaT, DAY] for stage in STAGES}
    synergies = pd.DataFrame(
        {"synergy": ["a", "b", "c"], **rows, "state": ["operating", "lost", "operating"]}
    )
    events = pd.DataFrame({"event": ["carried", "carried", "operating"], "synergy": ["a", "b", "c"]})
    account = carried_funnel(synergies, events)
    assert account["reached"].tolist() == [2, 2, 2, 2, 2, 1]
    assert account["lost"].sum() == 1
