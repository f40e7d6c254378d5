"""One pathway by one mode, put before the compiled arithmetic: what tests of physics and capital ask."""

from __future__ import annotations

from datetime import date

from small_parks import firm, scenario

from ecopark.market.options import describe
from ecopark.market.valuation import is_hindered, lift_cop, pipe_capital
from ecopark.scenario.types import Pathway, Transport

NAN = float("nan")


def plain_mode() -> Transport:
    """A mode that loses nothing on the way."""
    lorry = {"lead_time": "0 d", "max_length": "1000 km"}
    return scenario({"a": firm()}, transport={"lorry": lorry}).park.transport["lorry"]


def technical_obstacle(
    supplied: float, required: float, scale: str, pathway: Pathway | None, drop: float, approach: float
) -> bool:
    """Whether grades forbid an exchange over one kilometre that costs `drop` K."""
    options, _ = describe({"m": plain_mode()}, pathway, scale, date(1990, 1, 1))
    options["temperature_drop"] = drop
    return bool(is_hindered(options[0], 1.0, supplied, required, (NAN, NAN), approach))


def pressure_obstacle(supplied: float, required: float, pathway: Pathway | None, fall: float) -> bool:
    """Whether pressures forbid an exchange over one kilometre that costs `fall` bar."""
    options, _ = describe({"m": plain_mode()}, pathway, "class", date(1990, 1, 1))
    options["pressure_drop"] = fall
    return bool(is_hindered(options[0], 1.0, 5.0, 5.0, (supplied, required), 0.0))


def heat_pump_cop(pathway: Pathway, source: float, required: float, approach: float) -> float:
    """Coefficient of performance of a pathway's heat pump."""
    options, _ = describe({"m": plain_mode()}, pathway, "temperature", date(1990, 1, 1))
    return float(lift_cop(float(options[0]["efficiency"]), source, required, approach))


def transport_capital(mode: Transport, length: float, capacity: float, when: date) -> float:
    """Investment in a mode's pipe."""
    options, costs = describe({"m": mode}, None, "class", when)
    return float(pipe_capital(options[0], costs[0], length, capacity))
