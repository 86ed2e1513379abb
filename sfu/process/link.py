"""What crosses the Unix socket between control and a media process: numbered verbs down, numbered upcalls up.

A frame is a 32-bit little-endian length and a marshalled tuple (number, *arguments) of primitives. Both ends are
started from the same code by the same person, so the numbers carry no version. Neither side trusts the other's size:
a frame above `MAX_FRAME` breaks the link.
"""

import marshal
import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import Any, Final

from sfu.codecs import Kind
from sfu.plane import (
    Address,
    AudioLevel,
    Layer,
    LayerRate,
    PlaneStats,
    PublicationSpec,
    PublicationStats,
    SlotSpec,
    SlotStats,
)

MAX_FRAME: Final = 4 * 1024 * 1024
_LENGTH: Final = struct.Struct("<I")

Frame = tuple[int, tuple[Any, ...]]


class Verb(IntEnum):
    """What control asks."""

    START = 1
    SETTLE = 2
    STATS = 3
    ADD_PEER = 10
    SET_ICE = 11
    SEND_DTLS = 12
    SET_SRTP = 13
    SET_UPLINK_CAP = 14
    REMOVE_PEER = 15
    SET_DOWNLINK_GOAL = 16
    ADD_PUBLICATION = 20
    SET_GATE = 21
    INJECT = 22
    REQUEST_KEYFRAME = 23
    REMOVE_PUBLICATION = 24
    ADD_SLOT = 30
    SUBSCRIBE = 31
    SET_TARGET_LAYER = 32
    SET_PAUSED = 33
    REMOVE_SLOT = 34


class Upcall(IntEnum):
    """What the media process tells."""

    STARTED = 1
    START_REFUSED = 2
    SETTLED = 3
    STATS = 4
    DTLS = 10
    PATH = 11
    QUIET = 12
    TIMEOUT = 13
    LAYERS = 14
    LEVELS = 15
    DOWNLINK_BPS = 16
    SWITCHED = 17


class LinkBroken(Exception):
    """The other end sent something that no version of this code writes."""


def encode(number: int, *args: Any) -> bytes:
    """One frame. Raises ValueError for what marshal cannot carry or what is too long."""
    body = marshal.dumps((int(number), args), 4)
    if len(body) > MAX_FRAME:
        raise ValueError("frame too long")
    return _LENGTH.pack(len(body)) + body


class FrameReader:
    """Cuts a byte stream into frames, whatever the sizes of the reads."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yields (number, arguments) for each frame now complete. Raises LinkBroken."""
        buffer = self._buffer
        buffer += data
        at = 0
        try:
            while len(buffer) - at >= _LENGTH.size:
                (length,) = _LENGTH.unpack_from(buffer, at)
                if length > MAX_FRAME:
                    raise LinkBroken("frame too long")
                end = at + _LENGTH.size + length
                if len(buffer) < end:
                    break
                body = bytes(memoryview(buffer)[at + _LENGTH.size : end])
                at = end
                try:
                    # Our own parent or child is at the other end of an inherited socketpair; nobody else can write.
                    frame = marshal.loads(body)  # noqa: S302
                    number, args = frame
                except (ValueError, EOFError, TypeError) as error:
                    raise LinkBroken("frame not readable") from error
                yield int(number), args
        finally:
            del buffer[:at]


def pack_publication(spec: PublicationSpec) -> tuple[Any, ...]:
    """As primitives, in the order of the fields."""
    return (spec.kind.value, spec.mid, spec.payload_types, spec.ssrcs, dict(spec.fid), spec.rids)


def unpack_publication(wire: tuple[Any, ...]) -> PublicationSpec:
    """The inverse of `pack_publication`."""
    kind, mid, payload_types, ssrcs, fid, rids = wire
    return PublicationSpec(Kind(kind), mid, tuple(payload_types), tuple(ssrcs), fid, tuple(rids))


def pack_slot(spec: SlotSpec) -> tuple[Any, ...]:
    """As primitives, in the order of the fields."""
    return (spec.kind.value, spec.mid, spec.ssrc, spec.rtx_ssrc, tuple(spec.payload_types), spec.twcc)


def unpack_slot(wire: tuple[Any, ...]) -> SlotSpec:
    """The inverse of `pack_slot`."""
    kind, mid, ssrc, rtx_ssrc, payload_types, twcc = wire
    return SlotSpec(Kind(kind), mid, ssrc, rtx_ssrc, tuple(payload_types), bool(twcc))


def pack_layer(layer: Layer | None) -> tuple[Any, ...] | None:
    """As primitives."""
    return None if layer is None else (layer.rid, layer.tid)


def unpack_layer(wire: tuple[Any, ...] | None) -> Layer | None:
    """The inverse of `pack_layer`."""
    return None if wire is None else Layer(*wire)


def pack_rates(rates: tuple[LayerRate, ...]) -> tuple[Any, ...]:
    """As triples."""
    return tuple((rate.rid, rate.bps, rate.temporal) for rate in rates)


def unpack_rates(wire: tuple[Any, ...]) -> tuple[LayerRate, ...]:
    """The inverse of `pack_rates`."""
    return tuple(LayerRate(*one) for one in wire)


def pack_levels(levels: tuple[AudioLevel, ...]) -> tuple[Any, ...]:
    """As pairs."""
    return tuple((level.pub, level.level) for level in levels)


def unpack_levels(wire: tuple[Any, ...]) -> tuple[AudioLevel, ...]:
    """The inverse of `pack_levels`."""
    return tuple(AudioLevel(pub, level) for pub, level in wire)


def pack_addresses(addresses: list[Address]) -> tuple[Any, ...]:
    """As triples."""
    return tuple((address.host, address.port, address.is_tcp) for address in addresses)


def unpack_addresses(wire: tuple[Any, ...]) -> list[Address]:
    """The inverse of `pack_addresses`."""
    return [Address(*one) for one in wire]


def pack_stats(stats: PlaneStats) -> tuple[Any, ...]:
    """As primitives, in the order of the fields."""
    publications = {
        pub: (one.packets, one.bytes, one.lost, one.gated, one.bps) for pub, one in stats.publications.items()
    }
    slots = {
        slot: (one.packets, one.bytes, one.retransmitted, one.fraction_lost, one.rtt_ms)
        for slot, one in stats.slots.items()
    }
    counts = (stats.packets_in, stats.packets_out, stats.cpu_s, stats.peers, stats.contexts, stats.queue_s)
    return (publications, slots, dict(stats.drops), *counts, stats.shed)


def unpack_stats(wire: tuple[Any, ...]) -> PlaneStats:
    """The inverse of `pack_stats`."""
    publications, slots, drops, *counts = wire
    return PlaneStats(
        {pub: PublicationStats(*one) for pub, one in publications.items()},
        {slot: SlotStats(*one) for slot, one in slots.items()},
        drops,
        *counts,
    )
