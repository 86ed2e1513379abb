"""The body of `fan.fan_out` for Numba: the same work over flat arrays, without the interpreter and without its lock.

Only imported where the fast plane is asked for (`pip install holdspace[fast]`): then it is compiled, or read from the
cache of an earlier start, before the media process reports ready.
"""

from collections.abc import Callable
from typing import Any, Final

import numba
import numpy
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from sfu.packet.arena import STRIDE
from sfu.packet.control_blocks import MAX_SEGMENT
from sfu.packet.fan import TWCC_HEAD
from sfu.packet.sent_ring import MASK

# Columns of an entry.
TRACK, NUMBER, TIMESTAMP, SOURCE, LENGTH, MID_AT, MID_LENGTH, TWCC_AT = range(8)
# Columns of a lane; HANDLE 0: nothing can be sent.
(HANDLE, TRAILER, NAME, NAME_LENGTH, CONTROLS, CONTROL_STRIDE, CONTROL_SOURCE, SOCKET, MOST, NEXT, TIMES, LABELS) = (
    range(12)
)
# Columns of a flow.
OFFSET, TIMESTAMP_OFFSET, SSRC, MID, MID_SIZE = range(5)
# Of the result: slots used, messages, packets that libsrtp refused, lanes served.
USED, RUNS, REFUSED, SERVED = range(4)
LANE_COLUMNS: Final = 12
FLOW_COLUMNS: Final = 5
ENTRY_COLUMNS: Final = 8


@intrinsic  # type: ignore[untyped-decorator]
def _store(typing: Any, address: Any, value: Any) -> Any:
    """Write a 64-bit word to an address."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = builder.inttoptr(args[0], ir.IntType(64).as_pointer())
        builder.store(args[1], pointer)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), code


@intrinsic  # type: ignore[untyped-decorator]
def _load(typing: Any, address: Any) -> Any:
    """Read a 64-bit word from an address."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = builder.inttoptr(args[0], ir.IntType(64).as_pointer())
        return builder.load(pointer)

    return types.int64(types.int64), code


@intrinsic  # type: ignore[untyped-decorator]
def _protect(typing: Any, function: Any, context: Any, packet: Any, length: Any) -> Any:
    """libsrtp's `srtp_protect`, by its address; that it is an argument lets the compiled code be kept on disk."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = ir.IntType(64)
        pointer = builder.inttoptr(args[0], ir.FunctionType(ir.IntType(32), [word, word, word]).as_pointer())
        return builder.call(pointer, args[1:])

    return types.int32(types.int64, types.int64, types.int64, types.int64), code


def _jit(*signature: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compiled when this module is imported, in about three seconds, or taken from the cache on disk."""

    def make(function: Callable[..., Any]) -> Any:
        try:
            return numba.njit(*signature, nogil=True, cache=True)(function)
        except RuntimeError:  # nowhere to write a cache
            return numba.njit(*signature, nogil=True)(function)

    return make


@_jit()
def _close(headers: Any, runs: int, lane: Any, vectors_at: int, first: int, held: int, size: int) -> int:
    at = runs * 8
    headers[at] = lane[NAME]
    headers[at + 1] = lane[NAME_LENGTH]
    headers[at + 2] = vectors_at + first * 16
    headers[at + 3] = held
    headers[at + 4] = 0
    headers[at + 5] = 0
    if held > 1:
        headers[at + 4] = lane[CONTROLS] + size * lane[CONTROL_STRIDE]
        headers[at + 5] = lane[CONTROL_STRIDE]
    elif lane[CONTROL_SOURCE]:
        headers[at + 4] = lane[CONTROLS]
        headers[at + 5] = lane[CONTROL_SOURCE]
    headers[at + 6] = 0
    headers[at + 7] = lane[SOCKET] << 32
    return runs + 1


_TABLE: Final = types.int64[:, ::1]
_LINE: Final = types.int64[::1]
_BYTES: Final = types.uint8[::1]
_SIGNATURE: Final = types.void(
    types.int64, _TABLE, types.int64, _TABLE, _TABLE, _TABLE, types.int64, _BYTES, _BYTES, types.int64,
    types.int32[::1], types.int64, _LINE, _LINE, types.int64, types.int64, _LINE,
)  # fmt: skip


