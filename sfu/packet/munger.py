"""Continuity of one slot's outgoing packets across switches, drops and losses (media.md 11, 16).

A viewer sees one SSRC whose sequence numbers have no holes but real losses. Every number is given out at most once:
under AES-GCM a repeated one with other bytes would reveal plaintext.
"""

from dataclasses import dataclass, field
from typing import Final

# A longer loss leaves a hole of this size: enough for the viewer to see it, and nothing can be repaired over it anyway.
MAX_GAP: Final = 128
MAX_GAPS: Final = 32
_SEQ: Final = 0xFFFF
_TIMESTAMP: Final = 0xFFFFFFFF


@dataclass(slots=True)
class _Gap:
    """Incoming numbers first .. first + size - 1 did not come; `offset` leads to the outgoing ones kept for them."""

    first: int
    size: int
    offset: int
    used: set[int] = field(default_factory=set)


class Munger:
    """Maps incoming sequence numbers and timestamps of the current source to the slot's own."""

    __slots__ = (
        "_first_timestamp",
        "_gaps",
        "_highest",
        "_is_fresh",
        "_last_at",
        "_offset",
        "_rate",
        "_source",
        "last_seq",
        "last_timestamp",
        "timestamp_offset",
    )

    def __init__(self, first_seq: int, first_timestamp: int, clock_rate: int) -> None:
        self.last_seq = (first_seq - 1) & _SEQ
        self.last_timestamp: int | None = None
        self.timestamp_offset = -1  # added to incoming timestamps; -1: the present source has none yet
        self._first_timestamp = first_timestamp
        self._rate = clock_rate
        self._offset = 0
        self._highest = 0
        self._last_at = 0.0
        self._is_fresh = True
        self._source: object = None
        self._gaps: list[_Gap] = []

    @property
    def is_mapped(self) -> bool:
        """Whether the timestamps of the present source have a mapping."""
        return self.timestamp_offset >= 0

    def begin(self, source: object) -> None:
        """The next packet continues the sequence without a hole. A new source also gets a new timestamp mapping."""
        self.interrupt()
        if source is not self._source:
            self._source = source
            self.timestamp_offset = -1

    def interrupt(self) -> None:
        """What flows stops; its next packet, or that of another source, continues without a hole."""
        self._is_fresh = True
        self._gaps.clear()

    def resume(self, seq: int, timestamp: int, at: float) -> None:
        """Packets of the present source were sent without `forward`, the last one so: go on after it."""
        self.last_seq = seq
        self.last_timestamp = timestamp
        self._last_at = at
        self.interrupt()

    def forward(self, seq: int, timestamp: int, now: float) -> int:
        """The outgoing sequence number, -1 for a late packet that has no place. Timestamp: add `timestamp_offset`."""
        if self._is_fresh:
            self._rebase(seq, timestamp, now)
        else:
            ahead = ((seq - self._highest) & _SEQ ^ 0x8000) - 0x8000
            if ahead <= 0:
                out = self._fill(seq)
                if out >= 0 and 0 < (out - self.last_seq) & _SEQ < 0x8000:
                    # All that came after it was dropped: it is the newest that leaves.
                    self.last_seq = out
                    self.last_timestamp = (timestamp + self.timestamp_offset) & _TIMESTAMP
                    self._last_at = now
                return out
            if ahead > 1:
                self._keep_free(seq, ahead)
        self._highest = seq
        self.last_seq = out = (seq + self._offset) & _SEQ
        self.last_timestamp = (timestamp + self.timestamp_offset) & _TIMESTAMP
        self._last_at = now
        return out

    def drop(self, seq: int) -> None:
        """This packet is not forwarded on purpose: close the hole that it would leave."""
        if self._is_fresh:
            return
        ahead = ((seq - self._highest) & _SEQ ^ 0x8000) - 0x8000
        if ahead <= 0:
            return
        if ahead > 1:
            self._keep_free(seq, ahead)
        self._highest = seq
        self._offset -= 1

    def _rebase(self, seq: int, timestamp: int, now: float) -> None:
        self._is_fresh = False
        self._offset = self.last_seq + 1 - seq
        if self.timestamp_offset >= 0:
            return
        if self.last_timestamp is None:
            out = self._first_timestamp
        else:
            out = self.last_timestamp + max(1, round((now - self._last_at) * self._rate))
        self.timestamp_offset = (out - timestamp) & _TIMESTAMP

    def _keep_free(self, seq: int, ahead: int) -> None:
        """Keep numbers for the packets between `_highest` and `seq`; constant work whatever a publisher sends."""
        if ahead > MAX_GAP:
            self._gaps.clear()
            # From the last number in use: after drops, `_highest` itself may have none.
            self._offset = self._highest + self._offset + MAX_GAP - seq
            return
        self._gaps.append(_Gap((seq - ahead + 1) & _SEQ, ahead - 1, self._offset))
        if len(self._gaps) > MAX_GAPS:
            del self._gaps[0]

    def _fill(self, seq: int) -> int:
        for gap in reversed(self._gaps):
            if (seq - gap.first) & _SEQ < gap.size and seq not in gap.used:
                gap.used.add(seq)
                return (seq + gap.offset) & _SEQ
        return -1
