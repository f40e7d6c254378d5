"""The mixed-integer linear program of the best possible network.

What lives here: its columns, rows and objectives (the page on the optimum states them in symbols). What does
not: the numbers (``problem``), the solver (``solver``).

Columns, all at least zero: what each link sends in each block; which piece of each line's cost is begun in each
block, and with which capacity; what lies in stores and buffers at the end of each block; activity, feed used and
feed drawn from outside of feed-driven plants.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ecopark.planning.optimum.columns import Blocks, BlockStreams, Lines, Links
from ecopark.planning.optimum.network import DISCOUNTED, OBJECTIVES
from ecopark.planning.optimum.reference import Reference
from ecopark.planning.optimum.rows import Builder

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Program:
    """Maximise an objective over columns between zero and their upper bounds; C columns, R rows.

    Attributes
    ----------
    matrix : csr_matrix, shape (R, C), row unit/column unit
    high : ndarray of float, shape (R,), row unit
        Right-hand sides: every row is at most this.
    equal : ndarray of bool, shape (R,), 1
        Rows that are equal to it.
    upper : ndarray of float, shape (C,), column unit
    integer : ndarray of bool, shape (C,), 1
        Columns that are zero or one.
    objectives : mapping of str to ndarray of float, shape (C,), objective unit/column unit
    sent : ndarray of int, shape (B, L), 1
        Column of what each link sends in each block; -1 where it can send nothing.
    begun, capacity : ndarray of int, shape (B, J, G), 1
        Columns of the pieces begun and of their capacities; -1 where there is none.
    stock, used, drawn : ndarray of int, shape (B, N), 1
        Columns of what lies in stores and buffers at the end of a block, of feed used and of feed drawn from
        outside; -1 where there is none.
    opening : ndarray of int, shape (N,), 1
        Columns of what lies there before the first block; -1 where there is nothing.
    activity : ndarray of int, shape (B, P), 1
        Columns of the activity of feed-driven plants; -1 for others.
    on_line : ndarray of int, shape (B, L), 1
        Rows by which a link sends nothing without its line; -1 where it needs none.
    slopes : csr_matrix, shape (R, B x N), row unit/resource unit
        Growth of right-hand sides with one more unit of a stream.
    lots : tuple of (str, int, int)
        Name, first row and number of rows of each lot of rows.
    """

    matrix: csr_matrix
    high: _Floats
    equal: NDArray[np.bool_]
    upper: _Floats
    integer: NDArray[np.bool_]
    objectives: dict[str, _Floats]
    sent: _Ints
    begun: _Ints
    capacity: _Ints
    stock: _Ints
    used: _Ints
    drawn: _Ints
    opening: _Ints
    activity: _Ints
    on_line: _Ints
    slopes: csr_matrix
    lots: tuple[tuple[str, int, int], ...]

    def name_of(self, row: int) -> str:
        """What a row says."""
        return next(name for name, first, count in reversed(self.lots) if first <= row < first + count)


def take(columns: _Floats, where: _Ints) -> _Floats:
    """Values of some columns of a program.

    Parameters
    ----------
    columns : ndarray of float, shape (C,), column unit
    where : ndarray of int, shape (...), 1
        Columns; -1 for none.

    Returns
    -------
    ndarray of float, shape (...), column unit
        Zero where there is no column.
    """
    found = np.zeros(where.shape)
    found[where >= 0] = columns[where[where >= 0]]
    return found


def build_program(
    reference: Reference, blocks: Blocks, streams: BlockStreams, links: Links, lines: Lines
) -> Program:
    """The program of a problem.

    Parameters
    ----------
    reference : Reference
    blocks : Blocks
    streams : BlockStreams
    links : Links
    lines : Lines

    Returns
    -------
    Program
    """
    maker = _Maker(reference, blocks, streams, links, lines)
    maker.supply()
    maker.needs()
    maker.plants()
    maker.lines()
    build = maker.build
    upper, integer, high, equal = build.bounds()
    return Program(
        matrix=build.matrix(),
        high=high,
        equal=equal,
        upper=upper,
        integer=integer,
        objectives=_objectives(blocks, links, lines, maker.sent, maker.begun, maker.capacity, build.columns),
        sent=maker.sent,
        begun=maker.begun,
        capacity=maker.capacity,
        stock=maker.stock,
        used=maker.used,
        drawn=maker.drawn,
        opening=maker.opening,
        activity=maker.activity,
        on_line=maker.on_line,
        slopes=build.slopes(blocks.count * len(reference.columns.ports)),
        lots=build.names(),
    )


class _Maker:
    """Adds the rows of a program, lot by lot."""

    def __init__(
        self, reference: Reference, blocks: Blocks, streams: BlockStreams, links: Links, lines: Lines
    ) -> None:
        self.build = Builder()
        self._columns, self._pairs = reference.columns, reference.pairs
        self._blocks, self._streams, self._links, self._lines = blocks, streams, links, lines
        limit, count = links.limit, blocks.count
        self.sent = self.build.add_columns(limit, limit > 0.0)
        useful = np.zeros((count, lines.count), dtype=bool)
        for g in range(lines.count):
            useful[:, g] = (limit[:, links.line == g] > 0.0).any(axis=1)
        top = np.broadcast_to(lines.top, (count, *lines.top.shape))
        here = useful[:, None, :] & (top > 0.0)
        self.begun = self.build.add_columns(np.ones_like(top), here, integer=True)
        self.capacity = self.build.add_columns(top, here)
        shape = count, len(reference.columns.ports)
        self.stock, self.used, self.drawn = (np.full(shape, -1, dtype=np.int64) for _ in range(3))
        self.opening, self.on_line = np.full(shape[1], -1, dtype=np.int64), np.full_like(self.sent, -1)
        ports = reference.columns.port_process
        feed = reference.columns.process_is_feed
        used = np.zeros(feed.size, dtype=bool)
        used[ports[links.out_port]] = True
        used[ports[links.in_port]] = True
        self._plants = np.flatnonzero(used & feed)
        self.activity = self.build.add_columns(
            streams.capacity, np.broadcast_to(used & feed, streams.capacity.shape)
        )

    def _number(self, port: int) -> _Ints:
        """Number of a port's stream in each block."""
        return np.arange(self._blocks.count) * len(self._columns.ports) + port

    def _level(self, port: int, rows: _Ints, share: float) -> None:
        """Let rows be bounded by a share of what a port's plant makes or needs at its activity."""
        process = int(self._columns.port_process[port])
        self.build.fill(rows, self.activity[:, process], -share * self._streams.most[:, port])

    def supply(self) -> None:
        """Nobody gives what it does not have; stores carry over."""
        for port in np.unique(self._links.out_port).tolist():
            mine = np.flatnonzero(self._links.out_port == port)
            is_fed = bool(self._columns.process_is_feed[self._columns.port_process[port]])
            rows = self.build.add_rows(f"supply of {self._columns.ports[port]}", self._streams.total[:, port])
            self.build.fill(np.repeat(rows[:, None], mine.size, axis=1), self.sent[:, mine], 1.0)
            self.build.grow(rows, self._number(port), 1.0)
            if is_fed:
                self._level(port, rows, 1.0)
            storage = float(self._columns.storage[port])
            if storage > 0.0 and not self._columns.on_demand[port]:
                self._carry(port, rows, np.full(rows.size, storage))

    def _carry(self, port: int, rows: _Ints, most: _Floats) -> None:
        """Stock of a port at the end of each block, less that before, in rows of its balance."""
        self.stock[:, port] = stock = self.build.add_columns(most)
        self.build.fill(rows, stock, 1.0)
        self.build.fill(rows[1:], stock[:-1], -1.0)
        if self._streams.is_late:
            opening = self.build.add_columns(most[:1])
            self.build.fill(rows[:1], opening, -1.0)
            self.opening[port] = opening[0]

    def needs(self) -> None:
        """Nobody takes more than it needs, nor more than its blending limits allow."""
        shares = [1.0 if way.pathway is None else way.pathway.max_share.value for way in self._pairs.ways]
        for port in np.unique(self._links.in_port).tolist():
            if self._columns.is_feed[port]:
                continue
            mine = np.flatnonzero(self._links.in_port == port)
            own = float(self._columns.max_share[port])
            self._need(f"need of {self._columns.ports[port]}", port, mine, own)
            for way in np.unique(self._links.way[mine]).tolist():
                if shares[way] < own:
                    name = f"share of {self._pairs.ways[way].key} in {self._columns.ports[port]}"
                    self._need(name, port, mine[self._links.way[mine] == way], shares[way])

    def _need(self, name: str, port: int, mine: _Ints, share: float) -> None:
        rows = self.build.add_rows(name, share * self._streams.total[:, port])
        self.build.fill(
            np.repeat(rows[:, None], mine.size, axis=1), self.sent[:, mine], self._links.gain[:, mine]
        )
        self.build.grow(rows, self._number(port), share)
        if self._columns.process_is_feed[self._columns.port_process[port]]:
            self._level(port, rows, share)

    def plants(self) -> None:
        """Feed-driven plants work off what they received, within capacity and buffers."""
        streams = self._streams
        for process in self._plants.tolist():
            name = self._columns.processes[process]
            feeds = np.flatnonzero(self._columns.is_feed & (self._columns.port_process == process))
            activity, count = self.activity[:, process], self._blocks.count
            most, least = streams.most[:, feeds], streams.least[:, feeds]
            steady = np.allclose(most, least, rtol=1e-12)
            works = self.build.add_rows(f"activity of {name}", np.zeros(count), equal=steady)
            room = self.build.add_rows(f"buffer of {name}", streams.room[:, process])
            lots = [(works, 1.0, least)]
            self.build.fill(works, activity, 1.0)
            if not steady:
                other = self.build.add_rows(f"feed of {name}", np.zeros(count))
                self.build.fill(other, activity, -1.0)
                lots.append((other, -1.0, most))
            intake = None
            if self._columns.process_is_pull[process]:
                intake = self.build.add_rows(f"intake of {name}", streams.capacity[:, process])
            for k, port in enumerate(feeds.tolist()):
                self._feed(port, process, [(rows, sign, per[:, k]) for rows, sign, per in lots], room, intake)

    def _feed(
        self,
        port: int,
        process: int,
        works: list[tuple[_Ints, float, _Floats]],
        room: _Ints,
        intake: _Ints | None,
    ) -> None:
        """Balance of one feed: received + drawn + stock before = used + stock after."""
        streams, build = self._streams, self.build
        most = streams.most[:, port]
        mine = np.flatnonzero(self._links.in_port == port)
        rows = build.add_rows(f"feed {self._columns.ports[port]}", np.zeros(most.size), equal=True)
        self.used[:, port] = used = build.add_columns(streams.capacity[:, process] * most, most > 0.0)
        self.drawn[:, port] = drawn = build.add_columns(streams.imported[:, port], most > 0.0)
        # What lies in a buffer stays there when the plant needs less of it per activity.
        ever = np.maximum.accumulate(most)
        self._carry(port, rows, streams.room[:, process] * ever)
        gain = self._links.gain[:, mine]
        build.fill(np.repeat(rows[:, None], mine.size, axis=1), self.sent[:, mine], -gain)
        build.fill(rows, drawn, -1.0)
        build.fill(rows, used, 1.0)
        build.fill(room, self.stock[:, port], _inverse(ever))
        for lot, sign, per_activity in works:
            build.fill(lot, used, -sign * _inverse(per_activity))
        if intake is not None:
            each = _inverse(most)
            build.fill(
                np.repeat(intake[:, None], mine.size, axis=1), self.sent[:, mine], gain * each[:, None]
            )
            build.fill(intake, drawn, each)

    def lines(self) -> None:
        """A link that needs a line sends nothing without it, and no more than its capacity."""
        for g in range(self._lines.count):
            mine = np.flatnonzero(self._links.line == g)
            self._pieces(g)
            for b in range(self._blocks.count):
                since = np.flatnonzero(self._lines.until[: b + 1, g] >= b)
                begun, capacity = self.begun[since, :, g].ravel(), self.capacity[since, :, g].ravel()
                for link in mine[self.sent[b, mine] >= 0].tolist():
                    self._link_on_line(b, link, begun, capacity)
                if mine.size > 1:
                    self._shared(g, b, mine, capacity)

    def _pieces(self, g: int) -> None:
        """A piece of the cost is begun whole, with a capacity between its ends."""
        for j in range(self._lines.top.shape[0]):
            begun, capacity = self.begun[:, j, g], self.capacity[:, j, g]
            here = begun >= 0
            rows = self.build.add_rows("upper end of a piece", np.zeros(int(here.sum())))
            self.build.fill(rows, capacity[here], 1.0)
            self.build.fill(rows, begun[here], -self._lines.top[j, g])
            low = self._lines.top[j - 1, g] if j > 0 else 0.0
            if low > 0.0:
                rows = self.build.add_rows("lower end of a piece", np.zeros(int(here.sum())))
                self.build.fill(rows, begun[here], low)
                self.build.fill(rows, capacity[here], -1.0)

    def _link_on_line(self, b: int, link: int, begun: _Ints, capacity: _Ints) -> None:
        """Rows of one link in one block."""
        links, sent = self._links, self.sent[b, link : link + 1]
        giver, taker = (self._number(int(port[link]))[b : b + 1] for port in (links.out_port, links.in_port))
        self.on_line[b, link : link + 1] = row = self.build.add_rows("only on a line", np.zeros(1))
        self.build.fill(row, sent, 1.0)
        self.build.fill(np.repeat(row, begun.size), begun, -links.limit[b, link])
        lots = [(0.0, links.days[b, link], 0.0, 0.0)]
        for q in range(1, links.cut_at.shape[0]):
            cut = tuple(
                float(part[q, b, link])
                for part in (links.cut_at, links.cut_rise, links.cut_supply, links.cut_need)
            )
            if cut[1] > 0.0:
                lots.append(cut)  # type: ignore[arg-type]
        for at, rise, by_supply, by_need in lots:
            row = self.build.add_rows("capacity of a line", np.array([at]))
            self.build.fill(row, sent, 1.0)
            self.build.fill(np.repeat(row, capacity.size), capacity, -rise)
            self.build.grow(row, giver, by_supply)
            self.build.grow(row, taker, by_need)

    def _shared(self, g: int, b: int, mine: _Ints, capacity: _Ints) -> None:
        """Plants that succeed each other share a line: together no more than it can carry."""
        days = float(np.diff(self._blocks.bounds)[b])
        row = self.build.add_rows("capacity of a line handed over", np.zeros(1))
        self.build.fill(np.repeat(row, mine.size), self.sent[b, mine], 1.0)
        self.build.fill(np.repeat(row, capacity.size), capacity, -days)


