"""The command line: thin. Every command is one function that calls the library.

Heavy modules are imported inside the commands, so that ``ecopark --help`` starts at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ecopark.commands import (
    app,
    compare,
    export,
    gains,
    layout,
    optimum,
    programme,
    report,
    runs,
    scenarios,
    studies,
    whatif,
)
from ecopark.errors import EcoparkError, ScenarioError

_EXAMPLES = """examples:
  ecopark run kalundborg
  ecopark run scenarios/kalundborg --seed 7 --until 1995
  ecopark run kalundborg --set policy.carbon_price="300 DKK/t" --out results/carbon300
  ecopark run kalundborg --reference
  ecopark check scenarios/kalundborg
  ecopark report results/kalundborg/seed1 --pdf report.pdf
  ecopark app kalundborg
  ecopark export results/kalundborg/seed1 --geojson map.geojson --excel tables.xlsx
  ecopark library gypsum
  ecopark new my_park
  ecopark new --template park.xlsx
  ecopark new mypark --from park.xlsx
  ecopark new my_region --region --firms 1000
  ecopark sweep kalundborg/screening
  ecopark sweep study.yaml --scheduler tcp://10.0.0.5:8786
  ecopark hindcast kalundborg --replicates 100
  ecopark calibrate kalundborg
  ecopark ablation kalundborg/ablation
  ecopark layout my_park --best 5 --replicates 20
  ecopark optimum kalundborg --pareto carbon
  ecopark gains kalundborg --replicates 10
  ecopark subsidy kalundborg --carbon-cost "500 DKK/t" --at 1990
  ecopark compare kalundborg kalundborg/barriers/information --until 1985
  ecopark compare now=kalundborg tax=kalundborg --set tax:policy.landfill_tax="600 DKK/t"
  ecopark whatif kalundborg --close asnaes@1990 --until 2000
  ecopark whatif --list
  ecopark programme results/nisp_uk/seed1
  ecopark rank kalundborg/levers_and_barriers --replicates 8 --until 1995
"""
_SUBJECTS = (
    runs, scenarios, report, app, export, studies, optimum, layout, gains, compare, whatif, programme
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the shell by default.

    Returns
    -------
    int
        0 if all went well, 2 for a mistake in what the user wrote, 1 for a failure of the
        program, 130 if interrupted.
    """
    options = build_parser().parse_args(arguments)
    try:
        status: int = options.command(options)
    except ScenarioError as mistake:
        print(mistake, file=sys.stderr)
        return 2
    except EcoparkError as failure:
        print(f"ecopark: {failure}", file=sys.stderr)
        return 2 if isinstance(failure, ValueError) else 1
    except BrokenPipeError:
        # The reader of our output has gone (``ecopark library | head``): that is no failure.
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        what = "start it again to go on" if options.resumes else "nothing was written"
        print(f"ecopark: interrupted; {what}", file=sys.stderr)
        return 130
    return status


def build_parser() -> argparse.ArgumentParser:
    """Parser of the command line.

    Returns
    -------
    argparse.ArgumentParser
        ``options.command`` is the function of the command that was given, ``options.resumes`` whether it goes
        on where it was stopped.
    """
    parser = argparse.ArgumentParser(
        prog="ecopark",
        description="Agent-based simulator of eco-industrial parks.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(resumes=False)
    added = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for subject in _SUBJECTS:
        subject.add_commands(added)
    return parser


if __name__ == "__main__":
    sys.exit(main())