@_jit(_SIGNATURE)
def fan_out(
    protect_at: int, lanes: Any, lane_count: int, flows: Any, matrix: Any, entries: Any, count: int, ingress: Any,
    egress: Any, egress_at: int, box: Any, box_at: int, headers: Any, vectors: Any, vectors_at: int, now_us: int,
    result: Any,
) -> None:  # fmt: skip
    """See `fan.fan_out`. Ends early, with the lanes served so far in `result`, when the egress slots are used up."""
    slot, runs = result[USED], result[RUNS]
    capacity = egress.size // STRIDE
    for lane_index in range(result[SERVED], lane_count):
        lane = lanes[lane_index]
        if lane[HANDLE] == 0:
            continue
        if slot + count > capacity:
            result[SERVED] = lane_index
            result[USED], result[RUNS] = slot, runs
            return
        trailer, most = lane[TRAILER], lane[MOST]
        number = _load(lane[NEXT]) if lane[TIMES] else 0
        first, size, held = slot, -1, 0
        for index in range(count):
            entry = entries[index]
            row = matrix[lane_index, entry[TRACK]]
            if row < 0:
                continue
            flow = flows[row]
            at = slot * STRIDE
            length = entry[LENGTH]
            source = entry[SOURCE]
            egress[at : at + length] = ingress[source : source + length]
            seq = entry[NUMBER] + flow[OFFSET]
            egress[at + 2] = (seq >> 8) & 0xFF
            egress[at + 3] = seq & 0xFF
            timestamp, ssrc = entry[TIMESTAMP] + flow[TIMESTAMP_OFFSET], flow[SSRC]
            for step in range(4):
                shift = 24 - 8 * step
                egress[at + 4 + step] = (timestamp >> shift) & 0xFF
                egress[at + 8 + step] = (ssrc >> shift) & 0xFF
            mid_at = entry[MID_AT]
            if mid_at:
                if flow[MID_SIZE] == entry[MID_LENGTH]:
                    for step in range(flow[MID_SIZE]):
                        egress[at + mid_at + step] = (flow[MID] >> (8 * step)) & 0xFF
                else:
                    for step in range(entry[MID_LENGTH] + 1):
                        egress[at + mid_at - 1 + step] = 0
            if lane[TIMES] and entry[TWCC_AT]:
                place = at + entry[TWCC_AT]
                egress[place] = TWCC_HEAD
                egress[place + 1] = number >> 8
                egress[place + 2] = number & 0xFF
                _store(lane[TIMES] + 8 * (number & MASK), now_us)
                _store(lane[LABELS] + 8 * (number & MASK), number << 16 | (length + trailer))
                number = (number + 1) & 0xFFFF
            box[0] = length
            if _protect(protect_at, lane[HANDLE], egress_at + at, box_at) != 0:
                result[REFUSED] += 1
                continue
            length += trailer
            vectors[2 * slot + 1] = length
            close = False
            if length == size and held < most:
                held += 1
            elif length < size and held < most:
                held += 1
                close = True
            else:
                if held > 0:
                    runs = _close(headers, runs, lane, vectors_at, first, held, size)
                first, size, held = slot, length, 1
                close = length > MAX_SEGMENT
            if close:
                runs = _close(headers, runs, lane, vectors_at, first, held, size)
                size, held = -1, 0
            slot += 1
        if held > 0:
            runs = _close(headers, runs, lane, vectors_at, first, held, size)
        if lane[TIMES]:
            _store(lane[NEXT], number)
    result[SERVED] = lane_count
    result[USED], result[RUNS] = slot, runs


def flat(store: bytearray, kind: str) -> Any:
    """A store as an array over the same bytes."""
    return numpy.frombuffer(store, dtype=kind)


def table(rows: int, columns: int, fill: int = 0) -> Any:
    """A fresh table of 64-bit integers."""
    return numpy.full((rows, columns), fill, dtype=numpy.int64)
