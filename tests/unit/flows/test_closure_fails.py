"""The check of the books must fail, and name the place, whatever is wrong with a result."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from small_parks import firm, scenario

from ecopark.calendar import Calendar
from ecopark.errors import BalanceError
from ecopark.flows.closure import check_closure
from ecopark.flows.columns import Columns, compile_columns
from ecopark.flows.kernel import Links, Ports, Result, dispatch

CALENDAR = Calendar(date(1990, 1, 1), date(1990, 4, 1), "month", "month")
# Ports in the order of the columns.
FEED, CLEAN, CLAY, ASH = range(4)


@pytest.fixture
def sound() -> tuple[Columns, Links, Result]:
    """A park of a plant, a kiln and a basin over three months, its books in order."""
    firms = {
        "basin": firm(
            drive="feed",
            capacity="10 m3/day",
            activity_unit="m3",
            inputs={
                "raw": {"resource": "water", "coefficient": "1 m3/m3", "feed": True, "import": "5 m3/day"}
            },
            outputs={
                "clean": {"resource": "water", "coefficient": "1 m3/m3", "grade": "3", "on_demand": True}
            },
        ),
        "kiln": firm(inputs={"clay": {"resource": "clay", "coefficient": "0.5"}}),
        "plant": firm(outputs={"ash": {"resource": "ash", "coefficient": "0.1", "storage": "20 t"}}),
    }
    table = compile_columns(scenario(firms).park, CALENDAR)
    assert [name.split(".")[-1] for name in table.ports] == ["raw", "clean", "clay", "ash"]
    static = Ports(
        table.port_process, table.is_out, table.is_feed, table.on_demand, table.max_share, table.storage,
        table.coefficient[0], table.imported[0], table.process_is_feed, table.process_is_pull, table.process_buffer,
    )  # fmt: skip
    one = np.ones(1)
    wires = Links(
        np.array([ASH]),
        np.array([CLAY]),
        0.9 * one,
        0.8 * one,
        one,
        np.zeros(1, dtype=np.int64),
        4.0 * one,
        np.ones((3, 1)),
    )
    flows = dispatch(static, wires, table.potential, CALENDAR.segment_days, np.zeros(4))
    check_closure(table, CALENDAR, 0, np.zeros(4), wires, flows)
    return table, wires, flows


@pytest.mark.parametrize(
    ("field", "segment", "column", "by", "names"),
    [
        ("amount", 1, CLAY, +1.0, ["1990-02-01", "firm kiln", "kiln.main.in.clay", "resource clay"]),
        ("amount", 0, ASH, -1.0, ["1990-01-01", "firm plant", "plant.main.out.ash", "resource ash"]),
        ("amount", 2, FEED, +0.5, ["1990-03-01", "firm basin", "basin.main.in.raw", "resource water"]),
        ("settled", 2, ASH, +1e-3, ["1990-03-01", "firm plant", "plant.main.out.ash", "resource ash"]),
        ("settled", 1, CLAY, -1e-3, ["1990-02-01", "firm kiln", "kiln.main.in.clay", "resource clay"]),
        ("imported", 0, FEED, -1.0, ["1990-01-01", "firm basin", "basin.main.in.raw", "resource water"]),
        ("stock", 0, ASH, +1.0, ["firm plant", "plant.main.out.ash", "resource ash"]),
        ("stock", 2, FEED, -1.0, ["1990-03-01", "firm basin", "basin.main.in.raw", "resource water"]),
        ("sent", 1, 0, +1.0, ["1990-02-01"]),
        ("amount", 1, CLAY, float("nan"), ["1990-02-01", "firm kiln", "resource clay"]),
        ("settled", 0, CLEAN, +2.0, ["1990-01-01", "firm basin", "basin.main.out.clean", "resource water"]),
    ],
)
def test_a_wrong_flow_is_named(
    sound: tuple[Columns, Links, Result], field: str, segment: int, column: int, by: float, names: list[str]
) -> None:
    table, wires, flows = sound
    getattr(flows, field)[segment, column] += by
    with pytest.raises(BalanceError, match="books do not close") as caught:
        check_closure(table, CALENDAR, 0, np.zeros(4), wires, flows)
    assert [name for name in names if name not in str(caught.value)] == []


def test_a_wrong_opening_stock_is_named(sound: tuple[Columns, Links, Result]) -> None:
    table, wires, flows = sound
    with pytest.raises(
        BalanceError, match=r"1990-01-01: firm plant, stream plant\.main\.out\.ash, resource ash"
    ):
        check_closure(table, CALENDAR, 0, np.array([0.0, 0.0, 0.0, 3.0]), wires, flows)


def test_the_date_counts_from_the_first_segment(sound: tuple[Columns, Links, Result]) -> None:
    table, wires, flows = sound
    late = Result(*(part[:1].copy() for part in flows))
    late.settled[0, ASH] += 1.0
    with pytest.raises(BalanceError, match="1990-03-01"):
        check_closure(table, CALENDAR, 2, np.zeros(4), wires._replace(active=wires.active[:1]), late)


@pytest.mark.parametrize("field", ["amount", "settled", "stock", "imported"])
def test_a_negative_flow_is_named_even_where_sums_close(
    sound: tuple[Columns, Links, Result], field: str
) -> None:
    table, wires, flows = sound
    # Two wrongs that cancel: the books of the port add up, but one quantity is below zero.
    port, other = {
        "amount": (CLAY, "settled"),
        "settled": (CLAY, "amount"),
        "stock": (FEED, "imported"),
        "imported": (FEED, "stock"),
    }[field]
    shift = -(float(getattr(flows, field)[2, port]) + 1.0)
    getattr(flows, field)[2, port] += shift
    getattr(flows, other)[2, port] += shift
    with pytest.raises(BalanceError, match=f"1990-03-01.*stream {table.ports[port]}"):
        check_closure(table, CALENDAR, 0, np.zeros(4), wires, flows)


def test_a_negative_exchange_is_named_even_where_sums_close(sound: tuple[Columns, Links, Result]) -> None:
    table, wires, flows = sound
    shift = -(float(flows.sent[1, 0]) + 1.0)
    flows.sent[1, 0] += shift
    flows.settled[1, ASH] -= shift
    flows.settled[1, CLAY] -= shift * 0.9 * 0.8
    with pytest.raises(BalanceError, match="1990-02-01: firm plant"):
        check_closure(table, CALENDAR, 0, np.zeros(4), wires, flows)


def test_rounding_is_no_error(sound: tuple[Columns, Links, Result]) -> None:
    table, wires, flows = sound
    flows.amount[1, CLAY] *= 1.0 + 1e-12
    check_closure(table, CALENDAR, 0, np.zeros(4), wires, flows)
