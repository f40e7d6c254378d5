"""Geometry of the Sankey diagram by hand and by conservation of width."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from ecopark.report.sankey_layout import Band, Layout, lay_out, least_depth, levels


def _links(*pairs: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["from_firm", "to_firm", "quantity"])


def test_columns_of_a_chain_with_a_late_taker() -> None:
    # lake -> works -> plant -> farms; lake -> town: the town takes only, so it stands last.
    table = _links(("lake", "works", 5), ("works", "plant", 3), ("plant", "farms", 1), ("lake", "town", 2))
    assert levels(table) == {"lake": 0, "works": 1, "plant": 2, "farms": 3, "town": 3}


def test_the_smaller_flow_of_a_loop_runs_back() -> None:
    column = levels(_links(("plant", "refinery", 10), ("refinery", "plant", 1), ("lake", "plant", 3)))
    assert column["lake"] < column["plant"] < column["refinery"]


def test_scale_fills_the_depth_by_hand() -> None:
    # Two columns, two givers of 30 and 10 and one taker. Givers: 2 gaps of 0.45 x 2 mm plus
    # 40 units must fill 21.8 mm, so 20 mm carry 40 units.
    bands = [Band("a", "c", "ash", "exchange", 30.0), Band("b", "c", "ash", "exchange", 10.0)]
    layout = lay_out(bands, {"a": 0, "b": 0, "c": 1}, 21.8, 2.0)
    assert layout.scale == pytest.approx(0.5, rel=1e-9)
    assert layout.nodes["a"].height == pytest.approx(15.0)
    assert layout.nodes["c"].height == pytest.approx(20.0)


def _loop_layout() -> Layout:
    bands = [
        Band("a", "b", "steam", "exchange", 8.0),
        Band("a", "c", "steam", "exchange", 4.0),
        Band("b", "c", "gas", "exchange", 5.0),
        Band("c", "a", "water", "exchange", 2.0),
        Band("b", "c", "steam", "exchange", 0.01),
    ]
    return lay_out(bands, {"a": 0, "b": 1, "c": 2}, 60.0, 2.5)


def test_bands_stay_on_their_nodes_and_side_by_side() -> None:
    layout = _loop_layout()
    for name, node in layout.nodes.items():
        for ends in (
            [(s.leaves, s.width) for s in layout.slots if s.band.source == name],
            [(s.arrives, s.width) for s in layout.slots if s.band.target == name],
        ):
            ends.sort()
            for middle, width in ends:
                assert node.top - 1e-9 <= middle - width / 2
                assert middle + width / 2 <= node.top + node.height + 1e-9
            for (low, low_width), (high, high_width) in itertools.pairwise(ends):
                assert low + low_width / 2 <= high - high_width / 2 + 1e-9


def test_only_flows_against_the_columns_run_back_underneath() -> None:
    layout = _loop_layout()
    assert [slot.band.resource for slot in layout.slots if slot.loop] == ["water"]
    lowest = max(node.top + node.height for node in layout.nodes.values())
    (loop,) = [slot for slot in layout.slots if slot.loop]
    assert loop.lane - loop.width / 2 >= lowest
    assert loop.lane + loop.width / 2 <= layout.depth + 1e-9


def test_labels_of_a_node_have_their_rows() -> None:
    layout = _loop_layout()
    for name in layout.nodes:
        rows = sorted(group.middle for group in layout.groups if group.node == name)
        assert all(high - low >= 2.5 - 1e-9 for low, high in itertools.pairwise(rows))


def test_least_depth_is_reached_without_widths() -> None:
    bands = [Band("a", "b", f"r{n}", "exchange", 1.0) for n in range(10)]
    # Ten labels of 2 mm and one gap of 0.9 mm.
    assert least_depth(bands, {"a": 0, "b": 1}, 2.0) == pytest.approx(20.9)
