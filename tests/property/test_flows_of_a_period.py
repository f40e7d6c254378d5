"""A period in one compiled call: the kernel's flows, books that are checked, and what moved, added up by numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import kernel_inputs

from ecopark.flows.closure import closes
from ecopark.flows.kernel import Links, Ports, Result, dispatch
from ecopark.flows.period import flow_period

Inputs = tuple[Ports, Links, Any, Any, Any]


def empty(ports: Ports, links: Links, segments: int) -> Result:
    shape = segments, ports.process.size
    return Result(*np.zeros((4, *shape)), np.zeros((segments, links.out_port.size)))


@given(kernel_inputs())
@settings(max_examples=100)
def test_a_period_moves_what_the_kernel_does_and_adds_it_up(inputs: Inputs) -> None:
    ports, links, activity, days, opening = inputs
    plain, before = dispatch(ports, links, activity * 0.5, days, opening.copy()), np.empty_like(opening)
    result, stock = empty(ports, links, days.size), opening.copy()
    promised = np.linspace(0.5, 2.0, links.out_port.size)
    resource = np.arange(ports.process.size)
    closed, moved = flow_period(
        tuple(ports), resource, resource.size, tuple(links), activity, np.full_like(activity, 0.5), days, stock, before,
        tuple(result), promised,
    )  # fmt: skip
    assert closed
    for name, table in plain._asdict().items():
        np.testing.assert_array_equal(getattr(result, name), table, err_msg=name)
    np.testing.assert_array_equal(before, opening)
    np.testing.assert_array_equal(stock, plain.stock[-1])
    worked = links.active.mean(axis=0) * days.sum()
    np.testing.assert_allclose(moved, [plain.sent.sum(axis=0), promised * worked, worked], rtol=1e-12)


@pytest.mark.parametrize("name", Result._fields[1:])
def test_books_that_do_not_close_are_seen(name: str) -> None:
    """One plant that gives half of what it makes to another: a gram more anywhere is found."""
    one, flag = np.ones(2), np.array([True, False])
    plants = np.zeros(2, dtype=np.bool_)
    ports = Ports(
        np.array([0, 1]), flag, ~flag & flag, ~flag & flag, one, one, one, 0 * one, plants, plants, one
    )
    number = np.zeros(1, dtype=np.int64)
    links = Links(number, number + 1, *np.ones((3, 1)), number, np.array([0.5]), np.ones((1, 1)))
    result, stock = empty(ports, links, 1), np.zeros(2)
    resource, opening = np.array([0, 0]), np.empty(2)
    closed, _ = flow_period(
        tuple(ports), resource, 1, tuple(links), np.ones((1, 2)), np.ones((1, 2)), np.array([7.0]), stock,
        opening, tuple(result), np.ones(1),
    )  # fmt: skip
    assert closed
    assert result.sent[0, 0] == 3.5
    getattr(result, name)[0, 0] += 1e-6
    tables = result.amount, result.settled, result.imported, result.stock, result.sent
    gap, largest = np.zeros((1, 2)), np.zeros((1, 1))
    assert not closes(
        ports.is_out, resource, opening, links.out_port, links.in_port, links.keep * links.credit,
        *tables, gap, largest,
    )  # fmt: skip
