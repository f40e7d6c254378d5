"""The layout search reaches, and never beats, the proven optima of published assignment problems.

Instances and optima: QAPLIB (Burkard, Karisch, Rendl 1997, doi:10.1023/A:1008293323270), files ``qaplib/*.dat``:
nug12 (Nugent, Vollmann, Ruml 1968: 3 x 4 grid, Manhattan distances), had12 (Hadley, Rendl, Wolkowicz 1992),
tai12a (Taillard 1991). The permutations are QAPLIB's own, places of the things from 1.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecopark.planning.layouts.search import Problem, search_assignments

OPTIMA = {
    "nug12": (578, (12, 7, 9, 3, 4, 8, 11, 1, 5, 6, 10, 2)),
    "had12": (1652, (3, 10, 11, 2, 12, 5, 6, 7, 8, 1, 4, 9)),
    "tai12a": (224416, (8, 1, 6, 2, 11, 10, 3, 5, 9, 7, 12, 4)),
}


def read_instance(name):
    numbers = np.array((Path(__file__).parent / "qaplib" / f"{name}.dat").read_text().split(), dtype=int)
    size = int(numbers[0])
    return numbers[1:].reshape(2, size, size)


@pytest.mark.parametrize("name", OPTIMA)
def test_published_permutation_has_published_value(name):
    first, second = read_instance(name)
    optimum, permutation = OPTIMA[name]
    place = np.array(permutation) - 1
    assert (first * second[np.ix_(place, place)]).sum() == optimum


@pytest.mark.slow
@pytest.mark.parametrize(("name", "starts"), [("nug12", 120), ("had12", 40), ("tai12a", 400)])
def test_search_reaches_published_optimum(name, starts):
    first, second = read_instance(name)
    size = len(first)

    def value(places):
        return -float((first * second[np.ix_(places, places)]).sum())

    problem = Problem(np.ones((size, size), dtype=bool), None, np.arange(size))
    found = search_assignments(problem, value, best=1, starts=starts, seed=1)
    places, most = found.best[0]
    assert not found.exact
    assert sorted(places) == list(range(size))
    assert -most == value(np.array(places)) * -1 == OPTIMA[name][0]
