"""The subsidy that would make good exchanges happen: who would need how much, in order of cost, and whether it works.

What lives here: the study as a whole, its tables and its proof by running the scenario with the payments in
force. What does not: looking at pairs (``survey``), the value of one (``value``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ecopark.errors import DomainError
from ecopark.experiments.kept import KeptResult
from ecopark.planning.subsidy.proof import Proof, prove
from ecopark.planning.subsidy.survey import INSTRUMENTS, RANKS, REJECTED, Instrument, Look, Rank, survey
from ecopark.planning.subsidy.value import SocialTerms
from ecopark.scenario import Scenario

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class SubsidyStudy(KeptResult):
    """Exchanges that society would like and firms reject, and what would make them happen.

    Attributes
    ----------
    name : str
        Of the scenario.
    seed : int
    currency : str
    at : int
        Year whose start the merit order is of, and from which the payments are offered.
    terms : SocialTerms
    instrument : {"unit", "grant"}
    rank : {"carbon", "diverted", "value"}
    rejected : pandas.DataFrame
        One row per year looked at and pair rejected although its social value is above zero. ``private_value``
        (money/yr): joint gain as firms reckon it, capital at their hurdle rate, risk and dealing taken off;
        ``payback`` (yr); ``social_value`` (money/yr); ``co2`` (t CO2e/yr), ``landfill`` (t/yr), ``diverted``
        (unit/yr); ``subsidy`` (money per unit sent) and ``grant`` (share of the investment): the least of each that
        makes both sign, nan where none does; ``years`` over which the payment is reckoned; ``present_cost``
        (money, at the start of the year) and ``yearly_cost`` (money/yr, the same spread over them);
        ``cost_per_t_co2`` (money/t CO2e) and ``cost_per_diverted`` (money/unit): yearly cost over what it brings a
        year, inf where that is nothing. ``reason`` is why it does not pay,
        ``history`` why the last attempt in the run failed or ended, ``not tried`` where nobody ever took it up.
    curve : pandas.DataFrame
        The merit order of year `at`: the same columns, ``left`` (1: share of its quantity that those before it
        leave) and the running sums ``cumulative_co2``, ``cumulative_diverted_t``, ``cumulative_cost``.
    worthwhile : pandas.DataFrame
        Pairs that need no payment on that day, that nobody pursues, and that do not come about later either.
    proof : Proof or None
        None where nothing was run.
    labels : mapping of str to str
        Short name of each firm.

    Notes
    -----
    Figures: ``study.plot.curve()``, ``study.plot.proof()``.
    """

    drawn_by = "ecopark.report.gains_subsidy:SubsidyPlots"

    name: str
    seed: int
    currency: str
    at: int
    terms: SocialTerms
    instrument: Instrument
    rank: Rank
    rejected: pd.DataFrame
    curve: pd.DataFrame
    worthwhile: pd.DataFrame
    proof: Proof | None = None
    labels: Mapping[str, str] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """What was asked on which terms, and the proof in totals, as plain data."""
        stated: dict[str, Any] = {
            "scenario": self.name, "seed": self.seed, "currency": self.currency, "at": self.at,
            "instrument": self.instrument, "rank": self.rank, **asdict(self.terms),
        }  # fmt: skip
        if self.proof is not None:
            stated |= {"proof": dict(self.proof.totals), "uplift": self.proof.uplift}
        return stated

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name, as they are saved."""
        tables = {"rejected": self.rejected, "curve": self.curve, "worthwhile": self.worthwhile}
        if self.proof is not None:
            proof = self.proof
            tables |= {"proof": proof.exchanges, "proof_runs": proof.runs, "proof_others": proof.others}
        return tables


