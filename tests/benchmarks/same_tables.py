"""Whether the plain peer and the package tell the same story: ledger and synergies, number by number."""

from __future__ import annotations

import numpy as np
import pandas as pd
from benchmarks.plain_mesa import PlainPark

from ecopark import Run

TOLERANCE, RESIDUE = 1e-9, 1e-12
_KEY = ["start", "end", "from_firm", "to_firm", "resource", "kind", "unit", "route", "synergy",
        "delivered_resource", "instead_of"]  # fmt: skip
_DAYS = ["identified", "screened", "negotiating", "permitting", "building", "operating", "ended"]


def assert_same_ledger(run: Run, peer: PlainPark) -> None:
    """Every quantity and every delivery, by its two ends, segment, stream, route and synergy.

    Each agrees to 1e-9 of itself. What only one of the two has is a rest of rounding, such as 1e-13 t
    out of a store of 1,000 t: it must lie below 1e-12 of the year's largest quantity of its resource.
    """
    ours, theirs = run.flows, _as_dates(peer.flows(), peer)
    years = sorted({*ours["start"].dt.year.unique(), *theirs["start"].dt.year.unique()})
    assert years
    for year in years:
        _compare_year(*(_by_key(flows[flows["start"].dt.year == year]) for flows in (ours, theirs)))


def _compare_year(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    both = ours.add_suffix("_ours").join(theirs.add_suffix("_theirs"), how="outer").fillna(0.0)
    largest: dict[str, float] = {}
    for row, column in (("resource", "quantity"), ("delivered_resource", "delivered")):
        for stream, most in both[f"{column}_ours"].groupby(level=row).max().items():
            largest[str(stream)] = max(largest.get(str(stream), 0.0), most)
    for name, resource in (("quantity", "resource"), ("delivered", "delivered_resource")):
        rest = RESIDUE * both.index.get_level_values(resource).map(largest).to_numpy(dtype=float)
        gap = (both[f"{name}_ours"] - both[f"{name}_theirs"]).abs()
        wrong = both[gap > np.maximum(TOLERANCE * both[f"{name}_ours"], rest)]
        assert wrong.empty, f"{len(wrong)} of {len(both)} rows differ in {name}, the first:\n{wrong.head()}"


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


def _as_dates(flows: pd.DataFrame, peer: PlainPark) -> pd.DataFrame:
    origin = np.datetime64(peer.times.calendar.start, "s")
    for name in ("start", "end"):
        seconds = (flows[name].to_numpy() * 86_400).astype("timedelta64[s]")
        flows[name] = origin + seconds
    return flows


def _by_key(flows: pd.DataFrame) -> pd.DataFrame:
    """Sums by everything that names a row; missing names are empty."""
    names = [name for name in _KEY if name not in ("start", "end")]
    plain = flows.assign(**{name: flows[name].astype(object).fillna("") for name in names})
    return plain.groupby(_KEY, sort=True)[["quantity", "delivered"]].sum()
