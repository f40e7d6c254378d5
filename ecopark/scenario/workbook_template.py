"""The filled workbook a planner starts from: an invented harbour park, as Excel or as CSV tables.

What lives here: the rows of the example and how the sheets look. What does not: the columns
(``workbook_columns``), reading them back (``workbook``).

Every number of the park is invented and marked as unchecked: it shows the form, not a place.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from ecopark.scenario.workbook_columns import SHEETS

Rows = list[dict[str, Any]]
_INVENTED = {"source": "invented for the template", "mark": "M"}
_ABOUT = (
    "A park in sheets, to be filled with your own. Change it, save it, then: ecopark new mypark --from park.xlsx",
    "Rows that begin with # are not read; the second row of every sheet says what its columns hold.",
    "firms and streams are needed; all other sheets may be deleted. An empty cell takes the default.",
    "A quantity carries its unit (80 kt/yr), or stands as a number beside its unit in the column unit.",
    "source and mark travel with the numbers of the row: S seen in the source, M not checked, D derived.",
    "A sheet of your own is left alone if its name begins with _.",
    "Every number of this example is invented.",
)
_WIDTHS = {
    "name": 30,
    "note": 34,
    "source": 28,
    "description": 30,
    "resource": 20,
    "archetype": 24,
    "value": 28,
}
_CHOICES = {
    "direction": ("have", "want"),
    "mark": ("S", "M", "D"),
    "movable": ("yes", "no"),
    "on_demand": ("yes", "no"),
    "at": ("giver", "taker"),
}

_SETTINGS = {
    "name": "Harbour Park",
    "description": "Twelve firms at a harbour; an invented example",
    "start": "2025-01",
    "end": "2044-12",
    "currency": "EUR",
    "price_year": 2010,
    "crs": "metres",
    "distance": "corridor",
}
_PLOTS = (
    # name, x, y, area, zone, noise_class, hazard_class
    ("quay_north", 1500, 1700, "12 ha", "heavy", 5, "hazardous"),
    ("quay_west", 900, 1400, "14 ha", "heavy", 5, "hazardous"),
    ("quay_east", 2100, 1400, "10 ha", "heavy", 5, "hazardous"),
    ("basin", 2500, 900, "10 ha", "heavy", 5, "hazardous"),
    ("street_west", 200, 200, "6 ha", "light", 3, "low"),
    ("street_middle", 1000, -200, "6 ha", "light", 3, "low"),
    ("street_east", 2000, 200, "6 ha", "light", 3, "low"),
    ("gate", 2900, 200, "5 ha", "light", 3, "low"),
    ("mill_lane", 600, 700, "6 ha", "light", 3, "low"),
    ("reserve", 2600, -500, "8 ha", "light", 3, "low"),
    ("south_field", 1200, -1100, "25 ha", "green", 2, "none"),
    ("west_field", -3500, 300, "22 ha", "green", 2, "none"),
    ("east_field", 3200, 1500, "20 ha", "green", 2, "none"),
)
_CORRIDORS = {
    "street": ((-3500, 0), (200, 0), (1500, 0), (2900, 0), (3600, 600)),
    "quay": ((1500, -1100), (1500, 0), (1500, 900), (1500, 1700)),
}
# firm, name, sector, archetype, capacity, unit
_FIRMS = (
    ("chp", "Gas power station", "energy", "gas_ccgt_chp", 60, "MW"),
    ("paper_mill", "Board mill", "pulp_paper", "recycled_board_mill", 80, "kt/yr"),
    ("waste_to_energy", "Waste-to-energy plant", "energy", "waste_to_energy_chp", 150, "kt/yr"),
    ("chemical_works", "Chemical works", "chemicals", "", "", ""),
    ("brewery", "Harbour brewery", "food", "brewery", 80000, "m3/yr"),
    ("board_works", "Plasterboard works", "minerals", "plasterboard", 12, "Mm2/yr"),
    ("biogas_plant", "Biogas plant", "energy", "anaerobic_digestion", 40, "kt/yr"),
    ("laundry", "Hospital laundry", "services", "", "", ""),
    ("data_centre", "Data centre", "services", "data_centre", 10, "MW"),
    ("fish_farm", "Fish farm", "agri", "ras_fish_farm", 6, "kt/yr"),
    ("greenhouse", "Tomato greenhouse", "agri", "glasshouse_tomato", 12, "ha/yr"),
    ("district_heat", "Town heat network", "urban", "district_heating_utility", 20, "MW"),
)
# plot, movable, area, zones, noise_class, hazard_class
_STANDS = {
    "chp": ("quay_north", "no", "5 ha", "heavy", 4, "low"),
    "paper_mill": ("quay_west", "no", "9 ha", "heavy", 4, "low"),
    "waste_to_energy": ("quay_east", "no", "6 ha", "heavy", 4, "hazardous"),
    "chemical_works": ("basin", "no", "8 ha", "heavy", 4, "hazardous"),
    "brewery": ("street_west", "no", "4 ha", "", 2, "none"),
    "board_works": ("street_east", "no", "5 ha", "", 3, "none"),
    "biogas_plant": ("gate", "yes", "3 ha", "", 2, "low"),
    "laundry": ("street_middle", "yes", "1 ha", "", 1, "none"),
    "data_centre": ("mill_lane", "yes", "3 ha", "", 2, "none"),
    "fish_farm": ("south_field", "yes", "4 ha", "", 1, "none"),
    "greenhouse": ("west_field", "yes", "16 ha", "green", 0, "none"),
}
_STREAMS: Rows = [
    {"firm": "chemical_works", "direction": "want", "resource": "steam", "quantity": "120 GWh/yr", "grade": 170,
     "price": "38 EUR/MWh"},
    {"firm": "chemical_works", "direction": "want", "resource": "cooling_water", "quantity": 900000, "unit": "m3/yr",
     "grade": 2, "price": "0.45 EUR/m3"},
    {"firm": "chemical_works", "direction": "have", "resource": "warm water", "quantity": "70 GWh/yr", "grade": 45,
     "route": "cooling", "fee": "0.4 EUR/MWh"},
    {"firm": "chemical_works", "direction": "have", "resource": "titanogypsum", "quantity": "90 kt/yr",
     "route": "landfill", "fee": "22 EUR/t", "note": "tax comes on top, from the sheet prices"},
    {"firm": "chemical_works", "direction": "have", "resource": "spent_solvent", "quantity": "1.5 kt/yr",
     "from": "2030-01", "note": "a new line from 2030 on"},
    {"firm": "laundry", "direction": "want", "resource": "hot_water", "quantity": "9 GWh/yr", "grade": 80,
     "price": "62 EUR/MWh"},
    {"firm": "laundry", "direction": "want", "resource": "process_water", "quantity": "150000 m3/yr", "grade": 4},
    {"firm": "laundry", "direction": "have", "resource": "waste_water", "quantity": "130000 m3/yr"},
    {"firm": "brewery", "direction": "have", "resource": "spent_grain", "quantity": "15 kt/yr", "route": "sale",
     "fee": "-6 EUR/t", "note": "stands in for the archetype's own figure"},
    {"firm": "greenhouse", "direction": "want", "resource": "hot_water", "quantity": "40 GWh/yr", "grade": 60,
     "season": "heating"},
    {"firm": "paper_mill", "direction": "have", "resource": "lint", "quantity": "2 kt/yr"},
]  # fmt: skip
_RESOURCES: Rows = [
    {"resource": "lint", "name": "Fibre lint", "kind": "material", "route": "incineration", "fee": "70 EUR/t",
     "note": "not in the library, so it stands here"},
]  # fmt: skip
_PATHWAYS: Rows = [
    {"giver": "lint", "taker": "waste_paper", "yield": 0.8, "max_share": "2 %", "cost": 12,
     "note": "screened and baled"},
]  # fmt: skip
_PRICES: Rows = [
    {"item": "landfill_tax", "date": f"{year}-01", "value": value, "unit": "EUR/t"}
    for year, value in ((2025, 40), (2030, 60), (2035, 80))
] + [
    {"item": "carbon_price", "date": f"{year}-01", "value": value, "unit": "EUR/t", "interpolate": "linear"}
    for year, value in ((2025, 60), (2045, 140))
] + [
    {"item": "price", "resource": "natural_gas", "date": f"{year}-01", "value": f"{value} EUR/MWh"}
    for year, value in ((2025, 28), (2032, 34))
]  # fmt: skip


def template_rows() -> dict[str, Rows]:
    """Rows of the example by sheet, each a mapping from column to value."""
    of_plot = ("plot", "x", "y", "area", "zone", "noise_class", "hazard_class")
    of_firm = ("firm", "name", "sector", "archetype", "capacity", "unit")
    stands = ("plot", "movable", "area", "zones", "noise_class", "hazard_class")
    # The town lies outside the plan and has coordinates of its own.
    outside = {"x": 3600, "y": 1200}
    firms = [
        dict(zip(of_firm, row, strict=True))
        | (dict(zip(stands, _STANDS[row[0]], strict=True)) if row[0] in _STANDS else outside)
        for row in _FIRMS
    ]
    points = ((name, *point) for name, path in _CORRIDORS.items() for point in path)
    sheets = {
        "settings": [{"setting": key, "value": value} for key, value in _SETTINGS.items()],
        "firms": firms,
        "streams": _STREAMS,
        "plots": [dict(zip(of_plot, row, strict=True)) for row in _PLOTS],
        "corridors": [dict(zip(("corridor", "x", "y"), point, strict=True)) for point in points],
        "pathways": _PATHWAYS,
        "resources": _RESOURCES,
        "prices": _PRICES,
    }
    stated = ("firms", "streams", "plots", "pathways", "resources", "prices")
    return {
        name: [{**row, **(_INVENTED if name in stated else {})} for row in rows]
        for name, rows in sheets.items()
    }


def write_workbook(path: Path, sheets: Mapping[str, Rows]) -> None:
    """Write sheets as an Excel workbook a planner can fill.

    Parameters
    ----------
    path : pathlib.Path
        ``park.xlsx``; overwritten.
    sheets : mapping of str to list of dict
        Rows by sheet; every column of the sheet stands in its header, with its meaning below.
    """
    book = Workbook()
    about = book.active
    about.title = "about"
    for line in _ABOUT:
        about.append([line])
    about.column_dimensions["A"].width = 110
    for name in SHEETS:
        sheet = book.create_sheet(name)
        for row in _lines(name, sheets.get(name, [])):
            sheet.append(row)
        _decorate(sheet, name)
    book.save(path)


def write_csv_tables(folder: Path, sheets: Mapping[str, Rows]) -> None:
    """Write sheets as CSV files of the same names.

    Parameters
    ----------
    folder : pathlib.Path
        Must exist.
    sheets : mapping of str to list of dict
        As for :func:`write_workbook`.
    """
    for name in SHEETS:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(_lines(name, sheets.get(name, [])))
        (folder / f"{name}.csv").write_bytes(text.getvalue().encode())


def _lines(name: str, rows: Rows) -> Iterator[list[Any]]:
    """Header, meanings and rows of a sheet."""
    columns = SHEETS[name]
    yield [column.name for column in columns]
    meanings = [
        f"{column.meaning} (otherwise {column.default})" if column.default else column.meaning
        for column in columns
    ]
    yield [f"# {meanings[0]}", *meanings[1:]]
    for row in rows:
        yield [None if row.get(column.name) == "" else row.get(column.name) for column in columns]


def _decorate(sheet: Any, name: str) -> None:
    """Header in bold on grey, meanings small below it, both always in sight; lists of choices."""
    grey = PatternFill("solid", fgColor="E7E9EC")
    for number, column in enumerate(SHEETS[name], start=1):
        letter = get_column_letter(number)
        head, meaning = sheet[f"{letter}1"], sheet[f"{letter}2"]
        head.font, head.fill = Font(bold=True), grey
        meaning.font = Font(italic=True, size=8, color="5A6068")
        meaning.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[letter].width = _WIDTHS.get(column.name, 15)
        if column.name in _CHOICES:
            choices = DataValidation(
                "list", formula1=f'"{",".join(_CHOICES[column.name])}"', allow_blank=True
            )
            choices.add(f"{letter}3:{letter}500")
            sheet.add_data_validation(choices)
    sheet.row_dimensions[2].height = 60
    sheet.freeze_panes = "B3"
