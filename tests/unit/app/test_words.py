"""What cards, maps and tables say: places, crumbs of arithmetic, units, names that fit."""

from __future__ import annotations

import math
from typing import Any

from small_parks import build, firm
from test_park import BASE

from ecopark import Scenario
from ecopark.app import cards, sheets
from ecopark.app.park import Draft
from ecopark.app.scene import free_place, park_scene


def _texts(part: Any) -> list[str]:
    """All texts of a component, in order."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, list | tuple):
        return [text for one in part for text in _texts(one)]
    return _texts(getattr(part, "children", None) or [])


def test_a_place_is_told_from_the_nearest_firm() -> None:
    told = _texts(cards.draft_firm(Draft(BASE).move("kiln", 0.0, -1500.0), "kiln"))
    assert "1.5 km south of A firm" in told
    alone = _texts(cards.draft_firm(Draft(BASE).switch("works", False), "kiln"))
    assert "Place" not in alone


def test_crumbs_of_arithmetic_are_no_items() -> None:
    rows = {"payment": (417e6,), "trench": (-2.3e-8,), "transaction": (-6.9e6,)}
    told = _texts(cards._money_table(rows, "DKK", ("over the run",)))
    assert told == [
        "million DKK", "over the run", "payment between the two", "417", "cost of agreeing", "−6.9", "sum", "410",
    ]  # fmt: skip


def test_small_differences_carry_their_own_unit() -> None:
    row = {"indicator": "net_emissions", "unit": "t CO2e", "base": 2.1e6, "other": 2.1e6, "difference": 87.6}
    row |= {"low": -132.0, "high": 513.2, "clear": False}
    told = _texts(sheets._difference_row(row, several=True))
    assert told == ["emissions, net, Mt CO₂e", "2.1", "2.1", "+87.6 t CO₂e", "−132 to +513 t CO₂e"]
    row |= {
        "indicator": "landfilled",
        "unit": "t",
        "base": 4e3,
        "other": 9e3,
        "difference": 5e3,
        "low": math.nan,
    }
    assert _texts(sheets._difference_row(row, several=True))[2:] == ["9.0", "+5.00", "–"]


def test_a_new_firm_hides_nobody() -> None:
    draft = Draft(BASE)
    for _ in range(3):
        x, y = free_place(park_scene(draft))
        gaps = [math.hypot(x - one["x"], y - one["y"]) for one in park_scene(draft)["firms"]]
        assert min(gaps) > 0.07 * park_scene(draft)["frame"]["width"]
        draft = draft.add("brewery", (draft.ground.site(x, y)))[0]


def _far(*distances_km: float) -> list[dict[str, Any]]:
    firms = {f"near_{row}": firm((250 * row, 100 * row)) for row in range(8)}
    firms |= {f"far_{row}": firm((1000 * km, 40 * row)) for row, km in enumerate(distances_km)}
    found: list[dict[str, Any]] = park_scene(Draft(_park_of(firms)))["firms"]
    return found


def _park_of(firms: dict[str, Any]) -> Scenario:
    return Scenario.from_dict(build(firms), "small")


def test_firms_stand_where_they_are_unless_some_are_very_far() -> None:
    assert not any(one["far_km"] for one in _far(3.0))
    firms = _far(80.0, 90.0, 170.0)
    border = [one for one in firms if one["far_km"]]
    assert len(border) == 3
    places = [(one["x"], one["y"]) for one in border]
    assert len({(round(x), round(y)) for x, y in places}) == 3
    inner = [one["x"] for one in firms if not one["far_km"]]
    assert max(x for x, _ in places) < max(inner) + (max(inner) - min(inner))
