"""The body of `fan.fan_out` for Numba: the same work over plain memory, without the interpreter and without its lock.

Only imported where the fast plane is asked for (`pip install holdspace[fast]`): then it is compiled, or read from the
cache of an earlier start, before the media process reports ready. It is called with one address, because handing
arrays to compiled code costs more than a small batch does.

All tables are rows of 64-bit words; the constants below are the places of the words.
"""

from collections.abc import Callable
from typing import Any, Final

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from sfu.packet.arena import STRIDE
from sfu.packet.control_blocks import MAX_SEGMENT
from sfu.packet.fan import TWCC_HEAD
from sfu.packet.sent_ring import MASK

# The job: where everything lies, and in the end what was done. SERVED counts lanes: the job goes on after them.
(
    PROTECT, LANES, LANE_COUNT, FLOWS, CELLS, COLUMNS, ENTRIES, COUNT, INGRESS, EGRESS, CAPACITY, BOX, HEADERS,
    VECTORS, NOW_US, USED, RUNS, REFUSED, SERVED,
) = range(19)  # fmt: skip
JOB_WORDS: Final = 19
# An entry.
TRACK, NUMBER, TIMESTAMP, SOURCE, LENGTH, MID_AT, MID_LENGTH, TWCC_AT = range(8)
ENTRY_WORDS: Final = 8
# A lane; HANDLE 0: nothing can be sent.
(
    HANDLE, TRAILER, NAME, NAME_LENGTH, CONTROLS, CONTROL_STRIDE, CONTROL_SOURCE, SOCKET, MOST, NEXT, TIMES, LABELS,
) = range(12)  # fmt: skip
LANE_WORDS: Final = 12
# A flow. A cell is its row, -1 where nothing flows.
OFFSET, TIMESTAMP_OFFSET, SSRC, MID, MID_SIZE = range(5)
FLOW_WORDS: Final = 5

_WORD: Final = ir.IntType(64)


def _pointer(builder: Any, address: Any, bits: int) -> Any:
    return builder.inttoptr(address, ir.IntType(bits).as_pointer())


@intrinsic  # type: ignore[untyped-decorator]
def _load(typing: Any, address: Any) -> Any:
    """The word at an address."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(_pointer(builder, args[0], 64))

    return types.int64(types.int64), code


def _storing(bits: int) -> Callable[..., Any]:
    def store(typing: Any, address: Any, value: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            value = args[1] if bits == 64 else builder.trunc(args[1], ir.IntType(bits))
            builder.store(value, _pointer(builder, args[0], bits))
            return context.get_dummy_value()

        return types.void(types.int64, types.int64), code

    return store


_store: Final = intrinsic(_storing(64))
_store_half: Final = intrinsic(_storing(32))
_store_byte: Final = intrinsic(_storing(8))


@intrinsic  # type: ignore[untyped-decorator]
def _copy(typing: Any, target: Any, source: Any, length: Any) -> Any:
    """memcpy."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        form = ir.FunctionType(ir.VoidType(), [ir.IntType(8).as_pointer()] * 2 + [_WORD, ir.IntType(1)])
        function = builder.module.declare_intrinsic(
            "llvm.memcpy", [ir.IntType(8).as_pointer(), ir.IntType(8).as_pointer(), _WORD], form
        )
        target, source = _pointer(builder, args[0], 8), _pointer(builder, args[1], 8)
        builder.call(function, [target, source, args[2], ir.Constant(ir.IntType(1), 0)])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), code


@intrinsic  # type: ignore[untyped-decorator]
def _protect(typing: Any, function: Any, handle: Any, packet: Any, length: Any) -> Any:
    """libsrtp's `srtp_protect`, by its address: as an argument, so that the compiled code can be kept on disk."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        form = ir.FunctionType(ir.IntType(32), [_WORD, _WORD, _WORD]).as_pointer()
        return builder.call(builder.inttoptr(args[0], form), args[1:])

    return types.int32(types.int64, types.int64, types.int64, types.int64), code


def _jit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compiled when this module is imported, in some seconds, or taken from the cache on disk."""

    def make(function: Callable[..., Any]) -> Any:
        try:
            return numba.njit(nogil=True, cache=True, **options)(function)
        except RuntimeError:  # nowhere to write a cache
            return numba.njit(nogil=True, **options)(function)

    return make


@_jit()
def _close(job: int, runs: int, lane: int, first: int, held: int, size: int) -> int:
    """One message over `held` slots from `first` on: see `Outbox.run`."""
    header = _load(job + 8 * HEADERS) + runs * 64
    control, control_length = 0, 0
    if held > 1:
        control_length = _load(lane + 8 * CONTROL_STRIDE)
        control = _load(lane + 8 * CONTROLS) + size * control_length
    elif _load(lane + 8 * CONTROL_SOURCE) != 0:
        control_length = _load(lane + 8 * CONTROL_SOURCE)
        control = _load(lane + 8 * CONTROLS)
    _store(header, _load(lane + 8 * NAME))
    _store(header + 8, _load(lane + 8 * NAME_LENGTH))
    _store(header + 16, _load(job + 8 * VECTORS) + first * 16)
    _store(header + 24, held)
    _store(header + 32, control)
    _store(header + 40, control_length)
    _store(header + 48, 0)
    _store(header + 56, _load(lane + 8 * SOCKET) << 32)
    return runs + 1


