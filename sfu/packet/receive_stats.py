"""What one source's packets tell: highest sequence number, loss, jitter (RFC 3550 sections 6.4.1, A.1, A.3, A.8)."""

import math
from typing import Final

from sfu.packet.rtcp_write import Block

SR_INTERVAL_S: Final = 0.2  # browsers send one in a second or more


class ReceiveStats:
    """Statistics of one SSRC. Retransmissions are not counted: the publisher must learn of the loss itself."""

    def __init__(self, ssrc: int, clock_rate: int) -> None:
        self.ssrc = ssrc
        self.packets = 0
        self._clock_rate = clock_rate
        self._first = -1
        self.highest = -1  # extended sequence number
        self._transit: float | None = None
        self._jitter = 0.0
        self._expected_before = 0
        self._packets_before = 0
        self._sr_lsr = 0
        self._sr_at = -math.inf

    @property
    def expected(self) -> int:
        """Packets that should have come."""
        return self.highest - self._first + 1 if self._first >= 0 else 0

    @property
    def lost(self) -> int:
        """Expected less received; negative after duplicates."""
        return self.expected - self.packets

    def ahead(self, seq: int) -> int:
        """How far a sequence number is ahead of the highest (1 = the next, <= 0 = late)."""
        return ((seq - self.highest) & 0xFFFF ^ 0x8000) - 0x8000

    def on_packet(self, seq: int, timestamp: int, now: float) -> int:
        """Count one; returns how far it is ahead of the highest before it (1 = in order, <= 0 = late)."""
        self.packets += 1
        if self._first < 0:
            self._first = self.highest = seq
            ahead = 1
        else:
            ahead = self.ahead(seq)
            if ahead > 0:
                self.highest += ahead
        if ahead > 0:
            transit = now * self._clock_rate - timestamp
            if self._transit is not None:
                # Timestamps wrap at 32 bits; a jump of half the circle is not jitter but the wrap or a restart.
                difference = abs(transit - self._transit)
                if difference < 0x40000000:
                    self._jitter += (difference - self._jitter) / 16
            self._transit = transit
        return ahead

    def on_sender_report(self, ntp: int, now: float) -> bool:
        """Remember when this source's SR came, for LSR and DLSR. False: too soon after the last one, not taken."""
        if now - self._sr_at < SR_INTERVAL_S:
            return False
        self._sr_lsr = ntp >> 16 & 0xFFFFFFFF
        self._sr_at = now
        return True

    def report(self, now: float) -> Block:
        """The block for the next RR; loss is that since the last call."""
        expected = self.expected - self._expected_before
        received = self.packets - self._packets_before
        self._expected_before = self.expected
        self._packets_before = self.packets
        lost = expected - received
        fraction = min(255, lost * 256 // expected) if expected > 0 and lost > 0 else 0
        dlsr = int((now - self._sr_at) * 65536) if self._sr_lsr else 0
        return Block(self.ssrc, fraction, self.lost, self.highest, int(self._jitter), self._sr_lsr, dlsr)
