"""Levers and barriers in order of what they do: paired runs on the same luck, tonnes, CO2 and money.

What lives here: :func:`rank_levers` and its result. What does not: the comparison of each group
(``ecopark.planning.compare``), reading the file (``plan``), drawing. The manual is ``docs/programmes.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from ecopark.errors import DomainError
from ecopark.experiments.engine import EngineName
from ecopark.experiments.kept import KeptResult
from ecopark.experiments.sweeps import Watch
from ecopark.planning.compare.comparing import compare
from ecopark.planning.compare.statistics import RATE
from ecopark.planning.ranking.plan import EFFECTS, Group, RankingPlan, folder_of, read_ranking

__all__ = ["EFFECTS", "Group", "Ranking", "RankingPlan", "rank_levers", "read_ranking"]
_COLUMNS = ["group", "variant", "effect", "unit", "base", "difference", "low", "high", "share", "pairs", "chance",
            "corrected", "clear", "rank"]  # fmt: skip


@dataclass(frozen=True)
class Ranking(KeptResult):
    """Variants in order of their effect.

    Attributes
    ----------
    name : str
    rows : pandas.DataFrame
        One row per variant and effect, the largest effect first: ``group, variant, effect, unit`` (per year),
        ``base`` (mean of the scenario it is held against), ``difference, low, high`` (95 % interval), ``share``
        (difference over base, 1), ``pairs, chance, corrected, clear`` and ``rank`` (among the variants, by size
        of the difference, whichever its sign).
    effects : tuple of str
        In the order of the file.
    failed : int
        Runs that raised.
    against : mapping of str to str
        Name of the scenario each group is held against.

    Notes
    -----
    Figure: ``ranking.plot.effects()``.
    """

    drawn_by = "ecopark.report.ranking_plots:RankingPlots"

    name: str
    rows: pd.DataFrame
    effects: tuple[str, ...]
    failed: int
    against: dict[str, str]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name, as they are saved."""
        return {"ranking": self.rows}

    def write_more(self, folder: Path) -> None:
        """Write the table as CSV too.

        Parameters
        ----------
        folder : pathlib.Path
        """
        self.rows.to_csv(folder / "ranking.csv", index=False)

    def summary(self) -> dict[str, Any]:
        """Order of the variants by each effect, as plain data."""
        order = {
            effect: [
                {"variant": row["variant"], "group": row["group"], "difference": row["difference"],
                 "low": row["low"], "high": row["high"], "unit": row["unit"], "clear": bool(row["clear"])}
                for row in self.rows[self.rows["effect"] == effect].sort_values("rank").to_dict("records")
            ]
            for effect in self.effects
        }  # fmt: skip
        return {"ranking": self.name, "against": self.against, "failed": self.failed, "order": order}


def rank_levers(
    plan: RankingPlan,
    folder: str | Path,
    replicates: int | None = None,
    until: str | None = None,
    seed: int | None = None,
    engine: EngineName | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    *,
    retry_failed: bool = False,
    progress: Watch | None = None,
) -> Ranking:
    """Rank variants by what they change, run by run with the same luck on both sides.

    Parameters
    ----------
    plan : RankingPlan
    folder : str or path
        Runs are kept in it by group and not run again.
    replicates, until, seed
        Those of the plan by default.
    engine, workers, scheduler, retry_failed, progress
        As in :func:`~ecopark.planning.compare.comparing.compare`.

    Returns
    -------
    Ranking

    Raises
    ------
    DomainError
        If there is nothing to rank or alternatives cannot be compared.
    """
    if not any(group.variants for group in plan.groups):
        raise DomainError("there is nothing to rank; a group has variants")
    parts, failed = [], 0
    for group in plan.groups:
        found = compare(
            {group.against.name: group.against, **group.variants},
            replicates or plan.replicates,
            until or plan.until,
            folder=Path(folder) / folder_of(group.name),
            engine=engine,
            workers=workers,
            scheduler=scheduler,
            seed=plan.seed if seed is None else seed,
            retry_failed=retry_failed,
            progress=progress,
        )
        failed += found.failed
        rows = found.indicators[found.indicators["indicator"].isin(plan.effects)]
        parts.append(rows.assign(group=group.name))
    table = pd.concat(parts, ignore_index=True).rename(
        columns={"alternative": "variant", "indicator": "effect"}
    )
    against = {group.name: group.against.name for group in plan.groups}
    return Ranking(plan.name, order_rows(table, plan.effects), plan.effects, failed, against)


def order_rows(table: pd.DataFrame, effects: tuple[str, ...]) -> pd.DataFrame:
    """Rows of several comparisons as one family of questions, the largest effect first.

    Parameters
    ----------
    table : pandas.DataFrame
        ``group, variant, effect, unit`` and the columns of
        :func:`~ecopark.planning.compare.statistics.paired_table`.
    effects : tuple of str
        Order of the effects.

    Returns
    -------
    pandas.DataFrame
        As :attr:`Ranking.rows`. `corrected` is corrected anew for all rows together; what could not be told at all
        stays missing.
    """
    base = table["base"].to_numpy(dtype=np.float64)
    difference = table["difference"].to_numpy(dtype=np.float64)
    share = np.divide(difference, np.abs(base), out=np.full(base.size, np.nan), where=base != 0.0)
    asked = table["corrected"].notna().to_numpy()
    corrected = np.full(base.size, np.nan)
    if asked.any():
        corrected[asked] = stats.false_discovery_control(table["chance"].to_numpy()[asked], method="bh")
    beyond = (table["low"] > 0.0) | (table["high"] < 0.0)
    rank = (
        table["difference"].abs().groupby(table["effect"]).rank(method="min", ascending=False).astype("Int64")
    )
    whole = table.assign(
        share=share,
        corrected=corrected,
        clear=(np.nan_to_num(corrected, nan=1.0) <= RATE) & beyond,
        rank=rank,
    )
    place = whole["effect"].map({name: k for k, name in enumerate(effects)})
    order = np.lexsort((whole["rank"], place))
    return whole.iloc[order][_COLUMNS].reset_index(drop=True)
