"""The body of `fan.arranged` and `fan.fan_out` for Numba: the same work over plain memory, see `rows`.

It is called with one address, because handing arrays to compiled code costs more than a small batch does.
"""

from sfu.packet import rows
from sfu.packet.arena import STRIDE
from sfu.packet.control_blocks import MAX_SEGMENT
from sfu.packet.fan import TWCC_HEAD
from sfu.packet.machine import call, compiled, copy, load, load_byte, store, store_byte, store_half
from sfu.packet.rows import (
    DONE,
    E_COLUMN,
    E_LENGTH,
    E_NUMBER,
    E_ROOM,
    E_SOURCE,
    E_TIMESTAMP,
    E_TRACK,
    E_TWCC_AT,
    ENTRY_WORDS,
    FULL,
    ODD_LANES,
    STALE,
)
from sfu.packet.sent_ring import MASK


@compiled
def _entry(job: int, place: int) -> int:
    """The entry at that place of the order."""
    index = load(load(job + 8 * rows.J_ORDER) + 8 * place)
    return load(job + 8 * rows.J_ENTRIES) + 8 * ENTRY_WORDS * index  # type: ignore[no-any-return]


@compiled
def _rise(job: int, begin: int, count: int) -> int:
    """The first packet after `begin` that is longer than the one before of its track; `count` where there is none."""
    for place in range(begin + 1, count):
        entry = _entry(job, place)
        track, length = load(entry + 8 * E_TRACK), load(entry + 8 * E_LENGTH)
        for step in range(place - begin):
            former = _entry(job, place - 1 - step)
            if load(former + 8 * E_TRACK) == track:
                if length > load(former + 8 * E_LENGTH):
                    return place
                break
    return count


@compiled
def _even(job: int, count: int) -> None:
    """See `fan.evened`."""
    ingress = load(job + 8 * rows.J_INGRESS)
    for place in range(count):
        entry = _entry(job, place)
        length, track = load(entry + 8 * E_LENGTH), load(entry + 8 * E_TRACK)
        longest = 0
        for other in range(count):
            one = _entry(job, other)
            if load(one + 8 * E_TRACK) == track and load(one + 8 * E_LENGTH) > longest:
                longest = load(one + 8 * E_LENGTH)
        if length == longest - 1:
            at = ingress + load(entry + 8 * E_SOURCE)
            store_byte(at, load_byte(at) | 0x20)
            store_byte(at + length, 1)
            store(entry + 8 * E_LENGTH, length + 1)


@compiled
def _sort(job: int, begin: int, end: int) -> None:
    """Longest first, what is equal stays in order."""
    order = load(job + 8 * rows.J_ORDER)
    for place in range(begin + 1, end):
        index = load(order + 8 * place)
        length = load(_entry(job, place) + 8 * E_LENGTH)
        at = place
        while at > begin and load(_entry(job, at - 1) + 8 * E_LENGTH) < length:
            store(order + 8 * at, load(order + 8 * (at - 1)))
            at -= 1
        store(order + 8 * at, index)


@compiled
def _arrange(job: int) -> None:
    """See `fan.arranged`."""
    count = load(job + 8 * rows.J_PICKED)
    if _rise(job, 0, count) < count:
        _even(job, count)
    begin = 0
    while begin < count:
        end = _rise(job, begin, count)
        _sort(job, begin, end)
        begin = end


@compiled
def _pick(job: int) -> int:
    """Put the entries of the next room in order; returns its address, 0 when there is none."""
    order, entries, picked, room = load(job + 8 * rows.J_ORDER), load(job + 8 * rows.J_ENTRIES), 0, 0
    for index in range(load(job + 8 * rows.J_COUNT)):
        entry = entries + 8 * ENTRY_WORDS * index
        its = load(entry + 8 * E_ROOM)
        if its != 0 and (room == 0 or its == room):
            room = its
            store(entry + 8 * E_ROOM, 0)
            store(order + 8 * picked, index)
            picked += 1
    store(job + 8 * rows.J_PICKED, picked)
    if picked > 1:
        _arrange(job)
    store(job + 8 * rows.J_ROOM, room)
    store(job + 8 * rows.J_SERVED, 0)
    store(job + 8 * rows.J_IS_ODD_DONE, 0)
    return room


@compiled
def _close(job: int, runs: int, lane: int, first: int, held: int, size: int) -> int:
    """One message over `held` slots from `first` on: see `outbox`."""
    header = load(job + 8 * rows.J_HEADERS) + runs * 64
    control, control_length = 0, 0
    if held > 1:
        control_length = load(lane + 8 * rows.L_CONTROL_STRIDE)
        control = load(lane + 8 * rows.L_CONTROLS) + size * control_length
    elif load(lane + 8 * rows.L_CONTROL_SOURCE) != 0:
        control_length = load(lane + 8 * rows.L_CONTROL_SOURCE)
        control = load(lane + 8 * rows.L_CONTROLS)
    store(header, load(lane + 8 * rows.L_NAME))
    store(header + 8, load(lane + 8 * rows.L_NAME_LENGTH))
    store(header + 16, load(job + 8 * rows.J_VECTORS) + first * 16)
    store(header + 24, held)
    store(header + 32, control)
    store(header + 40, control_length)
    store(header + 48, 0)
    store(header + 56, load(lane + 8 * rows.L_SOCKET) << 32)
    return runs + 1


