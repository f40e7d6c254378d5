"""What-ifs from a date on: the same park and luck with and without them."""

from ecopark.planning.whatif.asking import WhatIf, apply_events, what_if
from ecopark.planning.whatif.events import (
    CapPipe,
    CloseFirm,
    CutCapacity,
    DelayFirm,
    Drought,
    MoreOutages,
    Reprice,
    SetPath,
)

__all__ = [
    "CapPipe",
    "CloseFirm",
    "CutCapacity",
    "DelayFirm",
    "Drought",
    "MoreOutages",
    "Reprice",
    "SetPath",
    "WhatIf",
    "apply_events",
    "what_if",
]
