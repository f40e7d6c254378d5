"""What visitors take home: figures and tables of a finished run, as files in memory.

What lives here: archives and bytes. What does not: drawing and exporting themselves (``report``).
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from ecopark.errors import DomainError, ResultsError
from ecopark.report.figures import FIGURES
from ecopark.report.style import figure_of, save
from ecopark.run import TABLES, Run
from ecopark.scenario.units import nearest

FIGURE_FORMATS = ("png", "svg", "pdf")
TABLE_FORMATS = ("csv", "parquet")
_WITH_YEAR = ("map", "sankey")
_EPOCH = (1980, 1, 1, 0, 0, 0)
# Longer tables are summed by year: two minutes of writing are too long for one who waits.
_SHEET_ROWS = 40_000
# The drawing library keeps settings that all threads share.
_DRAWING = Lock()


def figure_names() -> tuple[str, ...]:
    """Figures that can be downloaded."""
    return tuple(FIGURES)


def figure_file(run: Run, figure: str, form: str = "png", year: int | None = None) -> tuple[str, bytes]:
    """A figure as a file to download.

    Parameters
    ----------
    run : Run
    figure : str
        One of :func:`figure_names`.
    form : {"png", "svg", "pdf"}
    year : int, optional
        Of map and Sankey diagram.

    Returns
    -------
    tuple of (str, bytes)
        File name and content.

    Raises
    ------
    DomainError
        If there is no such figure or form.
    """
    if figure not in FIGURES:
        raise DomainError(f"there is no figure {figure!r}{nearest(figure, FIGURES)}")
    if form not in FIGURE_FORMATS:
        raise DomainError(f"expected one of {', '.join(FIGURE_FORMATS)}, found {form!r}")
    options = {"year": year} if figure in _WITH_YEAR and year is not None else {}
    with _DRAWING, tempfile.TemporaryDirectory(prefix="ecopark-") as folder:
        drawn = getattr(run.plot, figure)(**options)
        (file,) = save(figure_of(drawn), Path(folder) / figure, (form,))
        return f"{_stem(run)}_{figure}{f'_{year}' if options else ''}.{form}", file.read_bytes()


def tables_zip(run: Run, forms: Sequence[str] = TABLE_FORMATS) -> tuple[str, bytes]:
    """All tables of a run in one archive, with scenario, summary and manifest.

    Parameters
    ----------
    run : Run
    forms : sequence of {"csv", "parquet"}

    Returns
    -------
    tuple of (str, bytes)
        File name and content. With Parquet the archive holds a run's folder, which ``Run.load`` reads.

    Raises
    ------
    DomainError
        If a form is unknown or none is given.
    """
    unknown = [form for form in forms if form not in TABLE_FORMATS]
    if unknown or not forms:
        raise DomainError(f"expected some of {', '.join(TABLE_FORMATS)}, found {', '.join(forms) or 'none'}")
    stem, packed = _stem(run), io.BytesIO()
    with (
        tempfile.TemporaryDirectory(prefix="ecopark-") as folder,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive,
    ):
        for file in sorted(run.save(Path(folder) / "run").iterdir()):
            if file.suffix != ".parquet" or "parquet" in forms:
                archive.writestr(zipfile.ZipInfo(f"{stem}/{file.name}", _EPOCH), file.read_bytes())
        for name in TABLES if "csv" in forms else ():
            table = getattr(run, name)
            text = table.to_csv(index=table.index.name is not None)
            entry = zipfile.ZipInfo(f"{stem}/csv/{name}.csv", _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return f"{stem}.zip", packed.getvalue()


def tables_excel(run: Run) -> tuple[str, bytes]:
    """All tables of a run in one workbook; a ledger too long for a sheet is summed by year.

    Parameters
    ----------
    run : Run

    Returns
    -------
    tuple of (str, bytes)
        File name and content.
    """
    with tempfile.TemporaryDirectory(prefix="ecopark-") as folder:
        file = _write_excel(run, Path(folder) / "run.xlsx")
        return f"{_stem(run)}.xlsx", file.read_bytes()


def _write_excel(run: Run, path: Path) -> Path:
    """The workbook; of a park too large for short sheets even by year, with sheets as long as they come."""
    try:
        return run.to_excel(path, rows=_SHEET_ROWS)
    except ResultsError:
        return run.to_excel(path)


def _stem(run: Run) -> str:
    """File name of a run without ending."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", run.scenario.park.name).strip("_").lower() or run.name
    return f"{name}_seed{run.seed}"
