"""Figures of a programme: people and ideas, metrics by year, one headline on every basis, cost per tonne.

What does not live here: computing anything; the tables come from ``ecopark.planning.programme``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.colours import text_colour
from ecopark.report.numbers import axis_number, number, scale_of
from ecopark.report.result_plots import Drawn, ResultPlots
from ecopark.report.style import INK, PRINT, QUIET, Area, Medium

_STAGES = ("identified", "screened", "negotiating", "permitting", "building", "operating")
# One hue from pale to dark: an idea grows darker as it gets further.
_SHADES = ("#C9D8E6", "#A9C2D8", "#86A9C8", "#638FB5", "#3F6E99", "#244A6C")
_HUES = {"programme_co2": "#3F6E99", "programme_landfill": "#8A6A3B"}
_PANELS = (
    ("programme_landfill", "landfill diverted", "t"),
    ("programme_co2", "CO₂ avoided", "t CO2e"),
    ("programme_virgin", "virgin material replaced", "t"),
    ("programme_water", "fresh water replaced", "m3"),
    ("programme_cost_saved", "cost saved", ""),
    ("programme_sales", "extra sales", ""),
)
_NAMES = {"programme_co2": "CO₂ avoided", "programme_landfill": "landfill diverted"}


class ProgrammePlots(ResultPlots):
    """Figures of the accounts of a programme.

    Parameters
    ----------
    report : ProgrammeReport

    Examples
    --------
    >>> report.plot.headline().figure.savefig("headline.pdf")  # doctest: +SKIP
    """

    def __init__(self, report: Any) -> None:
        self._report = report

    def people(self, **options: Any) -> NDArray[np.object_]:
        """Members, and ideas by stage; see :func:`draw_people`."""
        return draw_people(self._report.people, self._report.name, **options)

    def metrics(self, basis: str | None = None, **options: Any) -> NDArray[np.object_]:
        """Metrics by year on one basis, annual and gross by default; see :func:`draw_metrics`."""
        chosen = basis or self._report.bases[0]
        return draw_metrics(self._report.metrics, chosen, self._report.name, self._report.currency, **options)

    def headline(self, **options: Any) -> NDArray[np.object_]:
        """The same exchanges on every basis; see :func:`draw_headline`."""
        year = int(self._report.metrics["period"].dt.year.max())
        return draw_headline(self._report.headline, f"{self._report.name}, {year}", **options)

    def cost(self, **options: Any) -> Axes:
        """Cost per tonne of CO2; see :func:`draw_cost`."""
        return draw_cost(self._report.metrics, self._report.name, self._report.currency, **options)

    def drawn(self, medium: Medium = PRINT) -> Mapping[str, Drawn]:
        """Every figure there is something to draw of, by the name of its file."""
        found: dict[str, Drawn] = {"people": self.people(medium=medium)}
        if len(self._report.metrics):
            found |= {"metrics": self.metrics(medium=medium), "headline": self.headline(medium=medium)}
        if (self._report.metrics["indicator"] == "programme_cost_per_t_co2").any():
            found["cost"] = self.cost(medium=medium)
        return found


def draw_people(
    people: pd.DataFrame, name: str, *, ax: Axes | None = None, medium: Medium = PRINT
) -> NDArray[np.object_]:
    """Members at the end of each year, and how many ideas had reached each stage by then.

    Parameters
    ----------
    people : pandas.DataFrame
        ``year, members`` and a column for each stage, ideas that reached it in the year.
    name : str
        Of the programme.
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    ndarray of Axes
        Members (where there are any) above, ideas below; a line for each stage, the area between two of
        them is what has not gone on. Stages are named at the end of their lines.
    """
    with style.house(medium):
        factor = medium.text_pt / 7.0
        with_members = bool(people["members"].notna().any())
        tall = (38.0 if with_members else 0.0) + 62.0
        area = style.take_area(ax, medium.width_mm, (tall + 9.0) * factor)
        years = people["year"].to_numpy(dtype=float)
        panels = []
        left, right = 17.0 * factor, 42.0 * factor
        wide = area.width_mm - left - right
        if with_members:
            bottom = area.height_mm - (8.0 + 30.0) * factor
            panel = area.panel(left, bottom, wide, 30.0 * factor)
            panel.step(
                years, people["members"], where="mid", color=_SHADES[-1], lw=1.4 * medium.line, gid="members"
            )
            _frame(panel, "members, firms", years)
            panel.set_ylim(0.0, 1.08 * max(float(people["members"].max()), 1.0))
            _name_end(panel, float(people["members"].iloc[-1]),
                      f"{number(float(people['members'].iloc[-1]))} members", _SHADES[-1], medium)  # fmt: skip
            panels.append(panel)
        panel = area.panel(left, 10.0 * factor, wide, 50.0 * factor)
        sums = people[list(_STAGES)].cumsum().to_numpy(dtype=float)
        for k, colour in enumerate(_SHADES):
            below = sums[:, k + 1] if k + 1 < len(_STAGES) else np.zeros(years.size)
            panel.fill_between(years, below, sums[:, k], color=colour, lw=0, gid=_STAGES[k])
        _frame(panel, "ideas so far", years)
        panel.set_ylim(bottom=0.0)
        panel.set_xlabel("year")
        ends = [
            (float(sums[-1, k]), f"{stage} {number(float(sums[-1, k]))}", style_colour)
            for k, (stage, style_colour) in enumerate(zip(_STAGES, _text_shades(), strict=True))
        ]
        _name_ends(panel, ends, 50.0 * factor, medium)
        panels.append(panel)
        _title(area, f"{name}: members, and how far ideas came" if with_members else f"{name}: how far ideas came",
               medium)  # fmt: skip
    return np.array(panels, dtype=object)


def draw_metrics(
    metrics: pd.DataFrame,
    basis: str,
    name: str,
    currency: str,
    *,
    ax: Axes | None = None,
    medium: Medium = PRINT,
) -> NDArray[np.object_]:
    """Metrics of a programme by year, on one basis.

    Parameters
    ----------
    metrics : pandas.DataFrame
        Of a programme's report.
    basis : str
        One of its bases, in words.
    name : str
    currency : str
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    ndarray of Axes
        One panel for each metric that is there, bars by year with the unit on the axis and the basis in the title.
    """
    rows = metrics[(metrics["ground"] == basis) & (metrics["charged"] == "")]
    shown = [entry for entry in _PANELS if (rows.loc[rows["indicator"] == entry[0], "value"] != 0.0).any()]
    with style.house(medium):
        factor = medium.text_pt / 7.0
        # A wide figure is low: three panels beside each other keep their height.
        columns = 3 if medium.width_mm > medium.height_mm and len(shown) > 4 else 2
        lines = max(-(-len(shown) // columns), 1)
        area = style.take_area(ax, medium.width_mm, min((10.0 + 41.0 * lines) * factor, medium.height_mm))
        tall = min(41.0 * factor, (area.height_mm - 10.0 * factor) / lines)
        panels = []
        years = np.arange(metrics["period"].dt.year.min(), metrics["period"].dt.year.max() + 1)
        for k, (indicator, words, unit) in enumerate(shown):
            wide = (area.width_mm - 8.0 * factor) / columns
            left = (k % columns) * wide + 19.0 * factor
            bottom = area.height_mm - 3.0 * factor - tall * (k // columns + 1)
            panel = area.panel(left, bottom, wide - 22.0 * factor, tall - 14.0 * factor)
            mine = rows[rows["indicator"] == indicator]
            value = mine.groupby(mine["period"].dt.year)["value"].sum().reindex(years).fillna(0.0)
            divisor, told = scale_of(float(value.abs().max()), unit or currency)
            panel.bar(years, value / divisor, width=0.8, color=_SHADES[4], gid=indicator)
            panel.axhline(0.0, color=INK, lw=0.5)
            _frame(panel, told, years, "yearly" if "cumulative" not in basis else "")
            panel.set_title(words, fontsize=medium.text_pt, weight="bold")
            panels.append(panel)
        _title(area, f"{name}: {basis}", medium)
    return np.array(panels, dtype=object)


def draw_headline(
    headline: pd.DataFrame, name: str, *, ax: Axes | None = None, medium: Medium = PRINT
) -> NDArray[np.object_]:
    """What one could say on one day of the same exchanges, on each basis.

    Parameters
    ----------
    headline : pandas.DataFrame
        ``indicator, basis, value, unit``.
    name : str
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    ndarray of Axes
        A panel for each indicator, a bar for each basis from zero, with its number and how many times the
        annual gross figure it is.
    """
    names = list(dict.fromkeys(headline["indicator"]))
    bases = list(dict.fromkeys(headline["basis"]))
    with style.house(medium):
        factor = medium.text_pt / 7.0
        tall = min((17.0 + 5.4 * len(bases)) * factor, (medium.height_mm - 8.0 * factor) / len(names))
        area = style.take_area(ax, medium.width_mm, 8.0 * factor + tall * len(names))
        panels = []
        for k, indicator in enumerate(names):
            rows = headline[headline["indicator"] == indicator].set_index("basis").reindex(bases)
            bottom = area.height_mm - 8.0 * factor - tall * (k + 1) + 10.0 * factor
            panel = area.panel(56.0 * factor, bottom, area.width_mm - 96.0 * factor, tall - 17.0 * factor)
            divisor, told = scale_of(float(rows["value"].abs().max()), str(rows["unit"].dropna().iloc[0]))
            at = np.arange(len(bases))
            panel.barh(
                at, rows["value"] / divisor, height=0.62, color=_HUES.get(indicator, QUIET), gid=indicator
            )
            panel.set_yticks(at, bases)
            panel.set_ylim(len(bases) - 0.4, -0.6)
            panel.tick_params(axis="y", length=0)
            panel.xaxis.set_major_locator(MaxNLocator(5))
            panel.xaxis.set_major_formatter(FuncFormatter(axis_number))
            panel.set_xlabel(told, labelpad=1.0)
            plain = float(rows["value"].iloc[0])
            for row, value in enumerate(rows["value"].to_numpy(dtype=float)):
                known = bool(np.isfinite(value))
                times = (
                    f"  ({number(value / plain)} times)"
                    if row and known and plain and np.isfinite(plain)
                    else ""
                )
                words = f"{number(value / divisor)}{times}" if known else "no figure"
                panel.annotate(
                    words, (max(value, 0.0) / divisor if known else 0.0, row), (3, 0),
                    textcoords="offset points", va="center", size=medium.small_pt, annotation_clip=False, gid="value",
                )  # fmt: skip
            panel.set_title(_NAMES.get(indicator, indicator), fontsize=medium.text_pt, weight="bold")
            panels.append(panel)
        _title(area, f"{name}: the same exchanges, told on each basis", medium)
    return np.array(panels, dtype=object)


def draw_cost(
    metrics: pd.DataFrame, name: str, currency: str, *, ax: Axes | None = None, medium: Medium = PRINT
) -> Axes:
    """Public money per tonne of CO2, by year and basis.

    Parameters
    ----------
    metrics : pandas.DataFrame
        Of a programme's report.
    name : str
    currency : str
    ax : matplotlib.axes.Axes, optional
    medium : Medium

    Returns
    -------
    matplotlib.axes.Axes
        A line for each gross basis but the cumulative one, on a logarithmic axis, named at its end; dashed where only
        a share of the cost is charged to CO2. What is attributed stands higher by one over the share.
    """
    rows = metrics[(metrics["indicator"] == "programme_cost_per_t_co2") & (metrics["value"] > 0.0)]
    rows = rows[rows["ground"].str.endswith("gross") & ~rows["ground"].str.startswith("cumulative")]
    with style.house(medium):
        factor = medium.text_pt / 7.0
        area = style.take_area(ax, medium.width_mm, 80.0 * factor)
        panel = area.panel(18.0 * factor, 10.0 * factor, area.width_mm - 76.0 * factor, 60.0 * factor)
        panel.set_yscale("log")
        ends = []
        colours = ("#3F6E99", "#C8743B", "#5E8C57")
        grounds = list(dict.fromkeys(rows["ground"]))
        for (ground, charged), part in rows.groupby(["ground", "charged"], sort=False):
            colour = colours[grounds.index(ground) % len(colours)]
            line = part.sort_values("period")
            years = line["period"].dt.year.to_numpy(dtype=float)
            value = line["value"].to_numpy(dtype=float)
            mark = "o" if years.size == 1 else ""
            dash = (0, (4, 2)) if charged == "apportioned" else "-"
            panel.plot(
                years, value, color=colour, ls=dash, marker=mark, ms=3, lw=1.2 * medium.line, gid="cost"
            )
            words = str(ground).removesuffix(", gross") + (
                ", share of cost" if charged == "apportioned" else ""
            )
            ends.append((float(value[-1]), words, colour))
        every = rows["period"].dt.year.to_numpy(dtype=float)
        _frame(panel, f"{currency} per t CO₂e", every)
        panel.yaxis.set_major_formatter(FuncFormatter(axis_number))
        panel.set_xlabel("year")
        _name_ends(panel, ends, 60.0 * factor, medium, log=True)
        _title(area, f"{name}: public money per tonne of CO₂, gross", medium)
    return panel


# --------------------------------------------------------------------------- what the panels share
def _frame(panel: Axes, unit: str, years: NDArray[np.float64], per: str = "") -> None:
    """Axes of a panel over the years."""
    panel.set_ylabel(f"{unit}, {per}" if per else unit)
    if panel.get_yscale() != "log":
        panel.yaxis.set_major_locator(MaxNLocator(5))
        panel.yaxis.set_major_formatter(FuncFormatter(axis_number))
    panel.grid(axis="y")
    panel.set_xlim(float(np.min(years)) - 0.6, float(np.max(years)) + 0.6)
    panel.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))


def _text_shades() -> Sequence[str]:
    """Shades of the stages, dark enough for letters."""
    return [text_colour(shade) for shade in _SHADES]


def _name_end(panel: Axes, y: float, words: str, colour: str, medium: Medium) -> None:
    panel.annotate(words, (1.0, y), (4, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                   va="center", size=medium.small_pt, color=colour, annotation_clip=False, gid="name")  # fmt: skip


def _name_ends(
    panel: Axes, ends: Sequence[tuple[float, str, str]], tall: float, medium: Medium, *, log: bool = False
) -> None:
    """Names at the ends of lines, pushed apart where they would overlap."""
    low, high = (np.log10(panel.get_ylim()) if log else np.array(panel.get_ylim())).tolist()
    least = 1.3 * medium.small_pt * style.MM_PER_POINT / tall
    found = [(((np.log10(value) if log else value) - low) / (high - low), words, colour)
             for value, words, colour in reversed(ends)]  # fmt: skip
    wanted = sorted(found, key=lambda end: end[0])
    places: list[float] = []
    for at, _, _ in wanted:
        places.append(max(at, places[-1] + least) if places else at)
    over = max(places[-1] - 1.0, 0.0) if places else 0.0
    for k in range(len(places) - 1, -1, -1):
        places[k] = min(places[k], (places[k + 1] - least) if k + 1 < len(places) else places[k] - over)
    for place, (_, words, colour) in zip(places, wanted, strict=True):
        panel.annotate(words, (1.0, place), (4, 0), xycoords="axes fraction", textcoords="offset points",
                       va="center", size=medium.small_pt, color=colour, annotation_clip=False, gid="name")  # fmt: skip


def _title(area: Area, words: str, medium: Medium) -> None:
    canvas = area.canvas()
    canvas.set_zorder(-1)
    canvas.text(
        2.0, area.height_mm - 1.5, words, size=1.2 * medium.text_pt, weight="bold", va="top", gid="title"
    )
