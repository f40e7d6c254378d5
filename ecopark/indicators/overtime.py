"""Networks of a run by date: which exchanges operate, and every network and flow indicator of them.

What lives here: picking the exchanges and firms of a date, and the indicators of
:mod:`~ecopark.indicators.graph`, :mod:`~ecopark.indicators.resilience` and
:mod:`~ecopark.indicators.flownetwork` date by date. What does not: their formulas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.errors import DomainError
from ecopark.indicators.flownetwork import ECOLOGY_UNITS, FlowNetwork, describe_flows
from ecopark.indicators.graph import NETWORK_INDICATORS, RECYCLED_SHARE, network
from ecopark.indicators.resilience import (
    largest_removal_loss,
    removal_curve,
    robustness_area,
    single_supplier_share,
)
from ecopark.indicators.spreading import cascade_threshold
from ecopark.indicators.tables import (
    TIDY,
    TREATMENT,
    condense_flows,
    lost_in_treatment,
    require_columns,
    stack,
)

NodeRule = Literal["linked", "present"]
_ENDS = ("synergy", "from_firm", "to_firm", "resource", "to_resource")


def operating_at(synergies: pd.DataFrame, when: str | pd.Timestamp) -> pd.DataFrame:
    """Rows of the exchanges that operate on a date.

    Parameters
    ----------
    synergies : pandas.DataFrame
        With ``operating`` and ``ended``.
    when : str or pandas.Timestamp

    Returns
    -------
    pandas.DataFrame
        Those that began on or before the date and have not ended by it.
    """
    require_columns(synergies, ["operating", "ended"], "synergies")
    date = pd.Timestamp(when)
    return synergies[(synergies["operating"] <= date) & ~(synergies["ended"] <= date)]


def present_at(firms: pd.DataFrame, when: str | pd.Timestamp) -> list[str]:
    """Names of the firms that exist on a date.

    Parameters
    ----------
    firms : pandas.DataFrame
        Index: firm; columns ``opens`` and ``closes``, missing where it was there from the start or to
        the end.
    when : str or pandas.Timestamp

    Returns
    -------
    list of str
    """
    require_columns(firms, ["opens", "closes"], "firms")
    date = pd.Timestamp(when)
    here = (firms["opens"].isna() | (firms["opens"] <= date)) & ~(firms["closes"] <= date)
    return [str(name) for name in firms.index[here]]


def network_over_time(
    synergies: pd.DataFrame,
    firms: pd.DataFrame,
    dates: Iterable[str | pd.Timestamp],
    rule: NodeRule = "linked",
    flows: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every network indicator at each of some dates.

    Parameters
    ----------
    synergies, firms : pandas.DataFrame
        Tables of a run.
    dates : iterable of str or pandas.Timestamp
    rule : {"linked", "present"}
        Whether idle firms count as nodes; every density depends on it.
    flows : pandas.DataFrame, optional
        Ledger; with it ``byproduct_recycling_rate`` is added.

    Returns
    -------
    pandas.DataFrame
        Tidy, scope ``park``; `period` is the date. Indicators of
        :func:`~ecopark.indicators.graph.network`, and ``turnover`` (1, 0 to 1: links gone or new since
        the date before over links of either).

    Raises
    ------
    DomainError
        If the rule is unknown.

    Notes
    -----
    A date on which the same exchanges operate among the same firms as on the one before is not computed
    again.
    """
    if rule not in ("linked", "present"):
        raise DomainError(f"node rule {rule!r} is unknown; expected 'linked' or 'present'")
    units = {indicator.id: indicator.unit for indicator in NETWORK_INDICATORS}
    shares = None if flows is None else recycled_share(flows).to_dict()
    state: tuple[object, ...] | None = None
    values: dict[str, float] = {}
    links: set[tuple[str, ...]] | None = None
    rows = []
    for when, running in _running_at(synergies, dates):
        nodes = present_at(firms, when) if rule == "present" else None
        # A firm may close before its last exchange is written off: it is still a node of it.
        nodes = None if nodes is None else sorted({*nodes, *running["from_firm"], *running["to_firm"]})
        now = (tuple(running["synergy"]), None if nodes is None else tuple(nodes))
        if now != state:
            values, state = {str(k): float(v) for k, v in network(running, nodes=nodes).items()}, now
        here: set[tuple[str, ...]] = set(
            zip(running["from_firm"], running["to_firm"], running["resource"], strict=True)
        )
        either = here if links is None else here | links
        gone = np.nan if links is None or not either else 1.0 - len(here & links) / len(either)
        row = {**values, "turnover": gone}
        if shares is not None:
            taken = [shares.get((name, pd.Timestamp(when.year, 1, 1)), 0.0) for name in running["synergy"]]
            mean = float(np.mean(taken)) if taken else np.nan
            row["byproduct_recycling_rate"] = row["eco_connectance_tiejun"] * mean
        links = here
        rows += [(when, "park", name, value, units.get(name, "1")) for name, value in row.items()]
    return _tidy_rows(rows)


