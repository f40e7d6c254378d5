"""The notebooks as they are kept: readable without running, small, tidy, and of this code.

What lives here: what can be seen without running them. Running them all: ``pytest --nbmake notebooks -n 0``.
"""

from __future__ import annotations

import ast
import base64
import io
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
from PIL import Image

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
KILOBYTES_EACH, KILOBYTES_ALL = 400, 2_500
LONGEST_FUNCTION = 10
# Any absolute path of any system; a slash between words is none.
ABSOLUTE = re.compile(r"(?<![\w.~/<:])/(?:tmp|home|usr|var|mnt|private|Users|root|opt|work)/|\b[A-Z]:\\\\?\w")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)")
WIDGET = "application/vnd.jupyter.widget-view+json"

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem[:2])


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def code_of(path: Path) -> list[str]:
    return [cell.source for cell in read(path).cells if cell.cell_type == "code"]


def words_of(path: Path) -> list[str]:
    return [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]


def outputs_of(path: Path) -> list[Any]:
    return [output for cell in read(path).cells for output in cell.get("outputs", [])]


def load(name: str) -> ModuleType:
    """A Python file of the folder, which is no package."""
    spec = spec_from_file_location(f"notebooks_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_there_are_eight_and_the_table_of_contents_has_them() -> None:
    assert [path.name[:3] for path in NOTEBOOKS] == [f"{number:02d}_" for number in range(1, 9)]
    contents = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [name for name in LINK.findall(contents) if name.endswith(".ipynb")] == [p.name for p in NOTEBOOKS]


@each
def test_it_is_a_notebook_and_says_nothing_of_where_it_was_run(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert all(cell.metadata == {} for cell in notebook.cells)
    texts = [*code_of(path), *words_of(path), *(shown(output) for output in outputs_of(path))]
    assert not [text for text in texts if ABSOLUTE.search(text)]


def shown(output: Any) -> str:
    """The text of an output, without pictures."""
    data = output.get("data", {})
    return "\n".join([output.get("text", ""), *(data[kind] for kind in data if kind.startswith("text/"))])


# Put together from halves, so that the search of all texts for one person's machine does not find these.
@pytest.mark.parametrize("text", ["/tmp/x", "see /ho" + "me/me/a.py", "C:\\U" + "sers", "'/usr/lib'"])
def test_absolute_paths_are_seen(text: str) -> None:
    assert ABSOLUTE.search(text)


@pytest.mark.parametrize("text", ["DKK/t", "and/or", "docs/ho" + "me/page.md", "1/yr", "./tmp/x"])
def test_what_is_no_absolute_path_is_left_alone(text: str) -> None:
    assert not ABSOLUTE.search(text)


@each
def test_it_has_a_question_conclusions_and_questions_for_students(path: Path) -> None:
    words = words_of(path)
    assert re.match(rf"# {int(path.name[:2])} \w", words[0])
    assert re.search(r"^\*\*[^*]+\?[^*]*\*\*$", words[0], re.MULTILINE), "no question in bold"
    assert re.search(r"^\*.+ to read, .+ to run\.", words[0], re.MULTILINE), "no time"
    text = "\n".join(words)
    assert "\n## What to keep\n" in text
    questions = re.findall(
        r"^\d\. .+\n   <details>", text.split("## Questions for students")[1], re.MULTILINE
    )
    assert len(questions) >= 4
    assert all(
        re.search(r"<details><summary>Hint</summary>.+</details>", one)
        for one in text.splitlines()
        if "<details>" in one
    )


@each
def test_it_can_be_read_without_running(path: Path) -> None:
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = outputs_of(path)
    kinds = {output.output_type for output in outputs}
    assert kinds <= {"display_data", "execute_result"}, "an error, or something printed"
    pictures = [output for output in outputs if "image/png" in output.data]
    assert len(pictures) >= 2
    for picture in pictures:
        with Image.open(io.BytesIO(base64.b64decode(picture.data["image/png"]))) as image:
            assert image.width > 700
        assert len(picture.metadata["image/png"]["alt"]) > 20
    assert [output for output in outputs if "text/markdown" in output.data], "no number in words"
    assert not [output for output in outputs if WIDGET in output.get("data", {})]


def test_they_are_small() -> None:
    sizes = {path.name: path.stat().st_size / 1000 for path in NOTEBOOKS}
    assert max(sizes.values()) < KILOBYTES_EACH, sizes
    assert sum(sizes.values()) < KILOBYTES_ALL


@each
def test_the_code_parses_and_no_function_is_long(path: Path) -> None:
    for source in code_of(path):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, node.name


@each
def test_links_lead_to_files_of_this_folder(path: Path) -> None:
    targets = LINK.findall("\n".join(words_of(path)))
    assert not [target for target in targets if not (FOLDER / target).is_file()]


def test_what_a_control_leaves_is_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    from ecopark.report.style import new_figure

    classroom = load("classroom")
    left: list[tuple[Any, dict[str, Any]]] = []
    monkeypatch.setattr(classroom, "display", lambda data, **more: left.append((data, more)))
    drawn: list[int] = []

    def draw(size: int) -> Any:
        drawn.append(size)
        return new_figure(20 * size, 20).add_axes((0, 0, 1, 1))

    classroom.explore(draw, "a square", size=[1, 2, 3])
    data, more = left[-1]
    with Image.open(io.BytesIO(base64.b64decode(data["image/png"]))) as image:
        assert image.width == pytest.approx(3 * image.height, abs=2)  # of the last option
    assert set(drawn) == {3}
    assert more["metadata"]["image/png"]["alt"] == "a square"
    assert data[WIDGET]["model_id"]


def test_a_table_is_markdown(monkeypatch: pytest.MonkeyPatch) -> None:
    classroom = load("classroom")
    told: list[str] = []
    monkeypatch.setattr(classroom, "say", told.append)
    classroom.table([{"what": "lake", "m³": 1_234_567}, {"what": "leaks", "m³": 0.25}])
    assert told == ["| what | m³ |\n| :- | -: |\n| lake | 1,234,567 |\n| leaks | 0.2 |"]


def test_refreshing_takes_out_what_names_a_machine() -> None:
    refresh = load("refresh")
    cell = nbformat.v4.new_code_cell("1", metadata={"execution": {"iopub.execute_input": "2001-01-01"}})
    cell.outputs = [nbformat.v4.new_output("display_data", {WIDGET: {"model_id": "a"}, "image/png": "aGk="})]
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"widgets": {"state": {}}, "path": "/x"})
    tidied = refresh.tidy(notebook)
    nbformat.validate(tidied)
    assert set(tidied.metadata) == {"kernelspec", "language_info"}
    assert tidied.cells[0].metadata == {}
    assert tidied.cells[0].outputs[0].data == {"image/png": "aGk="}


@pytest.mark.slow
def test_the_first_notebook_shows_what_the_code_finds() -> None:
    """Fails when results move: then ``python notebooks/refresh.py`` and read the notebooks again."""
    from ecopark import Scenario, simulate

    run = simulate(Scenario.load("kalundborg"), seed=1, until="1995")
    told = next(text for text in map(shown, outputs_of(NOTEBOOKS[0])) if "Exchanges in operation" in text)
    kept = {int(year): int(number) for number, year in re.findall(r"\*\*(\d+)\*\* in (\d+)", told)}
    assert len(kept) >= 4
    table = run.synergies
    ends = {year: f"{year}-12-31" for year in kept}
    found = {
        year: int(((table["operating"] <= end) & ~(table["ended"] <= end)).sum())
        for year, end in ends.items()
    }
    assert kept == found
