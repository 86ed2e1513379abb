"""Whether voices on a line repeat themselves (RFC 2198): the payload type stands in the open, ahead of what SRTP hides.

The browser is of no help: Chromium names audio/opus as the codec of a microphone that sends RED.
"""

from dataclasses import dataclass

from sfu.codecs import OPUS, RED

RTP_FIRST = range(128, 192)  # RFC 7983
RTCP_TYPES = range(192, 224)  # RFC 5761 section 4


@dataclass
class Voices:
    """Packets of voices that went one way, lost afterwards or not."""

    plain: int = 0
    repeated: int = 0

    def note(self, datagram: bytes) -> None:
        if len(datagram) < 12 or datagram[0] not in RTP_FIRST or datagram[1] in RTCP_TYPES:
            return
        payload_type = datagram[1] & 0x7F
        self.plain += payload_type == OPUS.payload_type
        self.repeated += payload_type == RED.payload_type
