"""A comparison in words: a sentence for each difference that is clear, none for the others.

What lives here: wording, units and order. What does not: what is clear (``planning.compare.statistics``).
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from ecopark.report.numbers import number, scale_of

# Words for a positive and a negative difference, and whether more is better (None: neither).
_WORDS: dict[str, tuple[str, str]] = {
    "net_cost": ("the park pays {amount} more for disposal, supply and exchanges together",
                 "the park pays {amount} less for disposal, supply and exchanges together"),
    "joint_gain": ("exchanges gain their partners {amount} more", "exchanges gain their partners {amount} less"),
    "net_emissions": ("the park emits {amount} more", "the park emits {amount} less"),
    "avoided_co2": ("exchanges avoid {amount} more", "exchanges avoid {amount} less"),
    "avoided_waste": ("the park avoids {amount} more waste", "the park avoids {amount} less waste"),
    "landfilled": ("{amount} more go to landfill", "{amount} less go to landfill"),
    "avoided_discharge": ("the park avoids {amount} more discharge of used water",
                          "the park avoids {amount} less discharge of used water"),
    "avoided_cooling": ("{amount} more heat is used instead of cooled away",
                        "{amount} less heat is used instead of cooled away"),
    "avoided_flare": ("{amount} more gas is used instead of flared", "{amount} less gas is used instead of flared"),
    "avoided_virgin": ("residuals replace {amount} more of virgin material",
                       "residuals replace {amount} less of virgin material"),
    "avoided_water": ("the park draws {amount} less fresh water thanks to its exchanges",
                      "exchanges save {amount} less fresh water"),
    "avoided_heat": ("exchanges supply {amount} more heat", "exchanges supply {amount} less heat"),
    "avoided_fuel": ("exchanges replace {amount} more fuel", "exchanges replace {amount} less fuel"),
    "operating_synergies": ("{amount} more exchanges operate", "{amount} fewer exchanges operate"),
    "linked_firms": ("{amount} more firms exchange", "{amount} fewer firms exchange"),
}  # fmt: skip
_FIRM_WORDS: dict[str, tuple[str, str]] = {
    "net_cost": ("{firm} pays {amount} more", "{firm} pays {amount} less"),
    "net_emissions": ("{firm} emits {amount} more", "{firm} emits {amount} less"),
    "kept_from_disposal": (
        "{firm} keeps {amount} more of its residuals from disposal",
        "{firm} keeps {amount} less of its residuals from disposal",
    ),
    "exchanges": ("{firm} has {amount} more exchanges", "{firm} has {amount} fewer exchanges"),
}
_SAID_OF_FIRMS = ("net_cost", "kept_from_disposal", "net_emissions", "exchanges")


def write_sentences(comparison: Any) -> list[str]:
    """Sentences of a comparison: park, firms, exchanges.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    list of str
        One for each row that is ``clear``. Nothing is said of what firms pay, emit or exchange whose own
        business differs between the alternatives. Of the sentences of each table at most 5 % are expected to
        be false (Benjamini-Hochberg).
    """
    told: list[str] = []
    for span in comparison.spans[1:]:
        lead = f"With {span.label}" if comparison.spans[0].source != span.source else f"In {span.label}"
        told += _of_park(comparison, span.label, lead)
        told += _of_firms(comparison, span.label, lead)
        told += _of_links(comparison, span.label, lead)
    return told


def name_when(comparison: Any) -> str:
    """Span of a comparison as people say it: ``in 2000-2010``; empty where years are compared.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
    """
    spans = {(span.first, span.last) for span in comparison.spans}
    if len(spans) > 1:
        return ""
    first, last = spans.pop()
    return f"in {first}" if first == last else f"in {first}-{last}"


def rounded(value: float) -> str:
    """Number with at most three significant digits.

    Parameters
    ----------
    value : float, any unit

    Returns
    -------
    str

    Examples
    --------
    >>> rounded(455_788.0), rounded(4.4107)
    ('456,000', '4.4')
    """
    return number(float(f"{value:.3g}"))


def _of_park(comparison: Any, label: str, lead: str) -> list[str]:
    rows = comparison.indicators
    rows = rows[(rows["alternative"] == label) & rows["clear"] & rows["indicator"].isin(list(_WORDS))]
    return [_sentence(row, lead, _WORDS[str(row.indicator)], comparison) for row in rows.itertuples()]


def _of_firms(comparison: Any, label: str, lead: str) -> list[str]:
    rows = comparison.firms
    rows = rows[(rows["alternative"] == label) & rows["clear"] & ~rows["changed"]]
    rows = rows[rows["measure"].isin(_SAID_OF_FIRMS)]
    place = rows["measure"].map({name: k for k, name in enumerate(_SAID_OF_FIRMS)})
    ordered = rows.assign(place=place, size=-rows["difference"].abs()).sort_values(
        ["place", "size"], kind="stable"
    )
    return [
        _sentence(row, lead, _FIRM_WORDS[str(row.measure)], comparison, str(row.name))
        for row in ordered.itertuples(index=False)
    ]


def _of_links(comparison: Any, label: str, lead: str) -> list[str]:
    rows = comparison.links
    rows = rows[(rows["alternative"] == label) & rows["clear"]]
    when = name_when(comparison)
    told = []
    for row in rows.itertuples():
        verb = "appears" if row.base == 0 else "is gone" if row.other == 0 else "is more frequent"
        verb = "is rarer" if row.other and row.difference < 0 else verb
        shares = f"{100 * row.other:.0f} % of the runs instead of {100 * row.base:.0f} %"
        told.append(_joined(lead, f"the exchange {row.label} {verb}", when) + f" ({shares}).")
    return told


def _sentence(row: Any, lead: str, words: tuple[str, str], comparison: Any, firm: str = "") -> str:
    """One difference with its interval and its pairs."""
    unit = str(row.unit)
    is_count = unit in ("count", "1", "")
    per = "" if is_count else "/yr"
    divisor, shown = (1.0, "") if is_count else scale_of(max(abs(row.low), abs(row.high)), unit)
    amount = f"{rounded(abs(row.difference) / divisor)} {shown}{per}".strip()
    low, high = sorted((abs(row.low) / divisor, abs(row.high) / divisor))
    fact = words[0 if row.difference > 0 else 1].format(amount=amount, firm=firm)
    span = f"95 % interval {rounded(low)} to {rounded(high)}"
    return _joined(lead, fact, name_when(comparison)) + f" ({span}, {row.same_sign} of {row.pairs} pairs)."


def _joined(lead: str, fact: str, when: str) -> str:
    return f"{lead} {fact} {when}".strip()


def worth(row: pd.Series) -> str:
    """A difference as a table shows it: mean, interval and unit.

    Parameters
    ----------
    row : pandas.Series
        ``unit, difference, low, high``.

    Returns
    -------
    str
    """
    unit = str(row["unit"])
    is_count = unit in ("count", "1", "")
    ends = [abs(row[name]) for name in ("difference", "low", "high") if math.isfinite(row[name])]
    divisor, shown = (1.0, "") if is_count else scale_of(max(ends, default=0.0), unit)
    mean, low, high = (
        rounded(row[name] / divisor) if math.isfinite(row[name]) else ""
        for name in ("difference", "low", "high")
    )
    signed = mean if row["difference"] <= 0 else f"+{mean}"
    between = f" ({low} to {high})" if low else ""
    return f"{signed}{between} {shown}{'' if is_count else '/yr'}".rstrip()
