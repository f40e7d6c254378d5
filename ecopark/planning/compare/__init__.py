"""Scenarios, finished runs or years side by side, on the same luck."""

from ecopark.planning.compare.comparing import compare
from ecopark.planning.compare.result import Comparison

__all__ = ["Comparison", "compare"]
