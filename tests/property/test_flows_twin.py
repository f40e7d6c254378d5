"""The compiled kernel does what its plain twin does, and its books close."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from reference.plain_flows import plain_dispatch
from strategies import kernel_inputs

from ecopark.flows.kernel import Links, Ports, dispatch


@given(kernel_inputs())
@settings(max_examples=300)
def test_kernel_agrees_with_its_plain_twin(inputs: tuple[Ports, Links, Any, Any, Any]) -> None:
    ports, links, activity, days, opening = inputs
    plain = plain_dispatch(ports, links, activity, days, dict(enumerate(opening.tolist())))
    stock = opening.copy()
    result = dispatch(ports, links, activity, days, stock)
    scale = max(1.0, float(result.amount.max()), float(opening.max()))
    for name in ("amount", "settled", "imported", "stock", "sent"):
        table = getattr(result, name)
        expected = np.array([[getattr(part, name)[i] for i in range(table.shape[1])] for part in plain])
        np.testing.assert_allclose(
            table, expected.reshape(table.shape), rtol=1e-12, atol=1e-12 * scale, err_msg=name
        )
    np.testing.assert_array_equal(stock, result.stock[-1])


@given(kernel_inputs())
@settings(max_examples=200)
def test_nothing_is_negative_and_limits_hold(inputs: tuple[Ports, Links, Any, Any, Any]) -> None:
    ports, links, activity, days, opening = inputs
    result = dispatch(ports, links, activity, days, opening.copy())
    for name, table in result._asdict().items():
        assert table.min(initial=0.0) >= 0.0, name
    most = links.capacity * links.active * days[:, None]
    assert np.all(result.sent <= most * (1 + 1e-12))
    delivered = result.sent * links.keep * links.credit
    for i in np.flatnonzero(~ports.is_out & ~ports.is_feed):
        served = delivered[:, links.in_port == i].sum(axis=1)
        assert np.all(served <= ports.max_share[i] * result.amount[:, i] + 1e-9)
        for blend in np.unique(links.blend[links.in_port == i]):
            mine = links.blend == blend
            limit = float(links.max_share[mine][0])
            assert np.all(delivered[:, mine].sum(axis=1) <= limit * result.amount[:, i] + 1e-9)
    assert np.all(result.stock[:, ports.is_out] <= ports.storage[ports.is_out])


@given(kernel_inputs())
@settings(max_examples=100)
def test_segments_in_one_call_are_the_same_as_one_call_each(
    inputs: tuple[Ports, Links, Any, Any, Any],
) -> None:
    ports, links, activity, days, opening = inputs
    whole = dispatch(ports, links, activity, days, opening.copy())
    stock = opening.copy()
    for s in range(days.size):
        part = dispatch(
            ports, links._replace(active=links.active[s : s + 1]), activity[s : s + 1], days[s : s + 1], stock
        )
        for name in whole._fields:
            np.testing.assert_array_equal(getattr(part, name)[0], getattr(whole, name)[s], err_msg=name)
