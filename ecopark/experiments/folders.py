"""Folders of finished tables: written whole or not at all.

What lives here: the way from tables to a folder, and the file a hindcast or calibration keeps its scenario
in. What does not: the chunks of a study (``store``), what the tables mean.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ecopark.errors import ResultsError
from ecopark.scenario import Scenario

SUMMARY = "summary.json"


def write_tables(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    summary: Mapping[str, Any],
    figures: Callable[[Path], Any] | None = None,
    more: Callable[[Path], Any] | None = None,
) -> Path:
    """Write tables, a summary and figures into a folder that is there whole or not at all.

    Parameters
    ----------
    folder : pathlib.Path
        Replaced if it holds an earlier one of the kind.
    tables : mapping of str to pandas.DataFrame
        Each becomes a Parquet file of that name.
    summary : mapping
        Becomes ``summary.json``; what is not a number becomes null.
    figures : callable, optional
        Draws into the folder it is given.
    more : callable, optional
        Writes further files into the folder it is given, which holds the tables already.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    ResultsError
        If the place cannot be written or holds something else.
    """
    check_target(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=folder.parent) as place:
            draft = Path(place) / folder.name
            draft.mkdir()
            for name, table in tables.items():
                data = pa.Table.from_pandas(table, preserve_index=False)
                pq.write_table(data, draft / f"{name}.parquet", compression="zstd")
            text = json.dumps(_plain(summary), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
            (draft / SUMMARY).write_text(text, encoding="utf-8")
            if more is not None:
                more(draft)
            if figures is not None:
                figures(draft / "figures")
            if folder.exists():
                shutil.rmtree(folder)
            draft.rename(folder)
    except OSError as failure:
        raise ResultsError(f"cannot write {folder}: {failure.strerror or failure}") from failure
    return folder


def check_target(folder: Path) -> None:
    """Assert that tables can be written into a folder, before what fills them is worked out.

    Parameters
    ----------
    folder : pathlib.Path
        It need not exist.

    Raises
    ------
    ResultsError
        If it holds something else than an earlier result, or cannot be made or written.
    """
    if folder.exists() and not (folder / SUMMARY).is_file():
        raise ResultsError(f"{folder} exists and holds something else; choose another folder with --out")
    place = next(path for path in folder.absolute().parents if path.exists())
    fault = write_fault(place) if place.is_dir() else f"{place} is no folder"
    if fault:
        raise ResultsError(f"cannot write {folder}: {fault}")


def write_fault(place: Path) -> str:
    """Why a folder cannot be written into; empty where it can.

    Parameters
    ----------
    place : pathlib.Path
        A folder that exists.
    """
    if not os.access(place, os.W_OK | os.X_OK):
        return f"{place} is read-only for this user"
    try:
        with tempfile.TemporaryFile(dir=place) as probe:
            probe.write(b"ecopark")
    except OSError as failure:
        return f"{failure.strerror or failure} in {place}"
    return ""


def keep_scenario(scenario: Scenario, folder: Path) -> tuple[str, str]:
    """Write the resolved scenario into a folder, from which every worker reads it.

    Parameters
    ----------
    scenario : Scenario
    folder : pathlib.Path

    Returns
    -------
    tuple of str
        Absolute path of the file, and hash of its content.

    Raises
    ------
    ResultsError
        If the folder cannot be written or holds another scenario.
    """
    text = keep_text(folder, "scenario.yaml", scenario.to_yaml(), "scenario")
    return str(folder.resolve() / "scenario.yaml"), sha256(text.encode()).hexdigest()


def keep_text(folder: Path, name: str, text: str, what: str, *, first: bool = False) -> str:
    """Write a text into a folder, or take the one that stands there.

    Parameters
    ----------
    folder : pathlib.Path
    name : str
        Of the file.
    text : str
    what : str
        What the text is of, for the message.
    first : bool
        Whether what stands there holds, even if it differs.

    Returns
    -------
    str
        What the file holds.

    Raises
    ------
    ResultsError
        If the folder cannot be written, or holds another text and `first` is false.
    """
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists():
            held = path.read_text(encoding="utf-8")
            if held != text and not first:
                raise ResultsError(
                    f"{folder} holds results of another {what}; choose another folder with --out, or remove it"
                )
            return held
        draft = path.with_name(f".{name}.draft")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as failure:
        raise ResultsError(f"cannot write {folder}: {failure.strerror or failure}") from failure
    return text


def _plain(value: Any) -> Any:
    """Data as JSON knows them: no infinities, nothing that is not a number."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
