"""Figures of money, credits, the network in numbers and closures: sums drawn are sums of the tables."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes

from ecopark.errors import DomainError
from ecopark.indicators.breakdown import GAIN_PARTS, OTHER, gain_parts
from ecopark.indicators.money import firm_gains
from ecopark.report.closures import draw_closures
from ecopark.report.credits import draw_credits
from ecopark.report.line_ends import part_heights
from ecopark.report.money import PART, draw_money
from ecopark.report.network_curves import draw_network_curves
from ecopark.report.style import check_formats
from ecopark.report.tables import RunTables

_SCALES = {"million DKK": 1e6, "billion DKK": 1e9, "DKK": 1.0, "t CO₂e": 1.0, "kt CO₂e": 1e3, "Mt CO₂e": 1e6}


def test_parts_of_gain_add_up_to_what_a_firm_gains(run: RunTables) -> None:
    accounts = run.require_accounts()
    parts = gain_parts(accounts, "DKK")
    expected = firm_gains(accounts, "DKK")
    pd.testing.assert_series_equal(parts.groupby("firm")["value"].sum(), expected, rtol=1e-12)
    paid = parts[parts["part"] == "payments between partners"]["value"]
    assert abs(paid.sum()) <= 1e-9 * paid.abs().sum()


def test_an_item_nobody_named_is_not_lost(small: RunTables) -> None:
    accounts = small.require_accounts()
    strange = accounts.assign(item=accounts["item"].replace("haulage", "customs"))
    parts = gain_parts(strange, "DKK")
    assert parts.loc[parts["part"] == OTHER, "value"].sum() == pytest.approx(
        accounts.loc[accounts["item"] == "haulage", ["giver", "taker"]].to_numpy().sum(), rel=1e-12
    )
    assert {*GAIN_PARTS, OTHER} == set(PART)


def _bars(ax: Axes) -> float:
    """Signed length of all bars of a panel of money."""
    total = 0.0
    for part in ax.collections:
        sign = {"gain": 1.0, "cost": -1.0}.get(str(part.get_gid()))
        if sign is not None:
            total += sign * sum(float(np.ptp(path.vertices[:, 0])) for path in part.get_paths())
    return total


def test_money_drawn_is_the_money_there_is(run: RunTables) -> None:
    lines, bars = draw_money(run)
    accounts = run.require_accounts()
    money = accounts[accounts["unit"] == "DKK"]
    total = float(money["giver"].sum() + money["taker"].sum())
    ends = [line.get_ydata()[-1] for line in lines.lines if str(line.get_gid()).startswith("line ")]
    assert sum(ends) * _SCALES[lines.get_ylabel().split(" since")[0]] == pytest.approx(total, rel=1e-9)
    assert _bars(bars) * _SCALES[bars.get_xlabel().split(",")[0]] == pytest.approx(total, rel=1e-9)
    (net,) = [line for line in bars.lines if line.get_gid() == "net"]
    scale = _SCALES[bars.get_xlabel().split(",")[0]]
    assert float(np.sum(net.get_xdata())) * scale == pytest.approx(total, rel=1e-9)


def test_every_rule_gives_out_the_net_figure(run: RunTables) -> None:
    accounts = run.require_accounts()
    carbon = accounts[accounts["unit"] == "t CO2e"]
    total = float(carbon["giver"].sum() + carbon["taker"].sum())
    money = accounts[accounts["unit"] == "DKK"].groupby("synergy")[["giver", "taker"]].sum().sum(axis=1)
    gaining = carbon[carbon["synergy"].isin(money.index[money > 0.0])]
    by_price = float(gaining["giver"].sum() + gaining["taker"].sum())
    for ax, expected in zip(draw_credits(run), (total, total, by_price, total), strict=True):
        drawn = sum(bar.get_width() for bar in ax.patches)
        assert drawn * _SCALES[ax.get_xlabel().split("\n")[0]] == pytest.approx(expected, rel=1e-9)


def test_network_in_numbers_agrees_with_networkx(run: RunTables) -> None:
    panels = draw_network_curves(run)
    years = panels[0].lines[-1].get_xdata() - 1.0
    at = len(years) - 20
    day = pd.Timestamp(int(years[at]), 12, 31)
    ran = run.synergies[run.synergies["operating"].notna()]
    alive = ran[(ran["operating"] <= day) & ~(ran["ended"] <= day)]
    graph = nx.DiGraph(list(zip(alive["from_firm"], alive["to_firm"], strict=True)))
    both = graph.to_undirected()
    degree = np.mean([count for _, count in both.degree()])
    giant = max(len(part) for part in nx.connected_components(both))
    ends = pd.concat([alive["from_firm"], alive["to_firm"]]).value_counts()
    expected = [
        len(alive), len(graph), degree, 100.0 * nx.density(graph), 100.0 * giant / len(graph),
        100.0 * ends.max() / len(alive),
    ]  # fmt: skip
    drawn = [next(line for line in ax.lines if line.get_gid() == "line").get_ydata()[at] for ax in panels]
    np.testing.assert_allclose(drawn, expected, rtol=1e-9)


def test_shares_lost_are_shares_of_the_ledger(small: RunTables) -> None:
    year = small.busiest_year
    panels = draw_closures(small, year=year)
    rows = small.exchanged[small.exchanged["year"] == year]
    for ax, unit in zip(panels, ("t", "MWh", "m3"), strict=True):
        mine = rows[rows["unit"] == unit]
        given = mine.groupby("from_firm")["quantity"].sum()
        taken = mine.groupby("to_firm")["quantity"].sum()
        expected = 100.0 * given.add(taken, fill_value=0.0) / mine["quantity"].sum()
        drawn = sorted(bar.get_width() for bar in ax.patches if bar.get_width() > 0.0)
        np.testing.assert_allclose(drawn, sorted(expected), rtol=1e-9)


def test_figures_of_money_say_what_they_lack(small: RunTables) -> None:
    bare = replace(small, accounts=None)
    for draw in (draw_money, draw_credits):
        with pytest.raises(DomainError, match="needs the accounts of a run"):
            draw(bare)


def test_an_unknown_format_is_named_before_anything_is_drawn() -> None:
    check_formats(("pdf", "svg"))
    with pytest.raises(DomainError, match="figures are saved as png, svg, pdf; found 'gif'"):
        check_formats(("png", "gif"))
    with pytest.raises(DomainError, match="found none"):
        check_formats(())


@given(st.lists(st.floats(-5.0, 60.0), max_size=12))
def test_names_at_line_ends_keep_order_pitch_and_bounds(wanted: list[float]) -> None:
    places = part_heights(wanted, 3.0, 0.0, 50.0)
    assert np.all(places >= -1e-9)
    assert np.all(places <= 50.0 + 1e-9)
    order = np.argsort(wanted, kind="stable")
    assert np.all(np.diff(places[order]) >= 3.0 - 1e-9)
