"""What firms learn, and how they play: the blocks ``learning`` and ``conduct`` under ``agents``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ecopark.scenario.fields import Block, Name, Positive, Share, default


class Learning(Block):
    """Expectations that follow experience; each number is the share of a gap closed within a year.

    `reliability`: of expected towards experienced deliveries, by partner; it starts at
    ``contracts.reliability``, and strangers are expected to be like a firm's own partners. `prices`: of
    expected towards present prices, instead of the mean of the last year. `imitation`: of a firm's openness
    towards that of a neighbour that is as much more successful as firms differ at most.
    """

    reliability: Share = default(0.3)
    prices: Share | None = None
    imitation: Share = default(0.0)


class Conduct(Block):
    """Fair or opportunistic: a strategy each firm plays for a year and learns from what it earned.

    `opportunists`: share that starts out opportunistic. `strength`: weight of that start, in years of usual
    gain. `forgetting`: of earlier gains, per year. `experimentation`: share of a gain credited to the other
    strategy. `fixed`: firms that always play the same.
    """

    opportunists: Share = default(0.5)
    strength: Positive = default(9.0)
    forgetting: Share = default(0.1)
    experimentation: Share = default(0.2)
    fixed: Mapping[Name, Literal["fair", "opportunistic"]] = {}
