"""A small scenario in files, a tiny library, and a way to write one with mistakes.

A line that carries the mark ``#!`` (or, in CSV, the word ``WRONG``) is where a problem is expected.
"""

from __future__ import annotations

from pathlib import Path

from ecopark.errors import Problem, ScenarioError
from ecopark.scenario.firms import Archetypes
from ecopark.scenario.load import Scenario
from ecopark.scenario.normalise import Library

RESOURCES = {
    "coal": {
        "name": "Coal",
        "kind": "material",
        "unit": "t",
        "virgin": {"price": "50 EUR/t", "emission": "2.4 t/t"},
        "source": "library book",
        "mark": "S",
    },
    "fly_ash": {
        "name": "Fly ash",
        "kind": "material",
        "unit": "t",
        "transport": ["truck"],
        "disposal": {"route": "landfill", "fee": "20 EUR/t"},
        "source": "library book",
        "mark": "S",
    },
    "clay": {
        "name": "Clay",
        "kind": "material",
        "unit": "t",
        "virgin": {"price": "8 EUR/t"},
        "transport": ["truck"],
        "source": "library book",
        "mark": "S",
    },
    "steam": {
        "name": "Steam",
        "kind": "heat",
        "unit": "MWh",
        "grade": "temperature",
        "transport": ["steam_pipe"],
        "virgin": {"recipe": {"coal": "0.15 t/MWh"}},
        "source": "library book",
        "mark": "M",
    },
    "electricity": {
        "name": "Electricity",
        "kind": "energy",
        "unit": "MWh",
        "virgin": {"price": "40 EUR/MWh"},
        "source": "library book",
        "mark": "M",
    },
    "sea_water": {
        "name": "Sea water",
        "kind": "water",
        "unit": "m3",
        "grade": "class",
        "virgin": {"price": "0 EUR/m3"},
        "disposal": {"route": "discharge", "fee": "0.1 EUR/m3"},
        "source": "library book",
        "mark": "M",
    },
    "peat": {
        "name": "Peat",
        "kind": "material",
        "unit": "t",
        "virgin": {"price": "30 EUR/t"},
        "source": "x",
        "mark": "M",
    },
}
TRANSPORT = {
    "truck": {"handling": "2 EUR/t", "variable": "0.1 EUR/t/km", "source": "library book", "mark": "S"},
    "steam_pipe": {"per_km": "1000 kEUR/km", "reference": "20 MW", "source": "library book", "mark": "M"},
    "barge": {"variable": "0.02 EUR/t/km", "source": "library book", "mark": "M"},
}
PATHWAYS = {
    "ash_for_clay": {
        "giver": "fly_ash",
        "taker": "clay",
        "max_share": "30 %",
        "source": "library book",
        "mark": "S",
    },
    "peat_for_coal": {"giver": "peat", "taker": "coal", "source": "library book", "mark": "M"},
}
ARCHETYPES = {
    "coal_power_station": {
        "activity_unit": "MWh",
        "utilisation": "0.7",
        "source": "plant book",
        "mark": "S",
        "in": {
            "coal": {"resource": "coal", "coefficient": "0.44 t/MWh", "source": "plant book", "mark": "S"},
            "cooling": {"resource": "sea_water", "coefficient": "90 m3/MWh", "grade": "0"},
        },
        "out": {
            "power": {"resource": "electricity", "coefficient": "1 MWh/MWh", "role": "product"},
            "ash": {"resource": "fly_ash", "coefficient": "35 kg/MWh", "source": "ash book", "mark": "D"},
        },
    },
}
LIBRARY = Library(RESOURCES, TRANSPORT, PATHWAYS, Archetypes(tuple(ARCHETYPES), ARCHETYPES.__getitem__))

BASE = """\
name: Demo park
time: {start: 1990-01, end: 1999-12}
currency: {code: EUR, price_year: 1995, rates: {DKK: 0.134}}
source: hand-made
mark: M
series: prices.csv
layout: {crs: lonlat, detour: 1.3}
firms:
  plant:
    name: Power plant
    site: [11.08, 55.66]
    opens: 1991-01
    archetype: coal_power_station
    capacity: {1991-01: 100 MW, 1995: 200 MW}
    season: heating
    out:
      heat: {resource: steam, coefficient: 0.5, on_demand: true, grade: 250 degC, burden: {electricity: 0.2}}
    changes:
      - {at: 1993-06, set: {out: {ash: 30 kg/MWh}}, source: ash report, mark: S}
  cement:
    name: Cement works
    site: [11.18, 55.66]
    capacity: 100 kt/yr
    in:
      clay: 0.3 t/t
    behaviour: {payback: 6 yr, attention: 2}
policy:
  landfill_tax: {1987-01: 40 DKK/t, 1990-01: 130 DKK/t, source: law, mark: S}
"""
PRICES = """\
series,date,value,unit,source,mark
clay_price,1990,10,EUR/t,book,S
clay_price,1995-06,12,EUR/t,book,S
"""


def write(folder: Path, edits: list[tuple[str, str]], files: dict[str, str | bytes] | None = None) -> Path:
    """Write the base scenario with some text replaced and some files added or replaced; its folder."""
    park = folder / "park"
    texts: dict[str, str | bytes] = {"scenario.yaml": BASE, "prices.csv": PRICES, **(files or {})}
    main = texts["scenario.yaml"]
    for old, new in edits:
        assert isinstance(main, str)
        assert main.count(old) == 1, f"{old!r} must stand once in the base scenario"
        main = main.replace(old, new)
    texts["scenario.yaml"] = main
    for name, text in texts.items():
        path = park / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return park


def marked_lines(park: Path) -> list[tuple[str, int]]:
    """Files and lines that carry a mark, once for each mark."""
    found = []
    for path in sorted(park.parent.rglob("*.*")):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, start=1):
            found += [(path.name, number)] * (line.count("#!") + line.count("WRONG"))
    return sorted(found)


def problems_of(park: Path | str, **options: object) -> tuple[Problem, ...]:
    """Problems of loading a scenario; empty where it loads."""
    try:
        Scenario.load(park, library=LIBRARY, **options)  # type: ignore[arg-type]
    except ScenarioError as failure:
        return failure.problems
    return ()
