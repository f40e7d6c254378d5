"""The names users may rely on. A change here is a change of the contract: say so in CHANGELOG.md."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

import ecopark

PUBLIC = ["BalanceError", "EcoparkError", "Run", "Scenario", "ScenarioError", "Study", "simulate", "sweep"]


def test_public_names_are_pinned() -> None:
    assert sorted(ecopark.__all__) == PUBLIC
    assert all(
        inspect.isclass(getattr(ecopark, n)) or inspect.isfunction(getattr(ecopark, n)) for n in PUBLIC
    )


def test_every_public_name_has_a_home_and_no_other_is_found() -> None:
    assert sorted(ecopark._HOMES) == PUBLIC
    with pytest.raises(AttributeError, match="no attribute 'simulte'"):
        _ = ecopark.simulte


def test_signatures_users_call() -> None:
    assert str(inspect.signature(ecopark.Scenario.load)).startswith("(path_or_name")
    assert list(inspect.signature(ecopark.simulate).parameters) == [
        "scenario",
        "seed",
        "until",
        "progress",
        "watch",
    ]
    assert list(inspect.signature(ecopark.Run.save).parameters) == ["self", "folder", "figures"]
    assert list(inspect.signature(ecopark.Run.network).parameters) == ["self", "at"]


@pytest.mark.parametrize("first", ["import ecopark.simulate", "import ecopark.cli", "import ecopark"])
def test_simulate_is_the_function_whatever_was_imported_first(first: str) -> None:
    code = f"{first}\nfor _ in range(2):\n    from ecopark import simulate\n    assert simulate.__name__ == 'simulate'"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_errors_are_one_family() -> None:
    assert issubclass(ecopark.ScenarioError, ecopark.EcoparkError)
    assert issubclass(ecopark.BalanceError, ecopark.EcoparkError)


def test_the_command_is_installed() -> None:
    (command,) = [entry for entry in entry_points(group="console_scripts") if entry.name == "ecopark"]
    assert command.value == "ecopark.cli:main"
