"""What must hold of indicators for any ledger, any accounts, any game."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecopark.indicators import (
    carbon_by_scope,
    carbon_chain,
    circularity,
    credit_rules,
    irr,
    landfill_diversion,
    lifetime_factor,
    link_core_violation,
    link_shapley,
    npv,
    residual_use,
    virgin_substitution,
)
from ecopark.indicators.money import gini_with_losses
from ecopark.indicators.tables import condense_accounts, condense_flows
from ecopark.market.shapley import core_violation, shapley_value

FIRMS = ["a", "b", "c", "d"]
RATES = (
    "byproduct_use_rate", "landfill_diversion_rate", "hazardous_diversion_rate", "virgin_substitution",
    "circular_material_use",
)  # fmt: skip
RESOURCES = pd.DataFrame({"hazard": {"ash": "low", "oil": "hazardous", "clay": "none"}})


@st.composite
def ledgers(draw: st.DrawFn) -> pd.DataFrame:
    """Some years of exchanges with losses, disposal and purchases."""
    rows = []
    amounts = st.floats(0.01, 1e6)
    for _ in range(draw(st.integers(1, 25))):
        year, giver = draw(st.integers(1990, 1993)), draw(st.sampled_from(FIRMS))
        resource = draw(st.sampled_from(["ash", "oil"]))
        start = f"{year}-{draw(st.integers(1, 12)):02d}-01"
        kind = draw(st.sampled_from(["exchange", "disposal", "virgin", "product"]))
        base = {"start": start, "kind": "material", "unit": "t", "route": kind, "quantity": draw(amounts)}
        if kind == "exchange":
            taker = draw(st.sampled_from([f for f in FIRMS if f != giver]))
            instead = draw(st.sampled_from(["landfill", "incineration", None]))
            names = {
                "from_firm": giver,
                "resource": resource,
                "synergy": f"{giver}>{taker}:{resource}",
                "instead_of": instead,
            }
            sent = {"to_firm": taker, "delivered": draw(amounts), "delivered_resource": "clay"}
            rows.append(base | names | sent)
            if draw(st.booleans()):
                rows.append(
                    base | names | {"to_firm": "environment", "route": "loss", "quantity": draw(amounts)}
                )
        elif kind == "disposal":
            rows.append(base | {"from_firm": giver, "to_firm": "landfill", "resource": resource})
        elif kind == "virgin":
            rows.append(base | {"from_firm": "market: clay", "to_firm": giver, "resource": "clay"})
        else:
            rows.append(base | {"from_firm": giver, "to_firm": "market: clay", "resource": "clay"})
    columns = ["start", "from_firm", "to_firm", "resource", "kind", "quantity", "unit", "route", "synergy", "delivered",
               "delivered_resource", "instead_of"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    table["start"] = pd.to_datetime(table["start"]).astype("datetime64[s]")
    return table.astype({"quantity": float, "delivered": float})


@st.composite
def books(draw: st.DrawFn) -> pd.DataFrame:
    """Accounts of some exchanges in money and carbon."""
    rows = []
    amounts = st.floats(-1e5, 1e5)
    for _ in range(draw(st.integers(1, 20))):
        giver, taker = draw(st.permutations(FIRMS))[:2]
        carbon = draw(st.booleans())
        items = ["avoided_disposal", "avoided_virgin", "haulage", "inputs"] + (
            [] if carbon else ["payment", "investment"]
        )
        effect = {"giver": draw(amounts), "taker": draw(amounts)}
        scope = draw(st.sampled_from(["scope 1", "scope 2", "scope 3"])) if carbon else None
        names = {
            "synergy": f"{giver}>{taker}",
            "from_firm": giver,
            "to_firm": taker,
            "item": draw(st.sampled_from(items)),
        }
        year = f"{draw(st.integers(1990, 1993))}-05-01"
        rows.append({"start": year, **names, **effect, "unit": "t CO2e" if carbon else "DKK", "scope": scope})
    table = pd.DataFrame(rows)
    table["start"] = pd.to_datetime(table["start"]).astype("datetime64[s]")
    return table


@given(ledgers())
@settings(max_examples=25)
def test_condensing_keeps_every_sum_and_rates_lie_between_0_and_1(flows: pd.DataFrame) -> None:
    table = condense_flows(flows)
    keys = [flows["route"], flows["resource"]]
    before = flows["quantity"].groupby(keys).sum()
    after = table["quantity"].groupby([table["route"], table["resource"]]).sum()
    np.testing.assert_allclose(after.sort_index(), before.sort_index(), rtol=1e-12)
    functions = (residual_use, virgin_substitution, circularity, lambda f: landfill_diversion(f, RESOURCES))
    for function in functions:
        raw, condensed = function(flows), function(table)
        pd.testing.assert_frame_equal(raw, condensed)
        rates = raw[raw["indicator"].isin(RATES)]["value"]
        assert ((rates >= 0.0) & (rates <= 1.0 + 1e-12)).all()


@given(ledgers(), st.floats(0.5, 1000.0))
@settings(max_examples=20)
def test_scaling_a_ledger_scales_quantities_and_leaves_rates(flows: pd.DataFrame, factor: float) -> None:
    larger = flows.assign(quantity=flows["quantity"] * factor, delivered=flows["delivered"] * factor)
    for function in (residual_use, virgin_substitution, lambda f: landfill_diversion(f, RESOURCES)):
        one, other = function(flows), function(larger)
        rate = one["indicator"].isin(RATES).to_numpy()
        np.testing.assert_allclose(other["value"], one["value"] * np.where(rate, 1.0, factor), rtol=1e-9)


@given(ledgers())
@settings(max_examples=20)
def test_the_order_of_rows_does_not_matter(flows: pd.DataFrame) -> None:
    turned = flows.iloc[::-1]
    for function in (residual_use, virgin_substitution, lambda f: landfill_diversion(f, RESOURCES)):
        pd.testing.assert_frame_equal(function(flows), function(turned), rtol=1e-12)


@given(books())
@settings(max_examples=60)
def test_scopes_and_credit_rules_give_out_the_whole_net_figure(accounts: pd.DataFrame) -> None:
    carbon = accounts[accounts["unit"] == "t CO2e"]
    net = float((carbon["giver"] + carbon["taker"]).sum())
    size = float((carbon["giver"].abs() + carbon["taker"].abs()).sum()) + 1.0
    scopes = carbon_by_scope(accounts)
    assert scopes[scopes["scope"] == "park"]["value"].sum() == pytest.approx(net, abs=1e-9 * size)
    assert scopes[scopes["indicator"] == "exchange_co2"]["value"].sum() == pytest.approx(net, abs=1e-9 * size)
    credited = credit_rules(accounts, "DKK")
    for rule in ("cut_off", "half", "shapley"):
        given_out = credited[credited["indicator"] == f"credit_{rule}"]["value"].sum()
        assert given_out == pytest.approx(net, abs=1e-9 * size), rule
    gaining = accounts[accounts["unit"] == "DKK"].groupby("synergy")[["giver", "taker"]].sum().sum(axis=1)
    priced = carbon[carbon["synergy"].isin(gaining[gaining > 0.0].index)]
    by_price = credited[credited["indicator"] == "credit_price"]["value"].sum()
    assert by_price == pytest.approx(float((priced["giver"] + priced["taker"]).sum()), abs=1e-9 * size)


@given(books())
@settings(max_examples=40)
def test_the_chain_adds_up_to_the_net_figure_whatever_is_lost(accounts: pd.DataFrame) -> None:
    rng = np.random.default_rng(len(accounts))
    pairs = condense_accounts(accounts)[["start", "synergy", "from_firm", "to_firm"]].drop_duplicates()
    arrived = pairs.assign(route="exchange", quantity=rng.uniform(0.5, 1.0, len(pairs)))
    lost = pairs.assign(route="loss", to_firm="environment", quantity=rng.uniform(0.0, 0.5, len(pairs)))
    rest = dict.fromkeys(("instead_of", "delivered_resource"))
    flows = pd.concat([arrived, lost]).assign(
        resource="ash", kind="material", unit="t", delivered=np.nan, **rest
    )
    chain, scopes = carbon_chain(accounts, flows), carbon_by_scope(accounts)
    whole = chain[chain["scope"] == "park"]["value"].sum()
    assert whole == pytest.approx(scopes[scopes["scope"] == "park"]["value"].sum(), abs=1e-6)


@st.composite
def link_games(draw: st.DrawFn) -> tuple[list[str], dict[str, float], dict[str, list[str]]]:
    """Up to eight firms and some links, each of which needs two or three of them."""
    firms = [f"f{k}" for k in range(draw(st.integers(2, 8)))]
    links = [f"e{k}" for k in range(draw(st.integers(0, 12)))]
    subsets = st.lists(st.sampled_from(firms), min_size=2, max_size=3, unique=True)
    return firms, {e: draw(st.floats(-50, 100)) for e in links}, {e: draw(subsets) for e in links}


@given(link_games())
@settings(max_examples=60)
def test_link_shapley_equals_the_sum_over_all_coalitions(
    game: tuple[list[str], dict[str, float], dict[str, list[str]]],
) -> None:
    firms, worth, needs = game
    exact = shapley_value(firms, lambda s: float(sum(worth[e] for e in worth if set(needs[e]) <= s)))
    quick = link_shapley(worth, needs)
    for firm in firms:
        assert quick.get(firm, 0.0) == pytest.approx(exact[firm], abs=1e-9)


@given(link_games(), st.data())
@settings(max_examples=40)
def test_link_core_violation_equals_the_worst_of_all_coalitions(
    game: tuple[list[str], dict[str, float], dict[str, list[str]]], data: st.DataObject
) -> None:
    firms, worth, needs = game
    payoff = {firm: data.draw(st.floats(-20, 80)) for firm in firms}
    gains = lambda s: float(sum(max(worth[e], 0.0) for e in worth if set(needs[e]) <= s))  # noqa: E731
    expected, _ = core_violation(firms, gains, dict(payoff))
    assert link_core_violation(payoff, worth, needs) == pytest.approx(expected, abs=1e-6)


@given(link_games())
@settings(max_examples=40)
def test_shapley_of_gaining_links_is_in_the_core(
    game: tuple[list[str], dict[str, float], dict[str, list[str]]],
) -> None:
    # a game that adds up over links of non-negative worth is convex, so its Shapley value is in the core
    firms, worth, needs = game
    gaining = {link: abs(amount) for link, amount in worth.items()}
    value = link_shapley(gaining, needs).reindex(firms, fill_value=0.0)
    payoff = {str(firm): float(amount) for firm, amount in value.items()}
    assert link_core_violation(payoff, gaining, needs) == pytest.approx(0.0, abs=1e-6)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_gini_lies_between_0_and_1_and_equals_its_double_sum(values: list[float]) -> None:
    size = sum(abs(v) for v in values)
    found = gini_with_losses(np.array(values))
    if size == 0.0:
        assert np.isnan(found)
        return
    expected = sum(abs(a - b) for a, b in itertools.product(values, values)) / (2 * len(values) * size)
    assert found == pytest.approx(expected, abs=1e-9)
    assert -1e-12 <= found <= 1.0 + 1e-12


@given(st.floats(1.0, 1e6), st.lists(st.floats(0.0, 1e6), min_size=1, max_size=40))
def test_npv_changes_its_sign_at_the_internal_rate(outlay: float, returns: list[float]) -> None:
    rate = irr([-outlay, *returns])
    if np.isnan(rate):
        return
    assert npv([-outlay, *returns], rate) == pytest.approx(0.0, abs=1e-4 * (outlay + sum(returns)))
    assert npv([-outlay, *returns], rate + 0.01) <= npv([-outlay, *returns], rate) + 1e-9


@given(st.integers(1, 60), st.floats(0.0, 1.0))
def test_lifetime_factor_lies_between_one_year_and_the_term(term: int, decay: float) -> None:
    assert 1.0 <= lifetime_factor(term, decay) <= term
    assert lifetime_factor(term, 0.0) == term
    assert lifetime_factor(term, 1.0) == 1.0
