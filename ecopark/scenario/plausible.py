"""Mass and energy plausibility of archetypes: nothing comes out that did not go in.

What lives here: the balance of one archetype per unit of activity and its check. What does not: the
balance of a run (``flows``), the numbers themselves (``library_data``).

A plant table never lists everything: combustion air, water of crystallisation, feed outside the
allocation of a data set. Each such input is a row of its own in the stream table with role ``term``,
so that the gap is named and sourced instead of hidden in a tolerance.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ecopark.errors import DomainError
from ecopark.scenario.library import archetype_streams, physical
from ecopark.scenario.units import Units

# Money appears only below the line, as the activity of a builder; its rate cancels out.
_UNITS = Units("GBP")
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Balance:
    """What enters and leaves an archetype per base unit of activity.

    Attributes
    ----------
    archetype : str
        Name.
    mass_in, mass_out : float, t per unit of activity
        Needs and mass terms; products, residuals and emissions.
    energy_in, energy_out : float, MWh per unit of activity
        Fuels and burnable materials by lower heating value, heat and electricity.
    """

    archetype: str
    mass_in: float
    mass_out: float
    energy_in: float
    energy_out: float

    def problems(self) -> tuple[str, ...]:
        """Sentences naming the archetype, the excess and both sums; empty if it is plausible."""
        sides = (
            ("mass", "t", self.mass_in, self.mass_out),
            ("energy", "MWh", self.energy_in, self.energy_out),
        )
        return tuple(
            f"archetype {self.archetype!r}: {what} out {out:.4g} {unit} exceeds {what} in {into:.4g} {unit} "
            f"per unit of activity by {out - into:.3g} {unit}; "
            "add the missing input, or name it in a row with role 'term'"
            for what, unit, into, out in sides
            if out > into * (1.0 + _ROUNDING)
        )


def balance_streams(name: str, rows: Iterable[Mapping[str, str]]) -> Balance:
    """Sum the rows of a stream table.

    Parameters
    ----------
    name : str
        Name for messages.
    rows : iterable of mapping of str to str
        Rows with direction, stream, resource, role, coefficient and unit; role ``info`` is not
        counted, role ``term`` counts as mass (unit t or kg above the line) or energy (MWh).

    Returns
    -------
    Balance

    Raises
    ------
    DomainError
        If a term is neither mass nor energy, or a resource has no physical data.
    """
    mass, energy = {"in": 0.0, "out": 0.0}, {"in": 0.0, "out": 0.0}
    for row in rows:
        if row["role"] == "info":
            continue
        amount, _ = _UNITS.parse(f"{row['coefficient']} {row['unit']}")
        tonnes, megawatt_hours = _content(name, row)
        mass[row["direction"]] += amount * tonnes
        energy[row["direction"]] += amount * megawatt_hours
    return Balance(name, mass["in"], mass["out"], energy["in"], energy["out"])


def check_archetype(name: str, without: Collection[str] = ()) -> Balance:
    """Balance of an archetype of the library.

    Parameters
    ----------
    name : str
        One of :func:`ecopark.scenario.library.archetype_names`.
    without : collection of str
        Streams left out, to see what a term is good for.

    Returns
    -------
    Balance
        Its ``problems()`` are empty if the archetype is plausible.

    Raises
    ------
    DomainError
        If the archetype is unknown or lacks physical data.

    Examples
    --------
    >>> check_archetype("cement_works").problems()
    ()
    """
    return balance_streams(name, [row for row in archetype_streams(name) if row["stream"] not in without])


def _content(name: str, row: Mapping[str, str]) -> tuple[float, float]:
    """Mass (t) and energy (MWh) per base unit of a row's amount."""
    if row["role"] == "term":
        above = _UNITS.base(row["unit"].partition("/")[0])
        if above not in ("t", "MWh"):
            raise DomainError(
                f"archetype {name!r}: term {row['stream']!r} must be t or MWh, found {row['unit']!r}"
            )
        return (1.0, 0.0) if above == "t" else (0.0, 1.0)
    if row["resource"] not in physical():
        raise DomainError(f"archetype {name!r}: resource {row['resource']!r} has no physical data")
    return physical()[row["resource"]]
