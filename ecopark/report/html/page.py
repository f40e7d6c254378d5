"""A document as one HTML file that needs nothing else: no network, no other file.

What lives here: words, tables and figures to HTML, and writing the file whole or not at all. What does not: style
and behaviour (``page.css``, ``page.js``, beside this file), content (``document``).
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from html import escape
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from ecopark.errors import DomainError, ResultsError
from ecopark.report.html.document import (
    Block,
    Bullets,
    Cell,
    Command,
    Document,
    Facts,
    Paragraph,
    Picture,
    Section,
    Table,
)
from ecopark.report.interactive.theme import CONFIG


def page_of(document: Document) -> str:
    """The report as the text of one HTML file.

    Parameters
    ----------
    document : Document

    Returns
    -------
    str
        With style, script, plotting library and data inside.

    Raises
    ------
    DomainError
        If plotly is not installed.
    """
    specs: dict[str, Any] = {}
    body = "\n".join(_section(section, specs) for section in document.sections)
    links = "\n".join(
        f'<li><a href="#{section.name}">{escape(section.name.capitalize())}</a></li>'
        for section in document.sections
    )
    style, script = (_own(name) for name in ("page.css", "page.js"))
    # Plotly's encoder writes null for NaN, which no browser reads.
    data = json.dumps(
        {"figures": specs, "config": dict(CONFIG)},
        cls=_plotly("utils").PlotlyJSONEncoder,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    # No name in a scenario can end the script or begin a comment in it.
    data = data.replace("<", "\\u003c")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(document.title)}: report</title>
<link rel="icon" href="data:,">
<style>
{style}
</style>
</head>
<body>
<a class="skip" href="#content">Skip to the report</a>
<header><h1>{escape(document.title)}</h1><p>{escape(document.subtitle)}</p></header>
<nav aria-label="Sections"><ol>
{links}
</ol></nav>
<main id="content">
{body}
</main>
<noscript><p class="caption">Figures need JavaScript, which is switched off; the tables hold the numbers.</p></noscript>
<script type="application/json" id="data">{data}</script>
<script>{_plotly("offline").get_plotlyjs()}</script>
<script>
{script}
</script>
</body>
</html>
"""


def write_page(document: Document, path: Path) -> Path:
    """Write the report, whole or not at all.

    Raises
    ------
    ResultsError
        If the place cannot be written.
    """
    text = page_of(document)
    write_whole(path, text.encode("utf-8"))
    return path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name and move it to its place.

    Raises
    ------
    ResultsError
        If the place cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=".unfinished-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(draft).chmod(0o644)
            Path(draft).replace(path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
    except OSError as failure:
        raise ResultsError(f"cannot write {path}: {failure.strerror or failure}") from failure


def _own(name: str) -> str:
    """Text of a file beside this one."""
    return files("ecopark.report.html").joinpath(name).read_text(encoding="utf-8")


def _plotly(part: str) -> Any:
    """A module of the plotting library."""
    try:
        return import_module(f"plotly.{part}")
    except ModuleNotFoundError as failure:
        raise DomainError(
            "a report needs plotly, which is not installed; pip install 'ecopark[report]'"
        ) from failure


def _section(section: Section, specs: dict[str, Any]) -> str:
    blocks = "\n".join(_block(block, specs) for block in section.blocks)
    title = escape(section.title)
    name = section.name
    head = f'<section id="{name}" aria-labelledby="h-{name}"><h2 id="h-{name}">{title}</h2>'
    return f"{head}\n{blocks}\n</section>"


def _block(block: Block, specs: dict[str, Any]) -> str:
    if isinstance(block, Paragraph):
        return f"<p>{_strong(block.text)}</p>"
    if isinstance(block, Bullets):
        return "<ul>" + "".join(f"<li>{_strong(item)}</li>" for item in block.items) + "</ul>"
    if isinstance(block, Command):
        return f'<pre tabindex="0"><code>{escape(block.text)}</code></pre>'
    if isinstance(block, Facts):
        return _facts(block)
    if isinstance(block, Table):
        return _table(block)
    return _picture(block, specs)


def _strong(text: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text, quote=False))


