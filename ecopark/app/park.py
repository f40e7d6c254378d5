"""A park being edited: a base scenario and what was changed in it, every edit a new value.

What lives here: :class:`Draft`, and the way from it to a checked scenario. What does not: the levers themselves
(``levers``), undo (``history``), the map of a draft (``plan``), files (``store``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ecopark.app.added import AddedFirm, identifier
from ecopark.app.ground import Ground, Point
from ecopark.app.idle import say_levers, why_idle
from ecopark.app.levers import Value, levers_of, overrides_of
from ecopark.errors import DomainError, EcoparkError, ScenarioError
from ecopark.scenario import Scenario
from ecopark.scenario.library import raw_archetype
from ecopark.scenario.paths import parse_month
from ecopark.scenario.units import nearest


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

    def _key(self) -> tuple[Any, ...]:
        """All edits as one value."""
        mappings = (dict(self.moves), dict(self.added), dict(self.levers))
        return (self.name, *mappings, self.off, self.seed, self.until)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Draft):
            return NotImplemented
        same = self.base is other.base or self.base.park == other.base.park
        return self._key() == other._key() and same

    def __hash__(self) -> int:
        return hash(
            (self.name, self.off, frozenset(self.moves), frozenset(self.added), self.seed, self.until)
        )

    def __getstate__(self) -> dict[str, Any]:
        # What was worked out on the way (scenario, ground) is worked out again where it is needed.
        return {key: self.__dict__[key] for key in self.__dataclass_fields__}

    # ------------------------------------------------------------------ edits
    def move(self, firm: str, x: float, y: float) -> Draft:
        """The park with a firm (of the base or added) elsewhere.

        A firm dropped on a plot takes the plot's own site; one put back where the base has it is no longer moved.

        Parameters
        ----------
        firm : str
        x, y : float, degree or m
            In the layout's coordinates.

        Returns
        -------
        Draft

        Raises
        ------
        DomainError
            If there is no such firm.
        """
        self._check_firm(firm)
        plot = self.ground.plot_at((x, y))
        site = self.base.park.layout.plots[plot].site if plot else (float(x), float(y))
        if firm in self.added:
            return replace(self, added={**self.added, firm: replace(self.added[firm], site=site)})
        moves = {name: place for name, place in self.moves.items() if name != firm}
        if tuple(site) != tuple(self.base.park.firms[firm].site):
            moves[firm] = site
        return replace(self, moves=moves)

    def switch(self, firm: str, on: bool) -> Draft:
        """The park with a firm switched on or off."""
        self._check_firm(firm)
        return replace(self, off=self.off - {firm} if on else self.off | {firm})

    def add(
        self,
        archetype: str,
        site: Point,
        name: str | None = None,
        capacity: str | None = None,
        opens: str | None = None,
    ) -> tuple[Draft, str]:
        """The park with another firm, and the identifier the firm got.

        Parameters
        ----------
        archetype : str
        site : tuple of float, degree or m
            A site on a plot becomes the plot's own.
        name : str, optional
            Title; that of the plant by default.
        capacity, opens : str, optional
            As in :class:`AddedFirm`.

        Returns
        -------
        tuple of (Draft, str)

        Raises
        ------
        DomainError
            If there is no such archetype, or capacity or month cannot be read.
        """
        title = " ".join((name or "").split()) or str(raw_archetype(archetype)["name"])
        if opens is not None:
            _month(opens, "opens")
        new = AddedFirm(archetype, title, (float(site[0]), float(site[1])), capacity, opens)
        new.raw(self.ground)
        firm = identifier(title, {*self.base.park.firms, *self.added})
        return replace(self, added={**self.added, firm: new}).move(firm, *new.site), firm

    def remove(self, firm: str) -> Draft:
        """The park without an added firm; firms of the base are switched off instead."""
        self._check_firm(firm)
        if firm not in self.added:
            return self.switch(firm, False)
        added = {name: other for name, other in self.added.items() if name != firm}
        return replace(self, added=added, off=self.off - {firm})

    def set_lever(self, lever: str, value: Value | None) -> Draft:
        """The park with a lever set; None, or what the base has anyway, puts it back.

        Raises
        ------
        DomainError
            If there is no such lever here, or the value lies outside its range.
        """
        known = {one.name: one for one in levers_of(self.base)}
        if lever not in known:
            raise DomainError(f"this park has no lever {lever!r}{nearest(lever, known)}")
        levers = {name: other for name, other in self.levers.items() if name != lever}
        if value is not None:
            checked = known[lever].check(value)
            if not known[lever].is_default(checked):
                levers[lever] = checked
        return replace(self, levers=levers)

    def with_seed(self, seed: int) -> Draft:
        """The park with other luck.

        Raises
        ------
        DomainError
            If the seed is no whole number of 0 or more.
        """
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise DomainError(f"seed: expected a whole number, 0 or larger, found {seed!r}")
        return replace(self, seed=seed)

    def with_name(self, name: str) -> Draft:
        """The park under another title; empty for that of the base."""
        title = " ".join(name.split())
        return replace(self, name="" if title == self.base.park.name else title)

    def with_until(self, until: str | None) -> Draft:
        """The park run up to another month or year.

        Raises
        ------
        DomainError
            If it is no month, or lies outside the scenario's time.
        """
        if until is not None:
            last, span = _month(until, "until"), self.base.park.time
            if not (span.start.year, span.start.month) <= (last.year, last.month) <= (
                span.end.year, span.end.month,
            ):  # fmt: skip
                raise DomainError(
                    f"until {until} lies outside the park's time, {span.start:%Y-%m} to {span.end:%Y-%m}"
                )
        return replace(self, until=until)

    # ------------------------------------------------------------------ what it comes to
    @cached_property
    def ground(self) -> Ground:
        """Plane of the base's firms."""
        return Ground.of(self.base.park)

    @property
    def title(self) -> str:
        """Name of the park."""
        return self.name or self.base.park.name

    def firm_name(self, firm: str) -> str:
        """Name of a firm as figures have it."""
        if firm in self.added:
            return self.added[firm].name
        spec = self.base.park.firms[firm]
        return spec.short or spec.name

    def scenario(self) -> Scenario:
        """The checked scenario of this park.

        Returns
        -------
        Scenario

        Raises
        ------
        ScenarioError, DomainError
            With every mistake; see :meth:`problems`.
        """
        if isinstance(self._built, EcoparkError):
            raise self._built
        return self._built

    def problems(self) -> list[str]:
        """What keeps this park from being run, one sentence each; empty where nothing does."""
        if isinstance(self._built, Scenario):
            return []
        if not isinstance(self._built, ScenarioError):
            return [f"{self._built}"]
        return [self._sentence(one.field, one.message) for one in self._built.problems]

    def forget(self) -> None:
        """Let go of the built park; it is built anew when it is asked for."""
        self.__dict__.pop("_built", None)
        self.__dict__.pop("_peopled", None)

    @cached_property
    def _built(self) -> Scenario | EcoparkError:
        """The scenario, or what is wrong with it."""
        try:
            return self._build()
        except (ScenarioError, DomainError) as failure:
            return failure

    @cached_property
    def _peopled(self) -> Scenario:
        """The base with the firms that are there, otherwise as it was."""
        dropped = self.off & set(self.base.park.firms)
        if len(dropped) == len(self.base.park.firms) and not set(self.added) - self.off:
            raise DomainError("All firms are switched off; leave at least one on.")
        fresh = {firm: new.raw(self.ground) for firm, new in self.added.items() if firm not in self.off}
        return self.base.with_firms(fresh, dropped) if fresh or dropped else self.base

    def _build(self) -> Scenario:
        changes: dict[str, Any] = {"name": self.name} if self.name else {}
        for firm, site in self.moves.items():
            if firm not in self.off:
                plot = self.ground.plot_at(site)
                changes |= {f"firms.{firm}.plot": plot} if plot else {f"firms.{firm}.site": list(site)}
        # Without its firms a park may lack what a lever sets; `idle_levers` says so.
        there = {lever.name for lever in levers_of(self._peopled)}
        held = {name: value for name, value in self.levers.items() if name in there}
        changes |= overrides_of(self._peopled, held)
        return self._peopled.with_overrides(changes) if changes else self._peopled

    def idle_levers(self) -> dict[str, str]:
        """Levers that do nothing in this park, however they are set, and why.

        Returns
        -------
        dict of str to str
            By lever, see :func:`why_idle`; empty where the park cannot be put together, as :meth:`problems` tells.
        """
        try:
            there = self._peopled
        except (ScenarioError, DomainError):
            return {}
        return why_idle(self.base, there, self.levers, {f: self.firm_name(f) for f in sorted(self.off)})

    def _sentence(self, where: str, message: str) -> str:
        """A problem of a scenario in the words of the page."""
        steps = where.split(".")
        if steps[0] == "firms" and len(steps) > 1 and steps[1] in {*self.base.park.firms, *self.added}:
            where = " ".join([self.firm_name(steps[1]), *(s for s in steps[2:] if s not in ("plot", "site"))])
        return f"{where}: {message}."

    def _check_firm(self, firm: str) -> None:
        known = {*self.base.park.firms, *self.added}
        if firm not in known:
            raise DomainError(f"there is no firm {firm!r}{nearest(firm, known)}")

    def _check_added(self, firm: str, new: AddedFirm) -> None:
        """Refuse an added firm that could not have been added here."""
        if firm in self.base.park.firms or identifier(firm, ()) != firm:
            raise DomainError(f"{firm!r} cannot be the identifier of an added firm")
        if new.opens is not None:
            _month(new.opens, "opens")
        new.raw(self.ground)

    # ------------------------------------------------------------------ words and data
    def changes(self) -> list[str]:
        """What differs from the base, one phrase each, such as ``"Fish farm moved 1.2 km north-east"``.

        A lever that does nothing in this park is named with the reason.
        """
        said = [f"Called {self.name}"] if self.name else []
        for firm, site in self.moves.items():
            if firm not in self.off:
                way = self.ground.say_move(self.base.park.firms[firm].site, site)
                said.append(f"{self.firm_name(firm)} moved {way}")
        said += [f"{self.firm_name(firm)} switched off" for firm in sorted(self.off)]
        said += [new.say() for new in self.added.values()]
        said += say_levers(self.base, self.levers, self.idle_levers())
        said += [f"Luck number {self.seed}"] if self.seed != 1 else []
        return said + ([f"Run to {self.until}"] if self.until else [])

    def edits(self) -> dict[str, Any]:
        """Everything but the base as plain data, for files; see :meth:`from_edits`."""
        return {
            "name": self.name,
            "moves": {firm: list(site) for firm, site in self.moves.items()},
            "off": sorted(self.off),
            "added": {firm: {**vars(new), "site": list(new.site)} for firm, new in self.added.items()},
            "levers": dict(self.levers),
            "seed": self.seed,
            "until": self.until,
        }

    @classmethod
    def from_edits(cls, base: Scenario, edits: Mapping[str, Any]) -> Draft:
        """Draft over a base from what :meth:`edits` gave.

        Parameters
        ----------
        base : Scenario
        edits : mapping

        Returns
        -------
        Draft

        Raises
        ------
        DomainError
            If the data are not of that form, or name what the base does not have.
        """
        try:
            added = {
                str(firm): AddedFirm(**{**new, "site": _point(new["site"])})
                for firm, new in edits["added"].items()
            }
            draft = cls(
                base, str(edits["name"]), {str(f): _point(s) for f, s in edits["moves"].items()},
                frozenset(map(str, edits["off"])), added,
            ).with_seed(edits["seed"]).with_until(edits["until"])  # fmt: skip
            for firm in (*draft.moves, *draft.off):
                draft._check_firm(firm)
            for firm, new in added.items():
                draft._check_added(firm, new)
            for lever, value in edits["levers"].items():
                draft = draft.set_lever(lever, value)
        except (AttributeError, KeyError, TypeError, ValueError) as failure:
            if isinstance(failure, DomainError):
                raise
            raise DomainError(f"these are no edits of a park: {failure!r}") from failure
        return draft


def _point(pair: Any) -> Point:
    x, y = pair
    return float(x), float(y)


def _month(text: str, field_name: str) -> Any:
    try:
        return parse_month(text)
    except ValueError as failure:
        raise DomainError(f"{field_name}: {failure}") from failure
