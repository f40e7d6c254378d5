"""One optimum beside the network that emerged from the same draws, under the same accounts.

What lives here: the two networks by pair of streams, and their difference explained. What does not: the optimum
(``solving``), the reasons (``losses``), replicates (``capture``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.market.pairs import synergy_name
from ecopark.planning.optimum.losses import KEYS, explain_losses, pair_of_idea
from ecopark.planning.optimum.network import OBJECTIVES, Evaluation, Network, Optimum
from ecopark.planning.optimum.problem import Problem
from ecopark.planning.optimum.solving import evaluate
from ecopark.run import Run

VALUES = tuple(OBJECTIVES)
IDLE = "idle pipes"


@dataclass(frozen=True)
class Comparison:
    """An optimum beside the network that emerged from the same draws.

    Attributes
    ----------
    seed : int
    optimum : Optimum
    realised : Evaluation
        Of the network that emerged, under the accounts of the optimum.
    blocks : pandas.DataFrame
        Indexed by first day: ``start``, ``end`` (dates), ``years`` (yr), ``discount`` (1, mean present value of
        money paid over the block).
    possible_links, realised_links : pandas.DataFrame
        One row per block and pair of streams in use: names, ``quantity`` (residual sent, in its unit over
        the block), ``served`` (need replaced) and a column per objective, not discounted.
    losses : pandas.DataFrame
        Possible less realised by block, pair and reason, as of :func:`~ecopark.planning.optimum.losses.explain_losses`;
        pipes that stand unused have a row of their own.
    """

    seed: int
    optimum: Optimum
    realised: Evaluation
    blocks: pd.DataFrame
    possible_links: pd.DataFrame
    realised_links: pd.DataFrame
    losses: pd.DataFrame

    @property
    def possible_value(self) -> float:
        """Benefit of the optimum, in the unit of its objective."""
        return self.optimum.best

    @property
    def realised_value(self) -> float:
        """Benefit of the network that emerged, in the same unit."""
        return float(
            sum(weight * self.realised.totals[name] for name, weight in self.optimum.objective.items())
        )


def compare_networks(problem: Problem, optimum: Optimum, emerged: Network, run: Run) -> Comparison:
    """Set an optimum beside the network of a run of the same draws, and explain the difference.

    Parameters
    ----------
    problem : Problem
        Of the run's scenario and seed.
    optimum : Optimum
        A solution of the problem.
    emerged : Network
        Of the run.
    run : Run
        For the stories of its pairs.

    Returns
    -------
    Comparison
    """
    blocks = block_table(problem)
    best = evaluate(problem, optimum.network)
    realised = evaluate(problem, emerged)
    could, did = (_links_of(problem, evaluation) for evaluation in (best, realised))
    losses = explain_losses(could, did, run.synergies, blocks, VALUES)
    idle = _idle(best) - _idle(realised)
    return Comparison(run.seed, optimum, realised, blocks, could, did, _with_idle(losses, idle))


def block_table(problem: Problem) -> pd.DataFrame:
    """Blocks of a problem with their dates.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    pandas.DataFrame
        Indexed by first day: ``start``, ``end`` (dates), ``years`` (yr), ``discount`` (1).
    """
    blocks = problem.blocks
    origin = blocks.starts[0] - pd.Timedelta(days=int(blocks.bounds[0]))
    ends = origin + pd.to_timedelta(blocks.bounds[1:], unit="D")
    columns = {"start": blocks.starts, "end": ends, "years": blocks.years, "discount": blocks.discount}
    return pd.DataFrame(columns, index=pd.DatetimeIndex(blocks.starts, name="block"))


def _links_of(problem: Problem, evaluation: Evaluation) -> pd.DataFrame:
    """What each pair of streams sends and is worth, by block."""
    rows = evaluation.worth.reset_index(drop=True)
    link = rows["link"].to_numpy(dtype=np.int64)
    at = problem.blocks.starts.get_indexer(pd.DatetimeIndex(rows["block"]))
    named = problem.links.table.loc[link].reset_index(drop=True)
    opens, closes = _life(problem, link)
    supply, need = _totals(problem, at, link)
    table = named[[*KEYS[2:], "mode", "unit"]].assign(
        block=rows["block"],
        pair=_pairs(named),
        quantity=rows["quantity"],
        served=rows["quantity"] * problem.links.gain[at, link],
        opens=opens,
        closes=closes,
        supply=supply,
        need=need,
        **{name: rows[name] for name in VALUES},
    )
    return table[[*KEYS, "mode", "unit", "quantity", "served", "opens", "closes", "supply", "need", *VALUES]]


def _pairs(named: pd.DataFrame) -> pd.Series:
    """Identifier of the pair of each link, as that of an idea without the number of its attempt."""
    names = zip(named["out_port"], named["in_port"], named["pathway"], strict=True)
    first = [synergy_name(str(out), str(into), 0, str(key)) for out, into, key in names]
    return pair_of_idea(pd.Series(first, index=named.index, dtype=object))


def _life(problem: Problem, link: NDArray[np.int64]) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """Days on which both streams of each link are there."""
    reference, links = problem.reference, problem.links
    columns, calendar = reference.columns, reference.calendar
    ends = (links.out_port[link], links.in_port[link])
    last = int(calendar.period_bounds[-1])
    opens = np.clip(np.maximum(*(columns.opens[port] for port in ends)), 0, last)
    closes = np.clip(np.minimum(*(columns.closes[port] for port in ends)), 0, last)
    start = pd.Timestamp(calendar.start)
    return start + pd.to_timedelta(opens, unit="D"), start + pd.to_timedelta(closes, unit="D")


def _totals(
    problem: Problem, block: NDArray[np.int64], link: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How much there is of both streams of each row in its block; NaN for plants that run on what they receive.

    What is made on demand has no end of its own; of a need, as much counts as residuals may serve.
    """
    columns, links, total = problem.reference.columns, problem.links, problem.streams.total
    fed = columns.process_is_feed[columns.port_process]
    out, into = links.out_port[link], links.in_port[link]
    supply = np.where(fed[out], np.nan, total[block, out])
    supply = np.where(columns.on_demand[out], np.inf, supply)
    return supply, np.where(fed[into], np.nan, total[block, into] * columns.max_share[into])


def _idle(evaluation: Evaluation) -> pd.DataFrame:
    """Benefit of each block that no link in use has: lines that stand unused, a cost."""
    used = evaluation.worth.groupby("block")[list(VALUES)].sum()
    return evaluation.values[list(VALUES)] - used.reindex(evaluation.values.index).fillna(0.0)  # noqa: PD011


def _with_idle(losses: pd.DataFrame, idle: pd.DataFrame) -> pd.DataFrame:
    """Losses with a row for each block in which one network has more unused lines than the other."""
    found = idle[(idle.abs() > 0.0).any(axis=1)].rename_axis("block").reset_index()
    if found.empty:
        return losses
    found = found.assign(**dict.fromkeys(KEYS[1:], ""), reason=IDLE, quantity=0.0)[losses.columns]
    return pd.concat([losses, found], ignore_index=True) if len(losses) else found