def recycled_share(flows: pd.DataFrame) -> pd.Series:
    """Share of its giver's by-product that each exchange takes, by year.

    Parameters
    ----------
    flows : pandas.DataFrame
        Ledger.

    Returns
    -------
    pandas.Series of float, shape (exchanges and years,), 1
        Index: synergy, start of the year. 0 to 1.

    Notes
    -----
    Quantity sent over what left the giver of that resource in the year: to takers, to disposal, to buyers
    outside. What is made on demand leaves by exchanges only.
    """
    table = condense_flows(flows)
    gone = table[table["route"].isin(["exchange", "loss", "disposal", "export"]) & ~lost_in_treatment(table)]
    gone = gone.astype({"from_firm": str, "resource": str})
    whole = gone.groupby(["from_firm", "resource", "start"], as_index=False)["quantity"].sum()
    sent = gone[gone["synergy"].notna()].astype({"synergy": str})
    keys = ["synergy", "from_firm", "resource", "start"]
    part = sent.groupby(keys, as_index=False)["quantity"].sum()
    joined = part.merge(whole, on=["from_firm", "resource", "start"], suffixes=("", "_whole"))
    share: pd.Series = (joined["quantity"] / joined["quantity_whole"]).clip(upper=1.0)
    share.index = pd.MultiIndex.from_frame(joined[["synergy", "start"]])
    return share.rename(RECYCLED_SHARE)


def resilience_over_time(
    synergies: pd.DataFrame, dates: Iterable[str | pd.Timestamp], draws: int = 20, seed: int = 0
) -> pd.DataFrame:
    """Static resilience of the network at each of some dates.

    Parameters
    ----------
    synergies : pandas.DataFrame
    dates : iterable of str or pandas.Timestamp
    draws : int
        Random orders averaged for ``robustness_random``.
    seed : int
        Of those orders.

    Returns
    -------
    pandas.DataFrame
        Tidy, scope ``park``, unit 1: ``largest_removal_loss`` (share of exchanges lost with the worst
        firm), ``single_supplier_share`` (by receiver and need), ``cascade_threshold`` (for at most half
        of the firms), ``robustness_targeted`` and ``robustness_random`` (area under the removal curve,
        most connected first and at random). Dates without an exchange have no rows.
    """
    state: tuple[str, ...] | None = None
    values: dict[str, float] = {}
    rows = []
    for when, edges in _running_at(synergies, dates):
        if not len(edges):
            continue
        if tuple(edges["synergy"]) != state:
            state = tuple(edges["synergy"])
            values = {
                "largest_removal_loss": largest_removal_loss(edges),
                "single_supplier_share": single_supplier_share(edges, resource="to_resource"),
                "cascade_threshold": cascade_threshold(edges, limit=0.5),
                "robustness_targeted": robustness_area(removal_curve(edges, "degree")),
                "robustness_random": robustness_area(removal_curve(edges, "random", draws=draws, seed=seed)),
            }
        rows += [(when, "park", name, value, "1") for name, value in values.items()]
    return _tidy_rows(rows)


