"""What an extension needs: rules and agents of one's own, without a change to the package.

What lives here: the names to import, and reading the files that a scenario lists under ``extensions``. What
does not: any rule. ``docs/extending.md`` shows worked examples.
"""

from __future__ import annotations

import sys
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from ecopark.agents.firm import Firm
from ecopark.agents.idea import Idea
from ecopark.agents.kinds import Participant, register_firm, register_participant
from ecopark.errors import Problem, ScenarioError
from ecopark.market.appraisal import Appraisal
from ecopark.market.contract import Contract, Verdict
from ecopark.market.discovery import register_discovery
from ecopark.market.protocols import Bargain, Outcome, register_protocol

__all__ = [
    "Appraisal",
    "Bargain",
    "Contract",
    "Firm",
    "Idea",
    "Outcome",
    "Participant",
    "Verdict",
    "load_extensions",
    "register_discovery",
    "register_firm",
    "register_participant",
    "register_protocol",
]


def load_extensions(folder: Path | None, names: tuple[str, ...]) -> dict[str, str]:
    """Run the Python files that register a scenario's own rules, each once per content.

    Parameters
    ----------
    folder : Path or None
        Of the scenario; None where it was not read from a file.
    names : tuple of str
        Files, seen from the folder.

    Returns
    -------
    dict of str to str
        SHA-256 of every file.

    Raises
    ------
    ScenarioError
        If a file is missing or fails, naming all such files.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for place, name in enumerate(names):
        file = Path(name) if folder is None else folder / name
        try:
            found[name] = _load(file)
        except FileNotFoundError:
            message = f"there is no file {file}; extensions are seen from the scenario's folder"
            problems.append(Problem("scenario", 0, f"extensions[{place}]", message))
        except Exception as failure:
            message = f"{file} fails with {type(failure).__name__}: {failure}"
            problems.append(Problem("scenario", 0, f"extensions[{place}]", message))
    if problems:
        raise ScenarioError(problems)
    return found


def _load(file: Path) -> str:
    digest = sha256(file.read_bytes()).hexdigest()
    name = f"ecopark_extension_{digest[:16]}"
    if name not in sys.modules:
        spec = spec_from_file_location(name, file)
        if spec is None or spec.loader is None:
            raise ImportError("is no Python file")
        module = module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    return digest
