"""History matching: which values of the parameters cannot be excluded, wave by wave.

What lives here: implausibility, the wave loop and what it says of each parameter, on shares of the unit cube.
What does not: the emulator (``emulator``), the model that is run and its patterns (``calibration``).

Method: Craig et al. (1997) and Vernon, Goldstein and Bower (2010); for stochastic models Andrianakis et al.
(2015). Each wave runs the model at some points, fits a Gaussian process to every pattern, and gives up every
part of the space where a pattern would lie more than `cutoff` standard deviations from its target. The next
wave looks only at what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from ecopark.errors import DomainError, ResultsError
from ecopark.experiments.emulator import Emulator

_Floats = NDArray[np.float64]
CUTOFF = 3.0
_POOLS = range(13, 19)
_SAMPLE = 4_000
_LEAST_POINTS = 8


@dataclass(frozen=True)
class Pattern:
    """One thing the model has to match.

    Attributes
    ----------
    name : str
    output : str
        Column of the runs.
    target : float, unit of the output
        Observed value.
    tolerance : float, unit of the output
        One standard deviation of the error of the observation and of the model's own imperfection together.
    """

    name: str
    output: str
    target: float
    tolerance: float


class Evaluation(NamedTuple):
    """Outputs of the model at some points.

    Attributes
    ----------
    shares : ndarray of float, shape (n, d), 1
        The points that were run: those asked for, or those of an earlier start.
    mean : ndarray of float, shape (n, P), unit of the output
        Mean over the replicates; nan where a pattern is not defined.
    variance : ndarray of float, shape (n, P), unit of the output squared
        Between replicates; nan with fewer than two.
    replicates : int
        Runs per point.
    """

    shares: NDArray[np.float64]
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    replicates: int


class Fitted(NamedTuple):
    """A pattern with its emulator in one wave.

    Attributes
    ----------
    pattern : Pattern
    emulator : Emulator
    between : float, unit of the output squared
        Variance between replicates.
    points : int
        Points it was fitted to.
    """

    pattern: Pattern
    emulator: Emulator
    between: float
    points: int


def implausibility(
    target: float,
    expected: NDArray[np.float64],
    emulator: NDArray[np.float64] | float,
    observation: float,
    between: float,
) -> NDArray[np.float64]:
    """Distance of a pattern from its target in standard deviations.

    Parameters
    ----------
    target : float, unit of the output
    expected : ndarray of float, shape (n,), unit of the output
    emulator : ndarray of float, shape (n,), unit of the output squared
        Variance of the emulator.
    observation : float, unit of the output squared
        Variance of observation and of the model's imperfection.
    between : float, unit of the output squared
        Variance between replicates: the real course was one draw.

    Returns
    -------
    ndarray of float, shape (n,), 1
        ``|z - E| / sqrt(V_emulator + V_observation + V_between)``.

    Notes
    -----
    The variances are taken as independent. At 3 any unimodal error keeps at least 95 % of its probability
    within (Pukelsheim 1994).

    References
    ----------
    Vernon, I., Goldstein, M., Bower, R. G. (2010). Galaxy formation: a Bayesian uncertainty analysis.
    Bayesian Analysis 5, 619-669. https://doi.org/10.1214/10-BA524
    Andrianakis, I. et al. (2015). Bayesian history matching of complex infectious disease models using
    emulation. PLoS Computational Biology 11, e1003968. https://doi.org/10.1371/journal.pcbi.1003968
    Pukelsheim, F. (1994). The three sigma rule. The American Statistician 48, 88-91.
    https://doi.org/10.1080/00031305.1994.10476030

    Examples
    --------
    >>> implausibility(10.0, np.array([10.0, 4.0]), 1.0, 2.0, 1.0).tolist()
    [0.0, 3.0]
    """
    return np.asarray(np.abs(target - expected) / np.sqrt(emulator + observation + between))


def worst(waves: Sequence[Sequence[Fitted]], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Largest implausibility of some points over all patterns of all waves.

    Parameters
    ----------
    waves : sequence of sequence of Fitted
    shares : ndarray of float, shape (n, d), 1

    Returns
    -------
    ndarray of float, shape (n,), 1
    """
    found = np.zeros(len(shares))
    for fitted in (one for wave in waves for one in wave):
        found = np.maximum(found, _implausible(fitted, shares)[0])
    return found


