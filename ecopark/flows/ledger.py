"""The ledger: every quantity that moved, one row each, with two named ends.

What lives here: collecting the kernel's blocks and turning them into the ``flows`` table. What
does not: money, emissions (``market.accounts``) and any indicator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.calendar import Calendar
from ecopark.flows.blocks import Block, count_rows, fill_rows, rows_of
from ecopark.flows.columns import Columns
from ecopark.flows.kernel import Result
from ecopark.flows.tables import label, look_up
from ecopark.scenario.types import Park

ROUTES = ("exchange", "product", "virgin", "disposal", "loss", "stock", "import", "export")
COLUMNS = (
    "start", "end", "from_firm", "to_firm", "resource", "kind", "quantity", "unit", "route",
    "synergy", "delivered", "delivered_resource", "instead_of",
)  # fmt: skip
_ENVIRONMENT = "environment"
_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Carrier:
    """What a synergy is to the ledger.

    Attributes
    ----------
    synergy : str
        Identifier.
    out_port, in_port : int
    keep, credit : float
        As in :class:`~ecopark.flows.kernel.Links`.
    inputs : mapping of str to float
        Resources bought by the taker per unit sent (electricity for pumping, treatment or a
        heat pump), in their units.
    burden : mapping of str to float
        Resources bought by the giver per unit sent (electricity it can no longer generate).
    lost : float
        Residual that a conversion does not turn into use, per unit sent.
    """

    synergy: str
    out_port: int
    in_port: int
    keep: float
    credit: float
    inputs: Mapping[str, float]
    burden: Mapping[str, float]
    lost: float = 0.0


@dataclass
class Ledger:
    """Collects the flows of a run, period by period.

    Attributes
    ----------
    columns : Columns
    calendar : Calendar
    settled, imported, stock : ndarray of float, shape (S, N), resource unit
        As in :class:`~ecopark.flows.kernel.Result`, for all segments of the run.
    sent : list of (int, ndarray, ndarray)
        First segment of each period, numbers of its synergies, and what they sent.
    done : int
        Segments entered so far.
    """

    columns: Columns
    calendar: Calendar
    settled: NDArray[np.float64] = field(init=False)
    imported: NDArray[np.float64] = field(init=False)
    stock: NDArray[np.float64] = field(init=False)
    sent: list[tuple[int, NDArray[np.int64], NDArray[np.float64]]] = field(default_factory=list)
    done: int = 0

    def __post_init__(self) -> None:
        shape = (self.calendar.segments, len(self.columns.ports))
        self.settled, self.imported, self.stock = np.zeros(shape), np.zeros(shape), np.zeros(shape)

    def begin(self, first: int, last: int, carriers: NDArray[np.int64]) -> Result:
        """Room for the flows of one period: what is written into it stands in the ledger.

        Parameters
        ----------
        first, last : int
            First segment of the period, and the first after it.
        carriers : ndarray of int, shape (L,), 1
            Number of the synergy behind each link column of the result.

        Returns
        -------
        Result
            All zero. Its amounts are not part of the ledger, for they follow from the rest.
        """
        rows, segments = slice(first, last), last - first
        sent = np.zeros((segments, carriers.size))
        self.sent.append((first, carriers, sent))
        self.done = last
        amount = np.zeros((segments, self.settled.shape[1]))
        return Result(amount, self.settled[rows], self.imported[rows], self.stock[rows], sent)

    def enter(self, first: int, carriers: NDArray[np.int64], result: Result) -> None:
        """Enter flows of one period that were found elsewhere.

        Parameters
        ----------
        first : int
            First segment of the period.
        carriers : ndarray of int, shape (L,), 1
            Number of the synergy behind each link column of the result.
        result : Result
        """
        room = self.begin(first, first + result.amount.shape[0], carriers)
        for place, found in zip(room, result, strict=True):
            place[:] = found

    def sent_by_segment(self, synergies: int) -> NDArray[np.float64]:
        """Quantity sent under each synergy. ndarray of float, shape (S, synergies), supply unit."""
        table = np.zeros((self.done, synergies))
        for first, carriers, sent in self.sent:
            table[first : first + sent.shape[0], carriers] = sent
        return table

    def flows(
        self, park: Park, carriers: Sequence[Carrier], sent: NDArray[np.float64] | None = None
    ) -> pd.DataFrame:
        """The ``flows`` table: one row per quantity, segment and pair of ends.

        Parameters
        ----------
        park : Park
        carriers : sequence of Carrier
            Every synergy that ever carried anything, in the order of their numbers.
        sent : ndarray of float, shape (S, synergies), supply unit, optional
            Of :meth:`sent_by_segment`, where it is known already.

        Returns
        -------
        pandas.DataFrame
            Columns ``start, end`` (datetime), ``from_firm, to_firm, resource, kind, unit, route,
            synergy, delivered_resource, instead_of`` (categorical), ``quantity`` (in `unit`) and
            ``delivered``. On exchange rows `delivered` is the virgin supply replaced, in the unit
            of `delivered_resource` (missing where the taker is feed-driven and replaces none),
            and `instead_of` the disposal route avoided (missing where it was made on demand).
            Ordered by segment, then by kind of row and port.
        """
        names = _Names()
        sent = self.sent_by_segment(len(carriers)) if sent is None else sent
        blocks = [*self._port_blocks(park, names), *self._link_blocks(park, carriers, names, sent)]
        return _frame(blocks, names, park, self)

    # ------------------------------------------------------------------ blocks of rows
    def _port_blocks(self, park: Park, names: _Names) -> list[Block]:
        c, done = self.columns, self.done
        ends = _port_ends(park, c, names)
        firm, store = ends["firm"], ends["store"]
        out, need, every, stock = c.is_out, ~c.is_out, c.is_out | True, self.stock[:done]
        return [
            rows_of(self.settled[:done], out, firm, ends["outlet"], ends["resource"], ends["out_route"]),
            rows_of(
                self.settled[:done], need, ends["supplier"], firm, ends["resource"], names.route("virgin", c)
            ),
            rows_of(
                self.imported[:done], need, ends["outside"], firm, ends["resource"], names.route("import", c)
            ),
            rows_of(stock, every, firm, store, ends["resource"], names.route("stock", c), taken="rise"),
            rows_of(stock, every, store, firm, ends["resource"], names.route("stock", c), taken="fall"),
        ]

    def _link_blocks(
        self, park: Park, carriers: Sequence[Carrier], names: _Names, sent: NDArray[np.float64]
    ) -> list[Block]:
        c = self.columns
        out = np.array([k.out_port for k in carriers], dtype=np.int64)
        into = np.array([k.in_port for k in carriers], dtype=np.int64)
        keep = np.array([k.keep for k in carriers])
        credit = np.array([k.credit for k in carriers])
        giver = np.array([names.end(c.firms[f]) for f in c.port_firm[out]], dtype=np.int64)
        taker = np.array([names.end(c.firms[f]) for f in c.port_firm[into]], dtype=np.int64)
        synergy = np.array([names.synergy(k.synergy) for k in carriers], dtype=np.int64)
        outside = np.full(len(carriers), names.end(_ENVIRONMENT), dtype=np.int64)

        def route(name: str) -> NDArray[np.int64]:
            return np.full(len(carriers), ROUTES.index(name), dtype=np.int64)

        resource = c.port_resource[out]
        feeds = c.is_feed[into]
        instead = np.array(
            [names.instead(_avoided_route(park, c, port)) for port in out.tolist()], dtype=np.int64
        )
        extra: dict[str, Any] = {
            "synergy": synergy,
            "gain": np.where(feeds, np.nan, credit),
            "replaces": np.where(feeds, -1, c.port_resource[into]),
            "instead": instead,
        }
        blocks = [
            rows_of(sent, keep, giver, taker, resource, route("exchange"), **extra),
            rows_of(
                sent,
                1.0 - keep,
                giver,
                outside,
                resource,
                route("loss"),
                synergy=synergy,
                instead=instead,
            ),
        ]
        treatment = np.array(
            [names.end(f"{c.firms[f]} treatment") for f in c.port_firm[into]], dtype=np.int64
        )
        lost = np.array([k.lost for k in carriers])
        blocks.append(rows_of(sent, lost, treatment, outside, resource, route("loss"), synergy=synergy))
        for payer, needs in ((taker, [k.inputs for k in carriers]), (giver, [k.burden for k in carriers])):
            for name in sorted({name for need in needs for name in need}):
                per_unit = np.array([need.get(name, 0.0) for need in needs])
                market = np.full(len(carriers), names.end(f"market: {name}"), dtype=np.int64)
                bought = np.full(len(carriers), c.resources.index(name), dtype=np.int64)
                blocks.append(
                    rows_of(sent, per_unit, market, payer, bought, route("virgin"), synergy=synergy)
                )
        return blocks


class _Names:
    """Codes for the ends of rows and for synergies, in order of first use."""

    def __init__(self) -> None:
        self.ends: dict[str, int] = {}
        self.synergies: dict[str, int] = {}
        self.routes: dict[str, int] = {}

    def end(self, name: str) -> int:
        return self.ends.setdefault(name, len(self.ends))

    def synergy(self, name: str) -> int:
        return self.synergies.setdefault(name, len(self.synergies))

    def instead(self, name: str) -> int:
        return self.routes.setdefault(name, len(self.routes)) if name else -1

    @staticmethod
    def route(name: str, columns: Columns) -> NDArray[np.int64]:
        return np.full(len(columns.ports), ROUTES.index(name), dtype=np.int64)


def _avoided_route(park: Park, columns: Columns, port: int) -> str:
    """Disposal route an out-port's residual would have taken; empty where it is made on demand."""
    spec = columns.specs[port]
    disposal = spec.disposal or park.resources[spec.resource].disposal
    return "" if columns.on_demand[port] or disposal is None else disposal.route


