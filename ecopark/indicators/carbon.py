"""Carbon: what each exchange, firm and scope avoided, step by step, and who may claim it.

What lives here: sums of the accounts in t CO2e by exchange, firm and scope; the chain from gross to net;
four credit rules side by side. What does not: emission factors, which the accounts already hold, and
exact Shapley values of arbitrary games (``ecopark.market.shapley``).

Reference: the same run with every exchange replaced by its disposal route and its virgin supply.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from ecopark.errors import DomainError
from ecopark.indicators.tables import (
    CARBON,
    add_up,
    condense_accounts,
    condense_flows,
    lost_in_treatment,
    stack,
    sum_by,
    tidy,
)

RULES = ("cut_off", "half", "price", "shapley")
_STEPS = {
    "avoided_disposal": "co2_disposal",
    "haulage": "co2_haulage",
    "treatment": "co2_treatment",
    "inputs": "co2_inputs",
    "burden": "co2_burden",
    "construction": "co2_construction",
}


def carbon_by_scope(accounts: pd.DataFrame) -> pd.DataFrame:
    """Emission avoided by exchange, and by firm and scope, by year.

    Parameters
    ----------
    accounts : pandas.DataFrame
        Accounts of a run.

    Returns
    -------
    pandas.DataFrame
        Tidy, t CO2e. ``exchange_co2`` (scopes ``synergy:``): net of everything the exchange causes, both
        ends. ``avoided_co2_scope_1``, ``_2``, ``_3`` (scopes ``firm:`` and ``park``). Annual, gross.

    Notes
    -----
    The scope is that of the firm whose books change: what it burns or releases itself is 1,
    electricity and heat it buys 2, the rest upstream 3 (materials, water, haulage by others, disposal
    by others, pipes built). The park's row is the sum over firms. Since a receiver of steam buys it
    from the giver, a strict inventory would move the emission of that steam into the taker's scope 2;
    here steam made from waste heat or at the cost of electricity carries only that electricity,
    as the giver's burden. A fuel's factor counts whole as scope 1.

    References
    ----------
    WRI, WBCSD (2004). The Greenhouse Gas Protocol: a corporate accounting and reporting standard,
    revised edition. WRI, WBCSD (2011). Corporate value chain (scope 3) standard.
    """
    rows = _carbon(accounts)
    parts = [tidy(sum_by(rows, "joint", ["synergy=synergy"]), "exchange_co2")]
    for scope in ("scope 1", "scope 2", "scope 3"):
        mine = rows[rows["scope"] == scope]
        ends = [
            sum_by(mine, "giver", ["firm=from_firm"]),
            sum_by(mine, "taker", ["firm=to_firm"]),
            sum_by(mine, "joint", ["park"]),
        ]
        parts.append(tidy(add_up(ends), "avoided_co2_" + scope.replace(" ", "_")))
    return stack(parts)


def carbon_chain(accounts: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Steps from the gross to the net emission avoided by each exchange, by year.

    Parameters
    ----------
    accounts, flows : pandas.DataFrame
        Accounts and ledger of a run.

    Returns
    -------
    pandas.DataFrame
        Tidy, t CO2e, scopes ``synergy:`` and ``park``, annual, gross. ``co2_disposal``, ``co2_virgin``
        (as if nothing were lost on the way), ``co2_loss`` (heat and other losses, below zero),
        ``co2_treatment``, ``co2_haulage``, ``co2_inputs`` (pumping, heat pumps, treatment),
        ``co2_burden`` (power the giver no longer makes), ``co2_construction`` (embodied in the pipe, in
        the year it is built). They add up to the net figure.

    Notes
    -----
    With a share k arriving, virgin supply avoided is k times what it would be without loss, so
    ``co2_virgin = avoided / k`` and ``co2_loss = avoided - avoided / k``.
    """
    rows = _carbon(accounts)
    parts = []
    for item, name in _STEPS.items():
        mine = rows[rows["item"] == item]
        parts.append(tidy(sum_by(mine, "joint", ["synergy=synergy", "park"]), name))
    virgin = rows[rows["item"] == "avoided_virgin"]
    whole = virgin["joint"].to_numpy() / _kept(virgin, flows)
    for name, values in (("co2_virgin", whole), ("co2_loss", virgin["joint"].to_numpy() - whole)):
        parts.append(tidy(sum_by(virgin.assign(joint=values), "joint", ["synergy=synergy", "park"]), name))
    return stack(parts)


