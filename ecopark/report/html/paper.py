"""A document on paper: a PDF with the printed figures and the same words and tables as the page.

What lives here: the PDF. What does not: content (``document``), figures (``ecopark.report``). The type is the one
that ships with matplotlib, so that every machine sets the same letters.
"""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from ecopark.errors import DomainError
from ecopark.report.html.document import (
    Block,
    Bullets,
    Command,
    Document,
    Facts,
    Paragraph,
    Picture,
    Section,
    Table,
)
from ecopark.report.html.page import write_whole
from ecopark.report.style import figure_of

_LEFT, _TOP, _WIDTH, _LOW = 20.0, 18.0, 170.0, 277.0
_DPI = 170
_QUIET = (92, 92, 92)
_INK = (34, 34, 34)


def write_paper(document: Document, path: Path) -> Path:
    """Write the report as PDF, A4, whole or not at all.

    Parameters
    ----------
    document : Document
    path : pathlib.Path

    Returns
    -------
    pathlib.Path

    Raises
    ------
    DomainError
        If fpdf2 is not installed.
    ResultsError
        If the place cannot be written.
    """
    pdf = _sheet(document)
    for section in document.sections:
        _write_section(pdf, section)
    write_whole(path, bytes(pdf.output()))
    return path


def _sheet(document: Document) -> Any:
    """An empty PDF with type, page numbers and the title."""
    try:
        library = import_module("fpdf")
    except ModuleNotFoundError as failure:
        raise DomainError(
            "a PDF needs fpdf2, which is not installed; pip install 'ecopark[report]'"
        ) from failure
    title = document.title

    class Sheet(library.FPDF):  # type: ignore[misc,name-defined]
        """A4 with a page number at the foot."""

        def footer(self) -> None:
            self.set_y(-14)
            self.set_font("body", size=7.5)
            self.set_text_color(*_QUIET)
            self.cell(0, 5, f"{title}, page {self.page_no()}", align="R")

    pdf = Sheet(format="A4", unit="mm")
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    for style, name in (("", "DejaVuSans"), ("B", "DejaVuSans-Bold")):
        pdf.add_font("body", style, folder / f"{name}.ttf")
    pdf.add_font("mono", "", folder / "DejaVuSansMono.ttf")
    pdf.set_title(document.title)
    pdf.set_lang("en")
    pdf.set_margins(_LEFT, _TOP, _LEFT)
    pdf.set_auto_page_break(True, margin=20)
    pdf.add_page()
    pdf.set_text_color(*_INK)
    pdf.set_font("body", "B", 19)
    pdf.multi_cell(_WIDTH, 9, document.title, new_x="LMARGIN", new_y="NEXT", align="L")
    pdf.set_font("body", size=10)
    pdf.set_text_color(*_QUIET)
    pdf.multi_cell(_WIDTH, 6, document.subtitle, new_x="LMARGIN", new_y="NEXT")
    return pdf


def _room(pdf: Any, height: float) -> None:
    """Begin a new page where `height` mm do not fit on this one."""
    if pdf.get_y() + height > _LOW:
        pdf.add_page()


def _write_section(pdf: Any, section: Section) -> None:
    # A heading stays with the figure below it.
    first = section.blocks[0] if section.blocks else None
    drawn = figure_of(first.draw()) if isinstance(first, Picture) and first.draw is not None else None
    _room(pdf, 45 if drawn is None else _fitted(drawn)[1] + 30)
    pdf.ln(5)
    pdf.set_text_color(*_INK)
    pdf.start_section(section.title)
    pdf.set_font("body", "B", 13)
    pdf.multi_cell(_WIDTH, 8, section.title, new_x="LMARGIN", new_y="NEXT", align="L")
    pdf.set_draw_color(200, 200, 200)
    pdf.line(_LEFT, pdf.get_y(), _LEFT + _WIDTH, pdf.get_y())
    pdf.ln(2.5)
    for block in section.blocks:
        if block is first and isinstance(block, Picture) and drawn is not None:
            _put(pdf, block, drawn)
        else:
            _write(pdf, block)


def _write(pdf: Any, block: Block) -> None:
    if isinstance(block, Paragraph):
        _text(pdf, block.text)
    elif isinstance(block, Bullets):
        for item in block.items:
            _text(pdf, f"•  {item}")
    elif isinstance(block, Command):
        pdf.set_font("mono", size=8)
        pdf.set_fill_color(246, 246, 243)
        pdf.multi_cell(_WIDTH, 5, block.text, fill=True, new_x="LMARGIN", new_y="NEXT", align="L")
        pdf.ln(2)
    elif isinstance(block, Facts):
        _facts(pdf, block)
    elif isinstance(block, Table):
        if not block.folded:
            _table(pdf, block)
    else:
        _picture(pdf, block)


