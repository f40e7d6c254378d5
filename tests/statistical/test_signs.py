"""The signs of the levers, in one table: what a policy, a place or a habit must not do.

Each lever is turned in paired runs: same seeds, same luck. What is asserted is stated by its
strength: ``each`` means in no single pair the other way; ``mean`` means that the mean difference
goes the stated way beyond what chance would do (one-sided paired t-test at 1 %), which is all that
can be asked of an effect that luck may turn in a single run. Every lever must also move something.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from small_parks import RESOURCES, TRANSPORT, Raw, build, firm

from ecopark import Run, Scenario, simulate

SEEDS = tuple(range(1, 21))
Change = Callable[[Raw], None]


def _base() -> Raw:
    """Twelve firms over ten years, at the edge of what pays, with permits, queues and chance."""
    chance = np.random.default_rng(42)
    firms: Raw = {}
    for k in range(6):
        place = tuple(float(x) for x in chance.uniform(0, 60_000, 2).round())
        firms[f"giver_{k}"] = firm(
            place, capacity=f"{chance.uniform(50, 150):.1f} t/day",
            outputs={"ash": {"resource": "ash", "coefficient": "0.2"}},
        )  # fmt: skip
        place = tuple(float(x) for x in chance.uniform(0, 60_000, 2).round())
        firms[f"taker_{k}"] = firm(
            place, capacity=f"{chance.uniform(50, 150):.1f} t/day",
            inputs={"clay": {"resource": "clay", "coefficient": "0.5"}},
        )  # fmt: skip
    ash = RESOURCES["ash"] | {"hazard": "low", "disposal": {"route": "landfill", "fee": "4 DKK/t"}}
    clay = RESOURCES["clay"] | {"virgin": {"price": "22 DKK/t"}}
    return build(
        firms,
        time={"end": "1999-12", "segment": "month"},
        resources={"ash": ash, "clay": clay},
        transport={"lorry": TRANSPORT["lorry"] | {"variable": "0.6 DKK/t/km", "lead_time": "60 d"}},
        pathways={"mix": {"giver": "ash", "taker": "clay", "max_share": "0.4", "lead_time": "90 d"}},
        agents={
            "discovery": {"base": "15 %/yr"},
            "negotiation": {"screening": "60 d"},
            "contracts": {"transaction_cost": "5000 DKK"},
            "regulator": {"officers": 2, "refusal": {"low": "0.1"}},
        },
    )


def _set(path: str, value: Any) -> Change:
    def change(raw: Raw) -> None:
        *blocks, last = path.split(".")
        place = raw
        for block in blocks:
            place = place.setdefault(block, {})
        place[last] = value

    return change


def _spread(by: float) -> Change:
    def change(raw: Raw) -> None:
        for spec in raw["firms"].values():
            spec["site"] = [by * x for x in spec["site"]]

    return change


def _behave(**habits: Any) -> Change:
    def change(raw: Raw) -> None:
        for spec in raw["firms"].values():
            spec["behaviour"] = habits

    return change


def diverted(run: Run) -> float:
    """Tonnes kept from landfill."""
    moved = run.flows[run.flows["route"].isin(["exchange", "loss"]) & (run.flows["resource"] == "ash")]
    return float(moved["quantity"].sum())


def links(run: Run) -> float:
    """Exchanges that ever operated."""
    return float(run.synergies["operating"].notna().sum())


def refused(run: Run) -> float:
    """Ideas refused a permit."""
    return float((run.synergies["reason"] == "permit").sum())


def start(run: Run) -> float:
    """Mean day on which exchanges began, over all ideas of the first attempt; never counts as the end."""
    begun = run.synergies["operating"].fillna(run.flows["end"].max())
    return float((begun - run.flows["start"].min()).dt.days.mean())


def noticed(run: Run) -> float:
    """Ideas identified."""
    return float(len(run.synergies))


# lever, measure, sign of the effect, strength of the claim
LEVERS: dict[str, tuple[Change, Callable[[Run], float], int, str]] = {
    "higher landfill tax diverts more": (_set("policy.landfill_tax", "15 DKK/t"), diverted, +1, "mean"),
    "a ban diverts more": (
        _set("policy.bans", [{"route": "landfill", "resource": "ash", "from": "1990-01", "penalty": "80 DKK/t"}]),
        diverted, +1, "mean",
    ),
    "greater distance makes fewer links": (_spread(1.6), links, -1, "mean"),
    "dearer haulage diverts less": (_set("transport.lorry.variable", "1.2 DKK/t/km"), diverted, -1, "mean"),
    "cheaper virgin supply diverts less": (_set("resources.clay.virgin", {"price": "9 DKK/t"}), diverted, -1, "mean"),
    "all permits refused leaves no link": (_set("agents.regulator.refusal", {"low": "1"}), links, -1, "each"),
    "no refusal leaves none refused": (_set("agents.regulator.refusal", {"low": "0"}), refused, -1, "each"),
    "more refusals refuse more": (_set("agents.regulator.refusal", {"low": "0.5"}), refused, +1, "mean"),
    "slow permits delay": (_set("agents.regulator.permit_time", {"low": "1500 d"}), start, +1, "mean"),
    "a facilitator makes more be noticed": (
        _set("agents.facilitator", {"from": "1990-01", "information": "4"}), noticed, +1, "mean",
    ),
    "closed minds notice less": (_behave(openness="0.05"), noticed, -1, "mean"),
    "costly agreements make fewer links": (_set("agents.contracts.transaction_cost", "200 kDKK"), links, -1, "mean"),
    "fear of risk makes fewer links": (_behave(risk_aversion="3"), links, -1, "mean"),
    "a tighter blending limit diverts less": (_set("pathways.mix.max_share", "0.05"), diverted, -1, "mean"),
}  # fmt: skip


@cache
def _reference(seed: int) -> Run:
    return simulate(Scenario.from_dict(_base()), seed)


@pytest.mark.slow
@pytest.mark.parametrize("lever", LEVERS)
def test_sign(lever: str) -> None:
    change, measure, sign, strength = LEVERS[lever]
    raw = copy.deepcopy(_base())
    change(raw)
    turned = Scenario.from_dict(raw)
    effects = np.array(
        [sign * (measure(simulate(turned, seed)) - measure(_reference(seed))) for seed in SEEDS]
    )
    assert effects.any(), "the lever moves nothing here, so the test could not fail"
    if strength == "each":
        assert effects.min() >= 0.0, effects
        return
    error = float(effects.std(ddof=1)) / math.sqrt(effects.size)
    # 2.539 is the 99th percentile of Student's t with 19 degrees of freedom.
    assert float(effects.mean()) > 2.539 * error, effects


def _isolated() -> Raw:
    """Ten pairs out of each other's reach, 5 to 95 km apart: who could deal with whom is no question."""
    raw = _base()
    firms: Raw = {}
    for k in range(10):
        firms[f"giver_{k}"] = firm((3e6 * k, 0), outputs={"ash": {"resource": "ash", "coefficient": "0.2"}})
        firms[f"taker_{k}"] = firm(
            (3e6 * k + 5_000 + 10_000 * k, 0), inputs={"clay": {"resource": "clay", "coefficient": "0.5"}}
        )
    # Under Nash a negotiation takes one round whatever is at stake, so dates depend on luck alone.
    agents = raw["agents"] | {"discovery": {"base": "100 %/yr"}, "negotiation": {"protocol": "nash"}}
    return raw | {"firms": firms, "agents": agents, "time": raw["time"] | {"end": "1994-12"}}


@pytest.mark.parametrize(
    ("name", "block", "sign"),
    [
        ("landfill tax", lambda x: {"policy": {"landfill_tax": f"{3 * x} DKK/t"}}, +1),
        ("haulage", lambda x: {"transport": TRANSPORT | {
            "lorry": TRANSPORT["lorry"] | {"variable": f"{0.1 + 0.1 * x} DKK/t/km"}}}, -1),
        ("virgin price", lambda x: {"resources": _base()["resources"] | {
            "clay": RESOURCES["clay"] | {"virgin": {"price": f"{4 + 4 * x} DKK/t"}}}}, +1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_where_pairs_do_not_compete_no_step_goes_the_wrong_way(
    name: str, block: Callable[[int], Raw], sign: int, seed: int
) -> None:
    """Competing pairs may block each other, as deals are made in the order of chance; lone ones cannot."""
    amounts = []
    for step in range(10):
        run = simulate(Scenario.from_dict(_isolated() | block(step)), seed)
        amounts.append((links(run), diverted(run)))
    for kind in zip(*amounts, strict=True):
        steps = sign * np.diff(kind)
        assert steps.max() > 0.0
        # A price only decides whether, never how much: the same luck gives the same dates.
        assert steps.min() >= 0.0, (name, kind)
