"""The page of indicators names every indicator and every source the code names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ecopark.indicators import cascade, degrees, ecology, graph, resilience, structure, survival, symbiosis

PAGE = (Path(__file__).parents[3] / "docs" / "indicators.md").read_text(encoding="utf-8")
IDS = [indicator.id for indicator in graph.NETWORK_INDICATORS] + list(ecology.ECOLOGY_UNITS)
FUNCTIONS = [
    resilience.removal_loss,
    resilience.removal_curve,
    resilience.robustness_area,
    resilience.single_supplier_share,
    cascade.cascade,
    cascade.cascade_threshold,
    survival.kaplan_meier,
    survival.median_survival,
    survival.jaccard,
    symbiosis.byproduct_recycling_rate,
    symbiosis.industrial_symbiosis_indicator_felicio,
]


@pytest.mark.parametrize("name", [*IDS, *(function.__name__ for function in FUNCTIONS)])
def test_indicator_is_on_the_page(name: str) -> None:
    assert f"`{name}" in PAGE


@pytest.mark.parametrize(
    "module",
    [degrees, structure, symbiosis, ecology, resilience, cascade],
    ids=lambda module: module.__name__,
)
def test_sources_on_the_page_are_those_of_the_code(module: object) -> None:
    text = Path(str(module.__file__)).read_text(encoding="utf-8")  # type: ignore[attr-defined]
    for doi in re.findall(r"https://doi\.org/\S+?(?=[\s.]*$)", text, flags=re.MULTILINE):
        assert doi in PAGE, doi
