"""Colours against published models of colour blindness and of contrast."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from ecopark.report.colours import KIND, ink_on, resource_colours, text_colour
from ecopark.report.tables import RunTables

# Machado, Oliveira and Fernandes (2009), doi:10.1109/TVCG.2009.113, table for severity 1.0.
_BLINDNESS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "none": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
}


def _linear(colour: str) -> NDArray[np.float64]:
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _lab(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE 1976 L*a*b* under D65 of linear sRGB (IEC 61966-2-1)."""
    matrix = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    ratio = matrix @ np.clip(linear, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


@pytest.mark.parametrize("blindness", _BLINDNESS)
def test_kinds_are_told_apart(blindness: str) -> None:
    seen = {kind: _lab(np.array(_BLINDNESS[blindness]) @ _linear(colour)) for kind, colour in KIND.items()}
    for one, other in combinations(seen, 2):
        # A difference of 10 is seen at a glance; 2.3 is just noticeable (Mahy et al. 1994).
        assert np.linalg.norm(seen[one] - seen[other]) > 15, (one, other)


def _contrast(one: str, other: str) -> float:
    light = [float(np.array([0.2126, 0.7152, 0.0722]) @ _linear(colour)) for colour in (one, other)]
    return (max(light) + 0.05) / (min(light) + 0.05)


def test_text_can_be_read(crowded: RunTables) -> None:
    for colour in {*resource_colours(crowded.resources).values(), *KIND.values()}:
        assert _contrast(text_colour(colour), "#FFFFFF") >= 4.5
        assert _contrast(ink_on(colour), colour) >= 4.5


def test_colour_depends_on_the_resource_alone(crowded: RunTables) -> None:
    table = crowded.resources
    colours = resource_colours(table)
    assert resource_colours(table.sample(frac=1.0, random_state=1)) == colours
    assert resource_colours(table.loc[["fly_ash", "steam"]]) == {
        "fly_ash": colours["fly_ash"],
        "steam": colours["steam"],
    }


def test_resources_of_a_kind_differ_while_shades_last(crowded: RunTables) -> None:
    colours = resource_colours(crowded.resources)
    kinds = crowded.resources["kind"]
    for one, other in combinations(colours, 2):
        if kinds[one] == kinds[other]:
            assert colours[one] != colours[other], (one, other)


def test_more_resources_than_shades_still_get_a_colour() -> None:
    table = pd.DataFrame({"kind": ["heat"] * 40}, index=[f"stream_{n}" for n in range(40)])
    assert len(resource_colours(table)) == 40