def _port_ends(park: Park, columns: Columns, names: _Names) -> dict[str, NDArray[np.int64]]:
    """Both ends of every port's rows: its firm, its outlet or supplier, its store."""
    rows: dict[str, list[int]] = {
        key: [] for key in ("firm", "store", "outlet", "supplier", "outside", "out_route")
    }
    for i, port in enumerate(columns.specs):
        firm = columns.firms[columns.port_firm[i]]
        resource = park.resources[port.resource]
        disposal = port.disposal or resource.disposal
        virgin = port.virgin or resource.virgin
        sold = disposal is not None and disposal.route == "sale"
        route = "product" if columns.is_product[i] else "export" if sold else "disposal"
        outlet = f"market: {port.resource}" if route != "disposal" or disposal is None else disposal.route
        supplier = virgin.supplier if virgin is not None else "market"
        rows["firm"].append(names.end(firm))
        rows["store"].append(names.end(f"{firm} store"))
        rows["outlet"].append(names.end(outlet))
        rows["supplier"].append(names.end(f"market: {port.resource}" if supplier == "market" else supplier))
        rows["outside"].append(names.end(f"outside: {port.resource}"))
        rows["out_route"].append(ROUTES.index(route))
    return {**{k: np.array(v, dtype=np.int64) for k, v in rows.items()}, "resource": columns.port_resource}


