"""Mass: what became of residuals, what virgin supply they replaced, and whether the ledger closes.

What lives here: use of by-products, diversion from landfill, substitution, circularity, productivity and
unmatched residuals, year by year from a ledger. What does not: money and carbon
(:mod:`~ecopark.indicators.carbon`), heat and water quality (:mod:`~ecopark.indicators.energy`).

A *residual arises* when it leaves its firm: to a taker (losses on the way included), to its disposal
route, or to a buyer outside. What is made only when taken (steam on demand, lake water) would
never have been disposed of and is left out here; it is recognised by a missing ``instead_of``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ecopark.errors import DomainError
from ecopark.indicators.tables import condense_flows, ratio, require_columns, stack, sum_by, tidy

_BY_GIVER = ("kind=kind", "resource=resource", "firm=from_firm")
LANDFILL = "landfill"
HAZARDOUS = "hazardous"
STORE = " store"


def residual_use(flows: pd.DataFrame) -> pd.DataFrame:
    """By-product use rate, and the residual that found no taker, by year.

    Parameters
    ----------
    flows : pandas.DataFrame
        Ledger, raw or condensed.

    Returns
    -------
    pandas.DataFrame
        Tidy. ``byproduct_use_rate`` (1, 0 to 1): received by takers over arising.
        ``unmatched_residual`` (unit of the resource): taken by a disposal route. Scopes ``kind:``,
        ``resource:``, ``firm:`` (the giver; one row per unit).

    Notes
    -----
    ``use rate = received / (received + lost on the way + disposed of + sold outside)``. A mass ratio:
    blind to what the use was worth; wet tonnes count as tonnes. A firm with residuals in several
    units has one rate per unit, told apart by ``unit`` (``1 of t``). What is put into store has not
    arisen yet. The rate is the by-product counterpart of the recycling rate of waste statistics;
    its name and use in symbiosis studies vary, so no single source is claimed.
    """
    table = condense_flows(flows)
    taken = table[table["route"].isin(["exchange", "loss"]) & table["instead_of"].notna()]
    gone = table[table["route"].isin(["disposal", "export"])]
    arising = sum_by(pd.concat([taken, gone]), "quantity", _BY_GIVER)
    used = sum_by(taken[taken["route"] == "exchange"], "quantity", _BY_GIVER)
    rate = ratio(used, arising)
    whole = arising[arising["value"] > 0.0].reset_index(drop=True)
    rate = rate.assign(unit=("1 of " + whole["unit"]).to_numpy())
    unmatched = sum_by(gone[gone["route"] == "disposal"], "quantity", _BY_GIVER)
    return stack([tidy(rate, "byproduct_use_rate"), tidy(unmatched, "unmatched_residual")])


def landfill_diversion(flows: pd.DataFrame, resources: pd.DataFrame) -> pd.DataFrame:
    """Waste diverted from landfill, hazardous waste separately, by year.

    Parameters
    ----------
    flows : pandas.DataFrame
        Ledger.
    resources : pandas.DataFrame
        Index: resource; column ``hazard`` with the class.

    Returns
    -------
    pandas.DataFrame
        Tidy. ``landfill_diverted``, ``landfilled``, ``hazardous_diverted`` (t),
        ``landfill_diversion_rate``, ``hazardous_diversion_rate`` (1, 0 to 1). Scopes ``park``,
        ``firm:``, ``resource:``.

    Notes
    -----
    Diverted is what an exchange took that would have gone to landfill (``instead_of``); the rate is
    diverted over diverted plus landfilled. Hazardous diversion is from any disposal route, as hazardous
    waste often is incinerated; its rate is over all hazardous residual arising. Waste that the
    exchange itself creates appears as landfilled of the taker, so the rate is net of it.
    """
    require_columns(resources, ["hazard"], "resources")
    table = condense_flows(flows)
    table = table[table["unit"] == "t"]
    hazard = table["resource"].astype(str).map(resources["hazard"]) == HAZARDOUS
    taken = table["route"].isin(["exchange", "loss"]) & table["instead_of"].notna()
    gone = table["route"] == "disposal"
    scopes = ("park", "firm=from_firm", "resource=resource")

    def total(rows: pd.Series) -> pd.DataFrame:
        return sum_by(table[rows], "quantity", scopes)

    diverted, buried = (
        total(taken & (table["instead_of"] == LANDFILL)),
        total(gone & (table["to_firm"] == LANDFILL)),
    )
    both = total((taken & (table["instead_of"] == LANDFILL)) | (gone & (table["to_firm"] == LANDFILL)))
    return stack(
        [
            tidy(diverted, "landfill_diverted"),
            tidy(buried, "landfilled"),
            tidy(ratio(diverted, both), "landfill_diversion_rate"),
            tidy(total(taken & hazard), "hazardous_diverted"),
            tidy(ratio(total(taken & hazard), total((taken | gone) & hazard)), "hazardous_diversion_rate"),
        ]
    )


def virgin_substitution(flows: pd.DataFrame) -> pd.DataFrame:
    """Share of needs met by residuals instead of virgin supply, by year.

    Parameters
    ----------
    flows : pandas.DataFrame
        Ledger.

    Returns
    -------
    pandas.DataFrame
        Tidy, ``virgin_substitution`` (1, 0 to 1). Scopes ``kind:``, ``resource:`` (the need) and
        ``firm:`` (the taker; ``unit`` names the unit of the need, as in :func:`residual_use`).

    Notes
    -----
    ``replaced / (replaced + virgin bought + drawn from outside)`` with replaced in units of the virgin
    supply (replacement ratio applied). What is bought to run exchanges (electricity for pumps) is no
    need of the process and is left out; needs of feed-driven firms replace nothing and are left out.
    """
    table = condense_flows(flows)
    replaced = replaced_supply(table)
    bought = table[table["route"].isin(["virgin", "import"]) & table["synergy"].isna()]
    scopes = ("kind=kind", "resource=resource", "firm=to_firm")
    part = sum_by(replaced, "quantity", scopes)
    whole = sum_by(pd.concat([replaced, bought]), "quantity", scopes)
    kept = whole[whole["value"] > 0.0]
    return stack(
        [tidy(ratio(part, whole).assign(unit=("1 of " + kept["unit"]).to_numpy()), "virgin_substitution")]
    )


def replaced_supply(table: pd.DataFrame) -> pd.DataFrame:
    """Exchange rows of a condensed ledger in terms of the virgin supply they replaced.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of :func:`~ecopark.indicators.tables.condense_flows`.

    Returns
    -------
    pandas.DataFrame
        Rows with ``resource``, ``kind``, ``unit`` of the need and ``quantity`` replaced; rows of
        feed-driven takers, which replace none, are left out. ``given`` is the residual that did it.
    """
    about = table[["resource", "kind", "unit"]].drop_duplicates("resource").set_index("resource").astype(str)
    rows = table[(table["route"] == "exchange") & table["delivered_resource"].notna()]
    need = rows["delivered_resource"].astype(str)
    return rows.assign(
        given=rows["resource"].astype(str),
        resource=need,
        kind=need.map(about["kind"]),
        unit=need.map(about["unit"]),
        quantity=rows["delivered"],
    )


def circularity(flows: pd.DataFrame) -> pd.DataFrame:
    """Circular material use rate of the park, by year.

    Parameters
    ----------
    flows : pandas.DataFrame
        Ledger.

    Returns
    -------
    pandas.DataFrame
        Tidy, ``circular_material_use`` (1, 0 to 1). Scopes ``park`` and ``firm:`` (the taker).

    Notes
    -----
    ``U / (M + U)`` in tonnes, the form of Eurostat's circular material use rate: U is the residual
    material received from other firms, M the virgin material bought or drawn from outside. Eurostat's
    M is domestic material consumption of an economy; here it is purchase by the park, so the values
    are not comparable with national ones. Wet masses count as they are.

    References
    ----------
    Eurostat (2018). Circular material use rate: calculation method. https://doi.org/10.2785/132630
    """
    table = condense_flows(flows)
    tonnes = table[(table["kind"] == "material") & (table["unit"] == "t")]
    reused = tonnes[(tonnes["route"] == "exchange") & tonnes["instead_of"].notna()]
    bought = tonnes[tonnes["route"].isin(["virgin", "import"])]
    scopes = ("park", "firm=to_firm")
    part, whole = (sum_by(rows, "quantity", scopes) for rows in (reused, pd.concat([reused, bought])))
    return stack([tidy(ratio(part, whole), "circular_material_use")])


def resource_productivity(flows: pd.DataFrame, value: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Product made per tonne of virgin material, by year.

    Parameters
    ----------
    flows : pandas.DataFrame
        Ledger.
    value : mapping of str to float, money/unit, optional
        Price of products by resource. With it the productivity is money per tonne and counts the
        products named; without it it is tonnes of material products per tonne.

    Returns
    -------
    pandas.DataFrame
        Tidy, ``resource_productivity`` (``t/t`` or ``money/t``). Scopes ``park`` and ``firm:``.

    Notes
    -----
    Products sold over virgin material bought or drawn from outside. The economy-wide form is gross
    domestic product over domestic material consumption; a park has no such product, hence the
    physical default. Fuels and heat are no material input here; nan does not occur, a firm that buys
    no material has no row.
    """
    table = condense_flows(flows)
    made = table[table["route"] == "product"]
    if value is None:
        made = made[made["unit"] == "t"]
        made = made.assign(worth=made["quantity"])
    else:
        made = made[made["resource"].isin(list(value))]
        made = made.assign(worth=made["quantity"] * made["resource"].astype(str).map(dict(value)))
    bought = table[
        (table["kind"] == "material") & (table["unit"] == "t") & table["route"].isin(["virgin", "import"])
    ]
    part = sum_by(made, "worth", ["park", "firm=from_firm"], unit="t")
    whole = sum_by(bought, "quantity", ["park", "firm=to_firm"])
    unit = "t/t" if value is None else "money/t"
    return stack([tidy(ratio(part, whole, unit), "resource_productivity")])


