"""The map of a draft as tables in metres: firms, plots, corridors.

What lives here: tables. What does not: the plane itself (``ground``), anything drawn.
"""

from __future__ import annotations

import pandas as pd

from ecopark.app.ground import Point
from ecopark.app.park import Draft
from ecopark.scenario.region import plants

_PLANE = ["firm", "name", "short", "sector", "x_m", "y_m", "plot", "on", "added", "moved"]


def plane(draft: Draft) -> pd.DataFrame:
    """Where the firms of a draft stand, on a plane in metres.

    Parameters
    ----------
    draft : Draft

    Returns
    -------
    pandas.DataFrame
        One row per firm of the base and added one: ``firm, name, short, sector, x_m, y_m, plot`` (empty where it
        stands on none), ``on, added, moved`` (bool). ``x_m`` runs east, ``y_m`` north, about the middle of the base's
        firms, so that the plane is the same for all drafts of a base.
    """
    usual = plants()
    rows = []
    for firm, spec in draft.base.park.firms.items():
        site = draft.moves.get(firm, spec.site)
        plot = (draft.ground.plot_at(site) if firm in draft.moves else spec.plot) or ""
        rows.append(
            (firm, spec.name, spec.short or spec.name, spec.sector, site, plot, False, firm in draft.moves)
        )
    for firm, new in draft.added.items():
        sector = usual[new.archetype].sector
        rows.append((firm, new.name, new.name, sector, new.site, draft.ground.plot_at(new.site), True, False))
    table = pd.DataFrame(rows, columns=["firm", "name", "short", "sector", "site", "plot", "added", "moved"])
    where = draft.ground.metres(table["site"].tolist())
    return table.assign(x_m=where[:, 0], y_m=where[:, 1], on=~table["firm"].isin(draft.off))[_PLANE]


def place_at(draft: Draft, x_m: float, y_m: float) -> Point:
    """Site in the layout's coordinates of a point of the :func:`plane`.

    Parameters
    ----------
    draft : Draft
    x_m, y_m : float, m

    Returns
    -------
    tuple of float, degree or m
    """
    return draft.ground.site(x_m, y_m)


def ground(draft: Draft) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Plots and corridors on the plane of :func:`plane`.

    Parameters
    ----------
    draft : Draft

    Returns
    -------
    plots : pandas.DataFrame
        ``plot, x_m, y_m, zone, area_ha`` (missing where the layout gives none), ``corners`` (list of (x, y) in
        metres; a square where the layout gives no outline), ``firm`` (who stands on it, empty for none; the first of
        several).
    corridors : pandas.DataFrame
        ``corridor, points`` (list of (x, y) in metres).
    """
    layout, own = draft.base.park.layout, draft.ground
    firms = plane(draft)
    standing = firms[firms["on"]].groupby("plot", sort=False)["firm"].first().to_dict()
    plots = []
    for name, plot in layout.plots.items():
        x, y = own.metres([plot.site])[0]
        area = None if plot.area is None else plot.area.value / 1e4
        corners = [(float(a), float(b)) for a, b in own.shift(own.plan.corners[name])]
        plots.append((name, float(x), float(y), plot.zone, area, corners, standing.get(name, "")))
    lines = [
        (name, [(float(a), float(b)) for a, b in own.shift(path)])
        for name, path in zip(layout.corridors, own.plan.corridors, strict=True)
    ]
    of_plot = ["plot", "x_m", "y_m", "zone", "area_ha", "corners", "firm"]
    return pd.DataFrame(plots, columns=of_plot), pd.DataFrame(lines, columns=["corridor", "points"])
