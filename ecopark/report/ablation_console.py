"""An ablation on the console.

What does not live here: computing anything; it arrives as tables.
"""

from __future__ import annotations

from typing import Any

from rich.table import Table


def ablation_table(ablation: Any) -> Table:
    """Differences without each mechanism, those that are clear in colour.

    Parameters
    ----------
    ablation : Ablation

    Returns
    -------
    rich.table.Table
        Mean differences only; the intervals stand in the table that is saved.
    """
    title = f"{ablation.name}: difference without a mechanism, {ablation.replicates} paired runs"
    shown = Table(title=title, title_justify="left")
    cells = ablation.table()
    for name in cells.columns:
        shown.add_column(str(name), justify="left" if name == "without" else "right", overflow="fold")
    for row in cells.itertuples(index=False, name=None):
        shown.add_row(*(_short(str(cell)) for cell in row))
    idle = ablation.idle()
    shown.caption = (
        f"nothing clear without: {', '.join(idle)}" if idle else "bold: the 95 % interval leaves out zero"
    )
    return shown


def _short(cell: str) -> str:
    """A cell of the saved table without its interval."""
    mean = cell.strip("*").split(" (")[0] if cell.endswith((")", ")**")) and " to " in cell else cell
    return f"[bold green]{mean}[/]" if cell.startswith("**") else mean