def study_subsidies(
    scenario: Scenario,
    terms: SocialTerms,
    *,
    at: int | None = None,
    years: Sequence[int] | None = None,
    seed: int = 1,
    until: int | None = None,
    instrument: Instrument = "unit",
    rank: Rank = "carbon",
    first: int = 5,
    replicates: int = 10,
    uplift: float = 0.1,
    progress: Progress | None = None,
) -> SubsidyStudy:
    """Look for good exchanges that firms reject, price them, and run the scenario with the cheapest paid for.

    Parameters
    ----------
    scenario : Scenario
    terms : SocialTerms
        Social cost of carbon and of landfill, social discount rate.
    at : int, optional
        Year of the merit order, from which the payments are offered; halfway through the run by default.
    years : sequence of int, optional
        Years looked at; all of the run by default.
    seed : int
        Of the run looked at, and of the first replicate.
    until : int, optional
        Last year of the runs; the scenario's by default.
    instrument : {"unit", "grant"}
        Payment per unit exchanged, or share of the investment.
    rank : {"carbon", "diverted", "value"}
        What the merit order is by.
    first : int
        How many of the merit order are paid for in the proof.
    replicates : int
        Pairs of runs of the proof, with and without the payments on the same luck; 0 for none.
    uplift : float, 1
        Paid on top of the least, as a share of it: at the least nothing is left to agree about.
    progress : callable, optional
        Called after every run of the proof with the runs done and to do.

    Returns
    -------
    SubsidyStudy

    Raises
    ------
    DomainError
        If a year lies outside the scenario's time, or a choice or number is out of range.
    """
    begin, end = scenario.park.time.start.year, scenario.park.time.end.year
    last = end if until is None else until
    chosen = (begin + last + 1) // 2 if at is None else at
    looked = range(begin, last + 1) if years is None else years
    _check(scenario, chosen, looked, last, instrument, rank, first, replicates, uplift)
    found = survey(scenario, seed, looked, chosen, Look(terms, instrument, rank), last)
    curve = _cumulated(_table(found.curve, ("left",)))
    proof = None
    if replicates and first and len(curve):
        proof = prove(
            scenario, curve.head(first), chosen, instrument, terms.rate, seed, replicates, last, uplift, progress
        )  # fmt: skip
    return SubsidyStudy(
        scenario.name, seed, scenario.park.currency.code, chosen, terms, instrument, rank,
        _table(found.rejected), curve, _table(found.worthwhile), proof,
        {name: firm.short or firm.name for name, firm in scenario.park.firms.items()},
    )  # fmt: skip


def _check(
    scenario: Scenario,
    at: int,
    years: Sequence[int],
    last: int,
    instrument: str,
    rank: str,
    first: int,
    replicates: int,
    uplift: float,
) -> None:
    """Say everything that is wrong with the question at once."""
    time = scenario.park.time
    begin = time.start.year if time.start.month == 1 else time.start.year + 1
    wrong = [
        f"year {year} lies outside {begin} to {last}; a year counts if its first of January is in the run"
        for year in dict.fromkeys([at, *years])
        if not begin <= year <= last and (year == at or year != time.start.year)
    ]
    if not time.start.year <= last <= time.end.year:
        wrong.append(f"until {last} lies outside the scenario's time, {time.start.year} to {time.end.year}")
    if instrument not in INSTRUMENTS:
        wrong.append(f"unknown instrument {instrument!r}; known: {', '.join(INSTRUMENTS)}")
    if rank not in RANKS:
        wrong.append(f"unknown rank {rank!r}; known: {', '.join(RANKS)}")
    if min(first, replicates) < 0 or not uplift >= 0.0:
        wrong.append(f"first {first}, replicates {replicates} and uplift {uplift} must be 0 or larger")
    if wrong:
        raise DomainError("; ".join(wrong))


def _table(rows: list[dict[str, Any]], more: tuple[str, ...] = ()) -> pd.DataFrame:
    """Rows as a table with the columns of ``REJECTED``, and more."""
    return pd.DataFrame(rows, columns=[*REJECTED, *more])


def _cumulated(curve: pd.DataFrame) -> pd.DataFrame:
    """Merit order with its running sums; only tonnes are added to tonnes."""
    tonnes = np.where(curve["unit"] == "t", curve["diverted"], 0.0)
    return curve.assign(
        cumulative_co2=curve["co2"].cumsum(),
        cumulative_diverted_t=np.cumsum(tonnes.astype(float)),
        cumulative_cost=curve["present_cost"].cumsum(),
    )
