"""What every shipped scenario must hold: provenance of each number, and nobody told with whom to trade."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import yaml

from ecopark.indicators import closure_error
from ecopark.run import Run
from ecopark.scenario.load import Scenario

#: Text for the reader, which may speak of anybody; all else is data of one firm.
FOR_THE_READER = {"source", "note", "name", "short", "description", "owners"}


def unsourced(scenario: Scenario) -> list[str]:
    """Paths of numbers without source or mark."""
    return [path for path, number in scenario.numbers() if not number.source or number.mark not in "SMD"]


def scalars(node: Any) -> Iterator[str]:
    """Keys and values of a block, except those written for the reader."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in FOR_THE_READER:
                yield str(key)
                yield from scalars(value)
    elif isinstance(node, list):
        for value in node:
            yield from scalars(value)
    elif node is not None:
        yield str(node)


def partners_named(folder: Path, but: Collection[str] = ()) -> list[tuple[str, str]]:
    """Firms named in the data of another firm, or in rules, prices and programmes that are meant for all.

    Files named in `but` are left out.
    """
    paths = [path for path in sorted(folder.rglob("*.yaml")) if path.name not in but]
    files = [yaml.safe_load(path.read_text("utf-8")) for path in paths]
    blocks = [(name, block) for raw in files for name, block in raw.get("firms", {}).items()]
    blocks += [("", {k: v for k, v in raw.items() if k not in ("firms", "include")}) for raw in files]
    names = {name for name, _ in blocks if name} | {row["firm"] for row in table(folder / "firms.csv")}
    return [
        (owner, other)
        for owner, block in blocks
        for text in scalars(block)
        for other in names & set(re.findall(r"[a-z][a-z0-9_]*", text))
        if other != owner
    ]


def table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def books_close(run: Run) -> bool:
    """Whether stores give no more than they took, and payments between partners cancel."""
    stores = closure_error(run.flows)["error"]
    paid = run.accounts[run.accounts["item"] == "payment"]
    size = float(paid["giver"].abs().sum())
    return bool((stores < 1e-9).all()) and abs(float((paid["giver"] + paid["taker"]).sum())) <= 1e-9 * size
