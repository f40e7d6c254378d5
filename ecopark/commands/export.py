"""Commands that hand a run to other programs.

What lives here: ``ecopark export``. What does not: figures, which ``ecopark run`` writes.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ecopark.commands.shared import whole_number


def add_commands(added: Any) -> None:
    """Add ``export`` to the parser."""
    export = added.add_parser("export", help="a run as GeoJSON, GraphML or Excel workbook")
    export.add_argument("run", type=Path, help="results folder of a run")
    export.add_argument("--geojson", type=Path, metavar="FILE", help="firms, plots, corridors, exchanges")
    export.add_argument("--graphml", type=Path, metavar="FILE", help="the network of exchanges")
    export.add_argument("--excel", type=Path, metavar="FILE", help="every table, one sheet each (.xlsx)")
    export.add_argument(
        "--origin", metavar="LON,LAT", help="with --geojson: where the zero point of a park in metres lies"
    )
    export.add_argument(
        "--rows", type=whole_number, metavar="N", help="with --excel: most rows of a sheet; ledgers with more are "
        "summed by year (default what Excel holds)",
    )  # fmt: skip
    export.set_defaults(command=_export)


def _export(options: argparse.Namespace) -> int:
    from ecopark.errors import DomainError
    from ecopark.run import Run

    if not (options.geojson or options.graphml or options.excel):
        raise DomainError("expected a file to write: --geojson, --graphml or --excel, or several of them")
    if options.origin is not None and options.geojson is None:
        raise DomainError("--origin is for a map; add --geojson")
    if options.rows is not None and options.excel is None:
        raise DomainError("--rows is for a workbook; add --excel")
    origin = None if options.origin is None else _origin(options.origin)
    run = Run.load(options.run)
    if options.geojson is not None:
        run.to_geojson(options.geojson, origin=origin)
        print(f"wrote {options.geojson}")
    if options.graphml is not None:
        print(f"wrote {run.to_graphml(options.graphml)}")
    if options.excel is not None:
        chosen = {} if options.rows is None else {"rows": options.rows}
        print(f"wrote {run.to_excel(options.excel, **chosen)}")
    return 0


def _origin(text: str) -> tuple[float, float]:
    from ecopark.errors import DomainError

    try:
        longitude, latitude = (float(part) for part in text.split(","))
    except ValueError as failure:
        raise DomainError(f"expected --origin as LON,LAT such as 11.08,55.66, found {text!r}") from failure
    return longitude, latitude
