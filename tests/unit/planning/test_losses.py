"""Why the possible is not realised, by hand: days, crowding, other means, and sums that close."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ecopark.errors import DomainError
from ecopark.planning.optimum.losses import KEYS, explain_losses, pair_of_idea, tell_days

START, END = pd.Timestamp("1990-01-01"), pd.Timestamp("1990-12-31")  # 364 days
BLOCKS = pd.DataFrame({"start": [START], "end": [END]}, index=[0])


def network(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    """Links of block 0: out-port, in-port, quantity, money; one unit sent serves one unit of need."""
    table = pd.DataFrame(rows, columns=["out_port", "in_port", "quantity", "money"])
    return table.assign(
        block=0,
        pair=[f"{a}>{b}" for a, b, *_ in rows],
        from_firm=[a.split(".")[0] for a, *_ in rows],
        to_firm=[b.split(".")[0] for _, b, *_ in rows],
        resource="ash",
        to_resource="ash",
        pathway="direct",
        served=table["quantity"],
    )


def ideas(*rows: tuple[str, str, str | None, str | None, str, str]) -> pd.DataFrame:
    """Ideas: pair and attempt, dates identified, operating and ended, state, reason."""
    names = ["synergy", "identified", "operating", "ended", "state", "reason"]
    table = pd.DataFrame(rows, columns=names)
    for name in names[1:4]:
        table[name] = pd.to_datetime(table[name])
    return table


def reasons(table: pd.DataFrame, value: str = "money") -> dict[str, float]:
    return {str(reason): float(amount) for reason, amount in table.groupby("reason")[value].sum().items()}


NOBODY = ideas()


def test_a_pair_never_noticed_is_lost_for_that() -> None:
    lost = explain_losses(network(("a.p.x", "b.p.x", 10.0, 50.0)), network(), NOBODY, BLOCKS, ["money"])
    assert reasons(lost) == {"not noticed": 50.0}
    assert lost["quantity"].sum() == 10.0


def test_days_are_told_one_by_one() -> None:
    story = ideas(
        ("a.p.x>b.p.x#1", "1990-01-11", None, "1990-01-31", "lost", "permit"),
        ("a.p.x>b.p.x#2", "1990-03-02", "1990-04-01", "1990-10-08", "expired", ""),
    )
    days = tell_days(story, START, END)
    # 10 days unknown; 20 + 30 thought of; 30 lost for the permit; 190 in operation; 84 after it expired.
    assert days == {
        "not noticed": 10.0, "in the pipeline": 50.0, "permit": 30.0, "operating": 190.0, "expired": 84.0,
    }  # fmt: skip
    assert sum(days.values()) == 364.0


def test_a_late_start_is_split_by_days() -> None:
    """Half the year lost: 91 days unknown, 91 in the pipeline; the rest of the flow is there."""
    story = ideas(("a.p.x>b.p.x#1", "1990-04-02", "1990-07-02", None, "operating", ""))
    possible, realised = network(("a.p.x", "b.p.x", 10.0, 60.0)), network(("a.p.x", "b.p.x", 5.0, 20.0))
    lost = explain_losses(possible, realised, story, BLOCKS, ["money"])
    assert reasons(lost) == pytest.approx({"not noticed": 20.0, "in the pipeline": 20.0})


def test_what_is_short_while_operating_is_volume() -> None:
    """Operating for three quarters of the year but at a quarter of the volume: a third is time, the rest volume."""
    story = ideas(("a.p.x>b.p.x#1", "1989-01-01", "1990-04-02", None, "operating", ""))
    possible, realised = network(("a.p.x", "b.p.x", 8.0, 80.0)), network(("a.p.x", "b.p.x", 2.0, 20.0))
    lost = explain_losses(possible, realised, story, BLOCKS, ["money"])
    assert reasons(lost) == pytest.approx({"in the pipeline": 20.0, "less volume": 40.0})


def test_a_residual_that_went_elsewhere() -> None:
    """Of 10 t that should go to b, c takes 4 for less money: their loss is 4/10 x 100 less what c paid."""
    possible = network(("a.p.x", "b.p.x", 10.0, 100.0))
    realised = network(("a.p.x", "c.p.x", 4.0, 12.0))
    story = ideas(("a.p.x>b.p.x#1", "1980-01-01", None, "1981-01-01", "lost", "economics"))
    lost = explain_losses(possible, realised, story, BLOCKS, ["money"])
    assert reasons(lost) == pytest.approx({"crowded out": 40.0 - 12.0, "economics": 60.0})


def test_a_need_that_was_served_by_another() -> None:
    """The need is what is fought for: it counts in units of need, of which one of c's residual serves two."""
    possible = network(("a.p.x", "n.p.x", 10.0, 100.0))
    realised = network(("c.p.x", "n.p.x", 5.0, 30.0)).assign(served=10.0)
    lost = explain_losses(possible, realised, NOBODY, BLOCKS, ["money"])
    assert reasons(lost) == pytest.approx({"crowded out": 70.0})


