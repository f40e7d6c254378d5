"""What every result of many runs does alike: its tables, its summary, its figures, and keeping all three.

What lives here: :class:`KeptResult`. What does not: the result of one run (``run``), writing files (``folders``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from ecopark.experiments.folders import write_tables


class KeptResult(ABC):
    """A result that is kept as a folder of tables, a summary and figures.

    Attributes
    ----------
    drawn_by : str
        Class of its figures, as ``module:Class``. By name, as for a run: a result works without any drawing
        library.
    """

    drawn_by: ClassVar[str] = ""

    @abstractmethod
    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name, as they are saved."""

    @abstractmethod
    def summary(self) -> dict[str, Any]:
        """The outcome as plain data."""

    def write_more(self, folder: Path) -> None:  # noqa: B027 - most results have nothing more
        """Write further files into the folder while it is made; none by default.

        Parameters
        ----------
        folder : pathlib.Path
        """

    @cached_property
    def plot(self) -> Any:
        """Figures as methods; ``save_all(folder)`` draws every one."""
        module, _, name = self.drawn_by.partition(":")
        return getattr(import_module(module), name)(self)

    def save(self, folder: str | Path, figures: bool = False) -> Path:
        """Write the tables as Parquet, ``summary.json`` and the figures, whole or not at all.

        Parameters
        ----------
        folder : str or path
        figures : bool
            Draw and write the figures too.

        Returns
        -------
        pathlib.Path

        Raises
        ------
        ResultsError
            If the place cannot be written or holds something else.
        """
        draw = self.plot.save_all if figures and self.drawn_by else None
        return write_tables(Path(folder), self.tables(), self.summary(), draw, self.write_more)
