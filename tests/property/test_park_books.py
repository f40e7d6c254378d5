"""Whole runs of random parks: the books close, physics holds, money sums to zero.

Everything is recomputed from the tables of the run and the recipes of the scenario; the model's own
arrays are not looked at. Activity is read from the sales of ``goods``, one per unit of activity.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_parks import Raw
from strategies import parks

from ecopark import Run, Scenario, simulate
from ecopark.model import ParkModel
from ecopark.scenario.types import Park, Port

Quantities = dict[tuple[str, str, pd.Timestamp], float]
KELVIN = 273.15


@pytest.fixture(scope="module")
def runs() -> Callable[[Raw, int], tuple[Park, Run]]:
    """Run of a raw scenario; each is run once, whatever number of tests asks."""
    known: dict[str, tuple[Park, Run]] = {}

    def run(raw: Raw, seed: int) -> tuple[Park, Run]:
        key = f"{raw!r} {seed}"
        if key not in known:
            scenario = Scenario.from_dict(raw)
            known[key] = (scenario.park, simulate(scenario, seed))
        return known[key]

    return run


def _sums(table: pd.DataFrame, firm: str, column: str = "quantity", resource: str = "resource") -> Quantities:
    """Sums by firm, resource and start of the segment."""
    part = pd.DataFrame(
        {"firm": table[firm].astype(str), "resource": table[resource].astype(str), "start": table["start"]}
    ).assign(value=table[column].to_numpy())
    sums = part.groupby(["firm", "resource", "start"])["value"].sum()
    return {key: float(value) for key, value in sums.items()}  # type: ignore[misc]


def _period_start(park: Park, when: pd.Timestamp) -> date:
    """First day of the period of a segment."""
    step = {"month": 1, "quarter": 3, "year": 12}[park.time.period]
    months = (when.year - park.time.start.year) * 12 + when.month - park.time.start.month
    first = park.time.start.month - 1 + months // step * step
    return date(park.time.start.year + first // 12, first % 12 + 1, 1)


def _coefficient(port: Port, when: date) -> float:
    alive = (port.from_ is None or port.from_ <= when) and (port.until is None or when < port.until)
    return port.coefficient.at(when) if alive else 0.0


def _activities(park: Park, run: Run) -> dict[tuple[str, pd.Timestamp], float]:
    """Activity of every scheduled firm by segment, from its sales of goods."""
    sold = _sums(run.flows[run.flows["route"] == "product"], "from_firm")
    starts = sorted(set(run.flows["start"]))
    scheduled = [name for name, firm in park.firms.items() if firm.processes["main"].drive == "scheduled"]
    return {(name, start): sold.get((name, "goods", start), 0.0) for name in scheduled for start in starts}


@given(parks(), st.integers(0, 3))
@settings(max_examples=40)
def test_books_of_scheduled_firms_close_from_the_ledger_and_the_recipes(
    runs: Callable[[Raw, int], tuple[Park, Run]], raw: Raw, seed: int
) -> None:
    park, run = runs(raw, seed)
    flows = run.flows
    moved = flows[flows["route"].isin(["exchange", "loss"])]
    out = [
        _sums(moved, "from_firm"),
        _sums(flows[flows["route"].isin(["disposal", "product", "export"])], "from_firm"),
    ]
    stored = flows[flows["route"] == "stock"]
    stores = stored["to_firm"].astype(str).str.endswith(" store")
    filled, emptied = _sums(stored[stores], "from_firm"), _sums(stored[~stores], "to_firm")
    bought = _sums(flows[(flows["route"] == "virgin") & flows["synergy"].isna()], "to_firm")
    got = flows[(flows["route"] == "exchange") & flows["delivered"].notna()]
    delivered = _sums(got, "to_firm", "delivered", "delivered_resource")
    for (firm, start), activity in _activities(park, run).items():
        process = park.firms[firm].processes["main"]
        for port in process.out.values():
            key = (firm, port.resource, start)
            made = activity * _coefficient(port, _period_start(park, start))
            gone = sum(part.get(key, 0.0) for part in out) + filled.get(key, 0.0) - emptied.get(key, 0.0)
            if port.on_demand:
                assert gone <= made * (1 + 1e-9) + 1e-12
            else:
                assert gone == pytest.approx(made, rel=1e-9, abs=1e-9), key
        for port in process.in_.values():
            key = (firm, port.resource, start)
            need = activity * _coefficient(port, _period_start(park, start))
            assert bought.get(key, 0.0) + delivered.get(key, 0.0) == pytest.approx(
                need, rel=1e-9, abs=1e-9
            ), key
            assert delivered.get(key, 0.0) <= port.max_share.value * need * (1 + 1e-9) + 1e-12, key


@given(parks(), st.integers(0, 3))
@settings(max_examples=40)
def test_feed_driven_firms_work_off_what_they_received(
    runs: Callable[[Raw, int], tuple[Park, Run]], raw: Raw, seed: int
) -> None:
    park, run = runs(raw, seed)
    flows = run.flows
    for firm, spec in park.firms.items():
        process = spec.processes["main"]
        if process.drive == "scheduled":
            continue
        mine = flows[(flows["from_firm"] == firm) | (flows["to_firm"] == firm)]
        received = mine[(mine["to_firm"] == firm) & mine["route"].isin(["exchange", "import"])]
        stored = mine[mine["route"] == "stock"]
        used = dict.fromkeys(sorted({port.resource for port in process.in_.values()}), 0.0)
        activity = 0.0
        for port in process.in_.values():
            into = received.loc[received["resource"] == port.resource, "quantity"].sum()
            here = stored[stored["resource"] == port.resource]
            kept = here.loc[here["from_firm"] == firm, "quantity"].sum()
            taken = here.loc[here["to_firm"] == firm, "quantity"].sum()
            used[port.resource] = float(into - kept + taken)
            assert used[port.resource] >= -1e-9
            activity += used[port.resource] / port.coefficient.at(park.time.start)
        for port in process.out.values():
            given_away = mine[(mine["from_firm"] == firm) & (mine["resource"] == port.resource)]
            given_away = given_away[given_away["route"].isin(["exchange", "loss", "disposal"])]
            made = float(given_away["quantity"].sum())
            assert made == pytest.approx(
                activity * port.coefficient.at(park.time.start), rel=1e-7, abs=1e-6
            ), firm


@given(parks(), st.integers(0, 3))
@settings(max_examples=40)
def test_trading_moves_residuals_but_makes_and_loses_none(
    runs: Callable[[Raw, int], tuple[Park, Run]], raw: Raw, seed: int
) -> None:
    park, run = runs(raw, seed)
    _, alone = runs(raw | {"mechanisms": raw["mechanisms"] | {"trading": False}}, seed)
    assert not len(alone.synergies)
    flows = run.flows[~_treated(run.flows)]
    gone = _sums(
        flows[flows["route"].isin(["exchange", "loss", "disposal", "product", "export"])], "from_firm"
    )
    stored = flows[flows["route"] == "stock"]
    into = stored["to_firm"].astype(str).str.endswith(" store")
    filled, emptied = _sums(stored[into], "from_firm"), _sums(stored[~into], "to_firm")
    without = _sums(alone.flows[alone.flows["route"].isin(["disposal", "product", "export"])], "from_firm")
    for key in sorted({*gone, *filled, *emptied, *without}):
        process = park.firms[key[0]].processes["main"]
        demanded = [port.resource for port in process.out.values() if port.on_demand]
        if process.drive == "scheduled" and key[1] not in demanded:
            total = gone.get(key, 0.0) + filled.get(key, 0.0) - emptied.get(key, 0.0)
            assert total == pytest.approx(without.get(key, 0.0), rel=1e-9, abs=1e-9), key


def _treated(flows: pd.DataFrame) -> pd.Series:
    """Rows of what a conversion loses of the residual after it has arrived."""
    return flows["from_firm"].astype(str).str.endswith(" treatment")


@given(parks(), st.integers(0, 3))
@settings(max_examples=40)
def test_heat_only_falls_and_water_is_clean_enough(
    runs: Callable[[Raw, int], tuple[Park, Run]], raw: Raw, seed: int
) -> None:
    park, run = runs(raw, seed)
    assert (run.flows["quantity"] > 0.0).all()
    moved = run.flows[run.flows["route"] == "exchange"]
    pumped = run.flows[(run.flows["route"] == "virgin") & run.flows["synergy"].notna()]
    powered = _sums(pumped[pumped["resource"] == "electricity"], "synergy")
    for row in run.synergies.itertuples():
        mine = moved[moved["synergy"] == row.synergy]
        if row.resource not in ("warmth", "heat", "water") or not len(mine):
            continue
        giver, taker = (park.firms[name].processes["main"] for name in (row.from_firm, row.to_firm))
        out = next(port for port in giver.out.values() if port.resource == row.resource)
        into = next(port for port in taker.in_.values() if port.resource == row.to_resource)
        drop = park.transport[row.mode].temperature_drop.value * row.distance_km
        for start in mine["start"]:
            when = _period_start(park, start)
            supplied, required = out.grade.at(when), into.grade.at(when)
            if row.resource == "water":
                assert supplied >= required
            elif row.pathway == "pump":
                # No heat pump beats Carnot between the two bodies of heat.
                sent = float(mine.loc[mine["start"] == start, "delivered"].sum())
                lift = max((required - supplied) / (required + KELVIN), 0.0)
                assert powered.get((row.synergy, "electricity", start), 0.0) >= sent * lift * 0.999
                assert required <= park.pathways["pump"].lift.max_temperature.value
            else:
                assert supplied - drop >= required + park.layout.approach.value


@given(parks(), st.integers(0, 3))
@settings(max_examples=40)
def test_blending_limits_hold_for_all_givers_together(
    runs: Callable[[Raw, int], tuple[Park, Run]], raw: Raw, seed: int
) -> None:
    park, run = runs(raw, seed)
    pathway = run.synergies.set_index("synergy")["pathway"]
    got = run.flows[(run.flows["route"] == "exchange") & run.flows["delivered"].notna()]
    got = got.assign(pathway=got["synergy"].astype(str).map(pathway).astype(str))
    activity = _activities(park, run)
    for key in ("ash_to_clay", "sludge_to_clay"):
        delivered = _sums(got[got["pathway"] == key], "to_firm", "delivered", "delivered_resource")
        for (firm, _, start), quantity in delivered.items():
            port = park.firms[firm].processes["main"].in_["clay"]
            need = activity[firm, start] * _coefficient(port, _period_start(park, start))
            assert quantity <= park.pathways[key].max_share.value * need * (1 + 1e-9) + 1e-12


@given(parks(), st.integers(0, 3))
@settings(max_examples=40)
def test_payments_only_change_hands(
    runs: Callable[[Raw, int], tuple[Park, Run]], raw: Raw, seed: int
) -> None:
    _, run = runs(raw, seed)
    accounts = run.accounts
    paid = accounts[accounts["item"].isin(["payment", "penalty"])]
    np.testing.assert_array_equal(paid["giver"].to_numpy(), -paid["taker"].to_numpy())
    assert np.isfinite(accounts[["giver", "taker"]].to_numpy()).all()
    # The payment of a synergy's first month is its quantity at its first price.
    prices = {row.synergy: row.price for row in run.synergies.itertuples() if np.isfinite(row.price)}
    repriced = set(run.events.loc[run.events["event"].isin(["repriced", "renewed", "rebuilt"]), "synergy"])
    moved = run.flows[run.flows["route"].isin(["exchange", "loss"]) & ~_treated(run.flows)]
    for synergy in sorted(set(moved["synergy"].astype(str)) - repriced):
        quantity = moved.loc[moved["synergy"] == synergy, "quantity"].sum()
        mine = paid[(paid["synergy"] == synergy) & (paid["item"] == "payment")]
        assert mine["giver"].sum() == pytest.approx(prices[synergy] * quantity, rel=1e-9, abs=1e-9)


@given(parks(most=4), st.integers(0, 3))
@settings(max_examples=30)
def test_agreed_prices_lie_between_the_reservation_prices(raw: Raw, seed: int) -> None:
    model = ParkModel(Scenario.from_dict(raw).park, seed)
    for _ in range(model.calendar.periods):
        model.step()
    for contract in model.exchanges.all:
        first = contract.price_path[0][1]
        assert contract.appraisal.floor <= first <= contract.appraisal.ceiling
        assert contract.appraisal.joint_margin > 0.0
    model.close()


def test_random_parks_do_trade_and_do_everything(runs: Callable[[Raw, int], tuple[Park, Run]]) -> None:
    """The properties above would be empty words over parks in which nothing happens."""
    seen: dict[str, Any] = {
        "pathways": set(),
        "routes": set(),
        "drives": set(),
        "states": set(),
        "synergies": 0,
    }

    @given(parks(), st.integers(0, 3))
    @settings(max_examples=40)
    def collect(raw: Raw, seed: int) -> None:
        park, run = runs(raw, seed)
        seen["synergies"] += int(run.synergies["operating"].notna().sum())
        moved = set(run.flows.loc[run.flows["route"] == "exchange", "synergy"].astype(str))
        seen["pathways"] |= set(run.synergies.loc[run.synergies["synergy"].isin(moved), "pathway"])
        seen["routes"] |= set(run.flows["route"].astype(str))
        seen["states"] |= set(run.synergies["state"])
        taking = set(run.flows.loc[run.flows["route"] == "exchange", "to_firm"].astype(str))
        seen["drives"] |= {park.firms[name].processes["main"].drive for name in taking}

    collect()
    assert seen["synergies"] > 40
    assert seen["pathways"] >= {
        "direct",
        "ash_to_clay",
        "sludge_to_clay",
        "sludge_to_gas",
        "pump",
        "cool_down",
    }
    assert seen["routes"] >= {"exchange", "product", "virgin", "disposal", "loss", "stock", "import"}
    assert seen["drives"] == {"scheduled", "feed"}
    assert seen["states"] >= {"operating", "lost", "closed"}
