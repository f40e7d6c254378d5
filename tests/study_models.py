"""Models small enough to know the answer, and a small park in a file, for the tests of studies."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from small_parks import Raw, build, firm

from ecopark.experiments.models import Outcome, Row


def luck(seed: int) -> float:
    """A number from 0 to 1 that belongs to a seed."""
    return int.from_bytes(hashlib.blake2b(str(seed).encode(), digest_size=4).digest(), "little") / 2**32


@dataclass(frozen=True)
class Line:
    """``y = 2 a + b + luck``, and yearly ``level = a + year``; raises where ``b > 10``."""

    sleep: float = 0.0
    cost: float = 0.25
    mark: str = ""

    def describe(self) -> dict[str, Any]:
        return {"function": "line"}

    def known_paths(self) -> tuple[str, ...]:
        return ("a", "b", "word")

    def seconds(self) -> float:
        return self.cost

    def variant(self, overrides: Mapping[str, Any]) -> tuple[float, float, float]:
        words = {"": 0.0, "small": 1.0, "large": 5.0}
        return (
            float(overrides.get("a", 0.0)),
            float(overrides.get("b", 0.0)),
            words[overrides.get("word", "")],
        )

    def run(self, variant: Any, seed: int) -> Outcome:
        a, b, word = variant
        if self.sleep:
            time.sleep(self.sleep)
        if self.mark:
            with Path(self.mark).open("a", encoding="utf-8") as file:
                file.write(f"{os.getpid()}\n")
        if b > 10:
            raise ValueError(f"b is {b:g}, more than 10")
        rows: list[Row] = [(None, "park", "y", 2.0 * a + b + word + luck(seed), "t")]
        rows += [(pd.Timestamp(f"{year}-01-01"), "park", "level", a + year, "m3") for year in (1990, 1991)]
        return Outcome(rows)


def line_study(**blocks: Any) -> Raw:
    """Raw study of :class:`Line`."""
    return {
        "name": "line",
        "parameters": {"a": {"range": [0, 1]}, "b": {"range": [0, 4]}},
        "design": {"kind": "latin_hypercube", "n": 6},
        "replicates": 2,
    } | blocks


def park_raw(**blocks: Any) -> Raw:
    """Two plants with ash, one user, two years, so few days that a run takes milliseconds."""
    ash = {"ash": {"resource": "ash", "coefficient": "0.1"}}
    noise = {"noise": {"cv": "0.2"}, "outage": {"mean_time_between": "1 yr", "mean_duration": "5 d"}}
    firms = {
        "plant": firm(outputs=ash, **noise),
        "other": firm((4000, 0), outputs=ash, **noise),
        "user": firm((1000, 0), inputs={"ash": {"resource": "ash", "coefficient": "0.15"}}, **noise),
    }
    time_block = {"end": "1993-12", "segment": "month"}
    policy = {"landfill_tax": {"1990-01": "40 DKK/t", "1992-01": "60 DKK/t"}}
    raw = build(firms, time=time_block, policy=policy, agents={"discovery": {"base": "100 %/yr"}}, **blocks)
    raw["firms"]["plant"]["name"] = "Plant"
    return raw


def write_park(folder: Path, **blocks: Any) -> Path:
    """Scenario file of :func:`park_raw`."""
    file = folder / "park.yaml"
    file.write_text(yaml.safe_dump(park_raw(**blocks), sort_keys=False), encoding="utf-8")
    return file


def files_of(folder: Path) -> dict[str, bytes]:
    """Bytes of everything a study left, without its lock."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != ".lock"
    }
