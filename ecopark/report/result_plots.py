"""What the figures of every result of many runs do alike: all of them drawn and saved in one call.

What lives here: :class:`ResultPlots`. What does not: any drawing; the figures of one run (``run_plots``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ecopark.report import style
from ecopark.report.style import PRINT, Medium

Drawn = Axes | NDArray[np.object_]


class ResultPlots(ABC):
    """Figures of a result as methods.

    Every method takes ``ax=`` to draw into an axes of the caller's, and ``medium=``; it returns matplotlib
    axes.
    """

    @abstractmethod
    def drawn(self, medium: Medium = PRINT) -> Mapping[str, Drawn]:
        """Every figure there is something to draw of, by the name of its file."""

    def save_all(
        self, folder: Path | str, formats: Sequence[str] = ("png", "svg"), *, medium: Medium = PRINT
    ) -> list[Path]:
        """Draw and save every figure there is something to draw of.

        Parameters
        ----------
        folder : path-like
            Made if it does not exist.
        formats : sequence of {"png", "svg", "pdf"}
        medium : Medium

        Returns
        -------
        list of pathlib.Path
        """
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        return [
            path
            for name, axes in self.drawn(medium).items()
            for path in style.save(style.figure_of(axes), place / name, formats)
        ]
