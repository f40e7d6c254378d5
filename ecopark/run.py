"""One finished run: its tables, and the folder they travel in.

What lives here: the :class:`Run` a user holds, writing it atomically and reading it back. What
does not: running the model (``simulate``), drawing (``report``).
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ecopark import indicators
from ecopark.errors import ResultsError
from ecopark.indicators.yearly import park_totals, yearly_indicators
from ecopark.scenario import Scenario

TABLES = ("flows", "synergies", "events", "accounts", "trust", "firms", "resources", "indicators")
MANIFEST = "manifest.json"
SCENARIO = "scenario.yaml"


@dataclass(frozen=True)
class Run:
    """What a run leaves.

    Attributes
    ----------
    name : str
        Of the scenario.
    seed : int
    flows : pandas.DataFrame
        Every quantity that moved; see ``ecopark.flows.ledger``.
    synergies : pandas.DataFrame
        One row per idea with the date of each stage, its end and the reason.
    events : pandas.DataFrame
        Everything that happened, in order.
    accounts : pandas.DataFrame
        Money and carbon of every exchange, giver beside taker; see ``ecopark.market.accounts``.
    trust : pandas.DataFrame
        Trust at the end of every year of each pair of firms that deal with each other.
    firms, resources : pandas.DataFrame
        Who and what, for labels and maps.
    currency : str
    manifest : mapping
        Versions, seed, hashes.
    source : Scenario or pathlib.Path
        The scenario, or the file from which it can be loaded again; see `scenario`.
    """

    name: str
    seed: int
    flows: pd.DataFrame
    synergies: pd.DataFrame
    events: pd.DataFrame
    accounts: pd.DataFrame
    trust: pd.DataFrame
    firms: pd.DataFrame
    resources: pd.DataFrame
    currency: str
    source: Scenario | Path
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario that was run, resolved."""
        return self.source if isinstance(self.source, Scenario) else Scenario.load(self.source)

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Tidy indicators: period, scope, indicator, value, unit."""
        return yearly_indicators(self.flows, self.synergies, self.accounts, self.currency)

    def report_indicators(self, rate: float = 0.05) -> pd.DataFrame:
        """Every indicator that needs nothing but the run, in one tidy table.

        Parameters
        ----------
        rate : float, 1/yr
            Real discount rate of the money indicators.

        Returns
        -------
        pandas.DataFrame
            Columns ``period, scope, indicator, value, unit, basis``; see
            :func:`~ecopark.indicators.everything.all_indicators`.
        """
        # By attribute: loaded only when asked for.
        table: pd.DataFrame = indicators.all_indicators(self._tables(), self.currency, rate)
        return table

    def numbers(self, *names: str) -> dict[str, tuple[float, str]]:
        """Some registered indicators, one number each for the park and the whole run.

        Parameters
        ----------
        *names : str
            Such as ``landfilled``, ``density_directed``, ``byproduct_use_rate of material``.

        Returns
        -------
        dict of str to (float, str)
            Value and unit; see :func:`~ecopark.indicators.wholerun.numbers_of_run`.
        """
        found: dict[str, tuple[float, str]] = indicators.numbers_of_run(self._tables(), self.currency, names)
        return found

    def _tables(self) -> dict[str, pd.DataFrame]:
        """Tables that indicators are made from."""
        return {name: getattr(self, name) for name in TABLES if name != "indicators"}

    def network(self, at: str | pd.Timestamp) -> nx.MultiDiGraph:
        """Exchanges operating on a date, firms as nodes.

        Parameters
        ----------
        at : str or pandas.Timestamp
            Date such as ``"1990"`` or ``"1990-06"``.

        Returns
        -------
        networkx.MultiDiGraph
            Edges keyed by synergy, with ``resource`` and ``since``.
        """
        when = pd.Timestamp(at)
        table = self.synergies
        running = (table["operating"] <= when) & ~(table["ended"] <= when)
        graph = nx.MultiDiGraph(name=self.name, date=str(when.date()))
        present = (self.firms["opens"].isna() | (self.firms["opens"] <= when)) & ~(
            self.firms["closes"] <= when
        )
        graph.add_nodes_from(self.firms.index[present])
        for row in table[running].itertuples():
            graph.add_edge(
                row.from_firm, row.to_firm, key=row.synergy, resource=row.resource, since=row.operating
            )
        return graph

    @cached_property
    def plot(self) -> Any:
        """Figures of this run: ``run.plot.sankey()``, ``run.plot.map()``, ..."""
        # By name, as pandas loads its plotting backends: a run works without any drawing library.
        return import_module("ecopark.report.run_plots").RunPlots(self)

    # ------------------------------------------------------------------ for other programs
    def to_geojson(
        self, path: Path | str | None = None, origin: tuple[float, float] | None = None
    ) -> dict[str, Any]:
        """Firms, plots, corridors and exchanges for a map; see ``ecopark.report.exports.to_geojson``."""
        collection: dict[str, Any] = _exports().to_geojson(self, path, origin)
        return collection

    def to_graphml(self, path: Path | str) -> Path:
        """Write the network of exchanges; see ``ecopark.report.exports.to_graphml``."""
        written: Path = _exports().to_graphml(self, path)
        return written

    def to_excel(self, path: Path | str, **options: Any) -> Path:
        """Write every table as a sheet; see ``ecopark.report.exports.to_excel``."""
        written: Path = _exports().to_excel(self, path, **options)
        return written

    # ------------------------------------------------------------------ folder
    def save(self, folder: Path | str, figures: bool | Sequence[str] = False) -> Path:
        """Write the run's folder, whole or not at all.

        Everything is written beside the target under a name that claims nothing and moved there
        by one rename. A folder that is there already is replaced only if it holds a run.

        Parameters
        ----------
        folder : path
            ``results/<scenario>/<run>``.
        figures : bool or sequence of {"png", "svg", "pdf"}
            Draw and write all figures too: as PNG and SVG, or in the formats given.

        Returns
        -------
        pathlib.Path
            The folder.

        Raises
        ------
        ResultsError
            If the place cannot be written or holds something else.
        """
        target = Path(folder)
        if target.exists() and not (target / MANIFEST).is_file():
            raise ResultsError(f"{target} exists and holds no run; choose another folder with --out")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=target.parent) as place:
                draft = Path(place) / target.name
                self._write(draft)
                if figures:
                    self.plot.save_all(draft / "figures", *([] if figures is True else [figures]))
                if target.exists():
                    shutil.rmtree(target)
                draft.rename(target)
        except OSError as failure:
            raise ResultsError(f"cannot write {target}: {failure.strerror or failure}") from failure
        return target

    def _write(self, folder: Path) -> None:
        folder.mkdir()
        for name in TABLES:
            _write_parquet(getattr(self, name), folder / f"{name}.parquet")
        (folder / SCENARIO).write_text(self.scenario.to_yaml(), encoding="utf-8")
        _write_json(self.summary(), folder / "summary.json")
        identity = {"name": self.name, "seed": self.seed, "currency": self.currency}
        written = {"written": datetime.now(UTC).isoformat(timespec="seconds")}
        _write_json(dict(self.manifest) | identity | written, folder / MANIFEST)

    def summary(self) -> dict[str, Any]:
        """The few numbers that sum up a run, with their basis."""
        totals = park_totals(self.flows, self.accounts, self.currency)
        states = self.synergies["state"].value_counts()
        lost = self.synergies.loc[self.synergies["state"] == "lost", "reason"].value_counts()
        return {
            "scenario": self.name,
            "seed": self.seed,
            "basis": "cumulative over the run, against the same park with no exchange",
            "ideas": len(self.synergies),
            "ever_operated": int(self.synergies["operating"].count()),
            "operating_at_end": int(states.get("operating", 0)),
            "lost_by_reason": {str(reason): int(count) for reason, count in lost.items()},
            "cumulative": {name: {"value": value, "unit": unit} for name, (value, unit) in totals.items()},
        }

    @classmethod
    def load(cls, folder: Path | str) -> Run:
        """Read a run's folder.

        Raises
        ------
        ResultsError
            If it holds no complete run.
        """
        place = Path(folder)
        if not (place / MANIFEST).is_file():
            raise ResultsError(f"{place} holds no complete run (no {MANIFEST})")
        try:
            manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
            tables = {
                name: pd.read_parquet(place / f"{name}.parquet") for name in TABLES if name != "indicators"
            }
        except (OSError, ValueError) as failure:
            raise ResultsError(f"{place} cannot be read as a run: {failure}") from failure
        return cls(
            name=manifest["name"],
            seed=manifest["seed"],
            currency=manifest["currency"],
            manifest=manifest,
            source=place / SCENARIO,
            **tables,
        )


def _exports() -> Any:
    """The module of exports, by name as for figures: a run works without any library they need."""
    return import_module("ecopark.report.exports")


def _write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Parquet with nothing in it that differs between two equal runs."""
    data = pa.Table.from_pandas(table, preserve_index=True if table.index.name else None)
    pq.write_table(data, path, compression="zstd")


def _write_json(content: Mapping[str, Any], path: Path) -> None:
    path.write_text(
        json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + os.linesep, encoding="utf-8"
    )
