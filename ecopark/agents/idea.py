"""The pipeline of one idea: from the day a pair is noticed to the end of its exchange."""

from __future__ import annotations

from dataclasses import dataclass, field

from ecopark.errors import MarketError

STAGES = ("identified", "screened", "negotiating", "permitting", "building", "operating")
ENDS = ("expired", "breached", "closed", "lost")
REASONS = (
    "economics", "quality", "permit", "no-agreement", "partner-withdrew", "information", "distance",
    "competition-law", "closure",
)  # fmt: skip


@dataclass
class Idea:
    """One attempt to make an exchange out of a pair.

    Attributes
    ----------
    synergy : str
        Identifier: giver's stream, taker's stream, number of the attempt.
    pair, attempt : int
    giver, taker : str
        Firms.
    stages : dict of str to float, day
        When each stage was reached.
    state, reason : str
        Present stage or end; why it was lost or ended.
    ended : float, day
        NaN while it lives.
    mode : str
    distance, price, capital, term, quantity : float
        km, money/unit, money, day, unit/yr; NaN until known.
    renewals : int
    """

    synergy: str
    pair: int
    attempt: int
    giver: str
    taker: str
    stages: dict[str, float] = field(default_factory=dict)
    state: str = "identified"
    reason: str = ""
    ended: float = float("nan")
    mode: str = ""
    price: float = float("nan")
    capital: float = float("nan")
    term: float = float("nan")
    quantity: float = float("nan")
    renewals: int = 0

    @property
    def is_over(self) -> bool:
        """Whether it has been lost or its exchange has ended."""
        return self.state in ENDS

    def reach(self, stage: str, day: float) -> None:
        """Enter a stage.

        Raises
        ------
        MarketError
            If it is no stage, or the idea has ended.
        """
        if stage not in STAGES or self.is_over:
            raise MarketError(f"{self.synergy}: cannot go from {self.state} to {stage}")
        self.stages[stage] = day
        self.state = stage

    def finish(self, end: str, reason: str, day: float) -> None:
        """End the idea or its exchange, with the reason.

        Raises
        ------
        MarketError
            If end or reason is unknown, or the idea has ended already.
        """
        if end not in ENDS or self.is_over or (reason and reason not in REASONS):
            raise MarketError(f"{self.synergy}: cannot go from {self.state} to {end} ({reason})")
        self.state, self.reason, self.ended = end, reason, day
