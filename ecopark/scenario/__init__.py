"""Typed description of a park: reading, units, library and checks. It never holds state that changes in a run."""

from ecopark.scenario.load import Scenario, shipped_folder, shipped_scenarios

__all__ = ["Scenario", "shipped_folder", "shipped_scenarios"]
