"""Every idea that is over says why and when; its stages follow each other; none is both lost and running."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ecopark import Run, Scenario, simulate
from ecopark.agents.idea import ENDS, REASONS, STAGES
from ecopark.scenario.region import RegionPlan, generate_region


@pytest.fixture(scope="module", params=["kalundborg", "region"])
def run(request: pytest.FixtureRequest) -> Run:
    """Kalundborg to 1975, and eighty firms of a region over six years."""
    if request.param == "kalundborg":
        return simulate(Scenario.load("kalundborg", {"time.end": "1975-12"}), 1)
    return simulate(Scenario.from_dict(generate_region(RegionPlan(firms=80, seed=1, years=6)), "region"), 1)


def over(run: Run) -> pd.DataFrame:
    return run.synergies[run.synergies["state"].isin(ENDS)]


def test_every_end_has_a_reason_and_a_date_within_the_run(run: Run) -> None:
    ended = over(run)
    # Otherwise nothing below is tested.
    assert len(ended) >= 10
    assert set(ended["reason"]) <= set(REASONS)
    assert ended["ended"].between(run.flows["start"].min(), run.flows["end"].max()).all()


def test_what_is_not_over_has_neither_reason_nor_end(run: Run) -> None:
    alive = run.synergies.drop(over(run).index)
    assert len(alive)
    assert alive["state"].isin(STAGES).all()
    assert alive["reason"].eq("").all()
    assert alive["ended"].isna().all()


def test_dates_follow_the_order_of_the_stages(run: Run) -> None:
    dates = run.synergies[[*STAGES, "ended"]].to_numpy(dtype="datetime64[s]")
    for row in dates:
        dated = row[~np.isnat(row)]
        assert (np.diff(dated).astype(np.int64) >= 0).all()
    # No stage is dated before one that is not.
    missing = np.isnat(dates[:, : len(STAGES)])
    assert not (missing[:, :-1] & ~missing[:, 1:]).any()
    assert not missing[:, 0].any()


def test_the_state_of_a_living_idea_is_its_last_stage(run: Run) -> None:
    table = run.synergies
    last = table[list(STAGES)].notna().sum(axis=1).map(dict(enumerate(STAGES, start=1)))
    alive = table["state"].isin(STAGES)
    assert (table.loc[alive, "state"] == last[alive]).all()


def test_lost_never_operated_and_other_ends_were_contracts(run: Run) -> None:
    table = run.synergies
    assert table.loc[table["state"] == "lost", "operating"].isna().all()
    assert table.loc[table["state"].isin(["expired", "breached"]), "operating"].notna().all()
    # Nothing moves under a lost idea, nor after the end of an exchange.
    moved = run.flows.loc[run.flows["route"] == "exchange"].groupby("synergy", observed=True)["start"].max()
    assert not set(moved.index) & set(table.loc[table["state"] == "lost", "synergy"])
    ends = table.set_index("synergy")["ended"].reindex(moved.index)
    assert (ends.isna() | (moved < ends)).all()


def test_events_tell_the_same_ends(run: Run) -> None:
    told = run.events[run.events["event"].isin(ENDS)].set_index("synergy")
    ended = over(run).set_index("synergy")
    assert told.index.is_unique
    assert set(told.index) == set(ended.index)
    ended = ended.loc[told.index]
    assert (told["event"] == ended["state"]).all()
    assert (told["detail"] == ended["reason"]).all()
    assert (told["date"] == ended["ended"]).all()
