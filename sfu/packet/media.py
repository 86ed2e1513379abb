"""One received packet on its way to the viewers: clean, with its own bytes, shared by every slot that forwards it."""

from sfu.packet import vp8
from sfu.packet.layout import Layout
from sfu.packet.rtp import HEADER_WORDS, RtpView


class MediaPacket:
    """Offsets of `layout` are from the start of `data`. `picture` is parsed for VP8 only.

    `number` is the track's own dense one (see `Track`), `at` when the packet came.
    """

    __slots__ = (
        "at",
        "data",
        "first",
        "header_length",
        "is_keyframe",
        "layout",
        "marker_type",
        "number",
        "payload_type",
        "picture",
        "seq",
        "timestamp",
    )

    def __init__(
        self, view: RtpView, is_keyframe: bool, picture: vp8.Descriptor | None, number: int = 0, at: float = 0.0
    ) -> None:
        start = view.start
        self.data = bytes(view.buffer[start : view.end])
        self.first = view.first
        self.marker_type = view.marker_type
        self.payload_type = view.payload_type
        self.seq = view.seq
        self.timestamp = view.timestamp
        self.header_length = view.header_end - start
        self.layout = view.layout
        self.number = number
        self.at = at
        self.is_keyframe = is_keyframe
        self.picture = picture

    @classmethod
    def kept(cls, data: bytes, layout: Layout, number: int, at: float) -> "MediaPacket":
        """Made anew from its bytes; whether it was a keyframe is not known any more."""
        packet = cls.__new__(cls)
        packet.data, packet.layout, packet.number, packet.at = data, layout, number, at
        packet.first, packet.marker_type, packet.seq, packet.timestamp, _ = HEADER_WORDS.unpack_from(data)
        packet.payload_type = packet.marker_type & 0x7F
        packet.header_length = layout.header_length
        packet.is_keyframe, packet.picture = False, None
        return packet

    @property
    def abs_send_time_at(self) -> int:
        return self.layout.abs_send_time_at

    @property
    def twcc_at(self) -> int:
        return self.layout.twcc_at

    def write(self, buffer: memoryview, at: int, seq: int, timestamp: int, ssrc: int) -> int:
        """This packet as a slot sends it, at `at`; returns its length."""
        data = self.data
        length = len(data)
        buffer[at : at + length] = data
        HEADER_WORDS.pack_into(buffer, at, self.first, self.marker_type, seq, timestamp, ssrc)
        return length

    def write_rtx(
        self, buffer: memoryview, at: int, seq: int, original: int, payload_type: int, timestamp: int, ssrc: int
    ) -> int:
        """The same as a retransmission: the original number before the payload (RFC 4588 section 4)."""
        header = self.header_length
        buffer[at : at + header] = self.data[:header]
        buffer[at + header : at + header + 2] = original.to_bytes(2, "big")
        end = at + len(self.data) + 2
        buffer[at + header + 2 : end] = self.data[header:]
        marker_type = (self.marker_type & 0x80) | payload_type
        HEADER_WORDS.pack_into(buffer, at, self.first, marker_type, seq, timestamp, ssrc)
        return end - at
