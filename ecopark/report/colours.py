"""Colours of kinds and resources: the same resource has the same colour in every figure.

Kinds use four colours of the Okabe-Ito set, which people with any form of colour blindness tell
apart. A resource takes a shade of its kind's family: the field's common resources have a fixed
one, any other gets one from a stable hash of its id. Colour never carries meaning alone; every
figure names the resource as well.

Source: Okabe, M., Ito, K. (2008) Color Universal Design, https://jfly.uni-koeln.de/color/.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b

import pandas as pd
from matplotlib.colors import to_hex, to_rgb

KIND: Mapping[str, str] = {
    "material": "#009E73",
    "energy": "#E69F00",
    "heat": "#D55E00",
    "water": "#0072B2",
}
KIND_NAME: Mapping[str, str] = {
    "material": "material",
    "energy": "fuel and power",
    "heat": "heat",
    "water": "water",
}
_OTHER = "#8A8A8A"

# Hues of each family; a resource without a fixed colour gets one of them, as it is, lighter or darker.
_HUES: Mapping[str, tuple[str, ...]] = {
    "material": (
        "#009E73",
        "#CC79A7",
        "#7B5EA7",
        "#8C6D46",
        "#44AA99",
        "#882255",
        "#999933",
        "#117733",
        "#AA4499",
        "#7F8C8D",
        "#5C7A29",
        "#A6865B",
    ),
    "energy": ("#E69F00", "#B87A00", "#F2C14E", "#8A5A00", "#CDB43A"),
    "heat": ("#D55E00", "#F0926A", "#A63E00", "#C8451A"),
    "water": ("#0072B2", "#56B4E9", "#2A9DA8", "#5B7FC7", "#3F5FA8"),
}
_STEPS = (0.0, 0.35, -0.3, 0.6)
_FIXED: Mapping[str, str] = {
    "fly_ash": "#7F8C8D",
    "bottom_ash": "#4D4D4D",
    "wood_ash": "#B4BBBB",
    "fgd_gypsum": "#CC79A7",
    "natural_gypsum": "#AA4499",
    "waste_plasterboard": "#C2A5CF",
    "bio_sludge": "#8C6D46",
    "sewage_sludge": "#BDA27A",
    "fish_sludge": "#5E4A30",
    "oily_sludge": "#882255",
    "yeast_slurry": "#44AA99",
    "sulphur": "#999933",
    "straw": "#5C7A29",
    "manure": "#A9C46C",
    "digestate": "#117733",
    "lignin": "#C9A227",
    "organic_residue": "#009E73",
    "granulated_slag": "#7B5EA7",
    "co2": "#762A83",
    "steam": "#D55E00",
    "hot_water": "#F0926A",
    "warm_water": "#A63E00",
    "fuel_gas": "#E69F00",
    "flare_gas": "#B87A00",
    "natural_gas": "#F2C14E",
    "biogas": "#8A5A00",
    "electricity": "#CDB43A",
    "surface_water": "#0072B2",
    "used_cooling_water": "#56B4E9",
    "treated_waste_water": "#00507D",
    "industrial_water": "#5B7FC7",
    "drinking_water": "#8FD3E8",
    "technical_water": "#2A9DA8",
    "waste_water": "#3A4A8C",
    "boiler_feed_water": "#A9BFEA",
    "process_water": "#7A6FC0",
    "ground_water": "#1F7A8C",
    "cooling_water": "#2E8FC9",
    "sea_water": "#1B3A6B",
}


def kind_colour(kind: str) -> str:
    """Colour of a kind of resource, as ``#rrggbb``; grey for anything else."""
    return KIND.get(kind, _OTHER)


def resource_colours(resources: pd.DataFrame) -> dict[str, str]:
    """Colour of each resource of a run.

    Parameters
    ----------
    resources : pandas.DataFrame
        Index resource id, column kind.

    Returns
    -------
    dict of str to str
        ``#rrggbb`` by resource id. It depends on the ids and kinds alone, not on their order.
        Two resources share a colour only where a kind has more resources than shades.
    """
    colours: dict[str, str] = {}
    kinds = {str(name): str(kind) for name, kind in resources["kind"].items()}
    for name in sorted(kinds, key=lambda name: (name not in _FIXED, name)):
        family = tuple(shade(hue, step) for step in _STEPS for hue in _HUES.get(kinds[name], (_OTHER,)))
        if name in _FIXED:
            colours[name] = _FIXED[name]
            continue
        first = int.from_bytes(blake2b(name.encode(), digest_size=4).digest(), "big") % len(family)
        ring = family[first:] + family[:first]
        taken = set(colours.values())
        colours[name] = next((shade for shade in ring if shade not in taken), ring[0])
    return colours


@lru_cache(maxsize=1024)
def shade(colour: str, amount: float) -> str:
    """`colour` mixed with white (`amount` above 0) or black (below 0), by that share."""
    target = 1.0 if amount > 0 else 0.0
    share = abs(amount)
    return str(to_hex(tuple(part * (1 - share) + target * share for part in to_rgb(colour))))


def text_colour(colour: str) -> str:
    """Shade of `colour` dark enough to be read as text on white (contrast at least 4.5 to 1).

    Notes
    -----
    Contrast by relative luminance as in WCAG 2.1, success criterion 1.4.3.
    """
    for step in range(20):
        shaded = shade(colour, -0.05 * step)
        if 1.05 / (_luminance(shaded) + 0.05) >= 4.5:
            return shaded
    return "#000000"


def ink_on(colour: str) -> str:
    """Black or white, whichever is read more easily on `colour`."""
    luminance = _luminance(colour)
    return "#FFFFFF" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "#000000"


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.1)."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
