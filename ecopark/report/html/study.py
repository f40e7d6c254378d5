"""The report of a study: distributions, fans, what drives the outputs, paired differences, how to make it again."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ecopark.errors import DomainError, EcoparkError
from ecopark.report.html.document import (
    Block,
    Bullets,
    Cell,
    Command,
    Document,
    Paragraph,
    Picture,
    Section,
    Table,
    amount,
    count,
    plain_number,
    words,
)
from ecopark.report.interactive.study import (
    describe_differences,
    describe_distribution,
    describe_fan,
    describe_sensitivity,
    named,
)
from ecopark.report.study_curves import COLOURS

# Figures of so many outputs; tables hold them all.
_MOST = 6
_FIRST = ("avoided_co2", "joint_gain", "avoided_waste", "avoided_water", "ever_operated", "operating_at_end")
_PARTS = 12
_DRAWS = ("sobol", "morris", "one_at_a_time", "latin_hypercube")


def document_of_study(results: Any) -> Document:
    """Report of a study.

    Parameters
    ----------
    results : StudyResults

    Returns
    -------
    Document

    Raises
    ------
    DomainError
        If no run has finished.
    """
    if results.runs.empty and results.indicators.empty:
        raise DomainError(f"no run of the study in {results.folder} has finished; start it again to go on")
    chosen = _chosen(results)
    sections = [_asked(results), _outputs(results, chosen)]
    for section in (_fans(results), _differences(results, chosen), _drivers(results, chosen)):
        if section is not None:
            sections.append(section)
    sections.append(_reproduce(results))
    points, runs = len(results.design), len(results.runs) or results.indicators["run"].nunique()
    subtitle = f"Report of a study: {points} point{'s' if points != 1 else ''}, {runs:,} runs"
    return Document(str(results.manifest["name"]), subtitle, tuple(sections))


def _chosen(results: Any) -> list[str]:
    """Outputs that are drawn: the usual ones first, none that is the same in every run."""
    moving = [name for name in results.outputs if len(results.runs[name].dropna().unique()) > 1]
    first = [name for name in _FIRST if name in moving]
    return [*first, *(name for name in moving if name not in first)][:_MOST]


def _label(results: Any) -> pd.Series:
    """Words for each point."""
    design = results.design
    return pd.Series(
        [str(label) or f"point {point}" for point, label in design["label"].items()], index=design.index
    )


def _asked(results: Any) -> Section:
    study = results.manifest["study"]
    design = study["design"]
    rows = [
        ("Scenario, SHA-256", _base(study)),
        ("Design", str(design["kind"]).replace("_", " ")),
        ("Points", len(results.design)),
        ("Runs finished", len(results.runs) or results.indicators["run"].nunique()),
        ("Runs that failed", len(results.failures)),
        ("First seed", study.get("seed", "")),
        ("Until", study.get("until") or "the end of the scenario"),
    ]
    table = Table(
        "asked", "What was run", ("what", "value"), tuple((words(name), words(value)) for name, value in rows)
    )
    blocks: list[Block] = [table]
    labels = [str(label) for label in results.design["label"] if str(label)]
    if results.parameters:
        spans = results.design[results.parameters]
        blocks.append(
            Table(
                "parameters",
                "Parameters and the values they took",
                ("parameter", "from", "to"),
                tuple(_span(results, name, spans[name]) for name in results.parameters),
            )
        )
    elif labels:
        blocks.append(Bullets(tuple(labels)))
    blocks.append(
        Paragraph(
            "Replicate k of every point has the same luck, so that points are compared pair by pair and differences "
            "are due to what was changed."
        )
    )
    return Section("question", "What was asked", tuple(blocks))


def _base(study: Any) -> str:
    """What the study starts from: the hash of a scenario, or a test function."""
    base = study["base"]
    return str(base.get("scenario") or base.get("function") or base) if isinstance(base, dict) else str(base)


def _span(results: Any, name: str, values: pd.Series) -> tuple[Cell, ...]:
    unit = str(results.manifest.get("units", {}).get(name, ""))
    unit = "" if unit == "1" else f" {unit}"
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return words(name), words(", ".join(map(str, dict.fromkeys(values)))), words("")
    low, high = float(values.min()), float(values.max())
    return words(name), Cell(f"{low:.4g}{unit}", low), Cell(f"{high:.4g}{unit}", high)


def _outputs(results: Any, chosen: list[str]) -> Section:
    """Distribution of each output over all runs."""
    rows = []
    for name in results.outputs:
        values = results.runs[name].dropna().to_numpy(dtype=float)
        unit = results.units.get(name, "")
        marks = np.quantile(values, [0.05, 0.5, 0.95]) if len(values) else [np.nan] * 3
        rows.append(
            (
                words(named(name)),
                *(_cell(float(value), unit) for value in marks),
                _how_many(len(values), len(results.runs) - len(values)),
            )
        )
    head = ("output, whole run", "low (5 %)", "median", "high (95 %)", "runs")
    table = Table("outputs", "Outputs over all runs", head, tuple(rows))
    runs = results.runs.assign(label=_label(results).reindex(results.runs["point"]).to_numpy())
    if len(results.design) > _PARTS:
        runs["label"] = "all points"
    pictures = [
        Picture(
            f"distribution-{name}",
            f"Box and dots of {named(name)} over the runs of each point.",
            f"{title_of(name)} over the whole run: a dot a run, a box for the middle half.",
            describe_distribution(runs, name, results.units.get(name, "")),
            None,
        )
        for name in chosen
    ]
    return Section("outputs", "How the outputs are spread", (table, *pictures))


def title_of(name: str) -> str:
    """Name of an output at the head of a sentence."""
    text = named(name)
    return text[:1].upper() + text[1:]


def _how_many(with_value: int, without: int) -> Cell:
    """How many runs or pairs have a value, and of how many finished ones where some have none."""
    shown = count(with_value)
    return Cell(f"{shown.text} of {with_value + without:,}", shown.value) if without else shown


def _cell(value: float, unit: str) -> Cell:
    return plain_number(value) if unit in ("", "1", "count") else amount(value, unit)


def _fans(results: Any) -> Section | None:
    """Fan charts of the yearly indicators that were kept."""
    rows = results.indicators
    rows = rows[rows["scope"] == "park"]
    names = sorted(set(rows["indicator"]))[:_MOST]
    if not names:
        return None
    labels = _label(results)
    apart = bool((results.design["label"] != "").all()) and len(labels) <= len(COLOURS)
    pictures = []
    for name in names:
        fans = (
            {labels[point]: results.fan(name, "park", [int(point)]) for point in labels.index}
            if apart
            else {"all": results.fan(name, "park")}
        )
        title = named(name)
        pictures.append(
            Picture(
                f"fan-{name}",
                f"Fan chart of {title} by year: median and middle half of the runs.",
                f"{title_of(name)} by year: medians, and the bands in which the middle runs lie.",
                describe_fan(fans, name, results.units.get(name, "")),
                partial(results.plot.fan, name),
            )
        )
    return Section("fans", "From year to year", tuple(pictures))


def _differences(results: Any, chosen: list[str]) -> Section | None:
    """Paired differences to the first point, where points have names."""
    if (
        results.manifest["study"]["design"]["kind"] not in ("paired", "grid")
        or len(results.design) < 2
        or not chosen
    ):
        return None
    labels = _label(results)
    base = labels.iloc[0]
    table = results.compare(chosen)
    table = table.assign(label=labels.reindex(table["point"]).to_numpy())
    rows = []
    for row in table.to_dict("records"):
        unit = results.units.get(row["output"], "")
        rows.append(
            (
                words(row["label"]),
                words(named(row["output"])),
                *(_cell(float(row[name]), unit) for name in ("base", "mean", "low", "high")),
                _how_many(int(row["replicates"]), int(row["missing"])),
            )
        )
    head = ("point", "output", f"mean of {base}", "difference", "low", "high", "pairs")
    caption = f"Differences to {base}, replicate by replicate, with 95 % intervals"
    pictures = [
        Picture(
            f"differences-{name}",
            f"Paired differences of {named(name)} to {base} with intervals.",
            f"{title_of(name)}: mean paired difference to {base} and its 95 % interval; an "
            "interval that covers zero leaves the sign open.",
            describe_differences(table[table["output"] == name], name, results.units.get(name, "")),
            partial(results.plot.differences, name),
        )
        for name in chosen
    ]
    return Section(
        "differences", "What a change changes", (Table("differences", caption, head, tuple(rows)), *pictures)
    )


def _drivers(results: Any, chosen: list[str]) -> Section | None:
    """Sensitivity, where the design allows it."""
    if results.manifest["study"]["design"]["kind"] not in _DRAWS:
        return None
    blocks: list[Block] = []
    refused: list[str] = []
    for name in chosen:
        try:
            table = results.sensitivity(name)
        except EcoparkError as failure:
            refused.append(f"{named(name)}: {failure}")
            continue
        title, unit = named(name), results.units.get(name, "")
        blocks.append(
            Picture(
                f"drivers-{name}",
                f"Bars of what drives {title}, the strongest parameter first.",
                f"What drives {title}, the strongest parameter first.",
                describe_sensitivity(table, name, unit),
                partial(results.plot.sensitivity, name),
            )
        )
    if refused:
        blocks.append(Bullets(tuple(refused)))
    return Section("drivers", "What drives the result", tuple(blocks)) if blocks else None


def _reproduce(results: Any) -> Section:
    manifest = results.manifest
    versions = manifest.get("packages") or manifest.get("versions") or {}
    rows = [(f"Package {name}", value) for name, value in sorted(versions.items())]
    rows += [
        (name.replace("_", " ").capitalize(), value)
        for name, value in sorted(manifest.items())
        if name != "text" and isinstance(value, str | int | float) and not isinstance(value, bool)
    ]
    table = Table(
        "reproduce",
        "What identifies this study",
        ("what", "value"),
        tuple((words(a), words(b)) for a, b in rows),
    )
    text = (
        "The folder holds the study, its design and every run as Parquet; runs depend on the study and the versions "
        "alone, not on the number of workers or their order."
    )
    file = str(results.manifest.get("text") or "")
    command = Command("ecopark sweep study.yaml --out again")
    blocks: list[Block] = [Paragraph(text), command]
    if file:
        blocks += [Paragraph("The file study.yaml:"), Command(file.rstrip())]
    return Section("reproduce", "How to make it again", (*blocks, table))
