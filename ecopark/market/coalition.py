"""Costs of what three or more firms build together: a shared pipe, a shared works.

What lives here: the cost of every group of users, the Shapley share of each, what a latecomer pays to those
before it, whether a group would rather build alone, and the range of cost shares two firms can agree on. What
does not: Shapley values and cores of any game (``shapley``), which this uses; who joins.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from ecopark.errors import DomainError
from ecopark.market.shapley import core_violation, has_core, shapley_value

Cost = Callable[[frozenset[Hashable]], float]


@dataclass(frozen=True)
class PipeTree:
    """A pipe that branches out from a source; segment i ends at node i.

    Attributes
    ----------
    parent : tuple of int, 1
        Segment through which each is fed; -1 where it starts at the source.
    cost : tuple of float, money
        Of each segment, 0 or larger.
    users : mapping of hashable to int, 1
        Segment at whose end each firm is connected.

    Raises
    ------
    DomainError
        If parents and costs differ in number, a segment or user hangs on one that is not there, a segment
        feeds itself, or a cost is negative.
    """

    parent: tuple[int, ...]
    cost: tuple[float, ...]
    users: Mapping[Hashable, int]

    def __post_init__(self) -> None:
        count = len(self.parent)
        if len(self.cost) != count:
            raise DomainError(f"{count} segments, but {len(self.cost)} costs")
        if any(cost < 0.0 for cost in self.cost):
            raise DomainError("no segment of a pipe costs less than nothing")
        if any(not -1 <= up < count for up in self.parent) or any(
            not 0 <= end < count for end in self.users.values()
        ):
            raise DomainError(f"a segment or user hangs on a segment that is not one of the {count}")
        for start in range(count):
            self._way(start)

    def _way(self, segment: int) -> list[int]:
        """Segments from one back to the source."""
        found = []
        while segment != -1:
            if segment in found:
                raise DomainError(f"segment {segment} of the pipe feeds itself")
            found.append(segment)
            segment = self.parent[segment]
        return found

    def way(self, user: Hashable) -> list[int]:
        """Segments a firm needs, the nearest to it first.

        Parameters
        ----------
        user : hashable

        Returns
        -------
        list of int
        """
        return self._way(self.users[user])

    def cost_of(self, group: frozenset[Hashable]) -> float:
        """Cost of the least pipe that serves a group: the cost game.

        Parameters
        ----------
        group : frozenset of hashable

        Returns
        -------
        float, money
        """
        # Added up in the order of the segments, so that it is the same in every process.
        return float(sum(self.cost[s] for s in sorted({s for user in group for s in self.way(user)})))


def share_pipe(pipe: PipeTree) -> dict[Hashable, float]:
    """Shapley share of every user of a pipe: each segment is paid in equal parts by those it serves.

    Parameters
    ----------
    pipe : PipeTree

    Returns
    -------
    dict of hashable to float, money
        Adds up to the cost of what is needed; no group pays more than its own pipe would cost, since the
        game is concave and the Shapley value lies in the core. A segment that serves nobody is not paid.

    References
    ----------
    Littlechild, S. C. & Owen, G. (1973). A simple expression for the Shapley value in a special case.
    Management Science 20, 370-372. https://doi.org/10.1287/mnsc.20.3.370 (one line: the airport game)

    Megiddo, N. (1978). Computational complexity of the game theory approach to cost allocation for a tree.
    Mathematics of Operations Research 3, 189-196. https://doi.org/10.1287/moor.3.3.189

    Examples
    --------
    >>> share_pipe(PipeTree((-1, 0, 1), (12.0, 6.0, 3.0), {"near": 0, "middle": 1, "far": 2}))
    {'near': 4.0, 'middle': 7.0, 'far': 10.0}
    """
    ways = {user: pipe.way(user) for user in pipe.users}
    served = [sum(segment in way for way in ways.values()) for segment in range(len(pipe.parent))]
    return {
        user: float(sum(pipe.cost[segment] / served[segment] for segment in way))
        for user, way in ways.items()
    }


def join_trench(needs: Sequence[float], need: float) -> tuple[float, list[float]]:
    """What a newcomer pays for a trench that others have dug, and what each of them gets back.

    Parameters
    ----------
    needs : sequence of float, money/km
        Of those who use it: what a trench for each alone would cost, 0 or larger.
    need : float, money/km
        The newcomer's.

    Returns
    -------
    float, money/km
        The newcomer's cost: what it adds to the trench where nobody needed so much, and its equal share of
        every part that it needs with others.
    list of float, money/km
        Paid to each of the others, in their order: so much that every part of the trench has been paid in
        equal parts by those who need it, if it was before. Adds up to the newcomer's cost less what it adds
        itself.

    Notes
    -----
    A trench that serves several costs as much as that of the one who needs most (the airport game): whoever
    comes in which order, everybody has in the end paid its Shapley value, and no group would have done better
    with a trench of its own.

    References
    ----------
    Littlechild, S. C. & Owen, G. (1973). A simple expression for the Shapley value in a special case.
    Management Science 20, 370-372. https://doi.org/10.1287/mnsc.20.3.370

    Examples
    --------
    >>> join_trench([6.0], 6.0)
    (3.0, [3.0])
    >>> join_trench([4.0, 9.0], 6.0)
    (2.3333333333333335, [0.6666666666666665, 1.6666666666666665])
    """
    paid, below, refunds = 0.0, 0.0, [0.0] * len(needs)
    for top in sorted({min(other, need) for other in needs} | {need}):
        users = [i for i, other in enumerate(needs) if other >= top]
        part = (top - below) / (len(users) + 1)
        paid, below = paid + part, top
        for i in users:
            refunds[i] += part / len(users)
    return paid, refunds


@dataclass(frozen=True)
class CostShares:
    """How a group shares the cost of what it builds.

    Attributes
    ----------
    share : mapping of hashable to float, money
        Shapley value of the cost game.
    saved_alone : float, money
        Most that some of them could save by building without the rest; 0 where the shares lie in the core.
    leaving : frozenset of hashable
        Who these are; empty if nobody saves.
    can_hold : bool
        Whether there are any shares with which nobody leaves (the core is not empty).
    """

    share: Mapping[Hashable, float]
    saved_alone: float
    leaving: frozenset[Hashable]
    can_hold: bool


def share_cost(members: Sequence[Hashable], cost: Cost) -> CostShares:
    """Shapley shares of any joint cost, with the core checked.

    Parameters
    ----------
    members : sequence of hashable
        At most ``ecopark.market.shapley.LARGEST_GAME``.
    cost : callable
        Group -> what it would cost them to build for themselves; nothing for nobody.

    Returns
    -------
    CostShares

    Raises
    ------
    DomainError
        As :func:`ecopark.market.shapley.shapley_value`.

    Examples
    --------
    >>> works = {0: 0.0, 1: 10.0, 2: 14.0, 3: 16.0}
    >>> shares = share_cost(["a", "b", "c"], lambda group: works[len(group)])
    >>> round(shares.share["a"], 4), shares.saved_alone, shares.can_hold
    (5.3333, 0.0, True)
    """

    def saving(group: frozenset[Hashable]) -> float:
        # Zero, not minus zero, for the empty group.
        return 0.0 - cost(group)

    share = {member: -value for member, value in shapley_value(members, saving).items()}
    most, leaving = core_violation(members, saving, {member: -paid for member, paid in share.items()})
    return CostShares(share, most, leaving, has_core(members, saving))


def cost_share_interval(
    additional_cost: float, quantity: float, purchase_price: float, saving_factor: float, disposal_cost: float
) -> tuple[float, float]:
    """Shares of the additional cost that leave both giver and taker a gain, where no price is paid.

    Parameters
    ----------
    additional_cost : float, money
        K, of transport, treatment and dealing, above 0; the giver bears the share a of it.
    quantity : float, unit
        e, exchanged.
    purchase_price : float, money/unit
        p, of the input the residual replaces.
    saving_factor : float, unit/unit
        s, units replaced per unit of residual.
    disposal_cost : float, money/unit
        d, the giver's.

    Returns
    -------
    tuple of (float, float), 1
        ``1 - p s e / K < a < d e / K``: above the first the taker gains, below the second the giver does.
        There is a share for both if and only if the first is below the second, that is, if more is saved
        than added, ``(p s + d) e > K``. The bounds may lie outside 0 to 1: below 0 the taker pays the giver
        on top, above 1 the giver the taker.

    Raises
    ------
    DomainError
        If the additional cost is not above 0, or the quantity is negative.

    Notes
    -----
    The giver gains ``d e - a K``, the taker ``p s e - (1 - a) K``; the interval is where both are above 0,
    the space of cooperation of Yazan and Fraccascia.

    References
    ----------
    Yazan, D. M. & Fraccascia, L. (2020). Sustainable operations of industrial symbiosis: an enterprise
    input-output model integrated by agent-based simulation. International Journal of Production Research
    58, 392-414. https://doi.org/10.1080/00207543.2019.1590660

    Examples
    --------
    >>> cost_share_interval(1000.0, 100.0, 8.0, 0.5, 9.0)
    (0.6, 0.9)
    """
    if additional_cost <= 0.0 or quantity < 0.0:
        raise DomainError(
            f"additional cost {additional_cost} must be above 0 and quantity {quantity} not negative"
        )
    saved = purchase_price * saving_factor * quantity
    return 1.0 - saved / additional_cost, disposal_cost * quantity / additional_cost
