"""A park as a graph, read from a plain edge list.

What lives here: :class:`ParkGraph`, the immutable form every network indicator takes, and
:func:`read_edges`, which makes one from a table and refuses a table it cannot read.
What does not: any indicator; nothing here knows of a run, a ledger or a date.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ecopark.errors import DomainError


@dataclass(frozen=True)
class ParkGraph:
    """Nodes and distinct directed links of a park; nodes are numbered in the order of their names.

    Attributes
    ----------
    names : tuple of hashable
        Name of each node, sorted as text.
    origin, target : ndarray of int, shape (links,), 1
        Node numbers at both ends of each distinct directed link, sorted by origin, then target.
    rows : ndarray of int, shape (links,), 1
        How many exchanges (rows of the edge list) run along each link.
    weight : ndarray of float or None, shape (links,), unit of the weight column
        Sum of the weight of those exchanges; None where the edge list was read without weights.
    """

    names: tuple[Hashable, ...]
    origin: NDArray[np.int64]
    target: NDArray[np.int64]
    rows: NDArray[np.int64]
    weight: NDArray[np.float64] | None = None

    @property
    def nodes(self) -> int:
        """Number of nodes, those without a link included."""
        return len(self.names)

    @property
    def links(self) -> int:
        """Number of distinct directed links (ordered pairs of nodes)."""
        return int(self.origin.size)

    @property
    def load(self) -> NDArray[np.float64]:
        """Weight of each link, or its number of exchanges where there are no weights.

        ndarray of float, shape (links,), unit of the weight column or 1.
        """
        return self.rows.astype(np.float64) if self.weight is None else self.weight

    @cached_property
    def directed(self) -> nx.DiGraph:
        """Simple directed graph on the node numbers."""
        graph = nx.DiGraph()
        graph.add_nodes_from(range(self.nodes))
        graph.add_edges_from(zip(self.origin.tolist(), self.target.tolist(), strict=True))
        return graph

    @cached_property
    def undirected(self) -> nx.Graph:
        """Simple undirected graph on the node numbers: a pair is linked if either gives to the other."""
        graph = nx.Graph()
        graph.add_nodes_from(range(self.nodes))
        graph.add_edges_from(zip(self.origin.tolist(), self.target.tolist(), strict=True))
        return graph

    @property
    def pairs(self) -> int:
        """Number of unordered pairs of nodes with a link in at least one direction."""
        return int(self.undirected.number_of_edges())

    @cached_property
    def adjacency(self) -> csr_array:
        """Sparse 0/1 matrix, shape (nodes, nodes), 1: row gives to column."""
        shape = (self.nodes, self.nodes)
        return csr_array((np.ones(self.links), (self.origin, self.target)), shape=shape)

    @cached_property
    def in_degree(self) -> NDArray[np.int64]:
        """Suppliers of each node. ndarray of int, shape (nodes,), 1."""
        return np.bincount(self.target, minlength=self.nodes)

    @cached_property
    def out_degree(self) -> NDArray[np.int64]:
        """Receivers of each node. ndarray of int, shape (nodes,), 1."""
        return np.bincount(self.origin, minlength=self.nodes)

    @cached_property
    def degree(self) -> NDArray[np.int64]:
        """Partners of each node in either direction, each counted once. ndarray of int, shape (nodes,), 1."""
        return np.array([count for _, count in self.undirected.degree()], dtype=np.int64)


def read_edges(
    edges: pd.DataFrame,
    *,
    source: str = "from_firm",
    target: str = "to_firm",
    weight: str | None = None,
    nodes: Iterable[Hashable] | None = None,
) -> ParkGraph:
    """Read a table of exchanges, one row each, as a park graph.

    Rows with the same giver and receiver become one link that remembers how many they were. A row
    is a link whatever its weight: drop rows of no quantity beforehand if they are not to count.

    Parameters
    ----------
    edges : pandas.DataFrame
        One row per exchange.
    source, target : str
        Columns with the name of the giver and of the receiver.
    weight : str, optional
        Column with the quantity of each exchange, all in one unit, finite and not negative.
    nodes : iterable of hashable, optional
        Every node there is, for the sake of those without a link. Must name both ends of every
        row. Without it the nodes are the ends of the rows (the node rule "linked nodes only").

    Returns
    -------
    ParkGraph
        Does not depend on the order of the rows, nor on that of `nodes`.

    Raises
    ------
    DomainError
        If a column or a name is missing, a node gives to itself, an end is not among `nodes`, or a
        weight is negative or not finite.
    """
    _require_columns(edges, [source, target] if weight is None else [source, target, weight])
    giver, receiver = edges[source].to_numpy(dtype=object), edges[target].to_numpy(dtype=object)
    names = _sorted_names(giver, receiver, nodes)
    number = {name: i for i, name in enumerate(names)}
    i = np.array([number[name] for name in giver], dtype=np.int64)
    j = np.array([number[name] for name in receiver], dtype=np.int64)
    if np.any(i == j):
        name = names[int(i[i == j][0])]
        raise DomainError(
            f"{name!r} gives to itself; expected two different nodes in every row. Drop such rows."
        )
    code, inverse, rows = np.unique(i * max(len(names), 1) + j, return_inverse=True, return_counts=True)
    total = None if weight is None else weighted_count(inverse, _weights(edges[weight]), code.size)
    return ParkGraph(
        names, code // max(len(names), 1), code % max(len(names), 1), rows.astype(np.int64), total
    )


def weighted_count(index: NDArray[np.int64], weight: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Add up weights by index.

    Parameters
    ----------
    index : ndarray of int, shape (items,), 1
        Where each weight belongs, from 0.
    weight : ndarray of float, shape (items,), any one unit
        What is added.
    length : int
        Length of the result, above every index.

    Returns
    -------
    ndarray of float, shape (length,), unit of `weight`
        Sum of the weights of each index.
    """
    return np.bincount(index, weight, minlength=length).astype(np.float64)


def _require_columns(edges: pd.DataFrame, needed: Sequence[str]) -> None:
    """Raise if a column is missing, naming it and those present."""
    missing = [column for column in needed if column not in edges.columns]
    if missing:
        raise DomainError(
            f"the edge list has no column {missing[0]!r}; it has {list(map(str, edges.columns))}"
        )


def _sorted_names(
    giver: NDArray[np.object_], receiver: NDArray[np.object_], nodes: Iterable[Hashable] | None
) -> tuple[Hashable, ...]:
    """Return the names of all nodes in a fixed order; raise on a missing or unlisted name."""
    ends = set(giver) | set(receiver)
    if any(name is None or pd.isna(name) for name in ends):
        raise DomainError("an exchange has no giver or no receiver; every row needs both ends named")
    everyone = ends if nodes is None else set(nodes)
    unlisted = sorted(ends - everyone, key=str)
    if unlisted:
        raise DomainError(f"{unlisted[0]!r} has a link but is not among `nodes`; list it or drop its rows")
    return tuple(sorted(everyone, key=str))


def _weights(column: pd.Series) -> NDArray[np.float64]:
    """Return the weights as floats; raise if one is negative or not finite."""
    values = column.to_numpy(dtype=np.float64)
    wrong = ~(np.isfinite(values) & (values >= 0.0))
    if wrong.any():
        raise DomainError(f"weight {values[wrong][0]} is not a finite quantity of at least 0")
    return values
