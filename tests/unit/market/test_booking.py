"""Rows of accounts in one compiled pass, against the same written out."""

from __future__ import annotations

import numpy as np
import pytest

from ecopark.market.booking import Lanes

PERIODS = 5
SENT = np.array([[0.0, 2.0, 0.0], [3.0, 0.0, 0.0], [4.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.5, 2.0, 0.0]])


def rows(lanes: Lanes) -> list[tuple[int, int, float, float]]:
    """Period, block, giver and taker of every row."""
    booked = lanes.book(SENT)
    period = np.repeat(np.arange(PERIODS), booked.in_period).tolist()
    told = (booked.block.tolist(), booked.giver.tolist(), booked.taker.tolist())
    return list(zip(period, *told, strict=True))


def test_amounts_follow_what_was_sent_period_by_period() -> None:
    lanes, price = Lanes(PERIODS), np.array([1.0, 0.7, 0.0, 9.0, 0.3, 100.0])
    first = lanes.series(price)
    lanes.per_unit(0, 0, (1, -1), first)
    lanes.per_unit(1, 1, (0, -1), factor=0.3, more=7.0)
    lanes.per_unit(3, 0, (0, 1), lanes.shared("price", lambda: price[:PERIODS]), 0.9, 0.2)
    expected = []
    for period in range(PERIODS):
        q, other = SENT[period, :2].tolist()
        paid = q * price[period]
        expected += [(period, 0, paid, -paid)] if paid else []
        expected += [(period, 1, 0.0, -(other * 0.3 * 7.0))] if other else []
        expected += [(period, 3, 0.0, q * 0.9 * 0.2 * price[period])] if paid else []
    assert rows(lanes) == expected


def test_lanes_of_a_block_add_up() -> None:
    lanes = Lanes(PERIODS)
    for amount in (0.1, 0.2, 0.7):
        lanes.per_unit(0, 1, (-1, 0), factor=amount)
    found = rows(lanes)
    assert [row[:2] for row in found] == [(0, 0), (2, 0), (4, 0)]
    assert [row[2] for row in found] == [-(q * 0.1 + q * 0.2 + q * 0.7) for q in (2.0, 1.0, 2.0)]


def test_what_is_owed_anyway_and_what_is_paid_once_stand_in_the_order_of_blocks() -> None:
    lanes = Lanes(PERIODS)
    lanes.each_period(0, (0, -1), np.array([0.0, 1.0, 1.0, 0.0, 0.0]))
    lanes.once(1, 3, 0.0, -50.0)
    lanes.once(2, 1, 5.0, -5.0)
    lanes.per_unit(3, 0, (1, 0), factor=2.0)
    assert rows(lanes) == [
        (1, 0, 0.0, -1.0), (1, 2, 5.0, -5.0), (1, 3, 6.0, 0.0), (2, 0, 0.0, -1.0), (2, 3, 8.0, 0.0),
        (3, 1, 0.0, -50.0), (4, 3, 1.0, 0.0),
    ]  # fmt: skip


def test_nothing_gives_no_rows() -> None:
    lanes = Lanes(PERIODS)
    lanes.per_unit(0, 0, (1, 0), factor=0.0)
    lanes.per_unit(1, 2, (1, 0))
    lanes.once(2, 0, 0.0, 0.0)
    assert rows(lanes) == []


def test_a_shared_series_is_worked_out_once() -> None:
    lanes = Lanes(PERIODS)
    number = lanes.shared("price", lambda: np.ones(PERIODS))
    assert lanes.shared("price", lambda: pytest.fail("worked out again")) == number
    assert lanes.series(np.ones(PERIODS)) != number