def _frame(blocks: Sequence[Block], names: _Names, park: Park, ledger: Ledger) -> pd.DataFrame:
    """The table, column by column as in `COLUMNS`: what a lane's rows share is looked up."""
    lanes = {key: np.concatenate([block.lanes[key] for block in blocks]) for key in blocks[0].lanes}
    starts = np.cumsum([0, *(block.share.size for block in blocks)])[:-1].tolist()
    counts = np.column_stack([count_rows(block.table, block.share, block.taken) for block in blocks])
    ends = np.cumsum(counts.ravel()).reshape(counts.shape)
    rows = int(counts.sum())
    lane, quantity = np.empty(rows, np.int32), np.empty(rows)
    for block, first, place in zip(blocks, starts, (ends - counts).T, strict=True):
        fill_rows(block.table, block.share, block.taken, place.copy(), first, lane, quantity)

    resources = ledger.columns.resources
    specs = [park.resources[name] for name in resources]
    kinds, units = sorted({spec.kind for spec in specs}), sorted({spec.unit for spec in specs})
    kind = np.array([kinds.index(spec.kind) for spec in specs])[lanes["resource"]]
    unit = np.array([units.index(spec.unit) for spec in specs])[lanes["resource"]]
    origin = np.datetime64(ledger.calendar.start, "s")
    days = origin + ledger.calendar.segment_bounds.astype("timedelta64[D]").astype("timedelta64[s]")
    # Rows stand segment by segment.
    in_segment = counts.sum(axis=1)
    bounds = days[: in_segment.size + 1]

    delivered = look_up(lanes["gain"], lane)
    delivered *= quantity
    return pd.DataFrame(
        {
            "start": np.repeat(bounds[:-1], in_segment),
            "end": np.repeat(bounds[1:], in_segment),
            "from_firm": label(lanes["source"], lane, list(names.ends)),
            "to_firm": label(lanes["target"], lane, list(names.ends)),
            "resource": label(lanes["resource"], lane, resources),
            "kind": label(kind, lane, kinds),
            "quantity": quantity,
            "unit": label(unit, lane, units),
            "route": label(lanes["route"], lane, ROUTES),
            "synergy": label(lanes["synergy"], lane, list(names.synergies)),
            "delivered": delivered,
            "delivered_resource": label(lanes["replaces"], lane, resources),
            "instead_of": label(lanes["instead"], lane, list(names.routes)),
        },
        copy=False,
    )
