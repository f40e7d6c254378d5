"""Questions answered with shipped files: the files load, and pages quote their tables rightly."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from ecopark import simulate
from ecopark.cli import main
from ecopark.experiments import Study
from ecopark.planning.ranking import read_ranking

DOCS = Path(__file__).parents[2] / "docs"
# By page: what is run for it.
RANKINGS = {
    "levers": ("kalundborg/levers_and_barriers", "west_midlands/levers_and_barriers"),
    "questions/how_much": ("kalundborg/how_much",),
    "questions/what_industry_needs": ("kalundborg/what_industry_needs", "west_midlands/what_industry_needs"),
    "questions/repeat_kalundborg": ("kalundborg/repeat_kalundborg",),
    "questions/carbon_only": ("kalundborg/carbon_only",),
}
STUDIES = {"questions/which_policies": ("kalundborg/which_policies",)}
PAGES = (*RANKINGS, *STUDIES)
# A table on a page follows a line that says from which file, of what, which column and in which unit each cell is.
TABLE = re.compile(r"<!-- cells: (.*?) -->\n\n\|.*\n\|[-|]+\n((?:\|.*\n)+)")
NUMBER = re.compile(r"[+-]?[\d,]*\.?\d+")
KEYS = ("variant", "label", "need", "residual")
FILTERS = ("effect", "output", "measure", "benefit")


def text_of(page: str) -> str:
    return (DOCS / f"{page}.md").read_text(encoding="utf-8")


@cache
def table_of(name: str) -> pd.DataFrame:
    table = pd.read_csv(DOCS / "tables" / name)
    names = {next(k for k in KEYS if k in table): "key", next(k for k in FILTERS if k in table): "of"}
    whole = table.rename(columns=names | {"difference": "mean"})
    return whole.set_index(["key", "of"])


def cells() -> list[tuple[str, str, str, str]]:
    """Page, what a cell shows, row of the page, and where it is from."""
    found = []
    for page in PAGES:
        for origins, body in TABLE.findall(text_of(page)):
            for line in body.splitlines():
                row = [cell.strip() for cell in line.strip("|").split("|")]
                places = [place.strip() for place in origins.split(";")]
                assert len(row) == len(places) + 1, f"{page}: {line}"
                found += [(page, cell, row[0], place) for cell, place in zip(row[1:], places, strict=True)]
    return found


def is_rounded(shown: str, true: float) -> bool:
    places = len(shown.partition(".")[2])
    return abs(float(shown.replace(",", "")) - true) <= 0.5 * 10.0**-places * (1.0 + 1e-9)


@pytest.mark.parametrize(
    ("page", "name"),
    [
        # The two large ones take half a minute.
        pytest.param(page, name, marks=[pytest.mark.slow] if page == "levers" else [])
        for page in RANKINGS
        for name in RANKINGS[page]
    ],
)
def test_a_ranking_loads_and_runs_and_its_page_tells_of_it(page: str, name: str) -> None:
    plan = read_ranking(name)
    assert len(plan.groups) >= 2
    assert f"ecopark rank {name}" in text_of(page)
    until = "2003" if name.startswith("west_midlands") else "1960"
    for group in plan.groups:
        for scenario in (group.against, *group.variants.values()):
            assert len(simulate(scenario, 1, until).flows) > 0


@pytest.mark.parametrize(("page", "name"), [(page, name) for page in STUDIES for name in STUDIES[page]])
def test_a_study_loads_and_its_page_tells_of_it(page: str, name: str) -> None:
    assert Study.load(name).replicates >= 8
    assert f"ecopark sweep {name}" in text_of(page)


def test_the_index_links_every_page() -> None:
    index = text_of("questions")
    assert all(f"]({page}.md)" in index for page in PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_a_table_and_names_its_file(page: str) -> None:
    text = text_of(page)
    origins = {place.split()[0] for cells, _ in TABLE.findall(text) for place in cells.split("; ")}
    assert origins
    assert text.count("<!-- cells:") == len(TABLE.findall(text))
    assert all(f"tables/{name})" in text for name in origins)


def test_cells_are_those_of_the_tables() -> None:
    wrong = []
    for page, cell, key, place in cells():
        name, of, column, unit = place.split()
        if (key, of) not in table_of(name).index:
            wrong += [] if cell == "–" else [f"{page}: {key}, {of}: {cell} is in no table"]
            continue
        row = table_of(name).loc[(key, of)]
        columns = ("mean", "low", "high") if column == "mean" else (column,)
        shown = NUMBER.findall(cell)
        scale = 100.0 if column == "share" else 1.0 / float(unit)
        values = [float(row[one]) * scale for one in columns]
        fits = len(shown) == len(values) and all(map(is_rounded, shown, values))
        if "clear" in row.index and column in ("mean", "share"):
            fits = fits and cell.startswith("**") == bool(row["clear"])
        if not fits:
            wrong.append(f"{page}: {key}, {of}: {cell}, the table has {values}")
    assert not wrong


@pytest.mark.parametrize("csv", sorted((DOCS / "tables").glob("*.csv")), ids=lambda path: path.name)
def test_tables_are_small_and_quoted(csv: Path) -> None:
    assert csv.stat().st_size < 20_000
    assert any(f"tables/{csv.name})" in text_of(page) for page in PAGES)


@pytest.mark.slow
def test_a_ranking_runs_by_its_command(tmp_path: Path) -> None:
    # The shortest: what is told of the others above differs by their scenarios alone.
    name = "kalundborg/how_much"
    small = ["--replicates", "2", "--until", "1962", "--no-figures", "--quiet", "--engine", "serial"]
    assert main(["rank", name, *small, "--out", str(tmp_path)]) == 0
    again = pd.read_csv(next(tmp_path.rglob("ranking.csv")))
    # What nobody does by then, with or without, has no row.
    assert {variant for group in read_ranking(name).groups for variant in group.variants} >= set(
        again["variant"]
    )
    assert (again["pairs"] == 2).all()
    assert len(again) > 0


@pytest.mark.slow
def test_a_study_runs_by_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ecopark.scenario import shipped_folder

    folder = shipped_folder("kalundborg")
    assert folder is not None
    text = (folder / "studies" / "which_policies.yaml").read_text(encoding="utf-8")
    small = re.sub(r"replicates: \d+", "replicates: 2", text).replace("until: 1995", "until: 1960")
    (tmp_path / "small.yaml").write_text(small, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["sweep", "small.yaml", "--engine", "serial", "--quiet", "--out", "out"]) == 0
