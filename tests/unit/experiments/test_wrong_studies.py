"""Every mistake in a study is named with file, line and field before the first run, all of them at once."""

# ruff: noqa: E501 - one case is one line
from __future__ import annotations

from pathlib import Path

import pytest
from study_models import write_park

from ecopark.errors import StudyError
from ecopark.experiments import Study, sweep

GOOD = """\
name: wrong
base: park.yaml
parameters:
  tax: {path: policy.landfill_tax, range: [10 DKK/t, 90 DKK/t]}
  payback: {path: firms.*.behaviour.payback, range: [2 yr, 8 yr]}
design: {kind: latin_hypercube, n: 4}
replicates: 2
outputs: {summary: true}
"""
TAX = "  tax: {path: policy.landfill_tax, range: [10 DKK/t, 90 DKK/t]}\n"
DESIGN = "design: {kind: latin_hypercube, n: 4}\n"
PAIRED = "design:\n  kind: paired\n  since: 1991-06\n  alternatives:\n    other: VALUE\n"


def tax(fields: str) -> list[tuple[str, str]]:
    """Edit of the first parameter."""
    return [(TAX, f"  tax: {{{fields}}}\n")]


def design(text: str) -> list[tuple[str, str]]:
    """Edit of the design."""
    return [(DESIGN, f"design: {{{text}}}\n")]


def paired(value: str) -> list[tuple[str, str]]:
    """A comparison from 1991-06 on with one alternative."""
    return [
        (GOOD[GOOD.index("parameters") : GOOD.index("design")], ""),
        (DESIGN, PAIRED.replace("VALUE", value)),
    ]


def kept(name: str) -> list[tuple[str, str]]:
    """Numbers of a whole run, the wrong one on a line of its own."""
    lines = "".join(f"    - {one}\n" for one in ("sector_shannon", name))
    return [("outputs: {summary: true}\n", f"outputs:\n  whole_run:\n{lines}")]


