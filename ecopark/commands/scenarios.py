"""Commands around scenarios: what the library holds, a new folder to start from, own tables made a scenario.

What lives here: ``ecopark library`` and ``ecopark new``. What does not: running (``runs``).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ecopark.commands.shared import whole_number


def add_commands(added: Any) -> None:
    """Add ``library`` and ``new`` to the parser."""
    library = added.add_parser("library", help="what the library of plants, resources and factors holds")
    library.add_argument("search", nargs="?", default="", help="show only names that contain this")
    library.set_defaults(command=_library)
    new = added.add_parser(
        "new", help="write a scenario folder: a small park, a region, or a park from own tables"
    )
    new.add_argument("name", nargs="?", help="folder to make; it must not exist")
    new.add_argument(
        "--template", type=Path, metavar="PARK.xlsx", help="write filled tables to start from instead: a "
        "workbook, or a folder of CSV tables where the name does not end in .xlsx",
    )  # fmt: skip
    tables = new.add_argument_group("from own tables")
    tables.add_argument(
        "--from", type=Path, metavar="TABLES", dest="tables", help="Excel workbook or folder of CSV tables"
    )
    tables.add_argument(
        "--sites", type=Path, metavar="PLAN", help="GeoJSON: points for firms, polygons for plots, lines for "
        "corridors, each with the property id",
    )  # fmt: skip
    new.add_argument("--region", action="store_true", help="a synthetic region instead of a small park")
    region = new.add_argument_group("with --region")
    region.add_argument("--firms", type=int, help="how many firms (default 1000)")
    region.add_argument("--seed", type=whole_number, help="seed of the region (default 1)")
    region.add_argument(
        "--mix", type=Path, metavar="CSV", help="weights by plant type or sector: name,weight"
    )
    region.add_argument("--density", type=float, help="firms per km2 (default 0.115)")
    region.add_argument("--years", type=int, help="length of the run from 2000 on (default 20)")
    new.set_defaults(command=_new)


def _library(options: argparse.Namespace) -> int:
    from ecopark.scenario import library, shipped_scenarios, shipped_variants

    wanted = options.search.lower()
    tables = {
        "plants": library.archetype_names(),
        "resources": sorted(library.raw_resources()),
        "transport modes": sorted(library.raw_transport()),
        "pathways": sorted(library.raw_pathways()),
        "shipped scenarios": shipped_scenarios() + shipped_variants(),
    }
    found = {title: [name for name in names if wanted in name.lower()] for title, names in tables.items()}
    for title, names in found.items():
        if names:
            print(f"{title} ({len(names)}):")
            print("\n".join(f"  {name}" for name in names))
    if wanted:
        rows = library.archetypes()
        hits = rows[
            rows["archetype"].str.contains(wanted, regex=False)
            | rows["stream"].str.contains(wanted, regex=False)
        ]
        if len(hits):
            print(hits.drop(columns=["note"], errors="ignore").to_string(index=False))
        if not any(found.values()) and not len(hits):
            print(f"nothing in the library contains {wanted!r}", file=sys.stderr)
            return 2
    return 0


_OF_REGION = ("firms", "seed", "mix", "density", "years")


def _check_kind(options: argparse.Namespace) -> None:
    """Refuse options that do not go together.

    Raises
    ------
    DomainError
    """
    from ecopark.errors import DomainError

    kinds = {"--region": options.region, "--from": options.tables, "--template": options.template}
    chosen = [name for name, value in kinds.items() if value]
    if len(chosen) > 1:
        raise DomainError(f"{' and '.join(chosen)} do not go together; give one of them")
    if options.sites is not None and options.tables is None:
        raise DomainError("--sites is for own tables; add --from")
    if options.template is not None and options.name is not None:
        raise DomainError(f"--template writes {options.template}; leave out the name {options.name!r}")
    if options.template is None and options.name is None:
        raise DomainError("expected the name of a folder to make, such as: ecopark new mypark")


def _new(options: argparse.Namespace) -> int:
    from ecopark.errors import DomainError
    from ecopark.scenario.region import RegionPlan
    from ecopark.scenario.scaffold import new_from_tables, new_park, new_region, new_template, read_mix

    _check_kind(options)
    if options.template is not None:
        print(f"wrote {new_template(options.template)}")
        print(f"change it, then:  ecopark new mypark --from {options.template}")
        return 0
    given = {name: getattr(options, name) for name in _OF_REGION if getattr(options, name) is not None}
    if given and not options.region:
        raise DomainError(f"--{next(iter(given))} is for a region; add --region")
    if options.region:
        if "mix" in given:
            given["mix"] = read_mix(given["mix"])
        folder = new_region(options.name, RegionPlan(**{"firms": 1000, **given}))
    elif options.tables is not None:
        folder = new_from_tables(options.name, options.tables, options.sites)
    else:
        folder = new_park(options.name)
    print(f"wrote {', '.join(str(path) for path in sorted(folder.iterdir()))}")
    print(f"run it:  ecopark run {folder}")
    return 0
