"""Small parks for published trends: firms with ash, firms that need clay, and prices that change now and then."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from small_parks import RESOURCES, TRANSPORT, Raw, build, firm

from ecopark.model import ParkModel
from ecopark.scenario import Scenario

YEARS = 10
DAYS = 365.25


def _steps(chance: np.random.Generator, middle: float, spread: float, every: int) -> Raw:
    """Path of a price that is drawn anew every so many months, evenly about its middle, in DKK/t."""
    months = range(0, 12 * YEARS, every)
    return {
        f"{1990 + month // 12}-{month % 12 + 1:02d}": f"{middle + spread * chance.uniform(-1, 1):.2f} DKK/t"
        for month in months
    }


def turbulent_park(seed: int, noise: float, every: int, spread: float = 20.0) -> Scenario:
    """Six givers and six takers whose disposal fees and virgin prices change.

    Uncertainty is the noise of quantities (coefficient of variation), turbulence how often conditions change
    (every so many months). Sizes, places and levels come from the seed and are the same in all four cells.
    """
    firms: Raw = {}
    for k in range(6):
        chance = np.random.default_rng([seed, k])
        where = [tuple(float(x) for x in chance.uniform(0, 40_000, 2).round()) for _ in range(2)]
        size = [f"{x:.1f} t/day" for x in chance.uniform(50, 150, 2)]
        rough: Any = {"cv": str(noise), "persistence": "0.5"}
        fee, price = (_steps(chance, level, spread, every) for level in (4.0, 20.0))
        firms[f"giver_{k}"] = firm(
            where[0], capacity=size[0], noise=rough, utilisation="0.7", sector="works",
            outputs={"ash": {"resource": "ash", "coefficient": "0.2", "disposal": {"route": "landfill", "fee": fee}}},
        )  # fmt: skip
        firms[f"taker_{k}"] = firm(
            where[1], capacity=size[1], noise=rough, utilisation="0.7", sector="works",
            inputs={"clay": {"resource": "clay", "coefficient": "0.5", "virgin": {"price": price}}},
        )  # fmt: skip
    return Scenario.from_dict(
        build(
            firms,
            time={"end": f"{1989 + YEARS}-12", "period": "quarter", "segment": "month"},
            resources={"ash": RESOURCES["ash"], "clay": RESOURCES["clay"]},
            transport={"lorry": TRANSPORT["lorry"] | {"variable": "0.6 DKK/t/km", "lead_time": "30 d", "term": "3 yr"}},
            pathways={"mix": {"giver": "ash", "taker": "clay", "max_share": "0.4", "lead_time": "30 d"}},
            agents={
                "discovery": {"base": "20 %/yr", "retry": "1 yr"},
                "negotiation": {"screening": "30 d"},
                "contracts": {"transaction_cost": "5000 DKK"},
                "regulator": {"officers": 2, "refusal": {"low": "0.1"}},
            },
        ),
        "turbulent",
    )


def operate(scenario: Scenario, seed: int) -> ParkModel:
    """The whole run, closed."""
    model = ParkModel(scenario.park, seed)
    for _ in range(model.calendar.periods):
        model.step()
    model.close()
    return model


def spans(model: ParkModel) -> NDArray[np.float64]:
    """First and last day of every time an exchange operated, shape (n, 2)."""
    found = [span for contract in model.exchanges.all for span in contract.spans]
    return np.array(found, dtype=np.float64).reshape(-1, 2)


def mean_links(model: ParkModel) -> float:
    """Links in operation, mean over the run."""
    end = float(model.calendar.period_bounds[-1])
    days = np.minimum(spans(model)[:, 1], end) - spans(model)[:, 0]
    return float(np.maximum(days, 0.0).sum() / end)


def links_at_end(model: ParkModel) -> int:
    """Links in operation when the run ends."""
    return int((spans(model)[:, 1] >= float(model.calendar.period_bounds[-1])).sum())
