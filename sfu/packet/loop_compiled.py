"""The media process's loop for Numba: wait, read a batch, forward what is steady, send, and again.

It comes back to the interpreter for everything else, always in order: a datagram that is not steady, with those after
it still to be taken; what the fan cannot do alone; a message that was refused; whatever is ready beside the sockets;
the time that was set. The next call goes on where it stopped.
"""

from typing import Final

from sfu.packet import rows
from sfu.packet.arena import HEADER_BYTES, STRIDE
from sfu.packet.fan_compiled import fan_out
from sfu.packet.load import LATE_S
from sfu.packet.machine import call, compiled, copy, load, load_half, load_real, store, store_real
from sfu.packet.rows import DONE, LATE, ODD_DATAGRAM, OTHERS, TIME, TOUCHED, UNREADABLE, UNSENT
from sfu.packet.steady_compiled import ODD, set_now, take

MAX_QUEUED_NS: Final = 1_000_000_000
BATCHES: Final = 4  # of one socket before the others
NAME_BYTES: Final = 32
ASIDE_BYTES: Final = 160
POLLED_BYTES: Final = 8  # one `struct pollfd`
_MONOTONIC: Final = 1
_REALTIME: Final = 0
_SECOND: Final = 1_000_000_000
_DONTWAIT: Final = 0x40
_TRUNCATED: Final = 0x20


@compiled
def _clock(job: int, which: int) -> int:
    """In nanoseconds."""
    at = load(job + 8 * rows.J_SCRATCH)
    call(load(job + 8 * rows.J_CLOCK), which, at, 0, 0, 0)
    return load(at) * _SECOND + load(at + 8)  # type: ignore[no-any-return]


@compiled
def _name(job: int, header: int, aside: int, socket: int) -> int:
    """Write the words of the path that a datagram came by to J_SCRATCH; returns the kernel's time stamp, 0: none."""
    key = load(job + 8 * rows.J_SCRATCH)
    length = load_half(header + 8)
    store(key, load(aside))
    store(key + 8, load(aside + 8))
    store(key + 16, load(aside + 16) if length > 16 else 0)
    store(key + 24, load_half(aside + 24) if length > 16 else 0)
    store(key + 32, 0)
    store(key + 40, 0)
    store(key + 48, length << 8 | socket)
    stamp = 0
    at = aside + NAME_BYTES
    end = at + load(header + 40)
    while at + 16 <= end:
        size, level, kind = load(at), load_half(at + 8), load_half(at + 12)
        if level == 1 and kind == 35:  # SOL_SOCKET, SO_TIMESTAMPNS
            stamp = load(at + 16) * _SECOND + load(at + 24)
        elif level == 0 and kind == 8:  # IPPROTO_IP, IP_PKTINFO
            store(key + 32, load_half(at + 20))
        elif level == 41 and kind == 50:  # IPPROTO_IPV6, IPV6_PKTINFO
            store(key + 32, load(at + 16))
            store(key + 40, load(at + 24))
        if size < 16:
            break
        at += (size + 7) & ~7
    return stamp


@compiled
def _peer(job: int) -> int:
    """The row of the peer to whom the path in J_SCRATCH belongs, 0: nobody's. See `PathTable`."""
    key, mask = load(job + 8 * rows.J_SCRATCH), load(job + 8 * rows.J_PATHS_MASK)
    total = ((load(key) >> 16) & 0xFFFF) * 40503 + ((load(key) >> 32) & 0xFFFFFFFF) * 31
    total += (load(key + 8) & 0xFFFFFFFF) * 7 + (load(key + 16) & 0xFFFFFFFF) * 13 + ((load(key + 16) >> 32) & 0xFFFF)
    index = (total ^ (total >> 15)) & mask
    while True:
        place = load(job + 8 * rows.J_PATHS) + 8 * rows.PATH_WORDS * index
        peer = load(place + 8 * rows.A_PEER)
        if peer == 0:
            return 0
        is_same = True
        for step in range(rows.KEY_WORDS):
            is_same = is_same and load(place + 8 * step) == load(key + 8 * step)
        if is_same:
            return peer  # type: ignore[no-any-return]
        index = (index + 1) & mask


