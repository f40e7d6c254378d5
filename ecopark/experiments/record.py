"""The record a scenario brings for its hindcast: dated links and quantities, as tables.

What lives here: the record as columns and the links of a run in the same form. What does not: reading its
files (``ecopark.scenario``), judging anything by it (``scores``, ``hindcast``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ecopark.errors import Problem, ScenarioError
from ecopark.scenario import Scenario

LINK = ["from_firm", "to_firm", "resource"]
PARK_WIDE = "t CO2e"
Exchange = tuple[str, str, str]


@dataclass(frozen=True)
class Record:
    """What was observed.

    Attributes
    ----------
    links : pandas.DataFrame
        ``from_firm, to_firm, resource, start_year`` (int) and ``end_year`` (float, missing where it did not
        end), each link once, by start.
    quantities : pandas.DataFrame
        ``item, from_firm, to_firm, resource, quantity, unit, year``; firms and resource are empty where a
        row is of the whole park.
    until : int, yr
        Last year that is judged.
    """

    links: pd.DataFrame
    quantities: pd.DataFrame
    until: int

    @cached_property
    def starts(self) -> dict[Exchange, int]:
        """Start year by giver, taker and resource."""
        return dict(zip(exchanges_of(self.links), self.links["start_year"].tolist(), strict=True))

    def running(self, year: int) -> pd.DataFrame:
        """Links that had begun by the end of a year and had not ended."""
        links = self.links
        return links[(links["start_year"] <= year) & ~(links["end_year"] <= year)]


def exchanges_of(table: pd.DataFrame) -> list[Exchange]:
    """Giver, taker and resource of every row, in order."""
    return list(zip(*(table[name].astype(str) for name in LINK), strict=True))


def pairs_of(exchanges: Iterable[Exchange]) -> set[tuple[str, str]]:
    """Giver and taker of some exchanges, whatever flows between them."""
    return {(giver, taker) for giver, taker, _ in exchanges}


def starts_of(synergies: pd.DataFrame) -> dict[Exchange, int]:
    """First year of each exchange of a run.

    Parameters
    ----------
    synergies : pandas.DataFrame
        Of a run.

    Returns
    -------
    dict of tuple to int
        By giver, taker and residual: the year in which it first operated. A later attempt, another way of
        using the same residual and a renewal are the same exchange.
    """
    begun = synergies[synergies["operating"].notna()]
    years = begun["operating"].dt.year.groupby([begun[name].astype(str) for name in LINK]).min()
    return {(str(key[0]), str(key[1]), str(key[2])): int(year) for key, year in years.items()}


def read_record(scenario: Scenario, until: int | None = None) -> Record:
    """The record of a scenario up to a year.

    Parameters
    ----------
    scenario : Scenario
    until : int, optional
        Last year judged; that of the record by default, and never later. Quantities are kept only where
        the whole record is judged, since they belong to its end.

    Returns
    -------
    Record

    Raises
    ------
    ScenarioError
        If the scenario has no record, none that begins by `until`, or one longer than its own time.
    """
    observed, span = scenario.park.observed, scenario.park.time
    if observed is None:
        raise _problem(
            scenario, "observed", "is missing; a hindcast needs a record: observed: {links: links.csv, until: 1993}"
        )  # fmt: skip
    last = observed.until if until is None else until
    if last > observed.until:
        raise _problem(
            scenario,
            "observed.until",
            f"the record ends in {observed.until}; nothing can be judged to {last}",
        )
    if not span.start.year <= last <= span.end.year:
        message = f"{last} lies outside the scenario's time, {span.start:%Y-%m} to {span.end:%Y-%m}"
        raise _problem(scenario, "observed.until", message)
    rows = [
        (*(row[name] for name in LINK), int(row["start_year"]), float(row.get("end_year") or "nan"))
        for row in observed.record
    ]
    links = pd.DataFrame(rows, columns=[*LINK, "start_year", "end_year"])
    links = links.sort_values("start_year", kind="stable").drop_duplicates(LINK)
    links = links[links["start_year"] <= last].reset_index(drop=True)
    if links.empty:
        raise _problem(scenario, "observed.links", f"holds no link that began by {last}")
    return Record(links, _quantities(scenario, whole=last == observed.until), last)


def _quantities(scenario: Scenario, whole: bool) -> pd.DataFrame:
    """Recorded quantities of years the scenario reaches."""
    observed, end = scenario.park.observed, scenario.park.time.end
    rows = [
        (
            row["item"], *(row.get(name, "") for name in LINK), float(row["quantity"]), row["unit"],
            int(row["year"]),
        )
        for row in (observed.quantities if observed and whole else ())
        if int(row["year"]) < end.year or (int(row["year"]) == end.year and end.month == 12)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["item", *LINK, "quantity", "unit", "year"])
    kinds = table.drop_duplicates(["item", "unit", "year"])["item"]
    if kinds.duplicated().any():
        item = kinds[kinds.duplicated()].iloc[0]
        raise _problem(
            scenario, "observed.volumes", f"the rows of item {item!r} must have one unit and one year"
        )
    return table


def _problem(scenario: Scenario, field: str, message: str) -> ScenarioError:
    return ScenarioError([Problem(str(scenario.path or scenario.name), 0, field, message)])
