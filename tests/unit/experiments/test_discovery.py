"""Boxes found by the tree against boxes put there by hand; tables for a paper; the page of documentation."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from study_models import Line, line_study

from ecopark.errors import DomainError
from ecopark.experiments import Study, StudyResults, sweep
from ecopark.experiments.exports import as_markdown, write_table

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    parameters = {"a": {"range": [0, 1]}, "b": {"range": [0, 4]}, "word": {"list": ["small", "large"]}}
    raw = line_study(parameters=parameters, design={"kind": "latin_hypercube", "n": 400}, replicates=1)
    return sweep(Study.from_dict(raw, Line()), engine="serial", folder=tmp_path_factory.mktemp("d") / "s")


def test_a_box_that_is_there_is_found(results: StudyResults) -> None:
    # y = 2 a + b + word + luck with one seed: large words add 4 to small ones; the most else is 6.
    luck = results.runs["y"].min() - 1.0
    found = results.discover("y", above=float(6.0 + luck))
    first = found.boxes.iloc[0]
    assert first["density"] == 1.0
    assert "word is large" in first["limits"]
    inside = results.runs[(results.parameter_values()["word"] == "large").to_numpy()]
    assert found.boxes["coverage"].sum() > 0.85
    assert found.share == pytest.approx((results.runs["y"] > 6.0 + luck).mean())
    assert len(inside) == 200


def test_coverage_and_density_are_what_they_say(results: StudyResults) -> None:
    threshold = float(results.runs["y"].median())
    found = results.discover("y", below=threshold, depth=2)
    values, wanted = results.parameter_values(), results.runs["y"] < threshold
    for row in found.boxes.itertuples():
        inside = np.ones(len(values), dtype=bool)
        for limit in found.limits[found.limits["box"] == row.box].to_dict("records"):
            column = values[limit["parameter"]]
            if limit["values"]:
                inside &= column.isin(limit["values"]).to_numpy()
            else:
                inside &= ((column > limit["low"]) & (column <= limit["high"])).to_numpy()
        assert inside.sum() == row.runs
        assert wanted[inside].mean() == pytest.approx(row.density)
        assert wanted[inside].sum() / wanted.sum() == pytest.approx(row.coverage)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({}, "either"),
        ({"above": 1.0, "below": 2.0}, "either"),
        ({"above": 99.0}, "no run"),
        ({"below": 99.0}, "every run"),
    ],
)
def test_thresholds_that_part_nothing_are_refused(
    results: StudyResults, limits: dict[str, float], words: str
) -> None:
    with pytest.raises(DomainError, match=words):
        results.discover("y", **limits)


def test_response_curves_follow_the_function(results: StudyResults) -> None:
    table = results.response("y", bins=8)
    curve = table[table["parameter"] == "b"]
    slope = np.polyfit(curve["value"].to_numpy(dtype=float), curve["mean"].to_numpy(dtype=float), 1)[0]
    assert slope == pytest.approx(1.0, abs=0.35)
    words = table[table["parameter"] == "word"].set_index("value")["mean"]
    assert words["large"] - words["small"] == pytest.approx(4.0, abs=0.4)
    assert table["runs"].sum() == 3 * 400


def test_fans_hold_the_quantiles(results: StudyResults) -> None:
    fan = results.fan("level")
    a = results.parameter_values()["a"].to_numpy()
    expected = np.quantile(a, [0.05, 0.25, 0.5, 0.75, 0.95]) + 1991
    assert fan.loc[1991].drop("runs").to_numpy() == pytest.approx(expected)
    with pytest.raises(DomainError, match="no yearly indicator"):
        results.fan("levle")


def test_tables_for_a_paper(results: StudyResults, tmp_path: Path) -> None:
    table = results.overall()
    csv = pd.read_csv(write_table(table, tmp_path / "t.csv"))
    assert csv["mean"].tolist() == pytest.approx(table["mean"].tolist(), rel=1e-15)
    text = write_table(table, tmp_path / "t.md").read_text(encoding="utf-8")
    assert text.splitlines()[1].count("---:") == 6
    with pytest.raises(DomainError, match=r"\.csv or \.md"):
        write_table(table, tmp_path / "t.docx")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1234.567, "1,230"),
        (-0.012345, "\N{MINUS SIGN}0.0123"),
        (0.0, "0"),
        (float("nan"), ""),
        (99.96, "100"),
    ],
)
def test_three_digits(value: float, expected: str) -> None:
    assert as_markdown(pd.DataFrame({"x": [value]})).splitlines()[2] == f"| {expected} |"


def test_the_documented_study_is_right(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (DOCS / "studies.md").read_text(encoding="utf-8"), re.DOTALL)
    whole, numbers, futures = (yaml.safe_load(block) for block in blocks)
    (tmp_path / "layouts").mkdir()
    for name, site in (("built", "[11.1, 55.66]"), ("clustered", "[11.09, 55.66]")):
        (tmp_path / "layouts" / f"{name}.yaml").write_text(f"firms: {{gyproc: {{site: {site}}}}}\n")
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(whole, sort_keys=False))
    study = Study.load(tmp_path / "study.yaml")
    assert study.points == 512 * (8 + 2)
    assert Study.from_dict(numbers).points == 2
    assert Study.from_dict({"base": "kalundborg", **futures}).points == 3
