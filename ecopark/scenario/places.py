"""Where scenarios stand: folders, files, and those that travel with the package.

What lives here: from what a user wrote to a file. What does not: reading it (``source``, ``variants``).
"""

from __future__ import annotations

from importlib.resources import files as package_files
from pathlib import Path

from ecopark.scenario.located import Problems, Where
from ecopark.scenario.units import nearest

MAIN_FILE = "scenario.yaml"
_STUDIES = "studies"


def find_scenario(path_or_name: str | Path, problems: Problems) -> tuple[Path, str]:
    """Main file of a scenario and its folder as the user named it.

    Parameters
    ----------
    path_or_name : str or path
        Folder with a ``scenario.yaml``, a YAML file, the name of a shipped scenario, or such a name and a
        file inside it, with or without its ending, as in ``kalundborg/barriers/information``.
    problems : Problems
        Collector; a scenario that is not found is noted with the nearest name.

    Returns
    -------
    tuple of (pathlib.Path, str)
    """
    given = Path(path_or_name)
    shown = str(path_or_name)
    if not shown.strip():
        problems.add(Where("(no name)"), "", "expected a folder, a file or the name of a shipped scenario")
        return given, shown
    if given.is_dir():
        main = given / MAIN_FILE
        if not main.exists():
            held = ", ".join(sorted(item.name for item in given.iterdir())[:8]) or "nothing"
            problems.add(Where(shown), "", f"this folder has no {MAIN_FILE}; it holds {held}")
        return main, given.as_posix()
    if given.exists():
        return given, given.parent.as_posix()
    known = _shipped() | _variants()
    if given.as_posix().removesuffix(".yaml") in known:
        file = known[given.as_posix().removesuffix(".yaml")]
        return file, shown if file.name == MAIN_FILE else given.parent.as_posix()
    listed = f"; shipped scenarios: {', '.join(_shipped())}" if known else ""
    message = f"there is no such file, folder or shipped scenario{nearest(shown, known)}{listed}"
    problems.add(Where(shown), "", message)
    return given, shown


def shipped_scenarios() -> tuple[str, ...]:
    """Names of the scenarios that travel with the package."""
    return tuple(_shipped())


def shipped_variants() -> tuple[str, ...]:
    """Names of the variants that travel with the package, such as ``kalundborg/barriers/information``."""
    return tuple(_variants())


def shipped_folder(name: str) -> Path | None:
    """Folder of a scenario that travels with the package; None where there is none of that name."""
    file = _shipped().get(name)
    return None if file is None else file.parent


def _shipped() -> dict[str, Path]:
    """Main files of shipped scenarios: inside the installed package, else beside it in a checkout."""
    package = Path(str(package_files("ecopark")))
    for folder in (package / "_scenarios", package.parent / "scenarios"):
        if folder.is_dir():
            mains = [item / MAIN_FILE for item in sorted(folder.iterdir())]
            return {main.parent.name: main for main in mains if main.is_file()}
    return {}


def _variants() -> dict[str, Path]:
    """Files of shipped scenarios that build on a scenario, by name; studies have a folder of their own."""
    return {
        f"{name}/{file.relative_to(main.parent).with_suffix('').as_posix()}": file
        for name, main in _shipped().items()
        for file in sorted([*main.parent.glob("*.yaml"), *main.parent.glob("*/*.yaml")])
        if file.parent.name != _STUDIES and _is_variant(file)
    }


def _is_variant(file: Path) -> bool:
    """Whether a file has both a `base` and a `set`."""
    keys = {line.partition(":")[0] for line in file.read_text(encoding="utf-8").splitlines()}
    return {"base", "set"} <= keys
