"""The one table of payload types and header extensions that every offer of this server uses.

It can be uniform because the server alone offers (media.md section 1): no remap per packet, no glare. Within a BUNDLE
group one extension id means one URI and one payload type one codec (RFC 8843, RFC 8285).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    AUDIO = "audio"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Codec:
    """`rtx` is the payload type of its retransmissions (RFC 4588), None for audio."""

    name: str
    payload_type: int
    clock_rate: int
    channels: int
    kind: Kind
    fmtp: str
    rtx: int | None


OPUS: Final = Codec("opus", 111, 48_000, 2, Kind.AUDIO, "minptime=10;useinbandfec=1;usedtx=1", None)
# Each packet repeats the one before it (RFC 2198). Offered after Opus: a page turns to it when a line loses packets.
RED: Final = Codec("red", 63, 48_000, 2, Kind.AUDIO, "111/111", None)
VP8: Final = Codec("VP8", 96, 90_000, 0, Kind.VIDEO, "", 97)
VP9: Final = Codec("VP9", 98, 90_000, 0, Kind.VIDEO, "profile-id=0", 99)
H264: Final = Codec(
    "H264",
    102,
    90_000,
    0,
    Kind.VIDEO,
    "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
    103,
)
CODECS: Final = (OPUS, RED, VP8, VP9, H264)

EXT_MID: Final = 1
EXT_LEVEL: Final = 2
EXT_ABS_SEND_TIME: Final = 3
EXT_TWCC: Final = 4
EXT_RID: Final = 5
EXT_RRID: Final = 6
EXTENSION_URIS: Final = {
    EXT_MID: "urn:ietf:params:rtp-hdrext:sdes:mid",
    EXT_LEVEL: "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    EXT_ABS_SEND_TIME: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    EXT_TWCC: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    EXT_RID: "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    EXT_RRID: "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
}
