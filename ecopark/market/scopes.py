"""Greenhouse-gas scopes: in whose books, and in which chapter of them, an emission stands.

What lives here: the split of a port's emission factor into scope 1, 2 and upstream 3. What does not:
the factors themselves (``prices``) and quantities (``accounts``).

Scopes are those of the GHG Protocol, seen from the firm that owns the port: 1 is what it burns or
releases itself, 2 the electricity and heat it buys, 3 what others emit for it (materials and water
bought, haulage, disposal by others, pipes built). The factor of a fuel counts whole as scope 1,
although it may contain the fuel's upstream part: the scenario gives one number for both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecopark.calendar import Calendar
from ecopark.scenario.paths import Path
from ecopark.scenario.types import Park, Virgin

SCOPES = ("scope 1", "scope 2", "scope 3")
ELECTRICITY = "electricity"
_OWN_ROUTES = ("flare", "cooling", "release")


def scope_of_disposal(route: str) -> str:
    """Scope of the emission of a disposal route for the firm that disposes.

    Parameters
    ----------
    route : str
        Disposal route.

    Returns
    -------
    str
        ``scope 1`` where the firm does it itself (flare, cooling, release), else ``scope 3``
        (waste generated in operations, treated by others).
    """
    return "scope 1" if route in _OWN_ROUTES else "scope 3"


def scope_of_input(park: Park, resource: str) -> str:
    """Scope of the emission of a bought resource.

    Parameters
    ----------
    park : Park
    resource : str

    Returns
    -------
    str
        Electricity and heat: ``scope 2``; other energy (fuels, burnt by the buyer): ``scope 1``;
        materials and water: ``scope 3``.
    """
    kind = park.resources[resource].kind
    if resource == ELECTRICITY or kind == "heat":
        return "scope 2"
    return "scope 1" if kind == "energy" else "scope 3"


def virgin_by_scope(park: Park, resource: str, virgin: Virgin, calendar: Calendar) -> NDArray[np.float64]:
    """Emission of one unit of virgin supply, split by scope of its user.

    Parameters
    ----------
    park : Park
    resource : str
    virgin : Virgin
        The reference supply of the need.
    calendar : Calendar

    Returns
    -------
    ndarray of float, shape (3, T), t CO2e/unit
        Rows in the order of ``SCOPES``, by period; their sum is the factor of ``prices``.

    Notes
    -----
    A recipe is a plant of the user's own (a boiler): its fuels are scope 1, its electricity scope 2.
    An emission beyond the recipe is the plant's own (scope 1) for heat made by a recipe, and that of
    the bought resource (:func:`scope_of_input`) otherwise.
    """
    starts = calendar.period_bounds[:-1]

    def sample(path: Path | None) -> NDArray[np.float64]:
        return np.zeros(starts.size) if path is None else path.sample(starts, calendar.start)

    made = park.resources[resource].kind == "heat" and bool(virgin.recipe)
    own = "scope 1" if made else scope_of_input(park, resource)
    split = np.zeros((len(SCOPES), starts.size))
    split[SCOPES.index(own)] += sample(virgin.emission)
    for name, amount in virgin.recipe.items():
        supply = park.resources[name].virgin
        if supply is not None:
            split += sample(amount) * virgin_by_scope(park, name, supply, calendar)
    return split
