"""What a search for layouts found: tables, the layouts as scenarios, and the folder they are kept in.

What lives here: :class:`LayoutSearch`. What does not: the search (``finding``), drawing (``report.layout_plots``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from ecopark.errors import DomainError
from ecopark.experiments.kept import KeptResult
from ecopark.planning.layouts.ground import park_with
from ecopark.scenario import Scenario
from ecopark.scenario.variants import variant_text

Objective = Literal["possible", "emergent"]
PRESENT = "present"
TABLES = ("layouts", "places", "links", "differences", "runs")


@dataclass(frozen=True)
class LayoutSearch(KeptResult):
    """The best layouts found beside the present one.

    Attributes
    ----------
    scenario : Scenario
        As it is now.
    objective : str
        By which layouts are ranked.
    exact : bool
        Whether every layout was valued.
    valued : int
        Layouts valued.
    starts, hits : int
        Descents, and those that ended at the best value; 0 of an exact search.
    layouts : pandas.DataFrame
        One row per layout, the present one first, then by rank: ``layout, moved`` (firms), ``possible`` and
        ``possible_gain`` (money/yr; against the present), ``emergent`` (money/yr, mean of the runs), ``gain, low,
        high`` (money/yr: paired difference to the present layout, 95 % interval), ``same_sign`` (share of
        replicates), ``replicates``; missing where nothing was run.
    places : pandas.DataFrame
        ``layout, firm, plot`` (empty where it stands on none), ``x, y`` (coordinates of the scenario), ``movable,
        moved``.
    links : pandas.DataFrame
        Links each layout makes worth while: ``layout, from_firm, to_firm, resource, pathway, distance_km,
        benefit`` (money/yr).
    differences : pandas.DataFrame
        ``layout, output, unit, base`` (mean of the present layout), ``mean, low, high, replicates, same_sign`` of the
        paired difference, for the whole run.
    runs : pandas.DataFrame
        Every run: ``layout, replicate, seed`` and one column per output, for the whole run.

    Notes
    -----
    Figures: ``search.plot.maps()``, ``search.plot.gains()``.
    """

    drawn_by = "ecopark.report.layout_plots:LayoutPlots"

    scenario: Scenario
    objective: Objective
    exact: bool
    valued: int
    starts: int
    hits: int
    layouts: pd.DataFrame
    places: pd.DataFrame
    links: pd.DataFrame
    differences: pd.DataFrame
    runs: pd.DataFrame

    @property
    def names(self) -> tuple[str, ...]:
        """The layouts found, the best first, without the present one."""
        return tuple(name for name in self.layouts["layout"] if name != PRESENT)

    def assignment(self, layout: str) -> dict[str, str]:
        """Firms that stand elsewhere in a layout, and their plots.

        Parameters
        ----------
        layout : str
            Name such as ``layout_1``.

        Returns
        -------
        dict of str to str

        Raises
        ------
        DomainError
            If there is no layout of that name.
        """
        if layout not in set(self.layouts["layout"]):
            raise DomainError(f"there is no layout {layout!r}; found: {', '.join(self.names) or 'none'}")
        rows = self.places[(self.places["layout"] == layout) & self.places["moved"]]
        return dict(zip(rows["firm"], rows["plot"], strict=True))

    def park(self, layout: str) -> Scenario:
        """The scenario with a layout found, ready to be run.

        Parameters
        ----------
        layout : str

        Returns
        -------
        Scenario
        """
        return park_with(self.scenario, self.assignment(layout))

    def variant(self, layout: str, base: str = "base.yaml") -> str:
        """A layout as a scenario file that builds on the present one.

        Parameters
        ----------
        layout : str
        base : str
            The present scenario, seen from the file.

        Returns
        -------
        str
            YAML with ``base`` and ``set``.
        """
        plots = self.assignment(layout)
        moved = ", ".join(f"{name} to {plot}" for name, plot in plots.items()) or "nobody moves"
        return variant_text(
            f"{self.scenario.park.name}, {layout.replace('_', ' ')}",
            base,
            {f"firms.{name}.plot": plot for name, plot in plots.items()},
            f"Found by a search for better layouts: {moved}.",
        )

    def summary(self) -> dict[str, Any]:
        """The search in a few numbers, as plain data."""
        rows = self.layouts.set_index("layout")
        return {
            "scenario": self.scenario.name,
            "objective": self.objective,
            "currency": self.scenario.park.currency.code,
            "exact": self.exact,
            "valued": self.valued,
            "starts": self.starts,
            "hits": self.hits,
            "layouts": {str(name): dict(row) for name, row in rows.iterrows()},
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name, as they are saved."""
        return {name: getattr(self, name) for name in TABLES}

    def write_more(self, folder: Path) -> None:
        """Write the present scenario as ``base.yaml`` and every layout as a variant of it.

        Parameters
        ----------
        folder : pathlib.Path
        """
        (folder / "base.yaml").write_text(self.scenario.to_yaml(), encoding="utf-8")
        for name in self.names:
            (folder / f"{name}.yaml").write_text(self.variant(name), encoding="utf-8")
