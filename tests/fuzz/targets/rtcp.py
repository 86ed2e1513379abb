"""Compound RTCP as it comes, and what our own writers make of numbers, read back."""

import struct
from collections.abc import Iterator

from sfu.packet import bwe, rtcp, rtcp_write
from sfu.packet.rtcp import Bye, KeyframeRequest, Message, Nack, ReceiverBlock, Remb, SenderReport
from sfu.packet.transport_feedback import NOT_RECEIVED, TICK_US, TransportFeedback

SENDER, MEDIA = 0x11111111, 0x22222222


def one(data: bytes) -> None:
    """The first byte says how the rest is taken."""
    if not data:
        return
    kind, rest = data[0] % 4, data[1:]
    if kind == 1:
        _nacks(rest)
    elif kind == 2:
        _transport_wide(rest)
    else:
        _any(memoryview(rest) if kind else rest)


def _any(data: bytes | memoryview) -> None:
    messages = list(rtcp.parse(data))
    assert len(messages) <= rtcp.MAX_PARTS * 32 + len(data) // 8
    for message in messages:
        _is_sane(message)
    assert sum(len(one.seqs) for one in messages if isinstance(one, Nack)) <= rtcp.MAX_NACKS
    statuses = sum(len(one.arrivals) for one in messages if isinstance(one, TransportFeedback))
    assert statuses <= rtcp.MAX_STATUSES


def _is_sane(message: Message) -> None:
    match message:
        case SenderReport():
            assert 0 <= message.ntp < 1 << 64 and 0 <= message.timestamp < 1 << 32
        case ReceiverBlock():
            assert 0.0 <= message.fraction_lost < 1.0
        case Nack():
            assert message.seqs and all(0 <= seq < 1 << 16 for seq in message.seqs)
        case KeyframeRequest():
            assert 0 <= message.ssrc < 1 << 32
        case Remb():
            assert 0 <= message.bps <= 10_000_000_000
        case Bye():
            assert len(message.ssrcs) <= 31
        case TransportFeedback():
            assert 0 <= message.base < 1 << 16 and 0 <= message.count < 256 and message.arrivals
            assert all(at == NOT_RECEIVED or 0 <= at < 1 << 33 for at in message.arrivals)


def _nacks(data: bytes) -> None:
    """Steps between lost numbers, two bytes each."""
    seq, seqs = 0, []
    for (step,) in struct.iter_unpack("!H", data[: len(data) & ~1][:512]):
        seq += 1 + step % 600
        if seq >= 1 << 15:
            break
        seqs.append((40_000 + seq) & 0xFFFF)
    if seqs:
        assert list(rtcp.parse(rtcp_write.nack(SENDER, MEDIA, seqs))) == [Nack(MEDIA, tuple(seqs))]


def _transport_wide(data: bytes) -> None:
    """Steps of number and of time, two bytes each; a feedback every few packets."""
    writer, now, number = bwe.ArrivalLog(), 100.0, 0xFFF0
    came: dict[int, list[int]] = {}
    for count, (step, later) in enumerate(struct.iter_unpack("!BB", data[: len(data) & ~1][:200])):
        number += step - 16
        now += later * later / 10_000
        writer.on_packet(number & 0xFFFF, MEDIA, now)
        came.setdefault(number & 0xFFFF, []).append(int(now * 1_000_000 / TICK_US))
        if count % 25 == 24:
            _is_true(writer.feedback(SENDER, now), came)
    _is_true(writer.feedback(SENDER, now), came)


def _is_true(packet: bytes | None, came: dict[int, list[int]]) -> None:
    """What was told as received did come, at one of those moments."""
    if packet is None:
        return
    assert len(packet) % 4 == 0
    [feedback] = rtcp.parse(packet)
    assert isinstance(feedback, TransportFeedback)
    for offset, at in enumerate(feedback.arrivals):
        if at != NOT_RECEIVED:
            moments = came[(feedback.base + offset) & 0xFFFF]
            assert any(abs(moment - at) <= 1 for moment in moments), (offset, at, moments)


def seeds() -> Iterator[bytes]:
    block = rtcp_write.Block(MEDIA, 12, 300, 70_000, 90, 0x1234_5678, 4_000)
    for packet in (
        rtcp_write.sender_report(SENDER, 1 << 60, 90_000, 10, 1_000) + rtcp_write.description(SENDER, "x"),
        rtcp_write.receiver_report(SENDER, [block, block]) + rtcp_write.remb(SENDER, 1_200_000, [MEDIA]),
        rtcp_write.pli(SENDER, MEDIA) + rtcp_write.nack(SENDER, MEDIA, [1, 2, 9, 400]),
        struct.pack("!BBHIIII", 0x84, 206, 4, SENDER, 0, MEDIA, 7 << 24),
        struct.pack("!BBHII", 0x82, 203, 2, SENDER, MEDIA),
        _feedback(b"\xd5\x55\x20\x03", b"\x04\x04\x00\x10\xff\xf0\x04\x04\x08\x08\x08"),
        _feedback(b"\x20\x0a", bytes(10)),
        _feedback(b"\xaa\xaa", bytes(range(7))),
    ):
        yield b"\x00" + packet
    yield b"\x01" + bytes((0, 0, 0, 3, 0, 40, 2, 0))
    yield b"\x02" + bytes((17, 2, 17, 3, 19, 200, 15, 1)) * 8


def _feedback(chunks: bytes, deltas: bytes) -> bytes:
    body = struct.pack("!HHI", 65_530, 10, 0x123456 << 8 | 3) + chunks + deltas
    body += bytes(-len(body) % 4)
    return struct.pack("!BBHII", 0x8F, 205, 2 + len(body) // 4, SENDER, MEDIA) + body