def closure_error(flows: pd.DataFrame, activity: pd.DataFrame | None = None) -> pd.DataFrame:
    """How far the books of the ledger fail to close.

    Parameters
    ----------
    flows : pandas.DataFrame
        Raw ledger, in order of time (a condensed one sees stores only at the end of each year).
    activity : pandas.DataFrame, optional
        What the processes of each firm made and used over the span of the ledger: columns ``firm``,
        ``resource``, ``made``, ``used`` (resource unit). Without it only stores can be checked, since
        the ledger holds what crosses a firm's gate, not what happens inside.

    Returns
    -------
    pandas.DataFrame
        Columns ``node``, ``resource``, ``throughput``, ``imbalance`` (resource unit) and ``error`` (1, 0
        and above), one row per store and, with `activity`, per firm and resource. A closed ledger has an
        error of the order of 1e-12.

    Raises
    ------
    DomainError
        If a quantity is not above zero, or a row has no ends or the same end twice.

    Notes
    -----
    Store: the most that was ever taken out beyond what was put in. Firm: made + bought + drawn + received
    + taken from store, less used + sold + disposed of + given + lost + put into store. Error is the
    imbalance over the throughput. What a taker received counts as the need it served, in units of
    virgin supply, or as itself where it replaces none.
    """
    require_columns(flows, ["from_firm", "to_firm", "resource", "quantity", "route"], "ledger")
    quantity = flows["quantity"].to_numpy(dtype=np.float64)
    if not (np.isfinite(quantity) & (quantity > 0.0)).all():
        raise DomainError("the ledger has a quantity that is not above zero")
    pairs = flows[["from_firm", "to_firm"]].drop_duplicates().astype(object)
    if pairs.isna().any(axis=None) or (pairs["from_firm"] == pairs["to_firm"]).any():
        raise DomainError("the ledger has a row without two different ends")
    stock = flows[flows["route"] == "stock"]
    rows = stock.astype({"from_firm": str, "to_firm": str, "resource": str})
    parts = [_stores(rows)]
    if activity is not None:
        parts.append(_gates(flows, activity))
    table = pd.concat(parts, ignore_index=True)
    whole = table["throughput"].to_numpy()
    return table.assign(
        error=np.divide(table["imbalance"], whole, out=np.zeros(len(table)), where=whole > 0.0)
    )


