"""One received source of a publication: the only one, or one simulcast layer. A new SSRC is a new track."""

from operator import attrgetter
from typing import Final, NamedTuple

from sfu.codecs import Kind
from sfu.packet import vp8
from sfu.packet.history import History
from sfu.packet.media import MediaPacket
from sfu.packet.nack import Missing
from sfu.packet.picture_numbers import numbers_of
from sfu.packet.receive_stats import ReceiveStats
from sfu.packet.throttle import KeyframeThrottle

LIVE_S = 1.5
_number: Final = attrgetter("number")
FIRST_NUMBER: Final = 1 << 17  # so that none is ever negative


class Newest(NamedTuple):
    """What is known of the packet that flowed last."""

    number: int
    timestamp: int
    at: float


class Track:
    """`ssrc` is the media SSRC; retransmissions are unwrapped before they get here.

    Its packets have *numbers* of their own, `stats.highest + shift` for the newest: without the packets that are not
    forwarded to anybody, and with a bounded hole for a long loss, so that every slot numbers them by one constant.
    """

    __slots__ = (
        "_bytes_before",
        "_pictured_number",
        "_rate_at",
        "bps",
        "bytes",
        "clock_rate",
        "flowed",
        "flowed_bytes",
        "flowed_octets",
        "flows",
        "history",
        "last_at",
        "measured",
        "missing",
        "newest",
        "payload_type",
        "pictured",
        "rid",
        "sealed",
        "shift",
        "ssrc",
        "stats",
        "temporal",
        "throttle",
        "unkept",
    )

    def __init__(self, rid: str | None, ssrc: int, kind: Kind, now: float) -> None:
        self.rid = rid
        self.ssrc = ssrc
        self.clock_rate = 48_000 if kind is Kind.AUDIO else 90_000
        self.stats = ReceiveStats(ssrc, self.clock_rate)
        self.missing = Missing()
        self.throttle = KeyframeThrottle()
        self.bytes = 0
        self.bps = 0
        self.last_at = now
        self.sealed = -1  # sequence number when the gate last moved: what is missing right after it may be from before
        self.shift = FIRST_NUMBER
        self.flows = 0  # slots into which it flows
        self.payload_type = -1  # of what flows
        self.newest: MediaPacket | Newest | None = None  # the packet that flowed last
        self.flowed = self.flowed_bytes = self.flowed_octets = 0
        self.history = History()
        self.unkept: MediaPacket | None = None  # the newest that came while it flowed nowhere
        self.pictured: vp8.Descriptor | None = None  # of the newest packet when that was looked at last
        self._pictured_number = -1  # of that packet
        self.temporal = 1  # layers of pictures, as far as was seen
        self.measured = 0  # how often
        self._bytes_before = 0
        self._rate_at = now

    def is_live(self, now: float) -> bool:
        """Something came lately."""
        return now - self.last_at < LIVE_S

    def on_flow(self, packet: MediaPacket) -> None:
        """A packet leaves for every slot into which this track flows."""
        self.newest = packet
        length = len(packet.data)
        self.flowed += 1
        self.flowed_bytes += length
        self.flowed_octets += length - packet.header_length

    def note_picture(self) -> None:
        """Bring `pictured` up to date, before the history is emptied: what follows in its slots must not go back."""
        unkept = () if self.unkept is None else (self.unkept,)
        newest = max((*self.history.latest(1), *unkept), key=_number, default=None)
        self.unkept = None
        if newest is not None and newest.number > self._pictured_number and (found := numbers_of(newest)) is not None:
            self.pictured, self._pictured_number = found, newest.number

    def measure(self, now: float) -> None:
        """Set `bps` from what came since the last call, smoothed: a keyframe is no new rate, a start is."""
        self.note_picture()
        self.history.trim(now)
        self.measured += 1
        elapsed = now - self._rate_at
        if elapsed > 0:
            bps = int((self.bytes - self._bytes_before) * 8 / elapsed)
            self.bps = (2 * self.bps + bps) // 3 if self.bps / 4 < bps < 2 * self.bps else bps
            self._bytes_before = self.bytes
            self._rate_at = now
