"""Sphinx: the site of docs, built offline and without a warning (``sphinx-build -n -W -b html docs OUT``)."""

from __future__ import annotations

import os
import re
import sys
from argparse import _SubParsersAction
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

project = "ecopark"
author = "The ecopark developers"
copyright = "the ecopark developers, Apache-2.0"  # noqa: A001  the name Sphinx asks for
release = version_of("ecopark")

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns = ["_build"]
html_static_path = ["_static"]
html_css_files = ["ecopark.css"]
# System fonts, no script from elsewhere: the site works from a folder, without any network.
html_theme = "furo"
html_title = f"ecopark {release}"
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1b5e7a", "color-brand-content": "#1b5e7a"},
    "dark_css_variables": {"color-brand-primary": "#8fc7dd", "color-brand-content": "#8fc7dd"},
    "navigation_with_keys": True,
}

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist"]

autodoc_member_order = "bysource"
# Types, shapes and units stand in the docstrings, as text.
autodoc_typehints = "none"
# A compiled class of scipy, whose signature cannot be read.
autodoc_default_options = {"exclude-members": "cKDTree"}
numpydoc_show_class_members = False
# References of the docstrings lead to our own names only; names of other libraries stand as text.
nitpick_ignore_regex = [
    ("py:.*", r"(numpy|pandas|networkx|matplotlib|plotly|pathlib|datetime|collections)\..*")
]

# One page a package, in the order of the layers, lowest first.
_PACKAGES = (
    *("errors", "streams", "calendar", "scenario", "flows", "market", "agents", "model", "extend"),
    *("indicators", "run", "simulate", "experiments", "planning", "report"),
)
_API = """# Python

What most people need is in the package itself: `Scenario`, `simulate`, `Run`, `Study`, `sweep` and three errors. Every
module follows here, in the order of the layers, lowest first. Functions of `market` and `indicators` are pure and can
be used without a simulation.

"""
_COMMANDS = """# Command line

Made from the program's own parser: what stands here is what `ecopark COMMAND --help` says.

"""


# Pages outside docs that its pages lead to: copied, with their links led on.
_COPIED = [
    *(HERE.parent / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((HERE.parent / "results").glob("*.md")),
    *sorted((HERE.parent / "scenarios").glob("*/README.md")),
]
_LINK = re.compile(r"(?<!!)(\[[^\]]*\])\(([^)#\s]+)(#[^)\s]*)?\)")


def _copy_of(page: Path) -> Path:
    return HERE / "_made" / ("page_" + "_".join(page.relative_to(HERE.parent).with_suffix("").parts) + ".md")


def _lead_on(text: str, page: Path, place: Path) -> str:
    """Links of a page as they must be where it, or its copy, stands; those that leave the site become text."""

    def lead(match: re.Match[str]) -> str:
        words, target, part = match[1], match[2], match[3] or ""
        goal = (page.parent / target).resolve()
        if re.match(r"[a-z]+:", target) or (goal.is_relative_to(HERE) and page.is_relative_to(HERE)):
            return match[0]
        if goal in _COPIED:
            goal = _copy_of(goal)
        if goal.suffix != ".md" or not goal.is_relative_to(HERE):
            return words[1:-1]
        return f"{words}({os.path.relpath(goal, place.parent)}{part})"

    return _LINK.sub(lead, text)


def lead_links(app: Any, name: str, content: list[str]) -> None:
    """Let links to pages outside docs lead to their copies.

    Parameters
    ----------
    app : sphinx.application.Sphinx
    name : str
        Of the page being read.
    content : list of str
        Its text, changed in place.
    """
    page = HERE / f"{name}.md"
    if not name.startswith("_made/"):
        content[0] = _lead_on(content[0], page, page)


def _copies() -> dict[str, str]:
    pages = {}
    for page in _COPIED:
        text = _lead_on(page.read_text(encoding="utf-8"), page, _copy_of(page))
        # Pictures stay where they are.
        text = re.sub(r"(!\[[^\]]*\])\(docs/", r"\1(../", text)
        pages[_copy_of(page).stem] = "---\norphan: true\n---\n\n" + text
    return pages


def write_pages(app: Any) -> None:
    """Write the pages made from code and copied from elsewhere: command line, packages, READMEs.

    Parameters
    ----------
    app : sphinx.application.Sphinx
    """
    place = HERE / "_made"
    place.mkdir(exist_ok=True)
    pages = {"commands": _commands()} | {f"api_{name}": _package(name) for name in _PACKAGES}
    toctree = "\n".join(f"api_{name}" for name in _PACKAGES)
    pages["api"] = f"{_API}```{{toctree}}\n:maxdepth: 1\n\n{toctree}\n```\n"
    for name, text in (pages | _copies()).items():
        target = place / f"{name}.md"
        # An unchanged page is not read again.
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")


def _package(name: str) -> str:
    """Page of a package or module: what each of its modules says, and its public names."""
    source = HERE.parent / "ecopark" / name
    files = sorted(source.rglob("*.py")) if source.is_dir() else [source.with_suffix(".py")]
    modules = [".".join(file.relative_to(HERE.parent).with_suffix("").parts) for file in files]
    parts = [f"# ecopark.{name}\n"]
    for module in modules:
        inner = module.endswith(".__init__")
        module = module.removesuffix(".__init__")
        if module != f"ecopark.{name}":
            parts.append(f"## {module.removeprefix(f'ecopark.{name}.')}\n")
        members = "" if inner else "   :members:\n"
        parts.append(f"```{{eval-rst}}\n.. automodule:: {module}\n{members}```\n")
    return "\n".join(parts)


def _commands() -> str:
    from ecopark.cli import build_parser

    parser = build_parser()
    (commands,) = (action.choices for action in parser._actions if isinstance(action, _SubParsersAction))
    helps = {"ecopark": parser, **{f"ecopark {name}": inner for name, inner in commands.items()}}
    blocks = [f"## {name}\n\n```text\n{inner.format_help().rstrip()}\n```\n" for name, inner in helps.items()]
    return _COMMANDS + "\n".join(blocks)


def setup(app: Any) -> None:
    """Hook into the build."""
    app.connect("builder-inited", write_pages)
    app.connect("source-read", lead_links)
