"""Network indicators against networkx called on the names, and against definitions written out."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from ecopark.indicators.graph import network, node_metrics


def random_graph(seed: int) -> nx.DiGraph:
    """Random directed graph of 3 to 16 nodes, sparse to dense, with names in no order."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 17))
    graph = nx.gnp_random_graph(n, rng.uniform(0.05, 0.6), seed=seed, directed=True)
    return nx.relabel_nodes(graph, {i: f"firm {name}" for i, name in enumerate(rng.permutation(n))})


def brute_nodf(graph: nx.DiGraph) -> float:
    """NODF as the sentence in the paper says it, with sets."""
    takes = [set(graph.successors(v)) for v in graph if graph.out_degree(v)]
    gives = [set(graph.predecessors(v)) for v in graph if graph.in_degree(v)]
    paired = []
    for side in (takes, gives):
        for one, other in itertools.combinations(side, 2):
            small, large = sorted((one, other), key=len)
            paired.append(len(small & large) / len(small) if len(small) < len(large) else 0.0)
    return 100 * sum(paired) / len(paired) if paired else float("nan")


def brute_centralisation(degree: list[int], most: int) -> float:
    return sum(max(degree) - d for d in degree) / most


def expected(graph: nx.DiGraph) -> dict[str, float]:
    """The indicators by another road: other networkx calls, or the definition in plain Python."""
    flat, n = graph.to_undirected(), len(graph)
    degree = [d for _, d in flat.degree()]
    links = graph.number_of_edges()
    local = [
        sum(flat.has_edge(a, b) for a, b in itertools.combinations(flat[v], 2)) / (d * (d - 1) / 2)
        if d > 1
        else 0.0
        for v, d in flat.degree()
    ]
    return {
        "nodes": n,
        "links": links,
        "pairs": flat.number_of_edges(),
        "density_directed": nx.density(graph),
        "density_l_n2": links / n**2,
        "mean_degree": float(np.mean(degree)),
        "max_degree": max(degree),
        "degree_gini": sum(abs(a - b) for a in degree for b in degree) / (2 * n * sum(degree))
        if links
        else float("nan"),
        "degree_centralisation": brute_centralisation(degree, (n - 1) * (n - 2)),
        "in_degree_centralisation": brute_centralisation([d for _, d in graph.in_degree()], (n - 1) ** 2),
        "out_degree_centralisation": brute_centralisation([d for _, d in graph.out_degree()], (n - 1) ** 2),
        "betweenness_max": max(brute_betweenness(flat).values()),
        "reciprocity": sum(graph.has_edge(b, a) for a, b in graph.edges) / links if links else float("nan"),
        "clustering": float(np.mean(local)),
        "nestedness_nodf": brute_nodf(graph),
        "components": nx.number_weakly_connected_components(graph),
        "giant_component_share": max(map(len, nx.weakly_connected_components(graph))) / n,
        "articulation_points": brute_articulation(flat),
        "efficiency": nx.global_efficiency(flat),
        "connectance_hardy_graedel": nx.density(flat),
        "eco_connectance_tiejun": 2 * nx.density(graph),
        "cyclicity": growth_of_walks(graph),
        "largest_scc": max(map(len, nx.strongly_connected_components(graph))),
    }


def brute_betweenness(flat: nx.Graph) -> dict[str, float]:
    """Betweenness by listing all shortest paths."""
    share = dict.fromkeys(flat, 0.0)
    for a, b in itertools.combinations(flat, 2):
        if nx.has_path(flat, a, b):
            paths = list(nx.all_shortest_paths(flat, a, b))
            for path in paths:
                for middle in path[1:-1]:
                    share[middle] += 1 / len(paths)
    pairs = (len(flat) - 1) * (len(flat) - 2) / 2
    return {v: s / pairs for v, s in share.items()}


def brute_articulation(flat: nx.Graph) -> int:
    """Nodes without which there are more components than with them."""
    count = 0
    for v in flat:
        rest = flat.subgraph(set(flat) - {v})
        count += nx.number_connected_components(rest) > nx.number_connected_components(flat)
    return count


def growth_of_walks(graph: nx.DiGraph) -> float:
    """Gelfand's formula: lambda_max = lim |A^k|^(1/k), with k = 2^40 by squaring."""
    matrix, log_scale, power = nx.to_numpy_array(graph), 0.0, 1
    for _ in range(40):
        matrix = matrix @ matrix
        power *= 2
        largest = matrix.max()
        if largest == 0.0:
            return 0.0
        matrix, log_scale = matrix / largest, 2 * log_scale + np.log(largest)
    return float(np.exp(log_scale / power))


def matrix_modularity(graph: nx.DiGraph) -> float:
    """Newman's sum over pairs, for the groups networkx finds with nodes and links in sorted order."""
    flat = nx.Graph()
    flat.add_nodes_from(sorted(graph))
    flat.add_edges_from(sorted(graph.edges))
    groups = nx.community.greedy_modularity_communities(flat)
    matrix, degree = nx.to_numpy_array(flat), np.array([d for _, d in flat.degree()])
    label = {v: i for i, group in enumerate(groups) for v in group}
    together = np.array([[label[a] == label[b] for b in flat] for a in flat])
    return float(((matrix - np.outer(degree, degree) / degree.sum()) * together).sum() / degree.sum())


@pytest.mark.parametrize("block", range(10))
def test_two_hundred_random_graphs(block: int) -> None:
    for seed in range(20 * block, 20 * block + 20):
        graph = random_graph(seed)
        edges = pd.DataFrame(list(graph.edges), columns=["from_firm", "to_firm"])
        found = network(edges, nodes=graph.nodes)
        for indicator, value in expected(graph).items():
            assert found[indicator] == pytest.approx(value, rel=1e-9, abs=1e-12, nan_ok=True), (
                seed,
                indicator,
            )
        if graph.size():
            assert found["modularity"] == pytest.approx(matrix_modularity(graph), abs=1e-12), seed


def test_node_metrics_equal_networkx() -> None:
    for seed in range(50):
        graph = random_graph(seed)
        edges = pd.DataFrame(list(graph.edges), columns=["from_firm", "to_firm"])
        rows = node_metrics(edges, nodes=graph.nodes)
        assert rows["in_degree"].to_dict() == dict(graph.in_degree())
        assert rows["out_degree"].to_dict() == dict(graph.out_degree())
        between = brute_betweenness(graph.to_undirected())
        assert rows["betweenness"].to_dict() == pytest.approx(between, abs=1e-12)
        directed = nx.betweenness_centrality(graph)
        assert rows["betweenness_directed"].to_dict() == pytest.approx(directed, abs=1e-12)
