"""A page being served, and a real browser in front of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Everything on this machine is shared with other tests: ten times what a quiet machine needs.
PATIENCE_MS = 90_000
# A page asks for a picture sixty times a second, and without a graphics card each costs a processor dear.
SLOW_SCREEN = "window.requestAnimationFrame = draw => setTimeout(() => draw(performance.now()), 200)"
CHANGES = """() => [...document.querySelectorAll('#changes li')].map(item => item.textContent)
    .filter(text => text != 'as the scenario has it')"""
# The last year as the list of changes has it; where it says nothing of it, that of the scenario.
UNTIL = f"""() => ({CHANGES})().filter(text => text.startsWith('Run to ')).map(text => Number(text.slice(7)))[0]
    || Number(document.getElementById('until').max)"""


def find_browser() -> str | None:
    """A browser named by ECOPARK_BROWSER, or one on the path."""
    named = os.environ.get("ECOPARK_BROWSER")
    return named or next(filter(None, (shutil.which(name) for name in BROWSERS)), None)


@dataclass
class Served:
    """A page that is being served, and where its saved parks are."""

    address: str
    folder: Path
    process: subprocess.Popen[str]


@dataclass
class Visit:
    """One visitor: a page in a browser, what it asked for, and what it complained of."""

    page: Any
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def words(self, text: str) -> None:
        """Wait until the page says something."""
        self.page.wait_for_function(
            "text => document.getElementById('words')?.textContent.includes(text)",
            arg=text,
            timeout=PATIENCE_MS,
        )

    def changes(self) -> list[str]:
        """What differs from the scenario, as the page lists it."""
        found: list[str] = self.page.evaluate(CHANGES)
        return found

    def wait_for_changes(self, count: int) -> None:
        """Wait until so many things differ from the scenario."""
        self.page.wait_for_function(f"count => ({CHANGES})().length == count", arg=count, timeout=PATIENCE_MS)

    def set_until(self, year: int) -> None:
        """Type another last year, and wait until the page has taken note of it."""
        self.page.fill("#until", str(year))
        self.page.keyboard.press("Tab")
        self.page.wait_for_function(f"year => ({UNTIL})() == year", arg=year, timeout=PATIENCE_MS)

    def run(self, until: int | None = None) -> None:
        """Press Run, with another last year if one is given, and wait for the end."""
        if until is not None:
            self.set_until(until)
        self.page.click("#run")
        self.words("inished")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("parks")
    command = [sys.executable, "-m", "ecopark.cli", "app", "kalundborg", "--port", "0", "--workers", "2"]
    with subprocess.Popen(
        [*command, "--no-browser", "--folder", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert found, line + process.stdout.read()
        yield Served(found[0], folder, process)
        process.terminate()
        process.wait(timeout=60)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = find_browser()
    if program is None:
        pytest.skip("no browser: install chromium, or name one in ECOPARK_BROWSER, to drive the page")
    from playwright.sync_api import sync_playwright

    quiet = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
    with sync_playwright() as play:
        started = play.chromium.launch(
            executable_path=program, args=[*quiet, "--disable-sync", "--no-first-run"]
        )
        yield started
        started.close()


def come(browser: Any, served: Served, on_a_slow_screen: bool = False) -> Visit:
    """A new visitor, with a browser window of its own, whose page has been drawn."""
    page = browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True).new_page()
    page.set_default_timeout(PATIENCE_MS)
    visit = Visit(page)
    page.on("request", lambda request: visit.asked.append(request.url))
    page.on("console", lambda said: visit.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    if on_a_slow_screen:
        page.add_init_script(SLOW_SCREEN)
    page.goto(served.address)
    page.wait_for_selector("#levers details")
    page.wait_for_function("window.ecopark && document.querySelectorAll('#map-left canvas').length > 0")
    return visit


@pytest.fixture
def visit(browser: Any, served: Served) -> Iterator[Visit]:
    made = come(browser, served)
    yield made
    made.page.context.close()
