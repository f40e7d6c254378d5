"""Annuity against published tables, payback and pipe capital against paper and pencil."""

from __future__ import annotations

from datetime import date

import pytest
from one_option import transport_capital
from small_parks import firm, scenario

from ecopark.market.investment import annuity_factor, per_year, simple_payback
from ecopark.scenario.types import Transport


@pytest.mark.parametrize(
    ("rate", "years", "published"),
    [
        # Capital recovery factors (A/P, i, n) as printed to five places in the interest tables of
        # engineering economy textbooks, e.g. Newnan, Eschenbach & Lavelle, appendix.
        (0.05, 5, 0.23097),
        (0.08, 10, 0.14903),
        (0.10, 20, 0.11746),
        (0.12, 15, 0.14682),
        (0.03, 30, 0.05102),
    ],
)
def test_annuity_agrees_with_published_tables(rate: float, years: float, published: float) -> None:
    assert annuity_factor(rate, years) == pytest.approx(published, abs=5e-6)


def test_annuity_pays_the_capital_back() -> None:
    # Present value of the payments is the capital, whatever the rate.
    for rate in (0.0, 0.01, 0.07, 0.25):
        payment = annuity_factor(rate, 12)
        assert sum(payment / (1.0 + rate) ** year for year in range(1, 13)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("capital", "gain", "years"),
    [(12.0, 3.0, 4.0), (0.0, 5.0, 0.0), (0.0, -5.0, 0.0), (7.0, 0.0, float("inf"))],
)
def test_simple_payback(capital: float, gain: float, years: float) -> None:
    assert simple_payback(capital, gain) == years


def pipe(**fields: str) -> Transport:
    mode = {"lead_time": "0 d", "max_length": "20 km"} | fields
    return scenario({"a": firm()}, transport={"steam_pipe": mode}).park.transport["steam_pipe"]


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        (1000.0, 7.0e6),  # at the reference size: 1 + 2 x 3 million
        (500.0, 7.0e6 * 0.6597539553864471),  # 0.5 ** 0.6
        (2000.0, 7.0e6 * 1.515716566510398),  # 2 ** 0.6
        (10.0, 7.0e6 * 0.1657227),  # not below 5 % of the reference: 0.05 ** 0.6
    ],
)
def test_capital_of_a_pipe(capacity: float, expected: float) -> None:
    mode = pipe(fixed="1 MDKK", per_km="2 MDKK/km", reference="1000 MWh/day", exponent="0.6", floor="0.05")
    assert transport_capital(mode, 3.0, capacity, date(1990, 1, 1)) == pytest.approx(expected, rel=1e-6)


def test_capital_without_a_reference_size_is_the_same_for_all_sizes() -> None:
    mode = pipe(fixed="1 MDKK", per_km="2 MDKK/km")
    assert transport_capital(mode, 0.5, 1.0, date(1990, 1, 1)) == pytest.approx(2.0e6)


def test_capital_follows_its_dates() -> None:
    mode = pipe(per_km={"1990-01": "2 MDKK/km", "2000-01": "3 MDKK/km"})  # type: ignore[arg-type]
    assert transport_capital(mode, 2.0, 1.0, date(1999, 12, 31)) == pytest.approx(4.0e6)
    assert transport_capital(mode, 2.0, 1.0, date(2000, 1, 1)) == pytest.approx(6.0e6)


def test_a_lorry_needs_no_capital() -> None:
    lorry = scenario({"a": firm(outputs={"ash": {"resource": "ash", "coefficient": "1"}})}).park.transport[
        "lorry"
    ]
    assert transport_capital(lorry, 50.0, 1e6, date(1990, 1, 1)) == 0.0


def test_rates_are_yearly_as_written() -> None:
    assert per_year(
        scenario({"a": firm(behaviour={"hurdle_rate": "8 %/yr"})}).park.firms["a"].behaviour.hurdle_rate.value
    ) == pytest.approx(0.08)
