"""The best possible network of a park, beside the one that emerges: a mixed-integer program on the same physics."""

from ecopark.planning.optimum.capture import Capture, measure_capture
from ecopark.planning.optimum.emergent import emergent_network
from ecopark.planning.optimum.network import OBJECTIVES, Evaluation, Network, Optimum, Progress
from ecopark.planning.optimum.pareto import ParetoFront, pareto_front
from ecopark.planning.optimum.problem import Problem, build_problem
from ecopark.planning.optimum.solving import evaluate, solve

__all__ = [
    "OBJECTIVES",
    "Capture",
    "Evaluation",
    "Network",
    "Optimum",
    "ParetoFront",
    "Problem",
    "Progress",
    "build_problem",
    "emergent_network",
    "evaluate",
    "measure_capture",
    "pareto_front",
    "solve",
]
