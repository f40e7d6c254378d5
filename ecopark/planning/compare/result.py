"""A comparison that is done: its tables, sentences and figures.

What lives here: :class:`Comparison`. What does not: making one (``comparing``), words and drawing (``report``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from ecopark.experiments.folders import write_tables
from ecopark.planning.compare.tables import Span

TABLES = ("indicators", "firms", "links", "curves", "maps")


@dataclass(frozen=True)
class Comparison:
    """Alternatives beside the first of them.

    Attributes
    ----------
    spans : tuple of Span
        What is compared, the base first.
    replicates : int
        Runs that finished on all sides.
    failed : int
        Runs that raised.
    currency : str
    notes : tuple of str
        What a reader must know of how far the alternatives can be compared.
    indicators : pandas.DataFrame
        See :func:`~ecopark.planning.compare.tables.indicator_table`.
    firms : pandas.DataFrame
        See :func:`~ecopark.planning.compare.tables.firm_table`.
    links : pandas.DataFrame
        See :func:`~ecopark.planning.compare.tables.link_table`.
    curves, maps : pandas.DataFrame
        Indicators and exchanges year by year, for the figures.
    places, resources : pandas.DataFrame
        Who stands where, and what is exchanged, for labels and maps.
    """

    spans: tuple[Span, ...]
    replicates: int
    failed: int
    currency: str
    notes: tuple[str, ...]
    indicators: pd.DataFrame
    firms: pd.DataFrame
    links: pd.DataFrame
    curves: pd.DataFrame
    maps: pd.DataFrame
    places: pd.DataFrame = field(repr=False)
    resources: pd.DataFrame = field(repr=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the alternatives, the base first."""
        return tuple(span.label for span in self.spans)

    def sentences(self) -> list[str]:
        """A sentence for each difference that is statistically clear, and none for the others.

        Returns
        -------
        list of str
            See :func:`~ecopark.report.compare_sentences.write_sentences`.
        """
        # By name, as the figures: what is written for people stands above this layer.
        told: list[str] = import_module("ecopark.report.compare_sentences").write_sentences(self)
        return told

    def summary(self) -> dict[str, Any]:
        """What was compared, and the sentences, as plain data."""
        return {
            "alternatives": {span.label: [span.source, span.first, span.last] for span in self.spans},
            "replicates": self.replicates,
            "failed": self.failed,
            "currency": self.currency,
            "notes": list(self.notes),
            "sentences": self.sentences(),
        }

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
        return write_tables(
            Path(folder), self.tables(), self.summary(), self.plot.save_all if figures else None
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name, as they are saved."""
        return {name: getattr(self, name) for name in TABLES}

    @cached_property
    def plot(self) -> Any:
        """Figures: ``.forest()``, ``.firms()``, ``.maps(1995)``, ``.curves()``."""
        return import_module("ecopark.report.compare_plots").ComparePlots(self)
