"""The game of dividing a joint gain: nucleolus, least core and evenness.

What lives here: solution concepts that no other module holds, for games small enough to list every coalition.
What does not: Shapley values and core tests (``ecopark.market.shapley``), games that add up over links
(``ecopark.indicators.carbon.link_shapley``), which need no list, and any knowledge of firms.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from ecopark.errors import DomainError
from ecopark.market.shapley import Worth

LARGEST_NUCLEOLUS = 10
"""Most players for which the nucleolus is worked out: up to 9 linear programmes of 1,022 rows."""
_TOLERANCE = 1e-9


def nucleolus(players: Sequence[Hashable], worth: Worth) -> tuple[dict[Hashable, float], float]:
    """Division of the joint worth that leaves the least content coalition as content as can be.

    Parameters
    ----------
    players : sequence of hashable
        At most ``LARGEST_NUCLEOLUS``, all different.
    worth : callable
        Coalition (a frozenset of players) -> worth; the empty one is worth nothing.

    Returns
    -------
    dict of hashable to float, unit of the worth
        Payoff of each player; adds up to the worth of all.
    float, unit of the worth
        Largest excess ``v(S) - x(S)`` of a coalition that is neither empty nor all: the bound of the least
        core. Not above zero if and only if the core is not empty. Minus infinity for one player.

    Raises
    ------
    DomainError
        If there are too many players or one is named twice.

    Notes
    -----
    The pre-nucleolus: nobody is promised what it has alone. Where the core is not empty it is the nucleolus
    of Schmeidler and lies in the core. Found by one linear programme after the other (Maschler, Peleg and
    Shapley 1979): the largest excess is made as small as possible, the coalitions that bind in every solution
    (those with a positive dual) are fixed at it, and the rest goes on, until the fixed ones leave one solution.

    References
    ----------
    Schmeidler, D. (1969). The nucleolus of a characteristic function game. SIAM Journal on Applied
    Mathematics 17(6), 1163-1170. https://doi.org/10.1137/0117107

    Maschler, M., Peleg, B., Shapley, L. S. (1979). Geometric properties of the kernel, nucleolus, and related
    solution concepts. Mathematics of Operations Research 4(4), 303-338.
    https://doi.org/10.1287/moor.4.4.303

    Examples
    --------
    >>> glove = lambda group: float(min("right" in group, len(group - {"right"})))
    >>> payoff, excess = nucleolus(["left", "other left", "right"], glove)
    >>> {name: abs(round(value, 6)) for name, value in payoff.items()}
    {'left': 0.0, 'other left': 0.0, 'right': 1.0}
    """
    n = len(players)
    if n > LARGEST_NUCLEOLUS or len(set(players)) != n:
        raise DomainError(f"{n} players: expected at most {LARGEST_NUCLEOLUS}, none of them named twice")
    codes = np.arange(1, (1 << n))
    member = ((codes[:, None] >> np.arange(n)) & 1).astype(np.float64)
    groups = [frozenset(p for i, p in enumerate(players) if code >> i & 1) for code in codes.tolist()]
    value = np.array([worth(group) for group in groups], dtype=np.float64)
    if n <= 1:
        return ({players[0]: float(value[0])} if n else {}), -np.inf
    scale = float(np.abs(value).max()) or 1.0
    payoff, excess = _minimise_excesses(member, value / scale)
    return dict(zip(players, (payoff * scale).tolist(), strict=True)), excess * scale


def _minimise_excesses(
    member: NDArray[np.float64], value: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Payoffs by a sequence of linear programmes, and the first, largest excess."""
    n = member.shape[1]
    free = np.ones(value.size, dtype=bool)
    free[-1] = False
    fixed, due = member[-1:], value[-1:]
    first = np.nan
    while np.linalg.matrix_rank(fixed) < n:
        rows = np.flatnonzero(free)
        bounds = np.column_stack([-member[rows], -np.ones(rows.size)])
        equal = np.column_stack([fixed, np.zeros(len(fixed))])
        found = linprog(
            np.append(np.zeros(n), 1.0), A_ub=bounds, b_ub=-value[rows], A_eq=equal, b_eq=due,
            bounds=(None, None), method="highs",
        )  # fmt: skip
        level = float(found.fun)
        first = level if np.isnan(first) else first
        binding = rows[found.ineqlin.marginals < -_TOLERANCE]
        fixed = np.vstack([fixed, member[binding]])
        due = np.append(due, value[binding] - level)
        # What the fixed coalitions settle is settled.
        settled = np.array([_is_spanned(fixed, row) for row in member[rows]])
        free[rows[settled]] = False
        fixed, due = _independent(fixed, due)
    return np.asarray(np.linalg.lstsq(fixed, due, rcond=None)[0], dtype=np.float64), first


