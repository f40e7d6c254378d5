"""The built site of docs: links lead somewhere, nothing is asked of another host, everything public is there.

Built by ``.ci/run``, which says where: ``ECOPARK_SITE=OUT pytest tests/docs/test_site.py``.
"""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

import ecopark
from ecopark.cli import build_parser

SITE = Path(os.environ.get("ECOPARK_SITE", ""))
pytestmark = pytest.mark.skipif(
    not os.environ.get("ECOPARK_SITE"), reason="no built site: sphinx-build -n -W -b html docs OUT"
)
LOADING = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src")}


class Page(HTMLParser):
    """Links, anchors and loaded files of one page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.anchors.add(value)
            elif tag == "a" and name == "href" and value:
                self.links.append(value)
            elif (tag, name) in LOADING and value:
                self.loaded.append(value)


@pytest.fixture(scope="module")
def pages() -> dict[Path, Page]:
    found = {path: Page(path) for path in sorted(SITE.rglob("*.html")) if "_static" not in path.parts}
    assert len(found) > 40
    return found


def test_links_and_anchors_lead_somewhere(pages: dict[Path, Page]) -> None:
    dead = []
    for path, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            place, _, part = unquote(link).partition("#")
            goal = (path.parent / place).resolve() if place else path
            if not goal.is_file():
                dead.append(f"{path.name}: {link}")
            elif part and goal in pages and part not in pages[goal].anchors:
                dead.append(f"{path.name}: {link} (no such place)")
    assert not dead


def test_nothing_is_loaded_from_another_host(pages: dict[Path, Page]) -> None:
    foreign = [f"{path.name}: {url}" for path, page in pages.items() for url in page.loaded if "//" in url]
    for sheet in SITE.rglob("*.css"):
        urls = re.findall(r"(?:url\(|@import )\s*['\"]?((?:https?:)?//[^'\")\s]+)", sheet.read_text("utf-8"))
        foreign += [f"{sheet.name}: {url}" for url in urls]
    assert not foreign


def test_every_page_is_reached_from_the_first(pages: dict[Path, Page]) -> None:
    first = (SITE / "index.html").resolve()
    reached, waiting = {first}, [first]
    while waiting:
        path = waiting.pop()
        for link in pages[path].links if path in pages else ():
            goal = (path.parent / unquote(link).partition("#")[0]).resolve()
            if goal.suffix == ".html" and goal not in reached and "//" not in link:
                reached.add(goal)
                waiting.append(goal)
    assert not [path.name for path in pages if path.resolve() not in reached]


def test_public_names_and_commands_are_documented(pages: dict[Path, Page]) -> None:
    anchors = set().union(*(page.anchors for page in pages.values()))
    homes = {name: getattr(ecopark, name) for name in ecopark.__all__}
    missing = [name for name, what in homes.items() if f"{what.__module__}.{what.__name__}" not in anchors]
    assert not missing
    text = (SITE / "_made" / "commands.html").read_text(encoding="utf-8")
    (commands,) = (action.choices for action in build_parser()._actions if action.choices)
    assert not [name for name in commands if f"ecopark {name}" not in text]
