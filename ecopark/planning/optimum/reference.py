"""The park without exchange: what it would make and need, with the draws of a run of the same seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecopark.calendar import Calendar
from ecopark.flows.columns import Columns
from ecopark.market.pairs import Pairs
from ecopark.market.prices import Prices
from ecopark.model import ParkModel
from ecopark.scenario import Scenario
from ecopark.scenario.types import Park
from ecopark.simulate import check_rules


@dataclass(frozen=True)
class Reference:
    """A park in one random future, nobody exchanging anything.

    Attributes
    ----------
    park : Park
        With shocks, and announced changes that come true, as dated paths.
    columns : Columns
    prices : Prices
    pairs : Pairs
    calendar : Calendar
    activity : ndarray of float, shape (S, P), activity unit/day
        Scheduled: activity. Feed-driven: capacity. Both with noise and after outages.
    """

    park: Park
    columns: Columns
    prices: Prices
    pairs: Pairs
    calendar: Calendar
    activity: NDArray[np.float64]


def reference_streams(scenario: Scenario, seed: int = 1) -> Reference:
    """Streams of a park without exchange.

    Parameters
    ----------
    scenario : Scenario
    seed : int
        Of the run with which it shares its draws.

    Returns
    -------
    Reference

    Raises
    ------
    ScenarioError
        If the scenario names a rule that is unknown.
    """
    check_rules(scenario)
    mechanisms = scenario.park.mechanisms.model_copy(update={"trading": False})
    model = ParkModel(scenario.park.model_copy(update={"mechanisms": mechanisms}), seed)
    try:
        # Outages happen as time goes on, and what firms know of shocks comes with it.
        for _ in range(model.calendar.periods):
            model.step()
    finally:
        model.close()
    return Reference(model.park, model.columns, model.prices, model.pairs, model.calendar, model.activity)
