"""Named random streams: every random quantity has its own, so no draw shifts another.

A stream is addressed by the run seed and a tuple of names (entity, purpose, ...). The address is
hashed with BLAKE2b, never with the built-in ``hash``, so it is the same in every process and
Python version. Adding a firm, moving a plant or changing a tax therefore leaves every other draw
as it was, and two scenarios can be compared pair by pair on the same luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray


def stream(seed: int, *address: str) -> np.random.Generator:
    """Random generator of one purpose of one entity.

    Parameters
    ----------
    seed : int
        Run seed, 0 or larger.
    *address : str
        Names that address the stream, e.g. ``"asnaes", "power", "noise"``.

    Returns
    -------
    numpy.random.Generator
        Generator (PCG64) seeded from ``SeedSequence`` over seed and hashed address.

    Examples
    --------
    >>> float(stream(1, "asnaes", "noise").random()) == float(stream(1, "asnaes", "noise").random())
    True
    >>> float(stream(1, "asnaes", "noise").random()) == float(stream(1, "asnaes", "outage").random())
    False
    """
    # Compiled code is heavy to load, and scenarios are read without it.
    from ecopark.mixing import spread_words

    # The unit separator keeps ("a", "bc") and ("ab", "c") apart.
    digest = blake2b("\x1f".join(address).encode(), digest_size=16).digest()
    # Words of 32 bits, as many as the seed needs: what SeedSequence makes of a list of integers, made at once.
    length = max(-(-seed.bit_length() // 32), 1) * 4
    words = np.frombuffer(seed.to_bytes(length, "little") + digest, dtype="<u4")
    state = np.empty(4, dtype=np.uint64)
    spread_words(words, state)
    # Any ISeedSequence will do; numpy's stubs name one of them only.
    return np.random.Generator(np.random.PCG64(_Seed(state)))  # type: ignore[arg-type]


class _Seed(ISeedSequence):
    """Seed of a bit generator, worked out already.

    Parameters
    ----------
    state : ndarray of uint64, shape (4,), 1
        All that PCG64 asks for.
    """

    def __init__(self, state: NDArray[np.uint64]) -> None:
        self._state = state

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> NDArray[np.uint64]:
        """The state; made for generators that want four words of 64 bits."""
        assert (n_words, dtype) == (self._state.size, np.uint64)
        return self._state


def keys(names: Sequence[str]) -> NDArray[np.uint64]:
    """Stable 64-bit keys of names, for :func:`uniform`. ndarray of uint64, shape (n,), 1."""
    joined = b"".join(blake2b(name.encode(), digest_size=8).digest() for name in names)
    return np.frombuffer(joined, dtype="<u8").astype(np.uint64)


def uniform(seed: int, purpose: str, *address: NDArray[np.uint64]) -> NDArray[np.float64]:
    """One draw per address, for millions of addresses at once.

    Where :func:`stream` gives one entity many draws, this gives many entities one draw each,
    without a generator for each: the address is mixed into 64 bits by the finaliser of SplitMix64
    after every part.

    Parameters
    ----------
    seed : int
        Run seed, 0 or larger.
    purpose : str
        What is drawn.
    *address : ndarray of uint64, shape (n,), 1
        Parts of the address: keys of names, counters.

    Returns
    -------
    ndarray of float, shape (n,), 1
        Above 0 and below 1.

    References
    ----------
    Steele, Lea & Flood (2014), OOPSLA, doi:10.1145/2660193.2660195.
    """
    from ecopark.mixing import mix_in, shrink

    shape = address[0].shape
    if any(part.shape != shape for part in address):
        shape = np.broadcast_shapes(*(part.shape for part in address))
        address = tuple(np.broadcast_to(part, shape) for part in address)
    mixed = np.empty(shape, dtype=np.uint64)
    mixed.fill(_start(seed, purpose))
    for part in address:
        mix_in(mixed.ravel(), part.ravel())
    drawn = np.empty(shape)
    shrink(mixed.ravel(), drawn.ravel())
    return drawn


@cache
def _start(seed: int, purpose: str) -> np.uint64:
    """Where the mixing of a purpose starts."""
    return stream(seed, purpose).integers(0, 2**63, dtype=np.uint64)
