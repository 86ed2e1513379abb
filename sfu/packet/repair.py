"""Sends again what a viewer misses, on the slot's RTX SSRC and within a budget (RFC 4588)."""

import math
from collections import deque
from collections.abc import Sequence
from typing import Final

from sfu.codecs import CODECS
from sfu.packet.flow import Flow
from sfu.packet.packet_cache import RESEND_S, PacketCache, Sent

# A retransmission for every second packet covers 30 % loss; more would only feed the congestion that it reports.
EARNED: Final = 0.5
MAX_BUDGET: Final = 128.0
FIRST_BUDGET: Final = 32.0
MAX_FLOWS: Final = 4  # an older one ended more than a second ago, or somebody plays with layers
MAX_RESENT: Final = 512
RTX: Final = {codec.payload_type: codec.rtx for codec in CODECS}


class Repair:
    """The cache, the budget and the RTX sequence of one slot."""

    __slots__ = (
        "_accepted",
        "_budget",
        "_padding_type",
        "_resent",
        "cache",
        "flows",
        "next_seq",
        "retransmitted",
        "ssrc",
    )

    def __init__(self, ssrc: int, accepted: Sequence[int], first_seq: int) -> None:
        self.ssrc = ssrc
        self.cache = PacketCache()
        self.next_seq = first_seq
        self.retransmitted = 0
        self.flows: deque[Flow] = deque(maxlen=MAX_FLOWS)
        self._accepted = frozenset(accepted)
        self._padding_type = next((rtx for rtx in map(RTX.get, accepted) if rtx in self._accepted), None)
        self._resent: dict[int, float] = {}
        self._budget = FIRST_BUDGET

    def on_sent(self, sent: Sent) -> None:
        """Remember a packet that left, and earn some budget."""
        self.cache.add(sent)
        self.earn(1)

    def earn(self, packets: int) -> None:
        """So many packets left."""
        if self._budget < MAX_BUDGET:
            self._budget = min(self._budget + packets * EARNED, MAX_BUDGET)

    def next_padding(self) -> tuple[int, int] | None:
        """(RTX payload type, RTX sequence number) for a packet of padding; None where no codec has an RTX type."""
        if self._padding_type is None:
            return None
        seq = self.next_seq
        self.next_seq = (seq + 1) & 0xFFFF
        return self._padding_type, seq

    def clear(self) -> None:
        """Nothing that was sent until now may leave again."""
        self.cache.clear()
        self.flows.clear()
        self._resent.clear()

    def repeat(self, seqs: Sequence[int], now: float, pause_s: float = RESEND_S) -> list[tuple[Sent, int, int]]:
        """What to send again: (packet, RTX sequence number, RTX payload type); nothing twice within `pause_s`."""
        answers: list[tuple[Sent, int, int]] = []
        for seq in seqs:
            if self._budget < 1:
                break
            sent = self.cache.take(seq, now, pause_s) or self._find(seq, now, pause_s)
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

    def _find(self, seq: int, now: float, pause_s: float) -> Sent | None:
        """A packet that flowed; None if it is gone or was sent again less than `pause_s` ago."""
        for flow in reversed(self.flows):
            packet = flow.find(seq, now)
            if packet is None:
                continue
            if now - self._resent.get(seq, -math.inf) < pause_s:
                return None
            if len(self._resent) >= MAX_RESENT:
                self._resent.clear()
            self._resent[seq] = now
            return Sent(seq, packet.at, packet, (packet.timestamp + flow.timestamp_offset) & 0xFFFFFFFF, None)
        return None