@_jit()
def _write(job: int, lane: int, entry: int, flow: int, at: int, number: int, length: int) -> int:
    """One packet into the slot at `at`; returns 1 if it took a transport-wide number."""
    _copy(at, _load(job + 8 * INGRESS) + _load(entry + 8 * SOURCE), length)
    seq = _load(entry + 8 * NUMBER) + _load(flow + 8 * OFFSET)
    timestamp = _load(entry + 8 * TIMESTAMP) + _load(flow + 8 * TIMESTAMP_OFFSET)
    ssrc = _load(flow + 8 * SSRC)
    _store_byte(at + 2, seq >> 8)
    _store_byte(at + 3, seq)
    for step in range(4):
        _store_byte(at + 4 + step, timestamp >> (24 - 8 * step))
        _store_byte(at + 8 + step, ssrc >> (24 - 8 * step))
    mid_at = _load(entry + 8 * MID_AT)
    if mid_at != 0:
        mid_length = _load(entry + 8 * MID_LENGTH)
        if mid_length == _load(flow + 8 * MID_SIZE):
            for step in range(mid_length):
                _store_byte(at + mid_at + step, _load(flow + 8 * MID) >> (8 * step))
        else:
            for step in range(mid_length + 1):
                _store_byte(at + mid_at - 1 + step, 0)
    twcc_at, times = _load(entry + 8 * TWCC_AT), _load(lane + 8 * TIMES)
    if twcc_at == 0 or times == 0:
        return 0
    _store_byte(at + twcc_at, TWCC_HEAD)
    _store_byte(at + twcc_at + 1, number >> 8)
    _store_byte(at + twcc_at + 2, number)
    _store(times + 8 * (number & MASK), _load(job + 8 * NOW_US))
    label = number << 16 | (length + _load(lane + 8 * TRAILER))
    _store(_load(lane + 8 * LABELS) + 8 * (number & MASK), label)
    return 1


@_jit()
def _serve(job: int, lane: int, cells: int) -> None:
    """Every entry that flows into this lane."""
    slot, runs = _load(job + 8 * USED), _load(job + 8 * RUNS)
    egress, box, vectors = _load(job + 8 * EGRESS), _load(job + 8 * BOX), _load(job + 8 * VECTORS)
    trailer, most, has_numbers = _load(lane + 8 * TRAILER), _load(lane + 8 * MOST), _load(lane + 8 * TIMES) != 0
    number = 0
    if has_numbers:
        number = _load(_load(lane + 8 * NEXT))
    first, size, held = slot, -1, 0
    for index in range(_load(job + 8 * COUNT)):
        entry = _load(job + 8 * ENTRIES) + 8 * ENTRY_WORDS * index
        row = _load(cells + 8 * _load(entry + 8 * TRACK))
        if row < 0:
            continue
        at, length = egress + slot * STRIDE, _load(entry + 8 * LENGTH)
        flow = _load(job + 8 * FLOWS) + 8 * FLOW_WORDS * row
        number = (number + _write(job, lane, entry, flow, at, number, length)) & 0xFFFF
        _store_half(box, length)
        if _protect(_load(job + 8 * PROTECT), _load(lane + 8 * HANDLE), at, box) != 0:
            _store(job + 8 * REFUSED, _load(job + 8 * REFUSED) + 1)
            continue
        length += trailer
        _store(vectors + 16 * slot + 8, length)
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
        _store(_load(lane + 8 * NEXT), number)
    _store(job + 8 * USED, slot)
    _store(job + 8 * RUNS, runs)


def _fan_out(job: int) -> None:
    """See `fan.fan_out`. Ends early when the egress slots are used up, with the lanes served so far in SERVED."""
    for index in range(_load(job + 8 * SERVED), _load(job + 8 * LANE_COUNT)):
        lane = _load(job + 8 * LANES) + 8 * LANE_WORDS * index
        if _load(lane + 8 * HANDLE) != 0:
            if _load(job + 8 * USED) + _load(job + 8 * COUNT) > _load(job + 8 * CAPACITY):
                return
            _serve(job, lane, _load(job + 8 * CELLS) + 8 * _load(job + 8 * COLUMNS) * index)
        _store(job + 8 * SERVED, index + 1)


def _entry_point() -> Any:
    signature = types.void(types.int64)
    try:
        return numba.cfunc(signature, nopython=True, cache=True)(_fan_out)
    except RuntimeError:
        return numba.cfunc(signature, nopython=True)(_fan_out)


_compiled: Final = _entry_point()
ADDRESS: Final = int(_compiled.address)  # of a C function of one 64-bit argument, the job