def ecology_over_time(flows: pd.DataFrame, units: Sequence[str] = ("t", "m3", "MWh")) -> pd.DataFrame:
    """Indicators of ecological network analysis of the park, year by year and unit by unit.

    Parameters
    ----------
    flows : pandas.DataFrame
        Ledger.
    units : sequence of str
        Which networks to look at: tonnes, cubic metres, megawatt hours (heat and energy together).

    Returns
    -------
    pandas.DataFrame
        Tidy, scopes ``unit:t`` and so on, indicators of :func:`~ecopark.indicators.flownetwork.ecology`.

    Notes
    -----
    Compartments are firms. Import: bought, drawn from outside, taken from store. Export: products and
    residuals sold, put into store. Loss: disposal, losses on the way. Processes turn one thing into
    another and the ledger does not follow what they burn, evaporate or take from the air, so each firm
    is closed by force: what enters beyond what leaves is a loss, what leaves beyond what enters an
    import. In tonnes this is a large part of the throughput; the network in cubic metres is the cleanest.
    """
    table = condense_flows(flows)
    rows = []
    for unit in units:
        named = {name: text.replace("flow", unit) for name, text in ECOLOGY_UNITS.items()}
        mine = table[table["unit"] == unit].astype({"from_firm": object, "to_firm": object, "route": object})
        for when, place in sorted(mine.groupby("start").indices.items()):
            net = flow_network(mine.iloc[place])
            if net.flows.any():
                values = describe_flows(net)
                rows += [(when, f"unit:{unit}", name, value, named[name]) for name, value in values.items()]
    return _tidy_rows(rows)


def flow_network(rows: pd.DataFrame) -> FlowNetwork:
    """Flow network of some rows of a ledger, all of one unit and one span of time.

    Parameters
    ----------
    rows : pandas.DataFrame
        Ledger rows with ``from_firm``, ``to_firm``, ``route``, ``quantity``.

    Returns
    -------
    FlowNetwork
        Closed as :func:`ecology_over_time` says.
    """
    route, q = rows["route"].to_numpy(dtype=object), rows["quantity"].to_numpy(dtype=np.float64)
    # What a conversion loses is a loss of the firm that converts.
    giver = rows["from_firm"].astype(str).str.removesuffix(TREATMENT).to_numpy(dtype=object)
    taker = rows["to_firm"].to_numpy(dtype=object)
    stored = np.array(
        [r == "stock" and str(t).endswith(" store") for r, t in zip(route, taker, strict=True)], dtype=bool
    )
    inside = route == "exchange"
    inward = np.isin(route, ["virgin", "import"]) | ((route == "stock") & ~stored)
    outward, lost = np.isin(route, ["product", "export"]) | stored, np.isin(route, ["disposal", "loss"])
    names = sorted({*giver[inside], *taker[inside], *taker[inward], *giver[outward | lost]})
    number = {name: i for i, name in enumerate(names)}

    def add_up(mask: NDArray[np.bool_], ends: NDArray[np.object_]) -> NDArray[np.float64]:
        index = np.array([number[name] for name in ends[mask]], dtype=np.int64)
        return np.bincount(index, q[mask], minlength=len(names)).astype(np.float64)

    matrix = np.zeros((len(names), len(names)))
    pairs = [[number[name] for name in ends[inside]] for ends in (giver, taker)]
    np.add.at(matrix, (pairs[0], pairs[1]), q[inside])
    imports, exports, losses = add_up(inward, taker), add_up(outward, giver), add_up(lost, giver)
    open_end = matrix.sum(axis=0) + imports - matrix.sum(axis=1) - exports - losses
    imports, losses = imports + np.maximum(-open_end, 0.0), losses + np.maximum(open_end, 0.0)
    return FlowNetwork(tuple(names), matrix, imports, exports, losses)


def _running_at(
    synergies: pd.DataFrame, dates: Iterable[str | pd.Timestamp]
) -> Iterator[tuple[pd.Timestamp, pd.DataFrame]]:
    """Yield each date in order with the exchanges that operate on it."""
    require_columns(synergies, ["operating", "ended", *_ENDS], "synergies")
    ever = synergies[synergies["operating"].notna()]
    began, ended = ever["operating"].to_numpy(), ever["ended"].to_numpy()
    edges = ever[list(_ENDS)].astype(object)
    for when in sorted(pd.Timestamp(date) for date in dates):
        date = when.to_datetime64()
        # A missing end compares as false: it still operates.
        yield when, edges[(began <= date) & ~(ended <= date)]


def _tidy_rows(rows: Sequence[tuple[object, str, str, float, str]]) -> pd.DataFrame:
    """Tidy table of rows in the order of its columns."""
    if not rows:
        return stack([])
    table = pd.DataFrame(rows, columns=list(TIDY))
    return stack([table.astype({"period": "datetime64[s]", "value": "float64"})])
