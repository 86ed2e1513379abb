"""Answers a viewer's NACKs on the slot's RTX SSRC, within a budget (RFC 4588)."""

from collections.abc import Sequence
from typing import Final

from sfu.codecs import CODECS
from sfu.packet.packet_cache import PacketCache, Sent

# A retransmission for every second packet covers 30 % loss; more would only feed the congestion that it reports.
EARNED: Final = 0.5
MAX_BUDGET: Final = 128.0
FIRST_BUDGET: Final = 32.0
RTX: Final = {codec.payload_type: codec.rtx for codec in CODECS}


class Repair:
    """The cache, the budget and the RTX sequence of one slot."""

    __slots__ = ("_accepted", "_budget", "cache", "next_seq", "retransmitted", "ssrc")

    def __init__(self, ssrc: int, accepted: Sequence[int], first_seq: int) -> None:
        self.ssrc = ssrc
        self.cache = PacketCache()
        self.next_seq = first_seq
        self.retransmitted = 0
        self._accepted = frozenset(accepted)
        self._budget = FIRST_BUDGET

    def on_sent(self, sent: Sent) -> None:
        """Remember a packet that left, and earn some budget."""
        self.cache.add(sent)
        if self._budget < MAX_BUDGET:
            self._budget += EARNED

    def on_nack(self, seqs: Sequence[int], now: float) -> list[tuple[Sent, int, int]]:
        """What to send again: (packet, RTX sequence number, RTX payload type)."""
        answers: list[tuple[Sent, int, int]] = []
        for seq in seqs:
            if self._budget < 1:
                break
            sent = self.cache.take(seq, now)
            if sent is None:
                continue
            payload_type = RTX.get(sent.packet.payload_type)
            if payload_type is None or payload_type not in self._accepted:
                continue
            self._budget -= 1
            answers.append((sent, self.next_seq, payload_type))
            self.next_seq = (self.next_seq + 1) & 0xFFFF
        self.retransmitted += len(answers)
        return answers
