"""Measures everything in results/benchmarks.md, and draws docs/images/scale.png.

    python tests/benchmarks/measure.py [--rounds 5] [--largest 15000]

Takes about ten minutes with the largest region, and is meant to be run by hand on a machine that does
little else.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from benchmarks.meters import (  # noqa: E402  the folder of tests is no package
    count_work,
    exponent,
    interleave,
    load_core,
    load_region,
    measure_alone,
    medians,
    phases,
    run_floor,
)
from benchmarks.plain_mesa import PlainPark  # noqa: E402
from benchmarks.scale_figure import draw_scale  # noqa: E402

from ecopark import Scenario, simulate  # noqa: E402
from ecopark.report.style import save  # noqa: E402

SIZES = (100, 300, 1000, 3000, 15_000)
PACKAGES = ("numpy", "numba", "pandas", "mesa", "simpy")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--largest", type=int, default=SIZES[-1])
    options = parser.parse_args()
    parts = [_head(options.rounds), *_beside_peer(options.rounds), *_phases(), *_scale(options.largest)]
    (ROOT / "results" / "benchmarks.md").write_text("\n".join(parts) + "\n", encoding="utf-8")


def _head(rounds: int) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        "# Benchmarks\n\n"
        "Written by `python tests/benchmarks/measure.py`; what the numbers mean stands in "
        "[docs/speed.md](../docs/speed.md).\n\n"
        f"Machine: {_processor()}, {os.cpu_count()} cores, {_memory()} GB; Python {platform.python_version()}; "
        f"{packages}. CPU seconds of one process in which everything is compiled; medians of {rounds} "
        "rounds in which the jobs took turns, lowest and highest in brackets. Load average when it began: "
        f"{os.getloadavg()[0]:.1f}."
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3)


# --------------------------------------------------------------------------- the peer and the floor
def _beside_peer(rounds: int) -> list[str]:
    """The package, its peer and the floor, in turn."""
    cases = [
        ("Kalundborg 1959-2025, core mechanisms", load_core(), rounds),
        ("1,000 firms, 2 years", load_region(1000, 2), rounds),
        ("1,000 firms, 20 years", load_region(1000, 20), 1),
    ]
    rows = []
    for name, scenario, times in cases:
        _tell(name)
        rows.append(_case(name, scenario, times))
    head = [
        "case",
        "run",
        "peer",
        "peer / run",
        "floor",
        "run / floor",
        "SimPy events",
        "segments",
        "mean links",
    ]
    return ["\n## Beside the plain peer and the floor\n", *_table(head, rows)]


def _case(name: str, scenario: Scenario, rounds: int) -> list[str]:
    work = count_work(scenario)
    periods = simulate(scenario, 1).manifest["periods"]
    times = interleave(
        {
            "run": lambda: simulate(scenario, 1),
            "peer": lambda: PlainPark(scenario.park, 1).run(periods).flows(),
            "floor": lambda: run_floor(work),
        },
        rounds,
        warm=rounds > 1,
    )
    middle = medians(times)
    shown = {job: _seconds(times[job]) for job in times}
    return [
        name if rounds > 1 else f"{name} (one round)",
        shown["run"],
        shown["peer"],
        f"{middle['peer'] / middle['run']:.1f}",
        shown["floor"],
        f"{middle['run'] / middle['floor']:.1f}",
        f"{work['events']:,}",
        f"{work['segments']:,}",
        f"{work['links served'] / work['segments']:.0f}",
    ]


def _seconds(values: Sequence[float]) -> str:
    middle = sorted(values)[len(values) // 2]
    spread = f" ({min(values):.3g}-{max(values):.3g})" if len(values) > 1 else ""
    return f"{middle:.3g} s{spread}"


# --------------------------------------------------------------------------- phases
def _phases() -> list[str]:
    """Where a run spends its time."""
    spent = []
    for scenario in (Scenario.load("kalundborg"), load_region(1000, 20)):
        _tell(f"phases of {scenario.name}")
        phases(scenario)
        spent.append(phases(scenario))
    rows = []
    for phase in spent[0]:
        rows.append([phase])
        for one in spent:
            rows[-1] += [f"{one[phase]:.3f}", f"{100 * one[phase] / one['whole run']:.0f} %"]
    head = ["phase", "Kalundborg, s", "share", "1,000 firms 20 years, s", "share"]
    return ["\n## Where the time goes\n", *_table(head, rows)]


# --------------------------------------------------------------------------- scale
def _scale(largest: int) -> list[str]:
    """Time and memory over the number of firms, at equal density and equal steps."""
    runs = []
    for firms in (size for size in SIZES if size <= largest):
        _tell(f"{firms} firms")
        runs.append(measure_alone(firms, 10, "month"))
        _tell(json.dumps(runs[-1]))
    sizes = [run["firms"] for run in runs]
    slope = exponent(sizes, [run["run"] for run in runs])
    later = exponent(sizes[1:], [run["run"] for run in runs[1:]])
    figure = draw_scale(runs, slope)
    save(figure, ROOT / "docs" / "images" / "scale", formats=("png",))
    fields = ("load", "run", "wall")
    rows = [
        [f"{run['firms']:,}", *(f"{run[field]:.2f}" for field in fields), f"{run['peak MB']:.0f}",
         *(f"{run[field]:,}" for field in ("ideas", "exchanges", "rows"))]
        for run in runs
    ]  # fmt: skip
    head = ["firms", "load, s", "run, s", "run, wall s", "peak MB", "ideas", "exchanges", "ledger rows"]
    return [
        "\n## Growth with the number of firms\n",
        "Regions of seed 1 at equal density, 10 years, monthly segments, each in a process of its own that "
        "has run a small region before; load and run in CPU seconds, memory with interpreter and libraries.\n",
        *_table(head, rows),
        f"\nRun time grows as n^{slope:.2f} over all sizes, as n^{later:.2f} from {sizes[1]:,.0f} firms on.",
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def _tell(what: str | Mapping[str, float]) -> None:
    sys.stderr.write(f"{what}\n")


if __name__ == "__main__":
    main()
