"""What one video slot sent lately, for its viewer's NACKs: 512 packets or 1 s, whichever is less (media.md 15).

An entry refers to the received packet, which all slots of a publication share; it is written again on demand.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from sfu.packet.media import MediaPacket

MAX_PACKETS: Final = 512
MAX_AGE_S: Final = 1.0
RESEND_S: Final = 0.020


@dataclass(slots=True)
class Sent:
    """`picture`: rewritten (picture id, TL0PICIDX), None when the raw ones were sent."""

    seq: int
    at: float
    packet: MediaPacket
    timestamp: int
    picture: tuple[int, int] | None
    resent_at: float = -1.0


class PacketCache:
    """By outgoing sequence number, oldest out first."""

    def __init__(self) -> None:
        self._by_seq: dict[int, Sent] = {}
        self._order: deque[Sent] = deque()

    def __len__(self) -> int:
        return len(self._order)

    def add(self, sent: Sent) -> None:
        """Keep one; what is too old or too much goes."""
        self._by_seq[sent.seq] = sent
        self._order.append(sent)
        oldest = sent.at - MAX_AGE_S
        while self._order[0].at < oldest or len(self._order) > MAX_PACKETS:
            self._forget(self._order.popleft())

    def trim(self, now: float) -> None:
        """Let go of what is older than a second even if nothing is sent any more."""
        while self._order and self._order[0].at < now - MAX_AGE_S:
            self._forget(self._order.popleft())

    def take(self, seq: int, now: float) -> Sent | None:
        """The packet to send again; None if it is gone or was sent again a moment ago."""
        sent = self._by_seq.get(seq)
        if sent is None or now - sent.at > MAX_AGE_S or now - sent.resent_at < RESEND_S:
            return None
        sent.resent_at = now
        return sent

    def clear(self) -> None:
        """Forget everything."""
        self._by_seq.clear()
        self._order.clear()

    def _forget(self, sent: Sent) -> None:
        if self._by_seq.get(sent.seq) is sent:
            del self._by_seq[sent.seq]
