"""A comparison that is done: its tables, sentences and figures.

What lives here: :class:`Comparison`. What does not: making one (``comparing``), words and drawing (``report``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import pandas as pd

from ecopark.experiments.kept import KeptResult
from ecopark.planning.compare.tables import Span

TABLES = ("indicators", "firms", "links", "curves", "maps")


@dataclass(frozen=True)
class Comparison(KeptResult):
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

    Notes
    -----
    Figures: ``.forest()``, ``.firms()``, ``.maps(1995)``, ``.curves()``.
    """

    drawn_by = "ecopark.report.compare_plots:ComparePlots"

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

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name, as they are saved."""
        return {name: getattr(self, name) for name in TABLES}