def test_nobody_is_crowded_out_where_enough_is_left() -> None:
    """Of 13 t the run moves 4 t elsewhere: 9 t are left, so 1 t of the 10 t was crowded out."""
    there = {"supply": 13.0, "need": np.nan}
    possible = network(("a.p.x", "b.p.x", 10.0, 100.0)).assign(**there)
    realised = network(("a.p.x", "c.p.x", 4.0, 12.0)).assign(**there)
    lost = explain_losses(possible, realised, NOBODY, BLOCKS, ["money"])
    assert reasons(lost) == pytest.approx({"crowded out": 10.0 - 12.0, "not noticed": 90.0})


def test_where_supply_has_no_end_others_are_beyond_the_optimum() -> None:
    there = {"supply": np.inf, "need": 50.0}
    possible = network(("a.p.x", "b.p.x", 10.0, 100.0)).assign(**there)
    realised = network(("a.p.x", "c.p.x", 4.0, 12.0)).assign(**there)
    lost = explain_losses(possible, realised, NOBODY, BLOCKS, ["money"])
    assert reasons(lost) == pytest.approx({"beyond the optimum": -12.0, "not noticed": 100.0})


def test_more_than_the_optimum_in_nobodys_way() -> None:
    possible = network(("a.p.x", "b.p.x", 10.0, 100.0))
    realised = network(("a.p.x", "b.p.x", 10.0, 100.0), ("d.p.x", "e.p.x", 1.0, -7.0))
    lost = explain_losses(possible, realised, NOBODY, BLOCKS, ["money"])
    assert reasons(lost) == {"beyond the optimum": 7.0}


def test_equal_flows_by_dearer_means() -> None:
    possible, realised = network(("a.p.x", "b.p.x", 10.0, 100.0)), network(("a.p.x", "b.p.x", 10.0, 90.0))
    lost = explain_losses(possible, realised, NOBODY, BLOCKS, ["money"])
    assert reasons(lost) == {"other means": 10.0}


def test_time_before_a_plant_opens_is_nobodys_fault() -> None:
    story = ideas(("a.p.x>b.p.x#1", "1990-10-01", None, "1990-11-30", "lost", "distance"))
    opened = {"opens": pd.Timestamp("1990-10-01"), "closes": pd.NaT}
    possible = network(("a.p.x", "b.p.x", 10.0, 91.0)).assign(**opened)
    lost = explain_losses(possible, network().assign(**opened), story, BLOCKS, ["money"])
    assert reasons(lost) == pytest.approx({"in the pipeline": 60.0, "distance": 31.0})


def test_two_attempts_are_one_pair() -> None:
    found = pair_of_idea(pd.Series(["a.p.x>b.p.y#12:x_to_y", "a.p.x>b.p.y#1:x_to_y", "a.p.x>b.p.x#3"]))
    assert found.tolist() == ["a.p.x>b.p.y:x_to_y", "a.p.x>b.p.y:x_to_y", "a.p.x>b.p.x"]


def test_equal_networks_lose_nothing() -> None:
    same = network(("a.p.x", "b.p.x", 10.0, 100.0))
    assert explain_losses(same, same, NOBODY, BLOCKS, ["money"]).empty
    assert explain_losses(network(), network(), NOBODY, BLOCKS, ["money"]).empty


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DomainError, match="the realised network lacks the columns served"):
        explain_losses(network(), network().drop(columns="served"), NOBODY, BLOCKS, ["money"])


@pytest.mark.parametrize("seed", range(20))
def test_losses_sum_to_the_gap_of_every_block(seed: int) -> None:
    """Whatever the two networks and stories: by block, and for every value at once."""
    rng = np.random.default_rng(seed)
    blocks = pd.DataFrame({"start": [START, END], "end": [END, pd.Timestamp("1992-01-01")]}, index=[0, 1])

    def some() -> pd.DataFrame:
        rows = [
            (f"f{a}.p.x", f"g{b}.p.x", rng.random(), rng.normal())
            for a in range(4) for b in range(4) if rng.random() < 0.5
        ]  # fmt: skip
        parts = [network(*rows).assign(block=block) for block in (0, 1)]
        table = pd.concat(parts, ignore_index=True)
        return table.assign(
            served=table["quantity"] * rng.random(len(table)), carbon=rng.normal(size=len(table))
        )

    days = pd.date_range("1989-06-01", "1991-12-01", periods=60).strftime("%Y-%m-%d").to_numpy()
    story = []
    for number in range(12):
        first, second, third = sorted(rng.choice(60, 3, replace=False))
        runs = bool(rng.random() < 0.5)
        story.append(
            (f"f{number % 4}.p.x>g{number // 4}.p.x#1", days[first], days[second] if runs else None, days[third],
             "expired" if runs else "lost", "" if runs else "quality")
        )  # fmt: skip
    possible, realised = some(), some()
    lost = explain_losses(possible, realised, ideas(*story), blocks, ["money", "carbon"])
    for value in ("money", "carbon", "quantity"):
        gap = possible.groupby("block")[value].sum() - realised.groupby("block")[value].sum()
        assert lost.groupby("block")[value].sum().to_numpy() == pytest.approx(gap.to_numpy(), abs=1e-12)
    assert set(lost.columns) == {*KEYS, "reason", "quantity", "money", "carbon"}
