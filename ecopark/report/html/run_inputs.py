"""Sections of a run's report on its inputs: which numbers are unchecked, and how to make the run again."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from ecopark.report.html.document import Block, Cell, Command, Paragraph, Section, Table, amount, count, words
from ecopark.report.html.gathered import Gathered

_MARKS = (("S", "seen in the source"), ("D", "derived"), ("M", "unchecked"), ("", "without mark"))
_MOST = 40


def inputs_section(gathered: Gathered) -> Section:
    """How many inputs are unchecked, where they stand, and which results lean on them."""
    numbers = list(gathered.run.scenario.numbers())
    marks = Counter(quantity.mark for _, quantity in numbers)
    unchecked = [(path, quantity) for path, quantity in numbers if quantity.mark == "M"]
    share = len(unchecked) / len(numbers) if numbers else 0.0
    text = (
        f"The scenario holds {len(numbers):,} numbers; {len(unchecked):,} of them ({100 * share:.0f} %) are marked "
        "**unchecked**: remembered or estimated, not seen in a source. Results that rest on them are as sure as they "
        "are."
    )
    by_mark = Table(
        "marks",
        "Numbers of the scenario by mark",
        ("mark", "meaning", "numbers"),
        tuple(
            (words(f"[{mark}]" if mark else "–"), words(meaning), count(marks[mark]))
            for mark, meaning in _MARKS
            if marks[mark]
        ),
    )
    blocks: list[Block] = [
        Paragraph(text),
        by_mark,
        _by_resource(gathered, [path for path, _ in numbers], {path for path, _ in unchecked}),
    ]
    places = Counter(".".join(path.split(".")[:2]) for path, _ in unchecked)
    table = Table(
        "unchecked",
        f"Where most of the unchecked numbers stand (the first {_MOST} places)",
        ("place in the scenario", "unchecked numbers"),
        tuple((words(place), count(found)) for place, found in places.most_common(_MOST)),
        folded=True,
    )
    return Section("inputs", "What it rests on", (*blocks, table))


def _by_resource(gathered: Gathered, paths: Sequence[str], unchecked: set[str]) -> Table:
    """For each resource exchanged: what it avoided, and how many of the numbers that name it are unchecked."""
    tables = gathered.tables
    rows = tables.indicators
    rows = rows[rows["scope"].str.startswith("resource:")]
    resource = rows["scope"].str.removeprefix("resource:")
    sums = rows["value"].groupby([resource, rows["indicator"]]).sum()
    named: dict[str, list[int]] = {}
    for path in paths:
        for part in set(path.split(".")):
            found = named.setdefault(part, [0, 0])
            found[0] += 1
            found[1] += path in unchecked
    cells: list[tuple[Cell, ...]] = []
    exchanged = sorted({name for name, indicator in sums.index if indicator == "exchanged"})
    for name in exchanged:
        total, open_ = named.get(name, [0, 0])
        share = Cell("–") if not total else Cell(f"{open_:,} of {total:,}", float(open_))
        cells.append(
            (
                words(tables.resource_name(name)),
                amount(float(sums.get((name, "avoided_co2"), 0.0)), "t CO2e"),
                amount(float(sums.get((name, "joint_gain"), 0.0)), gathered.run.currency),
                share,
            )
        )
    cells.sort(key=lambda row: (-abs(row[2].value or 0.0), row[0].text))
    head = ("resource given", "greenhouse gases avoided", "joint gain", "unchecked inputs that name it")
    caption = "Which results rest on unchecked inputs, over the whole run"
    return Table("leaning", caption, head, tuple(cells))


def reproduce_section(gathered: Gathered) -> Section:
    """Command, seed, versions and hashes."""
    run = gathered.run
    manifest = run.manifest
    packages = manifest.get("packages", {})
    facts = [
        (
            "Scenario, SHA-256 of its files and overrides",
            manifest.get("scenario_sha256", run.scenario.sha256),
        ),
        ("Seed", run.seed),
        ("First day", manifest.get("start", "")),
        ("Periods simulated", manifest.get("periods", "")),
        ("Exchange", "on" if manifest.get("trading", True) else "off: this is a reference run"),
        ("Python", manifest.get("python", "")),
        *((f"Package {name}", version) for name, version in sorted(packages.items())),
        ("Written", manifest.get("written", "not saved yet")),
    ]
    table = Table(
        "reproduce",
        "What identifies this run",
        ("what", "value"),
        tuple((words(name), words(value)) for name, value in facts if value != ""),
    )
    last = run.flows["end"].max() - pd.Timedelta(days=1)
    scenario = shlex.quote(str(gathered.folder / "scenario.yaml"))
    command = Command(f"ecopark run {scenario} --seed {run.seed} --until {last:%Y-%m} --out again")
    text = (
        "The folder of the run holds the resolved scenario; the same scenario, seed and versions give the same tables "
        "to the byte. The tables themselves stand beside it as Parquet files."
    )
    return Section("reproduce", "How to make it again", (Paragraph(text), command, table))
