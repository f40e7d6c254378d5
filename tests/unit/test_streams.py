"""Random streams: the numbers are those numpy and the written-out formula give, so that no result ever moves."""

from __future__ import annotations

import pickle
from hashlib import blake2b

import numpy as np
import pytest

from ecopark.streams import keys, stream, uniform

_MASK = 2**64 - 1


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1, 2**32, 2**64, 2**300 + 7])
@pytest.mark.parametrize("address", [("a",), ("a", "b"), ("works", "power", "noise")])
def test_streams_are_those_of_a_seed_sequence(seed: int, address: tuple[str, ...]) -> None:
    digest = blake2b("\x1f".join(address).encode(), digest_size=16).digest()
    length = max(-(-seed.bit_length() // 32), 1) * 4
    words = np.frombuffer(seed.to_bytes(length, "little") + digest, dtype="<u4")
    plain = np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))
    assert stream(seed, *address).random(50).tolist() == plain.random(50).tolist()


def test_a_stream_can_be_put_away_and_taken_up_again() -> None:
    chance = stream(1, "works", "pursuit")
    chance.random(3)
    assert pickle.loads(pickle.dumps(chance)).random() == chance.random()


def _mixed_by_hand(start: int, *parts: int) -> float:
    """SplitMix64 in whole numbers."""
    state = start
    for part in parts:
        z = ((state ^ part) + 0x9E3779B97F4A7C15) & _MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        state = z ^ (z >> 31)
    return ((state >> 12) + 0.5) * 2.0**-52


def test_one_draw_per_address_by_hand() -> None:
    start = int(stream(3, "plan").integers(0, 2**63, dtype=np.uint64))
    names, turn = keys(["a", "b", "c"]), np.arange(3, dtype=np.uint64)
    drawn = uniform(3, "plan", names, turn)
    assert drawn.tolist() == [
        _mixed_by_hand(start, *ends) for ends in zip(names.tolist(), [0, 1, 2], strict=True)
    ]
    # Every name with every turn; strided addresses are read as they are.
    table = uniform(3, "plan", names[:, None], turn)
    assert table.shape == (3, 3)
    assert table.diagonal().tolist() == drawn.tolist()
    assert uniform(3, "plan", names[::2], turn[::2]).tolist() == drawn[::2].tolist()
    assert uniform(3, "plan", names[:0], turn[:0]).size == 0
