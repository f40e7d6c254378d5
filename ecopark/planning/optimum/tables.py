"""Tables of a solved program: links and shadow prices.

What lives here: turning columns of the program into tables. What does not: solving (``solving``), the ledger
(``ledger``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.planning.optimum.network import Evaluation, Network
from ecopark.planning.optimum.problem import Problem

_Floats = NDArray[np.float64]
_LINKS = ("from_firm", "to_firm", "resource", "to_resource", "pathway", "mode", "distance_km")


def links_table(problem: Problem, network: Network, evaluation: Evaluation) -> pd.DataFrame:
    """Links in use, block by block.

    Parameters
    ----------
    problem : Problem
    network : Network
    evaluation : Evaluation
        Of the network.

    Returns
    -------
    pandas.DataFrame
        As in :class:`~ecopark.planning.optimum.network.Optimum`.
    """
    worth, links, lines = evaluation.worth, problem.links, problem.lines
    block = np.searchsorted(problem.blocks.starts, worth["block"])
    link = worth["link"].to_numpy(dtype=np.int64)
    years = problem.blocks.years[block]
    line = links.line[link]
    standing = np.zeros((problem.blocks.count, lines.count))
    for b, g in np.argwhere(network.built > 0.0).tolist():
        standing[b : int(lines.until[b, g]) + 1, g] += min(network.built[b, g], lines.largest[g])
    on_line = line >= 0
    capacity, begun = np.full(link.size, np.nan), np.zeros(link.size, dtype=bool)
    capacity[on_line] = standing[block[on_line], line[on_line]]
    begun[on_line] = network.built[block[on_line], line[on_line]] > 0.0
    about = links.table.iloc[link].reset_index(drop=True)
    return pd.DataFrame(
        {
            "block": worth["block"],
            "link": link,
            **{name: about[name] for name in _LINKS},
            "quantity": worth["quantity"] / years,
            "unit": about["unit"],
            "capacity": capacity,
            "built": begun,
            "money": worth["cost"] / years,
            "carbon": worth["carbon"] / years,
        }
    )


def prices_table(
    problem: Problem, columns: _Floats, rows: _Floats, bounds: _Floats, is_money: bool
) -> pd.DataFrame:
    """What one more unit of each stream would add to the objective.

    Parameters
    ----------
    problem : Problem
    columns : ndarray of float, shape (C,), column unit
        A solution.
    rows : ndarray of float, shape (R,), objective unit/row unit
        Growth of the objective with each right-hand side; empty where nothing was found.
    bounds : ndarray of float, shape (C,), objective unit/column unit
        Growth with each upper bound.
    is_money : bool
        Whether the objective is a present value, to be taken back to the money of the block.

    Returns
    -------
    pandas.DataFrame
        As in :class:`~ecopark.planning.optimum.network.Optimum`.
    """
    reference, program, links, blocks = problem.reference, problem.program, problem.links, problem.blocks
    park, names = reference.park, reference.columns
    shape = blocks.count, len(names.ports)
    price = np.zeros(shape)
    if rows.size:
        price = np.asarray(program.slopes.T @ rows).reshape(shape)
        for b, k in np.argwhere(program.sent >= 0).tolist():
            worth = bounds[program.sent[b, k]]
            row = program.on_line[b, k]
            if row >= 0:
                begun = program.begun[:, :, links.line[k]]
                stands = problem.lines.until[:, links.line[k]] >= b
                here = (begun >= 0) & stands[:, None] & (np.arange(blocks.count) <= b)[:, None]
                worth += rows[row] * columns[begun[here]].sum()
            price[b, links.out_port[k]] += worth * links.cut_supply[0, b, k]
            price[b, links.in_port[k]] += worth * links.cut_need[0, b, k]
    if is_money:
        price /= blocks.discount[:, None]
    ports = np.unique(np.concatenate([links.out_port, links.in_port]))
    block, place = (index.ravel() for index in np.meshgrid(np.arange(shape[0]), ports, indexing="ij"))
    resources = [names.resources[k] for k in names.port_resource[place]]
    return pd.DataFrame(
        {
            "block": blocks.starts[block],
            "firm": [names.firms[k] for k in names.port_firm[place]],
            "port": [names.ports[k] for k in place],
            "resource": resources,
            "side": np.where(names.is_out[place], "residual", "need"),
            "price": price[block, place],
            "quantity": problem.streams.total[block, place],
            "unit": [park.resources[name].unit for name in resources],
        }
    )
