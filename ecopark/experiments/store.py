"""The folder of a study: manifest, table of points, one Parquet file per chunk of runs.

What lives here: writing each file whole or not at all, knowing which chunks are missing, room on the
disk. What does not: what the rows mean (``models``), running (``work``).

A chunk is done when its file stands in ``runs/``. Every file is written beside its place and moved there
by one rename, the ledger and the list of failures before the runs; so a killed writer leaves a chunk
that is absent, never one that is half. Failures travel inside the chunk's file (its metadata) and
beside it as JSON for reading.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import locket
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ecopark.errors import ResultsError

MANIFEST = "manifest.json"
DESIGN = "design.parquet"
SAMPLE = "sample.parquet"
SCENARIO = "scenario.yaml"
RUNS, FLOWS, FAILURES = "runs", "flows", "failures"
MARGIN_BYTES = 200_000_000
_FAILED = b"ecopark.failures"
_SCHEMA = pa.schema(
    [
        ("run", pa.int64()),
        ("point", pa.int64()),
        ("replicate", pa.int64()),
        ("seed", pa.int64()),
        ("period", pa.timestamp("s")),
        ("scope", pa.string()),
        ("indicator", pa.string()),
        ("value", pa.float64()),
        ("unit", pa.string()),
    ]
)


class StoreFullError(ResultsError):
    """The disk has no room for another chunk; everything written so far is whole."""


@dataclass(frozen=True)
class Store:
    """The folder of one study.

    Attributes
    ----------
    folder : pathlib.Path
    margin : int, byte
        Room the disk must keep.
    """

    folder: Path
    margin: int = MARGIN_BYTES

    # ------------------------------------------------------------------ parts
    def path(self, kind: str, part: int) -> Path:
        """File of a chunk."""
        ending = "json" if kind == FAILURES else "parquet"
        return self.folder / kind / f"part-{part:05d}.{ending}"

    def done(self) -> set[int]:
        """Numbers of the chunks that are there."""
        return {int(file.stem[5:]) for file in (self.folder / RUNS).glob("part-*.parquet")}

    def write_part(
        self,
        part: int,
        rows: Mapping[str, list[Any]],
        failures: Sequence[Mapping[str, Any]],
        flows: pd.DataFrame | None,
    ) -> int:
        """Write a chunk; its file in ``runs/`` comes last.

        Parameters
        ----------
        part : int
        rows : mapping of str to list
            Columns of the runs' table.
        failures : sequence of mapping
            One per run that raised.
        flows : pandas.DataFrame or None

        Returns
        -------
        int
            Bytes written.

        Raises
        ------
        StoreFullError
            If the disk has no room.
        ResultsError
            If the folder cannot be written.
        """
        self.check_room()
        table = pa.table(dict(rows), schema=_SCHEMA)
        kept = table.replace_schema_metadata({_FAILED: _json(list(failures)).encode()} if failures else None)
        written = 0
        if flows is not None:
            written += self._put(
                self.path(FLOWS, part), lambda to: pq.write_table(_plain_table(flows), to, compression="zstd")
            )
        if failures:
            text = _json(list(failures))
            written += self._put(self.path(FAILURES, part), lambda to: to.write_text(text, encoding="utf-8"))
        written += self._put(self.path(RUNS, part), lambda to: pq.write_table(kept, to, compression="zstd"))
        if not failures:
            self.path(FAILURES, part).unlink(missing_ok=True)
        return written

    def failures(self, part: int) -> list[dict[str, Any]]:
        """Runs of a chunk that raised, as the chunk's own file tells."""
        told = pq.read_schema(self.path(RUNS, part)).metadata or {}
        found: list[dict[str, Any]] = json.loads(told.get(_FAILED, b"[]"))
        return found

    def failed_parts(self) -> list[int]:
        """Chunks with failed runs, ascending."""
        named = sorted(int(file.stem[5:]) for file in (self.folder / FAILURES).glob("part-*.json"))
        done = self.done()
        return [part for part in named if part in done and self.failures(part)]

    def check_room(self) -> None:
        """Assert that the disk has room for another chunk.

        Raises
        ------
        StoreFullError
        """
        free = shutil.disk_usage(self.folder).free
        if free < self.margin:
            raise StoreFullError(
                f"the disk of {self.folder} is full ({free / 1e6:,.0f} MB left, {self.margin / 1e6:,.0f} MB are kept); "
                "nothing is half written. Make room and start the study again: it goes on where it stopped"
            )

    # ------------------------------------------------------------------ whole study
    def start(
        self, manifest: Mapping[str, Any], design: pd.DataFrame, sample: pd.DataFrame | None, base: str
    ) -> None:
        """Open the folder for a study: new, or the same one again.

        Parameters
        ----------
        manifest : mapping
            What identifies the study.
        design : pandas.DataFrame
        sample : pandas.DataFrame or None
        base : str
            Resolved scenario; empty where there is none.

        Raises
        ------
        ResultsError
            If the folder holds another study or cannot be written.
        """
        try:
            for kind in (RUNS, FAILURES):
                (self.folder / kind).mkdir(parents=True, exist_ok=True)
            if manifest["study"]["outputs"]["flows"]:
                (self.folder / FLOWS).mkdir(exist_ok=True)
        except OSError as failure:
            raise ResultsError(f"cannot write {self.folder}: {failure.strerror or failure}") from failure
        held = self.manifest() if (self.folder / MANIFEST).exists() else None
        if held is not None:
            self._refuse_other(held, json.loads(_json(manifest)))
            self.tidy()
            return
        if self.done():
            raise ResultsError(
                f"{self.folder} holds runs but no {MANIFEST}; choose another folder with --out"
            )
        self._put(
            self.folder / DESIGN, lambda to: pq.write_table(_plain_table(design), to, compression="zstd")
        )
        if sample is not None:
            self._put(
                self.folder / SAMPLE, lambda to: pq.write_table(_plain_table(sample), to, compression="zstd")
            )
        if base:
            self._put(self.folder / SCENARIO, lambda to: to.write_text(base, encoding="utf-8"))
        text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        self._put(self.folder / MANIFEST, lambda to: to.write_text(text, encoding="utf-8"))

    def manifest(self) -> dict[str, Any]:
        """What the folder says it holds.

        Raises
        ------
        ResultsError
            If it holds no study.
        """
        try:
            found: dict[str, Any] = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError) as failure:
            raise ResultsError(f"{self.folder} holds no study (no readable {MANIFEST})") from failure
        return found

    def tidy(self) -> None:
        """Remove what killed processes left: drafts, and ledgers and failures of chunks that are not done."""
        for draft in self.folder.glob("**/.*.draft"):
            draft.unlink(missing_ok=True)
        done = self.done()
        for file in (self.folder / FAILURES).glob("part-*.json"):
            part = int(file.stem[5:])
            if part not in done or not self.failures(part):
                file.unlink(missing_ok=True)
        for file in (self.folder / FLOWS).glob("part-*.parquet"):
            if int(file.stem[5:]) not in done:
                file.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep a second process from working in the folder; the lock dies with its process.

        Raises
        ------
        ResultsError
            If another process holds it.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = locket.lock_file(str(self.folder / ".lock"), timeout=0)
            lock.acquire()
        except locket.LockError as taken:
            raise ResultsError(f"another process is running the study in {self.folder}") from taken
        except OSError as failure:
            raise ResultsError(f"cannot write {self.folder}: {failure.strerror or failure}") from failure
        try:
            yield
        finally:
            lock.release()

    # ------------------------------------------------------------------ inner workings
    def _put(self, target: Path, write: Any) -> int:
        """Write a file beside its place and move it there."""
        draft = target.with_name(f".{target.name}.{socket.gethostname()}-{os.getpid()}.draft")
        try:
            write(draft)
            with draft.open("rb") as file:
                os.fsync(file.fileno())
            size = draft.stat().st_size
            draft.replace(target)
        except OSError as failure:
            draft.unlink(missing_ok=True)
            if failure.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StoreFullError(
                    f"the disk is full: {target.name} was not written and nothing is half. "
                    "Make room and start the study again: it goes on where it stopped"
                ) from failure
            raise ResultsError(f"cannot write {target}: {failure.strerror or failure}") from failure
        return size

    def _refuse_other(self, held: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        keys = sorted({*held, *wanted} - {"text", "study", "units"})
        different = [key for key in keys if held.get(key) != wanted.get(key)]
        inner, own = held.get("study", {}), wanted["study"]
        different += [key for key in sorted({*inner, *own}) if inner.get(key) != own.get(key)]
        if different:
            raise ResultsError(
                f"{self.folder} holds a study that differs in {', '.join(different)}; "
                "choose another folder with --out, or remove this one"
            )


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)


def _plain_table(table: pd.DataFrame) -> pa.Table:
    """Table whose texts are plain strings in the file, missing ones null."""
    data = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    fields = [pa.field(f.name, pa.string()) if _is_text(f.type) else f for f in data.schema]
    return data.cast(pa.schema(fields))


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_dictionary(kind)
        or pa.types.is_null(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string(kind)
    )
