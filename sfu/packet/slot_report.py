"""A slot's own account of what it sent, its sender reports, and what the viewer reports back (RFC 3550 section 6.4)."""

from typing import Final

from sfu.packet.rtcp import ReceiverBlock, SenderReport
from sfu.packet.rtcp_write import description, sender_report

_REMEMBERED: Final = 8


class SlotReport:
    """Counts, kept by the slot, and SRs. NTP times are the publisher's: its audio and video stay comparable."""

    __slots__ = ("_cname", "_sent_at", "_ssrc", "bytes", "fraction_lost", "octets", "packets", "rtt_ms")

    def __init__(self, ssrc: int, mid: str) -> None:
        self._ssrc = ssrc
        # The same CNAME as in the offer, one per slot: slots of different people must not be synchronised.
        self._cname = f"s{mid}"
        self.packets = 0
        self.octets = 0  # payload only, as an SR counts
        self.bytes = 0
        self.fraction_lost = 0.0
        self.rtt_ms: float | None = None
        self._sent_at: dict[int, float] = {}

    def rewrite(self, report: SenderReport, timestamp_offset: int, now: float) -> bytes:
        """The publisher's SR as this slot's, with its CNAME."""
        self._sent_at[report.ntp >> 16 & 0xFFFFFFFF] = now
        while len(self._sent_at) > _REMEMBERED:
            del self._sent_at[next(iter(self._sent_at))]
        timestamp = report.timestamp + timestamp_offset
        return sender_report(self._ssrc, report.ntp, timestamp, self.packets, self.octets) + description(
            self._ssrc, self._cname
        )

    def on_block(self, block: ReceiverBlock, now: float) -> None:
        """The viewer's report on this slot; LSR and DLSR give the round trip (RFC 3550 section 6.4.1)."""
        self.fraction_lost = block.fraction_lost
        sent_at = self._sent_at.get(block.lsr) if block.lsr else None
        if sent_at is not None:
            self.rtt_ms = max(0.0, (now - sent_at) * 1000 - block.dlsr * 1000 / 65536)
