"""What the page keeps of runs: little at a time, and nothing of visitors who have gone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from test_park import BASE

from ecopark.app import page as page_module
from ecopark.app.page import Page
from ecopark.app.park import Draft
from ecopark.app.sessions import Session
from ecopark.app.store import Store
from ecopark.errors import DomainError


class OnePool:
    """A pool in which every visitor owns one finished run, named after the visitor."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.gone: set[str] = set()

    def state(self, job: str, owner: str) -> Any:
        if owner in self.gone or job != f"run of {owner}":
            raise DomainError("There is no such run")
        return SimpleNamespace(id=job)

    def states(self, owner: str) -> list[Any]:
        return [] if owner in self.gone else [self.state(f"run of {owner}", owner)]

    def result(self, job: str, owner: str) -> Any:
        self.state(job, owner)
        self.read.append(job)
        return SimpleNamespace(name=job)

    def forget(self, owner: str) -> None:
        self.gone.add(owner)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    monkeypatch.setattr(page_module.RunTables, "of", lambda run: SimpleNamespace(run=run))
    pool: Any = OnePool()
    return Page(Draft(BASE), pool, Store(tmp_path))


def _show(page: Page, visitor: Session) -> None:
    job = f"run of {visitor.id}"
    page.tables(visitor, job)
    page.keep((job, "network"), lambda: "drawn")


def test_what_was_made_goes_with_its_visitor(page: Page) -> None:
    ann, ben = page.sessions.new(), page.sessions.new()
    for visitor in (ann, ben):
        _show(page, visitor)
    page._forget(ann.id)
    assert {key[0] for key in page._made} == {f"run of {ben.id}"}
    assert set(page._tables) == {f"run of {ben.id}"}
    with pytest.raises(DomainError, match="no such run"):
        page.tables(ann, f"run of {ann.id}")


def test_few_tables_are_held_and_read_again_when_asked_for_again(page: Page) -> None:
    visitors = [page.sessions.new() for _ in range(12)]
    for visitor in visitors:
        _show(page, visitor)
    assert len(page._tables) == 8
    pool: Any = page.pool
    assert len(pool.read) == 12
    _show(page, visitors[-1])
    assert len(pool.read) == 12
    _show(page, visitors[0])
    assert len(pool.read) == 13
    with pytest.raises(DomainError, match="no such run"):
        page.tables(visitors[0], f"run of {visitors[1].id}")


def test_what_two_ask_for_at_once_is_made_once(page: Page) -> None:
    made, begun, go = [], Event(), Event()

    def make() -> str:
        made.append(1)
        begun.set()
        assert go.wait(10)
        return "drawn"

    with ThreadPoolExecutor(2) as both:
        first = both.submit(page.keep, ("job", "difference"), make)
        assert begun.wait(10)
        second = both.submit(page.keep, ("job", "difference"), make)
        go.set()
        assert (first.result(10), second.result(10)) == ("drawn", "drawn")
    assert len(made) == 1
    assert not page._gates
