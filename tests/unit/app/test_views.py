"""Views against the tables they are made from: cards equal accounts and ledger, differences equal subtraction."""

from __future__ import annotations

import numpy as np
import pytest

from ecopark import Scenario, simulate
from ecopark.app.park import Draft
from ecopark.app.views import difference, exchange_card, firm_card, network_at, pipeline, years
from ecopark.errors import DomainError
from ecopark.run import Run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(Scenario.load("kalundborg"), 1, "1985")


def _operated(run: Run) -> list[str]:
    return run.synergies.loc[run.synergies["operating"].notna(), "synergy"].astype(str).tolist()


def test_cards_of_exchanges_equal_the_accounts(run: Run) -> None:
    names = _operated(run)
    assert len(names) > 5
    joint = 0.0
    for name in names:
        card = exchange_card(run, name)
        rows = run.accounts[run.accounts["synergy"].astype(str) == name]
        money = rows[rows["unit"].astype(str) == "DKK"]
        for party in ("giver", "taker"):
            assert card["totals"][party] == pytest.approx(money[party].sum(), rel=1e-9)
            assert card["money"][party].sum() == pytest.approx(money[party].sum(), rel=1e-9)
        carbon = rows[rows["unit"].astype(str) == "t CO2e"]
        assert card["carbon"]["avoided"].sum() == pytest.approx(
            (carbon["giver"] + carbon["taker"]).sum(), rel=1e-9
        )
        sent = run.flows[(run.flows["route"] == "exchange") & (run.flows["synergy"].astype(str) == name)]
        assert card["flows"]["quantity"].sum() == pytest.approx(sent["quantity"].sum(), rel=1e-9)
        joint += card["totals"]["joint"]
        row = run.synergies.set_index(run.synergies["synergy"].astype(str)).loc[name]
        assert [s["date"] for s in card["stages"] if s["stage"] == "operating"] == [
            f"{row['operating']:%Y-%m-%d}"
        ]
        assert card["terms"]["price"] == row["price"]
    # All exchanges together are the joint gain of the indicators, ideas refused after signing apart.
    never = run.accounts[
        ~run.accounts["synergy"].astype(str).isin(names) & (run.accounts["unit"].astype(str) == "DKK")
    ]
    park = run.indicators[(run.indicators["scope"] == "park") & (run.indicators["indicator"] == "joint_gain")]
    rest = (never["giver"] + never["taker"]).sum()
    assert joint + rest == pytest.approx(park["value"].sum(), rel=1e-9)


def test_who_paid_the_pipe_is_in_the_accounts(run: Run) -> None:
    paid = run.accounts[(run.accounts["item"] == "investment") & (run.accounts["giver"] < 0)]
    name = str(paid["synergy"].iloc[0])
    terms = exchange_card(run, name)["terms"]
    assert terms["paid_by"] == str(paid["from_firm"].iloc[0])
    own = run.accounts[(run.accounts["item"] == "investment") & (run.accounts["synergy"].astype(str) == name)]
    assert terms["paid"] == pytest.approx(-(own["giver"] + own["taker"]).sum(), rel=1e-9)


def test_history_says_who_pays(run: Run) -> None:
    for name in _operated(run):
        card = exchange_card(run, name)
        agreed = [line["words"] for line in card["history"] if line["event"] == "agreed"]
        first = run.events[(run.events["synergy"] == name) & (run.events["event"] == "agreed")]["detail"]
        for words, detail in zip(agreed, first, strict=True):
            assert ("the giver pays" in words) == (float(str(detail).split()[0]) < 0)
            assert f"DKK/{card['unit']}" in words
            assert "per unit" not in words


def test_books_of_firms_add_up_to_the_accounts(run: Run) -> None:
    money = run.accounts[run.accounts["unit"].astype(str) == "DKK"]
    cards = {str(firm): firm_card(run, str(firm)) for firm in run.firms.index}
    assert sum(card["net"] for card in cards.values()) == pytest.approx(
        (money["giver"] + money["taker"]).sum(), rel=1e-9
    )
    card = cards["asnaes"]
    given = run.flows[
        (run.flows["from_firm"].astype(str) == "asnaes") & (run.flows["unit"].astype(str) == "t")
    ]
    told = card["flows"][(card["flows"]["direction"] == "out") & (card["flows"]["unit"] == "t")]
    assert told["quantity"].sum() == pytest.approx(given["quantity"].sum(), rel=1e-9)
    assert {e["exchange"] for e in card["exchanges"]} == {n for n in _operated(run) if "asnaes." in n}


def test_network_on_a_date_is_that_of_the_run(run: Run) -> None:
    assert years(run) == (1959, 1985)
    nodes, edges = network_at(run, "1980-06", Draft(run.scenario).ground)
    graph = run.network("1980-06")
    assert {e["exchange"] for e in edges} == {key for *_, key in graph.edges(keys=True)}
    assert {n["firm"] for n in nodes if n["present"]} == set(graph)
    rows = run.flows[(run.flows["route"] == "exchange") & (run.flows["start"].dt.year == 1980)]
    for edge in edges:
        moved = rows[rows["synergy"].astype(str) == edge["exchange"]]["quantity"].sum()
        assert edge["quantity"] == pytest.approx(moved, rel=1e-9)
    assert len(pipeline(run)["ideas"]) == len(run.synergies)


def test_difference_is_taken_pair_by_pair() -> None:
    draft = Draft(Scenario.load("kalundborg"))
    taxed = draft.set_lever("landfill_tax", 600.0)
    sides = [[simulate(d.scenario(), seed, "1968") for seed in (1, 2)] for d in (draft, taxed)]
    found = difference(*sides, ("as it is", "taxed"))
    row = found.indicators.set_index("indicator").loc["landfilled"]
    dumped = [
        [
            r.flows[
                (r.flows["route"] == "disposal")
                & (r.flows["to_firm"] == "landfill")
                & (r.flows["unit"] == "t")
            ]["quantity"].sum()
            for r in runs
        ]
        for runs in sides
    ]
    # A comparison counts per year: ten of them, 1959 to 1968.
    assert row["difference"] == pytest.approx((np.mean(dumped[1]) - np.mean(dumped[0])) / 10.0, rel=1e-9)
    assert row["pairs"] == 2
    alone = difference(sides[0][:1], sides[1][:1]).indicators
    assert alone["low"].isna().all()
    assert not alone["clear"].any()
    with pytest.raises(DomainError, match="share a seed"):
        difference(sides[0][:1], sides[1][1:])
    with pytest.raises(DomainError, match="nothing to compare"):
        difference([], sides[1])


def test_strangers_are_refused(run: Run) -> None:
    with pytest.raises(DomainError, match="asnaes"):
        firm_card(run, "asnes")
    with pytest.raises(DomainError, match="no exchange"):
        exchange_card(run, "x")
