"""The command that opens the browser page.

What lives here: ``ecopark app``. What does not: the page (``ecopark.app``).
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from ecopark.commands.shared import add_changes, count, read_changes, whole_number


def add_commands(added: Any) -> None:
    """Add ``app`` to the parser."""
    app = added.add_parser("app", help="a page in the browser: change a park, run it, look at it")
    app.add_argument("scenario", nargs="?", default="kalundborg", help="as for run (default kalundborg)")
    app.add_argument("--port", type=whole_number, default=8050, help="0 for any that is free (default 8050)")
    app.add_argument(
        "--workers", type=count, metavar="N", help="processes that run parks (default one per core)"
    )
    app.add_argument("--folder", type=Path, default=Path("parks"), help="of saved parks (default ./parks)")
    app.add_argument("--no-browser", action="store_true", help="print the address only")
    add_changes(app)
    app.set_defaults(command=_app)


def _app(options: argparse.Namespace) -> int:
    from ecopark.errors import DomainError
    from ecopark.scenario import Scenario

    try:
        from ecopark.app.server import serve
    except ModuleNotFoundError as missing:
        message = f"the browser page needs {missing.name}, which is not installed; pip install 'ecopark[app]'"
        raise DomainError(message) from missing
    if options.port > 65535:
        raise DomainError(f"--port {options.port}: expected a number from 0 to 65535")
    scenario = Scenario.load(options.scenario, read_changes(options.changes))

    def ready(address: str) -> None:
        print(f"{scenario.name}: {address}  (Ctrl-C ends it)", flush=True)
        if not options.no_browser:
            import webbrowser

            webbrowser.open(address)

    serve(scenario, options.port, options.workers or os.cpu_count() or 1, options.folder, ready)
    return 0
