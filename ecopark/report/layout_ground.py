"""Plots and corridors of a layout, drawn under a map.

What does not live here: where they are (``ground_plan``), firms and exchanges (``park_map``, ``layout_maps``).
"""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle

from ecopark.report.ground_plan import Floats, GroundPlan
from ecopark.report.style import Medium

CORRIDOR = "#CDCFCB"
_EDGE = "#9AA5AD"


def draw_ground(
    ax: Axes, plan: GroundPlan, to_mm: Callable[[Floats], Floats], medium: Medium, frame: Rectangle
) -> None:
    """Draw plots and corridors below everything else.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Its data coordinates are mm.
    plan : GroundPlan
    to_mm : callable
        From km in the plane, ndarray of shape (n, 2), to mm.
    medium : Medium
    frame : matplotlib.patches.Rectangle
        Nothing is drawn beyond it.
    """
    frame.set_transform(ax.transData)
    for path in plan.corridors:
        (line,) = ax.plot(
            *to_mm(path).T,
            color=CORRIDOR,
            lw=3.0 * medium.line,
            solid_capstyle="round",
            zorder=1.2,
            gid="corridor",
        )
        line.set_clip_path(frame)
    for name, corners in plan.corners.items():
        shape = Polygon(
            to_mm(corners), closed=True, facecolor=plan.tint(plan.zone[name]), edgecolor=_EDGE,
            lw=0.5 * medium.line, zorder=1.3, gid="plot",
        )  # fmt: skip
        ax.add_patch(shape)
        shape.set_clip_path(frame)
