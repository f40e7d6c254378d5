"""The plain peer's segment: moves flows between port objects, checks the books, writes the ledger.

What lives here: the order of a segment as the ODD tells it (7.2, 7.3), one object after the other. What
does not: who has a contract. Sums are taken in the order of ports and links, as the package takes them,
so that both round alike.
"""

from __future__ import annotations

from typing import Any

from benchmarks.plain_park import PlainPort, PlainProcess

ROW = (
    "start", "end", "from_firm", "to_firm", "resource", "kind", "quantity", "unit", "route",
    "synergy", "delivered", "delivered_resource", "instead_of",
)  # fmt: skip
TOLERANCE = 1e-9
_NONE = float("nan")


def run_segment(
    processes: list[PlainProcess], ports: list[PlainPort], links: list[Any], k: int, days: float, month: int
) -> None:
    """Flows of segment `k`, in period `month`; what moved stands in the objects afterwards."""
    for process in processes:
        _open(process, process.rate[k] * process.up[k], days, month)
    for port in ports:
        _offer(port, month)
    blended: dict[tuple[int, int], float] = {}
    for link in links:
        link.sent = 0.0
        if link.gain > 0.0 and link.active > 0.0:
            _serve(link, days, month, blended)
    for port in ports:
        _settle(port, month)
    for process in processes:
        if process.is_pull:
            _draw_down(process, process.made, month)
    for process in processes:
        for port in process.feeds:
            _take_in(port, days, month)


def _held(process: PlainProcess, month: int) -> float:
    """Activity that the buffers allow."""
    held = 0.0
    for port in process.feeds:
        if port.coefficient[month] > 0.0:
            held += port.stock / port.coefficient[month]
    return held


def _open(process: PlainProcess, rate: float, days: float, month: int) -> None:
    """What runs, and how much a feed-driven process may still take in."""
    process.level = rate * days
    if not process.is_feed:
        return
    process.made = 0.0
    for port in process.feeds:
        port.before, port.used, port.received, port.taken = port.stock, 0.0, 0.0, 0.0
    process.worked = process.level = min(_held(process, month), rate * days)
    pushed = 0.0 if process.is_pull else process.worked
    room = rate * max(process.buffer, days) + pushed
    if process.is_pull:
        room += rate * days
    for port in process.feeds:
        if port.coefficient[month] > 0.0:
            room -= port.stock / port.coefficient[month]
    if process.is_pull:
        room = min(room, rate * days)
    process.room = max(room, 0.0)
    _draw_down(process, pushed, month)


def _draw_down(process: PlainProcess, activity: float, month: int) -> None:
    """Take the feed of an activity out of the buffers, each by its part of what is held."""
    held = _held(process, month)
    if held <= 0.0:
        return
    for port in process.feeds:
        if port.coefficient[month] > 0.0:
            drawn = min(port.stock * (activity / held), port.stock)
            port.used += drawn
            port.stock -= drawn


def _offer(port: PlainPort, month: int) -> None:
    """Supply and need of the segment."""
    if port.is_feed:
        return
    process = port.process
    port.before = port.stock
    port.given = port.taken = 0.0
    if port.is_out:
        port.amount = port.coefficient[month] * process.level
        port.left = port.amount + port.stock
    else:
        port.amount = 0.0 if process.is_pull else port.coefficient[month] * process.level
        port.left = port.amount
        port.limit = port.max_share * port.amount


def _serve(link: Any, days: float, month: int, blended: dict[tuple[int, int], float]) -> None:
    """One exchange: the least of what is left, what is needed and what passes."""
    out, into = link.out, link.into
    if into.is_feed:
        wanted = into.process.room * into.coefficient[month]
    else:
        wanted = min(into.limit, link.max_share * into.amount - blended.get(link.blend, 0.0))
    quantity = min(out.left, link.capacity * days * link.active, wanted / link.gain)
    if quantity <= 0.0:
        return
    link.sent = quantity
    out.left -= quantity
    out.given += quantity
    delivered = quantity * link.gain
    into.taken += delivered
    if into.is_feed:
        into.process.room = max(into.process.room - delivered / into.coefficient[month], 0.0)
        into.received += delivered
    else:
        into.limit = max(into.limit - delivered, 0.0)
        into.left -= delivered
        blended[link.blend] = blended.get(link.blend, 0.0) + delivered
    giver = out.process
    if giver.is_pull and out.coefficient[month] > 0.0:
        giver.made = max(giver.made, (out.amount - out.left) / out.coefficient[month])


def _settle(port: PlainPort, month: int) -> None:
    """Store or dispose of what is left of supply, buy what is left of need."""
    if port.is_feed:
        return
    if not port.is_out:
        if port.process.is_pull:
            port.amount = port.left = port.coefficient[month] * port.process.made
        port.settled = max(port.left, 0.0)
    elif port.on_demand:
        port.amount -= port.left
        port.stock = port.settled = 0.0
    else:
        port.stock = min(port.left, port.storage) if port.has_taker else 0.0
        port.settled = max(port.left - port.stock, 0.0)


