"""Blocks of time and straight pieces of the power law, by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy.integrate import quad

from ecopark.calendar import Calendar
from ecopark.errors import DomainError
from ecopark.planning.optimum.capital import TOLERANCE, cut_power
from ecopark.planning.optimum.streams import cut_blocks

_SPAN = Calendar(date(1959, 1, 1), date(2026, 1, 1))


def test_sixty_seven_years_are_thirteen_blocks_of_five() -> None:
    blocks = cut_blocks(_SPAN, "5 yr")
    assert blocks.count == 13
    # Two years are less than half a block: they belong to the last.
    assert [start.year for start in blocks.starts] == list(range(1959, 2020, 5))
    assert blocks.years[-1] == pytest.approx(7.0, abs=0.01)
    assert blocks.bounds[-1] == _SPAN.period_bounds[-1]


def test_a_block_is_discounted_by_its_mean() -> None:
    blocks = cut_blocks(_SPAN, "5 yr", since="1990", until="2004", rate=0.08)
    assert blocks.count == 3
    ends = np.append(0.0, np.cumsum(blocks.years))
    for k in range(3):
        present = quad(lambda t: 1.08**-t, ends[k], ends[k + 1])[0]
        assert blocks.discount[k] * blocks.years[k] == pytest.approx(present, rel=1e-9)
    assert (cut_blocks(_SPAN, rate=0.0).discount == 1.0).all()


@pytest.mark.parametrize(
    ("blocks", "since", "until", "rate"),
    [
        ("five", None, None, 0.05),
        ("0 yr", None, None, 0.05),
        (None, "1950", None, 0.05),
        (None, "1990", "1980", 0.05),
        (None, "19x0", None, 0.05),
        (None, None, None, -0.1),
    ],
)
def test_no_span_at_all(blocks: str | None, since: str | None, until: str | None, rate: float) -> None:
    with pytest.raises(DomainError):
        cut_blocks(_SPAN, blocks, since, until, rate)


def test_blocks_are_whole_periods() -> None:
    yearly = Calendar(date(1990, 1, 1), date(2000, 1, 1), period="year")
    assert cut_blocks(yearly, "24 months").count == 5
    with pytest.raises(DomainError, match="multiple"):
        cut_blocks(yearly, "6 months")


@pytest.mark.parametrize("exponent", [0.15, 0.47, 0.5, 0.6, 0.85, 1.0])
@pytest.mark.parametrize("largest", [0.5, 4.0, 30.0, 300.0, 2000.0])
def test_pieces_never_lie_above_the_law_and_close_below(exponent: float, largest: float) -> None:
    reference, floor = 100.0, 0.05
    pieces = cut_power(reference, floor, exponent, largest)
    assert pieces.top[-1] == largest
    assert (np.diff(pieces.top) > 0.0).all()
    at = np.geomspace(1e-3, largest, 400)
    law = np.maximum(at / reference, floor) ** exponent
    j = np.searchsorted(pieces.top, at)
    cut = pieces.base[j] + pieces.rise[j] * at
    assert (cut <= law * (1.0 + 1e-12)).all()
    # Three chords are the most: a pipe of sixty times the floor's size is 5.6 % off, one of four hundred 11.3 %.
    worst = {300.0: 0.056, 2000.0: 0.113}.get(largest, TOLERANCE)
    assert (cut >= law * (1.0 - worst)).all()
    # Both ends of every piece lie on the law.
    np.testing.assert_allclose(
        pieces.base + pieces.rise * pieces.top,
        np.maximum(pieces.top / reference, floor) ** exponent,
        rtol=1e-12,
    )


def test_a_cost_that_knows_no_size_is_one_piece() -> None:
    pieces = cut_power(float("nan"), 0.05, 0.6, 12.0)
    assert [list(part) for part in pieces] == [[12.0], [1.0], [0.0]]


def test_without_a_floor_the_curve_starts_at_nothing() -> None:
    pieces = cut_power(100.0, 0.0, 0.5, 100.0)
    assert pieces.base[0] == 0.0
    at = np.linspace(0.01, 100.0, 200)
    j = np.searchsorted(pieces.top, at)
    assert (pieces.base[j] + pieces.rise[j] * at <= np.sqrt(at / 100.0) * (1.0 + 1e-12)).all()
