"""The search of assignments: against brute force, rules never broken, never worse than now, names do not matter."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ecopark.errors import DomainError
from ecopark.planning.layouts.search import Problem, search_assignments


def bent_value(rng, things, places):
    """A benefit of pairs that falls with distance in its own way and is cut at zero: no flow times distance."""
    spot = rng.random((places, 2))
    distance = np.hypot(*(spot[:, None] - spot[None]).transpose(2, 0, 1))
    worth, slope = rng.random((things, things)), 3.0 * rng.random((things, things))

    def value(at):
        return float(np.maximum(worth - slope * distance[np.ix_(at, at)], 0.0).sum())

    return value


def random_problem(rng, things, places, openness=0.8, rules=0.1):
    allowed = rng.random((things, places)) < openness
    barred = rng.random((things, things, places, places)) < rules
    barred |= barred.transpose(1, 0, 3, 2)
    barred[np.arange(things), np.arange(things)] = False
    start = rng.permutation(places)[:things]
    allowed[np.arange(things), start] = True
    barred[:, :, start[:, None], start[None, :]] &= ~_pairs_of(start, things)
    return Problem(allowed, barred, start)


def _pairs_of(start, things):
    """Entries of the rules that would forbid the start."""
    here = np.zeros((things, things, things, things), dtype=bool)
    for i in range(things):
        for k in range(things):
            here[i, k, i, k] = True
    return here


def brute_force(problem, value):
    things, places = problem.allowed.shape
    best = -np.inf
    for at in permutations(range(places), things):
        free = all(problem.allowed[i, at[i]] for i in range(things)) and not any(
            problem.barred[i, k, at[i], at[k]] for i in range(things) for k in range(things)
        )
        if free:
            best = max(best, value(np.array(at)))
    return best


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("things", "places"), [(5, 6), (4, 7)])
def test_both_methods_find_what_brute_force_finds(seed, things, places):
    rng = np.random.default_rng(seed)
    problem, value = random_problem(rng, things, places), bent_value(rng, things, places)
    best = brute_force(problem, value)
    exact = search_assignments(problem, value)
    descent = search_assignments(problem, value, exact_up_to=0, starts=40)
    assert exact.exact
    assert not descent.exact
    assert exact.best[0][1] == pytest.approx(best, rel=1e-12)
    assert descent.best[0][1] == pytest.approx(best, rel=1e-12)


@pytest.mark.slow
def test_nine_plots_by_brute_force():
    rng = np.random.default_rng(9)
    value, start = bent_value(rng, 9, 9), np.arange(9)
    open_to_all = Problem(np.ones((9, 9), dtype=bool), None, start)
    best = max(value(np.array(at)) for at in permutations(range(9)))
    assert search_assignments(open_to_all, value).best[0][1] == pytest.approx(best, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(2, 5),
    st.integers(0, 3),
    st.sampled_from([0, 60_000]),
    st.floats(0.0, 0.5),
)
def test_no_rule_is_broken_and_nothing_is_worse_than_now(seed, things, more, exact_up_to, rules):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, things, things + more, openness=0.5, rules=rules)
    value = bent_value(rng, things, things + more)
    assume(problem.permits(problem.start))
    found = search_assignments(problem, value, best=4, starts=6, exact_up_to=exact_up_to)
    values = [worth for _, worth in found.best]
    assert values == sorted(values, reverse=True)
    assert values[0] >= found.start == value(problem.start)
    for at, worth in found.best:
        places = np.array(at)
        assert len(set(at)) == things
        assert worth == value(places)
        assert all(problem.allowed[i, at[i]] for i in range(things))
        assert not any(problem.barred[i, k, at[i], at[k]] for i in range(things) for k in range(things))


@pytest.mark.parametrize("exact_up_to", [0, 60_000])
def test_names_of_places_and_things_do_not_matter(exact_up_to):
    rng = np.random.default_rng(4)
    things, places = 5, 7
    problem, value = random_problem(rng, things, places), bent_value(rng, things, places)
    found = search_assignments(problem, value, best=3, starts=40, exact_up_to=exact_up_to)
    new_thing, new_place = rng.permutation(things), rng.permutation(places)
    order, spots = np.argsort(new_thing), np.argsort(new_place)
    other = Problem(
        problem.allowed[np.ix_(order, spots)],
        problem.barred[np.ix_(order, order, spots, spots)],
        new_place[problem.start][order],
    )
    renamed = search_assignments(
        other, lambda at: value(spots[at][new_thing]), best=3, starts=40, exact_up_to=exact_up_to
    )
    assert [worth for _, worth in renamed.best] == pytest.approx([worth for _, worth in found.best], rel=1e-9)


def test_of_equal_layouts_that_which_moves_fewest_is_kept():
    value = {0: 1.0, 1: 5.0, 2: 5.0}
    problem = Problem(np.ones((2, 3), dtype=bool), None, np.array([0, 2]))
    found = search_assignments(problem, lambda at: value[int(at[0])], best=2)
    assert found.best == (((1, 2), 5.0), ((0, 2), 1.0))


def test_the_same_seed_finds_the_same():
    rng = np.random.default_rng(1)
    problem, value = random_problem(rng, 6, 8), bent_value(rng, 6, 8)
    runs = [search_assignments(problem, value, starts=5, exact_up_to=0, seed=3) for _ in range(2)]
    assert runs[0] == runs[1]


def test_a_start_that_breaks_a_rule_is_refused():
    allowed = np.array([[False, True], [True, True]])
    with pytest.raises(DomainError, match="starts from an allowed layout"):
        search_assignments(Problem(allowed, None, np.array([0, 1])), lambda at: 0.0)
