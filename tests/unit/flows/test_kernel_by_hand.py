"""Segments worked through by hand; the arithmetic stands beside each number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ecopark.flows.kernel import Links, Ports, Result, dispatch


def ports(processes: list[dict[str, Any]], *rows: dict[str, Any]) -> Ports:
    """Ports written one by one; what is not said is the plainest thing."""

    def column(name: str, otherwise: Any, kind: type) -> Any:
        return np.array([row.get(name, otherwise) for row in rows], dtype=kind)

    def of_process(name: str, otherwise: Any, kind: type) -> Any:
        return np.array([process.get(name, otherwise) for process in processes], dtype=kind)

    return Ports(
        process=column("process", 0, np.int64),
        is_out=column("out", False, bool),
        is_feed=column("feed", False, bool),
        on_demand=column("on_demand", False, bool),
        max_share=column("max_share", 1.0, float),
        storage=column("storage", 0.0, float),
        coefficient=column("coefficient", 1.0, float),
        imported=column("imported", 0.0, float),
        process_is_feed=of_process("feed", False, bool),
        process_is_pull=of_process("pull", False, bool),
        process_buffer=of_process("buffer", 0.0, float),
    )


def links(segments: int, *rows: dict[str, Any]) -> Links:
    """Links written one by one, in the order of service."""

    def column(name: str, otherwise: Any, kind: type) -> Any:
        return np.array([row.get(name, otherwise) for row in rows], dtype=kind)

    active = np.array([np.broadcast_to(row.get("active", 1.0), segments) for row in rows], dtype=float)
    return Links(
        out_port=column("out", 0, np.int64),
        in_port=column("into", 1, np.int64),
        keep=column("keep", 1.0, float),
        credit=column("credit", 1.0, float),
        max_share=column("max_share", 1.0, float),
        blend=np.array([row.get("blend", j) for j, row in enumerate(rows)], dtype=np.int64),
        capacity=column("capacity", 1e9, float),
        active=active.reshape(len(rows), segments).T.copy(),
    )


def run(
    some: Ports, wires: Links, rates: list[float], days: list[float], stock: list[float] | None = None
) -> Result:
    opening = np.array(stock if stock is not None else [0.0] * len(some.process))
    return dispatch(
        some, wires, np.tile(np.array(rates, dtype=float), (len(days), 1)), np.array(days), opening
    )


GIVER = {"out": True, "process": 0}
TAKER = {"process": 1}


def test_one_exchange_with_loss_and_credit() -> None:
    # Supply 10 x 7 = 70; need 8 x 7 = 56. One sent unit replaces 0.9 x 0.5 = 0.45 units of need,
    # so 56 / 0.45 = 124.4 units are wanted and 70 sent: 31.5 of the need, 24.5 bought.
    flows = run(ports([{}, {}], GIVER, TAKER), links(1, {"keep": 0.9, "credit": 0.5}), [10, 8], [7])
    np.testing.assert_allclose(flows.sent, [[70.0]])
    np.testing.assert_allclose(flows.amount, [[70.0, 56.0]])
    np.testing.assert_allclose(flows.settled, [[0.0, 24.5]])


def test_capacity_counts_only_the_time_a_link_works() -> None:
    # 6 units a day x 7 days x half the time = 21; the rest of 70 is disposed of.
    flows = run(ports([{}, {}], GIVER, TAKER), links(1, {"capacity": 6.0, "active": 0.5}), [10, 8], [7])
    np.testing.assert_allclose(flows.sent, [[21.0]])
    np.testing.assert_allclose(flows.settled, [[49.0, 35.0]])


def test_earlier_links_are_served_first() -> None:
    # 70 of supply: the senior taker needs 56, the junior gets the 14 left of its 28.
    three = ports([{}, {}, {}], GIVER, TAKER, {"process": 2})
    flows = run(three, links(1, {"into": 1}, {"into": 2}), [10, 8, 4], [7])
    np.testing.assert_allclose(flows.sent, [[56.0, 14.0]])
    flows = run(three, links(1, {"into": 2}, {"into": 1}), [10, 8, 4], [7])
    np.testing.assert_allclose(flows.sent, [[28.0, 42.0]])


@pytest.mark.parametrize(
    ("port_share", "path_shares", "blends", "sent"),
    [
        (1.0, (0.4, 0.4), (0, 0), [40.0, 0.0]),  # one pathway: 40 % of 100 for both together
        (1.0, (0.4, 0.4), (0, 1), [40.0, 40.0]),  # two pathways: 40 % each
        (0.5, (0.4, 0.4), (0, 1), [40.0, 10.0]),  # the port takes no more than half from residuals
        (0.3, (1.0, 1.0), (0, 0), [30.0, 0.0]),
    ],
)
def test_blending_limits_are_shared(
    port_share: float, path_shares: tuple[float, float], blends: tuple[int, int], sent: list[float]
) -> None:
    park = ports([{}, {}, {}], GIVER, {"out": True, "process": 1}, {"process": 2, "max_share": port_share})
    wires = links(
        1,
        {"out": 0, "into": 2, "max_share": path_shares[0], "blend": blends[0]},
        {"out": 1, "into": 2, "max_share": path_shares[1], "blend": blends[1]},
    )
    flows = run(park, wires, [90, 90, 100], [1])
    np.testing.assert_allclose(flows.sent, [sent])
    np.testing.assert_allclose(flows.settled[0, 2], 100.0 - sum(sent))


def test_store_holds_over_from_one_segment_to_the_next() -> None:
    # Supply 70 a segment, the link carries 35. Segment 1: 35 left, 30 stored, 5 disposed of.
    # Segment 2: 70 + 30 - 35 = 65 left, 30 stored, 35 disposed of. Segment 3, link down: 100 left,
    # 30 stay, 70 are disposed of.
    some = ports([{}, {}], GIVER | {"storage": 30.0}, TAKER)
    flows = run(some, links(3, {"capacity": 5.0, "active": [1.0, 1.0, 0.0]}), [10, 8], [7, 7, 7])
    np.testing.assert_allclose(flows.sent[:, 0], [35.0, 35.0, 0.0])
    np.testing.assert_allclose(flows.stock[:, 0], [30.0, 30.0, 30.0])
    np.testing.assert_allclose(flows.settled[:, 0], [5.0, 35.0, 70.0])


def test_store_is_cleared_when_nobody_takes_any_more() -> None:
    flows = run(ports([{}, {}], GIVER | {"storage": 30.0}, TAKER), links(1), [10, 8], [7], stock=[30.0, 0.0])
    np.testing.assert_allclose([flows.settled[0, 0], flows.stock[0, 0]], [100.0, 0.0])


def test_what_is_made_on_demand_is_never_disposed_of() -> None:
    some = ports([{}, {}], GIVER | {"on_demand": True}, TAKER)
    flows = run(some, links(1, {}), [10, 8], [7])
    np.testing.assert_allclose([flows.amount[0, 0], flows.settled[0, 0]], [56.0, 0.0])


def test_works_that_push_through_three_segments() -> None:
    """20 t a day of sludge to a works of 5 a day (2 t of sludge each), 14 days of buffer."""
    some = ports(
        [{}, {"feed": True, "buffer": 14.0}],
        GIVER,
        {"process": 1, "feed": True, "coefficient": 2.0},
        {"process": 1, "out": True, "coefficient": 0.5},
    )
    flows = run(some, links(3, {"keep": 0.9}), [20, 5], [7, 7, 7])
    # 1: room 5 x 14 = 70 runs = 140 t; all 140 t sent, 126 t arrive, nothing worked off yet.
    # 2: holds 63 runs, can do 35: uses 70 t, makes 17.5. Room 70 + 35 - 63 = 42 runs = 84 t, so
    #    84 / 0.9 = 93.33 t sent; 126 - 70 + 84 = 140 t held.
    # 3: holds 70 runs, does 35. Room 70 + 35 - 70 = 35 runs = 70 t, 77.78 t sent; 140 t held.
    np.testing.assert_allclose(flows.sent[:, 0], [140.0, 84.0 / 0.9, 70.0 / 0.9])
    np.testing.assert_allclose(flows.settled[:, 0], [0.0, 140.0 - 84.0 / 0.9, 140.0 - 70.0 / 0.9])
    np.testing.assert_allclose(flows.amount[:, 1], [0.0, 70.0, 70.0])
    np.testing.assert_allclose(flows.stock[:, 1], [126.0, 140.0, 140.0])
    np.testing.assert_allclose(flows.amount[:, 2], [0.0, 17.5, 17.5])
    np.testing.assert_allclose(flows.settled[:, 2], [0.0, 17.5, 17.5])


def test_basin_that_waits_for_customers_through_three_segments() -> None:
    """A lake fills a waterworks of 10 m3 a day, which loses a tenth; its customer needs 8 a day."""
    some = ports(
        [{}, {"feed": True, "pull": True, "buffer": 7.0}, {}],
        GIVER | {"on_demand": True},
        {"process": 1, "feed": True},
        {"process": 1, "out": True, "on_demand": True, "coefficient": 0.9},
        {"process": 1, "coefficient": 0.1},
        {"process": 2},
    )
    flows = run(some, links(3, {"out": 0, "into": 1}, {"out": 2, "into": 4}), [100, 10, 8], [7, 7, 7])
    # 1: empty, so the customer buys 56; the lake fills 70.
    # 2: gives 56, which takes 56 / 0.9 = 62.22 from the basin; takes in 70: 77.78 held.
    # 3: takes in what its buffer of 70 and the throughput of 70 allow: 140 - 77.78 = 62.22.
    drawn = 56.0 / 0.9
    np.testing.assert_allclose(flows.sent[:, 0], [70.0, 70.0, 140.0 - (140.0 - drawn)])
    np.testing.assert_allclose(flows.sent[:, 1], [0.0, 56.0, 56.0])
    np.testing.assert_allclose(flows.settled[:, 4], [56.0, 0.0, 0.0])
    np.testing.assert_allclose(flows.amount[:, 1], [0.0, drawn, drawn])
    np.testing.assert_allclose(flows.stock[:, 1], [70.0, 140.0 - drawn, 140.0 - drawn])
    np.testing.assert_allclose(flows.amount[:, 2], [0.0, 56.0, 56.0])
    # Its chemicals follow what was drawn, not what could have been.
    np.testing.assert_allclose(flows.settled[:, 3], [0.0, 0.1 * drawn, 0.1 * drawn])


def test_import_fills_only_the_room_that_partners_leave() -> None:
    # Room 10 x 7 = 70: 42 come from the partner, 28 of the 35 that could be imported fit.
    some = ports(
        [{}, {"feed": True}],
        GIVER,
        {"process": 1, "feed": True, "imported": 5.0},
        {"process": 1, "out": True},
    )
    flows = run(some, links(1, {}), [6, 10], [7])
    np.testing.assert_allclose(
        [flows.sent[0, 0], flows.imported[0, 1], flows.stock[0, 1]], [42.0, 28.0, 70.0]
    )


def test_two_feeds_are_worked_off_in_proportion() -> None:
    # 30 t (coefficient 1) and 40 t (coefficient 2) allow 30 + 20 = 50 runs; 25 are done: half of each.
    some = ports(
        [{"feed": True, "buffer": 99.0}],
        {"feed": True},
        {"feed": True, "coefficient": 2.0},
        {"out": True, "coefficient": 3.0},
    )
    flows = run(some, links(1), [25], [1], stock=[30.0, 40.0, 0.0])
    np.testing.assert_allclose(flows.amount, [[15.0, 20.0, 75.0]])
    np.testing.assert_allclose(flows.stock, [[15.0, 20.0, 0.0]])
