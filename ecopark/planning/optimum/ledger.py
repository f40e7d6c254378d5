"""The ledger of a solved program, in the columns of a run's.

What lives here: quantities of every port and block from the columns of a program. What does not: other tables
(``tables``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.calendar import Calendar
from ecopark.flows.kernel import Result
from ecopark.flows.ledger import Carrier, Ledger
from ecopark.market.pairs import lost_in_conversion, synergy_name
from ecopark.planning.optimum.problem import Problem
from ecopark.planning.optimum.program import take

_Floats = NDArray[np.float64]
# Less than this share of what a link could send is rounding.
_NOTHING = 1e-9


@dataclass(frozen=True)
class BlockCalendar(Calendar):
    """A calendar whose segments are the blocks of a problem.

    Parameters
    ----------
    days : tuple of int, day
        Bounds of the blocks.
    """

    days: tuple[int, ...] = ()

    @property
    def segment_bounds(self) -> NDArray[np.int64]:
        """Bounds of the blocks. ndarray of int, shape (B + 1,), day."""
        return np.array(self.days, dtype=np.int64)

    @property
    def segments(self) -> int:
        """Number of blocks."""
        return len(self.days) - 1


def flows_table(problem: Problem, columns: _Floats) -> pd.DataFrame:
    """Ledger of a solution, one segment per block.

    Parameters
    ----------
    problem : Problem
    columns : ndarray of float, shape (C,), column unit

    Returns
    -------
    pandas.DataFrame
        In the columns of ``flows.parquet``. What lies in stores before the first block is entered on the day
        before it.
    """
    reference, blocks = problem.reference, problem.blocks
    opening = take(columns, problem.program.opening)
    first = int(opening.any())
    before = [int(blocks.bounds[0]) - 1] * first
    span = reference.calendar
    days = tuple(before + blocks.bounds.tolist())
    ledger = Ledger(reference.columns, BlockCalendar(span.start, span.end, span.period, span.segment, days))
    none, nobody = np.zeros((1, opening.size)), np.zeros(0, dtype=np.int64)
    if first:
        ledger.enter(0, nobody, Result(none, none, none, opening[None], np.zeros((1, 0))))
    amounts = block_amounts(problem, columns)
    carriers: list[Carrier] = []
    for b in range(blocks.count):
        used = np.flatnonzero(amounts.sent[b] > 0.0)
        number = len(carriers) + np.arange(used.size)
        carriers += [_carrier(problem, b, k) for k in used.tolist()]
        rows = Result(*(table[b : b + 1] for table in amounts))
        ledger.enter(b + first, number, rows._replace(sent=rows.sent[:, used]))
    return ledger.flows(reference.park, carriers)


def block_amounts(problem: Problem, columns: _Floats) -> Result:
    """Flows of every port and link in every block.

    Parameters
    ----------
    problem : Problem
    columns : ndarray of float, shape (C,), column unit

    Returns
    -------
    Result
        Of B segments, which are the blocks. Feed-driven plants with room left draw what they can from outside, as
        in a run.
    """
    program, streams, ports = problem.program, problem.streams, problem.reference.columns
    links = problem.links
    sent = take(columns, program.sent)
    sent[sent <= _NOTHING * links.limit] = 0.0
    stock, used, drawn = (take(columns, where) for where in (program.stock, program.used, program.drawn))
    activity = take(columns, program.activity)
    _draw_more(problem, activity, used, drawn)
    fed = ports.process_is_feed[ports.port_process]
    amount = np.where(fed, activity[:, ports.port_process] * streams.most, streams.total)
    amount = np.where(ports.is_feed, used, amount)
    given, served = np.zeros_like(amount), np.zeros_like(amount)
    for k in range(links.count):
        given[:, links.out_port[k]] += sent[:, k]
        served[:, links.in_port[k]] += sent[:, k] * links.gain[:, k]
    before = np.vstack([take(columns, program.opening)[None], stock[:-1]])
    amount = np.where(ports.on_demand & ports.is_out, given, amount)
    left = np.where(ports.is_out, amount + before - stock - given, amount - served)
    settled = np.where(ports.is_feed, 0.0, np.maximum(left, 0.0))
    return Result(amount, settled, drawn, stock, sent)


def _draw_more(problem: Problem, activity: _Floats, used: _Floats, drawn: _Floats) -> None:
    """Let feed-driven plants that work off what they have draw all they can from outside, in place."""
    ports, streams = problem.reference.columns, problem.streams
    for process in np.flatnonzero(ports.process_is_feed & ~ports.process_is_pull).tolist():
        spare = streams.capacity[:, process] - activity[:, process]
        for port in np.flatnonzero(ports.is_feed & (ports.port_process == process)).tolist():
            per_activity = streams.most[:, port]
            more = np.clip(
                streams.imported[:, port] - drawn[:, port], 0.0, np.maximum(spare, 0.0) * per_activity
            )
            drawn[:, port] += more
            used[:, port] += more
            rise = np.divide(more, per_activity, out=np.zeros_like(more), where=per_activity > 0.0)
            activity[:, process] += rise
            spare = spare - rise


def _carrier(problem: Problem, block: int, link: int) -> Carrier:
    """What a link in one block is to the ledger."""
    links, reference = problem.links, problem.reference
    about = links.table.iloc[link]
    pair, keep = int(links.pair[link]), float(links.keep[block, link])
    key = reference.pairs.key(pair)
    return Carrier(
        synergy=f"{synergy_name(about['out_port'], about['in_port'], 0, key)} by {about['mode']}",
        out_port=int(links.out_port[link]),
        in_port=int(links.in_port[link]),
        keep=keep,
        credit=float(links.gain[block, link]) / keep,
        inputs={name: float(table[block, link]) for name, table in links.inputs.items()},
        burden={name: float(table[block, link]) for name, table in links.burden.items()},
        lost=lost_in_conversion(reference.park, reference.pairs.pathway(pair), keep),
    )
