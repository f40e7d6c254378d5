"""A comparison in words and figures, from tables made up for the purpose."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ecopark.planning.compare.tables import Span
from ecopark.report.compare_bars import BETTER, WORSE, draw_forest, draw_winners
from ecopark.report.compare_maps import ALIKE, GAINED, LOST, Side, draw_maps
from ecopark.report.compare_sentences import name_when, rounded, worth, write_sentences
from ecopark.report.style import new_figure

BASE = {"alternative": "tax", "pairs": 20, "same_sign": 20, "changed": False, "corrected": 0.001}


def indicators() -> pd.DataFrame:
    rows = [
        ("avoided_waste", "t", 50e3, 12e3, 8e3, 15e3, True),
        ("net_cost", "DKK", 1e9, 2e6, -1e6, 5e6, False),
        ("net_emissions", "t CO2e", 1e6, -5e3, -6e3, -4e3, True),
        ("operating_synergies", "count", 0.0, 2.0, 1.5, 2.5, True),
    ]
    names = ["indicator", "unit", "base", "difference", "low", "high", "clear"]
    return pd.DataFrame(rows, columns=names).assign(**BASE)


def firms() -> pd.DataFrame:
    rows = [
        ("a", "A", "net_cost", "DKK", -3e6, -4e6, -2e6, True, False),
        ("b", "B", "net_cost", "DKK", 1e6, 0.5e6, 1.5e6, True, False),
        ("c", "C", "net_cost", "DKK", -9e9, -9e9, -9e9, True, True),
        ("a", "A", "kept_from_disposal", "t", 4e3, 3e3, 5e3, True, False),
    ]
    names = ["firm", "name", "measure", "unit", "difference", "low", "high", "clear", "changed"]
    return pd.DataFrame(rows, columns=names).assign(alternative="tax", pairs=20, same_sign=19)


def links() -> pd.DataFrame:
    rows = [
        ("A → B: ash", 0.0, 1.0, 1.0, True),
        ("A → C: ash", 0.6, 0.2, -0.4, True),
        ("C → B: ash", 0.5, 0.4, -0.1, False),
    ]
    return pd.DataFrame(rows, columns=["label", "base", "other", "difference", "clear"]).assign(
        alternative="tax"
    )


def comparison(*spans: Span) -> Any:
    default = (Span("now", "now", 2000, 2010), Span("tax", "tax", 2000, 2010))
    return SimpleNamespace(spans=spans or default, indicators=indicators(), firms=firms(), links=links())


def test_a_sentence_for_each_clear_difference_and_no_other() -> None:
    assert write_sentences(comparison()) == [
        "With tax the park avoids 12 kt/yr more waste in 2000-2010 (95 % interval 8.0 to 15, 20 of 20 pairs).",
        "With tax the park emits 5.0 kt CO₂e/yr less in 2000-2010 (95 % interval 4.0 to 6.0, 20 of 20 pairs).",
        "With tax 2.0 more exchanges operate in 2000-2010 (95 % interval 1.5 to 2.5, 20 of 20 pairs).",
        "With tax A pays 3.0 million DKK/yr less in 2000-2010 (95 % interval 2.0 to 4.0, 19 of 20 pairs).",
        "With tax B pays 1.0 million DKK/yr more in 2000-2010 (95 % interval 0.50 to 1.5, 19 of 20 pairs).",
        "With tax A keeps 4.0 kt/yr more of its residuals from disposal in 2000-2010 "
        "(95 % interval 3.0 to 5.0, 19 of 20 pairs).",
        "With tax the exchange A → B: ash appears in 2000-2010 (100 % of the runs instead of 0 %).",
        "With tax the exchange A → C: ash is rarer in 2000-2010 (20 % of the runs instead of 60 %).",
    ]


def test_years_side_by_side_need_no_span() -> None:
    years = comparison(Span("1990", "park", 1990, 1990), Span("tax", "park", 2000, 2000))
    assert name_when(years) == ""
    assert write_sentences(years)[0].startswith("In tax the park avoids 12 kt/yr more waste (95 %")
    assert name_when(comparison(Span("a", "a", 1990, 1990), Span("tax", "b", 1990, 1990))) == "in 1990"


@pytest.mark.parametrize(
    ("value", "text"), [(455_788.0, "456,000"), (4.4107, "4.4"), (0.0, "0"), (182_500.0, "182,000")]
)
def test_numbers_of_sentences_are_short(value: float, text: str) -> None:
    assert rounded(value) == text


def test_worth_of_a_row() -> None:
    row = pd.Series({"unit": "t", "difference": -1500.0, "low": -2000.0, "high": -900.0})
    assert worth(row) == "\u22121.5 (\u22122.0 to \u22120.90) kt/yr"
    assert worth(pd.Series({"unit": "count", "difference": 2.0, "low": np.nan, "high": np.nan})) == "+2.0"


def test_the_forest_shows_shares_and_marks_what_is_clear() -> None:
    panel = draw_forest(indicators(), "tax against now")
    marks = [line for line in panel.lines if line.get_gid() == "mean"]
    # Nil in the base has no percentage.
    assert [round(float(mark.get_xdata()[0]), 3) for mark in marks] == [24.0, 0.2, -0.5]
    assert [mark.get_markeredgecolor() for mark in marks[::2]] == [BETTER, BETTER]
    assert marks[1].get_markerfacecolor() == "white"
    assert WORSE not in [mark.get_markeredgecolor() for mark in marks]
    spans = [tuple(line.get_xdata()) for line in panel.lines if line.get_gid() == "interval"]
    assert spans[0] == pytest.approx((16.0, 30.0))
    side = [text.get_text() for text in panel.texts if text.get_gid() == "side"]
    assert side[0] == "+12 (8.0 to 15) kt/yr"
    assert "% of the base" in panel.get_xlabel()


def test_winners_stand_above_losers_and_changed_firms_nowhere() -> None:
    money, carbon, kept = draw_winners(firms(), "who gains")
    assert [label.get_text() for label in money.get_yticklabels()] == ["A", "B"]
    assert [bar.get_width() for bar in money.patches] == pytest.approx([3.0, -1.0])
    assert money.get_xlabel() == "pays less, million DKK/yr"
    assert kept.get_xlabel() == "keeps from disposal, kt/yr"
    assert [bar.get_width() for bar in kept.patches] == pytest.approx([4.0])
    assert not carbon.patches


def test_maps_colour_what_differs() -> None:
    places = pd.DataFrame(
        {"short": ["A", "B", "C", "Far"], "x_km": [0.0, 1.0, 0.5, 90.0], "y_km": [0.0, 0.2, 1.0, 0.0]},
        index=["a", "b", "c", "far"],
    )
    names = ["from_firm", "to_firm", "resource", "share"]
    now = pd.DataFrame([("a", "b", "ash", 1.0), ("a", "c", "ash", 0.9)], columns=names)
    then = pd.DataFrame([("a", "b", "ash", 0.9), ("b", "far", "ash", 0.8)], columns=names)
    panels = draw_maps([Side("now", now, places), Side("tax", then, places)], "Exchanges in 1990")
    found = []
    for panel in panels:
        colours = {tuple(np.round(c[:3], 3)) for part in panel.collections for c in part.get_facecolor()}
        found.append(len(colours))
        limits = panel.get_xlim(), panel.get_ylim()
        for line in panel.lines:
            assert limits[0][0] <= line.get_xdata()[0] <= limits[0][1]
        assert {text.get_text() for text in panel.texts if text.get_gid() == "name"} >= {"A", "B"}
    assert found == [2, 2]
    assert len({ALIKE, GAINED, LOST}) == 3


def test_figures_go_into_axes_of_the_callers() -> None:
    figure = new_figure(160, 100)
    draw_forest(indicators(), "tax", ax=figure.add_subplot())
    assert figure.axes
