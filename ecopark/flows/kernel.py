"""The hot kernel: one pass of supply, exchange, disposal and virgin supply over some segments.

Compiled by numba. A plain Python twin, written independently, lives in ``tests/reference`` and
must agree to 1e-12.

Order within a segment:

1. Supply and need of scheduled processes: activity x coefficient x days. Feed-driven processes
   work off what is in their buffers since the last segment, up to capacity.
2. Links are served in the order given (contract priority). Each moves the least of: supply left
   (store included), need left, its share of the need, its capacity for the time it is active.
3. What is left of supply goes to the store of a port that has a taker, then to disposal. What is
   left of need is bought as virgin supply; feed ports draw their import, as far as there is room.
4. What a feed-driven process received enters its buffer, to be worked off in the next segment.

A feed-driven process takes in at most what its buffer (never less than one segment of full
capacity) has room for. One whose outputs are all made on demand is a basin: it releases only what
is drawn, holds up to its buffer and one segment's throughput, and takes in at most its capacity.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
_Flags = NDArray[np.bool_]


class Ports(NamedTuple):
    """Static columns of N ports of P processes, and their coefficients in this period.

    Attributes
    ----------
    process : ndarray of int, shape (N,), 1
    is_out, is_feed, on_demand : ndarray of bool, shape (N,), 1
    max_share : ndarray of float, shape (N,), 1
    storage : ndarray of float, shape (N,), resource unit
    coefficient : ndarray of float, shape (N,), resource unit/activity unit
    imported : ndarray of float, shape (N,), resource unit/day
    process_is_feed, process_is_pull : ndarray of bool, shape (P,), 1
    process_buffer : ndarray of float, shape (P,), day
    """

    process: _Ints
    is_out: _Flags
    is_feed: _Flags
    on_demand: _Flags
    max_share: _Floats
    storage: _Floats
    coefficient: _Floats
    imported: _Floats
    process_is_feed: _Flags
    process_is_pull: _Flags
    process_buffer: _Floats


class Links(NamedTuple):
    """Columns of L operating synergies, in the order in which they are served.

    Attributes
    ----------
    out_port, in_port : ndarray of int, shape (L,), 1
    keep : ndarray of float, shape (L,), 1
        Share that arrives: one less the loss on the way.
    credit : ndarray of float, shape (L,), need unit/supply unit
        Virgin supply replaced per unit arriving (yield x replacement ratio).
    max_share : ndarray of float, shape (L,), 1
        Blending limit of the pathway.
    blend : ndarray of int, shape (L,), 1
        Links with one number, from 0 to L - 1, share one blending limit: same need, same pathway.
    capacity : ndarray of float, shape (L,), supply unit/day
    active : ndarray of float, shape (S, L), 1
        Share of each segment in which the link works.
    """

    out_port: _Ints
    in_port: _Ints
    keep: _Floats
    credit: _Floats
    max_share: _Floats
    blend: _Ints
    capacity: _Floats
    active: _Floats


@njit(cache=True)  # type: ignore[untyped-decorator]
def share_active(
    bounds: _Floats,
    opened: _Floats,
    closed: _Floats,
    possible: _Flags,
    number: _Ints,
    cuts: _Floats,
    active: _Floats,
) -> None:
    """Fill the share of each segment in which each link works.

    Parameters
    ----------
    bounds : ndarray of float, shape (S + 1,), day
        Of the segments.
    opened, closed : ndarray of float, shape (L,), day
        Of each link.
    possible : ndarray of bool, shape (L,), 1
        Whether physics allows it.
    number : ndarray of int, shape (L,), 1
        Of the synergy of each link.
    cuts : ndarray of float, shape (C, 3), 1, day and day
        Number of the synergy whose pipe fails, from when, until when.
    active : ndarray of float, shape (S, L), 1
        Filled: `active` of :class:`Links`.
    """
    segments, links = active.shape
    for s in range(segments):
        span = bounds[s + 1] - bounds[s]
        for j in range(links):
            overlap = min(bounds[s + 1], closed[j]) - max(bounds[s], opened[j])
            active[s, j] = max(overlap, 0.0) / span if possible[j] else 0.0
    for cut in cuts:
        for j in range(links):
            if number[j] != cut[0]:
                continue
            for s in range(segments):
                # Only time in which the link would have worked is lost to it.
                until = min(min(bounds[s + 1], closed[j]), cut[2])
                since = max(max(bounds[s], opened[j]), cut[1])
                down = max(until - since, 0.0) / (bounds[s + 1] - bounds[s])
                active[s, j] = max(active[s, j] - down, 0.0)


class _Book(NamedTuple):
    """What is still open while one segment is settled.

    Attributes
    ----------
    left : ndarray of float, shape (N,), resource unit
        Supply not yet given (store included), need not yet served.
    limit : ndarray of float, shape (N,), resource unit
        Need that residuals may still serve.
    used, received : ndarray of float, shape (N,), resource unit
        Feed worked off, feed taken in.
    room : ndarray of float, shape (P,), activity unit
        Room left in the buffers of feed-driven processes.
    made : ndarray of float, shape (P,), activity unit
        Activity that a basin's customers have drawn.
    """

    left: _Floats
    limit: _Floats
    used: _Floats
    received: _Floats
    room: _Floats
    made: _Floats


class Result(NamedTuple):
    """Flows of S segments; everything in resource units per segment.

    Attributes
    ----------
    amount : ndarray of float, shape (S, N), resource unit
        Supply of out-ports (what was taken, where made on demand); need of in-ports (what was
        used, where feed-driven).
    settled : ndarray of float, shape (S, N), resource unit
        Supply disposed of or sold; need bought as virgin supply.
    imported : ndarray of float, shape (S, N), resource unit
    stock : ndarray of float, shape (S, N), resource unit
        At the end of the segment: stores of out-ports, buffers of feed ports.
    sent : ndarray of float, shape (S, L), supply unit
        At the giver's gate.
    """

    amount: _Floats
    settled: _Floats
    imported: _Floats
    stock: _Floats
    sent: _Floats


@njit(cache=True)  # type: ignore[untyped-decorator]
def _work_off(ports: Ports, rate: _Floats, days: float, stock: _Floats) -> _Floats:
    """Activity that the buffers allow each feed-driven process in a segment, activity units."""
    activity = np.zeros(rate.size)
    for i in range(stock.size):
        if ports.is_feed[i] and ports.coefficient[i] > 0.0:
            activity[ports.process[i]] += stock[i] / ports.coefficient[i]
    for p in range(rate.size):
        activity[p] = min(activity[p], rate[p] * days)
    return activity


@njit(cache=True)  # type: ignore[untyped-decorator]
def _draw_down(ports: Ports, activity: _Floats, stock: _Floats, used: _Floats) -> None:
    """Take the feed of an activity out of the buffers, in proportion to what they hold."""
    held = np.zeros(activity.size)
    for i in range(stock.size):
        if ports.is_feed[i] and ports.coefficient[i] > 0.0:
            held[ports.process[i]] += stock[i] / ports.coefficient[i]
    for i in range(stock.size):
        p = ports.process[i]
        if ports.is_feed[i] and held[p] > 0.0 and ports.coefficient[i] > 0.0:
            drawn = min(stock[i] * (activity[p] / held[p]), stock[i])
            used[i] += drawn
            stock[i] -= drawn


@njit(cache=True)  # type: ignore[untyped-decorator]
def dispatch(ports: Ports, links: Links, activity: _Floats, days: _Floats, stock: _Floats) -> Result:
    """Move the flows of some segments; `stock` is carried on in place.

    Parameters
    ----------
    ports : Ports
    links : Links
    activity : ndarray of float, shape (S, P), activity unit/day
        Scheduled: activity. Feed-driven: capacity. Both after outages.
    days : ndarray of float, shape (S,), day
    stock : ndarray of float, shape (N,), resource unit
        Opening stock; holds the closing stock afterwards.

    Returns
    -------
    Result
    """
    shape = (days.size, ports.process.size)
    sent = np.zeros((days.size, links.out_port.size))
    result = Result(np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape), sent)
    dispatch_into(ports, links, activity, days, stock, result)
    return result


@njit(cache=True)  # type: ignore[untyped-decorator]
def dispatch_into(
    ports: Ports, links: Links, activity: _Floats, days: _Floats, stock: _Floats, result: Result
) -> None:
    """As :func:`dispatch`, into arrays the caller keeps.

    Parameters
    ----------
    ports : Ports
    links : Links
    activity : ndarray of float, shape (S, P), activity unit/day
    days : ndarray of float, shape (S,), day
    stock : ndarray of float, shape (N,), resource unit
    result : Result
        All zero before, filled.
    """
    ports_n, links_n = ports.process.size, links.out_port.size
    has_taker, given = np.zeros(ports_n, dtype=np.bool_), np.zeros(ports_n)
    for j in range(links_n):
        has_taker[links.out_port[j]] = True
    for s in range(days.size):
        amount, sent = result.amount[s], result.sent[s]
        book = _open_book(ports, activity[s], days[s], stock, amount)
        _serve_links(ports, links, links.active[s], days[s], amount, sent, book)
        _sum_given(links, sent, given)
        _settle(ports, has_taker, stock, amount, result.settled[s], given, book)
        _take_in(ports, days[s], stock, amount, result.imported[s], book)
        result.stock[s] = stock


@njit(cache=True)  # type: ignore[untyped-decorator]
def _open_book(ports: Ports, rate: _Floats, days: float, stock: _Floats, amount: _Floats) -> _Book:
    """Work off the buffers, then write down supply, need and room; fills `amount`."""
    ports_n, processes_n = ports.process.size, rate.size
    worked = _work_off(ports, rate, days, stock)
    used = np.zeros(ports_n)
    pushed = np.where(ports.process_is_pull, 0.0, worked)
    room = _room(ports, rate, days, stock, pushed)
    _draw_down(ports, pushed, stock, used)
    left, limit = np.zeros(ports_n), np.zeros(ports_n)
    for i in range(ports_n):
        p = ports.process[i]
        level = worked[p] if ports.process_is_feed[p] else rate[p] * days
        if ports.is_out[i]:
            amount[i] = ports.coefficient[i] * level
            left[i] = amount[i] + stock[i]
        elif not ports.is_feed[i]:
            # The other needs of a basin are known only once its customers have drawn.
            amount[i] = 0.0 if ports.process_is_pull[p] else ports.coefficient[i] * level
            left[i] = amount[i]
            limit[i] = ports.max_share[i] * amount[i]
    return _Book(left, limit, used, np.zeros(ports_n), room, np.zeros(processes_n))


@njit(cache=True)  # type: ignore[untyped-decorator]
def _room(ports: Ports, rate: _Floats, days: float, stock: _Floats, pushed: _Floats) -> _Floats:
    """Activity that the buffers of feed-driven processes can still take in."""
    room = np.zeros(rate.size)
    for p in range(rate.size):
        room[p] = rate[p] * max(ports.process_buffer[p], days) + pushed[p]
        if ports.process_is_pull[p]:
            # A basin fills while it is drawn from, so a segment's throughput comes on top.
            room[p] += rate[p] * days
    for i in range(stock.size):
        if ports.is_feed[i] and ports.coefficient[i] > 0.0:
            room[ports.process[i]] -= stock[i] / ports.coefficient[i]
    for p in range(rate.size):
        if ports.process_is_pull[p]:
            room[p] = min(room[p], rate[p] * days)
        room[p] = max(room[p], 0.0)
    return room


@njit(cache=True)  # type: ignore[untyped-decorator]
def _serve_links(
    ports: Ports, links: Links, active: _Floats, days: float, amount: _Floats, sent: _Floats, book: _Book
) -> None:
    """Move the exchanges in the order of the links; fills `sent`."""
    blended = np.zeros(links.out_port.size)
    for j in range(links.out_port.size):
        o, i = links.out_port[j], links.in_port[j]
        gain = links.keep[j] * links.credit[j]
        if gain <= 0.0 or active[j] <= 0.0:
            continue
        p = ports.process[i]
        if ports.is_feed[i]:
            open_need = book.room[p] * ports.coefficient[i]
        else:
            open_need = min(book.limit[i], links.max_share[j] * amount[i] - blended[links.blend[j]])
        quantity = min(book.left[o], links.capacity[j] * days * active[j], open_need / gain)
        if quantity <= 0.0:
            continue
        sent[j] = quantity
        book.left[o] -= quantity
        delivered = quantity * gain
        if ports.is_feed[i]:
            book.room[p] = max(book.room[p] - delivered / ports.coefficient[i], 0.0)
            book.received[i] += delivered
        else:
            book.limit[i] = max(book.limit[i] - delivered, 0.0)
            book.left[i] -= delivered
            blended[links.blend[j]] += delivered
        giver = ports.process[o]
        if ports.process_is_pull[giver] and ports.coefficient[o] > 0.0:
            drawn = (amount[o] - book.left[o]) / ports.coefficient[o]
            book.made[giver] = max(book.made[giver], drawn)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _sum_given(links: Links, sent: _Floats, given: _Floats) -> None:
    """What each port gave by all its links; fills `given`."""
    given[:] = 0.0
    for j in range(links.out_port.size):
        given[links.out_port[j]] += sent[j]


@njit(cache=True)  # type: ignore[untyped-decorator]
def _settle(
    ports: Ports,
    has_taker: _Flags,
    stock: _Floats,
    amount: _Floats,
    settled: _Floats,
    given: _Floats,
    book: _Book,
) -> None:
    """Store or dispose of what is left of supply, buy what is left of need."""
    for i in range(ports.process.size):
        p = ports.process[i]
        if ports.is_out[i]:
            if ports.on_demand[i]:
                # Added up, not what is left taken off: of a trickle nothing but rounding would remain.
                amount[i] = given[i]
                stock[i] = 0.0
            else:
                stock[i] = min(book.left[i], ports.storage[i]) if has_taker[i] else 0.0
                settled[i] = max(book.left[i] - stock[i], 0.0)
        elif not ports.is_feed[i]:
            if ports.process_is_pull[p]:
                amount[i] = ports.coefficient[i] * book.made[p]
                book.left[i] = amount[i]
            settled[i] = max(book.left[i], 0.0)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _take_in(
    ports: Ports, days: float, stock: _Floats, amount: _Floats, imported: _Floats, book: _Book
) -> None:
    """A basin gives what was drawn, then every buffer takes in what arrived and what is imported."""
    _draw_down(ports, book.made, stock, book.used)
    for i in range(ports.process.size):
        if ports.is_feed[i]:
            p = ports.process[i]
            if ports.imported[i] > 0.0 and ports.coefficient[i] > 0.0:
                imported[i] = min(ports.imported[i] * days, book.room[p] * ports.coefficient[i])
                book.room[p] = max(book.room[p] - imported[i] / ports.coefficient[i], 0.0)
            amount[i] = book.used[i]
            stock[i] += book.received[i] + imported[i]
