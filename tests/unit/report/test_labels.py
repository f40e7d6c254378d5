"""Label placement: what was asked for is kept, on crowded random points."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from ecopark.report.labels import Placer, leader


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_labels_keep_clear_of_each_other_and_of_markers() -> None:
    rng = np.random.default_rng(5)
    points = rng.uniform(10, 90, size=(30, 2))
    placer = Placer(100.0, 100.0)
    for x, y in points:
        placer.block((float(x), float(y)), 2.0, 2.0)
    boxes = [(x - 1, y - 1, x + 1, y + 1) for x, y in points]
    for x, y in points:
        place = placer.put_beside((float(x), float(y)), 1.0, (14.0, 3.0), limit=9e3)
        assert place is not None
        box = (place[0] - 7, place[1] - 1.5, place[0] + 7, place[1] + 1.5)
        assert min(box) >= -1e-9
        assert max(box) <= 100 + 1e-9
        assert not any(_overlap(box, other) for other in boxes)
        boxes.append(box)
    assert sum(_overlap(a, b) for a, b in combinations(boxes[30:], 2)) == 0


def test_a_free_point_gets_its_label_at_the_right() -> None:
    place = Placer(100.0, 100.0).put_beside((50.0, 50.0), 1.0, (10.0, 3.0))
    assert place is not None
    assert place[0] > 55.0
    assert place[1] == 50.0


def test_a_label_gives_way_to_a_flow() -> None:
    placer = Placer(100.0, 100.0, crowd_cost=5.0)
    placer.add_lines([np.array([[50.0, 50.0], [95.0, 50.0]])])
    place = placer.put_beside((50.0, 50.0), 1.0, (10.0, 3.0))
    assert place is not None
    crosses = place[0] + 5.0 > 50.0 and abs(place[1] - 50.0) < 1.5
    assert not crosses


def test_covered_length_is_what_lies_inside() -> None:
    placer = Placer(100.0, 100.0, crowd_cost=1.0)
    placer.add_lines([np.array([[0.0, 50.0], [100.0, 50.0]])])
    cost = placer.costs(np.array([[50.0, 50.0], [50.0, 70.0]]), (20.0, 4.0), np.zeros(2))
    np.testing.assert_allclose(cost, [20.0, 0.0], atol=1.0)


def test_nothing_is_placed_where_all_is_taken() -> None:
    placer = Placer(10.0, 10.0)
    placer.block((5.0, 5.0), 10.0, 10.0)
    assert placer.put_beside((5.0, 5.0), 1.0, (4.0, 2.0), limit=9e3) is None


def test_leader_only_where_label_stands_apart() -> None:
    assert leader((0.0, 0.0), 1.0, (6.5, 0.0), (10.0, 3.0)) is None
    line = leader((0.0, 0.0), 1.0, (15.0, 0.0), (10.0, 3.0))
    assert line is not None
    np.testing.assert_allclose(line, [[1.0, 0.0], [10.0, 0.0]])
