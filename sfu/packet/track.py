"""One received source of a publication: the only one, or one simulcast layer. A new SSRC is a new track."""

from sfu.codecs import Kind
from sfu.packet.nack import Missing
from sfu.packet.receive_stats import ReceiveStats
from sfu.packet.throttle import KeyframeThrottle

LIVE_S = 1.5


class Track:
    """`ssrc` is the media SSRC; retransmissions are unwrapped before they get here."""

    __slots__ = (
        "_bytes_before",
        "_rate_at",
        "bps",
        "bytes",
        "clock_rate",
        "last_at",
        "missing",
        "rid",
        "ssrc",
        "stats",
        "throttle",
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
        self._bytes_before = 0
        self._rate_at = now

    def is_live(self, now: float) -> bool:
        """Something came lately."""
        return now - self.last_at < LIVE_S

    def measure(self, now: float) -> None:
        """Set `bps` from what came since the last call."""
        elapsed = now - self._rate_at
        if elapsed > 0:
            self.bps = int((self.bytes - self._bytes_before) * 8 / elapsed)
            self._bytes_before = self.bytes
            self._rate_at = now
