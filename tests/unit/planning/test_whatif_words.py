"""What people type: every example of the list reads, and what does not read says how to write it."""

from __future__ import annotations

import shlex

import pytest

from ecopark.commands.whatif import OPTIONS, event_name
from ecopark.errors import DomainError
from ecopark.planning.whatif.events import (
    CapPipe,
    CloseFirm,
    CutCapacity,
    DelayFirm,
    Drought,
    MoreOutages,
    Reprice,
    SetPath,
)
from ecopark.planning.whatif.words import WORDS, read_event


def test_every_option_is_in_the_list() -> None:
    assert tuple(word.option for word in WORDS) == OPTIONS


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.option)
def test_every_example_reads(word: object) -> None:
    (typed,) = shlex.split(word.example)  # type: ignore[attr-defined]
    assert read_event(word.option, typed) is not None  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("option", "typed", "event"),
    [
        ("close", "asnaes@1990", CloseFirm("asnaes", "1990")),
        ("close", "asnaes@1990-06", CloseFirm("asnaes", "1990-06")),
        ("delay", "gyproc@1975", DelayFirm("gyproc", "1975")),
        ("capacity", "refinery=60%@1988..1990", CutCapacity("refinery", 0.6, "1988", "1990")),
        ("cap-pipe", "a:b:steam=50%@1990", CapPipe("a", "b", 0.5, "1990", "steam")),
        ("cap-pipe", "a:b=0@1990..1991-03", CapPipe("a", "b", 0.0, "1990", "", "1991-03")),
        ("drought", "1996..1998=0.5", Drought(0.5, "1996", "1998")),
        ("drought", "lake, well=20%@1996", Drought(0.2, "1996", "", ("lake", "well"))),
        ("price", "coal*2@1990", Reprice("coal", 2.0, "1990")),
        ("fee", "fly_ash*0.5@1990..1991", Reprice("fly_ash", 0.5, "1990", "1991", "disposal")),
        ("outage", "*3@1990..1991", MoreOutages(3.0, "1990", "1991")),
        ("carbon-price", "1990: 100 DKK/t, 2000: 300 DKK/t",
         SetPath("policy.carbon_price", {"1990": "100 DKK/t", "2000": "300 DKK/t"})),
        ("change", "policy.water_levy=1990-06: 5 DKK/m3", SetPath("policy.water_levy", {"1990-06": "5 DKK/m3"})),
    ],
)  # fmt: skip
def test_words_and_events(option: str, typed: str, event: object) -> None:
    assert read_event(option, typed) == event


@pytest.mark.parametrize(
    ("option", "typed", "message"),
    [
        ("close", "asnaes", "--close: cannot read 'asnaes'; expected FIRM@DATE, such as --close asnaes@1990"),
        ("close", "asnaes@1990..1992", "a closure is for good"),
        ("capacity", "refinery=much@1990", "expected a number or percentage"),
        ("carbon-price", "100 DKK/t", "expected dates with values"),
        ("price", "coal=2@1990", "--price: cannot read"),
    ],
)
def test_what_does_not_read_says_how(option: str, typed: str, message: str) -> None:
    with pytest.raises(DomainError, match=message.replace("(", r"\(")):
        read_event(option, typed)


def test_folder_names_are_short_and_differ() -> None:
    assert event_name([("close", "asnaes@1990")]) == "close-asnaes-1990"
    long = [("price", f"resource_{k}*2@1990") for k in range(9)]
    assert len(event_name(long)) <= 60
    assert event_name(long) != event_name(long[::-1])
