"""The look of interactive figures, in one place: type, colours, grid, hover, tools.

What lives here: the house template and the step from a description to a plotly figure. What does not: any
figure. The greys are those of the printed figures (``ecopark.report.style``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from math import floor, log10
from typing import TYPE_CHECKING, Any

import pandas as pd

from ecopark.errors import DomainError
from ecopark.report.style import INK, PAPER, QUIET, RULE
from ecopark.report.tables import RunTables
from ecopark.run import Run

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Spec = dict[str, Any]

# Faces that machines have, widest spread first: nothing is fetched.
FONT = "'DejaVu Sans', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
FONT_PX = 13.0
"""Size of ordinary text for a laptop; some 20 px are legible on a projector from the last row."""

CONFIG: Mapping[str, Any] = {
    "displaylogo": False,
    "responsive": True,
    "showTips": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
    "toImageButtonOptions": {"format": "svg"},
}
"""How a figure behaves on a page: no maker's mark, saved as SVG."""


def house_layout(font_px: float = FONT_PX) -> Spec:
    """Layout every figure starts from.

    Parameters
    ----------
    font_px : float
        Size of ordinary text, px.

    Returns
    -------
    dict
        For ``layout.template.layout`` of a plotly figure.
    """
    axis = {
        "gridcolor": RULE,
        "linecolor": QUIET,
        "zerolinecolor": QUIET,
        "zerolinewidth": 1,
        "tickcolor": QUIET,
        "ticks": "outside",
        "ticklen": 3,
        "automargin": False,
        "tickfont": {"size": 0.9 * font_px},
        "title": {"font": {"size": font_px}, "standoff": 6},
    }
    return {
        "font": {"family": FONT, "size": font_px, "color": INK},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "colorway": [INK, QUIET],
        "xaxis": {**axis, "showgrid": False},
        "yaxis": {**axis, "separatethousands": True},
        "hoverlabel": {
            "bgcolor": PAPER,
            "bordercolor": QUIET,
            "align": "left",
            "font": {"family": FONT, "size": font_px, "color": INK},
        },
        "hovermode": "closest",
        "showlegend": False,
        "margin": {"l": 60, "r": 20, "t": 40, "b": 40},
        "separators": ".,",
        "annotationdefaults": {"showarrow": False, "font": {"size": font_px}},
    }


def layout(font_px: float, **own: Any) -> Spec:
    """Layout of one figure: the house template, and what the figure sets itself."""
    return {"template": {"layout": house_layout(font_px)}, **own}


def note(text: str, x: float, y: float, **look: Any) -> Spec:
    """An annotation in paper coordinates, without arrow.

    Parameters
    ----------
    text : str
    x, y : float
        Share of the plotting area; beyond 0 and 1 lies the margin.
    **look
        Anything of ``layout.annotations``.
    """
    fixed = {
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "middle",
        "align": "left",
        "showarrow": False,
    }
    return {**fixed, "text": text, "x": x, "y": y, **look}


def year_slider(names: Sequence[str], active: int, font_px: float) -> list[Spec]:
    """The slider that moves through frames, one a year."""
    quick = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
    return [
        {
            "active": active,
            "currentvalue": {"prefix": "year ", "font": {"size": 1.2 * font_px}, "xanchor": "left"},
            "pad": {"t": 24, "b": 6},
            "len": 1.0,
            "x": 0.0,
            "font": {"size": 0.9 * font_px, "color": QUIET},
            "ticklen": 3,
            "minorticklen": 0,
            "steps": [
                {"label": name, "method": "animate", "args": [[name], quick], "value": name} for name in names
            ],
        }
    ]


def as_figure(spec: Spec) -> Figure:
    """A plotly figure of a description.

    Raises
    ------
    DomainError
        If plotly is not installed.
    """
    try:
        objects = import_module("plotly.graph_objects")
    except ModuleNotFoundError as failure:
        raise DomainError(
            "interactive figures need plotly, which is not installed; pip install 'ecopark[report]'"
        ) from failure
    figure: Figure = objects.Figure(
        data=spec["data"], layout=spec["layout"], frames=spec.get("frames") or None
    )
    return figure


def tables_of(run: Run | RunTables) -> RunTables:
    """Tables of a run; tables are returned as they are."""
    return run if isinstance(run, RunTables) else RunTables.of(run)


def by_scope(tables: RunTables, indicators: Sequence[str], scope: str) -> pd.DataFrame:
    """Sum of some indicators by resource or firm, and year.

    Parameters
    ----------
    tables : RunTables
    indicators : sequence of str
        Of one unit.
    scope : {"resource", "firm"}

    Returns
    -------
    pandas.DataFrame
        Index id of the resource or firm, the largest sum (without sign) first; columns every year of the run; 0
        where there is nothing. What is 0 throughout is left out.
    """
    rows = tables.indicators
    rows = rows[rows["indicator"].isin(list(indicators)) & rows["scope"].str.startswith(f"{scope}:")]
    first, last = tables.span
    tidy = pd.DataFrame(
        {
            "name": rows["scope"].str.removeprefix(f"{scope}:"),
            "year": rows["period"].dt.year,
            "value": rows["value"].to_numpy(dtype=float),
        }
    )
    sums = tidy.pivot_table("value", "name", "year", aggfunc="sum")
    sums = sums.reindex(columns=list(range(first, last + 1))).fillna(0.0)
    sums = sums[(sums != 0).any(axis=1)]
    total = sums.sum(axis=1)
    return sums.loc[sorted(sums.index, key=lambda name: (-abs(total[name]), name))]


def rounded(value: float, digits: int = 4) -> float:
    """`value` with so many significant digits: enough for any screen, and short in a file."""
    if value == 0 or value != value:
        return 0.0
    return round(value, digits - 1 - floor(log10(abs(value))))


def translucent(colour: str, alpha: float) -> str:
    """``#rrggbb`` as ``rgba(r,g,b,alpha)``."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"
