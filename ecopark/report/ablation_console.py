"""An ablation on the console.

What does not live here: computing anything; it arrives as tables.
"""

from __future__ import annotations

from typing import Any

from rich.console import Group
from rich.table import Table


def ablation_tables(ablation: Any) -> Group:
    """Differences without each mechanism, those that are clear in bold.

    Parameters
    ----------
    ablation : Ablation

    Returns
    -------
    rich.console.Group
        Scores against the record, then the network at the end; mean differences only. The intervals stand in
        the table that is saved.
    """
    runs = f"{ablation.name}, {ablation.replicates} paired runs"
    titles = f"{runs}: scores to {ablation.until} without a mechanism", "Network at the end"
    scores, network = (_table(title, part) for title, part in zip(titles, ablation.parts(), strict=True))
    idle = ablation.idle()
    network.caption = f"nothing clear without: {', '.join(idle)}" if idle else None
    return Group(scores, network)


def _table(title: str, cells: Any) -> Table:
    shown = Table(title=title, title_justify="left", caption_justify="left")
    for name in cells.columns:
        shown.add_column(str(name), justify="left" if name == "without" else "right")
    for row in cells.itertuples(index=False, name=None):
        shown.add_row(*(_short(str(cell)) for cell in row))
    return shown


def _short(cell: str) -> str:
    """A cell of the saved table without its interval."""
    mean = cell.strip("*").split(" (")[0] if " to " in cell else cell
    return f"[bold]{mean}[/]" if cell.startswith("**") else mean
