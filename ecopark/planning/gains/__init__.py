"""Who gains from the exchanges, and whether the split is fair."""

from ecopark.planning.gains.measuring import Gains, measure_gains
from ecopark.planning.gains.runs import measure_gains_over_runs

__all__ = ["Gains", "measure_gains", "measure_gains_over_runs"]
