"""Why the possible is not realised: the gap between two networks, split by reason.

What lives here: pure functions of tables, from two networks and the ideas of a run to the losses of every
pair. What does not: finding either network (``solving``, ``capture``), intervals over replicates.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.errors import DomainError

NOT_NOTICED = "not noticed"
PIPELINE = "in the pipeline"
CROWDED = "crowded out"
LESS = "less volume"
MEANS = "other means"
BEYOND = "beyond the optimum"
_OPERATING = "operating"
_PORTS = ("out_port", "in_port")

KEYS = ("block", "pair", "out_port", "in_port", "from_firm", "to_firm", "resource", "to_resource", "pathway")
# Quantities that differ by less than this share of the larger are the same: solvers stop at 1e-6.
_SAME = 1e-6
_Floats = NDArray[np.float64]


def explain_losses(
    possible: pd.DataFrame,
    realised: pd.DataFrame,
    ideas: pd.DataFrame,
    blocks: pd.DataFrame,
    values: Sequence[str],
) -> pd.DataFrame:
    """Split what a network falls short of another by pair, block and reason.

    Parameters
    ----------
    possible, realised : pandas.DataFrame
        One row per block and pair of streams with the columns of ``KEYS``, ``quantity`` (residual
        sent), ``served`` (need it replaces), both in the resource's unit over the whole block, and the
        columns `values`. Where ``opens`` and ``closes`` are there, they bound the life of the pair; where
        ``supply`` and ``need`` are, they say how much there is of both streams in the block (missing: unknown).
    ideas : pandas.DataFrame
        The table ``synergies`` of the run that made `realised`.
    blocks : pandas.DataFrame
        Indexed by block: ``start`` and ``end``, dates.
    values : sequence of str
        Columns that are explained, each in its own unit.

    Returns
    -------
    pandas.DataFrame
        Columns of ``KEYS``, ``reason`` (str), ``quantity`` (residual short, in its unit) and `values`
        (possible less realised). By block, the sum of each value is the difference of the two networks.

    Raises
    ------
    DomainError
        If a network lacks a column.

    Notes
    -----
    Reasons of a pair that sends less than it could, in this order. *Crowded out*: the share of the shortfall
    at its residual, or at its need if that share is larger, which other pairs of the same stream send
    beyond the optimum and what is left of the stream could not make good. The rest by time: as much of it as
    the pair could be open but was not operating goes to what it was doing instead (not noticed yet, in the
    pipeline, lost or ended for the reason of its last idea), in proportion to the days; what is left was short
    while operating, *less volume*.

    A pair that sends more than it should takes from *crowded out*, or is *beyond the optimum* where it is in
    nobody's way. Equal quantities at another value are *other means* (mode, size or age of what was built).
    """
    both = _side_by_side(possible, realised, values)
    if both.empty:
        return pd.DataFrame(columns=[*KEYS, "reason", "quantity", *values])
    shares = _crowding(both)
    in_the_way = _in_the_way(both, shares)
    stories = {str(pair): rows for pair, rows in _by_pair(ideas).items()}
    parts: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = both.to_dict("records")  # type: ignore[assignment]
    for at, row in enumerate(rows):
        lost = {name: row[f"{name}_possible"] - row[f"{name}_realised"] for name in values}
        lost["quantity"] = row["quantity_possible"] - row["quantity_realised"]
        for reason, share in _reasons(row, shares[at], in_the_way[at], stories, blocks).items():
            part = {name: share * amount for name, amount in lost.items()}
            parts.append({key: row[key] for key in KEYS} | {"reason": reason} | part)
    table = pd.DataFrame(parts, columns=[*KEYS, "reason", "quantity", *values])
    return table[(table[["quantity", *values]] != 0.0).any(axis=1)].reset_index(drop=True)


def pair_of_idea(synergy: pd.Series) -> pd.Series:
    """Pair of streams an idea was about: its identifier without the number of the attempt.

    Parameters
    ----------
    synergy : pandas.Series
        Identifiers of ideas, such as ``"a.main.ash>b.main.clay#2:ash_to_clay"``.

    Returns
    -------
    pandas.Series
        Such as ``"a.main.ash>b.main.clay:ash_to_clay"``.
    """
    found: pd.Series = synergy.astype(str).str.replace(r"#\d+", "", regex=True)
    return found


# --------------------------------------------------------------------------- two networks as one table
def _side_by_side(possible: pd.DataFrame, realised: pd.DataFrame, values: Sequence[str]) -> pd.DataFrame:
    """One row per block and pair of either network; what one of them lacks is zero."""
    amounts = ["quantity", "served", *values]
    for name, table in (("possible", possible), ("realised", realised)):
        missing = [column for column in (*KEYS, *amounts) if column not in table]
        if missing:
            raise DomainError(f"the {name} network lacks the columns {', '.join(missing)}")
    optional = ("opens", "closes", "supply", "need")
    life = [column for column in optional if column in possible and column in realised]
    sums = [
        table.groupby(["block", "pair"], sort=True).agg(
            dict.fromkeys((*KEYS[2:], *life), "first") | dict.fromkeys(amounts, "sum")
        )
        for table in (possible, realised)
    ]
    sides = [
        found[amounts].add_suffix(f"_{side}")
        for found, side in zip(sums, ("possible", "realised"), strict=True)
    ]
    both = sides[0].join(sides[1], how="outer")
    named = sums[0].combine_first(sums[1]) if len(sums[0]) and len(sums[1]) else max(sums, key=len)
    both = both.fillna(0.0).join(named[[*KEYS[2:], *life]])
    return both.reset_index().sort_values(["block", "pair"], ignore_index=True)


def _differences(both: pd.DataFrame) -> tuple[_Floats, _Floats]:
    """Residual sent and need served, possible less realised; zero where they are the same."""
    found = []
    for name in ("quantity", "served"):
        could, did = (both[f"{name}_{side}"].to_numpy(dtype=np.float64) for side in ("possible", "realised"))
        gap = could - did
        found.append(np.where(np.abs(gap) <= _SAME * np.maximum(could, did), 0.0, gap))
    return found[0], found[1]


def _crowding(both: pd.DataFrame) -> _Floats:
    """Share of each pair's shortfall that others of its streams send beyond the optimum, and nothing is left for."""
    share = np.zeros(len(both))
    gaps = _differences(both)
    for port, gap, sent, there in zip(_PORTS, gaps, ("quantity", "served"), ("supply", "need"), strict=True):
        group = both.groupby(["block", port], sort=False).ngroup().to_numpy()
        short, over = (np.bincount(group, weights=np.maximum(sign * gap, 0.0)) for sign in (1.0, -1.0))
        left = np.zeros(short.size)
        if there in both:
            used = np.bincount(group, weights=both[f"{sent}_realised"].to_numpy(dtype=np.float64))
            total = both.groupby(group)[there].first().to_numpy(dtype=np.float64)
            left = np.where(np.isnan(total), 0.0, np.maximum(total - used, 0.0))
        crowded = np.minimum(over, np.maximum(short - left, 0.0))
        taken = np.divide(crowded, short, out=np.zeros_like(over), where=short > 0.0)
        share = np.maximum(share, taken[group])
    return share


