"""Whether the plain peer and the package tell the same story: ledger and synergies, number by number."""

from __future__ import annotations

import numpy as np
import pandas as pd
from benchmarks.plain_mesa import PlainPark

from ecopark import Run

TOLERANCE = 1e-9
_KEY = ["start", "end", "from_firm", "to_firm", "resource", "kind", "unit", "route", "synergy",
        "delivered_resource", "instead_of"]  # fmt: skip
_DAYS = ["identified", "screened", "negotiating", "permitting", "building", "operating", "ended"]


def assert_same_ledger(run: Run, peer: PlainPark) -> None:
    """Every quantity and every delivery, by its two ends, segment, stream, route and synergy.

    Quantities agree to 1e-9 relative to the largest of their resource in their segment: a rest of
    1e-12 t that one of the two rounds to nothing is no difference.
    """
    ours, theirs = _by_key(_as_written(run.flows), run), _by_key(_as_dates(peer.flows(), peer), run)
    both = ours.join(theirs, how="outer", lsuffix="_ours", rsuffix="_theirs").fillna(0.0)
    largest = both["quantity_ours"].groupby([both.index.get_level_values(k) for k in ("start", "resource")])
    scale = largest.transform("max")
    for name in ("quantity", "delivered"):
        gap = (both[f"{name}_ours"] - both[f"{name}_theirs"]).abs()
        size = scale if name == "quantity" else np.maximum(scale, both["delivered_ours"])
        wrong = both[gap > TOLERANCE * size]
        assert wrong.empty, f"{len(wrong)} of {len(both)} rows differ in {name}, the first:\n{wrong.head()}"
    assert abs(len(run.flows) - len(peer.rows)) <= 1e-4 * len(run.flows)


def assert_same_synergies(run: Run, peer: PlainPark) -> None:
    """Every idea with its dates, terms, end and reason, in the same order."""
    theirs = peer.synergies()
    start = pd.Timestamp(peer.times.calendar.start)
    for name in _DAYS:
        days = pd.to_timedelta(np.floor(theirs[name].astype(float)), unit="D")
        theirs[name] = pd.Series(start + days, dtype="datetime64[s]")
    pd.testing.assert_frame_equal(
        run.synergies.reset_index(drop=True),
        theirs[list(run.synergies.columns)],
        rtol=TOLERANCE,
        check_dtype=False,
    )


def _as_written(flows: pd.DataFrame) -> pd.DataFrame:
    return flows.astype({name: object for name in _KEY if name not in ("start", "end")})


def _as_dates(flows: pd.DataFrame, peer: PlainPark) -> pd.DataFrame:
    origin = np.datetime64(peer.times.calendar.start, "s")
    for name in ("start", "end"):
        seconds = (flows[name].to_numpy() * 86_400).astype("timedelta64[s]")
        flows[name] = origin + seconds
    return flows


def _by_key(flows: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Sums by everything that names a row; missing names are empty."""
    names = [name for name in _KEY if name not in ("start", "end")]
    coded = flows.assign(**{name: flows[name].fillna("") for name in names})
    return coded.groupby(_KEY, sort=True)[["quantity", "delivered"]].sum()
