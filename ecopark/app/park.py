"""A park being edited: a base scenario and what was changed in it, every edit a new value.

What lives here: :class:`Draft`, the way from it to a checked scenario, and :class:`History` of drafts. What does
not: the levers themselves (``levers``), files (``store``), pixels of a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ecopark.scenario import Scenario

Point = tuple[float, float]
Value = float | bool | str


@dataclass(frozen=True)
class AddedFirm:
    """A firm that the base scenario does not have.

    Attributes
    ----------
    archetype : str
        Plant of the library, see ``archetypes.available``.
    name : str
        Title.
    site : tuple of float, degree or m
        In the layout's coordinates.
    capacity : str or None
        With its unit, such as ``"14 Mm2/yr"``; None for the plant's typical one.
    opens : str or None
        First month, such as ``"1975-01"``; None for the start.
    """

    archetype: str
    name: str
    site: Point
    capacity: str | None = None
    opens: str | None = None


@dataclass(frozen=True, eq=False)
class Draft:
    """A park over a base scenario; two drafts are equal where their bases have equal parks and all edits agree.

    Attributes
    ----------
    base : Scenario
    name : str
        Title; empty for that of the base.
    moves : mapping of str to tuple of float, degree or m
        New site by firm of the base, in the layout's coordinates.
    off : frozenset of str
        Firms of the base or added ones that are switched off: the park is run as if they had never been.
    added : mapping of str to AddedFirm
        By identifier.
    levers : mapping of str to float, bool or str
        Value by lever; levers not named are as the base has them.
    seed : int
        Of the run.
    until : str or None
        Last month or year that is run; None for the scenario's end.
    """

    base: Scenario
    name: str = ""
    moves: Mapping[str, Point] = field(default_factory=dict)
    off: frozenset[str] = frozenset()
    added: Mapping[str, AddedFirm] = field(default_factory=dict)
    levers: Mapping[str, Value] = field(default_factory=dict)
    seed: int = 1
    until: str | None = None

    def move(self, firm: str, x: float, y: float) -> Draft:
        """The park with a firm (of the base or added) elsewhere.

        A firm dropped on a plot takes the plot's own site; one put back where the base has it is no longer moved.

        Parameters
        ----------
        firm : str
        x, y : float, degree or m
            In the layout's coordinates.

        Raises
        ------
        DomainError
            If there is no such firm.
        """
        raise NotImplementedError

    def switch(self, firm: str, on: bool) -> Draft:
        """The park with a firm switched on or off."""
        raise NotImplementedError

    def add(
        self,
        archetype: str,
        site: Point,
        name: str | None = None,
        capacity: str | None = None,
        opens: str | None = None,
    ) -> tuple[Draft, str]:
        """The park with another firm, and the identifier the firm got.

        Raises
        ------
        DomainError
            If there is no such archetype.
        """
        raise NotImplementedError

    def remove(self, firm: str) -> Draft:
        """The park without an added firm; firms of the base are switched off instead."""
        raise NotImplementedError

    def set_lever(self, lever: str, value: Value | None) -> Draft:
        """The park with a lever set; None puts it back to what the base has.

        Raises
        ------
        DomainError
            If there is no such lever here, or the value lies outside its range.
        """
        raise NotImplementedError

    def with_seed(self, seed: int) -> Draft:
        """The park with other luck."""
        raise NotImplementedError

    def with_name(self, name: str) -> Draft:
        """The park under another title."""
        raise NotImplementedError

    def with_until(self, until: str | None) -> Draft:
        """The park run up to another month or year."""
        raise NotImplementedError

    def scenario(self) -> Scenario:
        """The checked scenario of this park.

        Raises
        ------
        ScenarioError
            With every mistake; see :meth:`problems`.
        """
        raise NotImplementedError

    def problems(self) -> list[str]:
        """What keeps this park from being run, one sentence each; empty where nothing does."""
        raise NotImplementedError

    def changes(self) -> list[str]:
        """What differs from the base, one phrase each, such as ``"Fish farm moved 1.2 km north-east"``."""
        raise NotImplementedError

    def edits(self) -> dict[str, Any]:
        """Everything but the base as plain data, for files; see :meth:`from_edits`."""
        raise NotImplementedError

    @classmethod
    def from_edits(cls, base: Scenario, edits: Mapping[str, Any]) -> Draft:
        """Draft over a base from what :meth:`edits` gave.

        Raises
        ------
        DomainError
            If the data are not of that form.
        """
        raise NotImplementedError


def plane(draft: Draft) -> pd.DataFrame:
    """Where the firms of a draft stand, on a plane in metres.

    Parameters
    ----------
    draft : Draft

    Returns
    -------
    pandas.DataFrame
        One row per firm of the base and added one: ``firm, name, short, sector, x_m, y_m, plot`` (empty where it
        stands on none), ``on, added, moved`` (bool). ``x_m`` runs east, ``y_m`` north, about the middle of the base's
        firms, so that the plane is the same for all drafts of a base.
    """
    raise NotImplementedError


def place_at(draft: Draft, x_m: float, y_m: float) -> Point:
    """Site in the layout's coordinates of a point of the :func:`plane`.

    Parameters
    ----------
    draft : Draft
    x_m, y_m : float, m

    Returns
    -------
    tuple of float, degree or m
    """
    raise NotImplementedError


def ground(draft: Draft) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Plots and corridors on the plane of :func:`plane`.

    Returns
    -------
    plots : pandas.DataFrame
        ``plot, x_m, y_m, zone, area_ha, corners`` (list of (x, y) in metres; a square of its area where the
        layout gives no outline), ``firm`` (who stands on it, empty for none).
    corridors : pandas.DataFrame
        ``corridor, points`` (list of (x, y) in metres).
    """
    raise NotImplementedError


class History:
    """Drafts one after another, with undo and redo. Not thread safe by itself.

    Parameters
    ----------
    first : Draft
    most : int
        Drafts kept; the oldest is let go.
    """

    def __init__(self, first: Draft, most: int = 200) -> None:
        raise NotImplementedError

    @property
    def now(self) -> Draft:
        """The present draft."""
        raise NotImplementedError

    @property
    def can_undo(self) -> bool:
        """Whether there is a draft before this one."""
        raise NotImplementedError

    @property
    def can_redo(self) -> bool:
        """Whether there is a draft after this one."""
        raise NotImplementedError

    def do(self, draft: Draft) -> Draft:
        """Go on with a draft; what had been undone is let go. A draft equal to the present one adds nothing."""
        raise NotImplementedError

    def undo(self) -> Draft:
        """Go back by one; stays where it is at the first."""
        raise NotImplementedError

    def redo(self) -> Draft:
        """Go forward by one; stays where it is at the last."""
        raise NotImplementedError
