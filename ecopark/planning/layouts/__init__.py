"""Better places for firms that may move: the search, and runs of what it finds."""

from ecopark.planning.layouts.finding import search_layouts
from ecopark.planning.layouts.ground import park_with
from ecopark.planning.layouts.result import LayoutSearch

__all__ = ["LayoutSearch", "park_with", "search_layouts"]
