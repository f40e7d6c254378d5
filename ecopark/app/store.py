"""Parks that visitors save, under one folder, and what they download.

What lives here: names that are safe, folders written whole, archives of figures and tables. What does not:
drawing and exporting themselves (``report``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ecopark.app.park import Draft
from ecopark.run import Run

FIGURE_FORMATS = ("png", "svg", "pdf")


class Store:
    """Saved parks under one root folder.

    Parameters
    ----------
    root : pathlib.Path
        Made when first needed.
    """

    def __init__(self, root: Path) -> None:
        raise NotImplementedError

    def save(self, draft: Draft, name: str, *, overwrite: bool = False) -> Path:
        """Save a park as a scenario folder that every command can read.

        Parameters
        ----------
        draft : Draft
        name : str
            Letters, digits, ``_``, ``-`` and blanks.
        overwrite : bool
            Replace a saved park of that name.

        Returns
        -------
        pathlib.Path
            The folder.

        Raises
        ------
        DomainError
            If the name cannot be used, or is taken.
        ScenarioError
            If the park cannot be run.
        ResultsError
            If the folder cannot be written.
        """
        raise NotImplementedError

    def load(self, name: str) -> Draft:
        """A saved park.

        Raises
        ------
        DomainError
            If there is none of that name.
        ScenarioError
            If its files have been spoilt.
        """
        raise NotImplementedError

    def names(self) -> list[str]:
        """Names of the saved parks, sorted."""
        raise NotImplementedError


def figure_names() -> tuple[str, ...]:
    """Figures that can be downloaded."""
    raise NotImplementedError


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
    raise NotImplementedError


def tables_zip(run: Run, forms: Sequence[str] = ("csv", "parquet")) -> tuple[str, bytes]:
    """All tables of a run in one archive, with scenario and manifest. File name and content."""
    raise NotImplementedError


def tables_excel(run: Run) -> tuple[str, bytes]:
    """All tables of a run in one workbook. File name and content."""
    raise NotImplementedError
