"""Shared pipes and works by hand and against the general game."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecopark.errors import DomainError
from ecopark.market.coalition import PipeTree, cost_share_interval, join_trench, share_cost, share_pipe
from ecopark.market.shapley import core_violation, shapley_value

# A main of two parts; a branch to the left from its middle, one firm at the middle itself.
PIPE = PipeTree((-1, 0, 0, 2), (30.0, 12.0, 8.0, 5.0), {"left": 1, "middle": 0, "end": 3, "by": 2})


def test_each_segment_is_paid_by_those_behind_it() -> None:
    # 30 by four, 12 by one, 8 by two, 5 by one
    assert share_pipe(PIPE) == pytest.approx({"left": 19.5, "middle": 7.5, "end": 16.5, "by": 11.5})


def test_a_line_is_the_airport_game() -> None:
    """Three runways of 4, 6 and 9: 4/3, then half of the next 2, then the last 3."""
    line = PipeTree((-1, 0, 1), (4.0, 2.0, 3.0), {"small": 0, "middle": 1, "large": 2})
    assert share_pipe(line) == pytest.approx({"small": 4 / 3, "middle": 7 / 3, "large": 16 / 3})


def test_segments_nobody_needs_cost_nobody() -> None:
    pipe = PipeTree((-1, 0, 0), (10.0, 4.0, 99.0), {"a": 1, "b": 0})
    assert share_pipe(pipe) == {"b": 5.0, "a": 9.0}
    assert pipe.cost_of(frozenset({"a", "b"})) == 14.0
    assert pipe.cost_of(frozenset()) == 0.0


@st.composite
def trees(draw: st.DrawFn) -> PipeTree:
    size = draw(st.integers(1, 6))
    parent = tuple(draw(st.integers(-1, segment - 1)) for segment in range(size))
    cost = tuple(draw(st.floats(0.0, 100.0)) for _ in range(size))
    ends = draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=5))
    return PipeTree(parent, cost, {f"firm {i}": end for i, end in enumerate(ends)})


@given(trees())
def test_shares_are_the_shapley_value_of_the_cost_game_and_in_its_core(pipe: PipeTree) -> None:
    shares, users = share_pipe(pipe), list(pipe.users)
    assert shares == pytest.approx(shapley_value(users, pipe.cost_of), abs=1e-9)
    assert sum(shares.values()) == pytest.approx(pipe.cost_of(frozenset(users)), abs=1e-9)
    gain, _ = core_violation(users, lambda g: -pipe.cost_of(g), {u: -paid for u, paid in shares.items()})
    assert gain < 1e-9
    general = share_cost(users, pipe.cost_of)
    assert general.share == pytest.approx(shares, abs=1e-9)
    assert general.can_hold


def test_a_newcomer_pays_every_part_of_a_trench_with_those_who_need_it() -> None:
    """Trenches of 4 and 9, then one of 6: a third of 4 and half of 2, to the first only of what it needs."""
    assert join_trench([4.0, 9.0], 6.0) == (
        pytest.approx(4 / 3 + 1),
        [pytest.approx(2 / 3), pytest.approx(2 / 3 + 1)],
    )
    # The wider one adds 5 of its own; the narrower one pays half of what is there.
    assert join_trench([4.0], 9.0) == (pytest.approx(7.0), [pytest.approx(2.0)])
    assert join_trench([9.0], 4.0) == (pytest.approx(2.0), [pytest.approx(2.0)])
    assert join_trench([], 5.0) == (5.0, [])


@given(st.permutations([1.0, 2.0, 2.0, 5.0, 7.5]))
def test_one_after_the_other_comes_to_the_airport_game_in_any_order(order: list[float]) -> None:
    paid: list[float] = []
    for k, need in enumerate(order):
        share, refunds = join_trench(order[:k], need)
        paid = [before - back for before, back in zip(paid, refunds, strict=True)] + [share]
    users = list(range(len(order)))

    def cost(group: frozenset[Hashable]) -> float:
        return max((order[int(str(user))] for user in group), default=0.0)

    assert dict(enumerate(paid)) == pytest.approx(shapley_value(users, cost))
    assert core_violation(users, lambda g: -cost(g), {u: -p for u, p in enumerate(paid)})[0] < 1e-9


def test_a_works_whose_core_is_empty() -> None:
    """Any two can do with a works of 6 that all three need one of 10 for: thirds of 10, more than half of 6."""
    cost = {0: 0.0, 1: 6.0, 2: 6.0, 3: 10.0}
    shares = share_cost(["a", "b", "c"], lambda group: cost[len(group)])
    assert list(shares.share.values()) == pytest.approx([10 / 3] * 3)
    assert shares.saved_alone == pytest.approx(20 / 3 - 6)
    assert shares.leaving == frozenset({"a", "b"})
    assert not shares.can_hold


def test_shapley_shares_may_be_refused_though_others_would_hold() -> None:
    """Alone 10, 4 and 4; the hub saves 3 with either of the others, and no more with both."""
    alone: dict[Hashable, float] = {"hub": 10.0, "a": 4.0, "b": 4.0}

    def cost(group: frozenset[Hashable]) -> float:
        return sum(alone[one] for one in group) - (3.0 if "hub" in group and len(group) > 1 else 0.0)

    shares = share_cost(["hub", "a", "b"], cost)
    # The hub game, times 3: 2, 1/2 and 1/2 are saved.
    assert list(shares.share.values()) == pytest.approx([8.0, 3.5, 3.5])
    assert shares.saved_alone == pytest.approx(0.5)
    assert shares.can_hold


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"cost": (1.0,)}, "2 segments, but 1 costs"),
        ({"cost": (1.0, -1.0)}, "less than nothing"),
        ({"parent": (-1, 2)}, "hangs on a segment"),
        ({"users": {"a": 2}}, "hangs on a segment"),
        ({"parent": (1, 0)}, "feeds itself"),
    ],
)
def test_pipes_it_refuses(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        PipeTree(**({"parent": (-1, 0), "cost": (1.0, 2.0), "users": {"a": 1}} | fields))


def test_cost_share_interval_by_hand() -> None:
    """100 t save 800 of 0.5 x 8 x 100 = 400 bought and 900 disposed of, at 1000 more for transport."""
    assert cost_share_interval(1000.0, 100.0, 8.0, 0.5, 9.0) == pytest.approx((0.6, 0.9))


@given(st.floats(1, 1000), st.floats(0, 100), st.floats(0, 50), st.floats(0, 1), st.floats(0, 50))
def test_the_interval_is_where_both_accept(k: float, e: float, p: float, s: float, d: float) -> None:
    """Each side looks at its own books with the share in them; nothing of the formula is used."""
    low, high = cost_share_interval(k, e, p, s, d)
    for share in np.linspace(-0.5, 1.5, 41):
        giver = (0.0 - share * k) - (0.0 - d * e)
        taker = (-(1.0 - share) * k - 0.0) - (-p * (s * e))
        if min(abs(giver), abs(taker)) > 1e-6 * k:
            assert (giver > 0 and taker > 0) == (low < share < high)
    if abs((p * s + d) * e - k) > 1e-6 * k:
        assert (low < high) == ((p * s + d) * e > k)


@pytest.mark.parametrize("wrong", [(0.0, 1.0), (-1.0, 1.0), (1.0, -1.0)])
def test_intervals_it_refuses(wrong: tuple[float, float]) -> None:
    with pytest.raises(DomainError, match="must be above 0"):
        cost_share_interval(*wrong, 1.0, 1.0, 1.0)