def _implausible(fitted: Fitted, shares: _Floats) -> tuple[_Floats, _Floats]:
    """Implausibility of points by one emulator, and the variance it is measured in."""
    expected, variance = fitted.emulator.predict(shares)
    pattern = fitted.pattern
    total = variance + pattern.tolerance**2 + fitted.between
    return implausibility(pattern.target, expected, variance, pattern.tolerance**2, fitted.between), total


@dataclass(frozen=True)
class Wave:
    """One wave.

    Attributes
    ----------
    evaluation : Evaluation
    fitted : tuple of Fitted
        Emulators of the patterns.
    space_left : float
        Share of the whole space not excluded after it.
    """

    evaluation: Evaluation
    fitted: tuple[Fitted, ...]
    space_left: float


@dataclass(frozen=True)
class Matching:
    """What history matching leaves.

    Attributes
    ----------
    patterns : tuple of Pattern
    waves : tuple of Wave
    sample : ndarray of float, shape (m, d), 1
        Points spread evenly over the space that is left; none if all is excluded.
    implausibility : ndarray of float, shape (m,), 1
        Largest one of each.
    weight : ndarray of float, shape (m,), 1
        Likelihood of each by the emulators of the last wave, summing to one.
    """

    patterns: tuple[Pattern, ...]
    waves: tuple[Wave, ...]
    sample: NDArray[np.float64]
    implausibility: NDArray[np.float64]
    weight: NDArray[np.float64]

    @property
    def distances(self) -> tuple[NDArray[np.float64], ...]:
        """Largest implausibility of the runs themselves, by wave: of their means, not of an emulator."""
        found = []
        for wave in self.waves:
            each = [
                implausibility(
                    p.target, wave.evaluation.mean[:, k], b / wave.evaluation.replicates, p.tolerance**2, b
                )
                for k, p in enumerate(self.patterns)
                for b in [pooled(wave.evaluation.variance[:, k])]
            ]
            found.append(np.where(np.isnan(each), np.inf, each).max(axis=0))
        return tuple(found)


def match(
    evaluate: Callable[[int, NDArray[np.float64]], Evaluation],
    dimension: int,
    patterns: Sequence[Pattern],
    *,
    waves: int = 3,
    points: int = 64,
    cutoff: float = CUTOFF,
    seed: int = 1,
) -> Matching:
    """Exclude what cannot match, wave by wave.

    Parameters
    ----------
    evaluate : callable
        From the number of a wave (from 1) and points, shape (n, d), to their :class:`Evaluation`.
    dimension : int
        Number of parameters, d.
    patterns : sequence of Pattern
    waves : int
        At most; it ends earlier where nothing is left to look at.
    points : int
        Per wave, a power of two.
    cutoff : float
        Largest implausibility of what is kept.
    seed : int

    Returns
    -------
    Matching

    Raises
    ------
    DomainError
        If the number of points is no power of two.
    ResultsError
        If too few points give a pattern at all, or scikit-learn is not installed.

    Notes
    -----
    Points are a scrambled Sobol sequence, cut to what is left. An emulator is fitted to all points of this
    and earlier waves within what was left before it, and to those only.
    """
    if points < _LEAST_POINTS or points & (points - 1):
        raise DomainError(f"points must be a power of two, {_LEAST_POINTS} or more, found {points}")
    done: list[Wave] = []
    shares = _sobol(dimension, int(np.log2(points)), seed)
    left: tuple[_Floats, float] = (shares, 1.0)
    for number in range(1, waves + 1):
        found = evaluate(number, shares)
        emulators = [wave.fitted for wave in done]
        fitted = _fit([*done, Wave(found, (), 1.0)], emulators, patterns, cutoff, seed)
        left = _remaining([*emulators, fitted], dimension, points, cutoff, seed + number)
        done.append(Wave(found, fitted, left[1]))
        shares = left[0][:points]
        if len(shares) < max(2 * dimension, _LEAST_POINTS):
            break
    sample = left[0][:_SAMPLE]
    weight = _likelihood(done[-1].fitted, sample)
    return Matching(
        tuple(patterns), tuple(done), sample, worst([wave.fitted for wave in done], sample), weight
    )


