"""Whether firms and plots fit each other: the site of a firm on a plot, and who may stand where.

What lives here: sites taken from plots; room, zone and classes of a plot; rules of distance; the checks of a
scenario on all of them. What does not: lengths of ways (``geometry``), the search for a better layout
(``planning.layouts.finding``), which asks the same functions.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

import numpy as np

from ecopark.scenario.fields import Hazard
from ecopark.scenario.geometry import crow_km
from ecopark.scenario.layout import Layout, Plot, SitingRule, Who
from ecopark.scenario.located import Loc, Section, find_place, own_path, sections
from ecopark.scenario.types import Firm, Park
from ecopark.scenario.units import nearest
from ecopark.scenario.validate import Report, show_field

_HAZARD: tuple[Hazard, ...] = ("none", "low", "hazardous")
# Distances within a metre of a rule's are taken to keep it: plans are not drawn finer.
_SLACK_KM = 1e-3
_NOWHERE = (0.0, 0.0)


def stand_on_plots(raw: Section) -> None:
    """Give every firm on a plot the plot's site, in place.

    Parameters
    ----------
    raw : Section
        Scenario in the shape of the types. A firm's own `site` gives way; a plot that is unknown is left to
        :func:`check_siting`, and a firm on it without a site gets one meanwhile.
    """
    plots = dict(sections(raw.get("layout"), "plots"))
    for name, firm in list(sections(raw, "firms")):
        chosen = firm.get("plot")
        if chosen is None:
            continue
        site = plots[chosen].get("site") if chosen in plots else firm.get("site", list(_NOWHERE))
        if firm.get("site") != site:
            own_path(raw, ("firms", name)).put("site", site, firm.place("plot"))


# --------------------------------------------------------------------------- one firm, one plot
def why_unfit(firm: Firm, plot: Plot, name: str, layout: Layout) -> list[str]:
    """What forbids a firm a plot, rules of distance apart.

    Parameters
    ----------
    firm : Firm
    plot : Plot
    name : str
        Identifier of the firm, which rules may name.
    layout : Layout
        Its rules.

    Returns
    -------
    list of str
        One reason each; empty where the firm may stand there.
    """
    reasons = []
    if firm.area is not None and plot.area is not None and firm.area.value > plot.area.value:
        needed, given = firm.area.value / 1e4, plot.area.value / 1e4
        reasons.append(f"the firm needs {needed:g} ha, the plot has {given:g} ha")
    if firm.zones and plot.zone not in firm.zones:
        reasons.append(f"the firm needs a zone of {_listed(firm.zones)}, the plot is {_zone(plot)}")
    if firm.noise_class > plot.noise_class:
        reasons.append(f"the firm has noise class {firm.noise_class}, the plot allows {plot.noise_class}")
    if _HAZARD.index(firm.hazard_class) > _HAZARD.index(plot.hazard_class):
        reasons.append(
            f"the firm is of hazard class {firm.hazard_class}, the plot allows {plot.hazard_class}"
        )
    for key, rule in layout.rules.items():
        if rule.zones and plot.zone not in rule.zones and is_meant(rule.who, name, firm):
            wanted = _listed(rule.zones)
            reasons.append(f"rule {key!r} asks for a zone of {wanted}, the plot is {_zone(plot)}")
    return reasons


def is_meant(who: Who, name: str, firm: Firm) -> bool:
    """Whether a rule is about a firm.

    Parameters
    ----------
    who : Who
    name : str
        Identifier of the firm.
    firm : Firm

    Returns
    -------
    bool
    """
    louder = who.noise_class is not None and firm.noise_class >= who.noise_class
    hazard = who.hazard_class
    riskier = hazard is not None and _HAZARD.index(firm.hazard_class) >= _HAZARD.index(hazard)
    nobody_named = not (who.firms or who.sectors or who.noise_class is not None or hazard is not None)
    return nobody_named or name in who.firms or firm.sector in who.sectors or louder or riskier


# --------------------------------------------------------------------------- two firms
def least_distance(park: Park, first: str, second: str) -> tuple[float, str]:
    """How far apart rules keep two firms, as the crow flies.

    Parameters
    ----------
    park : Park
    first, second : str
        Identifiers.

    Returns
    -------
    tuple of (float, str), km
        The distance and the rule that asks for the most; 0 and "" where none does, or where one firm has
        closed before the other opens.
    """
    a, b = park.firms[first], park.firms[second]
    needed, by = 0.0, ""
    if not do_lives_meet(a, b):
        return needed, by
    for key, rule in park.layout.rules.items():
        if (
            rule.at_least is not None
            and rule.at_least.value > needed
            and _joins(rule, (first, a), (second, b))
        ):
            needed, by = rule.at_least.value, key
    return needed, by


def keeps_distance(apart: float, needed: float) -> bool:
    """Whether two firms are far enough from each other, a metre being none.

    Parameters
    ----------
    apart, needed : float, km

    Returns
    -------
    bool
    """
    return apart >= needed - _SLACK_KM


def do_lives_meet(first: Firm, second: Firm) -> bool:
    """Whether two firms are ever there together.

    Parameters
    ----------
    first, second : Firm

    Returns
    -------
    bool
    """
    opens = max(first.opens or date.min, second.opens or date.min)
    return opens < min(first.closes or date.max, second.closes or date.max)


def _joins(rule: SitingRule, first: tuple[str, Firm], second: tuple[str, Firm]) -> bool:
    ways = ((first, second), (second, first))
    return any(is_meant(rule.who, *one) and is_meant(rule.others, *other) for one, other in ways)


# --------------------------------------------------------------------------- checks of a scenario
def check_siting(park: Park, report: Report) -> None:
    """Note every firm, plot, corridor and rule that does not fit the others.

    Parameters
    ----------
    park : Park
        Validated.
    report : Report
        Collector.
    """
    layout = park.layout
    _check_names(park, report)
    for name, corridor in layout.corridors.items():
        if len(set(corridor.path)) < 2:
            message = "leads nowhere: all its points are one; give the points it runs through"
            report.add(("layout", "corridors", name, "path"), message)
        for index, point in enumerate(corridor.path):
            check_point(("layout", "corridors", name, "path", index), point, park, report)
    for name, plot in layout.plots.items():
        check_point(("layout", "plots", name, "site"), plot.site, park, report)
        for index, point in enumerate(plot.outline):
            check_point(("layout", "plots", name, "outline", index), point, park, report)
    if layout.distance == "corridor" and not layout.corridors:
        message = "distances along corridors need corridors; add 'corridors:' or write 'distance: straight'"
        report.add(("layout", "distance"), message)
    for name, rule in layout.rules.items():
        if rule.at_least is None and not rule.zones:
            report.add(("layout", "rules", name), "asks for nothing; give 'at_least' or 'zones'")
    _check_plots(park, report)
    if not report.is_broken(("layout",)):
        _check_distances(park, report)


def check_point(loc: Loc, point: tuple[float, float], park: Park, report: Report) -> None:
    """Note a point that lies nowhere on earth.

    Parameters
    ----------
    loc : tuple of str and int
        Its place in the scenario.
    point : tuple of float, degree or m
    park : Park
        For the coordinates its layout has.
    report : Report
        Collector.
    """
    if park.layout.crs != "lonlat":
        return
    longitude, latitude = point
    if not -180 <= longitude <= 180:
        report.add((*loc, 0), f"longitude must lie between -180 and 180, found {longitude:g}")
    if not -90 <= latitude <= 90:
        message = f"latitude must lie between -90 and 90, found {latitude:g}; write [longitude, latitude]"
        report.add((*loc, 1), message)


def _check_names(park: Park, report: Report) -> None:
    """Plots of firms, firms and zones of rules must be there."""
    plots, zones = park.layout.plots, {plot.zone for plot in park.layout.plots.values() if plot.zone}
    for name, firm in park.firms.items():
        if firm.plot is not None and firm.plot not in plots:
            known = nearest(firm.plot, plots) or (f"; plots: {', '.join(list(plots)[:8])}" if plots else "")
            missing = "" if plots else "; the layout has no 'plots'"
            report.add(("firms", name, "plot"), f"unknown plot {firm.plot!r}{known}{missing}")
        for index, zone in enumerate(firm.zones):
            _check_zone(("firms", name, "zones", index), zone, zones, report)
    sectors = {firm.sector for firm in park.firms.values() if firm.sector}
    for name, rule in park.layout.rules.items():
        for end in ("who", "others"):
            who: Who = getattr(rule, end)
            loc = ("layout", "rules", name, end)
            for index, firm_name in enumerate(who.firms):
                if firm_name not in park.firms:
                    message = f"unknown firm {firm_name!r}{nearest(firm_name, park.firms)}"
                    report.add((*loc, "firms", index), message)
            for index, sector in enumerate(who.sectors):
                if sector not in sectors:
                    message = f"no firm is of the sector {sector!r}{nearest(sector, sectors)}"
                    report.add((*loc, "sectors", index), message)
        for index, zone in enumerate(rule.zones):
            _check_zone(("layout", "rules", name, "zones", index), zone, zones, report)


def _check_zone(loc: Loc, zone: str, zones: set[str], report: Report) -> None:
    # A park without plots may keep its rules for the day when it has some.
    if zones and zone not in zones:
        report.add(loc, f"no plot is of the zone {zone!r}{nearest(zone, zones)}")


def _check_plots(park: Park, report: Report) -> None:
    """Each firm fits its plot, and no two stand on one at the same time."""
    plots, standing = park.layout.plots, dict[str, list[str]]()
    for name, firm in park.firms.items():
        if firm.plot is None or firm.plot not in plots:
            continue
        loc = ("firms", name, "plot")
        for reason in why_unfit(firm, plots[firm.plot], name, park.layout):
            _note(report, loc, f"does not fit plot {firm.plot!r}: {reason}")
        for other in standing.setdefault(firm.plot, []):
            if do_lives_meet(firm, park.firms[other]):
                message = (
                    f"plot {firm.plot!r} is taken by {other!r}; two firms stand on one plot only in turn"
                )
                _note(report, loc, message)
        standing[firm.plot].append(name)


def _check_distances(park: Park, report: Report) -> None:
    """No two firms stand closer together than rules allow."""
    for first, second, apart, needed, rule in too_close(park):
        loc: Loc = ("firms", second, "plot" if park.firms[second].plot else "site")
        message = f"stands {apart:.2f} km from {first!r}; rule {rule!r} asks for at least {needed:g} km"
        _note(report, loc, message)


def too_close(park: Park) -> Iterator[tuple[str, str, float, float, str]]:
    """Pairs of firms that stand closer together than rules allow.

    Parameters
    ----------
    park : Park

    Yields
    ------
    tuple of (str, str, float, float, str), km
        Both firms, distance, distance asked for, and the rule.
    """
    if not any(rule.at_least is not None for rule in park.layout.rules.values()):
        return
    for first, second in combinations(park.firms, 2):
        needed, rule = least_distance(park, first, second)
        if needed > 0.0:
            start, end = (np.array([park.firms[name].site], dtype=np.float64) for name in (first, second))
            apart = float(crow_km(start, end, park.layout)[0])
            if not keeps_distance(apart, needed):
                yield first, second, apart, needed, rule


def _note(report: Report, loc: Loc, message: str) -> None:
    """Note one of several mistakes at a place."""
    where = find_place(report.raw, loc)
    report.add_at(where, show_field(loc, where), message)


def _listed(names: tuple[str, ...]) -> str:
    return " or ".join(repr(name) for name in names)


def _zone(plot: Plot) -> str:
    return repr(plot.zone) if plot.zone else "of none"
