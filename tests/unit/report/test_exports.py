"""A run handed to other programs and read back by them: GeoJSON, GraphML, Excel."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from ecopark import Run, Scenario, simulate
from ecopark.cli import main
from ecopark.errors import DomainError, ResultsError
from ecopark.report.export_columns import COLUMNS
from ecopark.report.export_excel import sum_by_year
from ecopark.run import TABLES
from ecopark.scenario.scaffold import new_from_tables, new_template


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


@pytest.fixture(scope="module")
def run(place: Path) -> Run:
    """Five years of the template park, written and read back as a planner has it."""
    tables = new_template(place / "tables")
    scenario = Scenario.load(new_from_tables(place / "mypark", tables))
    return Run.load(simulate(scenario, seed=1, until="2029").save(place / "run"))


def yearly(run: Run) -> dict[tuple[str, int], float]:
    """What arrived by exchange and year, straight from the ledger."""
    found: dict[tuple[str, int], float] = {}
    for row in run.flows[run.flows["route"] == "exchange"].itertuples():
        key = str(row.synergy), row.start.year
        found[key] = found.get(key, 0.0) + row.quantity
    return found


def test_geojson_holds_what_moved(run: Run, place: Path) -> None:
    returned = run.to_geojson(place / "map.geojson")
    read = json.loads((place / "map.geojson").read_text(encoding="utf-8"))
    assert read == returned
    by_kind: dict[str, list[dict]] = {}
    for feature in read["features"]:
        by_kind.setdefault(feature["properties"]["kind"], []).append(feature)
    moved = {
        (feature["properties"]["id"], int(year)): quantity
        for feature in by_kind["exchange"]
        for year, quantity in feature["properties"]["quantity_by_year"].items()
    }
    assert moved == pytest.approx(yearly(run))
    assert len(moved) > 3
    assert {f["properties"]["id"] for f in by_kind["firm"]} == set(run.firms.index)
    assert len(by_kind["plot"]) == len(run.scenario.park.layout.plots) == 13
    assert len(by_kind["corridor"]) == 2
    since = run.synergies.set_index("synergy")["operating"]
    for feature in by_kind["exchange"]:
        about = feature["properties"]
        assert about["since"] == f"{since[about['id']]:%Y-%m-%d}"
        ends = [
            [1000 * run.firms.loc[about[e], c] for c in ("x_km", "y_km")] for e in ("from_firm", "to_firm")
        ]
        np.testing.assert_allclose(feature["geometry"]["coordinates"], ends)


def test_an_origin_puts_a_park_in_metres_on_the_globe(run: Run) -> None:
    features = {f["id"]: f for f in run.to_geojson(origin=(11.0, 55.0))["features"]}
    lon, lat = features["firm:district_heat"]["geometry"]["coordinates"]
    # One degree of latitude is 111.195 km on this sphere, one of longitude cos(55 deg) of that.
    assert lat - 55.0 == pytest.approx(1.2 / 111.195, rel=1e-4)
    assert lon - 11.0 == pytest.approx(3.6 / (111.195 * np.cos(np.radians(55.0))), rel=1e-4)
    with pytest.raises(DomainError, match="expected an origin"):
        run.to_geojson(origin=(11.0, 155.0))


def test_an_exported_map_is_a_plan_again(run: Run, place: Path) -> None:
    run.to_geojson(place / "again.geojson")
    tables = new_template(place / "again")
    plots = (tables / "plots.csv").read_text(encoding="utf-8").splitlines()
    kept = [line.split(",")[0] + "," * 11 for line in plots[2:]]
    (tables / "plots.csv").write_text("\n".join([*plots[:1], *kept]) + "\n", encoding="utf-8")
    (tables / "corridors.csv").unlink()
    firms = (tables / "firms.csv").read_text(encoding="utf-8").replace(",3600,1200,", ",,,")
    (tables / "firms.csv").write_text(firms, encoding="utf-8")
    again = Scenario.load(new_from_tables(place / "park2", tables, place / "again.geojson")).park
    first = run.scenario.park
    assert {n: f.site for n, f in again.firms.items()} == {n: f.site for n, f in first.firms.items()}
    for name, plot in first.layout.plots.items():
        other = again.layout.plots[name]
        assert (other.site, other.zone, other.noise_class) == (plot.site, plot.zone, plot.noise_class)
        assert (
            other.area == pytest.approx(plot.area)
            if plot.area is None
            else other.area.value == plot.area.value
        )
    assert {n: c.path for n, c in again.layout.corridors.items()} == {
        n: c.path for n, c in first.layout.corridors.items()
    }


def test_graphml_holds_the_network(run: Run, place: Path) -> None:
    graph = nx.read_graphml(run.to_graphml(place / "network.graphml"), force_multigraph=True)
    operated = run.synergies[run.synergies["operating"].notna()].set_index("synergy")
    assert set(graph.nodes) == set(run.firms.index)
    assert {about["synergy"] for _, _, about in graph.edges(data=True)} == set(operated.index)
    totals: dict[str, float] = {}
    for (synergy, _), quantity in yearly(run).items():
        totals[synergy] = totals.get(synergy, 0.0) + quantity
    for giver, taker, about in graph.edges(data=True):
        row = operated.loc[about["synergy"]]
        assert (giver, taker, about["resource"]) == (row["from_firm"], row["to_firm"], row["resource"])
        assert about["total"] == pytest.approx(totals.get(about["synergy"], 0.0))
        assert ("until" in about) == pd.notna(row["ended"])
    assert graph.nodes["chp"]["sector"] == "energy"


@pytest.mark.slow
def test_a_workbook_holds_every_table(run: Run, place: Path) -> None:
    sheets = pd.read_excel(run.to_excel(place / "tables.xlsx"), sheet_name=None)
    assert list(sheets) == ["about", "columns", *TABLES]
    for name in TABLES:
        table = getattr(run, name)
        table = table.reset_index() if table.index.name else table
        assert list(sheets[name].columns) == list(table.columns)
        assert len(sheets[name]) == len(table)
        for column in table.columns:
            expect_equal(sheets[name][column], table[column], f"{name}.{column}")


def expect_equal(read: pd.Series, held: pd.Series, what: str) -> None:
    if pd.api.types.is_datetime64_any_dtype(held):
        assert (pd.to_datetime(read).dropna() == held.dropna()).all(), what
    elif pd.api.types.is_numeric_dtype(held):
        np.testing.assert_allclose(read.astype(float), held.astype(float), rtol=1e-15, err_msg=what)
    else:
        texts = held.astype(object).where(held.notna(), "").astype(str)
        assert (read.astype(object).where(read.notna(), "").astype(str) == texts).all(), what


def test_a_ledger_too_long_for_a_sheet_is_summed_by_year(run: Run, place: Path) -> None:
    rows = 4_000
    assert len(run.flows) > rows
    book = run.to_excel(place / "short.xlsx", rows=rows)
    sheets = pd.read_excel(book, sheet_name=["about", "flows", "columns"])
    flows = sheets["flows"]
    assert len(flows) <= rows
    for route, held in run.flows.groupby("route", observed=True)["quantity"].sum().items():
        assert flows[flows["route"] == route]["quantity"].sum() == pytest.approx(held, rel=1e-12)
    about = sheets["about"].set_index("what")["value"]
    assert f"for {len(run.flows):,}" in about["sheet flows"]
    assert "summed by calendar year" in about["sheet flows"]
    assert "year" in set(sheets["columns"].query("sheet == 'flows'")["column"])
    with pytest.raises(ResultsError, match=r"has .* rows even by year"):
        run.to_excel(place / "tiny.xlsx", rows=10)
    assert not (place / "tiny.xlsx").exists()


def test_the_yearly_ledger_against_a_loop(run: Run) -> None:
    sums: dict[tuple[object, ...], float] = {}
    for row in run.accounts.itertuples():
        key = (row.start.year, row.synergy, row.item, row.unit, "" if pd.isna(row.scope) else row.scope)
        sums[key] = sums.get(key, 0.0) + row.giver
    found = {
        (row.year, row.synergy, row.item, row.unit, "" if pd.isna(row.scope) else row.scope): row.giver
        for row in sum_by_year(run.accounts).itertuples()
    }
    assert found == pytest.approx(sums)


def test_every_column_is_explained_with_its_unit(run: Run) -> None:
    for name in TABLES:
        table = getattr(run, name)
        assert set(COLUMNS[name]) == {*table.columns, *([table.index.name] if table.index.name else [])}
        for column in table.columns:
            numbers = pd.api.types.is_numeric_dtype(table[column])
            assert bool(COLUMNS[name][column][1]) or not numbers, f"{name}.{column} has no unit"


def test_text_is_never_a_formula(run: Run, place: Path) -> None:
    events = run.events.assign(detail="=1+1")
    book = Run(
        **{**vars_of(run), "events": events, "flows": run.flows.head(5), "accounts": run.accounts.head(5)}
    )
    sheet = load_workbook(book.to_excel(place / "formula.xlsx"))["events"]
    assert sheet["F2"].value == "=1+1"
    assert sheet["F2"].data_type == "s"


def vars_of(run: Run) -> dict[str, object]:
    return {name: getattr(run, name) for name in Run.__dataclass_fields__}


def test_the_command_writes_what_it_is_asked_for(
    run: Run, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(place / "run")
    assert (
        main(["export", folder, "--graphml", str(place / "g.graphml"), "--geojson", str(place / "g.json")])
        == 0
    )
    assert "g.graphml" in capsys.readouterr().out
    assert main(["export", folder]) == 2
    assert main(["export", folder, "--excel", str(place / "x.csv")]) == 2
    assert main(["export", folder, "--excel", str(place / "x.xlsx"), "--origin", "11,55"]) == 2
    assert main(["export", folder, "--geojson", str(place / "y.json"), "--origin", "eleven"]) == 2
    assert main(["export", str(place / "nowhere"), "--geojson", str(place / "y.json")]) == 1
    assert not list(place.glob(".unfinished-*"))
    assert not (place / "y.json").exists()
