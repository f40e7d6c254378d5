"""The errors a user may meet, each saying what, where, what was expected and how to mend it.

What lives here: the exception tree and the :class:`Problem` record that validation collects.
What does not: any check; those stand beside the data they check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class EcoparkError(Exception):
    """Base of every error raised on purpose by ecopark."""


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a user's file.

    Attributes
    ----------
    file : str
        The file as the user wrote it.
    line : int
        Line number from 1; 0 where the mistake belongs to no line.
    field : str
        Dotted place of the value, e.g. ``firms.asnaes.capacity``; empty for the whole file.
    message : str
        What was found, what was expected and how to mend it.
    """

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.field + ': ' if self.field else ''}{self.message}"


class ScenarioError(EcoparkError):
    """All mistakes found in a scenario, collected before anything runs.

    Parameters
    ----------
    problems : sequence of Problem
        Every mistake, each with file, line and field.
    """

    subject = "scenario"
    outcome = "nothing was run"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''} in the {self.subject}; {self.outcome}"
        super().__init__("\n".join([head, *(f"  * {problem}" for problem in self.problems)]))


class StudyError(ScenarioError):
    """All mistakes found in a study of many runs, collected before the first of them."""

    subject = "study"


class DomainError(EcoparkError, ValueError):
    """A function was given a value outside its domain (a share above one, a negative term)."""


class BalanceError(EcoparkError):
    """The books of a segment do not close; names date, firm, resource, amount and tolerance."""


class MarketError(EcoparkError):
    """A contract or negotiation was asked to do something its rules exclude."""


class ResultsError(EcoparkError):
    """A results folder cannot be written or read."""
