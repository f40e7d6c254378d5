"""Mixing of words, compiled: seeds of random streams, and draws by address.

What lives here: the two hashes behind ``streams``. What does not: what is addressed, and how.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
# Words in the pool of a SeedSequence, and the constants of its hash.
_POOL = 4
_32_BITS = np.uint64(0xFFFFFFFF)
_INIT_A, _MULT_A = np.uint64(0x43B0D7E5), np.uint64(0x931E8875)
_INIT_B, _MULT_B = np.uint64(0x8B51F9DD), np.uint64(0x58F38DED)
_MIX_L, _MIX_R = np.uint64(0xCA01F9DD), np.uint64(0x4973F715)


@njit(cache=True)  # type: ignore[untyped-decorator]
def spread_words(words: NDArray[np.uint32], state: NDArray[np.uint64]) -> None:
    """Make the seed of a bit generator from any words.

    Parameters
    ----------
    words : ndarray of uint32, shape (n,), 1
    state : ndarray of uint64, shape (m,), 1
        Filled with what ``numpy.random.SeedSequence(words).generate_state`` gives, which takes ten times as long.

    References
    ----------
    O'Neill (2015), https://www.pcg-random.org/posts/developing-a-seed_seq-alternative.html; numpy promises to keep
    the algorithm (NEP 19).
    """
    pool, factor = np.zeros(max(words.size, _POOL), dtype=np.uint64), _INIT_A
    pool[: words.size] = words
    for k in range(_POOL):
        pool[k], factor = _hash_word(pool[k], factor, _MULT_A)
    for source in range(pool.size):
        for k in range(_POOL):
            if source != k:
                word, factor = _hash_word(pool[source], factor, _MULT_A)
                mixed = (_MIX_L * pool[k] - _MIX_R * word) & _32_BITS
                pool[k] = mixed ^ (mixed >> np.uint64(16))
    factor = _INIT_B
    for k in range(state.size):
        low, factor = _hash_word(pool[2 * k % _POOL], factor, _MULT_B)
        high, factor = _hash_word(pool[(2 * k + 1) % _POOL], factor, _MULT_B)
        state[k] = low | (high << np.uint64(32))


@njit(cache=True)  # type: ignore[untyped-decorator]
def mix_in(state: NDArray[np.uint64], part: NDArray[np.uint64]) -> None:
    """Mix a part of an address into each state, by the finaliser of SplitMix64.

    Parameters
    ----------
    state : ndarray of uint64, shape (n,), 1
        Changed in place; arithmetic wraps at 64 bits.
    part : ndarray of uint64, shape (n,), 1

    References
    ----------
    Steele, Lea & Flood (2014), OOPSLA, doi:10.1145/2660193.2660195.
    """
    for k in range(state.size):
        z = (state[k] ^ part[k]) + _GOLDEN
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state[k] = z ^ (z >> np.uint64(31))


@njit(cache=True)  # type: ignore[untyped-decorator]
def shrink(state: NDArray[np.uint64], drawn: NDArray[np.float64]) -> None:
    """Turn states into numbers above 0 and below 1.

    Parameters
    ----------
    state : ndarray of uint64, shape (n,), 1
    drawn : ndarray of float, shape (n,), 1
        Filled.
    """
    for k in range(state.size):
        drawn[k] = (np.float64(state[k] >> np.uint64(12)) + 0.5) * 2.0**-52


@njit(cache=True)  # type: ignore[untyped-decorator]
def _hash_word(word: np.uint64, factor: np.uint64, growth: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Hash of a word of 32 bits, and the factor of the next one."""
    following = (factor * growth) & _32_BITS
    word = ((word ^ factor) * following) & _32_BITS
    return word ^ (word >> np.uint64(16)), following
