"""An optimum on the console: how the search stands, and what came of it.

What does not live here: searching or computing anything (``ecopark.planning``); tables and numbers arrive.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import pandas as pd
from rich.console import Console, Group
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from ecopark.report.numbers import number, quantity, scale_of
from ecopark.report.optimum_words import LABELS, objective_label
from ecopark.report.tables import RunTables

_MOST_LINKS, _MOST_PRICES, _MOST_LOST, _MOST_EXTRA = 12, 6, 8, 5
_PAUSE_S = 10.0
# A smaller share of the possible is left out here, not in the table that is saved.
_WORTH_A_ROW = 0.0005


class Standing(Protocol):
    """How far a search has come."""

    @property
    def seconds(self) -> float:
        """Since it began, s."""

    @property
    def best(self) -> float:
        """Best found so far."""

    @property
    def bound(self) -> float:
        """No network can do better."""

    @property
    def gap(self) -> float:
        """Share by which the bound exceeds the best."""


Listener = Callable[[Standing], None]


class Beginner(Protocol):
    """Gives the listener of a search that begins."""

    def __call__(self, at: int, total: int, own: str = ...) -> Listener:
        """Listener of search `at` of `total`, whose objective has the unit `own`."""


@contextmanager
def watch_search(name: str, unit: str, console: Console | None = None) -> Iterator[Beginner]:
    """Show how searches stand: best, bound and gap; one line on a terminal, some lines in a log.

    Parameters
    ----------
    name : str
        Of the scenario.
    unit : str
        Of the objective.
    console : rich.console.Console, optional
        Standard error by default.

    Yields
    ------
    callable
        To be called before each search with its number from 0, how many there are and, where it is another, the
        unit of its objective; gives the listener.
    """
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield lambda at, total, own=unit: _Lines(f"{name}, search {at + 1} of {total}", own, console)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[standing]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(name, total=None, standing="preparing")

        def begin(at: int, total: int, own: str = unit) -> Listener:
            bar.update(task, description=f"{name}, search {at + 1} of {total}", standing="")
            return lambda standing: bar.update(task, standing=tell_standing(standing, own))

        yield begin


def tell_standing(standing: Standing, unit: str) -> str:
    """Best, bound and gap in words.

    Parameters
    ----------
    standing : Standing
    unit : str
        Of the objective.

    Returns
    -------
    str
    """
    best = quantity(standing.best, unit) if math.isfinite(standing.best) else "none yet"
    bound = quantity(standing.bound, unit) if math.isfinite(standing.bound) else "unknown"
    gap = f"{100.0 * standing.gap:.2f} %" if math.isfinite(standing.gap) else "unknown"
    return f"best {best}, bound {bound}, gap {gap}"


class _Lines:
    """A line of text where a search found something better, at most every few seconds, for logs."""

    def __init__(self, name: str, unit: str, console: Console) -> None:
        self._name, self._unit, self._console = name, unit, console
        self._last, self._told = -math.inf, ""

    def __call__(self, standing: Standing) -> None:
        said = tell_standing(standing, self._unit)
        now = time.monotonic()
        if said == self._told or now < self._last + _PAUSE_S:
            return
        self._last, self._told = now, said
        self._console.print(f"{self._name}: {said}", soft_wrap=True, highlight=False)


def optimum_tables(capture: Any) -> Group:
    """What came of an optimum: worth, links, scarce streams, capture and losses.

    Parameters
    ----------
    capture : Capture

    Returns
    -------
    rich.console.Group
    """
    run = capture.run
    names = RunTables.of(run)
    parts = [_worth(capture), _links(capture, names), _prices(capture, names), _reasons(capture)]
    parts += [_lost(capture, names)] if len(capture.lost_links) else []
    parts += [_extra(capture, names)] if len(capture.extra_links) else []
    parts += [_front(capture)] if capture.front is not None else []
    return Group(*parts)


def _worth(capture: Any) -> Table:
    """Every objective: possible, realised and the share captured, of the first replicate."""
    optimum, case = capture.optimum, capture.cases[0]
    first, last = case.blocks["start"].iloc[0].year, (case.blocks["end"].iloc[-1] - pd.Timedelta(days=1)).year
    title = (
        f"{run_title(capture)} {first} to {last}: most {objective_label(optimum.objective)}, {optimum.status}"
    )
    caption = (
        f"gap {100.0 * optimum.gap:.2f} % (bound {quantity(optimum.bound, capture.unit)}), {optimum.seconds:.0f} s; "
        "money as present value, the rest as sums; against the same park without exchange"
    )
    table = _table(title, "over all years", "possible", "realised", "captured")
    table.caption, table.caption_justify = caption, "left"
    for name, label in LABELS.items():
        could, did = float(optimum.totals[name]), float(case.realised.totals[name])
        unit = capture.objective_unit(name)
        share = f"{100.0 * did / could:.0f} %" if could > 0.0 else ""
        table.add_row(label, quantity(could, unit), quantity(did, unit), share)
    return table


def run_title(capture: Any) -> str:
    """Name and seed of the first replicate.

    Parameters
    ----------
    capture : Capture

    Returns
    -------
    str
    """
    return f"{capture.run.name}, seed {capture.cases[0].seed},"


def _links(capture: Any, names: RunTables) -> Table:
    """Largest exchanges of the best network, over all blocks."""
    case = capture.cases[0]
    years = case.blocks["years"]
    links = case.optimum.links
    length = links["block"].map(years).astype(float)
    keys = ["from_firm", "to_firm", "resource", "to_resource", "unit"]
    summed = links.assign(
        years=length, sent=links["quantity"] * length, money=links["money"] * length, carbon=links["carbon"] * length
    ).groupby(keys)[["sent", "money", "carbon"]].sum()  # fmt: skip
    spans = links.assign(years=length).drop_duplicates([*keys, "block"]).groupby(keys)["years"].sum()
    summed = summed.assign(years=spans).reset_index().sort_values("money", ascending=False, kind="stable")
    shown = summed.head(_MOST_LINKS)
    most = f", the {len(shown)} that gain most" if len(shown) < len(summed) else ""
    title = f"Exchanges of the best network: {len(summed)}{most}"
    table = _table(title, "exchange", "years", "a year", "gain a year", "CO2e a year")
    for row in shown.itertuples():
        table.add_row(
            _pair(row, names), number(row.years), quantity(row.sent / row.years, row.unit),
            quantity(row.money / row.years, capture.run.currency), quantity(row.carbon / row.years, "t CO2e"),
        )  # fmt: skip
    return table


def _prices(capture: Any, names: RunTables) -> Table:
    """Scarcest streams: what one more unit would add."""
    table = _table("Shadow prices: what one more unit would add", "stream", "", "mean", "lowest", "highest")
    prices = capture.prices
    years = prices["block"].map(capture.cases[0].blocks["years"]).astype(float)
    rows = prices.assign(timed=prices["price"] * years, years=years)
    for side in ("residual", "need"):
        mine = rows[rows["side"] == side]
        sums = mine.groupby(["firm", "resource", "unit"])[["weight", "timed", "years"]].sum()
        ends = mine.groupby(["firm", "resource", "unit"])["price"].agg(["min", "max"])
        scarce = sums.join(ends)[sums["weight"] > 0.0].sort_values("weight", ascending=False, kind="stable")
        for (firm, resource, unit), row in scarce.head(_MOST_PRICES).iterrows():
            per = f"{capture.unit}/{unit}"
            stream = f"{names.resource_name(resource)}, {names.firm_name(firm)}"
            texts = [number(float(row[name])) for name in ("min", "max")]
            table.add_row(stream, side, f"{number(float(row['timed'] / row['years']))} {per}", *texts)
    return table


def _reasons(capture: Any) -> Table:
    """What was realised, and why the rest was not."""
    mean, low, high = capture.interval()
    count = len(capture.cases)
    span = f", 95 % interval {100.0 * low:.0f} to {100.0 * high:.0f} %" if math.isfinite(low) else ""
    runs = "1 replicate" if count == 1 else f"{count} replicates"
    known = f"{100.0 * mean:.0f} % captured" if math.isfinite(mean) else "nothing to capture"
    table = _table(f"Possible and realised: {known}{span} ({runs})", "of the possible", "share", "gain a year",
                   "CO2e a year")  # fmt: skip
    table.caption, table.caption_justify = (
        "shares of the objective as valued over all years; yearly means undiscounted",
        "left",
    )
    currency = capture.run.currency
    shown = capture.reasons
    small = (shown["share"].abs() < _WORTH_A_ROW) & (shown["reason"] != "realised")
    for row in shown[~small].itertuples():
        share = f"{_percent(row.share)} %" if math.isfinite(row.share) else ""
        share += f" ({_percent(row.low)} to {_percent(row.high)})" if math.isfinite(row.low) else ""
        label = "realised" if row.reason == "realised" else f"lost: {row.reason}"
        table.add_row(
            label, share, quantity(row.money_per_year, currency), quantity(row.carbon_per_year, "t CO2e")
        )
    return table


def _lost(capture: Any, names: RunTables) -> Table:
    table = _table(
        "Missing exchanges that would have gained most", "exchange", "short a year", "gain a year", "why"
    )
    units = names.resources["unit"]
    for row in capture.lost_links.head(_MOST_LOST).itertuples():
        sent = quantity(row.quantity, str(units[row.resource]))
        table.add_row(
            _pair(row, names), sent, quantity(row.money_per_year, capture.run.currency), row.reasons
        )
    return table


def _extra(capture: Any, names: RunTables) -> Table:
    table = _table("What the park does beyond the optimum", "exchange", "more a year", "gain a year")
    units = names.resources["unit"]
    for row in capture.extra_links.head(_MOST_EXTRA).itertuples():
        sent = quantity(row.quantity, str(units[row.resource]))
        table.add_row(_pair(row, names), sent, quantity(row.money_per_year, capture.run.currency))
    return table


def _front(capture: Any) -> Table:
    front = capture.front
    one, two = front.objectives
    table = _table(
        f"Front: {LABELS[one]} against {LABELS[two]}", LABELS[one], LABELS[two], "the next costs", "links"
    )
    before: Any = None
    for row in front.points.sort_values(two).to_dict("records"):
        price = ""
        if before is not None and row[two] > before[two]:
            rate = (before[one] - row[one]) / (row[two] - before[two])
            price = f"{number(rate)} {capture.objective_unit(one)}/{capture.objective_unit(two)}"
        told = [_close(row[name], capture.objective_unit(name)) for name in front.objectives]
        table.add_row(*told, price, str(row["links"]))
        before = row
    return table


def _pair(row: Any, names: RunTables) -> str:
    """An exchange in words."""
    resource = names.resource_name(row.resource)
    if row.to_resource != row.resource:
        resource += f" as {names.resource_name(row.to_resource)}"
    return f"{names.firm_name(row.from_firm)} → {names.firm_name(row.to_firm)}: {resource}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for at, name in enumerate(columns):
        left = at == 0 or name in ("why", "")
        table.add_column(name, justify="left" if left else "right", overflow="fold")
    return table


def _close(value: float, unit: str) -> str:
    """Value with four digits: points of a front lie close together."""
    divisor, shown = scale_of(abs(value), unit)
    return f"{value / divisor:,.4g} {shown}".replace("-", "\N{MINUS SIGN}")


def _percent(value: float) -> str:
    """Percentage with one decimal and no negative zero."""
    return f"{round(100.0 * value, 1) + 0.0:.1f}".replace("-", "\N{MINUS SIGN}")
