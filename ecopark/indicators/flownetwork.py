"""Ecological network analysis of a flow network: throughput, cycling, information.

What lives here: :class:`FlowNetwork`, a checked flow matrix with its exchanges over the boundary, and
the whole-network indicators of Finn and Ulanowicz on it. What does not: the mass balance of a run;
flows are taken as given, in one currency (tonnes of one substance, MWh, m3), at steady state.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ecopark.errors import DomainError
from ecopark.indicators.structure import spectral_radius

Boundary = Mapping[Hashable, float] | pd.Series | ArrayLike

ECOLOGY_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "compartments": "1",
        "links": "1",
        "density_l_n2": "1",
        "cyclicity": "1",
        "boundary_inflow": "flow",
        "total_system_throughflow": "flow",
        "total_system_throughput": "flow",
        "mean_path_length": "1",
        "finn_cycling_index": "1",
        "average_mutual_information": "bit",
        "flow_diversity": "bit",
        "ascendency": "flow bit",
        "overhead": "flow bit",
        "capacity": "flow bit",
        "relative_ascendency": "1",
        "robustness": "1",
        "imbalance": "1",
    }
)
"""Unit of each row of :func:`ecology`; ``flow`` is the unit of the flows given."""


@dataclass(frozen=True)
class FlowNetwork:
    """Flows between compartments and over the boundary, all in one unit.

    Attributes
    ----------
    names : tuple of hashable
        Name of each compartment.
    flows : ndarray of float, shape (n, n), flow unit
        Row gives to column. The diagonal is a compartment's flow to itself.
    imports, exports, losses : ndarray of float, shape (n,), flow unit
        What enters from outside, what leaves in useful form, what is dissipated.
    """

    names: tuple[Hashable, ...]
    flows: NDArray[np.float64]
    imports: NDArray[np.float64]
    exports: NDArray[np.float64]
    losses: NDArray[np.float64]

    @cached_property
    def inflow(self) -> NDArray[np.float64]:
        """Everything that enters each compartment. ndarray of float, shape (n,), flow unit."""
        return np.asarray(self.flows.sum(axis=0) + self.imports)

    @cached_property
    def outflow(self) -> NDArray[np.float64]:
        """Everything that leaves each compartment. ndarray of float, shape (n,), flow unit."""
        return np.asarray(self.flows.sum(axis=1) + self.exports + self.losses)

    @cached_property
    def extended(self) -> NDArray[np.float64]:
        """Flow matrix with import as a further row, export and loss as further columns.

        ndarray of float, shape (n + 3, n + 3), flow unit; order: compartments, export, loss, import.
        """
        n = len(self.names)
        table = np.zeros((n + 3, n + 3))
        table[:n, :n] = self.flows
        table[:n, n], table[:n, n + 1], table[n + 2, :n] = self.exports, self.losses, self.imports
        return table


def ecology(
    flows: pd.DataFrame | ArrayLike,
    imports: Boundary | None = None,
    exports: Boundary | None = None,
    losses: Boundary | None = None,
    *,
    source: str = "from_firm",
    target: str = "to_firm",
    quantity: str = "quantity",
    tolerance: float = 0.05,
) -> pd.Series:
    """Compute the indicators of ecological network analysis.

    Parameters
    ----------
    flows : pandas.DataFrame or array_like of float, shape (n, n), flow unit
        Square matrix, row gives to column; or an edge list with the columns `source`, `target`,
        `quantity`.
    imports, exports, losses : mapping, Series or array_like of float, shape (n,), flow unit, optional
        By compartment name, or in the order of the matrix. Absent names and None mean no such flow.
        A name not in `flows` becomes a compartment of its own only for an edge list.
    source, target, quantity : str
        Columns of an edge list.
    tolerance : float
        Largest allowed difference between what enters and what leaves a compartment, relative to the
        larger of the two (0.05 is the steady-state check of enaR). ``math.inf`` takes all.

    Returns
    -------
    pandas.Series of float, shape (indicators,), unit as in ``ECOLOGY_UNITS``
        Index: indicator id. nan where nothing flows.

    Raises
    ------
    DomainError
        If the matrix is not square, a flow is negative or not finite, a name is unknown, a
        compartment is out of balance, or a closed loop has neither import nor outlet.

    Notes
    -----
    Formulas and sources: :func:`finn_cycling_index`, :func:`information`, and for the loops
    :func:`~ecopark.indicators.structure.cyclicity`. ``mean_path_length`` is throughflow over import (Finn
    1976), ``imbalance`` the largest relative difference of what enters and leaves a compartment. Both
    conventions of "TST" are returned: the throughflow (sum over compartments of what enters) and the
    throughput (sum of all flows, those over the boundary included), on which the information
    indicators rest.
    """
    net = read_flows(
        flows, imports, exports, losses, source=source, target=target, quantity=quantity, tolerance=tolerance
    )
    values = pd.Series(describe_flows(net), dtype=np.float64, name="value")
    return values.rename_axis("indicator")


def describe_flows(net: FlowNetwork) -> dict[str, float]:
    """Compute the indicators of :func:`ecology` for a flow network that has been read.

    Parameters
    ----------
    net : FlowNetwork

    Returns
    -------
    dict of str to float, unit as in ``ECOLOGY_UNITS``
        By indicator id.

    Raises
    ------
    DomainError
        If a closed loop has neither import nor outlet.
    """
    n, links = len(net.names), int(np.count_nonzero(net.flows))
    throughflow, inflow = float(net.inflow.sum()), float(net.imports.sum())
    values = {
        "compartments": float(n),
        "links": float(links),
        "density_l_n2": links / n**2 if n else np.nan,
        "cyclicity": spectral_radius((net.flows > 0.0).astype(np.float64)),
        "boundary_inflow": inflow,
        "total_system_throughflow": throughflow,
        "total_system_throughput": float(net.extended.sum()),
        "mean_path_length": throughflow / inflow if inflow > 0.0 else np.nan,
        "finn_cycling_index": finn_cycling_index(net),
        **information(net),
        "imbalance": float(_imbalance(net).max(initial=0.0)),
    }
    return {name: values[name] for name in ECOLOGY_UNITS}


def finn_cycling_index(net: FlowNetwork) -> float:
    """Share of the throughflow that is cycled. Unit: 1; range 0 to 1; nan where nothing flows.

    Parameters
    ----------
    net : FlowNetwork
        A flow network at steady state.

    Returns
    -------
    float
        ``sum_j T_j (N_jj - 1) / N_jj / sum_j T_j`` with T_j the inflow of j, ``N = (I - G)^-1`` and
        ``G_ij = flow_ij / T_i``: N_jj is the expected number of visits of a unit that is at j.

    Raises
    ------
    DomainError
        If flow goes round in a loop that nothing leaves.

    Notes
    -----
    T is the inflow, as in enaR; where in- and outflow differ the index carries that difference, and
    it may leave its range in a network far out of balance. A material that changes its name at a
    firm no longer cycles, so the index is of one substance or of energy.

    References
    ----------
    Finn, J. T. (1976). Measures of ecosystem structure and function derived from analysis of flows.
    Journal of Theoretical Biology 56(2), 363-380. https://doi.org/10.1016/S0022-5193(76)80080-X
    """
    through = net.inflow
    if through.sum() <= 0.0:
        return np.nan
    passed_on = net.flows / np.where(through > 0.0, through, 1.0)[:, None]
    # At a spectral radius of 1 the series I + G + G^2 + ... diverges: a unit never leaves the loop.
    if spectral_radius(passed_on) >= 1.0 - 1e-12:
        raise DomainError("flow goes round in a loop that nothing leaves; give its exports or losses")
    visits = np.diag(np.linalg.inv(np.eye(through.size) - passed_on))
    return float((through * (visits - 1.0) / visits).sum() / through.sum())


def information(net: FlowNetwork) -> dict[str, float]:
    """Information indicators of Ulanowicz on all flows, those over the boundary included.

    Parameters
    ----------
    net : FlowNetwork
        A flow network.

    Returns
    -------
    dict of str to float
        With p the flows as shares of the throughput T..:
        ``average_mutual_information`` ``I = sum p_ij log2(p_ij / (p_i. p_.j))``, bit;
        ``flow_diversity`` ``H = -sum p_ij log2 p_ij``, bit; ``ascendency`` A = T.. I, ``capacity`` C = T.. H and
        ``overhead`` C - A, flow bit; ``relative_ascendency`` a = A / C, 1, 0 to 1; ``robustness`` -a ln a, 1,
        0 to 1/e. nan where nothing flows; a and robustness nan where there is a single flow.

    Notes
    -----
    I lies between 0 and H. Robustness is the natural-log form of Fath (2015), largest at a = 1/e =
    0.368; Ulanowicz et al. (2009) scale it by e and others use log2, so values of different papers
    differ by a constant. That ecosystems cluster near the peak does not make it an aim for parks.

    References
    ----------
    Ulanowicz, R. E. (2004). Quantitative methods for ecological network analysis. Computational
    Biology and Chemistry 28, 321-339. https://doi.org/10.1016/j.compbiolchem.2004.09.001
    Ulanowicz, R. E., Goerner, S. J., Lietaer, B., Gomez, R. (2009). Quantifying sustainability.
    Ecological Complexity 6, 27-36. https://doi.org/10.1016/j.ecocom.2008.10.005
    Fath, B. D. (2015). Quantifying economic and ecological sustainability. Ocean & Coastal Management
    108, 13-19. https://doi.org/10.1016/j.ocecoaman.2014.06.020
    """
    ids = ("average_mutual_information", "flow_diversity", "ascendency", "capacity", "overhead")
    table = net.extended
    total = float(table.sum())
    if total <= 0.0:
        return dict.fromkeys((*ids, "relative_ascendency", "robustness"), np.nan)
    share = table / total
    i, j = np.nonzero(share)
    p = share[i, j]
    # Logarithms one by one: the product of two tiny shares would be zero.
    information = np.log2(p) - np.log2(share.sum(axis=1)[i]) - np.log2(share.sum(axis=0)[j])
    mutual, diversity = float((p * information).sum()), float(-(p * np.log2(p)).sum())
    values = dict(zip(ids, (mutual, diversity, total * mutual, total * diversity), strict=False))
    values["overhead"] = total * (diversity - mutual)
    relative = mutual / diversity if diversity > 0.0 else np.nan
    values["relative_ascendency"] = relative
    values["robustness"] = -relative * math.log(relative) if relative > 0.0 else relative
    return values


def read_flows(
    flows: pd.DataFrame | ArrayLike,
    imports: Boundary | None = None,
    exports: Boundary | None = None,
    losses: Boundary | None = None,
    *,
    source: str = "from_firm",
    target: str = "to_firm",
    quantity: str = "quantity",
    tolerance: float = 0.05,
) -> FlowNetwork:
    """Read a flow matrix or an edge list with its boundary flows, and check it.

    Parameters and errors are those of :func:`ecology`.

    Returns
    -------
    FlowNetwork
        Compartments in the order of the matrix, or sorted as text for an edge list.
    """
    if not tolerance >= 0.0:
        raise DomainError(f"tolerance {tolerance} is not a number of at least 0")
    boundary = [imports, exports, losses]
    if isinstance(flows, pd.DataFrame) and {source, target}.issubset(flows.columns):
        names, matrix = _matrix_of_edges(flows, boundary, source, target, quantity)
    elif isinstance(flows, pd.DataFrame):
        if list(flows.index) != list(flows.columns):
            raise DomainError("the rows and columns of a flow matrix need the same names in the same order")
        names, matrix = tuple(flows.index), flows.to_numpy(dtype=np.float64)
    else:
        matrix = np.array(flows, dtype=np.float64)
        names = tuple(range(len(matrix)))
    if matrix.shape != (len(names), len(names)):
        raise DomainError(f"a square flow matrix is needed, found shape {matrix.shape}")
    net = FlowNetwork(names, matrix, *(_boundary_vector(given, names) for given in boundary))
    if not (np.isfinite(net.extended) & (net.extended >= 0.0)).all():
        raise DomainError("a flow is negative or not finite; expected finite flows of at least 0")
    gap = _imbalance(net)
    if gap.size and gap.max() > tolerance:
        i = int(gap.argmax())
        raise DomainError(
            f"compartment {names[i]!r} is out of balance: {net.inflow[i]:.6g} enters, {net.outflow[i]:.6g} "
            f"leaves. Add the missing import, export or loss (a change of stock is one) or widen `tolerance`."
        )
    return net


def _matrix_of_edges(
    edges: pd.DataFrame, boundary: list[Boundary | None], source: str, target: str, quantity: str
) -> tuple[tuple[Hashable, ...], NDArray[np.float64]]:
    """Return the names and the flow matrix of an edge list; parallel rows are added."""
    if quantity not in edges.columns:
        raise DomainError(f"the edge list has no column {quantity!r}; it has {list(map(str, edges.columns))}")
    known = set(edges[source]) | set(edges[target])
    for given in boundary:
        if isinstance(given, (Mapping, pd.Series)):
            known |= set(given.keys())
        elif given is not None:
            raise DomainError("an edge list has no order of compartments: give boundary flows by name")
    if any(name is None or pd.isna(name) for name in known):
        raise DomainError("a flow has no giver or no receiver; every row needs both ends named")
    names = tuple(sorted(known, key=str))
    number = {name: i for i, name in enumerate(names)}
    matrix = np.zeros((len(names), len(names)))
    ends = ([number[name] for name in edges[source]], [number[name] for name in edges[target]])
    amounts = edges[quantity].to_numpy(dtype=np.float64)
    if not (np.isfinite(amounts) & (amounts >= 0.0)).all():
        raise DomainError("a flow is negative or not finite; expected finite flows of at least 0")
    np.add.at(matrix, ends, amounts)
    return names, matrix


def _boundary_vector(given: Boundary | None, names: tuple[Hashable, ...]) -> NDArray[np.float64]:
    """Return a boundary flow in the order of the compartments; raise on an unknown name."""
    if given is None:
        return np.zeros(len(names))
    if isinstance(given, (Mapping, pd.Series)):
        unknown = sorted(set(given.keys()) - set(names), key=str)
        if unknown:
            raise DomainError(f"a boundary flow names {unknown[0]!r}, which is no compartment of the matrix")
        return np.array([given.get(name, 0.0) for name in names], dtype=np.float64)
    vector = np.array(given, dtype=np.float64)
    if vector.shape != (len(names),):
        raise DomainError(
            f"a boundary flow needs one value per compartment ({len(names)}), found {vector.shape}"
        )
    return vector


def _imbalance(net: FlowNetwork) -> NDArray[np.float64]:
    """Difference of in- and outflow relative to the larger. ndarray of float, shape (n,), 1."""
    larger = np.maximum(net.inflow, net.outflow)
    return np.abs(net.inflow - net.outflow) / np.where(larger > 0.0, larger, 1.0)