CASES = {
    "unknown path": (tax("path: policy.landfil_tax, range: [1 DKK/t, 2 DKK/t]"), 4, ["unknown field 'landfil_tax'", "Did you mean 'landfill_tax'"]),
    "scenario lacks it": (tax("path: firms.plnt.behaviour.payback, range: [1 yr, 2 yr]"), 4, ["there is no 'plnt'", "Did you mean 'plant'"]),
    "star for nothing": (tax("path: pathways.*.cost, range: [1 DKK/t, 2 DKK/t]"), 4, ["'*' stands for nothing"]),
    "nothing uses it": (tax("path: resources.clay.virgin.price, range: [1 DKK/t, 2 DKK/t]"), 4, ["changes nothing"]),
    "empty range": (tax("path: policy.landfill_tax, range: [90 DKK/t, 10 DKK/t]"), 4, ["is empty", "90 DKK/t"]),
    "one value": (tax("path: policy.landfill_tax, range: [90 DKK/t]"), 4, ["two values"]),
    "logarithm of zero": (tax("path: policy.landfill_tax, range: [0 DKK/t, 9 DKK/t], scale: log"), 4, ["no logarithm at 0 DKK/t"]),
    "logarithm of a negative": (tax("path: policy.landfill_tax, range: [-5 DKK/t, 9 DKK/t], scale: log"), 4, ["no logarithm at -5 DKK/t"]),
    "wrong dimension": (tax("path: policy.landfill_tax, range: [1 DKK/m3, 2 DKK/m3]"), 4, ["DKK/m3"]),
    "two dimensions": (tax("path: policy.landfill_tax, range: [1 DKK/t, 2 DKK/m3]"), 4, ["one dimension", "DKK/m3"]),
    "unknown unit": (tax("path: policy.landfill_tax, range: [1 DKR/t, 2 DKK/t]"), 4, ["unknown unit 'DKR'"]),
    "value outside its bounds": (tax("path: agents.trust.initial, range: [0.5, 1.5]"), 4, ["between 0 and 1"]),
    "nothing to vary": (tax("path: policy.landfill_tax"), 4, ["one of range, list, files or distribution"]),
    "two ways to vary": (tax("path: policy.landfill_tax, range: [1, 2], list: [1]"), 4, ["one of range, list"]),
    "empty list": (tax("path: agents.negotiation.protocol, list: []"), 4, ["at least one value"]),
    "unknown entry": (tax("path: agents.negotiation.protocol, list: [nash, nush]"), 4, ["nush", "Did you mean 'nash'"]),
    "unknown distribution": (tax("path: policy.landfill_tax, distribution: {kind: gaussian}"), 4, ["one of normal"]),
    "distribution without sd": (tax("path: policy.landfill_tax, distribution: {kind: normal, mean: 5 DKK/t}"), 4, ["sd missing"]),
    "negative sd": (tax("path: policy.landfill_tax, distribution: {kind: normal, mean: 5 DKK/t, sd: -1 DKK/t}"), 4, ["sd must be above zero"]),
    "mode outside": (tax("path: policy.landfill_tax, distribution: {kind: triangular, low: 1 DKK/t, mode: 9 DKK/t, high: 2 DKK/t}"), 4, ["mode"]),
    "missing file": (tax("files: [layouts/near.yaml]"), 4, ["there is no file", "near.yaml"]),
    "file outside": (tax("files: [../../etc.yaml]"), 4, ["outside"]),
    "template without hole": (tax("path: policy.landfill_tax, range: [1, 2], as: {series: tax}"), 4, ["$"]),
    "whole numbers with unit": (tax("path: policy.landfill_tax, range: [1 DKK/t, 2 DKK/t], integer: true"), 4, ["whole numbers"]),
    "unknown field of a parameter": (tax("path: policy.landfill_tax, rnge: [1, 2]"), 4, ["unknown field", "Did you mean 'range'"]),
    "unknown design": (design("kind: soble, n: 8"), 6, ["one of grid", "Did you mean 'sobol'"]),
    "no design": ([(DESIGN, "")], 1, ["expected kind", "is missing"]),
    "no power of two": (design("kind: sobol, n: 100"), 6, ["power of two"]),
    "no n": (design("kind: morris"), 6, ["morris needs n"]),
    "field of another design": (design("kind: grid, n: 4"), 6, ["unknown field"]),
    "odd levels": (design("kind: morris, n: 4, levels: 5"), 6, ["even number"]),
    "too many runs": (design("kind: latin_hypercube, n: 9000000"), 6, ["18,000,000 runs"]),
    "unknown key": ([("replicates", "replicate")], 7, ["unknown field", "Did you mean 'replicates'"]),
    "no replicates": ([("replicates: 2", "replicates: 0")], 7, ["1 to"]),
    "name of no folder": ([("name: wrong", "name: a/b")], 1, ["names a folder"]),
    "nothing kept": ([("{summary: true}", "{summary: false}")], 8, ["nothing is kept"]),
    "unknown indicator": ([("{summary: true}", "{indicators: [avoided_co]}")], 8, ["Did you mean 'avoided_co2'"]),
    "unknown number of a run": (kept("landfiled"), 11, ["unknown indicator 'landfiled'", "Did you mean 'landfilled'", "ecopark indicators"]),
    "no number at all": (kept("kaplan_meier"), 11, ["'kaplan_meier' is no single number of the park", "as a table"]),
    "number of each exchange": (kept("npv"), 11, ["'npv' is no single number", "exchange by exchange"]),
    "number of each firm": (kept("credit_half"), 11, ["firm by firm"]),
    "number of a programme": (kept("programme_jobs"), 11, ["only with the terms of a programme"]),
    "number of parts": (kept("byproduct_use_rate"), 11, ["parts of the park", "byproduct_use_rate of material, byproduct_use_rate of water"]),
    "number of an unknown part": (kept("byproduct_use_rate of watter"), 11, ["Did you mean 'byproduct_use_rate of water'"]),
    "number of the summary": (kept("avoided_co2"), 11, ["a number of the summary already"]),
    "number named twice": (kept("sector_shannon"), 11, ["is named twice"]),
    "numbers that are no names": ([("{summary: true}", "{whole_run: [1]}")], 8, ["expected names of registered indicators"]),
    "rule on what is not kept": ([("replicates: 2", "replicates: 2\nstopping: {output: landfilled, half_width: 5 %, max: 9}")], 8, ["is not kept", "outputs.whole_run"]),
    "rule on what is kept otherwise": ([("replicates: 2", "replicates: 2\nstopping: {output: landfiled, half_width: 5 %, max: 9}"), *kept("landfilled")], 8, ["unknown output 'landfiled'", "Did you mean 'landfilled'"]),
    "until after the end": ([("replicates: 2", "until: 2003")], 7, ["lies outside", "1990-01 to 1993-12"]),
    "unknown base": ([("park.yaml", "perk.yaml")], 0, ["no such file"]),
    "base with a mistake": ([("base: park.yaml", "base: {scenario: park.yaml, overrides: {policy.carbn: 1}}")], 2, ["unknown field 'carbn'"]),
    "rule without max": ([("replicates: 2", "replicates: 2\nstopping: {output: avoided_co2, half_width: 5 %}")], 8, ["max missing"]),
    "rule on nothing": ([("replicates: 2", "replicates: 2\nstopping: {output: co2, half_width: 5 %, max: 9}")], 8, ["unknown output 'co2'"]),
    "width of zero": ([("replicates: 2", "replicates: 2\nstopping: {output: ideas, half_width: 0, max: 9}")], 8, ["above zero"]),
    "rule with one replicate": ([("replicates: 2", "replicates: 1\nstopping: {output: ideas, half_width: 1, max: 9}")], 7, ["at least 2"]),
    "unbounded for morris": ([(DESIGN, "design: {kind: morris, n: 4}\n"), *tax("path: policy.landfill_tax, distribution: {kind: normal, mean: 50 DKK/t, sd: 5 DKK/t}")], 4, ["has no ends"]),
    "alternative without date": (paired("{firms.plant.behaviour.payback: 3 yr}"), 7, ["has no date of its own"]),
    "alternative too early": (paired("{policy.landfill_tax: {1990-06: 99 DKK/t}}"), 7, ["acts from 1990-06, before"]),
    "alternative seen coming": (paired("{firms.plant.capacity: {1991-09: 5 t/day}}"), 7, ["years ahead"]),
    "alternative nobody uses": (paired("{resources.clay.virgin.price: 99 DKK/t}"), 7, ["changes nothing"]),
    "unknown path of an alternative": (paired("{policy.landfil_tax: 99 DKK/t}"), 7, ["Did you mean 'landfill_tax'"]),
}  # fmt: skip


