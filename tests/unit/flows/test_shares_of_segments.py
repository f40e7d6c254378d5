"""Shares of segments in which links work, by minutes counted one by one; tables looked up; streams."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import pandas as pd
import pytest

from ecopark.flows.kernel import share_active
from ecopark.flows.tables import label, look_up
from ecopark.streams import stream


def test_shares_equal_time_counted() -> None:
    bounds = np.array([0.0, 7.0, 15.0, 22.0, 31.0])
    opened, closed = np.array([-5.0, 9.25, 2.0]), np.array([np.inf, 18.5, 40.0])
    possible, number = np.array([True, True, False]), np.array([4, 7, 9])
    # The second cut begins before its link opens: only time in which it would have worked is lost.
    cuts = np.array([[4.0, 5.0, 8.5], [7.0, 8.0, 10.0], [9.0, 0.0, 31.0]])
    found = np.full((4, 3), np.nan)
    share_active(bounds, opened, closed, possible, number, cuts, found)
    moments = np.arange(0.0, 31.0, 0.25) + 0.125
    works = (moments[:, None] >= opened) & (moments[:, None] < closed) & possible
    for link, start, end in cuts:
        works[np.ix_((moments >= start) & (moments < end), number == link)] = False
    segment = np.searchsorted(bounds, moments, side="right") - 1
    counted = np.stack([works[segment == s].mean(axis=0) for s in range(4)])
    np.testing.assert_allclose(found, counted, atol=1e-12)


def test_rows_look_up_what_they_share() -> None:
    place = np.array([2, 0, 0, 1], dtype=np.int32)
    assert look_up(np.array([1.5, 2.5, 3.5]), place).tolist() == [3.5, 1.5, 1.5, 2.5]
    column = label(np.array([1, -1, 0]), place, ["a", "b"])
    expected = pd.Categorical(["a", "b", "b", None], categories=["a", "b"])
    pd.testing.assert_extension_array_equal(column, expected)
    assert column.codes.dtype == np.int8


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1, 2**32, 2**70 + 3])
def test_a_stream_is_seeded_with_the_list_of_seed_and_words(seed: int) -> None:
    digest = blake2b(b"works\x1fnoise", digest_size=16).digest()
    words = [int.from_bytes(digest[k : k + 4], "little") for k in range(0, 16, 4)]
    plain = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))
    assert stream(seed, "works", "noise").random(3).tolist() == plain.random(3).tolist()