@compiled
def _write(job: int, lane: int, entry: int, flow: int, at: int, number: int, length: int) -> int:
    """One packet into the slot at `at`; returns 1 if it took a transport-wide number."""
    copy(at, load(job + 8 * rows.J_INGRESS) + load(entry + 8 * E_SOURCE), length)
    seq = load(entry + 8 * E_NUMBER) + load(flow + 8 * rows.F_OFFSET)
    timestamp = load(entry + 8 * E_TIMESTAMP) + load(flow + 8 * rows.F_TIMESTAMP_OFFSET)
    ssrc = load(flow + 8 * rows.F_SSRC)
    store_byte(at + 2, seq >> 8)
    store_byte(at + 3, seq)
    for step in range(4):
        store_byte(at + 4 + step, timestamp >> (24 - 8 * step))
        store_byte(at + 8 + step, ssrc >> (24 - 8 * step))
    twcc_at, times = load(entry + 8 * E_TWCC_AT), load(lane + 8 * rows.L_TIMES)
    if twcc_at == 0 or times == 0:
        return 0
    store_byte(at + twcc_at, TWCC_HEAD)
    store_byte(at + twcc_at + 1, number >> 8)
    store_byte(at + twcc_at + 2, number)
    store(times + 8 * (number & MASK), load(job + 8 * rows.J_NOW_US))
    label = number << 16 | (length + load(lane + 8 * rows.L_TRAILER))
    store(load(lane + 8 * rows.L_LABELS) + 8 * (number & MASK), label)
    store(load(lane + 8 * rows.L_ORIGINS) + 8 * (number & MASK), ssrc << 16 | seq & 0xFFFF)
    return 1


@compiled
def _serve(job: int, room: int, lane: int) -> None:
    """Every entry of the room that flows into this lane."""
    slot, runs = load(job + 8 * rows.J_USED), load(job + 8 * rows.J_RUNS)
    egress, box, vectors = load(job + 8 * rows.J_EGRESS), load(job + 8 * rows.J_BOX), load(job + 8 * rows.J_VECTORS)
    trailer, most = load(lane + 8 * rows.L_TRAILER), load(lane + 8 * rows.L_MOST)
    has_numbers, number = load(lane + 8 * rows.L_TIMES) != 0, 0
    if has_numbers:
        number = load(load(lane + 8 * rows.L_NEXT))
    first, size, held, cells = slot, -1, 0, load(lane + 8 * rows.L_CELLS)
    for place in range(load(job + 8 * rows.J_PICKED)):
        entry = _entry(job, place)
        row = load(cells + 8 * load(entry + 8 * E_COLUMN))
        if row < 0:
            continue
        at, length = egress + slot * STRIDE, load(entry + 8 * E_LENGTH)
        flow = load(room + 8 * rows.R_FLOWS) + 8 * rows.FLOW_WORDS * row
        number = (number + _write(job, lane, entry, flow, at, number, length)) & 0xFFFF
        store_half(box, length)
        if call(load(job + 8 * rows.J_PROTECT), load(lane + 8 * rows.L_HANDLE), at, box, 0, 0) != 0:
            store(job + 8 * rows.J_REFUSED, load(job + 8 * rows.J_REFUSED) + 1)
            continue
        length += trailer
        store(vectors + 16 * slot + 8, length)
        is_whole = False
        if length == size and held < most:
            held += 1
        elif length < size and held < most:
            held += 1
            is_whole = True
        else:
            if held > 0:
                runs = _close(job, runs, lane, first, held, size)
            first, size, held = slot, length, 1
            is_whole = length > MAX_SEGMENT
        if is_whole:
            runs = _close(job, runs, lane, first, held, size)
            size, held = -1, 0
        slot += 1
    if held > 0:
        runs = _close(job, runs, lane, first, held, size)
    if has_numbers:
        store(load(lane + 8 * rows.L_NEXT), number)
    store(job + 8 * rows.J_USED, slot)
    store(job + 8 * rows.J_RUNS, runs)


@compiled
def fan_out(job: int) -> int:
    """Write what waits, room by room: `DONE`, or what the interpreter must do before this goes on where it stopped.

    `STALE`: write the lanes of J_ROOM anew. `ODD_LANES`: serve those that go its way. `FULL`: empty the outbox.
    """
    while True:
        room = load(job + 8 * rows.J_ROOM)
        if room == 0:
            room = _pick(job)
            if room == 0:
                store(job + 8 * rows.J_COUNT, 0)
                return DONE
        if load(room + 8 * rows.R_IS_STALE) != 0:
            return STALE
        if load(room + 8 * rows.R_ODD) != 0 and load(job + 8 * rows.J_IS_ODD_DONE) == 0:
            return ODD_LANES
        for index in range(load(job + 8 * rows.J_SERVED), load(room + 8 * rows.R_LANE_COUNT)):
            lane = load(room + 8 * rows.R_LANES) + 8 * rows.LANE_WORDS * index
            if load(lane + 8 * rows.L_HANDLE) != 0:
                if load(job + 8 * rows.J_USED) + load(job + 8 * rows.J_PICKED) > load(job + 8 * rows.J_CAPACITY):
                    return FULL
                _serve(job, room, lane)
            store(job + 8 * rows.J_SERVED, index + 1)
        store(job + 8 * rows.J_ROOM, 0)