@compiled
def _take_batch(job: int, socket: int) -> int:
    """The datagrams from J_INDEX on; `DONE` when all were taken."""
    if load(job + 8 * rows.J_IS_BEGUN) == 0:
        first = load(job + 8 * rows.J_MESSAGES)
        store(job + 8 * rows.J_IS_BEGUN, 1)
        stamp, wall = _name(job, first, load(job + 8 * rows.J_ASIDES), socket), load(job + 8 * rows.J_WALL)
        queued = wall - stamp if stamp != 0 and 0 <= wall - stamp <= MAX_QUEUED_NS else 0
        if queued * 1e-9 >= LATE_S and stamp <= load(job + 8 * rows.J_READ_BEFORE):
            store(job + 8 * rows.J_QUEUED, queued)
            return LATE
        if queued > load(job + 8 * rows.J_LONGEST):
            store(job + 8 * rows.J_LONGEST, queued)
    now, wall = load_real(job + 8 * rows.J_NOW), load(job + 8 * rows.J_WALL)
    while load(job + 8 * rows.J_INDEX) < load(job + 8 * rows.J_TOTAL):
        if load(job + 8 * rows.J_COUNT) >= load(job + 8 * rows.J_LIMIT) or load(job + 8 * rows.J_ROOM) != 0:
            reason = fan_out(job)
            if reason != DONE:
                return reason  # type: ignore[no-any-return]
        index = load(job + 8 * rows.J_INDEX)
        store(job + 8 * rows.J_INDEX, index + 1)
        header = load(job + 8 * rows.J_MESSAGES) + HEADER_BYTES * index
        if load_half(header + 48) & _TRUNCATED:
            return ODD_DATAGRAM
        stamp = _name(job, header, load(job + 8 * rows.J_ASIDES) + ASIDE_BYTES * index, socket)
        peer = _peer(job)
        if peer == 0:
            return ODD_DATAGRAM
        arrival = now
        if stamp != 0 and 0 <= wall - stamp <= MAX_QUEUED_NS:
            arrival = now - (wall - stamp) * 1e-9
        store(job + 8 * rows.J_PEER, peer)
        store(job + 8 * rows.J_AT, load(job + 8 * rows.J_INGRESS) + STRIDE * index)
        store(job + 8 * rows.J_LENGTH, load_half(header + 56))
        store_real(job + 8 * rows.J_ARRIVAL, arrival)
        if take(job) == ODD:
            return ODD_DATAGRAM
    return DONE


@compiled
def _send(job: int) -> int:
    """All messages of the outbox; `UNSENT`: from J_FIRST on they are the interpreter's to send or to drop."""
    first, runs, headers = 0, load(job + 8 * rows.J_RUNS), load(job + 8 * rows.J_HEADERS)
    while first < runs:
        socket = load(headers + HEADER_BYTES * first + 56) >> 32
        end = first + 1
        while end < runs and load(headers + HEADER_BYTES * end + 56) >> 32 == socket:
            end += 1
        fd = load_half(load(job + 8 * rows.J_POLLED) + POLLED_BYTES * socket)
        at = headers + HEADER_BYTES * first
        sent = call(load(job + 8 * rows.J_SENDMMSG), fd, at, end - first, _DONTWAIT, 0)
        if sent <= 0:
            store(job + 8 * rows.J_FIRST, first)
            return UNSENT
        first += sent
    store(job + 8 * rows.J_PACKETS_OUT, load(job + 8 * rows.J_PACKETS_OUT) + load(job + 8 * rows.J_USED))
    store(job + 8 * rows.J_USED, 0)
    store(job + 8 * rows.J_RUNS, 0)
    return DONE


