"""By which numbers a browser tells VP8 pictures apart (RFC 7741 section 4.2)."""

from sfu.codecs import VP8
from sfu.packet import vp8
from sfu.packet.media import MediaPacket


def numbers_of(packet: MediaPacket) -> vp8.Descriptor | None:
    """The descriptor of a packet that has both a picture id and a TL0PICIDX."""
    if packet.payload_type != VP8.payload_type:
        return None
    found = packet.picture or vp8.parse(memoryview(packet.data)[packet.header_length :])
    return found if found is not None and found.picture_bits and found.tl0_at else None
