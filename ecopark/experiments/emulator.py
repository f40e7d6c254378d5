"""An emulator: a Gaussian process that stands for the mean of one output of a model.

What lives here: fitting, predicting and checking it. What does not: what it is used for
(``history_matching``). The process is scikit-learn's (extra ``analysis``).
"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve

from ecopark.errors import ResultsError

_CHUNK = 8_192
# Length scales on the unit cube; the upper end stands for a parameter without effect on the output.
_SHORTEST, _LONGEST = 0.1, 20.0


class Emulator:
    """Gaussian process for the mean of one pattern over the unit cube.

    Parameters
    ----------
    shares : ndarray of float, shape (n, d), 1
        Points.
    mean : ndarray of float, shape (n,), unit of the output
    noise : float, unit of the output squared
        Variance of each mean, from its few replicates.
    seed : int
        Of the starts of the search for length scales.

    Notes
    -----
    Squared-exponential kernel with one length scale for each parameter and a nugget, fitted by maximum
    likelihood; the variance of the means is added to the diagonal.

    References
    ----------
    Rasmussen, C. E., Williams, C. K. I. (2006). Gaussian processes for machine learning. MIT Press.
    """

    def __init__(
        self, shares: NDArray[np.float64], mean: NDArray[np.float64], noise: float, seed: int
    ) -> None:
        try:
            from sklearn.exceptions import ConvergenceWarning
            from sklearn.gaussian_process import GaussianProcessRegressor
            from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
        except ImportError as failure:
            raise ResultsError("calibration needs scikit-learn: pip install 'ecopark[analysis]'") from failure
        self._centre, self._scale = float(mean.mean()), float(mean.std()) or 1.0
        kernel = ConstantKernel(1.0, (1e-2, 1e2)) * RBF(
            np.ones(shares.shape[1]), (_SHORTEST, _LONGEST)
        ) + WhiteKernel(1e-3, (1e-6, 1.0))
        self._process = GaussianProcessRegressor(
            kernel, alpha=noise / self._scale**2 + 1e-8, n_restarts_optimizer=2, random_state=seed
        )
        with warnings.catch_warnings():
            # A length scale at its upper end means: no effect. That is an answer and no failure.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._process.fit(shares, (mean - self._centre) / self._scale)

    def predict(self, shares: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Expected mean of the pattern and its variance.

        Parameters
        ----------
        shares : ndarray of float, shape (n, d), 1

        Returns
        -------
        tuple of ndarray
            Both of shape (n,): unit of the output, and its square.
        """
        mean, variance = np.empty(len(shares)), np.empty(len(shares))
        for at in range(0, len(shares), _CHUNK):
            chunk = slice(at, at + _CHUNK)
            found, sd = self._process.predict(shares[chunk], return_std=True)
            mean[chunk] = found * self._scale + self._centre
            variance[chunk] = (sd * self._scale) ** 2
        return mean, variance

    def validate(self) -> NDArray[np.float64]:
        """Errors at each point left out in turn, in standard deviations. ndarray of float, shape (n,), 1.

        Notes
        -----
        With K the covariance of all points, ``e_i = [K^-1 y]_i / sqrt([K^-1]_ii)``; the length scales stay.
        Of a sound emulator nearly all lie within 3.

        References
        ----------
        Bastos, L. S., O'Hagan, A. (2009). Diagnostics for Gaussian process emulators. Technometrics 51,
        425-438. https://doi.org/10.1198/TECH.2009.08019
        """
        process = self._process
        inverse = cho_solve((process.L_, True), np.eye(len(process.L_)))
        return np.asarray(process.alpha_ / np.sqrt(np.diag(inverse)), dtype=np.float64)
