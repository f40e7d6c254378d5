"""Small parks for published trends: firms with ash, firms that need clay, and how their runs are counted."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ttest_1samp
from small_parks import RESOURCES, TRANSPORT, Raw, build, firm

from ecopark import Scenario
from ecopark.model import ParkModel

YEARS = 10
MATERIALS = {name: RESOURCES[name] for name in ("ash", "clay")}
LORRY = TRANSPORT["lorry"] | {"variable": "0.6 DKK/t/km", "lead_time": "30 d"}
MIX = {"mix": {"giver": "ash", "taker": "clay", "max_share": "0.4", "lead_time": "30 d"}}


def _place(chance: np.random.Generator, size: float) -> tuple[float, float]:
    x, y = chance.uniform(0, size, 2).round()
    return float(x), float(y)


def _steps(chance: np.random.Generator, middle: float, every: int) -> Raw:
    """A price drawn anew every so many months, evenly within 20 DKK/t of its middle."""
    months = range(0, 12 * YEARS, every)
    return {
        f"{1990 + month // 12}-{month % 12 + 1:02d}": f"{middle + 20.0 * chance.uniform(-1, 1):.2f} DKK/t"
        for month in months
    }


def turbulent_park(seed: int, noise: float, every: int) -> Scenario:
    """Six givers and six takers of one sector whose disposal fees and virgin prices change.

    Uncertainty is the noise of quantities (coefficient of variation), turbulence how often conditions change
    (every so many months). Places and sizes come from the seed and are the same in all cells.
    """
    firms: Raw = {}
    for k in range(6):
        chance = np.random.default_rng([seed, k])
        common: list[Any] = [
            {
                "site": _place(chance, 40_000),
                "capacity": f"{chance.uniform(50, 150):.1f} t/day",
                "utilisation": "0.7",
                "sector": "works",
                "noise": {"cv": str(noise), "persistence": "0.5"},
            }
            for _ in range(2)
        ]
        fee, price = (_steps(chance, middle, every) for middle in (4.0, 20.0))
        landfill = {"route": "landfill", "fee": fee}
        ash = {"resource": "ash", "coefficient": "0.2", "disposal": landfill}
        clay = {"resource": "clay", "coefficient": "0.5", "virgin": {"price": price}}
        firms[f"giver_{k}"] = firm(**common[0], outputs={"ash": ash})
        firms[f"taker_{k}"] = firm(**common[1], inputs={"clay": clay})
    return Scenario.from_dict(
        build(
            firms,
            time={"end": f"{1989 + YEARS}-12", "period": "quarter", "segment": "month"},
            resources=MATERIALS,
            transport={"lorry": LORRY | {"term": "3 yr"}},
            pathways=MIX,
            agents={
                "discovery": {"base": "20 %/yr", "retry": "1 yr"},
                "negotiation": {"screening": "30 d"},
                "contracts": {"transaction_cost": "5000 DKK", "penalty": "1"},
            },
        ),
        "turbulent",
    )


def crowded_park(seed: int, attention: int = 1) -> Scenario:
    """Ten givers and ten takers who hardly know each other, in a region where many pairs do not pay."""
    firms: Raw = {}
    chance = np.random.default_rng([seed, 99])
    for k in range(10):
        for role in ("giver", "taker"):
            fee, price = chance.uniform(-10, 14), chance.uniform(8, 32)
            landfill = {"route": "landfill", "fee": f"{fee:.1f} DKK/t"}
            virgin = {"price": f"{price:.1f} DKK/t"}
            ports: Raw = {
                "giver": {
                    "outputs": {"ash": {"resource": "ash", "coefficient": "0.2", "disposal": landfill}}
                },
                "taker": {"inputs": {"clay": {"resource": "clay", "coefficient": "0.5", "virgin": virgin}}},
            }
            firms[f"{role}_{k}"] = firm(
                _place(chance, 60_000),
                capacity=f"{chance.uniform(50, 150):.1f} t/day",
                behaviour={"attention": attention},
                **ports[role],
            )
    return Scenario.from_dict(
        build(
            firms,
            time={"end": "1995-12", "period": "quarter", "segment": "month"},
            resources=MATERIALS,
            transport={"lorry": LORRY | {"term": "5 yr"}},
            pathways=MIX,
            agents={
                "discovery": {"base": "60 %/yr", "retry": "3 yr"},
                "negotiation": {"screening": "6 month"},
                "contracts": {"transaction_cost": "5000 DKK"},
                "information": {"near": "0.1", "stranger": "0.1", "loss": "0.3"},
            },
        ),
        "crowded",
    )


# ------------------------------------------------------------------ what is counted
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


def is_above_zero(differences: NDArray[np.float64]) -> bool:
    """Whether the mean of paired differences is above zero by a one-sided t-test at 1 %."""
    assert differences.size >= 30
    if not differences.any():
        return False
    return float(ttest_1samp(differences, 0.0, alternative="greater").pvalue) < 0.01


def standard_error(differences: NDArray[np.float64]) -> float:
    """Of the mean of paired differences."""
    return float(differences.std(ddof=1)) / math.sqrt(differences.size)
