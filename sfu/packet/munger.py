"""Continuity of one slot's outgoing packets across switches, drops and losses (media.md 11, 13, 16).

A viewer sees one SSRC whose sequence numbers have no holes but real losses. Every number is given out at most once:
under AES-GCM a repeated one with other bytes would reveal plaintext.
"""

from typing import Final

MAX_GAP: Final = 512
_SEQ: Final = 0xFFFF
_TIMESTAMP: Final = 0xFFFFFFFF


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
        self.timestamp_offset = 0
        self._first_timestamp = first_timestamp
        self._rate = clock_rate
        self._offset = 0
        self._highest = 0
        self._last_at = 0.0
        self._is_fresh = True
        self._source: object = None
        self._gaps: dict[int, int] = {}  # incoming number of a lost packet -> the number kept free for it

    @property
    def is_mapped(self) -> bool:
        """Whether the timestamps of the present source have a mapping."""
        return self.last_timestamp is not None and self.timestamp_offset >= 0

    def begin(self, source: object) -> None:
        """The next packet continues the sequence without a hole. A new source also gets a new timestamp mapping."""
        self._is_fresh = True
        self._gaps.clear()
        if source is not self._source:
            self._source = source
            self.timestamp_offset = -1

    def interrupt(self) -> None:
        """What flows stops; its next packet, or that of another source, continues without a hole."""
        self._is_fresh = True
        self._gaps.clear()

    def forward(self, seq: int, timestamp: int, now: float) -> int:
        """The outgoing sequence number, -1 for a late packet that has no place. Timestamp: add `timestamp_offset`."""
        if self._is_fresh:
            self._rebase(seq, timestamp, now)
        else:
            ahead = ((seq - self._highest) & _SEQ ^ 0x8000) - 0x8000
            if ahead <= 0:
                return self._gaps.pop(seq, -1)
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
            self._gaps.pop(seq, None)
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
        gaps = self._gaps
        if ahead > MAX_GAP:
            gaps.clear()
            self._offset = self.last_seq + 1 - seq
            return
        for lost in range(seq - ahead + 1, seq):
            gaps[lost & _SEQ] = (lost + self._offset) & _SEQ
        while len(gaps) > MAX_GAP:
            del gaps[next(iter(gaps))]


class PictureMunger:
    """VP8 picture ids and TL0PICIDX of one slot, rewritten from the first dropped temporal layer on (RFC 7741 4.2).

    Until then raw values travel: browsers accept their jumps at keyframes (media.md 13).
    """

    __slots__ = ("_has_begun", "_in", "_offset", "_recent", "_tl0_offset", "is_active", "last", "last_tl0")

    def __init__(self) -> None:
        self.is_active = False
        self.last = 0
        self.last_tl0 = 0
        self._in = -1
        self._offset = 0
        self._tl0_offset = 0
        self._has_begun = False
        self._recent: dict[int, int] = {}

    def begin(self) -> None:
        """The source changed: the next picture continues the numbers, if rewriting has begun."""
        self._has_begun = False
        self._recent.clear()

    def drop(self, picture_id: int) -> None:
        """A packet of a picture that is not forwarded."""
        if picture_id != self._in:
            self._in = picture_id
            self._offset -= 1
            self.is_active = True

    def forward(self, picture_id: int, tl0: int, bits: int) -> tuple[int, int] | None:
        """(picture id, TL0PICIDX) to write; None for a packet of a picture that was passed by."""
        mask = 0x7FFF if bits == 15 else 0x7F
        if not self._has_begun:
            self._has_begun = True
            if self.is_active:
                self._offset = self.last + 1 - picture_id
                self._tl0_offset = self.last_tl0 + 1 - tl0
            else:
                self._offset = self._tl0_offset = 0
        elif picture_id != self._in and 0 < ((self._in - picture_id) & mask) <= mask >> 1:
            known = self._recent.get(picture_id)
            return None if known is None else (known, (tl0 + self._tl0_offset) & 0xFF)
        if picture_id != self._in:
            self._in = picture_id
            self._recent[picture_id] = (picture_id + self._offset) & mask
            if len(self._recent) > 64:
                del self._recent[next(iter(self._recent))]
        self.last = (picture_id + self._offset) & mask
        self.last_tl0 = (tl0 + self._tl0_offset) & 0xFF
        return self.last, self.last_tl0
