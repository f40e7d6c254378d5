"""What-ifs as people type them: ``asnaes@1990``, ``coal*2@1990``, ``1996..1998=0.5``.

What lives here: one short grammar, and the list of what there is with an example each. What does not: what an
event does (``events``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ecopark.errors import DomainError
from ecopark.planning.whatif.events import (
    CapPipe,
    CloseFirm,
    CutCapacity,
    DelayFirm,
    Drought,
    Event,
    MoreOutages,
    Reprice,
    SetPath,
)

_WHEN = r"@(?P<at>\d{4}(?:-\d{1,2})?)(?:\.\.(?P<until>\d{4}(?:-\d{1,2})?))?$"
_FIRM = re.compile(r"^(?P<firm>[^@=*:]+)" + _WHEN)
_PIPE = re.compile(
    r"^(?P<giver>[^@=*:]+):(?P<taker>[^@=*:]+)(?::(?P<resource>[^@=*:]+))?=(?P<value>[^@]+)" + _WHEN
)
_SHARE = re.compile(r"^(?P<name>[^@=*:]+)=(?P<value>[^@]+)" + _WHEN)
_TIMES = re.compile(r"^(?P<name>[^@=*:]*)\*(?P<value>[^@]+)" + _WHEN)
_DRY = re.compile(r"^(?P<at>\d{4}(?:-\d{1,2})?)(?:\.\.(?P<until>\d{4}(?:-\d{1,2})?))?=(?P<value>.+)$")


@dataclass(frozen=True)
class Word:
    """One kind of what-if on the command line.

    Attributes
    ----------
    option : str
        Without its dashes.
    form, example : str
    meaning : str
    read : callable
        From what was typed to an event.
    """

    option: str
    form: str
    example: str
    meaning: str
    read: Callable[[str], Event]


def read_number(text: str) -> float:
    """Number, or percentage.

    Parameters
    ----------
    text : str
        Such as ``0.5`` or ``50%``.

    Returns
    -------
    float, 1

    Raises
    ------
    DomainError
        If it is neither.
    """
    plain = text.strip()
    try:
        return float(plain[:-1]) / 100.0 if plain.endswith("%") else float(plain)
    except ValueError:
        raise DomainError(f"expected a number or percentage such as 0.5 or 50%, found {text!r}") from None


def read_path(text: str) -> dict[str, str]:
    """Values by date.

    Parameters
    ----------
    text : str
        Such as ``"1990: 100 DKK/t, 2000: 300 DKK/t"``.

    Returns
    -------
    dict of str to str

    Raises
    ------
    DomainError
        If a part is no date with a value.
    """
    found = {}
    for part in text.split(","):
        when, colon, value = part.partition(":")
        if not colon or not re.fullmatch(r"\d{4}(-\d{1,2})?", when.strip()) or not value.strip():
            raise DomainError(
                f"expected dates with values, such as '1990: 100 DKK/t, 2000: 300 DKK/t', found {text!r}"
            )
        found[when.strip()] = value.strip()
    return found


def _matched(pattern: re.Pattern[str], text: str) -> dict[str, str]:
    found = pattern.match(text.strip())
    if found is None:
        raise DomainError(f"cannot read {text!r}")
    return {name: (value or "").strip() for name, value in found.groupdict().items()}


def _close(text: str) -> Event:
    found = _matched(_FIRM, text)
    if found["until"]:
        raise DomainError("a closure is for good; --capacity FIRM=0@FROM..UNTIL stops a firm for a time")
    return CloseFirm(found["firm"], found["at"])


def _delay(text: str) -> Event:
    found = _matched(_FIRM, text)
    if found["until"]:
        raise DomainError("a delay ends on one date")
    return DelayFirm(found["firm"], found["at"])


def _cap_pipe(text: str) -> Event:
    found = _matched(_PIPE, text)
    return CapPipe(
        found["giver"],
        found["taker"],
        read_number(found["value"]),
        found["at"],
        found["resource"],
        found["until"],
    )


def _capacity(text: str) -> Event:
    found = _matched(_SHARE, text)
    return CutCapacity(found["name"], read_number(found["value"]), found["at"], found["until"])


def _drought(text: str) -> Event:
    if _DRY.match(text.strip()):
        found = _matched(_DRY, text)
        return Drought(read_number(found["value"]), found["at"], found["until"])
    found = _matched(_SHARE, text)
    waters = tuple(name.strip() for name in found["name"].split(","))
    return Drought(read_number(found["value"]), found["at"], found["until"], waters)


def _price(text: str) -> Event:
    found = _matched(_TIMES, text)
    return Reprice(found["name"], read_number(found["value"]), found["at"], found["until"])


def _fee(text: str) -> Event:
    found = _matched(_TIMES, text)
    return Reprice(found["name"], read_number(found["value"]), found["at"], found["until"], "disposal")


def _outage(text: str) -> Event:
    found = _matched(_TIMES, text)
    return MoreOutages(read_number(found["value"]), found["at"], found["until"], found["name"])


def _carbon_price(text: str) -> Event:
    return SetPath("policy.carbon_price", read_path(text))


def _landfill_tax(text: str) -> Event:
    return SetPath("policy.landfill_tax", read_path(text))


def _change(text: str) -> Event:
    path, _, values = text.partition("=")
    return SetPath(path.strip(), read_path(values))


WORDS: tuple[Word, ...] = (
    Word("close", "FIRM@DATE", "asnaes@1990", "a firm closes for good", _close),
    Word("capacity", "FIRM=SHARE@DATE[..DATE]", "refinery=60%@1988..1990", "a firm runs at a share of its capacity",
         _capacity),
    Word("delay", "FIRM@DATE", "gyproc@1975", "a firm begins to work later than planned", _delay),
    Word("cap-pipe", "GIVER:TAKER[:RESOURCE]=SHARE@DATE[..DATE]", "asnaes:refinery:steam=50%@1990",
         "pipes that lie then carry a share of what they were built for", _cap_pipe),
    Word("drought", "[WATER=SHARE@]DATE[..DATE][=SHARE]", "1976..1977=10%", "water sources give a share", _drought),
    Word("outage", "[FIRM]*TIMES@DATE[..DATE]", "refinery*5@1985..1986", "units fail so many times as often", _outage),
    Word("price", "RESOURCE*FACTOR@DATE[..DATE]", "fuel_oil*2@1985", "a price of virgin supply is multiplied", _price),
    Word("fee", "RESOURCE*FACTOR@DATE[..DATE]", "fly_ash*3@1985", "a disposal fee is multiplied", _fee),
    Word("carbon-price", "'DATE: VALUE, ...'", "'1980: 100 DKK/t, 1985: 300 DKK/t'", "another carbon price",
         _carbon_price),
    Word("landfill-tax", "'DATE: VALUE, ...'", "'1980: 200 DKK/t'", "another landfill tax", _landfill_tax),
    Word("change", "PATH='DATE: VALUE, ...'", "policy.water_levy='1980: 5 DKK/m3'",
         "any tax, levy, price, fee, cost, capacity or recipe, from a date on", _change),
)  # fmt: skip
"""Every kind of what-if, in the order in which they are shown."""


def read_event(option: str, text: str) -> Event:
    """An event as typed after its option.

    Parameters
    ----------
    option : str
        Of ``WORDS``, without dashes.
    text : str

    Returns
    -------
    Event

    Raises
    ------
    DomainError
        Saying what was expected, with an example.
    """
    word = next(word for word in WORDS if word.option == option)
    try:
        return word.read(text)
    except DomainError as failure:
        raise DomainError(
            f"--{option}: {failure}; expected {word.form}, such as --{option} {word.example}"
        ) from failure