@compiled
def _read(job: int, socket: int) -> int:
    """A batch of this socket, or more of it; returns how many datagrams, less than 0 for an error."""
    fd, total = load_half(load(job + 8 * rows.J_POLLED) + POLLED_BYTES * socket), load(job + 8 * rows.J_TOTAL)
    left, messages = load(job + 8 * rows.J_BATCH) - total, load(job + 8 * rows.J_MESSAGES) + HEADER_BYTES * total
    if left == 0:
        return 0
    count = call(load(job + 8 * rows.J_RECVMMSG), fd, messages, left, _DONTWAIT, 0)
    if count > 0:
        read_at = load(job + 8 * rows.J_READS) + 8 * socket
        if total == 0:
            store(job + 8 * rows.J_READ_BEFORE, load(read_at))
            store(job + 8 * rows.J_INDEX, 0)
            store(job + 8 * rows.J_IS_BEGUN, 0)
            store(job + 8 * rows.J_IS_TOUCHED, 0)
        store(job + 8 * rows.J_TOTAL, total + count)
        set_now(job, _clock(job, _MONOTONIC) / 1e9)
        store(job + 8 * rows.J_WALL, _clock(job, _REALTIME))
        store(read_at, load(job + 8 * rows.J_WALL))
    return count  # type: ignore[no-any-return]


@compiled
def _finish(job: int, socket: int) -> int:
    """Take, forward and send the batch that was read."""
    reason = _take_batch(job, socket)
    # The rest of a frame came meanwhile: it leaves in the same messages.
    while reason == DONE and load(job + 8 * rows.J_ROOM) == 0 and _read(job, socket) > 0:
        reason = _take_batch(job, socket)
    if reason == DONE:
        reason = fan_out(job)
    if reason == DONE and load(job + 8 * rows.J_IS_TOUCHED) != 0:
        store(job + 8 * rows.J_IS_TOUCHED, 0)
        return TOUCHED
    if reason == DONE:
        reason = _send(job)
    if reason == DONE:
        count = load(job + 8 * rows.J_TOTAL)
        copy(load(job + 8 * rows.J_MESSAGES), load(job + 8 * rows.J_FRESH), HEADER_BYTES * count)
        store(job + 8 * rows.J_TOTAL, 0)
        again = load(job + 8 * rows.J_AGAIN)
        if count == load(job + 8 * rows.J_BATCH) and again < BATCHES:
            store(job + 8 * rows.J_AGAIN, again + 1)
        else:
            store(job + 8 * rows.J_AGAIN, 0)
            store(job + 8 * rows.J_NEXT, socket + 1)
    return reason  # type: ignore[no-any-return]


@compiled
def _wait(job: int, sockets: int) -> int:
    """Until something is ready or it is time; returns how much is ready."""
    now, deadline, at = _clock(job, _MONOTONIC), load(job + 8 * rows.J_DEADLINE), load(job + 8 * rows.J_SCRATCH)
    left = deadline - now if deadline > now else 0
    store(at, left // _SECOND)
    store(at + 8, left % _SECOND)
    polled = load(job + 8 * rows.J_POLLED)
    return call(load(job + 8 * rows.J_PPOLL), polled, sockets + 1, at, 0, 0)  # type: ignore[no-any-return]


@compiled
def run(job: int) -> int:
    """Until something is to be done that is not compiled; returns what: see `rows`."""
    sockets, polled = load(job + 8 * rows.J_SOCKETS), load(job + 8 * rows.J_POLLED)
    while True:
        while load(job + 8 * rows.J_NEXT) < sockets:
            socket = load(job + 8 * rows.J_NEXT)
            if load(job + 8 * rows.J_TOTAL) == 0:
                count = 0
                if load_half(polled + POLLED_BYTES * socket + 4) >> 16 != 0:
                    count = _read(job, socket)
                if count <= 0:
                    store(job + 8 * rows.J_AGAIN, 0)
                    store(job + 8 * rows.J_NEXT, socket + 1)
                    if count < 0:
                        store(job + 8 * rows.J_INDEX, socket)
                        return UNREADABLE
                    continue
            reason = _finish(job, socket)
            if reason != DONE:
                return reason  # type: ignore[no-any-return]
        # Not before the sockets were looked at: after a stall, what waits there shows that people are still there.
        if load(job + 8 * rows.J_HAS_WAITED) != 0 and _clock(job, _MONOTONIC) >= load(job + 8 * rows.J_DEADLINE):
            return TIME
        ready = _wait(job, sockets)
        store(job + 8 * rows.J_HAS_WAITED, 1)
        if ready > 0:
            store(job + 8 * rows.J_NEXT, 0)
            store(job + 8 * rows.J_AGAIN, 0)
            if load_half(polled + POLLED_BYTES * sockets + 4) >> 16 != 0:
                return OTHERS
        elif ready < 0:
            return TIME
