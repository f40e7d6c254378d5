"""Energy and water: heat by temperature, exergy, primary energy, fresh water, cascades, pollutant load.

What lives here: indicators that need the grade of a stream or a factor by resource, from ledger and
synergies. What does not: emission (:mod:`~ecopark.indicators.carbon`). Factors that are data (primary
energy of electricity, concentrations) are arguments; a default states its source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from ecopark.errors import DomainError
from ecopark.indicators.mass import replaced_supply
from ecopark.indicators.tables import (
    condense_flows,
    lost_in_treatment,
    ratio,
    require_columns,
    stack,
    sum_by,
    tidy,
)

BANDS = (0.0, 100.0, 200.0, 400.0)
"""Lower ends of the temperature bands, degC; the last one is open. A choice, not a standard: the limits of low-,
medium- and high-temperature heat differ between sources."""
AMBIENT = 10.0
"""Temperature of the surroundings for exergy, degC. A choice for a temperate climate."""
ELECTRICITY_FACTOR = 2.5
"""Primary energy per final energy of electricity, 1: the default of Directive 2012/27/EU, Annex IV. Later
revisions of that directive set it lower as the power mix changed."""
_KELVIN = 273.15


def heat_by_band(
    flows: pd.DataFrame, synergies: pd.DataFrame, bands: Sequence[float] = BANDS
) -> pd.DataFrame:
    """Heat recovered by temperature band of its supply, by year.

    Parameters
    ----------
    flows, synergies : pandas.DataFrame
        Ledger; synergies with ``grade`` (degC at the giver's gate).
    bands : sequence of float, degC
        Lower ends of the bands, rising; the last is open above.

    Returns
    -------
    pandas.DataFrame
        Tidy, ``heat_recovered`` (MWh that arrived), scopes ``band:100-200 degC`` and ``park``.

    Raises
    ------
    DomainError
        If the bands do not rise, or a supply lies below the lowest.

    Notes
    -----
    Band of the temperature when the exchange began. Heat without a stated temperature is in the park's
    row only.
    """
    edges = np.asarray(bands, dtype=np.float64)
    if edges.size < 1 or (np.diff(edges) <= 0.0).any():
        raise DomainError("the temperature bands do not rise")
    rows = _heat(flows, synergies)
    known = rows[rows["grade"].notna()]
    place = np.searchsorted(edges, known["grade"].to_numpy(), side="right") - 1
    if (place < 0).any():
        raise DomainError(f"heat is supplied below the lowest band, {edges[0]:g} degC")
    names = [f"{low:g}-{high:g} degC" for low, high in pairwise(edges.tolist())]
    names.append(f"over {edges[-1]:g} degC")
    banded = known.assign(band=np.array(names, dtype=object)[place])
    table = pd.concat([sum_by(rows, "quantity", ["park"]), sum_by(banded, "quantity", ["band=band"])])
    return stack([tidy(table, "heat_recovered")])


def exergy(flows: pd.DataFrame, synergies: pd.DataFrame, ambient: float = AMBIENT) -> pd.DataFrame:
    """Exergy of the heat exchanged, as supplied and as needed, by year.

    Parameters
    ----------
    flows, synergies : pandas.DataFrame
        Ledger; synergies with ``grade`` and ``grade_needed`` (degC).
    ambient : float, degC
        Temperature of the surroundings.

    Returns
    -------
    pandas.DataFrame
        Tidy, scope ``park``: ``exergy_supplied`` (MWh: heat sent, losses included, at the giver's
        temperature), ``exergy_used`` (MWh: heat that arrived, at the temperature needed),
        ``exergy_efficiency`` (1, 0 to 1 without a heat pump).

    Notes
    -----
    ``E = Q (1 - T0 / T)`` with absolute temperatures: the Carnot factor of heat given off at one
    temperature (condensing steam). For a stream that cools down it is an upper bound. Below the
    surroundings the factor is taken as 0. Only exchanges with both temperatures count; the lift of a
    heat pump brings exergy as electricity, which is not in ``exergy_supplied``.

    References
    ----------
    Kotas, T. J. (1985). The exergy method of thermal plant analysis. Butterworths, London, chapter 2.
    """
    rows = _heat(flows, synergies, losses=True)
    rows = rows[rows["grade"].notna() & rows["grade_needed"].notna()]
    cold = ambient + _KELVIN

    def factor(degc: pd.Series) -> pd.Series:
        return (1.0 - cold / (degc + _KELVIN)).clip(lower=0.0)

    supplied = sum_by(rows.assign(e=rows["quantity"] * factor(rows["grade"])), "e", ["park"])
    got = rows[rows["route"] == "exchange"]
    used = sum_by(got.assign(e=got["quantity"] * factor(got["grade_needed"])), "e", ["park"])
    return stack(
        [
            tidy(supplied, "exergy_supplied"),
            tidy(used, "exergy_used"),
            tidy(ratio(used, supplied), "exergy_efficiency"),
        ]
    )


def primary_factors(resources: pd.DataFrame, electricity: float = ELECTRICITY_FACTOR) -> dict[str, float]:
    """Primary energy behind one unit of virgin supply of each resource.

    Parameters
    ----------
    resources : pandas.DataFrame
        Index: resource; columns ``fuel_use`` and ``electricity_use`` (MWh per unit, by the recipe of its
        virgin supply).
    electricity : float, MWh/MWh
        Primary energy per electricity.

    Returns
    -------
    dict of str to float, MWh/unit
        ``fuel_use + electricity x electricity_use``. Fuels count 1 (no upstream losses); what is bought
        without a recipe counts 0.

    References
    ----------
    Directive 2012/27/EU on energy efficiency, Annex IV (factor 2.5 of electricity).
    """
    require_columns(resources, ["fuel_use", "electricity_use"], "resources")
    factor = resources["fuel_use"] + electricity * resources["electricity_use"]
    return {str(name): float(value) for name, value in factor.items()}


def primary_energy_saved(flows: pd.DataFrame, factors: Mapping[str, float]) -> pd.DataFrame:
    """Primary energy saved by exchanges, net of what they use, by year.

    Parameters
    ----------
    flows : pandas.DataFrame
        Ledger.
    factors : mapping of str to float, MWh/unit
        Primary energy of one unit of virgin supply, by resource, as from :func:`primary_factors`.

    Returns
    -------
    pandas.DataFrame
        Tidy, ``primary_energy_saved`` (MWh), scopes ``park`` and ``resource:`` (what was replaced, or
        bought for it).

    Raises
    ------
    DomainError
        If heat or energy was replaced or bought and has no factor.

    Notes
    -----
    ``sum(replaced x factor) - sum(bought for exchanges x factor)``. What is bought for an exchange
    includes the electricity a giver no longer makes. A residual fuel is burnt in place of the bought
    one, so what counts is the bought one. Transport fuel is not in the ledger and is left out.
    """
    table = condense_flows(flows)
    replaced = replaced_supply(table)
    bought = table[(table["route"] == "virgin") & table["synergy"].notna()]
    rows = pd.concat([replaced, bought.assign(quantity=-bought["quantity"])]).astype(
        {"resource": str, "kind": str}
    )
    unknown = sorted(set(rows.loc[rows["kind"].isin(["heat", "energy"]), "resource"]) - set(factors))
    if unknown:
        raise DomainError(f"{unknown[0]!r} has no primary energy factor; give one, 0 if it has none")
    factor = rows["resource"].map(dict(factors)).astype(np.float64).fillna(0.0)
    rows = rows.assign(quantity=rows["quantity"] * factor)
    rows = rows[rows["quantity"] != 0.0]
    return stack(
        [tidy(sum_by(rows, "quantity", ["park", "resource=resource"], unit="MWh"), "primary_energy_saved")]
    )


def water_saved(flows: pd.DataFrame) -> pd.DataFrame:
    """Fresh water avoided, reuse apart from a mere change of source, by year.

    Parameters
    ----------
    flows : pandas.DataFrame
        Ledger.

    Returns
    -------
    pandas.DataFrame
        Tidy, m3, scopes ``park`` and ``resource:`` (the need): ``water_reused`` (water that would have
        been discharged took the place of fresh water) and ``water_source_shift`` (water drawn for the
        taker took its place, such as lake water for ground water: no less is drawn, only elsewhere).

    Notes
    -----
    In units of the supply replaced. The two differ by whether the giver had to dispose of the water.
    """
    replaced = replaced_supply(condense_flows(flows))
    water = replaced[replaced["kind"] == "water"]
    reuse = water["instead_of"].notna()
    scopes = ["park", "resource=resource"]
    return stack(
        [
            tidy(sum_by(water[reuse], "quantity", scopes), "water_reused"),
            tidy(sum_by(water[~reuse], "quantity", scopes), "water_source_shift"),
        ]
    )


def cascade_ratio(flows: pd.DataFrame) -> pd.DataFrame:
    """How many uses a unit of fresh water or of primary heat serves, by year.

    Parameters
    ----------
    flows : pandas.DataFrame
        Ledger.

    Returns
    -------
    pandas.DataFrame
        Tidy, ``cascade_ratio`` (1, from 1), scopes ``kind:water`` and ``kind:heat``.

    Notes
    -----
    ``(fresh + reused) / fresh``: fresh is bought, drawn from outside, or given on demand by another
    firm; reused is supply replaced by a residual. 1 where nothing is used twice. The first use need not
    be of the same firm or process.
    """
    table = condense_flows(flows)
    replaced = replaced_supply(table)
    reused = replaced[replaced["instead_of"].notna()]
    given = replaced[replaced["instead_of"].isna()]
    bought = table[table["route"].isin(["virgin", "import"]) & table["synergy"].isna()]
    fresh = pd.concat([bought, given])
    part, whole = (
        sum_by(rows[rows["kind"].isin(["water", "heat"])], "quantity", ["kind=kind"])
        for rows in (reused, fresh)
    )
    above = ratio(part, whole)
    return stack([tidy(above.assign(value=above["value"] + 1.0), "cascade_ratio")])


def pollutant_load(flows: pd.DataFrame, concentration: pd.DataFrame) -> pd.DataFrame:
    """Load of pollutants discharged and avoided, by year.

    Parameters
    ----------
    flows : pandas.DataFrame
        Ledger.
    concentration : pandas.DataFrame
        Columns ``resource``, ``pollutant``, ``kg_per_unit`` (kg per unit of the resource, at least 0).
        Resources not named carry none.

    Returns
    -------
    pandas.DataFrame
        Tidy, kg: ``load_discharged`` (disposed of), ``load_avoided`` (taken by exchanges instead), scopes
        ``pollutant:`` and ``firm:`` (the giver, all pollutants named added up).

    Raises
    ------
    DomainError
        If a column is missing or a concentration is negative or not finite.

    Notes
    -----
    ``load = quantity x concentration``. Avoided is gross: what the taker later releases is its own load.
    """
    require_columns(concentration, ["resource", "pollutant", "kg_per_unit"], "concentration")
    values = concentration["kg_per_unit"].to_numpy(dtype=np.float64)
    if not (np.isfinite(values) & (values >= 0.0)).all():
        raise DomainError("a concentration is negative or not finite")
    table = condense_flows(flows).astype({"resource": str})
    loaded = table.merge(concentration, on="resource")
    loaded = loaded.assign(load=loaded["quantity"] * loaded["kg_per_unit"])
    gone = loaded[loaded["route"] == "disposal"]
    spared = loaded[loaded["route"].isin(["exchange", "loss"]) & loaded["instead_of"].notna()]
    scopes = ["pollutant=pollutant", "firm=from_firm"]
    return stack(
        [
            tidy(sum_by(gone, "load", scopes, unit="kg"), "load_discharged"),
            tidy(sum_by(spared, "load", scopes, unit="kg"), "load_avoided"),
        ]
    )


def _heat(flows: pd.DataFrame, synergies: pd.DataFrame, losses: bool = False) -> pd.DataFrame:
    """Exchange rows of heat with the temperatures of their exchange."""
    require_columns(synergies, ["synergy", "grade", "grade_needed"], "synergies")
    moved = flows[(flows["kind"] == "heat") & flows["synergy"].notna()]
    routes = ["exchange", "loss"] if losses else ["exchange"]
    table = condense_flows(moved[moved["route"].isin(routes)])
    table = table[~lost_in_treatment(table)]
    grades = synergies.set_index("synergy")[["grade", "grade_needed"]]
    name = table["synergy"].astype(str)
    # As numbers: where no heat moves, a lookup of no names is a column of texts.
    degc = {column: name.map(grades[column]).astype(np.float64) for column in ("grade", "grade_needed")}
    return table.assign(grade=degc["grade"], grade_needed=degc["grade_needed"])
