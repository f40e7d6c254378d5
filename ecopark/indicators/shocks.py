"""Recovery: what is left of the exchanges after a shock, and how long until they are back.

What lives here: the comparison of two runs of the same park and seed, one with a shock (a firm closes, a
fuel is switched), through their ledgers; firms have renegotiated in between. What does not: the shock
itself, which is a change of the scenario, and the loss before anyone reacts
(:mod:`~ecopark.indicators.resilience`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecopark.errors import DomainError
from ecopark.indicators.tables import require_columns


def flow_kept(base: pd.DataFrame, shocked: pd.DataFrame, period: str = "M") -> pd.DataFrame:
    """Exchanged quantity of a shocked run over that of the base run, period by period.

    Parameters
    ----------
    base, shocked : pandas.DataFrame
        Ledgers of the two runs.
    period : str
        Span over which quantities are added up: ``D``, ``M`` or ``Y``.

    Returns
    -------
    pandas.DataFrame
        Index: start of the period. One column per unit with the ratio (1, 0 and above; nan where the base
        exchanges nothing), and ``all``: the mean over the units that have a value, since units cannot be
        added.

    Raises
    ------
    DomainError
        If a column is missing or the period is unknown.
    """
    if period not in ("D", "M", "Y"):
        raise DomainError(f"period {period!r} is unknown; expected D, M or Y")
    before, after = _exchanged(base, period), _exchanged(shocked, period)
    units = before.columns
    kept = after.reindex(index=before.index, columns=units).fillna(0.0) / before.where(before > 0.0)
    return kept.assign(all=kept.mean(axis=1))


def recovery(
    base: pd.DataFrame,
    shocked: pd.DataFrame,
    when: str | pd.Timestamp,
    threshold: float = 0.9,
    period: str = "M",
    hold: int = 3,
) -> pd.DataFrame:
    """How deep a shock cuts into the exchanges, and how they recover.

    Parameters
    ----------
    base, shocked : pandas.DataFrame
        Ledgers of two runs that differ in the shock only.
    when : str or pandas.Timestamp
        Date of the shock.
    threshold : float, 1
        Share of the base flow at which it counts as recovered, above 0.
    period : str
        ``D``, ``M`` or ``Y``, as in :func:`flow_kept`.
    hold : int
        Periods in a row for which it must stay there (fewer where the run ends).

    Returns
    -------
    pandas.DataFrame
        Index: unit, and ``all``. ``flow_kept`` (1: lowest share after the shock), ``flow_kept_mean`` (1:
        mean from the shock to the end), ``recovery_time`` (yr from the shock to the start of the first
        period of lasting recovery after the flow fell; 0 where it never fell below the threshold, inf
        where it does not recover), ``loss`` (yr: mean shortfall times time, the area of the resilience
        triangle).

    Raises
    ------
    DomainError
        If the threshold is not above 0, `hold` is below 1, or the ledgers end before the shock.

    Notes
    -----
    Measured against what the base run does in the same month, so seasons and closures of both cancel.
    Shares above 1 (an exchange the shock made possible) count as 1 in ``loss`` only. In periods in which
    the base exchanges nothing the share is not defined and the period is passed over.

    References
    ----------
    Bruneau, M., et al. (2003). A framework to quantitatively assess and enhance the seismic resilience of
    communities. Earthquake Spectra 19(4), 733-752. https://doi.org/10.1193/1.1623497
    """
    if not threshold > 0.0 or hold < 1:
        raise DomainError(f"threshold {threshold} and hold {hold}: expected above 0 and at least 1")
    date = pd.Timestamp(when)
    kept = flow_kept(base, shocked, period)
    ends = np.append(kept.index.to_numpy()[1:], np.datetime64("NaT", "s"))
    later = kept[(kept.index >= date) | (pd.Series(ends, index=kept.index) > date)]
    if not len(later):
        raise DomainError(
            f"no exchange of the base run after {date.date()}; the shock lies outside the ledgers"
        )
    rows = {
        column: _recover(later[column].dropna(), date, threshold, period, hold) for column in later.columns
    }
    names = ["flow_kept", "flow_kept_mean", "recovery_time", "loss"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("unit")


def _recover(
    share: pd.Series, when: pd.Timestamp, threshold: float, period: str, hold: int
) -> dict[str, float]:
    """Recovery of one column of shares."""
    values = share.to_numpy(dtype=np.float64)
    if not values.size:
        return dict.fromkeys(("flow_kept", "flow_kept_mean", "recovery_time", "loss"), np.nan)
    low = np.flatnonzero(values < threshold)
    back = 0.0
    if low.size:
        back = np.inf
        for k in range(int(low[0]) + 1, values.size):
            if (values[k : k + hold] >= threshold).all():
                back = max((share.index[k] - when) / pd.Timedelta(days=365.25), 0.0)
                break
    length = {"D": 1.0 / 365.25, "M": 1.0 / 12.0, "Y": 1.0}[period]
    return {
        "flow_kept": float(values.min()),
        "flow_kept_mean": float(values.mean()),
        "recovery_time": float(back),
        "loss": float(np.clip(1.0 - values, 0.0, None).sum() * length),
    }


def _exchanged(flows: pd.DataFrame, period: str) -> pd.DataFrame:
    """Quantity exchanged by period (rows) and unit (columns)."""
    require_columns(flows, ["start", "unit", "route", "quantity"], "ledger")
    rows = flows[flows["route"] == "exchange"]
    when = rows["start"].to_numpy().astype(f"datetime64[{period}]").astype("datetime64[s]")
    table = (
        rows["quantity"]
        .groupby([pd.Series(when, index=rows.index, name="period"), rows["unit"].astype(str)])
        .sum()
    )
    wide = table.reset_index().pivot_table(index="period", columns="unit", values="quantity", aggfunc="sum")
    return wide.fillna(0.0)