def _fit(
    waves: Sequence[Wave],
    emulators: Sequence[Sequence[Fitted]],
    patterns: Sequence[Pattern],
    cutoff: float,
    seed: int,
) -> tuple[Fitted, ...]:
    """Emulators of all patterns from the points that no earlier wave excludes."""
    shares = np.concatenate([wave.evaluation.shares for wave in waves])
    mean = np.concatenate([wave.evaluation.mean for wave in waves])
    variance = np.concatenate([wave.evaluation.variance for wave in waves])
    inside = worst(emulators, shares) <= cutoff
    # The newest points are all inside by construction; rounding must not lose one.
    inside[-len(waves[-1].evaluation.shares) :] = True
    found = []
    for k, pattern in enumerate(patterns):
        known = inside & np.isfinite(mean[:, k])
        if known.sum() < _LEAST_POINTS:
            raise ResultsError(
                f"pattern {pattern.name!r}: only {int(known.sum())} points of the wave give {pattern.output!r}; "
                "narrow the ranges, or choose another pattern"
            )
        between = pooled(variance[known, k])
        noise = between / waves[-1].evaluation.replicates
        emulator = Emulator(shares[known], mean[known, k], noise, seed)
        found.append(Fitted(pattern, emulator, between, int(known.sum())))
    return tuple(found)


def _remaining(
    emulators: Sequence[Sequence[Fitted]], dimension: int, wanted: int, cutoff: float, seed: int
) -> tuple[_Floats, float]:
    """Points of a growing Sobol sequence that no wave excludes, and their share."""
    kept, share = np.zeros((0, dimension)), 0.0
    for power in _POOLS:
        pool = _sobol(dimension, power, seed)
        kept = pool
        for wave in emulators:
            # Wave after wave: most of the pool is gone before the later emulators are asked.
            kept = kept[worst([wave], kept) <= cutoff]
        share = len(kept) / len(pool)
        if len(kept) >= 4 * wanted:
            break
    return kept, share


def _likelihood(fitted: Sequence[Fitted], shares: _Floats) -> _Floats:
    """Normalised likelihood of points, patterns being independent and normal."""
    log = np.zeros(len(shares))
    for one in fitted:
        distance, variance = _implausible(one, shares)
        log -= 0.5 * (distance**2 + np.log(variance))
    likelihood = np.exp(log - log.max()) if log.size else log
    return np.asarray(likelihood / likelihood.sum() if log.size else likelihood)


def pooled(variance: NDArray[np.float64]) -> float:
    """Mean of the variances of points; zero where there are no replicates.

    Parameters
    ----------
    variance : ndarray of float, shape (n,), unit of the output squared
        nan where a point has fewer than two values.
    """
    known = variance[np.isfinite(variance)]
    return float(known.mean()) if known.size else 0.0


def reduce_range(sample: NDArray[np.float64], weight: NDArray[np.float64] | None = None) -> float:
    """How much of a parameter's range the sample rules out.

    Parameters
    ----------
    sample : ndarray of float, shape (m,), 1
        Shares of probability of its prior.
    weight : ndarray of float, shape (m,), 1
        Of each; equal by default.

    Returns
    -------
    float
        ``1 - w / 0.9`` with w the width of the central 90 % of the sample: 0 where nothing was learnt, near
        1 where the value is pinned down. Below zero where only the ends are left.

    Examples
    --------
    >>> round(reduce_range(np.linspace(0.4, 0.6, 1001)), 3)
    0.8
    """
    order = np.argsort(sample)
    mass = np.full(sample.size, 1.0 / sample.size) if weight is None else weight
    reached = np.cumsum(mass[order]) - 0.5 * mass[order]
    low, high = np.interp([0.05, 0.95], reached, sample[order])
    return float(1.0 - (high - low) / 0.9)


def _sobol(dimension: int, power: int, seed: int) -> _Floats:
    sampler: Any = qmc.Sobol(d=dimension, scramble=True, rng=np.random.default_rng(seed))
    return np.asarray(sampler.random_base2(power), dtype=np.float64)
