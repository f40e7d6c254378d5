"""Many visitors at once: the queue, its workers, and what happens when one of them is killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from ecopark import Scenario, simulate
from ecopark.app.jobs import JobState, Pool
from ecopark.app.park import Draft
from ecopark.errors import DomainError

pytestmark = pytest.mark.slow
_PATIENCE_S = 180.0


@pytest.fixture(scope="module")
def draft() -> Draft:
    return Draft(Scenario.load("kalundborg")).with_until("1972")


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    place = tmp_path_factory.mktemp("pool")
    with Pool(2, place, slow_s=0.002) as made:
        yield made
    assert list(place.iterdir()) == []  # nothing is left behind


def _wait(
    pool: Pool, job: str, owner: str, until: Callable[[JobState], bool] = lambda s: s.is_over
) -> JobState:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        state = pool.state(job, owner)
        if until(state):
            return state
        time.sleep(0.02)
    raise AssertionError(f"waited too long: {pool.state(job, owner)}")


def test_growth_is_what_the_finished_run_holds(pool: Pool, draft: Draft) -> None:
    job = pool.submit(draft.with_seed(3), "ann")
    state = _wait(pool, job, "ann")
    assert state.phase == "done", state.message
    assert state.fraction == 1.0
    run = pool.result(job, "ann")
    began = run.synergies[run.synergies["operating"].notna()]
    assert len(began) > 0
    expected = {
        (row.synergy, row.resource, row.from_firm, row.to_firm, row.operating.date())
        for row in began.itertuples()
    }
    told = {(g.exchange, g.resource, g.giver, g.taker, g.date) for g in state.growth if g.change == "started"}
    assert told == expected
    ended = {(row.synergy, row.ended.date()) for row in began[began["ended"].notna()].itertuples()}
    assert {(g.exchange, g.date) for g in state.growth if g.change == "ended"} == ended
    # A run in a worker is the run of the library, to the last number.
    here = simulate(draft.scenario(), 3, "1972")
    assert here.flows["quantity"].tolist() == run.flows["quantity"].tolist()


def test_growth_comes_while_the_run_goes_on(pool: Pool, draft: Draft) -> None:
    job = pool.submit(draft.with_until("1985"), "ben")
    state = _wait(pool, job, "ben", lambda s: len(s.growth) > 0)
    assert state.phase == "running"
    assert 0.0 < state.fraction < 1.0
    assert _wait(pool, job, "ben").phase == "done"


def test_ten_owners_finish_and_see_only_their_own(pool: Pool, draft: Draft) -> None:
    owners = [f"visitor {k}" for k in range(10)]
    jobs = {
        owner: pool.submit(draft.with_seed(k).with_until("1960"), owner) for k, owner in enumerate(owners)
    }
    places = sorted(pool.state(job, owner).place_in_queue for owner, job in jobs.items())
    assert places == [0, 0, *range(1, 9)]
    for owner, job in jobs.items():
        assert _wait(pool, job, owner).phase == "done"
    for k, owner in enumerate(owners):
        assert pool.result(jobs[owner], owner).seed == k
        assert [state.id for state in pool.states(owner)] == [jobs[owner]]
        stranger = owners[k - 1]
        for ask in (pool.state, pool.cancel, pool.result):
            with pytest.raises(DomainError, match="no such run"):
                ask(jobs[owner], stranger)


def test_killed_worker_fails_one_job_only(pool: Pool, draft: Draft) -> None:
    victim = pool.submit(draft.with_until("2000"), "cora")
    other = pool.submit(draft.with_until("1980"), "dan")
    _wait(pool, victim, "cora", lambda s: s.fraction > 0.0)
    waiting = pool.submit(draft.with_until("1960"), "eve")
    os.kill(pool.processes()[victim], signal.SIGKILL)
    state = _wait(pool, victim, "cora")
    assert state.phase == "failed"
    assert "ended from outside" in state.message
    assert "press Run again" in state.message
    assert _wait(pool, other, "dan").phase == "done"
    assert _wait(pool, waiting, "eve").phase == "done"
    assert _wait(pool, pool.submit(draft.with_until("1960"), "cora"), "cora").phase == "done"


def test_cancel_waiting_and_running(pool: Pool, draft: Draft) -> None:
    running = pool.submit(draft.with_until("2010"), "fay")
    queued = pool.submit(draft.with_until("1960"), "fay")
    # One at a time for each owner, however many workers are free.
    _wait(pool, running, "fay", lambda s: s.fraction > 0.0)
    assert pool.state(queued, "fay").phase == "queued"
    assert pool.state(queued, "fay").place_in_queue == 1
    assert pool.cancel(queued, "fay").phase == "cancelled"
    process = pool.processes()[running]
    assert pool.cancel(running, "fay").phase == "cancelled"
    with pytest.raises(DomainError, match="not finished"):
        pool.result(running, "fay")
    after = pool.submit(draft.with_until("1960"), "fay")
    assert _wait(pool, after, "fay").phase == "done"
    # A cooperative end: the worker is still there, warm.
    os.kill(process, 0)


def test_who_asks_for_much_does_not_keep_others_waiting(pool: Pool, draft: Draft) -> None:
    many = [pool.submit(draft.with_seed(k), "gus") for k in range(6)]
    block = pool.submit(draft.with_until("1990"), "hal")
    late = pool.submit(draft.with_until("1960"), "ida")
    assert pool.state(late, "ida").place_in_queue == 1
    assert pool.state(many[-1], "gus").place_in_queue == 6
    for job in many[1:]:
        pool.cancel(job, "gus")
    for job, owner in ((many[0], "gus"), (block, "hal"), (late, "ida")):
        assert _wait(pool, job, owner).phase == "done"


def test_too_many_waiting_are_refused(tmp_path: Path, draft: Draft) -> None:
    with Pool(1, tmp_path, most_waiting=2) as small:
        for _ in range(3):
            small.submit(draft, "jo")
        with pytest.raises(DomainError, match="2 of your runs wait already"):
            small.submit(draft, "jo")
        small.submit(draft, "kim")


def test_a_run_that_raises_gives_its_message(pool: Pool, draft: Draft, tmp_path: Path) -> None:
    (tmp_path / "trouble.py").write_text(
        "from ecopark.extend import Participant, register_participant\n"
        "@register_participant('trouble')\n"
        "class Trouble(Participant):\n"
        "    def act(self, day):\n"
        "        raise ArithmeticError('the till is empty')\n",
        encoding="utf-8",
    )
    (tmp_path / "scenario.yaml").write_text(
        "name: Trouble\nbase: kalundborg\nset:\n  agents.others: {one: {kind: trouble}}\n", encoding="utf-8"
    )
    troubled = Draft(Scenario.load(tmp_path, {"extensions": [str(tmp_path / "trouble.py")]}))
    job = pool.submit(troubled, "lea")
    state = _wait(pool, job, "lea")
    assert state.phase == "failed"
    assert "the till is empty" in state.message


def test_old_results_are_let_go(tmp_path: Path, draft: Draft) -> None:
    with Pool(1, tmp_path, most_kept=2) as small:
        jobs = [small.submit(draft.with_seed(k).with_until("1959-06"), "max") for k in range(4)]
        assert _wait(small, jobs[-1], "max").phase == "done"
        assert [state.id for state in small.states("max")] == jobs[2:]
        with pytest.raises(DomainError, match="let go"):
            small.result(jobs[0], "max")
        (private,) = tmp_path.iterdir()
        assert {place.name for place in private.iterdir()} == set(jobs[2:])
        small.forget("max")
        assert small.states("max") == []
        assert list(private.iterdir()) == []


def _worker_processes() -> Iterator[psutil.Process]:
    for child in psutil.Process().children():
        # A process that an earlier test ended may be gone, or wait to be buried.
        with suppress(psutil.NoSuchProcess):
            if "spawn_main" in " ".join(child.cmdline()):
                yield child


def test_processes_killed_while_they_wait_are_replaced(pool: Pool, draft: Draft) -> None:
    """Processes that share a queue would keep the lock on it for ever."""
    assert _wait(pool, pool.submit(draft.with_until("1960"), "pia"), "pia").phase == "done"
    waiting = list(_worker_processes())
    assert len(waiting) >= 2
    for child in waiting:
        child.kill()
    psutil.wait_procs(waiting)
    time.sleep(0.5)
    jobs = {owner: pool.submit(draft.with_until("1960"), owner) for owner in ("quinn", "rosa")}
    assert {_wait(pool, job, owner).phase for owner, job in jobs.items()} == {"done"}
