"""Recovery: what is left of the exchanges after a shock, and how long until they are back.

What lives here: the comparison of two runs of the same park and seed, one with a shock (a firm closes, a
fuel is switched), through their ledgers; and of one run with itself before each of its shocks. Firms have
renegotiated in between. What does not: the shock itself, which the scenario states, and the loss before
anyone reacts (:mod:`~ecopark.indicators.resilience`).
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


def shock_recovery(
    flows: pd.DataFrame,
    synergies: pd.DataFrame,
    events: pd.DataFrame,
    threshold: float = 0.9,
    hold: int = 3,
) -> pd.DataFrame:
    """What each shock of a run took from its network, and when that was back.

    Parameters
    ----------
    flows, synergies, events : pandas.DataFrame
        Tables of one run.
    threshold : float, 1
        Share of what there was before at which it counts as recovered, above 0.
    hold : int
        Months in a row for which it must stay there (fewer where the run ends).

    Returns
    -------
    pandas.DataFrame
        One row per shock and measure, in the order of the shocks: ``date``, ``shock`` (its name),
        ``measure`` (``links``, or a unit of the ledger), ``before`` (links operating the day before; quantity
        exchanged in the year before, unit/yr), ``trough`` (links, unit/yr: lowest month after), ``lowest`` (1:
        the same as a share), ``recovery_time`` (yr from the shock to the start of the first month of lasting
        recovery; 0 where it never fell below the threshold, inf where it does not recover), ``loss`` (yr:
        mean shortfall times time).

    Raises
    ------
    DomainError
        If the threshold is not above 0, `hold` is below 1, or a table lacks a column.

    Notes
    -----
    The run is measured against itself: each month's daily rate against that of the same month in the year
    before the shock, so that seasons cancel (against their mean where the run is younger than a year);
    links at the end of each month against the day before. What would have changed without the shock is not
    taken out: a second run and :func:`recovery` do that. A shock after the first falls into its recovery
    too, and so do the ordinary outages of a network of few links.

    References
    ----------
    Bruneau, M., et al. (2003). A framework to quantitatively assess and enhance the seismic resilience of
    communities. Earthquake Spectra 19(4), 733-752. https://doi.org/10.1193/1.1623497
    """
    if not threshold > 0.0 or hold < 1:
        raise DomainError(f"threshold {threshold} and hold {hold}: expected above 0 and at least 1")
    require_columns(events, ["date", "event", "detail"], "events")
    require_columns(synergies, ["operating", "ended"], "synergies")
    monthly = _exchanged(flows, "M")
    if len(flows):
        months = flows["start"].to_numpy().astype("datetime64[M]").astype("datetime64[s]")
        monthly = monthly.reindex(
            pd.date_range(months.min(), months.max(), freq="MS").as_unit("s"), fill_value=0.0
        )
    rows = []
    struck = events[events["event"].astype(str) == "shock"]
    for day, name in zip(struck["date"].tolist(), struck["detail"].tolist(), strict=True):
        links = _links_of(synergies, monthly.index, day)
        for measure, before, share in (links, *_quantities_of(monthly, day)):
            found = _recover(share, day, threshold, "M", hold)
            rows.append(
                {
                    "date": day,
                    "shock": str(name),
                    "measure": measure,
                    "before": before,
                    "trough": before * found["flow_kept"],
                    "lowest": found["flow_kept"],
                    "recovery_time": found["recovery_time"],
                    "loss": found["loss"],
                }
            )
    columns = ["date", "shock", "measure", "before", "trough", "lowest", "recovery_time", "loss"]
    return pd.DataFrame(rows, columns=columns)


_Measure = tuple[str, float, pd.Series]


def _links_of(synergies: pd.DataFrame, months: pd.Index, day: pd.Timestamp) -> _Measure:
    """Links the day before, and their share at the end of every month from the shock on."""
    begun, ended = synergies["operating"], synergies["ended"]

    def count(when: pd.Timestamp) -> int:
        return int(((begun <= when) & ~(ended <= when)).sum())

    before = count(day - pd.Timedelta(days=1))
    later = [month for month in months if month + pd.offsets.MonthEnd(0) >= day]
    share = [count(month + pd.offsets.MonthEnd(0)) / before for month in later] if before else []
    return "links", float(before), pd.Series(share, index=later if before else [], dtype=np.float64)


def _quantities_of(monthly: pd.DataFrame, day: pd.Timestamp) -> list[_Measure]:
    """Quantity of every unit in the year before, and its share in every month from the shock on."""
    first = day.to_period("M").to_timestamp()
    # By day, so that a leap year is no shock.
    daily = monthly.div(pd.DatetimeIndex(monthly.index).days_in_month, axis="index")
    past, later = daily[daily.index < first].iloc[-12:], daily[daily.index >= first]
    found = []
    for unit in monthly.columns:
        usual = past[unit].groupby(pd.DatetimeIndex(past.index).month).mean()
        month = pd.Series(pd.DatetimeIndex(later.index).month, index=later.index)
        usual = month.map(usual).fillna(past[unit].mean())
        share = (later[unit] / usual.where(usual > 0.0)).dropna()
        if len(share):
            found.append((str(unit), float(monthly.loc[past.index, unit].sum() * 12.0 / len(past)), share))
    return found


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
