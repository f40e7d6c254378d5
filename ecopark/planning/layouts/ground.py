"""Who may stand where: the plots and firms of a scenario as an assignment problem.

What lives here: sites, distances between them, and which firm may take which plot beside which other. What does
not: what a layout is worth (``value``), the search (``search``).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ecopark.errors import DomainError
from ecopark.planning.layouts.search import Problem
from ecopark.scenario import Scenario
from ecopark.scenario.geometry import crow_km, distance_km
from ecopark.scenario.siting import do_lives_meet, keeps_distance, least_distance, why_unfit
from ecopark.scenario.types import Park

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Ground:
    """Firms, sites and places of a search.

    Sites are those of all plots, then those of all firms that stand on none. Places are the sites a movable firm
    may take: plots, and for a firm on none the site it has.

    Attributes
    ----------
    firms : tuple of str
        In the order of their names.
    movable : tuple of str
        Those that may move, in that order.
    plots : tuple of str
    distance : ndarray of float, shape (P, P), km
        Between sites, by the layout's rule.
    site : ndarray of int, shape (F,), 1
        Site of each firm now.
    place_site : ndarray of int, shape (m,), 1
        Site of each place.
    problem : Problem
        Movable firms and places.
    """

    firms: tuple[str, ...]
    movable: tuple[str, ...]
    plots: tuple[str, ...]
    distance: _Floats
    site: _Ints
    place_site: _Ints
    problem: Problem

    def sites(self, places: _Ints) -> _Ints:
        """Site of every firm when the movable ones take some places.

        Parameters
        ----------
        places : ndarray of int, shape (n,), 1

        Returns
        -------
        ndarray of int, shape (F,), 1
        """
        site = self.site.copy()
        site[[self.firms.index(name) for name in self.movable]] = self.place_site[places]
        return site

    def reachable(self, firm: int) -> _Ints:
        """Sites on which a firm may stand.

        Parameters
        ----------
        firm : int
            Its number.

        Returns
        -------
        ndarray of int, shape (k,), 1
        """
        name = self.firms[firm]
        if name not in self.movable:
            return self.site[[firm]]
        row = self.movable.index(name)
        return np.asarray(self.place_site[self.problem.allowed[row]])

    def assignment(self, places: _Ints | tuple[int, ...]) -> dict[str, str]:
        """Plot of every movable firm that stands on one.

        Parameters
        ----------
        places : ndarray of int, shape (n,), 1

        Returns
        -------
        dict of str to str
        """
        found = {}
        for name, place in zip(self.movable, places, strict=True):
            site = int(self.place_site[place])
            if site < len(self.plots):
                found[name] = self.plots[site]
        return found


def survey(park: Park) -> Ground:
    """Ground of a park.

    Parameters
    ----------
    park : Park

    Returns
    -------
    Ground

    Raises
    ------
    DomainError
        If there is nothing to search: no firm may move, or there is nowhere to go; or if movable firms stand on
        one plot in turn.
    """
    firms, plots = tuple(sorted(park.firms)), tuple(park.layout.plots)
    movable = tuple(name for name in firms if park.firms[name].movable)
    _check_choice(park, movable)
    free = [name for name in firms if park.firms[name].plot is None]
    points = [park.layout.plots[name].site for name in plots] + [park.firms[name].site for name in free]
    numbers = {name: len(plots) + k for k, name in enumerate(free)}
    numbers |= {name: plots.index(str(park.firms[name].plot)) for name in firms if name not in numbers}
    site = np.array([numbers[name] for name in firms], dtype=np.int64)
    own = [numbers[name] for name in movable if name in free]
    place_site = np.array([*range(len(plots)), *own], dtype=np.int64)
    where = np.array(points, dtype=np.float64).reshape(-1, 2)
    crow = _between(where, park, straight=True)
    start = np.array(
        [int(np.flatnonzero(place_site == numbers[name])[0]) for name in movable], dtype=np.int64
    )
    allowed = _allowed(park, movable, plots, numbers, crow, place_site)
    problem = Problem(allowed, _barred(park, movable, crow[np.ix_(place_site, place_site)]), start)
    if not (allowed.sum(axis=1) > 1).any():
        raise DomainError(
            "no movable firm fits any plot but its own; add plots, or relax zones, areas or rules"
        )
    return Ground(firms, movable, plots, _between(where, park, straight=False), site, place_site, problem)


def park_with(scenario: Scenario, assignment: dict[str, str]) -> Scenario:
    """The scenario with firms on other plots.

    Parameters
    ----------
    scenario : Scenario
    assignment : dict of str to str
        Plot by firm; firms not named stay where they are.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        If a firm or plot is unknown, or a firm may not stand there.

    Examples
    --------
    >>> moved = park_with(park, {"bakery": "north_3"})  # doctest: +SKIP
    """
    return scenario.with_overrides({f"firms.{name}.plot": plot for name, plot in assignment.items()})


def _check_choice(park: Park, movable: tuple[str, ...]) -> None:
    if not movable:
        raise DomainError("no firm may move; write 'movable: true' at those that may stand elsewhere")
    if not park.layout.plots:
        raise DomainError("the layout has no plots; give 'layout.plots' with a site each")
    taken: dict[str, str] = {}
    for name in movable:
        plot = park.firms[name].plot
        if plot is not None and plot in taken:
            raise DomainError(
                f"{taken[plot]!r} and {name!r} stand on plot {plot!r} in turn; only firms with a plot of their own "
                "can be moved: write 'movable: false' at both"
            )
        if plot is not None:
            taken[plot] = name


def _between(where: _Floats, park: Park, *, straight: bool) -> _Floats:
    """Distances between all points. ndarray of float, shape (n, n), km."""
    rows, columns = (index.ravel() for index in np.indices((len(where), len(where))))
    measure = crow_km if straight else distance_km
    return measure(where[rows], where[columns], park.layout).reshape(len(where), len(where))


def _allowed(
    park: Park,
    movable: tuple[str, ...],
    plots: tuple[str, ...],
    numbers: dict[str, int],
    crow: _Floats,
    place_site: _Ints,
) -> NDArray[np.bool_]:
    """Whether a movable firm may take a place, fixed firms being where they are. shape (n, m), 1."""
    fixed = [name for name in park.firms if name not in movable]
    allowed = np.zeros((len(movable), place_site.size), dtype=bool)
    for i, name in enumerate(movable):
        firm = park.firms[name]
        needed = {other: least_distance(park, name, other)[0] for other in fixed}
        for j, site in enumerate(place_site.tolist()):
            if site >= len(plots):
                allowed[i, j] = site == numbers[name]
                continue
            plot = plots[site]
            taken = any(
                park.firms[other].plot == plot and do_lives_meet(firm, park.firms[other]) for other in fixed
            )
            apart = all(
                keeps_distance(float(crow[site, numbers[other]]), least)
                for other, least in needed.items()
                if least > 0.0
            )
            fits = not why_unfit(firm, park.layout.plots[plot], name, park.layout)
            allowed[i, j] = fits and apart and not taken
    return allowed


def _barred(park: Park, movable: tuple[str, ...], crow: _Floats) -> NDArray[np.bool_] | None:
    """Whether two movable firms may not take two places together. shape (n, n, m, m), 1."""
    barred = None
    for i, k in combinations(range(len(movable)), 2):
        needed = least_distance(park, movable[i], movable[k])[0]
        if needed > 0.0:
            if barred is None:
                barred = np.zeros((len(movable), len(movable), *crow.shape), dtype=bool)
            close = ~np.vectorize(keeps_distance)(crow, needed)
            barred[i, k], barred[k, i] = close, close.T
    return barred