def _in_the_way(both: pd.DataFrame, crowding: _Floats) -> NDArray[np.bool_]:
    """Whether a pair shares a stream with one that is crowded out in the same block."""
    gap, _ = _differences(both)
    crowded = (gap > 0.0) & (crowding > 0.0)
    found = np.zeros(len(both), dtype=bool)
    for port in _PORTS:
        group = both.groupby(["block", port], sort=False).ngroup().to_numpy()
        found |= (np.bincount(group, weights=crowded) > 0.0)[group]
    return found


# --------------------------------------------------------------------------- reasons
def _reasons(
    row: dict[str, Any],
    crowding: float,
    in_the_way: bool,
    stories: dict[str, pd.DataFrame],
    blocks: pd.DataFrame,
) -> dict[str, float]:
    """Reasons of one pair in one block, with the share of each; the shares sum to one."""
    could, did = float(row["quantity_possible"]), float(row["quantity_realised"])
    if abs(could - did) <= _SAME * max(could, did):
        return {MEANS: 1.0}
    if did > could:
        return {CROWDED if in_the_way else BEYOND: 1.0}
    found = {CROWDED: crowding} if crowding > 0.0 else {}
    if crowding >= 1.0:
        return found
    start, end = _life(row, blocks)
    days = tell_days(stories.get(str(row["pair"])), start, end)
    whole = sum(days.values())
    working = days.pop(_OPERATING, 0.0)
    idle = 1.0 - working / whole
    # Flow is taken as even over the life of the pair in the block: idle days explain no more than their share.
    explained = min(idle / (1.0 - did / could), 1.0)
    for reason, length in days.items():
        share = (1.0 - crowding) * explained * length / (whole - working)
        found[reason] = found.get(reason, 0.0) + share
    if explained < 1.0:
        found[LESS] = (1.0 - crowding) * (1.0 - explained)
    return found


def _life(row: dict[str, Any], blocks: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Days of the block on which both streams are there; the whole block where that is not told."""
    start, end = blocks.loc[row["block"], ["start", "end"]]
    opens, closes = row.get("opens"), row.get("closes")
    first = max(start, opens) if opens is not None and not pd.isna(opens) else start
    last = min(end, closes) if closes is not None and not pd.isna(closes) else end
    return (first, last) if first < last else (start, end)


def tell_days(ideas: pd.DataFrame | None, start: pd.Timestamp, end: pd.Timestamp) -> dict[str, float]:
    """Days that a pair spent operating, in the pipeline, lost for a reason, or not noticed yet.

    Parameters
    ----------
    ideas : pandas.DataFrame or None
        Rows of ``synergies`` of one pair; None if nobody ever noticed it.
    start, end : pandas.Timestamp
        Of the time asked about.

    Returns
    -------
    dict of str to float, day
        They sum to the length of the time. A pair that was lost stays so until it is noticed again; what
        had ended without a reason counts under its state (``expired``, ``breached``).
    """
    whole = (end - start).total_seconds() / 86_400.0
    if ideas is None or ideas.empty:
        return {NOT_NOTICED: whole}
    dates = pd.concat([ideas[stage] for stage in ("identified", _OPERATING, "ended")]).dropna()
    inside = sorted({date for date in dates if start < date < end})
    edges = [start, *inside, end]
    days: dict[str, float] = {}
    for first, last in pairwise(edges):
        state = _state_at(ideas, first)
        days[state] = days.get(state, 0.0) + (last - first).total_seconds() / 86_400.0
    return days


def _state_at(ideas: pd.DataFrame, when: pd.Timestamp) -> str:
    """What a pair is doing on a day."""
    begun = ideas[ideas["identified"] <= when]
    if begun.empty:
        return NOT_NOTICED
    alive = begun[~(begun["ended"] <= when)]
    if (alive[_OPERATING] <= when).any():
        return _OPERATING
    if len(alive):
        return PIPELINE
    last = begun.sort_values("ended", kind="stable").iloc[-1]
    return str(last["reason"]) or str(last["state"])


def _by_pair(ideas: pd.DataFrame) -> dict[str, pd.DataFrame]:
    if ideas.empty:
        return {}
    return {str(pair): rows for pair, rows in ideas.groupby(pair_of_idea(ideas["synergy"]))}
