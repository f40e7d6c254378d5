"""The best possible network of a park as a problem: streams, links, lines, and the program made of them.

What lives here: :func:`build_problem`. What does not: solving it (``solving``).

Everything is taken from the scenario, with the draws of a run of the same seed, so that what comes about in
that run is one of the networks the problem allows ([the page](../docs/optimum.md) says where and why).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ecopark.planning.optimum.capital import draw_lines
from ecopark.planning.optimum.columns import Blocks, BlockStreams, Lines, Links
from ecopark.planning.optimum.links import build_links
from ecopark.planning.optimum.program import Program, build_program
from ecopark.planning.optimum.reference import Reference, reference_streams
from ecopark.planning.optimum.streams import cut_blocks, segment_flows, sum_streams
from ecopark.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Problem:
    """All that is known of the networks a park could have.

    Attributes
    ----------
    scenario : Scenario
    seed : int
        Of the draws.
    reference : Reference
        The park without exchange.
    blocks : Blocks
    streams : BlockStreams
    links : Links
    lines : Lines
    program : Program
    """

    scenario: Scenario
    seed: int
    reference: Reference
    blocks: Blocks
    streams: BlockStreams
    links: Links
    lines: Lines
    program: Program

    @property
    def currency(self) -> str:
        """Code of the money of the problem."""
        return self.reference.park.currency.code


def build_problem(
    scenario: Scenario,
    seed: int = 1,
    blocks: str | None = None,
    since: str | date | None = None,
    until: str | date | None = None,
    rate: float = 0.05,
) -> Problem:
    """Everything needed to look for the best possible network of a park.

    Parameters
    ----------
    scenario : Scenario
    seed : int
        Of the run with which it shares its draws.
    blocks : str, optional
        Length of the blocks of time, such as ``"5 yr"`` or ``"1 month"``; one block where it is None.
    since, until : str or datetime.date, optional
        First and last month looked at; those of the scenario where they are None.
    rate : float, 1/yr
        Real discount rate of money and of the annuities of what is built.

    Returns
    -------
    Problem

    Raises
    ------
    ScenarioError
        If the scenario names a rule that is unknown.
    DomainError
        If the span is empty, the length fits no whole period, or the rate is no rate.

    Examples
    --------
    >>> from ecopark import Scenario
    >>> problem = build_problem(Scenario.load("kalundborg"), seed=1, blocks="5 yr")  # doctest: +SKIP
    """
    reference = reference_streams(scenario, seed)
    span = cut_blocks(reference.calendar, blocks, since, until, rate)
    flows = segment_flows(reference)
    streams = sum_streams(reference, span, flows)
    links, ways, options = build_links(reference, span, flows, streams)
    lines, line = draw_lines(reference, span, links, ways, options)
    links = replace(links, line=line)
    program = build_program(reference, span, streams, links, lines)
    return Problem(scenario, seed, reference, span, streams, links, lines, program)