def _kept(rows: pd.DataFrame, flows: pd.DataFrame) -> np.ndarray:
    """Share of what was sent that arrived, for the exchange and year of each row. ndarray, shape (rows,), 1."""
    moved = condense_flows(flows[flows["route"].isin(["exchange", "loss"]) & flows["synergy"].notna()])
    moved = moved[~lost_in_treatment(moved)]
    keys = [moved["synergy"].astype(str), moved["start"]]
    sent = moved["quantity"].groupby(keys).sum()
    arrived = moved["quantity"].where(moved["route"] == "exchange", 0.0).groupby(keys).sum()
    index = pd.MultiIndex.from_arrays([rows["synergy"].astype(str), rows["start"]])
    return np.asarray((arrived / sent).reindex(index), dtype=np.float64)


def needed_firms(flows: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Firms without which each exchange would not exist.

    Parameters
    ----------
    flows : pandas.DataFrame
        Ledger.

    Returns
    -------
    dict of str to frozenset of str
        By synergy: giver, taker, and the firms that feed a giver which passes on what it receives.

    Notes
    -----
    See :func:`needed_exchanges`, whose givers are the firms added.
    """
    feeds, ends = _feeds(flows)
    return {
        synergy: frozenset(ends[synergy]) | {ends[feed][0] for feed in needed}
        for synergy, needed in feeds.items()
    }


def needed_exchanges(flows: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Exchanges without which each exchange would not exist.

    Parameters
    ----------
    flows : pandas.DataFrame
        Ledger.

    Returns
    -------
    dict of str to frozenset of str
        By synergy; empty where it stands on its own.

    Notes
    -----
    A giver passes on if it received feed (an exchange that replaces no virgin supply) of the same kind
    and gives on demand: a waterworks that lives on a lake. All such feeds of the run count as needed.
    The ledger knows firms, not their units, so a firm with both a waterworks and a well of its own is
    taken to need its lake for both.
    """
    return _feeds(flows)[0]


def _feeds(flows: pd.DataFrame) -> tuple[dict[str, frozenset[str]], dict[str, tuple[str, str]]]:
    """By synergy, the exchanges that feed its giver, and its two ends."""
    moved = condense_flows(flows[(flows["route"] == "exchange") & flows["synergy"].notna()])
    moved = moved.astype({"synergy": str, "from_firm": str, "to_firm": str, "kind": str})
    feeders: dict[tuple[str, str], set[str]] = {}
    feed = moved[moved["delivered_resource"].isna()]
    for synergy, taker, kind in zip(feed["synergy"], feed["to_firm"], feed["kind"], strict=True):
        feeders.setdefault((taker, kind), set()).add(synergy)
    feeds, ends = {}, {}
    first = moved.drop_duplicates("synergy")
    names = ["synergy", "from_firm", "to_firm", "kind", "instead_of"]
    for synergy, giver, taker, kind, instead in first[names].itertuples(index=False, name=None):
        upstream = feeders.get((giver, kind), set()) if pd.isna(instead) else set()
        feeds[synergy], ends[synergy] = frozenset(upstream - {synergy}), (giver, taker)
    return feeds, ends


def link_shapley(worth: Mapping[str, float], needs: Mapping[str, Iterable[str]]) -> pd.Series:
    """Shapley value of firms in a game that adds up over links.

    Parameters
    ----------
    worth : mapping of str to float, any one unit
        Value of each link.
    needs : mapping of str to iterable of str
        Firms without which the link is worth nothing; at least one each.

    Returns
    -------
    pandas.Series of float, shape (firms,), unit of `worth`
        Index: firm, sorted.

    Raises
    ------
    DomainError
        If a link has no firms.

    Notes
    -----
    The worth of a coalition is the sum over the links whose firms it has all of. Such a game is a sum of
    unanimity games, each of which gives its worth in equal parts to the firms it needs; by
    additivity so does the Shapley value: ``phi_i = sum over links e that need i of worth_e / |needs_e|``.
    Linear in the number of links. With two firms to a link it is the 50/50 rule (Deng and
    Papadimitriou 1994); it differs where a third firm is needed. Where links compete for the same
    residual the game does not add up and this form does not hold.

    References
    ----------
    Shapley, L. S. (1953). A value for n-person games. In: Contributions to the theory of games II,
    307-317. https://doi.org/10.1515/9781400881970-018
    Deng, X., Papadimitriou, C. H. (1994). On the complexity of cooperative solution concepts.
    Mathematics of Operations Research 19(2), 257-266. https://doi.org/10.1287/moor.19.2.257

    Examples
    --------
    >>> link_shapley({"water": 90.0}, {"water": ["lake", "refinery", "works"]}).tolist()
    [30.0, 30.0, 30.0]
    """
    value: dict[str, float] = {}
    for link, amount in worth.items():
        firms = sorted(set(needs[link]))
        if not firms:
            raise DomainError(f"link {link!r} needs no firm; name at least its giver and its taker")
        for firm in firms:
            value[firm] = value.get(firm, 0.0) + amount / len(firms)
    return pd.Series(dict(sorted(value.items())), dtype=np.float64, name="value")


def credit_rules(
    accounts: pd.DataFrame, currency: str, needs: Mapping[str, Iterable[str]] | None = None
) -> pd.DataFrame:
    """Net emission avoided, credited to firms under four rules, by year.

    Parameters
    ----------
    accounts : pandas.DataFrame
        Accounts of a run.
    currency : str
        Code of the money.
    needs : mapping of str to iterable of str, optional
        Firms without which an exchange would not exist, as from :func:`needed_firms`; giver and taker
        where an exchange is not named.

    Returns
    -------
    pandas.DataFrame
        Tidy, t CO2e, scopes ``firm:``, annual, gross: ``credit_cut_off``, ``credit_half``,
        ``credit_price``, ``credit_shapley``.

    Notes
    -----
    - Cut-off: the boundary is the giver's gate. The giver gets the disposal avoided less its own burden,
      the taker the virgin supply avoided less everything it causes.
    - 50/50: half of the net figure each.
    - By price: as the money gain is shared over the whole table (investment included); a partner who
      loses money gets nothing. An exchange without a joint gain gives no price signal and is credited to
      nobody.
    - Shapley: :func:`link_shapley`.

    For each exchange and year every rule gives out the whole net figure, so the totals agree (by price:
    over the exchanges that gain). Cut-off and 50/50 follow the common meaning in life-cycle assessment;
    the definition by the split of the gain is this project's own form of allocation by economic value.

    References
    ----------
    Ekvall, T., Tillman, A.-M. (1997). Open-loop recycling: criteria for allocation procedures.
    International Journal of Life Cycle Assessment 2, 155-162. https://doi.org/10.1007/BF02978810
    """
    rows = _carbon(accounts)
    keys = ["start", "synergy", "from_firm", "to_firm", "unit"]
    grouped = rows.astype({"synergy": str}).groupby(keys, observed=True)
    net = grouped[["giver", "taker", "joint"]].sum().reset_index()
    share = net["synergy"].map(price_shares(accounts, currency)).to_numpy(dtype=np.float64)
    joint = net["joint"].to_numpy()
    split = {
        "cut_off": (net["giver"].to_numpy(), net["taker"].to_numpy()),
        "half": (joint / 2.0, joint / 2.0),
        "price": (joint * share, joint * (1.0 - share)),
    }
    parts = []
    for rule, (giver, taker) in split.items():
        both = net.assign(giver=giver, taker=taker)
        both = both[both["giver"].notna()]
        ends = [sum_by(both, "giver", ["firm=from_firm"]), sum_by(both, "taker", ["firm=to_firm"])]
        parts.append(tidy(add_up(ends), f"credit_{rule}"))
    return stack([*parts, _shapley_credit(net, needs or {})])


def price_shares(accounts: pd.DataFrame, currency: str) -> pd.Series:
    """Giver's share of the money gain of each exchange over the whole table.

    Parameters
    ----------
    accounts : pandas.DataFrame
        Accounts of a run.
    currency : str
        Code of the money.

    Returns
    -------
    pandas.Series of float, shape (exchanges,), 1
        Index: synergy. Within 0 to 1; nan where both together do not gain.
    """
    money = accounts[accounts["unit"] == currency]
    gain = money.groupby(money["synergy"].astype(str))[["giver", "taker"]].sum()
    joint = gain["giver"] + gain["taker"]
    return (gain["giver"] / joint.where(joint > 0.0)).clip(0.0, 1.0)


def _shapley_credit(net: pd.DataFrame, needs: Mapping[str, Iterable[str]]) -> pd.DataFrame:
    """Credit of the firms each exchange needs, in equal parts."""
    names = net[["synergy", "from_firm", "to_firm"]].drop_duplicates("synergy")
    rows = [
        (synergy, firm, 1.0 / len(firms))
        for synergy, giver, taker in names.itertuples(index=False, name=None)
        for firms in [sorted(set(needs.get(synergy, (giver, taker))))]
        for firm in firms
    ]
    parts = pd.DataFrame(rows, columns=["synergy", "firm", "part"])
    shared = net.merge(parts, on="synergy")
    return tidy(
        sum_by(shared.assign(credit=shared["joint"] * shared["part"]), "credit", ["firm=firm"]),
        "credit_shapley",
    )


def _carbon(accounts: pd.DataFrame) -> pd.DataFrame:
    """Carbon rows of the accounts, summed by year, with the joint effect."""
    table = condense_accounts(accounts)
    return table[table["unit"] == CARBON].assign(joint=lambda rows: rows["giver"] + rows["taker"])
