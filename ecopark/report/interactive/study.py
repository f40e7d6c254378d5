"""Interactive figures of a study: distributions, fans, paired differences, what drives an output.

What lives here: descriptions from a study's tables. What does not: estimating anything (``ecopark.experiments``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ecopark.report.interactive.theme import FONT_PX, Spec, layout, note, rounded, translucent
from ecopark.report.numbers import scale_of
from ecopark.report.study_bars import HIGH, LOW
from ecopark.report.study_curves import COLOURS
from ecopark.report.style import INK, QUIET


def _scale(largest: float, unit: str) -> tuple[float, str]:
    """Divisor and unit text; plain numbers stay as they are."""
    return (1.0, "") if unit in ("", "1", "count") else scale_of(largest, unit)


def named(output: str) -> str:
    """Output in words."""
    return output.replace("_", " ").replace("co2", "CO₂")


def describe_distribution(runs: pd.DataFrame, output: str, unit: str, *, font_px: float = FONT_PX) -> Spec:
    """Every run as a dot, and a box of its quartiles, by point.

    Parameters
    ----------
    runs : pandas.DataFrame
        Columns ``label`` (of the point) and `output`.
    output, unit : str
    font_px : float

    Returns
    -------
    dict
        One box trace a label, in the order in which they occur.
    """
    divisor, shown = _scale(float(runs[output].abs().max()), unit)
    labels = list(dict.fromkeys(runs["label"]))
    data: list[Spec] = [
        {
            "type": "box",
            "orientation": "h",
            "name": label,
            "x": [
                rounded(float(value) / divisor, 5)
                for value in runs.loc[runs["label"] == label, output].dropna()
            ],
            "boxpoints": "all",
            "jitter": 0.35,
            "pointpos": 0,
            "line": {"color": INK, "width": 1.2},
            "fillcolor": translucent(LOW, 0.35),
            "marker": {"color": translucent(INK, 0.55), "size": 4},
            "hoveron": "points+boxes",
        }
        for label in labels
    ]
    look = _rows_look(len(labels), f"{named(output)}{', ' + shown if shown else ''}", font_px)
    look["yaxis"]["autorange"] = "reversed"
    return {"data": data, "layout": look, "frames": []}


def _rows_look(rows: int, title: str, font_px: float) -> Spec:
    """Layout of a figure with a row for each point or parameter."""
    return layout(
        font_px,
        height=round(max(rows, 2) * 3.2 * font_px + 96),
        margin={"l": round(15 * font_px), "r": 30, "t": 24, "b": 52},
        xaxis={"title": {"text": title}, "showgrid": True, "zeroline": True},
        yaxis={"showgrid": False, "ticks": ""},
    )


def describe_fan(
    fans: Mapping[str, pd.DataFrame], indicator: str, unit: str, *, font_px: float = FONT_PX
) -> Spec:
    """Median and central bands of a yearly indicator.

    Parameters
    ----------
    fans : mapping of str to pandas.DataFrame
        By name: index year, ``low90, low50, median, high50, high90``. With several only the 50 % bands are drawn.
    indicator, unit : str
    font_px : float

    Returns
    -------
    dict
        Per fan its bands, then its median.
    """
    largest = max(
        float(fan.drop(columns="runs", errors="ignore").abs().to_numpy().max()) for fan in fans.values()
    )
    divisor, shown = _scale(largest, unit)
    years_of = [int(year) for fan in fans.values() for year in fan.index]
    data: list[Spec] = []
    ends: list[Spec] = []
    for (name, fan), colour in zip(fans.items(), COLOURS, strict=False):
        years = [int(year) for year in fan.index]
        bands = (("90", 0.16), ("50", 0.30)) if len(fans) == 1 else (("50", 0.22),)
        for width, alpha in bands:
            low, high = (
                [rounded(float(v) / divisor) for v in fan[f"{side}{width}"]] for side in ("low", "high")
            )
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": [*years, *years[::-1]],
                    "y": [*high, *low[::-1]],
                    "fill": "toself",
                    "fillcolor": translucent(colour, alpha),
                    "line": {"width": 0},
                    "hoverinfo": "skip",
                    "name": f"{name}, middle {width} %",
                }
            )
        middle = [rounded(float(value) / divisor) for value in fan["median"]]
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": years,
                "y": middle,
                "line": {"color": colour, "width": 2},
                "name": name,
                "hovertemplate": f"<b>{name}</b> %{{x}}<br>median %{{y:,.3~r}} {shown}<extra></extra>",
            }
        )
        text = f"<b>{name}</b>" if len(fans) > 1 else "median"
        ends.append({"x": years[-1], "y": middle[-1], "text": text, "colour": colour})
    look = layout(
        font_px,
        height=round(27 * font_px),
        margin={"l": 70, "r": round(13 * font_px), "t": 24, "b": 46},
        xaxis={"title": {"text": "year"}, "range": [min(years_of), max(years_of) + 0.5]},
        yaxis={
            "title": {"text": f"{named(indicator)}{', ' + shown if shown else ''}"},
            "rangemode": "tozero",
        },
        annotations=_labels(ends, font_px),
    )
    if len(fans) == 1:
        words = "bands: middle 50 % and 90 % of runs"
        look["annotations"].append(note(words, 0.01, 0.97, font={"size": 0.9 * font_px, "color": QUIET}))
    return {"data": data, "layout": look, "frames": []}


def _labels(ends: list[Spec], font_px: float) -> list[Spec]:
    """Names at the ends of lines, pushed apart where they would lie over one another."""
    height = 27 * font_px - 70
    values = [float(end["y"]) for end in ends]
    span = (max([*values, 0.0]) - min([*values, 0.0])) or 1.0
    pitch = 1.25 * font_px
    labels: list[Spec] = []
    below = -1e9
    for end in sorted(ends, key=lambda end: float(end["y"])):
        own = (float(end["y"])) / span * height * 0.8
        at = max(own, below + pitch)
        below = at
        labels.append(
            {
                "x": end["x"],
                "y": end["y"],
                "text": end["text"],
                "showarrow": False,
                "xanchor": "left",
                "xshift": 5,
                "yshift": round(at - own, 1),
                "font": {"size": 0.9 * font_px, "color": end["colour"]},
            }
        )
    return labels


def describe_differences(table: pd.DataFrame, output: str, unit: str, *, font_px: float = FONT_PX) -> Spec:
    """Paired differences to the base with their intervals.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a point: ``label, mean, low, high, replicates``.
    output, unit : str
    font_px : float

    Returns
    -------
    dict
        One trace of points with error bars.
    """
    divisor, shown = _scale(float(table[["mean", "low", "high"]].abs().max().max()), unit)
    rows = [{key: float(value) / divisor for key, value in one.items()} for one in _intervals(table)]
    trace: Spec = {
        "type": "scatter",
        "mode": "markers",
        # No dot of a point none of whose pairs has a value: it is not at zero.
        "x": [_reach(row["mean"]) for row in rows],
        "y": [str(label) for label in table["label"]],
        "error_x": {
            "type": "data",
            "symmetric": False,
            # Of one pair there is no interval, which is not one of no length.
            "array": [_reach(row["high"] - row["mean"]) for row in rows],
            "arrayminus": [_reach(row["mean"] - row["low"]) for row in rows],
            "color": INK,
            "thickness": 1.4,
            "width": 4,
        },
        "marker": {"size": 9, "color": INK},
        "hovertemplate": f"<b>%{{y}}</b><br>%{{x:+,.3~r}} {shown}<extra></extra>",
    }
    title = f"difference of {named(output)} to the base{', ' + shown if shown else ''}"
    look = _rows_look(len(table), title, font_px)
    look["yaxis"]["autorange"] = "reversed"
    return {"data": [trace], "layout": look, "frames": []}


def _reach(length: float) -> float | None:
    """Length for the figure; none where there is none."""
    return None if length != length else rounded(length, 5)


def _intervals(table: pd.DataFrame) -> list[dict[str, Any]]:
    columns = ("mean", "low", "high")
    return [
        dict(zip(columns, row, strict=True))
        for row in table[list(columns)].itertuples(index=False, name=None)
    ]


def describe_sensitivity(table: pd.DataFrame, output: str, unit: str, *, font_px: float = FONT_PX) -> Spec:
    """What drives an output: indices, elementary effects or a tornado, as the design allows.

    Parameters
    ----------
    table : pandas.DataFrame
        Indexed by parameter, as ``StudyResults.sensitivity`` gives it.
    output, unit : str
    font_px : float

    Returns
    -------
    dict
        One bar trace a column drawn.
    """
    if "S1" in table:
        names = {"S1": "alone (first order)", "ST": "with all others (total)"}
        bars = {name: words for name, words in names.items() if name in table}
        divisor, title = 1.0, f"share of the variance of {named(output)}"
    elif "mu_star" in table:
        bars = {"mu_star": "mean size of the effect", "sigma": "spread of the effect"}
        divisor, shown = _scale(float(table[list(bars)].abs().to_numpy().max()), unit)
        title = f"effect of a parameter's whole range on {named(output)}{', ' + shown if shown else ''}"
    else:
        bars = {"low": "at its lowest value", "high": "at its highest value"}
        divisor, shown = _scale(float(table[list(bars)].abs().to_numpy().max()), unit)
        title = f"change of {named(output)}{', ' + shown if shown else ''}"
    parameters = [str(name) for name in table.index]
    data: list[Spec] = []
    for (column, words), colour in zip(bars.items(), (LOW, HIGH), strict=False):
        values = [rounded(float(value) / divisor, 5) for value in table[column]]
        bar: Spec = {
            "type": "bar",
            "orientation": "h",
            "name": words,
            "x": values,
            "y": parameters,
            "marker": {"color": colour, "line": {"width": 0}},
            "hovertemplate": f"<b>%{{y}}</b>, {words}<br>%{{x:,.3~r}}<extra></extra>",
        }
        if f"{column}_conf" in table:
            halves = [rounded(float(value) / divisor, 4) for value in table[f"{column}_conf"]]
            bar["error_x"] = {"type": "data", "array": halves, "color": INK, "thickness": 1.2, "width": 3}
        data.append(bar)
    look = _rows_look(len(table), title, font_px)
    look["yaxis"] |= {"autorange": "reversed"}
    look["barmode"] = "overlay" if "swing" in table else "group"
    look["bargap"] = 0.3
    key = "   ".join(
        f"<span style='color:{colour}'>■</span> {words}"
        for words, colour in zip(bars.values(), (LOW, HIGH), strict=False)
    )
    look["annotations"] = [note(key, 0.0, 1.0, yanchor="bottom", font={"size": 0.9 * font_px})]
    return {"data": data, "layout": look, "frames": []}
