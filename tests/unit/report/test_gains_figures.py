"""Figures and closing tables of gains and subsidies say what the tables say, and nothing covers anything."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.text import Annotation, Text
from rich.console import Console
from small_parks import EAGER, TRANSPORT, firm, scenario

from ecopark.planning.gains.measuring import measure_gains
from ecopark.planning.gains.runs import measure_gains_over_runs
from ecopark.planning.subsidy.studying import SubsidyStudy, study_subsidies
from ecopark.planning.subsidy.value import SocialTerms
from ecopark.report.gains_console import gains_tables, subsidy_tables
from ecopark.report.gains_plots import draw_firms, draw_split
from ecopark.report.gains_subsidy import draw_curve, draw_proof
from ecopark.report.style import PRINT, PROJECTOR, Medium
from ecopark.simulate import simulate

ASH = {"ash": {"resource": "ash", "coefficient": "0.1"}}
FIRMS = pd.DataFrame(
    {
        "firm": [f"firm_{k}" for k in range(7)],
        "npv": [9e6, 4e6, 2e6, 1e6, 2e5, -1e5, -3e6],
        "shapley": [7e6, 5e6, 2e6, 1e6, 1e5, 1e5, -2e6],
        "payback": [2.0, 0.0, 6.5, 3.0, 40.0, np.inf, np.inf],
        "discounted_payback": [2.2, 0.0, 9.0, 3.4, np.inf, np.inf, np.inf],
    }
).assign(overpaid=lambda t: t["npv"] - t["shapley"])
LABELS = {
    f"firm_{k}": name for k, name in enumerate(("Power station Æ", "Works", "A rather long name of a firm"))
}
CURVE = pd.DataFrame(
    {
        "from_firm": [f"firm_{k}" for k in range(6)],
        "to_firm": ["firm_0"] * 6,
        "resource": ["fly_ash"] * 6,
        "to_resource": ["fly_ash", *["nitrogen_fertiliser"] * 5],
        "unit": ["t", "t", "MWh", "t", "t", "t"],
        "co2": [2000.0, 50.0, 40.0, 30.0, 900.0, -5.0],
        "diverted": [5e4, 1e3, 1e3, 0.0, 2e3, 9e3],
        "social_value": [5e6, 1e6, 2e6, 1e5, 4e5, 3e5],
        "yearly_cost": [1e6, 4e4, 5e4, 5e4, 5e6, 1e5],
    }
).assign(
    cost_per_t_co2=lambda t: np.where(t["co2"] > 0, t["yearly_cost"] / t["co2"], np.inf),
    cost_per_diverted=lambda t: np.where(t["diverted"] > 0, t["yearly_cost"] / t["diverted"], np.inf),
)
CURVE = CURVE.sort_values("cost_per_t_co2", ignore_index=True)
PROOF = CURVE.head(3).assign(
    offered=[5.0, 6.0, 7.0],
    without=[0.0, 0.25, 0.5],
    **{"with": [1.0, 0.25, 0.75]},
    failed=["", "information 50 %, permit 25 %", "permit 25 %"],
)
MEDIA = pytest.mark.parametrize("medium", [PRINT, PROJECTOR], ids=["print", "projector"])


def texts(ax: Axes, gid: str) -> list[Annotation]:
    figure = ax.get_figure(root=True)
    assert figure is not None
    return [t for a in figure.axes for t in a.texts if t.get_gid() == gid]


def no_text_covers_another(ax: Axes) -> None:
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.canvas.draw()
    shown: list[Text] = [t for a in figure.axes for t in a.texts if t.get_text()]
    for panel in (a for a in figure.axes if a.axison):
        low, high = sorted(panel.get_ylim())
        ticks = zip(panel.get_yticks(), panel.get_yticklabels(), strict=True)
        shown += [label for at, label in ticks if low <= at <= high and label.get_text()]
    boxes = [t.get_window_extent() for t in shown]
    width, height = figure.canvas.get_width_height()
    for i, one in enumerate(boxes):
        for k in range(i):
            assert not one.overlaps(boxes[k]), (shown[i].get_text(), shown[k].get_text())
        assert one.x0 >= -1.0, shown[i].get_text()
        assert one.x1 <= width + 1.0, shown[i].get_text()
        assert one.y0 >= -1.0, shown[i].get_text()
        assert one.y1 <= height + 1.0, shown[i].get_text()


@MEDIA
def test_dots_stand_at_what_each_has(medium: Medium) -> None:
    ax = draw_split(FIRMS, "DKK", LABELS, medium=medium)
    drawn = {
        gid: [line.get_xdata()[0] for line in ax.lines if line.get_gid() == gid] for gid in ("npv", "shapley")
    }
    np.testing.assert_allclose(drawn["npv"], FIRMS["npv"] / 1e6)
    np.testing.assert_allclose(drawn["shapley"], FIRMS["shapley"] / 1e6)
    assert [t.get_text() for t in texts(ax, "side")][:2] == ["+2.00", "−1.00"]
    assert "million DKK" in ax.get_xlabel()
    no_text_covers_another(ax)


@MEDIA
def test_bars_are_present_values_and_years(medium: Medium) -> None:
    worth, time = draw_firms(FIRMS, "DKK", LABELS, medium=medium)
    np.testing.assert_allclose([bar.get_width() for bar in worth.patches], FIRMS["npv"] / 1e6)
    np.testing.assert_allclose(
        [bar.get_width() for bar in time.patches], [2.0, 0.0, 6.5, 3.0, 40.0, 0.0, 0.0]
    )
    said = [t.get_text() for t in texts(time, "years")]
    assert said == ["2.0", "nothing to pay back", "6.5", "3.0", "40", "not paid back", "not paid back"]
    no_text_covers_another(worth)


@MEDIA
@pytest.mark.parametrize(("rank", "blocks"), [("carbon", 5), ("diverted", 4), ("value", 6)])
def test_blocks_are_as_wide_as_what_they_bring(medium: Medium, rank: str, blocks: int) -> None:
    ax = draw_curve(CURVE, rank, "DKK", 1990, LABELS, medium=medium)
    found = [bar for bar in ax.patches if bar.get_gid() == "block"]
    assert len(found) == blocks
    if rank == "carbon":
        good = CURVE[CURVE["co2"] > 0.0]
        np.testing.assert_allclose([bar.get_width() for bar in found], good["co2"] / 1e3)
        np.testing.assert_allclose([bar.get_y() + bar.get_height() for bar in found], good["cost_per_t_co2"])
        edges = [bar.get_x() for bar in found]
        np.testing.assert_allclose(np.diff(edges), good["co2"].to_numpy()[:-1] / 1e3)
        assert texts(ax, "legend")[0].get_text() == "1 more bring none of it"
    assert len(texts(ax, "name")) == blocks
    no_text_covers_another(ax)


@MEDIA
def test_shares_of_runs(medium: Medium) -> None:
    ax = draw_proof(PROOF, 4, 1990, LABELS, medium=medium)
    for gid in ("with", "without"):
        (line,) = (line for line in ax.lines if line.get_gid() == gid)
        np.testing.assert_allclose(line.get_xdata(), 100.0 * PROOF[gid])
    assert texts(ax, "side")[1].get_text().startswith("information 50 %")
    no_text_covers_another(ax)


# --------------------------------------------------------------------------- from real studies
def park(**blocks: Any) -> Any:
    firms = {"giver": firm(outputs=ASH), "taker": firm((1000, 0), inputs=ASH)}
    rules = EAGER | {"discovery": EAGER["discovery"] | {"retry": "30 d"}}
    return scenario(firms, time={"start": "1990-01", "end": "1993-12"}, agents=rules, **blocks)


@pytest.fixture(scope="module")
def study() -> SubsidyStudy:
    dear = {"lorry": TRANSPORT["lorry"] | {"handling": "190 DKK/t"}}
    return study_subsidies(park(transport=dear), SocialTerms(500.0, 20.0), at=1991, replicates=1, first=1)


def said(parts: Any) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(parts)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_closing_tables_of_gains(tmp_path: Path) -> None:
    one, many = measure_gains(simulate(park())), measure_gains_over_runs(park(), 2)
    for gains in (one, many):
        text = said(gains_tables(gains))
        assert "Shapley" in text
        assert "money of 2010, brought to 1990 at 5 % a year real" in text
    assert "giver's share" in said(gains_tables(one))
    assert "means of 2 runs" in said(gains_tables(many))
    folder = many.save(tmp_path / "gains", figures=True)
    assert {path.name for path in (folder / "figures").iterdir()} == {
        f"{name}.{ending}" for name in ("split", "firms") for ending in ("png", "svg")
    }


def test_closing_tables_of_subsidies(study: SubsidyStudy, tmp_path: Path) -> None:
    text = said(subsidy_tables(study))
    for part in (
        "none helps",
        "10.5/t",
        "1,061",
        "Paid for from 1991 on, 1 pairs",
        "social cost of carbon 500 DKK/t",
    ):
        assert part in text, part
    folder = study.save(tmp_path / "subsidy", figures=True)
    assert {path.stem for path in (folder / "figures").iterdir()} == {"curve", "proof"}
