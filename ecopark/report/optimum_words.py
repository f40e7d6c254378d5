"""What objectives are called in figures, tables and on the console; no drawing here."""

from __future__ import annotations

from collections.abc import Mapping

LABELS: Mapping[str, str] = {
    "cost": "joint gain",
    "social_cost": "gain without transfers",
    "carbon": "greenhouse gases avoided",
    "virgin_water": "fresh water not drawn",
    "landfill": "waste kept from landfill",
}


def objective_label(objective: Mapping[str, float]) -> str:
    """Words for an objective.

    Parameters
    ----------
    objective : mapping of str to float
        Weights.

    Returns
    -------
    str

    Examples
    --------
    >>> objective_label({"cost": 1.0}), objective_label({"cost": 1.0, "carbon": 50.0})
    ('joint gain', '1 joint gain + 50 greenhouse gases avoided')
    """
    if len(objective) == 1:
        return LABELS[next(iter(objective))]
    return " + ".join(f"{weight:g} {LABELS[name]}" for name, weight in objective.items())
