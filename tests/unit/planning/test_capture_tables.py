"""Tables of the capture ratio by hand: two blocks, two replicates, discounted money beside plain carbon."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ecopark.planning.optimum.capture_tables import (
    block_losses,
    block_values,
    extra_links,
    lost_links,
    ratio_table,
    reason_values,
    resource_values,
)
from ecopark.planning.optimum.losses import KEYS
from ecopark.planning.optimum.network import OBJECTIVES

DAYS = pd.to_datetime(["1990-01-01", "1995-01-01"])
BLOCKS = pd.DataFrame(
    {
        "start": DAYS,
        "end": pd.to_datetime(["1995-01-01", "2000-01-01"]),
        "years": 5.0,
        "discount": [0.9, 0.5],
    },
    index=pd.DatetimeIndex(DAYS, name="block"),
)


def rows(*told: tuple[int, str, str, float, float, float]) -> pd.DataFrame:
    """Block, giver, taker, quantity, money, carbon."""
    table = pd.DataFrame(told, columns=["at", "from_firm", "to_firm", "quantity", "cost", "carbon"])
    table = table.assign(
        block=DAYS[table["at"].to_numpy(dtype=int)],
        out_port=table["from_firm"] + ".p.ash",
        in_port=table["to_firm"] + ".p.ash",
        resource="ash",
        to_resource="ash",
        pathway="direct",
        unit="t",
        **{name: 0.0 for name in OBJECTIVES if name not in ("cost", "carbon")},
    )
    table["pair"] = table["out_port"] + ">" + table["in_port"]
    return table


def values(links: pd.DataFrame) -> pd.DataFrame:
    return links.groupby("block")[list(OBJECTIVES)].sum().reindex(BLOCKS.index).fillna(0.0)


def totals(links: pd.DataFrame) -> dict[str, float]:
    factor = links["block"].map(BLOCKS["discount"])
    money = ("cost", "social_cost")
    return {name: float((links[name] * (factor if name in money else 1.0)).sum()) for name in OBJECTIVES}


def case(seed: int, lost: float, objective: str = "cost") -> Any:
    """Possible 300 and 400; realised 100 and 400 - `lost`; one exchange beyond the optimum that loses 10."""
    could = rows((0, "a", "b", 10.0, 300.0, 3.0), (1, "a", "b", 10.0, 400.0, 3.0))
    did = rows(
        (0, "a", "b", 4.0, 100.0, 1.0), (1, "a", "b", 8.0, 400.0 - lost, 2.0), (1, "c", "d", 1.0, -10.0, 0.5)
    )  # fmt: skip
    gaps = rows(
        (0, "a", "b", 6.0, 200.0, 2.0), (1, "a", "b", 2.0, lost, 1.0), (1, "c", "d", -1.0, 10.0, -0.5)
    ).assign(reason=["permit", "economics", "beyond the optimum"])  # fmt: skip
    best = totals(could)[objective]
    optimum = SimpleNamespace(
        objective={objective: 1.0}, best=best, bound=1.25 * best, gap=0.25, status="optimal", seconds=1.0,
        values=values(could), totals=totals(could),
    )  # fmt: skip
    realised = SimpleNamespace(values=values(did), totals=totals(did), violation=0.0)
    return SimpleNamespace(
        seed=seed, optimum=optimum, realised=realised, blocks=BLOCKS, possible_links=could, realised_links=did,
        losses=gaps[[*KEYS, "reason", "quantity", *OBJECTIVES]], realised_value=totals(did)[objective],
    )  # fmt: skip


def test_capture_of_the_best_and_of_the_bound() -> None:
    """Possible 300 x 0.9 + 400 x 0.5 = 470; realised 100 x 0.9 + (300 - 10) x 0.5 = 235."""
    table = ratio_table([case(1, 100.0)])
    assert table.loc[0, ["possible", "bound", "realised"]].tolist() == pytest.approx([470.0, 587.5, 235.0])
    assert table.loc[0, ["capture", "capture_of_bound"]].tolist() == pytest.approx([0.5, 0.4])


def test_yearly_amounts_are_not_discounted() -> None:
    table = block_values([case(1, 100.0)])
    assert table["possible"].tolist() == [60.0, 80.0]
    assert table["realised"].tolist() == [20.0, 58.0]
    assert table["capture"].tolist() == pytest.approx([1 / 3, 0.725])


def test_reasons_sum_to_the_possible() -> None:
    table = reason_values([case(1, 100.0)]).set_index("reason")
    assert table["amount"].to_dict() == pytest.approx(
        {"realised": 235.0, "permit": 180.0, "economics": 50.0, "beyond the optimum": 5.0}
    )
    assert table["amount"].sum() == pytest.approx(470.0)
    assert table["share"].sum() == pytest.approx(1.0)
    assert table["money_per_year"].to_dict() == pytest.approx(
        {"realised": 39.0, "permit": 20.0, "economics": 10.0, "beyond the optimum": 1.0}
    )
    assert table.loc["permit", "carbon_per_year"] == pytest.approx(0.2)
    assert table.index[0] == "realised"
    assert table[["low", "high"]].isna().all(axis=None)


def test_reasons_over_replicates_have_intervals() -> None:
    table = reason_values([case(1, 100.0), case(2, 0.0), case(3, 40.0)]).set_index("reason")
    assert table.loc["economics", "amount"] == pytest.approx((50.0 + 0.0 + 20.0) / 3)
    assert table["amount"].sum() == pytest.approx(470.0)
    low, high = table.loc["economics", ["low", "high"]]
    assert 0.0 <= low < 70.0 / 3 / 470.0 < high <= 50.0 / 470.0
    assert table.loc["permit", "low"] == table.loc["permit", "high"] == pytest.approx(180.0 / 470.0)


def test_losses_by_block_sum_to_the_gap() -> None:
    cases = [case(1, 100.0), case(2, 50.0)]
    lost = block_losses(cases).groupby("block")["lost"].sum()
    both = block_values(cases).groupby("block")[["possible", "realised"]].mean()
    assert lost.to_numpy() == pytest.approx((both["possible"] - both["realised"]).to_numpy())


def test_residuals_of_a_carbon_optimum_are_plain_sums() -> None:
    table = resource_values([case(1, 100.0, "carbon")])
    assert table.loc[0, ["possible", "realised"]].tolist() == [6.0, 3.5]
    assert table.loc[0, "capture"] == pytest.approx(3.5 / 6.0)
    assert table.loc[0, ["possible_quantity", "realised_quantity"]].tolist() == pytest.approx([2.0, 1.3])


def test_missing_and_extra_exchanges() -> None:
    found = lost_links([case(1, 100.0)])
    assert found[["from_firm", "to_firm"]].to_numpy().tolist() == [["a", "b"]]
    assert found.loc[0, "lost"] == pytest.approx(230.0)
    assert found.loc[0, "reasons"] == "permit 75 %, economics 25 %"
    assert found.loc[0, ["quantity", "money_per_year", "carbon_per_year"]].tolist() == pytest.approx(
        [0.8, 30.0, 0.3]
    )
    extra = extra_links([case(1, 100.0)])
    assert extra[["from_firm", "to_firm"]].to_numpy().tolist() == [["c", "d"]]
    assert extra.loc[0, ["quantity", "gained", "money_per_year"]].tolist() == pytest.approx([0.1, -5.0, -1.0])


def test_where_nothing_is_possible_there_is_no_share() -> None:
    empty = case(1, 100.0)
    empty.optimum.best = empty.optimum.bound = 0.0
    table = ratio_table([empty])
    assert np.isnan(table.loc[0, "capture"])
    assert np.isnan(table.loc[0, "capture_of_bound"])
