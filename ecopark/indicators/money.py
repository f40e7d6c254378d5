"""Money: what an exchange is worth to its partners, and whether the split is fair.

What lives here: net present value, internal rate of return, payback, split, subsidy and fairness, from
the accounts of a run or plain series of yearly cash. What does not: prices and reservation prices, which
belong to ``ecopark.market``.

Cash stands at the end of its year, the first year at time zero. Money is real, of the scenario's price
year, so the discount rate is real too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq, linprog
from scipy.sparse import csr_array

from ecopark.errors import DomainError
from ecopark.indicators.carbon import link_shapley
from ecopark.indicators.tables import condense_accounts

DISCOUNT_RATE = 0.05
"""Real discount rate, 1/yr, for reports that state none. A choice."""
_HIGHEST_RATE = 1e4


def npv(cash: ArrayLike, rate: float) -> float:
    """Net present value of yearly cash, the first at time zero.

    Parameters
    ----------
    cash : array_like of float, shape (years,), money
    rate : float, 1/yr
        Discount rate above -1.

    Returns
    -------
    float, money
        ``sum_t cash_t / (1 + rate)^t``.

    Raises
    ------
    DomainError
        If the rate is not above -1.

    Examples
    --------
    >>> round(npv([-1000.0, 500.0, 500.0, 500.0], 0.1), 2)
    243.43
    """
    if not rate > -1.0:
        raise DomainError(f"discount rate {rate} is not above -1")
    values = np.asarray(cash, dtype=np.float64)
    return float((values / (1.0 + rate) ** np.arange(values.size)).sum())


def irr(cash: ArrayLike) -> float:
    """Internal rate of return of yearly cash.

    Parameters
    ----------
    cash : array_like of float, shape (years,), money

    Returns
    -------
    float, 1/yr
        Rate at which the net present value is zero; nan where there is none or it may not be the only
        one.

    Notes
    -----
    Unique if the cash changes its sign once (Descartes), or if the running sum starts negative, changes
    its sign once and ends positive (Norstrom); then found by bisection of Brent. Cash without an
    investment has none.

    References
    ----------
    Norstrom, C. J. (1972). A sufficient condition for a unique nonnegative internal rate of return.
    Journal of Financial and Quantitative Analysis 7(3), 1835-1839. https://doi.org/10.2307/2329806

    Examples
    --------
    >>> round(irr([-1000.0, 1100.0]), 9)
    0.1
    """
    values = np.asarray(cash, dtype=np.float64)
    running = np.cumsum(values)
    if _sign_changes(values) == 1:
        low = -0.999
    elif _sign_changes(running) == 1 and running[-1] > 0.0 > running[running != 0.0][0]:
        low = 0.0
    else:
        return np.nan
    ends = npv(values, low), npv(values, _HIGHEST_RATE)
    if ends[0] * ends[1] > 0.0:
        return np.nan
    return float(brentq(lambda rate: npv(values, rate), low, _HIGHEST_RATE, xtol=1e-12))


def payback(cash: ArrayLike, rate: float = 0.0) -> float:
    """Years until cash has paid back what was spent.

    Parameters
    ----------
    cash : array_like of float, shape (years,), money
    rate : float, 1/yr
        Discount rate; 0 is the simple payback.

    Returns
    -------
    float, yr
        Time at which the running sum (discounted) rises to zero for good, within a year by straight
        line; 0 where it never is negative, inf where it ends negative.

    Examples
    --------
    >>> payback([-1000.0, 400.0, 400.0, 400.0])
    2.5
    """
    values = np.asarray(cash, dtype=np.float64)
    running = np.cumsum(values / (1.0 + rate) ** np.arange(values.size))
    # A debt of a rounding error is paid.
    owing = np.flatnonzero(running < -1e-12 * np.abs(values).max(initial=0.0))
    if not owing.size:
        return 0.0
    last = int(owing[-1])
    if last == running.size - 1:
        return np.inf
    return last + float(-running[last] / (running[last + 1] - running[last]))


def exchange_money(accounts: pd.DataFrame, currency: str, rate: float = DISCOUNT_RATE) -> pd.DataFrame:
    """Value of every exchange to both partners.

    Parameters
    ----------
    accounts : pandas.DataFrame
        Accounts of a run.
    currency : str
        Code of the money.
    rate : float, 1/yr
        Real discount rate.

    Returns
    -------
    pandas.DataFrame, shape (exchanges, 11)
        Index: synergy. ``from_firm``, ``to_firm``; ``invested`` (money, undiscounted, after grants);
        ``npv``, ``npv_giver``, ``npv_taker`` (money, at the first year of the exchange), ``irr`` (1/yr),
        ``payback`` (yr), ``giver_share`` (1: of the joint net present value, nan where that is not
        positive), ``subsidy_needed`` (money), ``years`` (int).

    Raises
    ------
    DomainError
        If the rate is not above -1.

    Notes
    -----
    Subsidy needed is ``max(0, -npv)``: the least grant at the start with which both together do not
    lose, over the years the run shows. An exchange cut off by the end of the run is valued as if it
    ended there. The share may lie outside 0 to 1 where one partner loses.
    """
    table = condense_accounts(accounts)
    table = table[table["unit"] == currency].astype({"synergy": str, "from_firm": str, "to_firm": str})
    spent = table[table["item"] == "investment"]
    invested = -(spent["giver"] + spent["taker"]).groupby(spent["synergy"]).sum()
    year = table["start"].to_numpy().astype("datetime64[Y]").astype(np.int64)
    giver, taker = table["giver"].to_numpy(), table["taker"].to_numpy()
    ends = list(zip(table["from_firm"], table["to_firm"], strict=True))
    rows = {}
    for synergy, place in table.groupby("synergy").indices.items():
        when = year[place] - year[place].min()
        cash = [np.bincount(when, side[place]).astype(np.float64) for side in (giver, taker)]
        names = dict(zip(("from_firm", "to_firm"), ends[place[0]], strict=True))
        rows[synergy] = names | _value(cash[0], cash[1], rate)
    columns = ["from_firm", "to_firm", "npv", "npv_giver", "npv_taker", "irr", "payback", "giver_share"]
    result = pd.DataFrame.from_dict(rows, orient="index", columns=[*columns, "subsidy_needed", "years"])
    result.insert(2, "invested", invested.reindex(result.index).fillna(0.0))
    return result.rename_axis("synergy")


def firm_gains(accounts: pd.DataFrame, currency: str) -> pd.Series:
    """Gain of every firm from all its exchanges, undiscounted.

    Parameters
    ----------
    accounts : pandas.DataFrame
        Accounts of a run.
    currency : str
        Code of the money.

    Returns
    -------
    pandas.Series of float, shape (firms,), money
        Index: firm, sorted; firms without an exchange are not in it.
    """
    money = accounts[accounts["unit"] == currency]
    ends = [
        money["giver"].groupby(money["from_firm"].astype(str)).sum(),
        money["taker"].groupby(money["to_firm"].astype(str)).sum(),
    ]
    gain: pd.Series = pd.concat(ends).groupby(level=0).sum()
    return gain.rename("value").rename_axis("firm")


def fairness(
    accounts: pd.DataFrame,
    currency: str,
    needs: Mapping[str, Iterable[str]] | None = None,
    requires: Mapping[str, Iterable[str]] | None = None,
) -> pd.Series:
    """How evenly the gain is spread, and how stable the spread is.

    Parameters
    ----------
    accounts : pandas.DataFrame
        Accounts of a run.
    currency : str
        Code of the money.
    needs : mapping of str to iterable of str, optional
        Firms without which an exchange would not exist, as from
        :func:`~ecopark.indicators.carbon.needed_firms`; giver and taker where not named.
    requires : mapping of str to iterable of str, optional
        Exchanges without which an exchange would not exist, as from
        :func:`~ecopark.indicators.carbon.needed_exchanges`.

    Returns
    -------
    pandas.Series of float, shape (3,)
        ``gain_gini`` (1, 0 to 1: :func:`gini_with_losses` of the firms' gains), ``shapley_distance`` (1:
        share of the total gain that would have to change hands to reach the Shapley value; nan without a
        gain), ``core_violation`` (money: most that a group of firms could gain by dealing among
        themselves only).

    Notes
    -----
    The game adds up over exchanges: a group has the joint gain of those whose needed firms it has all
    of. The distance is half the sum of absolute differences to
    :func:`~ecopark.indicators.carbon.link_shapley`, over the total gain. For the core a group may also
    drop exchanges that lose, if no other requires them, so a violation can come from an exchange that
    all would be better without. Sums are undiscounted.
    """
    money = accounts[accounts["unit"] == currency].astype({"synergy": str, "from_firm": str, "to_firm": str})
    joint = (money["giver"] + money["taker"]).groupby(money["synergy"]).sum()
    ends = money.drop_duplicates("synergy").set_index("synergy")[["from_firm", "to_firm"]]
    known = needs or {}
    firms_of = {str(name): list(known.get(str(name), ends.loc[name])) for name in joint.index}
    worth = {str(name): float(value) for name, value in joint.items()}
    fair = link_shapley(worth, firms_of)
    gain = firm_gains(accounts, currency).reindex(fair.index, fill_value=0.0)
    total = float(fair.sum())
    payoff = {str(name): float(value) for name, value in gain.items()}
    values = {
        "gain_gini": gini_with_losses(gain.to_numpy(dtype=np.float64)),
        "shapley_distance": float((gain - fair).abs().sum()) / 2.0 / total if total > 0.0 else np.nan,
        "core_violation": link_core_violation(payoff, worth, firms_of, requires),
    }
    return pd.Series(values, dtype=np.float64, name="value")


def gini_with_losses(values: NDArray[np.float64]) -> float:
    """Gini coefficient of gains some of which are losses.

    Parameters
    ----------
    values : ndarray of float, shape (n,), money
        Gains of the firms, of either sign.

    Returns
    -------
    float
        ``sum_i sum_j |x_i - x_j| / (2 n sum_i |x_i|)``. Unit: 1; range 0 to 1; nan where nobody gains or
        loses.

    Notes
    -----
    Equals the Gini coefficient where nobody loses. With losses the mean is no measure of what there is
    to share, so the mean size takes its place; that keeps the value below 1, since
    ``|x - y| <= |x| + |y|``. Other generalisations exist and give other numbers.

    Examples
    --------
    >>> gini_with_losses(np.array([0.0, 4.0])), gini_with_losses(np.array([-1.0, 1.0]))
    (0.5, 0.5)
    """
    size = float(np.abs(values).sum())
    if size <= 0.0:
        return np.nan
    rank = 2.0 * np.arange(1, values.size + 1) - values.size - 1.0
    return float(rank @ np.sort(values)) / (values.size * size)


def link_core_violation(
    payoff: Mapping[str, float],
    worth: Mapping[str, float],
    needs: Mapping[str, Iterable[str]],
    requires: Mapping[str, Iterable[str]] | None = None,
) -> float:
    """Most that any group of firms could gain by leaving, in a game that adds up over links.

    Parameters
    ----------
    payoff : mapping of str to float, money
        What every firm gets.
    worth : mapping of str to float, money
        Value of each link; a group keeps the links it likes.
    needs : mapping of str to iterable of str
        Firms a link needs; each must have a payoff.
    requires : mapping of str to iterable of str, optional
        Links a link cannot do without; those not in `worth` are taken as given.

    Returns
    -------
    float, money
        ``max over S of v(S) - x(S)``; 0 if the payoff leaves nobody a reason to go.

    Raises
    ------
    DomainError
        If a needed firm has no payoff.

    Notes
    -----
    Choosing a group and its links is a maximum closure problem (Picard 1976), whose linear programme has
    whole solutions, so the result is exact for any number of firms; no list of coalitions is needed.

    References
    ----------
    Picard, J.-C. (1976). Maximal closure of a graph and applications to combinatorial problems.
    Management Science 22(11), 1268-1272. https://doi.org/10.1287/mnsc.22.11.1268
    """
    names = [("link", link) for link in sorted(worth)] + [("firm", firm) for firm in sorted(payoff)]
    place = {name: i for i, name in enumerate(names)}
    arcs = [(("link", link), ("firm", firm)) for link in sorted(worth) for firm in sorted(set(needs[link]))]
    unknown = [firm for _, (_, firm) in arcs if firm not in payoff]
    if unknown:
        raise DomainError(f"{unknown[0]!r} is needed by a link and has no payoff")
    for link in sorted(worth):
        required = sorted(set((requires or {}).get(link, ())) & set(worth))
        arcs += [(("link", link), ("link", other)) for other in required]
    gain = np.array(
        [*(worth[k] for k in sorted(worth)), *(-payoff[k] for k in sorted(payoff))], dtype=np.float64
    )
    scale = float(np.abs(gain).max(initial=0.0)) or 1.0
    # What is chosen must have all it stands on: chosen(a) - chosen(b) <= 0 for every arc from a to b.
    row = np.repeat(np.arange(len(arcs)), 2)
    column = np.array([place[end] for arc in arcs for end in arc], dtype=np.int64)
    rules = csr_array((np.tile([1.0, -1.0], len(arcs)), (row, column)), shape=(len(arcs), len(names)))
    if not arcs:
        return float(np.maximum(gain, 0.0).sum())
    best = linprog(-gain / scale, A_ub=rules, b_ub=np.zeros(len(arcs)), bounds=(0.0, 1.0), method="highs")
    violation = float(-best.fun * scale)
    return violation if violation > 1e-9 * scale else 0.0


def _value(giver: NDArray[np.float64], taker: NDArray[np.float64], rate: float) -> dict[str, object]:
    """Money indicators of one exchange from the yearly cash of both ends."""
    joint = giver + taker
    whole, mine = npv(joint, rate), npv(giver, rate)
    return {
        "npv": whole,
        "npv_giver": mine,
        "npv_taker": npv(taker, rate),
        "irr": irr(joint),
        "payback": payback(joint),
        "giver_share": mine / whole if whole > 0.0 else np.nan,
        "subsidy_needed": max(0.0, -whole),
        "years": joint.size,
    }


def _sign_changes(values: NDArray[np.float64]) -> int:
    """Count changes of sign, zeros left out."""
    signs: Sequence[float] = np.sign(values[values != 0.0])
    return int(np.count_nonzero(np.diff(signs)))
