"""New scenario folders for a user to edit: a small park, a synthetic region, or a planner's tables made a park.

What lives here: filling the templates and writing a folder whole or not at all. What does not: what a
region is made of (``region``), what tables mean (``workbook``), reading scenarios (``load``).
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from ecopark.errors import DomainError, ResultsError
from ecopark.scenario.located import Problems, Where
from ecopark.scenario.region import RegionPlan, fill, region_rows
from ecopark.scenario.region_block import MIX, mix_of
from ecopark.scenario.source import Files
from ecopark.scenario.tables import read_table
from ecopark.scenario.workbook import scenario_texts
from ecopark.scenario.workbook_template import template_rows, write_csv_tables, write_workbook


def new_park(folder: Path | str) -> Path:
    """Write a commented scenario of three plants, ready to run and to be edited.

    Parameters
    ----------
    folder : path
        Must not exist; its name becomes the title.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    DomainError
        If the folder exists or has no name.
    ResultsError
        If it cannot be written.
    """
    target = Path(folder)
    title = _title(target)
    # JSON text is YAML text: quotes, colons and letters of any language stay what they are.
    text = _template("park").format(title=json.dumps(title, ensure_ascii=False), folder=target.as_posix())
    return _write(target, {"scenario.yaml": text})


def new_region(folder: Path | str, plan: RegionPlan) -> Path:
    """Write a synthetic region: ``scenario.yaml`` and the table ``firms.csv``, the same bytes every time.

    Parameters
    ----------
    folder : path
        Must not exist.
    plan : RegionPlan
        What to draw.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    DomainError
        If the folder exists or has no name.
    ResultsError
        If it cannot be written.
    """
    rows = list(region_rows(plan))
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return _write(
        Path(folder), {"scenario.yaml": fill(_template("region"), plan), "firms.csv": table.getvalue()}
    )


def new_from_tables(folder: Path | str, tables: Path | str, sites: Path | str | None = None) -> Path:
    """Write the scenario that a planner's tables describe.

    Parameters
    ----------
    folder : path
        Must not exist; its name becomes the title where the tables give none.
    tables : path
        Excel workbook, or folder of CSV tables.
    sites : path, optional
        GeoJSON plan with firms, plots and corridors.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    TablesError
        With every mistake in the tables, each with file, sheet, row and column; nothing is written.
    DomainError
        If the folder exists or has no name.
    ResultsError
        If it cannot be written.
    """
    target = Path(folder)
    _check_free(target)
    return _write(
        target, scenario_texts(Path(tables), _title(target), None if sites is None else Path(sites))
    )


def new_template(path: Path | str) -> Path:
    """Write a filled template of a planner's tables.

    Parameters
    ----------
    path : path
        ``park.xlsx`` for a workbook; any other name becomes a folder of CSV tables. Must not exist.

    Returns
    -------
    pathlib.Path
        What was written.

    Raises
    ------
    DomainError
        If it exists already.
    ResultsError
        If it cannot be written.
    """
    target = Path(path)
    _check_free(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=target.parent) as place:
            draft = Path(place) / target.name
            if target.suffix.lower() == ".xlsx":
                write_workbook(draft, template_rows())
            else:
                draft.mkdir()
                write_csv_tables(draft, template_rows())
            draft.rename(target)
    except OSError as failure:
        raise ResultsError(f"cannot write {target}: {failure.strerror or failure}") from failure
    return target


def read_mix(path: Path | str) -> dict[str, float]:
    """Weights of plant types or sectors from a CSV file with the columns ``name,weight``.

    Parameters
    ----------
    path : path

    Returns
    -------
    dict of str to float
        For :class:`~ecopark.scenario.region.RegionPlan`.

    Raises
    ------
    ScenarioError
        With every mistake found, each with file and line.
    """
    place = Path(path)
    problems = Problems()
    access = Files(place.parent, place.parent.as_posix(), problems)
    rows = read_table(access, place, MIX, Where(str(path)), "")
    mix = mix_of(rows, problems)
    if not mix and not len(problems):
        problems.add(Where(str(path)), "", "holds no weights")
    problems.raise_if_any()
    return mix


def _template(name: str) -> str:
    return files("ecopark.scenario").joinpath("templates", f"{name}.yaml").read_text(encoding="utf-8")


def _title(target: Path) -> str:
    """Title of a park from the name of its folder."""
    words = target.name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _check_free(target: Path) -> None:
    if not target.name:
        raise DomainError(f"expected the name of a new folder, found {str(target)!r}")
    if target.exists() or target.is_symlink():
        raise DomainError(f"{target} exists already; choose another name")


def _write(target: Path, texts: Mapping[str, str]) -> Path:
    """Write a folder beside its place and move it there by one rename."""
    _check_free(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=target.parent) as place:
            draft = Path(place) / target.name
            draft.mkdir()
            for name, text in texts.items():
                (draft / name).write_bytes(text.encode())
            draft.rename(target)
    except OSError as failure:
        raise ResultsError(f"cannot write {target}: {failure.strerror or failure}") from failure
    return target
