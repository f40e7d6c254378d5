"""Figure of a ranking: effects with their intervals, levers and barriers in one order.

What does not live here: estimating anything; the table comes from ``ecopark.planning.ranking``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.compare_bars import BETTER, WORSE
from ecopark.report.compare_console import INDICATOR_NAMES
from ecopark.report.numbers import axis_number, scale_of
from ecopark.report.result_plots import Drawn, ResultPlots
from ecopark.report.style import FAINT, INK, PRINT, QUIET, Medium

_SHORT = {"avoided_co2": "CO₂ avoided", "avoided_waste": "waste avoided", "joint_gain": "money gained"}
_NAMES, _PITCH, _HEAD, _FOOT, _GAP = 40.0, 5.2, 17.0, 13.0, 4.0


class RankingPlots(ResultPlots):
    """Figures of a ranking.

    Parameters
    ----------
    ranking : Ranking

    Examples
    --------
    >>> ranking.plot.effects().figure.savefig("ranking.pdf")  # doctest: +SKIP
    """

    def __init__(self, ranking: Any) -> None:
        self._ranking = ranking

    def effects(self, **options: Any) -> NDArray[np.object_]:
        """Effects of all variants; see :func:`draw_ranking`."""
        return draw_ranking(self._ranking.rows, self._ranking.effects, self._ranking.against, **options)

    def drawn(self, medium: Medium = PRINT) -> Mapping[str, Drawn]:
        """Every figure there is something to draw of, by the name of its file."""
        return {"ranking": self.effects(medium=medium)}


def draw_ranking(
    rows: pd.DataFrame,
    effects: tuple[str, ...],
    against: Mapping[str, str],
    *,
    ax: Axes | None = None,
    medium: Medium = PRINT,
) -> NDArray[np.object_]:
    """What each variant changes, with its 95 % interval, one column per effect.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of a :class:`~ecopark.planning.ranking.ranking.Ranking`.
    effects : tuple of str
    against : mapping of str to str
        Scenario each group is held against.
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    ndarray of Axes
        One panel per effect, the variants in the same order in all of them: by group, and in it from the most
        helpful to the most harmful by the first effect. Filled and coloured where an effect is clear.
    """
    shown = [effect for effect in effects if (rows["effect"] == effect).any()]
    first = rows[rows["effect"] == shown[0]]
    groups = list(dict.fromkeys(against))
    order = [
        (group, str(name))
        for group in groups
        for name in first[first["group"] == group].sort_values("difference", ascending=False)["variant"]
    ]
    at = {key: k + 1.2 * groups.index(key[0]) for k, key in enumerate(order)}
    with style.house(medium):
        factor = medium.text_pt / 7.0
        wanted = (_HEAD + _FOOT + (max(at.values()) + 1.0) * _PITCH) * factor
        area = style.take_area(ax, medium.width_mm, min(wanted, medium.height_mm))
        depth = area.height_mm - (_HEAD + _FOOT) * factor
        room = area.width_mm - (_NAMES + 6.0) * factor
        wide = room / len(shown)
        panels = []
        for k, effect in enumerate(shown):
            panel = area.panel(
                _NAMES * factor + k * wide + 2.0 * factor,
                _FOOT * factor,
                wide - _GAP * factor,
                depth,
            )
            _draw_effect(panel, rows[rows["effect"] == effect], at, effect, medium)
            panels.append(panel)
        panels[0].set_yticks(list(at.values()), [style.shorten(name, (_NAMES - 4.0) * factor, medium.small_pt)
                                                 for _, name in at])  # fmt: skip
        _write(area, panels, at, against, medium)
    return np.array(panels, dtype=object)


def _draw_effect(
    panel: Axes, rows: pd.DataFrame, at: Mapping[tuple[str, str], float], effect: str, medium: Medium
) -> None:
    """Means and intervals of one effect."""
    divisor, told = scale_of(
        float(rows[["difference", "low", "high"]].abs().max().max()), str(rows["unit"].iloc[0])
    )
    for row in rows.to_dict("records"):
        y = at[(str(row["group"]), str(row["variant"]))]
        mean = row["difference"] / divisor
        colour = (BETTER if mean > 0 else WORSE) if row["clear"] else FAINT
        if np.isfinite(row["low"]):
            panel.plot([row["low"] / divisor, row["high"] / divisor], [y, y], color=colour, lw=2.0 * medium.line,
                       solid_capstyle="butt", gid="interval")  # fmt: skip
        panel.plot([mean], [y], "o", ms=3.6 * medium.line, mfc=colour if row["clear"] else "white", mec=colour,
                   mew=0.8, gid="mean")  # fmt: skip
    panel.axvline(0.0, color=INK, lw=0.6)
    panel.set_ylim(max(at.values()) + 0.6, -0.6)
    panel.set_yticks([])
    panel.spines["left"].set_visible(False)
    panel.grid(axis="x")
    panel.xaxis.set_major_locator(MaxNLocator(4))
    panel.xaxis.set_major_formatter(FuncFormatter(axis_number))
    panel.set_xlabel(f"change, {told} a year")
    panel.set_title(
        _SHORT.get(effect) or INDICATOR_NAMES.get(effect, effect), fontsize=medium.text_pt, weight="bold"
    )


def _write(area: Any, panels: list[Axes], at: Mapping[tuple[str, str], float], against: Mapping[str, str],
           medium: Medium) -> None:  # fmt: skip
    """Title, groups above their rows, and what colours mean."""
    panels[0].tick_params(axis="y", length=0)
    for group in against:
        mine = [y for (of, _), y in at.items() if of == group]
        if mine:
            panels[0].annotate(group, (0.0, min(mine) - 0.85), (-38.0 * medium.text_pt / 7.0 / style.MM_PER_POINT, 0),
                               xycoords=("axes fraction", "data"), textcoords="offset points", va="center",
                               size=medium.small_pt, weight="bold", color=QUIET, annotation_clip=False,
                               gid="group")  # fmt: skip
    canvas = area.canvas()
    canvas.set_zorder(-1)
    canvas.text(2.0, area.height_mm - 1.5, "What each lever and barrier changes, paired runs", weight="bold",
                size=1.2 * medium.text_pt, va="top", gid="title")  # fmt: skip
    canvas.text(2.0, area.height_mm - 6.5 * medium.text_pt / 7.0,
                "mean, 95 % interval; filled: clear after correction for the number of rows; blue: more, orange: less",
                size=medium.small_pt, color=QUIET, va="top", gid="key")  # fmt: skip