def _take_in(port: PlainPort, days: float, month: int) -> None:
    """A buffer takes in what arrived and what is imported."""
    process, per_activity = port.process, port.coefficient[month]
    port.imported = port.settled = 0.0
    if port.import_rate[month] > 0.0 and per_activity > 0.0:
        port.imported = min(port.import_rate[month] * days, process.room * per_activity)
        process.room = max(process.room - port.imported / per_activity, 0.0)
    port.amount = port.used
    port.stock += port.received + port.imported


def check_books(ports: list[PlainPort]) -> None:
    """Supply + virgin + import + received + opening stock = use + disposal + given + closing stock."""
    gaps: dict[str, float] = {}
    largest: dict[str, float] = {}
    own: list[tuple[PlainPort, float]] = []
    for port in ports:
        if port.is_out:
            source, sink = port.amount + port.before, port.settled + port.stock + port.given
        else:
            source = port.settled + port.before + port.taken + port.imported
            sink = port.amount + port.stock
        gap, name = source - sink, port.resource
        gaps[name] = gaps.get(name, 0.0) + gap
        largest[name] = max(largest.get(name, 0.0), abs(source), abs(sink))
        if gap != 0.0:
            own.append((port, gap))
        if min(port.amount, port.settled, port.stock, port.imported) < 0.0:
            raise ArithmeticError(f"{port.key}: a negative flow")
    for name, gap in gaps.items():
        if abs(gap) > TOLERANCE * largest[name]:
            raise ArithmeticError(f"{name}: books do not close by {gap}")
    for port, gap in own:
        if abs(gap) > TOLERANCE * largest[port.resource]:
            raise ArithmeticError(f"{port.key}: books do not close by {gap}")


def write_rows(
    rows: list[tuple[Any, ...]], ports: list[PlainPort], links: list[Any], start: Any, end: Any
) -> None:
    """Ledger rows of a segment: one for each quantity that moved."""
    for port in ports:
        firm = port.firm.name
        if port.settled > 0.0:
            ends = (firm, port.outlet) if port.is_out else (port.supplier, firm)
            route = port.route if port.is_out else "virgin"
            rows.append(_row(start, end, *ends, port, port.settled, route))
        if port.imported > 0.0:
            rows.append(_row(start, end, port.outside, firm, port, port.imported, "import"))
        change = port.stock - port.before if port.before or port.stock else 0.0
        if change > 0.0:
            rows.append(_row(start, end, firm, port.store, port, change, "stock"))
        elif change < 0.0:
            rows.append(_row(start, end, port.store, firm, port, -change, "stock"))
    for link in links:
        if link.sent > 0.0:
            _write_link(rows, link, start, end)


def _row(
    start: Any, end: Any, source: str, target: str, port: PlainPort, quantity: float, route: str
) -> tuple[Any, ...]:
    return (
        start, end, source, target, port.resource, port.kind, quantity, port.unit, route,
        None, _NONE, None, None,
    )  # fmt: skip


def _write_link(rows: list[tuple[Any, ...]], link: Any, start: Any, end: Any) -> None:
    out, into, sent, synergy = link.out, link.into, link.sent, link.synergy
    what = (out.resource, out.kind)
    giver, taker, avoided = out.firm.name, into.firm.name, out.avoided
    arrived = sent * link.terms.keep
    delivered, replaced = (_NONE, None) if into.is_feed else (arrived * link.terms.credit, into.resource)
    if arrived > 0.0:
        rows.append(
            (
                start,
                end,
                giver,
                taker,
                *what,
                arrived,
                out.unit,
                "exchange",
                synergy,
                delivered,
                replaced,
                avoided,
            )
        )
    if sent * (1.0 - link.terms.keep) > 0.0:
        lost = sent * (1.0 - link.terms.keep)
        rows.append(
            (start, end, giver, "environment", *what, lost, out.unit, "loss", synergy, _NONE, None, avoided)
        )
    if sent * link.lost > 0.0:
        place = f"{taker} treatment"
        rows.append(
            (
                start,
                end,
                place,
                "environment",
                *what,
                sent * link.lost,
                out.unit,
                "loss",
                synergy,
                _NONE,
                None,
                None,
            )
        )
    for payer, inputs in ((taker, link.inputs), (giver, link.burden)):
        for name, kind, unit, per_unit in inputs:
            if sent * per_unit > 0.0:
                market = f"market: {name}"
                rows.append(
                    (
                        start,
                        end,
                        market,
                        payer,
                        name,
                        kind,
                        sent * per_unit,
                        unit,
                        "virgin",
                        synergy,
                        _NONE,
                        None,
                        None,
                    )
                )
