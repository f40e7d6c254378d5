"""Many runs: studies, designs, engines, the store of results, statistics and sensitivity.

A study says what is varied and what is kept; :func:`~ecopark.experiments.sweeps.sweep` runs it and
returns :class:`~ecopark.experiments.results.StudyResults`. Nothing in this package knows what a firm
is: a model is something that takes overrides and a seed and gives rows of numbers.
"""

from ecopark.experiments.branching import branch
from ecopark.experiments.results import StudyResults
from ecopark.experiments.study import Study
from ecopark.experiments.sweeps import sweep

__all__ = ["Study", "StudyResults", "branch", "sweep"]
