"""Mistakes in a planner's tables: each named once with sheet, row and column, all at once, nothing written."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from own_tables import Sheets, find, line, write

from ecopark.cli import main
from ecopark.scenario.scaffold import new_from_tables
from ecopark.scenario.workbook_cells import TablesError
from ecopark.scenario.workbook_template import template_rows

Where = tuple[str, int, str]


def plant_firms(s: Sheets) -> dict[Where, str]:
    firms = s["firms"]
    places = {firm: line(firms, firm=firm) for firm in ("chp", "paper_mill", "brewery", "data_centre")}
    find(firms, firm="chp")["unit"] = "MWW"
    find(firms, firm="paper_mill")["archetype"] = "recycled_bord_mill"
    find(firms, firm="brewery")["plot"] = "street_wst"
    find(firms, firm="data_centre")["movable"] = "perhaps"
    return {
        ("firms", places["chp"], "capacity"): "unknown unit 'MWW'. Did you mean 'MW'?",
        ("firms", places["paper_mill"], "archetype"): "Did you mean 'recycled_board_mill'?",
        ("firms", places["brewery"], "plot"): "unknown plot 'street_wst'. Did you mean 'street_west'?",
        ("firms", places["data_centre"], "movable"): "expected yes or no, found 'perhaps'",
    }


def plant_streams(s: Sheets) -> dict[Where, str]:
    streams = s["streams"]
    steam = line(streams, resource="steam")
    streams[0]["quantity"] = "120 kt/yr"
    streams[1]["resource"] = "coling_water"
    streams[2]["firm"] = "chemical_work"
    streams[7]["direction"] = "gives away"
    streams[5]["grade"] = ""
    return {
        ("streams", steam, "quantity"): "expected an amount of steam per time, such as '20 GWh/yr'",
        ("streams", steam + 1, "resource"): "unknown resource 'coling_water'. Did you mean 'cooling_water'?",
        ("streams", steam + 2, "firm"): "unknown firm 'chemical_work'. Did you mean 'chemical_works'?",
        ("streams", steam + 7, "direction"): "expected have or want, found 'gives away'",
        ("streams", steam + 5, "grade"): "heat needs its temperature, such as 90 degC",
    }


def plant_rest(s: Sheets) -> dict[Where, str]:
    places = line(s["plots"], plot="gate"), line(s["settings"], setting="currency")
    find(s["plots"], plot="gate")["x"] = "east"
    s["prices"][1]["item"] = "landfil_tax"
    find(s["settings"], setting="currency")["value"] = "euros"
    return {
        ("plots", places[0], "x"): "expected a number in metres, found 'east'",
        ("prices", 4, "item"): "unknown item 'landfil_tax'. Did you mean 'landfill_tax'?",
        (
            "settings",
            places[1],
            "value",
        ): "expected a currency code of three letters such as EUR, found 'EUROS'",
    }


def twelve(s: Sheets) -> dict[Where, str]:
    return plant_firms(s) | plant_streams(s) | plant_rest(s)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_twelve_planted_mistakes_give_twelve_messages(tmp_path: Path, form: str) -> None:
    sheets = template_rows()
    expected = twelve(sheets)
    assert len(expected) == 12
    tables = write(tmp_path, sheets, form)
    with pytest.raises(TablesError) as caught:
        new_from_tables(tmp_path / "mypark", tables)
    shown = [line.removeprefix("  * ") for line in str(caught.value).splitlines()]
    assert shown[0] == "12 problems in the tables; nothing was written"
    for (sheet, row, column), message in expected.items():
        file = f"{tables}, sheet {sheet}" if form == "xlsx" else f"{tables}/{sheet}.csv"
        start = f"{file}, row {row}, column {column}: "
        (found,) = [text for text in shown if text.startswith(start)]
        assert message in found
    assert not (tmp_path / "mypark").exists()


def test_the_command_shows_them_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheets = template_rows()
    plant_rest(sheets)
    tables = write(tmp_path, sheets)
    assert main(["new", str(tmp_path / "mypark"), "--from", str(tables)]) == 2
    assert "3 problems in the tables" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["park.xlsx"]


def in_firms(**cells: object) -> Callable[[Sheets], None]:
    return lambda s: s["firms"][0].update(cells)


def in_streams(row: int = 0, **cells: object) -> Callable[[Sheets], None]:
    return lambda s: s["streams"][row].update(cells)


def in_prices(**cells: object) -> Callable[[Sheets], None]:
    return lambda s: s["prices"][0].update(cells)


def in_settings(**cells: object) -> Callable[[Sheets], None]:
    return lambda s: s["settings"].append(cells)


ONE_MISTAKE: list[tuple[Callable[[Sheets], None], Where, str]] = [
    (in_firms(firm="1st works"), ("firms", 3, "firm"), "begins with a letter"),
    (lambda s: s["firms"].append(dict(s["firms"][0])), ("firms", 15, "firm"), "stands already in row 3"),
    (in_firms(capacity="60 kt/yr", unit=""), ("firms", 3, "capacity"), "expected MWh/yr"),
    (in_firms(area="40 ha"), ("firms", 3, ""), "plot"),
    (in_firms(plot="", x="", y=""), ("firms", 3, "x"), "is empty; give its coordinates, or give a plot"),
    (in_firms(x=1, y=2), ("firms", 3, "x"), "leave its own coordinates out"),
    (in_firms(plot="", lon=11.0, lat=55.0), ("firms", 3, "lon"), "the sites of this park are in x and y"),
    (in_firms(opens="2030-01", closes="2029-01"), ("firms", 3, "closes"), "not after it opens"),
    (in_firms(mark="S", source=""), ("firms", 3, "mark"), "the column source is empty"),
    (in_firms(payback="5"), ("firms", 3, "payback"), "expected a quantity in"),
    (lambda s: s["firms"][3].update({"import": "3 kt/yr"}), ("firms", 6, "import"), "name its archetype"),
    (in_streams(quantity="-3 GWh/yr"), ("streams", 3, "quantity"), "must be more than nothing"),
    (in_streams(quantity=""), ("streams", 3, "quantity"), "is empty; expected amount per time"),
    (in_streams(fee="3 EUR/MWh"), ("streams", 3, "fee"), "belongs to a have; this row is a want"),
    (in_streams(price="3 EUR/t"), ("streams", 3, "price"), "expected EUR/MWh"),
    (in_streams(price="3 USD/MWh"), ("streams", 3, "price"), "as setting rate_usd"),
    (in_streams(3, route="landfil"), ("streams", 6, "route"), "expected one of landfill"),
    (in_streams(3, route="incineration", fee=""), ("streams", 6, "fee"), "knows no fee of titanogypsum"),
    (in_streams(1, **{"from": "1999-13"}), ("streams", 4, "from"), "is no date"),
    (lambda s: s["streams"].append(dict(s["streams"][0])), ("streams", 14, "resource"), "stands already in row 3"),
    (in_streams(quantity="120,5 GWh/yr"), ("streams", 3, "quantity"), "write decimals with a point"),
    (in_firms(utilisation="0,85"), ("firms", 3, "utilisation"), "write decimals with a point"),
    (in_prices(value="40 EUR/MWh"), ("prices", 3, "value"), "expected a value such as '40 EUR/t'"),
    (in_prices(date="soon"), ("prices", 3, "date"), "expected a date such as"),
    (in_prices(resource="steam"), ("prices", 3, "resource"), "holds for all resources"),
    (in_prices(item="price", resource="steam"), ("prices", 3, "item"), "the library makes steam from natural_gas"),
    (in_settings(setting="currncy", value="EUR"), ("settings", 11, "setting"), "Did you mean 'currency'?"),
    (in_settings(setting="rate_gbp", value="much"), ("settings", 11, "value"), "expected the value of one GBP in EUR"),
    (lambda s: s["plots"].append(dict(s["plots"][0])), ("plots", 16, "plot"), "stands already in row 3"),
    (lambda s: s["corridors"].append({"corridor": "lane", "x": 0, "y": 0}), ("corridors", 12, "corridor"), "one point"),
    (lambda s: s["resources"][0].update(kind="solid"), ("resources", 3, "kind"), "expected one of material"),
    (lambda s: s["pathways"][0].update({"yield": "0.8 m3/t"}), ("pathways", 3, "yield"), "expected"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "where", "message"), ONE_MISTAKE)
def test_one_mistake_is_told_once_and_where_it_stands(
    tmp_path: Path, change: Callable[[Sheets], None], where: Where, message: str
) -> None:
    sheets = template_rows()
    change(sheets)
    with pytest.raises(TablesError) as caught:
        new_from_tables(tmp_path / "mypark", write(tmp_path, sheets, "csv"))
    (problem,) = caught.value.problems
    sheet, row, column = where
    assert str(problem.file).endswith(f"tables/{sheet}.csv")
    assert problem.line == row
    if column:
        assert problem.field == f"column {column}"
    assert message in str(problem)


def test_sheets_and_columns_nobody_knows(tmp_path: Path) -> None:
    book = load_workbook(write(tmp_path, template_rows()))
    book["streams"].title = "streems"
    book.create_sheet("_my sums")["A1"] = "left alone"
    book["firms"]["B1"] = "nam"
    book.save(tmp_path / "park.xlsx")
    with pytest.raises(TablesError) as caught:
        new_from_tables(tmp_path / "mypark", tmp_path / "park.xlsx")
    text = str(caught.value)
    assert "sheet streems: unknown sheet. Did you mean 'streams'?" in text
    assert "has no sheet 'streams'" in text
    assert "sheet firms, row 1, column nam: unknown column. Did you mean 'name'?" in text
    assert "my sums" not in text


def test_formulas_and_error_values_are_told(tmp_path: Path) -> None:
    book = load_workbook(write(tmp_path, template_rows()))
    book["streams"]["D3"] = "=2*60"
    book["streams"]["D4"] = "#REF!"
    book.save(tmp_path / "park.xlsx")
    with pytest.raises(TablesError) as caught:
        new_from_tables(tmp_path / "mypark", tmp_path / "park.xlsx")
    text = str(caught.value)
    assert re.search(r"row 3, column D: holds a formula without a result", text)
    assert re.search(r"row 4, column D: holds the error #REF!", text)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("park.xlsx", b"firm,name\n", "is no Excel workbook"),
        ("park.ods", b"PK", "expected an Excel workbook"),
        ("nowhere.xlsx", None, "there is no such workbook"),
    ],
)
def test_files_that_are_no_tables(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(TablesError, match=message):
        new_from_tables(tmp_path / "mypark", tmp_path / name)


def test_a_broken_workbook_is_told_not_raised(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "half.xlsx", "w") as packed:
        packed.writestr("xl/workbook.xml", "<workbook")
    with pytest.raises(TablesError, match="cannot be read as a workbook"):
        new_from_tables(tmp_path / "mypark", tmp_path / "half.xlsx")


def test_empty_sheets_name_what_they_need(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "firms"
    book.create_sheet("streams")
    book.save(tmp_path / "empty.xlsx")
    with pytest.raises(TablesError, match="its first row names the columns: firm, name"):
        new_from_tables(tmp_path / "mypark", tmp_path / "empty.xlsx")
    assert not (tmp_path / "mypark").exists()


@pytest.mark.parametrize("left", ["no sheet", "no rows", "no column"])
def test_missing_firms_are_told_once_and_not_by_every_stream(tmp_path: Path, left: str) -> None:
    book = load_workbook(write(tmp_path, template_rows()))
    if left == "no sheet":
        del book["firms"]
    elif left == "no rows":
        book["firms"].delete_rows(3, 20)
    else:
        book["firms"].delete_cols(1)
    book.save(tmp_path / "park.xlsx")
    with pytest.raises(
        TablesError, match=r"has no sheet 'firms'|has no rows|is missing from the header"
    ) as caught:
        new_from_tables(tmp_path / "mypark", tmp_path / "park.xlsx")
    assert "1 problem in the tables" in str(caught.value)


def test_an_empty_cell_of_a_merged_block_says_why_it_is_empty(tmp_path: Path) -> None:
    book = load_workbook(write(tmp_path, template_rows()))
    book["streams"].merge_cells("A3:A7")
    book.save(tmp_path / "park.xlsx")
    with pytest.raises(
        TablesError, match=r"row 4, column firm: is empty; .*only the first is filled"
    ) as caught:
        new_from_tables(tmp_path / "mypark", tmp_path / "park.xlsx")
    assert "4 problems in the tables" in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        ["new"],
        ["new", "x", "--template", "park.xlsx"],
        ["new", "x", "--sites", "plan.geojson"],
        ["new", "x", "--from", "park.xlsx", "--region"],
    ],
)
def test_options_that_do_not_go_together(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(options) == 2
    assert capsys.readouterr().err.startswith("ecopark: ")
