"""A scenario that builds on another one: what it changes, what it says of its numbers, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_files import LIBRARY, problems_of, write

from ecopark import Scenario

VARIANT = """\
name: Demo park, dearer
base: ../scenario.yaml
set:
  layout.detour: 2
  policy.landfill_tax: {1990-01: 300 DKK/t}
  firms.cement.behaviour: {payback: 3 yr, hurdle_rate: {value: 12 %/yr, source: bank, mark: S}}
"""


def put(folder: Path, text: str, name: str = "variants/dear.yaml") -> Path:
    """A variant beside the demo park."""
    file = write(folder, []) / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def load(file: Path) -> Scenario:
    return Scenario.load(file, library=LIBRARY)


def test_only_what_is_set_differs(tmp_path: Path) -> None:
    file = put(tmp_path, VARIANT)
    below, variant = load(file.parent.parent), load(file)
    assert variant.name == "dear"
    assert variant.park.name == "Demo park, dearer"
    numbers = [
        {place: (number.value, number.unit) for place, number in scenario.numbers()}
        for scenario in (below, variant)
    ]
    places = numbers[0].keys() | numbers[1].keys()
    assert {place for place in places if numbers[0].get(place) != numbers[1].get(place)} == {
        "layout.detour",
        "policy.landfill_tax.1987-01",
        "policy.landfill_tax.1990-01",
        "firms.cement.behaviour.payback",
        "firms.cement.behaviour.hurdle_rate",
    }
    assert variant.park.layout.detour.value == 2.0
    assert variant.park.firms["cement"].behaviour.payback.value == pytest.approx(3 * 365.25)
    assert variant.park.firms["plant"] == below.park.firms["plant"]
    assert variant.park.resources == below.park.resources


def test_numbers_say_that_the_variant_set_them(tmp_path: Path) -> None:
    plain = load(put(tmp_path / "a", VARIANT)).park
    assert (plain.layout.detour.source, plain.layout.detour.mark) == ("set in dear.yaml", "M")
    behaviour = plain.firms["cement"].behaviour
    assert (behaviour.payback.source, behaviour.hurdle_rate.source) == ("set in dear.yaml", "bank")
    told = load(put(tmp_path / "b", VARIANT + "source: a report\nmark: S\n")).park
    assert {q.source for q in told.policy.landfill_tax.values} == {"a report"}
    assert (told.layout.detour.source, told.layout.detour.mark) == ("a report", "S")


def test_a_variant_equals_the_same_words_given_as_overrides(tmp_path: Path) -> None:
    file = put(tmp_path, "base: ../scenario.yaml\nset: {layout.detour: 2, time.end: 1995-12}\n")
    given = Scenario.load(
        file.parent.parent, {"layout.detour": 2, "time.end": "1995-12"}, library=LIBRARY
    ).park
    park = load(file).park
    assert park.time == given.time
    assert park.layout.detour.value == given.layout.detour.value
    assert park.firms == given.firms


def test_the_upper_of_two_layers_wins(tmp_path: Path) -> None:
    file = put(tmp_path, VARIANT)
    top = file.with_name("top.yaml")
    top.write_text("base: dear.yaml\nset: {layout.detour: 4}\n", encoding="utf-8")
    park = load(top).park
    assert park.layout.detour.value == 4.0
    assert park.firms == load(file).park.firms
    assert park.name == "Demo park, dearer"


def test_overrides_go_on_top(tmp_path: Path) -> None:
    file = put(tmp_path, VARIANT)
    assert load(file).with_overrides({"layout.detour": 5}).park.layout.detour.value == 5.0
    assert (
        Scenario.load(file, {"layout.detour": 5}, library=LIBRARY).park
        == load(file).with_overrides({"layout.detour": 5}).park
    )


def test_the_hash_follows_both_files_and_not_the_place(tmp_path: Path) -> None:
    first, second = load(put(tmp_path / "a", VARIANT)), load(put(tmp_path / "b", VARIANT))
    assert first.sha256 == second.sha256
    assert first.sha256 != load(tmp_path / "a" / "park").sha256
    other = put(tmp_path / "c", VARIANT.replace("detour: 2", "detour: 3"))
    assert load(other).sha256 != first.sha256
    below = other.parent.parent / "scenario.yaml"
    other.write_text(VARIANT, encoding="utf-8")
    assert load(other).sha256 == first.sha256
    below.write_text(below.read_text(encoding="utf-8") + "\n# a word more\n", encoding="utf-8")
    assert load(other).sha256 != first.sha256


def test_extensions_are_seen_from_the_scenario_below(tmp_path: Path) -> None:
    file = put(tmp_path, VARIANT)
    assert load(file).root == file.parent.parent
    assert load(file).with_overrides({"layout.detour": 3}).root == file.parent.parent


def test_a_resolved_variant_is_read_back(tmp_path: Path) -> None:
    variant = load(put(tmp_path, VARIANT))
    again = tmp_path / "again.yaml"
    again.write_text(variant.to_yaml(), encoding="utf-8")
    assert Scenario.load(again).park == variant.park


@pytest.mark.parametrize(
    ("text", "line", "field", "words"),
    [
        ("base: ../scenario.yaml\nset: {layout.detuor: 2}", 2, "layout.detuor", "Did you mean 'detour'"),
        ("base: ../scenario.yaml\nset:\n  layout.detour: 2 km", 3, "layout.detour", "pure number"),
        ("base: ../scenario.yaml\nset: {}\npolicy: {landfill_tax: 3 EUR/t}", 3, "policy", "go by path under 'set'"),
        ("base: ../scenario.yaml\nset: {}\nnmae: x", 3, "nmae", "Did you mean 'name'"),
        ("base: ../scenario.yaml", 1, "set", "expected values by dotted path"),
        ("base: ../scenario.yaml\nset: [layout.detour]", 2, "set", "expected values by dotted path"),
        ("set: {}\nbase: ../park.yaml", 2, "base", "there is no file ../park.yaml"),
        ("set: {}\nbase: [a, b]", 2, "base", "expected a file such as"),
        ("set: {}\nbase: wrong.yaml", 2, "base", "builds on itself"),
        ("set: {}\nbase: ../../../far.yaml", 2, "base", "lies outside"),
    ],
)  # fmt: skip
def test_mistakes_name_the_place_and_what_was_expected(
    text: str, line: int, field: str, words: str, tmp_path: Path
) -> None:
    (tmp_path / "far.yaml").write_text("name: Far\n", encoding="utf-8")
    file = put(tmp_path / "deep", text, "variants/wrong.yaml")
    (found,) = problems_of(file)
    assert (Path(found.file).name, found.line, found.field) == ("wrong.yaml", line, field)
    assert words in found.message


def test_mistakes_in_both_files_are_told_at_once(tmp_path: Path) -> None:
    file = put(tmp_path, "base: ../scenario.yaml\nset: {layout.detuor: 2}\n")
    below = file.parent.parent / "scenario.yaml"
    text = below.read_text(encoding="utf-8").replace("1993-06, set: {out: {ash", "1993-06, set: {out: {hash")
    below.write_text(text, encoding="utf-8")
    assert {Path(problem.file).name for problem in problems_of(file)} == {"dear.yaml", "scenario.yaml"}
