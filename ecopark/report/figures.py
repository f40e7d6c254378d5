"""All figures of a run in one call.

What does not live here: any drawing; each figure has its own module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ecopark.report.avoided import draw_avoided
from ecopark.report.closures import draw_closures
from ecopark.report.credits import draw_credits
from ecopark.report.durations import draw_durations
from ecopark.report.funnel import draw_funnel
from ecopark.report.matrix import draw_matrix
from ecopark.report.money import draw_money
from ecopark.report.network import draw_network
from ecopark.report.network_curves import draw_network_curves
from ecopark.report.park_map import draw_park_map
from ecopark.report.sankey import draw_sankey
from ecopark.report.style import PRINT, Medium, check_formats, figure_of, save
from ecopark.report.tables import RunTables
from ecopark.report.timeline import draw_timeline

FIGURES: Mapping[str, Callable[..., Axes | NDArray[np.object_]]] = {
    "map": draw_park_map,
    "network": draw_network,
    "sankey": draw_sankey,
    "timeline": draw_timeline,
    "funnel": draw_funnel,
    "durations": draw_durations,
    "avoided": draw_avoided,
    "matrix": draw_matrix,
    "money": draw_money,
    "credits": draw_credits,
    "network_curves": draw_network_curves,
    "closures": draw_closures,
}
_WITH_YEAR = ("map", "sankey")


def save_figures(
    tables: RunTables,
    folder: Path | str,
    *,
    year: int | None = None,
    formats: Sequence[str] = ("png", "svg"),
    medium: Medium = PRINT,
) -> list[Path]:
    """Draw every figure of a run and save it.

    Parameters
    ----------
    tables : RunTables
        Tables of the run.
    folder : path-like
        Existing folder; files are called ``map.png``, ``map.svg`` and so on.
    year : int, optional
        Year of map and Sankey diagram; by default the one with the most exchanges.
    formats : sequence of {"png", "svg", "pdf"}
    medium : Medium

    Returns
    -------
    list of pathlib.Path
        Files written.

    Raises
    ------
    DomainError
        If a format is unknown; nothing is written then.
    """
    check_formats(formats)
    written: list[Path] = []
    for name, draw in FIGURES.items():
        options = {"year": year} if name in _WITH_YEAR else {}
        drawn = draw(tables, medium=medium, **options)
        written += save(figure_of(drawn), Path(folder) / name, formats)
    return written
