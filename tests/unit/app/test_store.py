"""Saved parks: what is saved is what is loaded, nothing is written elsewhere; downloads hold the run's numbers."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from ecopark import Scenario, simulate
from ecopark.app.downloads import figure_file, figure_names, tables_excel, tables_zip
from ecopark.app.park import Draft
from ecopark.app.store import Store
from ecopark.cli import main
from ecopark.errors import DomainError
from ecopark.run import Run
from tests.small_parks import build, firm

RAW = build(
    {
        "works": firm(
            (0, 0), capacity="100 t/d", outputs={"ash": {"resource": "ash", "coefficient": "0.2 t/t"}}
        ),
        "kiln": firm(
            (1000, 500), capacity="80 t/d", inputs={"clay": {"resource": "clay", "coefficient": "0.5 t/t"}}
        ),
    },
    pathways={"ash_for_clay": {"giver": "ash", "taker": "clay"}},
)
BASE = Scenario.from_dict(RAW, "small")


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(BASE, 1)


def _edited(base: Scenario, mover: str, site: tuple[float, float], off: str) -> Draft:
    draft = Draft(base).move(mover, *site).switch(off, False).set_lever("landfill_tax", 120.0)
    return draft.with_seed(7).with_name("A park of my own")


def test_saved_is_loaded(tmp_path: Path) -> None:
    store, draft = Store(tmp_path / "parks"), _edited(BASE, "works", (40.0, 50.0), "kiln")
    folder = store.save(draft, "my park")
    again = Store(tmp_path / "parks").load("my park")
    assert again == draft
    assert again.scenario().park == draft.scenario().park
    assert again.changes() == draft.changes()
    assert store.names() == ["my park"]
    assert main(["check", str(folder)]) == 0
    assert Scenario.load(folder).park == draft.scenario().park


def test_a_park_made_from_a_shipped_one_with_an_added_firm(tmp_path: Path) -> None:
    draft = _edited(Scenario.load("kalundborg"), "gyproc", (11.2, 55.6), "kemira")
    draft, _ = draft.add("brewery", (11.1, 55.7), opens="1970-01")
    store = Store(tmp_path)
    folder = store.save(draft, "brewed")
    again = store.load("brewed")
    assert again == draft
    assert again.scenario().park == draft.scenario().park
    assert main(["check", str(folder)]) == 0


def test_another_park_is_not_overwritten_unless_asked(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save(Draft(BASE), "one")
    with pytest.raises(DomainError, match="saved already"):
        store.save(Draft(BASE).with_seed(3), "one")
    assert store.load("one").seed == 1
    store.save(Draft(BASE).with_seed(3), "one", overwrite=True)
    assert store.load("one").seed == 3
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(DomainError, match="no saved park"):
        store.save(Draft(BASE), "mine", overwrite=True)
    assert (tmp_path / "mine" / "notes.txt").read_text(encoding="utf-8") == "keep me"
    assert store.names() == ["one"]


BAD = [
    "",
    ".",
    "..",
    ".hidden",
    "a/b",
    "../a",
    "/etc",
    "a\\b",
    "a\0b",
    "a\nb",
    " a",
    "a ",
    "x" * 64,
    "con",
    "~",
    "a:b",
]


@pytest.mark.parametrize("name", BAD)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    store = Store(tmp_path / "root")
    for ask in (lambda: store.save(Draft(BASE), name), lambda: store.load(name)):
        with pytest.raises(DomainError, match="cannot be the name"):
            ask()
    assert list(tmp_path.rglob("*")) == []


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    outside = Store(tmp_path / "outside")
    outside.save(Draft(BASE), "secret")
    store = Store(tmp_path / "root")
    store.save(Draft(BASE), "own")
    (tmp_path / "root" / "link").symlink_to(tmp_path / "outside" / "secret")
    assert store.names() == ["own"]
    for ask in (lambda: store.load("link"), lambda: store.save(Draft(BASE), "link", overwrite=True)):
        with pytest.raises(DomainError, match="leads out"):
            ask()


def test_a_spoilt_park_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path)
    folder = store.save(Draft(BASE), "one")
    (folder / "park.json").write_text("{", encoding="utf-8")
    with pytest.raises(DomainError, match="spoilt"):
        store.load("one")
    with pytest.raises(DomainError, match="no saved park 'two'"):
        store.load("two")


def test_archive_holds_the_tables(run: Run, tmp_path: Path) -> None:
    name, content = tables_zip(run)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / name.removesuffix(".zip")
    assert Run.load(folder).flows["quantity"].tolist() == run.flows["quantity"].tolist()
    by_csv = pd.read_csv(folder / "csv" / "flows.csv")
    assert by_csv["quantity"].sum() == pytest.approx(run.flows["quantity"].sum(), rel=1e-12)
    with pytest.raises(DomainError, match="csv, parquet"):
        tables_zip(run, ["xml"])


def test_workbook_and_figures(run: Run) -> None:
    name, content = tables_excel(run)
    assert name.endswith("seed1.xlsx")
    assert "flows" in openpyxl.load_workbook(io.BytesIO(content), read_only=True).sheetnames
    starts = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}
    for form, start in starts.items():
        name, content = figure_file(run, "timeline", form)
        assert name == f"small_park_seed1_timeline.{form}"
        assert content.startswith(start)
    assert {"map", "sankey", "timeline"} <= set(figure_names())
    with pytest.raises(DomainError, match="sankey"):
        figure_file(run, "sanky")
    with pytest.raises(DomainError, match="png, svg, pdf"):
        figure_file(run, "map", "exe")
