"""Plants of the library, as a list to choose from when a firm is added.

What lives here: the table and typical capacities. What does not: the library itself (``scenario.library``).
"""

from __future__ import annotations

import pandas as pd


def available() -> pd.DataFrame:
    """Archetypes of the library.

    Returns
    -------
    pandas.DataFrame
        One row each, by sector and label: ``archetype`` (identifier), ``label``, ``sector``, ``capacity`` (typical, a
        number), ``unit`` (of it, such as ``"t/yr"``), ``residuals`` and ``needs`` (names of resources in words, comma
        separated, the largest first).
    """
    raise NotImplementedError


def typical_capacity(archetype: str) -> str:
    """Capacity an added firm gets where none is given, such as ``"500000 t/yr"``.

    Raises
    ------
    DomainError
        If there is no such archetype.
    """
    raise NotImplementedError
