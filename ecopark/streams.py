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

import numpy as np
from numpy.typing import NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


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
    # The unit separator keeps ("a", "bc") and ("ab", "c") apart.
    digest = blake2b("\x1f".join(address).encode(), digest_size=16).digest()
    # Words of 32 bits, as many as the seed needs: what SeedSequence makes of a list of integers, made at once.
    length = max(-(-seed.bit_length() // 32), 1) * 4
    words = np.frombuffer(seed.to_bytes(length, "little") + digest, dtype="<u4")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))


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
    mixed = np.full(
        np.broadcast_shapes(*(part.shape for part in address)), _start(seed, purpose), dtype=np.uint64
    )
    for part in address:
        mixed = _mix(mixed ^ part)
    return np.asarray(((mixed >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52)


@cache
def _start(seed: int, purpose: str) -> np.uint64:
    """Where the mixing of a purpose starts."""
    return stream(seed, purpose).integers(0, 2**63, dtype=np.uint64)


def _mix(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Next output of SplitMix64 from each state; arithmetic wraps at 64 bits."""
    z = state + _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))