def _is_spanned(rows: NDArray[np.float64], row: NDArray[np.float64]) -> bool:
    """Whether a row is a combination of others."""
    return bool(np.linalg.matrix_rank(np.vstack([rows, row])) == np.linalg.matrix_rank(rows))


def _independent(
    rows: NDArray[np.float64], due: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The first rows that say all the others say."""
    kept: list[int] = []
    for k in range(len(rows)):
        if np.linalg.matrix_rank(rows[[*kept, k]]) > len(kept):
            kept.append(k)
    return rows[kept], due[kept]


def link_worth(worth: Mapping[str, float], needs: Mapping[str, Iterable[str]]) -> Worth:
    """Game in which a coalition has the links whose firms it has all of.

    Parameters
    ----------
    worth : mapping of str to float, any one unit
        Value of each link.
    needs : mapping of str to iterable of str
        Firms without which the link is worth nothing.

    Returns
    -------
    callable
        Coalition -> worth.

    Examples
    --------
    >>> game = link_worth({"steam": 5.0, "ash": 2.0}, {"steam": ["a", "b"], "ash": ["b", "c"]})
    >>> game(frozenset({"a", "b"})), game(frozenset({"a", "c"}))
    (5.0, 0.0)
    """
    links = [(float(amount), frozenset(needs[link])) for link, amount in worth.items()]

    def of(group: frozenset[Hashable]) -> float:
        return float(sum(amount for amount, firms in links if firms <= group))

    return of


def link_nucleolus(
    worth: Mapping[str, float], needs: Mapping[str, Iterable[str]]
) -> tuple[dict[str, float], float]:
    """Nucleolus of a game that adds up over links, where it can be had.

    Parameters
    ----------
    worth : mapping of str to float, any one unit
        Value of each link.
    needs : mapping of str to iterable of str
        Firms without which the link is worth nothing; at least one each.

    Returns
    -------
    dict of str to float, unit of `worth`
        By firm, sorted; nan for all where a link needs more than two firms and the players are more than
        ``LARGEST_NUCLEOLUS``.
    float, unit of `worth`
        Largest excess, as :func:`nucleolus` gives it; nan where the coalitions are too many to list.

    Notes
    -----
    Where every link needs at most two firms, what a player adds to a group and to the group of all the others
    is the same in sum for every group, so the pre-nucleolus is the Shapley value (Kar, Mitra and Mutuswami
    2009), for any number of firms.

    References
    ----------
    Kar, A., Mitra, M., Mutuswami, S. (2009). On the coincidence of the prenucleolus and the Shapley value.
    Mathematical Social Sciences 57(1), 16-25. https://doi.org/10.1016/j.mathsocsci.2008.08.004
    """
    of = {link: frozenset(needs[link]) for link in worth}
    firms = sorted(set().union(*of.values()))
    if len(firms) <= LARGEST_NUCLEOLUS:
        payoff, excess = nucleolus(firms, link_worth(worth, of))
        return {firm: payoff[firm] for firm in firms}, excess
    if any(len(members) > 2 for members in of.values()):
        return dict.fromkeys(firms, np.nan), np.nan
    shares = dict.fromkeys(firms, 0.0)
    for link, amount in worth.items():
        for firm in of[link]:
            shares[firm] += amount / len(of[link])
    return shares, np.nan


def jain_index(values: NDArray[np.float64]) -> float:
    """Evenness of a split by the index of Jain.

    Parameters
    ----------
    values : ndarray of float, shape (n,), any unit
        Shares of the players, of either sign.

    Returns
    -------
    float
        ``(sum x)^2 / (n sum x^2)``. Unit: 1; range 0 to 1; 1 where all have the same, 1/n where one has
        all, below that where losses cancel gains; nan where nobody gains or loses.

    References
    ----------
    Jain, R., Chiu, D., Hawe, W. (1984). A quantitative measure of fairness and discrimination for resource
    allocation in shared computer systems. DEC Research Report TR-301.

    Examples
    --------
    >>> jain_index(np.array([3.0, 3.0])), jain_index(np.array([4.0, 0.0]))
    (1.0, 0.5)
    """
    squares = float((values**2).sum())
    return float(values.sum()) ** 2 / (values.size * squares) if squares > 0.0 else np.nan
