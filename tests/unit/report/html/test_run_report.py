"""The report of a run: one file that needs nothing else, numbers of the run's own, and what it refuses."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ecopark import Run, Scenario, simulate
from ecopark.cli import main
from ecopark.report.html.document import Document, Picture, Section
from ecopark.report.html.page import page_of
from ecopark.scenario.scaffold import new_from_tables, new_template

SECTIONS = ["result", "question", "network", "flows", "timeline", "avoided", "money", "structure", "comparison",
            "inputs", "reproduce"]  # fmt: skip
CHROMIUM = Path("/usr/bin/chromium")


class Reader(HTMLParser):
    """Sections, addresses, figures and the cells of tables by table and row."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: list[str] = []
        self.addresses: list[str] = []
        self.figures: dict[str, str] = {}
        self.cells: dict[str, list[list[tuple[str, float | None]]]] = {}
        self.style = ""
        self._table = self._text = ""
        self._value: float | None = None
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._inside = tag
        self.addresses += [
            given[name] for name in ("src", "href", "action", "srcset", "data") if name in given
        ]
        if tag == "section":
            self.sections.append(given["id"])
        if "data-figure" in given and tag == "div":
            self.figures[given["data-figure"]] = given["aria-label"]
        if tag == "table":
            self._table = given["id"].removeprefix("t-")
            self.cells[self._table] = []
        if tag == "tr" and self._table:
            self.cells[self._table].append([])
        if tag in ("td", "th"):
            self._text = ""
            self._value = float(given["data-value"]) if "data-value" in given else None

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._table:
            self.cells[self._table][-1].append((self._text, self._value))
        if tag == "table":
            self._table = ""
        self._inside = ""

    def handle_data(self, data: str) -> None:
        self._text += data
        if self._inside == "style":
            self.style += data


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifteen years of the template park."""
    place = tmp_path_factory.mktemp("report")
    tables = new_template(place / "tables")
    scenario = Scenario.load(new_from_tables(place / "mypark", tables))
    return simulate(scenario, seed=1, until=f"{scenario.park.time.start.year + 14}").save(place / "run")


@pytest.fixture(scope="module")
def page(folder: Path) -> Path:
    assert main(["report", str(folder)]) == 0
    return folder / "report.html"


@pytest.fixture(scope="module")
def read(page: Path) -> Reader:
    reader = Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader


def test_every_section_stands_in_the_page_and_in_its_navigation(read: Reader) -> None:
    assert read.sections == SECTIONS
    assert [one.removeprefix("#") for one in read.addresses if one.startswith("#")] == ["content", *SECTIONS]


def test_nothing_leaves_the_file(page: Path, read: Reader) -> None:
    assert [one for one in read.addresses if not one.startswith(("#", "data:,"))] == []
    assert "url(" not in read.style
    assert "@import" not in read.style
    data = re.search(r'id="data">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)
    assert data is not None
    assert "http" not in data.group(1)
    assert page.stat().st_size < 6_000_000


def test_every_figure_is_described_in_words(page: Path, read: Reader) -> None:
    data = re.search(r'id="data">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)
    assert data is not None
    figures = json.loads(data.group(1))["figures"]
    assert (
        set(figures)
        == set(read.figures)
        == {"network", "map", "sankey", "timeline", "avoided", "money", "indicators"}
    )
    assert all(len(words) > 30 for words in read.figures.values())


def test_numbers_of_the_tables_are_the_runs(folder: Path, read: Reader) -> None:
    run = Run.load(folder)
    park = run.indicators[run.indicators["scope"] == "park"]
    total = park.groupby("indicator")["value"].sum()
    rows = {row[0][0]: [value for _, value in row[1:]] for row in read.cells["avoided"][1:]}
    names = {
        "Waste kept from disposal": "avoided_waste",
        "Fresh water not drawn": "avoided_water",
        "Heat not made from fuel": "avoided_heat",
        "Fuel and power not bought": "avoided_fuel",
        "Greenhouse gases avoided, net": "avoided_co2",
    }
    years = park["period"].dt.year.max() - run.flows["start"].dt.year.min() + 1
    for title, name in names.items():
        expected = float(total.get(name, 0.0))
        assert rows[title][0] == pytest.approx(expected, rel=1e-9), title
        assert rows[title][1] == pytest.approx(expected / years, rel=1e-9), title
    gain = {row[0][0]: row[1][1] for row in read.cells["gains"][1:]}
    assert gain["Sum"] == pytest.approx(float(total["joint_gain"]), rel=1e-9)
    items = {row[0][0]: row[1][1] for row in read.cells["items"][1:]}
    assert items["Joint gain"] == pytest.approx(float(total["joint_gain"]), rel=1e-9)


def test_each_credit_rule_gives_out_the_whole(folder: Path, read: Reader) -> None:
    run = Run.load(folder)
    park = run.indicators[
        (run.indicators["scope"] == "park") & (run.indicators["indicator"] == "avoided_co2")
    ]
    *firms, sums = [[value for _, value in row[1:]] for row in read.cells["credits"][1:]]
    for rule in (0, 1, 3):
        assert sums[rule] == pytest.approx(float(park["value"].sum()), rel=1e-9)
        assert sum(row[rule] or 0.0 for row in firms) == pytest.approx(sums[rule], rel=1e-9)


def test_exchanged_quantities_are_those_of_the_ledger(folder: Path, read: Reader) -> None:
    run = Run.load(folder)
    moved = run.flows[run.flows["route"] == "exchange"].groupby("resource", observed=True)["quantity"].sum()
    found = sorted(row[2][1] or 0.0 for row in read.cells["exchanged"][1:])
    assert found == pytest.approx(sorted(moved[moved > 0]), rel=1e-9)


def test_unchecked_inputs_are_counted(folder: Path, read: Reader) -> None:
    marks = [quantity.mark for _, quantity in Run.load(folder).scenario.numbers()]
    found = {row[0][0]: row[2][1] for row in read.cells["marks"][1:]}
    assert found["[M]"] == marks.count("M")
    assert sum(value or 0.0 for value in found.values()) == len(marks)


def test_what_identifies_the_run_stands_in_it(folder: Path, read: Reader) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    written = {text for row in read.cells["reproduce"] for text, _ in row}
    assert {manifest["scenario_sha256"], str(manifest["seed"]), manifest["packages"]["numpy"]} <= written


def test_a_reference_of_its_own_is_measured(folder: Path, tmp_path: Path) -> None:
    scenario = Run.load(folder).scenario
    end = str(Run.load(folder).flows["end"].max().year - 1)
    quiet = simulate(scenario.with_overrides({"mechanisms.trading": "false"}), seed=1, until=end)
    other = quiet.save(tmp_path / "reference")
    assert main(["report", str(folder), "--reference", str(other), "--out", str(tmp_path / "r.html")]) == 0
    reader = Reader()
    reader.feed((tmp_path / "r.html").read_text(encoding="utf-8"))
    disposed = quiet.flows[(quiet.flows["route"] == "disposal") & (quiet.flows["kind"] == "material")]
    assert reader.cells["reference"][1][2][1] == pytest.approx(float(disposed["quantity"].sum()), rel=1e-9)


def test_what_was_bought_for_exchanges_alone_is_not_in_the_park_without(folder: Path, read: Reader) -> None:
    run = Run.load(folder)
    bought = run.flows[(run.flows["route"] == "virgin") & run.flows["kind"].isin(["heat", "energy"])]
    pumped = float(bought.loc[bought["synergy"].notna(), "quantity"].sum())
    assert pumped > 0.0
    quiet = simulate(
        run.scenario.with_overrides({"mechanisms.trading": "false"}),
        seed=1,
        until=str(run.flows["end"].max().year - 1),
    ).flows
    needed = quiet[(quiet["route"] == "virgin") & quiet["kind"].isin(["heat", "energy"])]["quantity"].sum()
    row = next(row for row in read.cells["reference"][1:] if row[0][0] == "Heat, fuel and power bought")
    assert row[1][1] == pytest.approx(float(bought["quantity"].sum()), rel=1e-9)
    # Plants that live on what others give buy a little more for it: far less than what the exchanges bought.
    assert abs(row[2][1] - float(needed)) < 0.05 * pumped


def test_paper_holds_the_same_words(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    assert main(["report", str(folder), "--out", str(tmp_path / "r.html"), "--pdf", str(target)]) == 0
    assert target.read_bytes().startswith(b"%PDF-")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.html", "report.pdf"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "is no folder; expected the results of ecopark run or ecopark sweep"),
        (["{empty}"], "holds no complete run"),
        (["{run}", "--out", "{empty}"], "is a folder; expected a file such as report.html"),
        (["{run}", "--out", "{empty}/r.txt"], "expected --out to end in .html"),
        (["{run}", "--pdf", "{empty}/r.doc"], "expected --pdf to end in .pdf"),
        (["{run}", "--optimum", "{empty}"], "expected the results folder of ecopark optimum"),
        (["{run}", "--hindcast", "{run}"], "is no summary of ecopark hindcast: it lacks measures"),
        (["{run}", "--reference", "{run}"], "has exchanges; expected one made with ecopark run --reference"),
    ],
)
def test_mistakes_are_said_in_a_sentence(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    places = {"run": str(folder), "empty": str(tmp_path)}
    assert main(["report", *(one.format(**places) for one in arguments)]) in (1, 2)
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []


def test_without_plotly_the_extra_is_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("ecopark.report.html.page.import_module", missing)
    assert main(["report", str(folder), "--out", str(tmp_path / "r.html")]) == 2
    assert "pip install 'ecopark[report]'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not CHROMIUM.exists(), reason="no /usr/bin/chromium to open the page in")
def test_a_browser_shows_it_without_error_or_request(page: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        window = browser.new_page(viewport={"width": 1280, "height": 900})
        said: list[str] = []
        asked: list[str] = []
        window.on("console", lambda message: said.append(message.text))
        window.on("pageerror", lambda error: said.append(str(error)))
        window.on("request", lambda request: asked.append(request.url))
        window.goto(page.as_uri())
        for section in window.query_selector_all("section"):
            section.scroll_into_view_if_needed()
            window.wait_for_timeout(150)
        window.wait_for_function("document.querySelectorAll('.plot .main-svg').length >= 7")
        slider = window.locator("#y-sankey")
        slider.focus()
        before = slider.input_value()
        window.keyboard.press("ArrowLeft")
        assert slider.input_value() == str(int(before) - 1)
        assert window.locator("#y-network").input_value() == slider.input_value()
        window.wait_for_function(
            f"document.querySelector('#p-sankey').textContent.includes('{int(before) - 1}')"
        )
        browser.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_a_number_that_is_none_is_null_on_the_page() -> None:
    """Browsers refuse NaN, and all figures with it."""
    spec = {"data": [{"y": [1.0, float("nan")]}], "layout": {"height": 100, "margin": {"b": 10}}}
    picture = Picture("one", "seen", "Said.", spec, None, "Point at it.")
    text = page_of(Document("t", "s", (Section("a", "A", (picture,)),)))
    data = re.search(r'id="data">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    assert json.loads(data.group(1), parse_constant=pytest.fail)["figures"]["one"]["data"][0]["y"] == [
        1.0,
        None,
    ]
    assert "Said. Point at it." in text
