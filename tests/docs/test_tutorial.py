"""The tutorial: every command and every line of Python of the page, in order, as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from ecopark.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"


@pytest.mark.slow
def test_every_step_of_the_tutorial_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```(sh|python)\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 8
    for language, block in blocks:
        if language == "python":
            exec(compile(block, str(PAGE), "exec"), {})
            continue
        for line in filter(None, block.splitlines()):
            program, *arguments = shlex.split(line)
            assert program == "ecopark"
            if arguments[0] == "run" and "first" not in arguments:
                arguments.append("--no-figures")  # quicker, and nobody looks at them
            assert main(arguments) == 0, (line, capsys.readouterr().err)
    assert (tmp_path / "first" / "figures" / "timeline.png").is_file()
    assert (tmp_path / "compared").is_dir()
    # What the page says of Python's answer: exchanges there are, and water that was not drawn.
    shown = capsys.readouterr().out
    assert "m3" in shown