def _facts(block: Facts) -> str:
    cards = "".join(
        f'<div><dt>{escape(name)}</dt><dd><span class="big"{_value(cell)}>{escape(cell.text)}</span>'
        f"<small>{escape(basis)}</small></dd></div>"
        for name, cell, basis in block.items
    )
    return f'<dl class="facts">{cards}</dl>'


def _value(cell: Cell) -> str:
    """The number behind a cell, for programs that read the page."""
    return "" if cell.value is None else f' data-value="{cell.value!r}"'


def _table(table: Table) -> str:
    head = "".join(
        f'<th scope="col"{_class(table, at)}>{escape(title)}</th>' for at, title in enumerate(table.head)
    )
    rows = []
    for row in table.rows:
        first = f'<th scope="row"{_value(row[0])}>{escape(row[0].text)}</th>'
        rest = "".join(
            f"<td{_class(table, at)}{_value(cell)}>{escape(cell.text)}</td>"
            for at, cell in enumerate(row[1:], start=1)
        )
        last = ' class="sum"' if row[0].text in ("Sum", "Joint gain") and row is table.rows[-1] else ""
        rows.append(f"<tr{last}>{first}{rest}</tr>")
    body = "\n".join(rows)
    caption = escape(table.caption)
    inner = (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(table.caption, quote=True)}">'
        f'<table id="t-{table.name}"><caption>{caption}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )
    return f"<details><summary>{caption}</summary>{inner}</details>" if table.folded else inner


def _class(table: Table, column: int) -> str:
    """Columns that hold numbers are set right."""
    numbers = any(row[column].value is not None for row in table.rows)
    return ' class="n"' if numbers else ""


def _picture(picture: Picture, specs: dict[str, Any]) -> str:
    if picture.spec is None:
        raise DomainError(f"figure {picture.name} has no interactive form")
    spec = {key: value for key, value in picture.spec.items() if value}
    look = dict(spec["layout"])
    # The page has a slider of its own, which keys can move and which moves all figures together.
    if look.pop("sliders", None):
        look["margin"] = {**look["margin"], "b": look["margin"]["b"] - 90}
        look["height"] = look["height"] - 90
    specs[picture.name] = {**spec, "layout": look}
    years = [frame["name"] for frame in picture.spec.get("frames", [])]
    control = _years(picture.name, years, _shown(picture)) if years else ""
    height = round(look["height"])
    caption = f"{picture.caption} {picture.hint}".strip()
    return (
        f"<figure>{control}"
        f'<div class="scroll" tabindex="0">'
        f'<div class="plot" id="p-{picture.name}" data-figure="{picture.name}" role="img" '
        f'aria-label="{escape(picture.alt, quote=True)}" style="height:{height}px"></div></div>'
        f"<figcaption>{_strong(caption)}</figcaption></figure>"
    )


def _shown(picture: Picture) -> str:
    """Year that a figure shows first."""
    sliders = (picture.spec or {})["layout"]["sliders"]
    steps = sliders[0]["steps"]
    return str(steps[sliders[0]["active"]]["label"])


def _years(name: str, years: list[str], shown: str) -> str:
    return (
        f'<div class="years"><label for="y-{name}">Year</label>'
        f'<button type="button" class="step" data-step="-1" aria-label="one year back">‹</button>'
        f'<input type="range" id="y-{name}" min="{years[0]}" max="{years[-1]}" step="1" value="{shown}" '
        f'data-figure="{name}"><button type="button" class="step" data-step="1" aria-label="one year on">›</button>'
        f'<output for="y-{name}">{shown}</output>'
        f'<button type="button" class="play" aria-pressed="false">Play</button></div>'
    )
