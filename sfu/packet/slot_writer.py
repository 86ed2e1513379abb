"""The bytes of one slot, packet by packet: media, repairs and padding, protected and put on the viewer's way out."""

from typing import Final

from sfu.codecs import Kind
from sfu.packet.arena import STRIDE
from sfu.packet.fan import TWCC_HEAD
from sfu.packet.media import MediaPacket
from sfu.packet.packet_cache import Sent
from sfu.packet.padding import write_padding
from sfu.packet.peer import Peer
from sfu.packet.rtp import abs_send_time
from sfu.packet.sent_ring import REPEATED
from sfu.packet.slot_report import SlotReport
from sfu.packet.vp8 import write_picture_id
from sfu.packet.wire import Wire
from sfu.plane import SlotSpec

_NONE: Final = -1


class SlotWriter:
    """Knows how, not whether: what is sent, and under which numbers, the `Subscription` decides."""

    def __init__(self, viewer: Peer, spec: SlotSpec, wire: Wire, report: SlotReport) -> None:
        self._viewer = viewer
        self._wire = wire
        self._report = report
        self._ssrc = spec.ssrc
        self._is_audio = spec.kind is Kind.AUDIO

    @property
    def has_way(self) -> bool:
        """The viewer has an address and keys."""
        return self._viewer.path is not None and self._viewer.tx is not None

    def send(self, packet: MediaPacket, seq: int, timestamp_offset: int, picture: tuple[int, int] | None) -> None:
        """One packet under the slot's own numbers; on a narrow line video waits in the pacer."""
        wire, path, tx = self._wire, self._viewer.path, self._viewer.tx
        if path is None or tx is None:
            return
        index = wire.outbox.reserve()
        at = index * STRIDE
        timestamp = (packet.timestamp + timestamp_offset) & 0xFFFFFFFF
        length = packet.write(wire.buffer, at, seq, timestamp, self._ssrc)
        if picture is not None:
            _write_picture(wire.buffer, at + packet.header_length, packet, picture)
        number = self._number(at, packet, length, self._ssrc << 16 | seq)
        protected = tx.protect(index, length)
        if protected < 0:
            wire.drops["srtp-protect"] += 1
            return
        lane = self._viewer.lane
        if lane.pacer is None or self._is_audio:
            wire.outbox.commit(path, index, protected)
        else:
            lane.give_back(number)
            lane.pacer.put((bytes(wire.buffer[at : at + protected]), number, self._ssrc), protected)
        report = self._report
        report.packets += 1
        report.bytes += length
        report.octets += length - packet.header_length

    def repeat(self, sent: Sent, rtx_seq: int, payload_type: int, rtx_ssrc: int, now: float) -> None:
        """What was sent before, again, on the RTX SSRC (RFC 4588 section 4)."""
        wire, path, tx, packet = self._wire, self._viewer.path, self._viewer.tx, sent.packet
        if path is None or tx is None:
            return
        index = wire.outbox.reserve()
        at = index * STRIDE
        length = packet.write_rtx(wire.buffer, at, rtx_seq, sent.seq, payload_type, sent.timestamp, rtx_ssrc)
        if sent.picture is not None:
            _write_picture(wire.buffer, at + packet.header_length + 2, packet, sent.picture)
        if packet.abs_send_time_at:
            where = at + packet.abs_send_time_at
            wire.buffer[where : where + 3] = abs_send_time(now)
        self._number(at, packet, length, REPEATED | self._ssrc << 16 | sent.seq)
        protected = tx.protect(index, length)
        if protected < 0:
            wire.drops["srtp-protect"] += 1
            return
        wire.outbox.commit(path, index, protected)

    def pad(self, payload_type: int, seq: int, timestamp: int, rtx_ssrc: int, now: float) -> int:
        """One packet that says nothing, on the RTX SSRC; returns its size in bytes, -1 if it could not be sent."""
        wire, path, tx, lane = self._wire, self._viewer.path, self._viewer.tx, self._viewer.lane
        if path is None or tx is None:
            return -1
        index = wire.outbox.reserve()
        number = lane.next_number
        length = write_padding(wire.buffer, index * STRIDE, payload_type, seq, timestamp, rtx_ssrc, number)
        lane.take_number(int(now * 1e6), length)
        protected = tx.protect(index, length)
        if protected < 0:
            wire.drops["srtp-protect"] += 1
            return -1
        wire.outbox.commit(path, index, protected)
        return protected

    def _number(self, at: int, packet: MediaPacket, length: int, origin: int) -> int:
        """Write the transport-wide number, where the viewer negotiated it and the packet has room for it; else -1."""
        lane = self._viewer.lane
        if lane.ring is None or not packet.twcc_at:
            return _NONE
        number = lane.take_number(int(self._wire.now * 1e6), length, origin)
        where = at + packet.twcc_at
        self._wire.buffer[where : where + 3] = bytes((TWCC_HEAD, number >> 8, number & 0xFF))
        return number


def _write_picture(buffer: memoryview, payload_at: int, packet: MediaPacket, picture: tuple[int, int]) -> None:
    detail = packet.picture
    if detail is None:
        return
    write_picture_id(buffer, payload_at + detail.picture_at, detail.picture_bits, picture[0])
    if detail.tl0_at:
        buffer[payload_at + detail.tl0_at] = picture[1]
