"""Figures of many runs with five firms and with forty, in print and for a projector."""

from __future__ import annotations

import pandas as pd
import pytest

from ecopark.report.compare_maps import Side, draw_maps
from ecopark.report.name_key import MOST_NAMED, choose_key
from ecopark.report.programme_plots import draw_headline
from ecopark.report.style import PRINT, PROJECTOR, Medium, figure_of, fit_parts, shorten, text_size

MEDIA = pytest.mark.parametrize("medium", [PRINT, PROJECTOR], ids=["print", "projector"])


def sides(firms: int) -> list[Side]:
    ids = [f"f{k}" for k in range(firms)]
    places = pd.DataFrame(
        {
            "short": [f"Construction company {k}" for k in range(firms)],
            "x_km": [float(k % 7) for k in range(firms)],
            "y_km": [float(k // 7) for k in range(firms)],
        },
        index=ids,
    )
    links = pd.DataFrame(
        {"from_firm": ids, "to_firm": ids[1:] + ids[:1], "resource": "ash", "share": 1.0}, index=range(firms)
    )
    return [Side("now", links, places), Side("tax", links, places)]


def names_of(firms: int, medium: Medium) -> list[list[str]]:
    figure = figure_of(draw_maps(sides(firms), "Exchanges in 1990", medium=medium))
    assert figure.get_size_inches()[1] * 25.4 <= medium.height_mm + 0.1
    return [[text.get_text() for text in ax.texts if text.get_gid() == "name"] for ax in figure.axes]


@MEDIA
def test_five_firms_are_named_on_every_map(medium: Medium) -> None:
    named = names_of(5, medium)
    assert sum(len(texts) == 5 for texts in named) == 2


@MEDIA
def test_forty_firms_are_numbered_and_named_once(medium: Medium) -> None:
    named = names_of(40, medium)
    assert sorted(text for texts in named for text in texts if text.isdigit()) == sorted(
        2 * [str(k + 1) for k in range(40)]
    )
    (key,) = [texts for texts in named if texts and not texts[0].isdigit()]
    assert sorted(key) == sorted(f"Construction company {k}" for k in range(40))


def test_a_region_has_no_key() -> None:
    assert not choose_key({str(k): str(k) for k in range(MOST_NAMED)}, PRINT).numbers
    assert not choose_key({str(k): str(k) for k in range(1000)}, PRINT).numbers


def test_a_number_at_the_end_of_a_name_stays() -> None:
    for room in (20.0, 26.0):
        text = shorten("Heated glasshouse, tomatoes 17", room, 7.0)
        assert text.startswith("Heated")
        assert text.endswith("… 17")
        assert text_size(text, 7.0)[0] <= room
    assert shorten("Heated glasshouse", 15.0, 7.0).endswith("…")
    giver, taker = fit_parts(["Demolition waste recycler 6", "Demolition waste recycler 29"], 40.0, 7.0)
    assert giver.endswith("… 6")
    assert taker.endswith("… 29")


@MEDIA
def test_a_basis_without_a_figure_says_so(medium: Medium) -> None:
    headline = pd.DataFrame(
        [("landfill_diverted", "annual", 8.0, "t"), ("avoided_co2", "cumulative", 50.0, "t CO2e")],
        columns=["indicator", "basis", "value", "unit"],
    )
    panels = draw_headline(headline, "A programme", medium=medium)
    told = [[text.get_text() for text in panel.texts if text.get_gid() == "value"] for panel in panels]
    assert told == [["8.0", "no figure"], ["no figure", "50"]]
