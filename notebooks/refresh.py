"""Run the notebooks and keep what they show: ``python notebooks/refresh.py [NAME ...]``.

What is kept is the same on every machine: no times, no paths, no state of controls. A notebook that raises, or
writes a warning, is left as it was.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent
WIDGET = "application/vnd.jupyter.widget-view+json"
SECONDS = 300
ABOUT = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def tidy(notebook: Any) -> Any:
    """Take out of a notebook whatever says when, where or by whom it was run.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Changed.

    Returns
    -------
    nbformat.NotebookNode
        The same.
    """
    notebook.metadata = nbformat.from_dict(ABOUT)
    for number, cell in enumerate(notebook.cells):
        cell.metadata = nbformat.from_dict({})
        cell.id = f"cell-{number:02d}"
        for output in cell.get("outputs", []):
            # Without its program a control is an error message; the picture beside it is not.
            output.get("data", {}).pop(WIDGET, None)
    return notebook


def refresh(path: Path) -> None:
    """Run one notebook and write it back.

    Parameters
    ----------
    path : pathlib.Path

    Raises
    ------
    RuntimeError
        If it writes to the error stream.
    nbclient.exceptions.CellExecutionError
        If a cell raises.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    told = [output["text"] for output in outputs if output.get("name") == "stderr"]
    if told:
        raise RuntimeError(f"{path.name} wrote to the error stream: {''.join(told)}")
    nbformat.write(tidy(notebook), path)


def main(names: list[str]) -> None:
    """Run the notebooks whose file names begin with one of `names`, or all of them."""
    for path in sorted(HERE.glob("*.ipynb")):
        if not names or path.name.startswith(tuple(names)):
            since = perf_counter()
            refresh(path)
            print(f"{path.name}: {perf_counter() - since:.0f} s, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
