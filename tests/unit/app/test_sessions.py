"""Visitors: kept apart, bounded in number and age."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ecopark import Scenario
from ecopark.app.archetypes import available, usual_capacity
from ecopark.app.park import Draft
from ecopark.app.sessions import Sessions
from ecopark.scenario.library import archetype_names
from tests.small_parks import build, firm

FIRST = Draft(
    Scenario.from_dict(
        build(
            {"works": firm(capacity="10 t/d", outputs={"ash": {"resource": "ash", "coefficient": "0.2 t/t"}})}
        ),
        "small",
    )
)


def test_each_has_a_park_of_its_own() -> None:
    sessions = Sessions(FIRST)
    one, two = sessions.new(), sessions.get_or_new("a guess")
    assert one.id != two.id
    assert two.id != "a guess"
    one.histories["A"].do(one.histories["A"].now.with_seed(5))
    assert two.histories["A"].now == FIRST
    assert sessions.get(one.id) is one
    assert sessions.get("a guess") is None
    assert sessions.get(None) is None


def test_who_is_not_seen_for_longest_goes_first() -> None:
    gone: list[str] = []
    sessions = Sessions(FIRST, most=2, forget=gone.append)
    one, two = sessions.new(), sessions.new()
    sessions.get(one.id)
    sessions.new()
    assert gone == [two.id]
    assert sessions.get(one.id) is one
    assert len(sessions) == 2


def test_who_is_not_seen_for_long_is_forgotten() -> None:
    now, gone = [0.0], list[str]()
    sessions = Sessions(FIRST, hours=1.0, forget=gone.append, clock=lambda: now[0])
    one, two = sessions.new(), sessions.new()
    now[0] = 3000.0
    sessions.get(two.id)
    now[0] = 3601.0
    assert sessions.get(one.id) is None
    assert gone == [one.id]
    assert sessions.get(two.id) is two


def test_many_at_once() -> None:
    sessions = Sessions(FIRST, most=1000)
    with ThreadPoolExecutor(16) as crowd:
        made = list(crowd.map(lambda _: sessions.new().id, range(300)))
        found = list(crowd.map(lambda name: sessions.get_or_new(name).id, made))
    assert len(set(made)) == len(sessions) == 300
    assert found == made


def test_every_plant_can_be_chosen() -> None:
    table = available()
    assert set(table["archetype"]) == set(archetype_names())
    row = table.set_index("archetype").loc["coal_power_station"]
    assert "fly ash" in row["residuals"]
    assert "electricity" not in row["residuals"]
    assert "steam coal" in row["needs"]
    assert usual_capacity("coal_power_station") == f"{row['capacity']:.12g} {row['unit']}"