def _stores(rows: pd.DataFrame) -> pd.DataFrame:
    """Largest overdraft of every store."""
    into = rows["to_firm"].str.endswith(STORE)
    moves = rows.assign(
        node=rows["to_firm"].where(into, rows["from_firm"]),
        change=rows["quantity"].where(into, -rows["quantity"]),
    )
    keys = [moves["node"], moves["resource"]]
    level = moves.groupby(keys)["change"].cumsum()
    overdraft = (-level).clip(lower=0.0).groupby(keys).max().rename("imbalance")
    through = moves["quantity"].groupby(keys).sum().rename("throughput")
    return pd.concat([through, overdraft], axis=1).reset_index()


def _gates(flows: pd.DataFrame, activity: pd.DataFrame) -> pd.DataFrame:
    """Difference of what enters and leaves the processes of each firm, by resource."""
    require_columns(activity, ["firm", "resource", "made", "used"], "activity")
    served = (flows["route"] == "exchange") & flows["delivered_resource"].notna()
    name = flows["resource"].astype(str)
    need = name.where(~served, flows["delivered_resource"].astype(str))
    got = flows["quantity"].where(~served, flows["delivered"])
    inward = got.groupby([flows["to_firm"].astype(str), need]).sum()
    outward = flows["quantity"].groupby([flows["from_firm"].astype(str), name]).sum()
    index = [activity["firm"].astype(str), activity["resource"].astype(str)]
    known = pd.MultiIndex.from_arrays(index)
    enters = inward.reindex(known, fill_value=0.0).to_numpy() + activity["made"].to_numpy(dtype=np.float64)
    leaves = outward.reindex(known, fill_value=0.0).to_numpy() + activity["used"].to_numpy(dtype=np.float64)
    return pd.DataFrame(
        {
            "node": index[0].to_numpy(),
            "resource": index[1].to_numpy(),
            "throughput": np.maximum(enters, leaves),
            "imbalance": np.abs(enters - leaves),
        }
    )