def _text(pdf: Any, text: str) -> None:
    pdf.set_font("body", size=9)
    pdf.set_text_color(*_INK)
    # Two dashes, as before an option, would underline.
    pdf.multi_cell(
        _WIDTH, 5, text.replace("--", "\\--"), markdown=True, new_x="LMARGIN", new_y="NEXT", align="L"
    )
    pdf.ln(2)


def _facts(pdf: Any, block: Facts) -> None:
    """Cards, three in a row."""
    wide, tall = (_WIDTH - 8) / 3, 19.0
    for at, (name, cell, basis) in enumerate(block.items):
        if at % 3 == 0:
            _room(pdf, tall + 3)
            top = pdf.get_y()
        left = _LEFT + (at % 3) * (wide + 4)
        pdf.set_fill_color(246, 246, 243)
        pdf.rect(left, top, wide, tall, style="F")
        for text, size, style, down, colour in (
            (name, 7.5, "", 2.0, _QUIET),
            (cell.text, 13.0, "B", 6.5, _INK),
            (basis, 7.0, "", 13.2, _QUIET),
        ):
            pdf.set_xy(left + 2, top + down)
            pdf.set_font("body", style, size)
            pdf.set_text_color(*colour)
            pdf.cell(wide - 4, 5, text)
        if at % 3 == 2 or at == len(block.items) - 1:
            pdf.set_xy(_LEFT, top + tall + 3)


def _table(pdf: Any, table: Table) -> None:
    """Table over the width its words need; its head is repeated on every page."""
    if not table.rows:
        return
    _room(pdf, 28)
    pdf.set_text_color(*_INK)
    pdf.set_font("body", "B", 8.5)
    pdf.multi_cell(_WIDTH, 5, table.caption, new_x="LMARGIN", new_y="NEXT", align="L")
    pdf.set_font("body", size=7.8)
    numbers = [any(row[at].value is not None for row in table.rows) for at in range(len(table.head))]
    wide = []
    for at, title in enumerate(table.head):
        texts = [title, *(row[at].text for row in table.rows)]
        wide.append(min(max(pdf.get_string_width(text) for text in texts) + 5.0, 95.0))
    scale = min(1.0, _WIDTH / sum(wide))
    faces = import_module("fpdf.fonts")
    with pdf.table(
        width=sum(wide) * scale,
        col_widths=[width * scale for width in wide],
        align="LEFT",
        text_align=["RIGHT" if is_number else "LEFT" for is_number in numbers],
        line_height=4.6,
        borders_layout="HORIZONTAL_LINES",
        headings_style=faces.FontFace(emphasis="", color=_QUIET),
    ) as drawn:
        head = drawn.row()
        for title in table.head:
            head.cell(title)
        for row in table.rows:
            line = drawn.row()
            for cell in row:
                line.cell(cell.text)
    pdf.ln(4)


def _picture(pdf: Any, picture: Picture) -> None:
    """The printed figure, as wide as the text, and its caption."""
    if picture.draw is None:
        return
    _put(pdf, picture, figure_of(picture.draw()))


def _fitted(figure: Figure) -> tuple[float, float]:
    """Width and height, mm, of a figure on the page: as wide as the text, or as high as fits below a heading."""
    across, down = figure.get_size_inches()
    height = min(_WIDTH * down / across, _LOW - _TOP - 34)
    return height * across / down, height


def _put(pdf: Any, picture: Picture, figure: Figure) -> None:
    width, height = _fitted(figure)
    _room(pdf, height + 14)
    held = BytesIO()
    figure.savefig(
        held, format="png", dpi=_DPI, metadata={"Software": None}, pil_kwargs={"compress_level": 3}
    )
    held.seek(0)
    pdf.image(held, x=_LEFT + (_WIDTH - width) / 2, w=width, h=height, alt_text=picture.alt)
    pdf.set_y(pdf.get_y() + 1)
    pdf.set_font("body", size=7.8)
    pdf.set_text_color(*_QUIET)
    pdf.multi_cell(_WIDTH, 4.4, picture.caption, new_x="LMARGIN", new_y="NEXT", align="L")
    pdf.ln(3)