def write(folder: Path, text: str) -> Path:
    write_park(folder)
    file = folder / "study.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_study_is_refused(name: str, tmp_path: Path) -> None:
    edits, line, words = CASES[name]
    text = GOOD
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    file = write(tmp_path, text)
    with pytest.raises(StudyError) as refused:
        sweep(file, engine="serial", folder=tmp_path / "results")
    told = [p for p in refused.value.problems if all(word in p.message for word in words)]
    assert told, refused.value
    assert told[0].line == line, refused.value
    assert not line or told[0].file.endswith("study.yaml")
    assert not (tmp_path / "results").exists()


def test_the_study_the_cases_spoil_is_right(tmp_path: Path) -> None:
    study = Study.load(write(tmp_path, GOOD))
    assert (study.points, study.replicates, len(study.parameters)) == (4, 2, 2)


def test_all_mistakes_come_at_once_with_those_of_the_folder(tmp_path: Path) -> None:
    text = (
        GOOD.replace("[10 DKK/t, 90 DKK/t]", "[90 DKK/t, 10 DKK/t]")
        .replace("n: 4", "n: x")
        .replace("2 yr", "2 y")
    )
    text = text.replace("replicates: 2", "replicates: many")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.txt").write_text("mine")
    with pytest.raises(StudyError) as refused:
        sweep(write(tmp_path, text), engine="serial", folder=tmp_path / "taken")
    fields = {problem.field for problem in refused.value.problems}
    assert fields >= {"parameters.tax.range", "parameters.payback.range", "design.n", "replicates", ""}
    assert "holds other things" in str(refused.value)
    assert [item.name for item in (tmp_path / "taken").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("- a list\n", "found a list"),
        ("name: [\n", "YAML syntax"),
        ("a: !!python/object:os.x 1\n", "tag"),
    ],
)
def test_files_that_are_no_study(content: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=words):
        Study.load(write(tmp_path, content))


def test_a_missing_study_names_the_shipped_ones() -> None:
    with pytest.raises(StudyError, match="Did you mean 'kalundborg/screening'"):
        Study.load("kalundborg/screning")


@pytest.mark.parametrize("name", ["screening", "policies", "after_1990"])
def test_shipped_studies_are_right(name: str) -> None:
    assert Study.load(f"kalundborg/{name}").points > 1
