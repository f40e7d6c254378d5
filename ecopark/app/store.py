"""Parks that visitors save, under one folder.

What lives here: names that are safe, folders written whole, and reading them again. What does not: downloads of
results (``downloads``).

A saved park is a folder with ``scenario.yaml``, the park as every command reads it; ``base.yaml``, what it was made
from; and ``park.json``, what was changed. The last two let the page go on with it.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

from ecopark.app.park import Draft
from ecopark.errors import DomainError, ResultsError
from ecopark.scenario import Scenario, shipped_scenarios

PARK, BASE, SCENARIO = "park.json", "base.yaml", "scenario.yaml"
_FORM = 1
_NAME = re.compile(r"[^\W_][\w -]{0,62}")
# Names that some systems keep for devices.
_DEVICES = re.compile(r"(?i)con|prn|aux|nul|(com|lpt)\d")


class Store:
    """Saved parks under one root folder.

    Parameters
    ----------
    root : pathlib.Path
        Made when first needed.
    """

    def __init__(self, root: Path) -> None:
        self._root = Path(root)

    def save(self, draft: Draft, name: str, *, overwrite: bool = False) -> Path:
        """Save a park as a scenario folder that every command can read.

        Parameters
        ----------
        draft : Draft
        name : str
            Letters, digits, ``_``, ``-`` and blanks.
        overwrite : bool
            Replace a saved park of that name.

        Returns
        -------
        pathlib.Path
            The folder.

        Raises
        ------
        DomainError
            If the name cannot be used, or is taken.
        ScenarioError
            If the park cannot be run.
        ResultsError
            If the folder cannot be written.
        """
        target = self._place(name)
        text = draft.scenario().to_yaml()
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=self._root) as folder:
                fresh = Path(folder) / target.name
                fresh.mkdir()
                (fresh / SCENARIO).write_text(text, encoding="utf-8")
                (fresh / BASE).write_text(draft.base.to_yaml(), encoding="utf-8")
                about = {
                    "form": _FORM, "base": draft.base.name, "sha256": draft.base.sha256, "edits": draft.edits(),
                }  # fmt: skip
                held = json.dumps(about, indent=2, ensure_ascii=False) + "\n"
                (fresh / PARK).write_text(held, encoding="utf-8")
                _copy_extensions(draft.base, fresh)
                self._make_way(target, overwrite)
                fresh.rename(target)
        except OSError as failure:
            raise ResultsError(f"The park cannot be saved: {failure.strerror or failure}.") from failure
        return target

    def load(self, name: str) -> Draft:
        """A saved park.

        Parameters
        ----------
        name : str

        Returns
        -------
        Draft
            Equal to the one that was saved.

        Raises
        ------
        DomainError
            If there is none of that name, or its edits have been spoilt.
        ScenarioError
            If its scenario has been spoilt.
        """
        folder = self._place(name)
        if not _is_park(folder):
            listed = ", ".join(self.names()) or "none"
            raise DomainError(f"There is no saved park {name!r}. Saved parks: {listed}.")
        try:
            about: Any = json.loads((folder / PARK).read_text(encoding="utf-8"))
            if about["form"] != _FORM:
                raise DomainError(f"The saved park {name!r} is of another version of ecopark.")
            title, edits = str(about["base"]), about["edits"]
        except (OSError, ValueError, KeyError, TypeError) as failure:
            if isinstance(failure, DomainError):
                raise
            raise DomainError(f"The saved park {name!r} cannot be read: {PARK} has been spoilt.") from failure
        base = _shipped_again(about) or replace(Scenario.load(folder / BASE), name=title)
        return Draft.from_edits(base, edits)

    def names(self) -> list[str]:
        """Names of the saved parks, sorted."""
        if not self._root.is_dir():
            return []
        found = [place.name for place in self._root.iterdir() if _is_name(place.name) and _is_park(place)]
        return sorted(found, key=str.casefold)

    def _place(self, name: str) -> Path:
        """Folder of a name, which lies directly under the root.

        Raises
        ------
        DomainError
            If the name cannot be used, or leads elsewhere.
        """
        if not _is_name(name):
            raise DomainError(
                f"{name!r} cannot be the name of a park. Use up to 63 letters, digits, blanks, - and _, beginning "
                "with a letter or digit."
            )
        place = self._root / name
        if place.is_symlink() or place.resolve().parent != self._root.resolve():
            raise DomainError(f"{name!r} leads out of the folder of saved parks; choose another name.")
        return place

    @staticmethod
    def _make_way(target: Path, overwrite: bool) -> None:
        if not target.exists():
            return
        if not _is_park(target):
            raise DomainError(f"{target.name!r} is there already and is no saved park; choose another name.")
        if not overwrite:
            raise DomainError(
                f"A park {target.name!r} is saved already; choose another name, or overwrite it."
            )
        shutil.rmtree(target)


def _is_name(name: object) -> bool:
    if not isinstance(name, str) or name != name.strip() or not _NAME.fullmatch(name):
        return False
    return _DEVICES.fullmatch(name) is None


def _is_park(folder: Path) -> bool:
    return not folder.is_symlink() and (folder / PARK).is_file() and not (folder / PARK).is_symlink()


def _shipped_again(about: Mapping[str, Any]) -> Scenario | None:
    """The scenario of the package a park was made from, if it still is what it was then.

    It knows its library, of which ``base.yaml`` holds only what was used.
    """
    if about["base"] not in shipped_scenarios():
        return None
    shipped = Scenario.load(about["base"])
    return shipped if shipped.sha256 == about.get("sha256") else None


def _copy_extensions(base: Scenario, folder: Path) -> None:
    """Files of rules travel with the park, since it names them as seen from its folder.

    Raises
    ------
    DomainError
        If one lies outside the scenario's folder: it could not be found again.
    """
    for name in base.park.extensions:
        if PurePath(name).is_absolute():
            continue
        if ".." in PurePath(name).parts:
            raise DomainError(
                f"The rules {name!r} lie outside the scenario's folder; move them into it to save."
            )
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile((base.root or Path()) / name, copy)
