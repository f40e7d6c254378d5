"""Typed description of a park: reading, units, library and checks. It never holds state that changes in a run."""

from ecopark.scenario.load import Scenario
from ecopark.scenario.places import shipped_folder, shipped_scenarios, shipped_variants

__all__ = ["Scenario", "shipped_folder", "shipped_scenarios", "shipped_variants"]
