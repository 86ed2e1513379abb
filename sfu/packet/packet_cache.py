"""What one video slot sent lately that did not flow (see `flow`), for repairs: 512 packets or about 1 s.

An entry refers to the received packet, which all slots of a publication share; it is written again on demand.
"""

import math
from typing import Final

from sfu.packet.media import MediaPacket

MAX_PACKETS: Final = 512
MAX_AGE_S: Final = 1.0
RESEND_S: Final = 0.020
_MASK: Final = MAX_PACKETS - 1


class Sent:
    """`picture`: rewritten (picture id, TL0PICIDX), None when the raw ones were sent."""

    __slots__ = ("at", "packet", "picture", "resent_at", "seq", "timestamp")

    def __init__(self, seq: int, at: float, packet: MediaPacket, timestamp: int, picture: tuple[int, int] | None):
        self.seq = seq
        self.at = at
        self.packet = packet
        self.timestamp = timestamp
        self.picture = picture
        self.resent_at = -math.inf


class PacketCache:
    """A ring by outgoing sequence number.

    Each packet that comes lets those go whose time is over; when none comes, a timer calls `trim`.
    """

    __slots__ = ("_newest_at", "_ring", "_tail")

    def __init__(self) -> None:
        self._ring: list[Sent | None] = [None] * MAX_PACKETS
        self._tail = 0
        self._newest_at: float | None = None

    def __len__(self) -> int:
        return sum(sent is not None for sent in self._ring)

    def add(self, sent: Sent) -> None:
        """Keep one, in the place of the one 512 numbers before."""
        ring = self._ring
        at = sent.seq & _MASK
        ring[at] = sent
        if self._newest_at is None:
            self._tail = at
        self._newest_at = sent.at
        limit = sent.at - MAX_AGE_S
        tail = self._tail
        # It ends at the newest one at the latest.
        while (oldest := ring[tail]) is None or oldest.at < limit:
            ring[tail] = None
            tail = (tail + 1) & _MASK
        self._tail = tail

    def trim(self, now: float) -> None:
        """Let go of everything if nothing was sent for a second."""
        if self._newest_at is not None and now - self._newest_at > MAX_AGE_S:
            self.clear()

    def take(self, seq: int, now: float, pause_s: float = RESEND_S) -> Sent | None:
        """The packet to send again; None if it is gone or was sent again less than `pause_s` ago."""
        sent = self._ring[seq & _MASK]
        if sent is None or sent.seq != seq or now - sent.at > MAX_AGE_S or now - sent.resent_at < pause_s:
            return None
        sent.resent_at = now
        return sent

    def clear(self) -> None:
        """Forget everything."""
        if self._newest_at is not None:
            self._ring = [None] * MAX_PACKETS
            self._newest_at = None
