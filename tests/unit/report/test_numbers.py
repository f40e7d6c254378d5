"""Numbers as people read them, against values written out by hand."""

from __future__ import annotations

import pytest

from ecopark.report.numbers import axis_number, number, quantity, scale_of


@pytest.mark.parametrize(
    ("value", "unit", "per", "text"),
    [
        (135_000, "t", "yr", "135 kt/yr"),
        (483, "t", "", "483 t"),
        (1_250_000, "t", "", "1.2 Mt"),
        (702_345, "m3", "", "702,000 m³"),
        (164, "m3", "", "164 m³"),
        (2_460_000, "m3", "yr", "2.5 million m³/yr"),
        (162_000, "MWh", "", "162 GWh"),
        (9_400_000, "MWh", "", "9.4 TWh"),
        (583_200, "GJ", "", "583 TJ"),
        (-3_200, "t CO2e", "", "\u22123.2 kt CO₂e"),
        (4_130_000_000, "DKK", "", "4.1 billion DKK"),
        (0, "t", "", "0 t"),
        (0, "m3", "", "0 m³"),
    ],
)
def test_quantity(value: float, unit: str, per: str, text: str) -> None:
    assert quantity(value, unit, per) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1_234_567, "1,234,567"),
        (12.4, "12"),
        (9.96, "10"),
        (3.04, "3.0"),
        (0.0567, "0.057"),
        (-45, "\u221245"),
    ],
)
def test_number(value: float, text: str) -> None:
    assert number(value) == text


def test_axis_numbers_keep_thousands_apart() -> None:
    assert [axis_number(value) for value in (0.0, 0.25, 2.0, 1500.0, -20000.0)] == [
        "0",
        "0.25",
        "2",
        "1,500",
        "\u221220,000",
    ]


def test_scale_is_the_largest_step_not_above() -> None:
    assert scale_of(999, "t") == (1.0, "t")
    assert scale_of(1000, "t") == (1e3, "kt")
    assert scale_of(0.2, "m3") == (1.0, "m³")
