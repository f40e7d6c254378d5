"""ecopark: agent-based simulator of eco-industrial parks.

Load a scenario, run it, look at its tables::

    from ecopark import Scenario, simulate

    run = simulate(Scenario.load("kalundborg"), seed=1)
    run.synergies, run.flows, run.indicators
    run.plot.sankey(1995)

Importing the package loads nothing heavy; each name is fetched when first used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ecopark.errors import BalanceError as BalanceError
    from ecopark.errors import EcoparkError as EcoparkError
    from ecopark.errors import ScenarioError as ScenarioError
    from ecopark.experiments import Study as Study
    from ecopark.experiments import sweep as sweep
    from ecopark.run import Run as Run
    from ecopark.scenario import Scenario as Scenario
    from ecopark.simulate import simulate as simulate

_HOMES = {
    "BalanceError": "ecopark.errors",
    "EcoparkError": "ecopark.errors",
    "Run": "ecopark.run",
    "Scenario": "ecopark.scenario",
    "ScenarioError": "ecopark.errors",
    "Study": "ecopark.experiments",
    "simulate": "ecopark.simulate",
    "sweep": "ecopark.experiments",
}
__all__ = ["BalanceError", "EcoparkError", "Run", "Scenario", "ScenarioError", "Study", "simulate", "sweep"]


def __getattr__(name: str) -> Any:
    """Fetch a public name from where it lives."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'ecopark' has no attribute {name!r}")


class _Package(ModuleType):
    """The package's own type: keeps the function ``simulate`` from being hidden by its module."""

    def __setattr__(self, name: str, value: Any) -> None:
        # Python binds a module that has been imported to its name in the package, here over the
        # function of the same name. ``from ecopark.simulate import ...`` does not look here.
        if name == "simulate" and isinstance(value, ModuleType):
            value = value.simulate
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
