"""Levers that do nothing are named with the reason, and the reason is true: runs at both their ends are the same."""

from __future__ import annotations

import pytest
from pandas.testing import assert_frame_equal

from ecopark import Scenario, simulate
from ecopark.app.levers import Value, levers_of
from ecopark.app.park import Draft
from ecopark.run import Run
from tests.small_parks import build, firm

KALUNDBORG = Scenario.load("kalundborg")
TABLES = ("flows", "synergies", "events", "accounts", "indicators")


def _struck(*names: str, **blocks: object) -> Scenario:
    """A park of three works, some of which a shock closes."""
    firms = {
        key: firm((place, 0)) | {"name": key.title()} for place, key in enumerate(("mill", "kiln", "inn"))
    }
    shocks = [{"kind": "closure", "firms": list(names), "from": "2000-06"}]
    return Scenario.from_dict(build(firms, shocks=shocks, **blocks), "small")


def test_all_firms_a_shock_strikes_are_named() -> None:
    draft = Draft(_struck("mill", "kiln"))
    assert "shocks" not in draft.idle_levers()
    one = draft.switch("mill", False).switch("inn", False)
    assert "shocks" not in one.idle_levers()
    both = draft.switch("mill", False).switch("kiln", False)
    # Said whether it is set or not; in the list of changes only where it is.
    assert both.idle_levers()["shocks"] == "nothing to act on while Kiln and Mill are switched off"
    assert both.changes() == ["Kiln switched off", "Mill switched off"]
    off = both.set_lever("shocks", False)
    assert off.changes()[-1] == "Shocks off: nothing to act on while Kiln and Mill are switched off"
    assert off.switch("kiln", True).changes()[-1] == "Shocks off"


def test_a_lever_tells_of_the_other_it_needs() -> None:
    draft = Draft(KALUNDBORG)
    assert draft.idle_levers() == {}
    alone = draft.set_lever("facilitator", "self_organised").set_lever("facilitator_from", 1970.0)
    reason = "does nothing while “Facilitator” is self-organised"
    assert alone.idle_levers() == {"facilitator_from": reason, "workshop_every": reason}
    assert f"At work from 1970: {reason}" in alone.changes()
    permits = draft.set_lever("permits", False)
    assert set(permits.idle_levers()) == {"officers", "coordination"}
    known = draft.set_lever("information", False).idle_levers()
    assert known["platform"] == "does nothing while “Firms must get to know each other” is off"


def test_where_nothing_is_said_of_information_competition_law_says_so() -> None:
    assert "all firms know each other" in Draft(_struck("mill")).idle_levers()["competition_law"]
    # A park that cannot be put together tells its problems instead.
    nobody = Draft(_struck("mill"))
    for name in ("mill", "kiln", "inn"):
        nobody = nobody.switch(name, False)
    assert nobody.idle_levers() == {}
    assert nobody.problems()


def _ends(draft: Draft, high: bool) -> Draft:
    """All idle levers of a park at one end of their ranges."""
    levers = {lever.name: lever for lever in levers_of(draft.base)}
    for name in draft.idle_levers():
        lever = levers[name]
        ends: dict[str, tuple[Value, Value]] = {
            "number": (lever.low, lever.high),
            "switch": (False, True),
            "choice": (lever.choices[0], lever.choices[-1]) if lever.choices else ("", ""),
        }
        draft = draft.set_lever(name, ends[lever.kind][int(high)])
    return draft


@pytest.mark.slow
@pytest.mark.parametrize(
    "at_rest",
    [
        {"trading": False},
        {"permits": False, "trust": False, "information": False, "facilitator": "off"},
        {"facilitator": "self_organised"},
    ],
)
def test_what_is_said_to_do_nothing_does_nothing(at_rest: dict[str, Value]) -> None:
    draft = Draft(KALUNDBORG)
    for lever, value in at_rest.items():
        draft = draft.set_lever(lever, value)
    assert draft.idle_levers()

    def run(one: Draft) -> Run:
        return simulate(one.scenario(), 3, "1966")

    plain, low, high = run(draft), run(_ends(draft, False)), run(_ends(draft, True))
    for table in TABLES:
        for other in (low, high):
            assert_frame_equal(getattr(other, table), getattr(plain, table))
