"""Named random streams: every random quantity has its own, so no draw shifts another.

A stream is addressed by the run seed and a tuple of names (entity, purpose, ...). The address is
hashed with BLAKE2b, never with the built-in ``hash``, so it is the same in every process and
Python version. Adding a firm, moving a plant or changing a tax therefore leaves every other draw
as it was, and two scenarios can be compared pair by pair on the same luck.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np


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
    words = np.frombuffer(digest, dtype="<u4").tolist()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))