def _inverse(values: _Floats) -> _Floats:
    return np.divide(1.0, values, out=np.zeros_like(values), where=values > 0.0)


def standing_years(blocks: Blocks, lines: Lines, discounted: bool) -> _Floats:
    """Years that a line begun in a block stands within the problem.

    Parameters
    ----------
    blocks : Blocks
    lines : Lines
    discounted : bool
        Whether each year counts by its discount factor.

    Returns
    -------
    ndarray of float, shape (B, G), yr
    """
    years = blocks.years * (blocks.discount if discounted else 1.0)
    total = np.append(0.0, np.cumsum(years))
    return np.asarray(total[lines.until + 1] - total[:-1, None])


def _objectives(
    blocks: Blocks,
    links: Links,
    lines: Lines,
    sent: _Ints,
    begun: _Ints,
    capacity: _Ints,
    columns: int,
) -> dict[str, _Floats]:
    """Benefit per unit of each column."""
    found = {}
    for name in OBJECTIVES:
        weight = np.zeros(columns)
        factor = blocks.discount[:, None] if name in DISCOUNTED else 1.0
        here = sent >= 0
        weight[sent[here]] = (links.worth[name] * factor)[here]
        built = begun >= 0
        if name in lines.scale:
            years = standing_years(blocks, lines, discounted=True)[:, None, :]
            fixed = lines.scale[name][:, None, :] * lines.base * years
            slope = (lines.scale[name][:, None, :] * lines.rise + lines.linear[name][:, None, :]) * years
            weight[begun[built]] = -fixed[built]
            weight[capacity[built]] = -slope[built]
        elif name == "carbon":
            laid = lines.embodied * standing_years(blocks, lines, discounted=False)
            weight[begun[built]] = -np.broadcast_to(laid[:, None, :], begun.shape)[built]
        found[name] = weight
    return found
