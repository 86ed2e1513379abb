"""VP8 picture ids and TL0PICIDX of one slot, continuous though temporal layers are left out (RFC 7741 section 4.2)."""

from typing import Final

from sfu.packet.media import MediaPacket
from sfu.packet.picture_numbers import numbers_of
from sfu.packet.track import Track

_REMEMBERED: Final = 64
_MISSED: Final = 32


class PictureMunger:
    """Rewrites from the first dropped picture on, or from the first keyframe whose TL0PICIDX goes back.

    Until then raw values travel: browsers accept their jumps at keyframes (media.md 13), but a TL0PICIDX that goes back
    comes upon what Chromium remembers of up to 50 earlier ones. It then drops the base layer until the next keyframe.
    """

    __slots__ = (
        "_before",
        "_has_begun",
        "_newest",
        "_offset",
        "_recent",
        "_tl0_offset",
        "is_active",
        "last",
        "last_tl0",
    )

    def __init__(self) -> None:
        self.is_active = False
        self._before: tuple[int, int] | None = None  # picture id and TL0PICIDX that were sent last as they came
        self.last = 0
        self.last_tl0 = 0
        self._newest = 0
        self._offset = 0
        self._tl0_offset = 0
        self._has_begun = False
        self._recent: dict[int, int] = {}

    def begin(self) -> None:
        """The source changed: the next picture continues the numbers, if rewriting has begun."""
        self._has_begun = False
        self._recent.clear()

    def note(self, track: Track | None) -> None:
        """What flowed of this track ends here."""
        if self.is_active or track is None:
            return
        track.note_picture()
        if (last := track.pictured) is not None:
            self._before = last.picture_id, last.tl0

    def goes_back(self, packet: MediaPacket, former: Track | None) -> bool:
        """Would numbers go back with this keyframe, after what flowed before? Then all are rewritten from here on."""
        self.note(former)
        before, self._before = self._before, None
        if self.is_active or before is None or (begins := numbers_of(packet)) is None:
            return False
        if 0 < (begins.tl0 - before[1]) & 0xFF < 0x80:
            return False
        packet.picture = begins
        self.is_active = True
        self.last, self.last_tl0 = before
        return True

    def drop(self, picture_id: int, bits: int) -> None:
        """A packet of a picture that is not forwarded; the first of each closes its hole."""
        if self._has_begun and _is_newer(picture_id, self._newest, bits):
            self._keep_free(picture_id, bits)
            self._newest = picture_id
            self._offset -= 1
            self.is_active = True

    def forward(self, picture_id: int, tl0: int, bits: int) -> tuple[int, int] | None:
        """(picture id, TL0PICIDX) to write; None for a packet of a picture that was passed by."""
        mask = (1 << bits) - 1
        if not self._has_begun:
            self._has_begun = True
            self._newest = picture_id
            self._offset = self._tl0_offset = 0
            if self.is_active:
                self._offset = self.last + 1 - picture_id
                self._tl0_offset = self.last_tl0 + 1 - tl0
        elif picture_id != self._newest:
            if not _is_newer(picture_id, self._newest, bits):
                known = self._recent.get(picture_id)
                return None if known is None else (known, (tl0 + self._tl0_offset) & 0xFF)
            self._keep_free(picture_id, bits)
            self._newest = picture_id
        self.last = (picture_id + self._offset) & mask
        self.last_tl0 = (tl0 + self._tl0_offset) & 0xFF
        self._remember(picture_id, self.last)
        return self.last, self.last_tl0

    def _keep_free(self, picture_id: int, bits: int) -> None:
        """Pictures before this one did not come. Their repairs may, and have their places among the others."""
        mask = (1 << bits) - 1
        missing = (picture_id - self._newest - 1) & mask
        for back in range(min(missing, _MISSED), 0, -1):
            lost = (picture_id - back) & mask
            self._remember(lost, (lost + self._offset) & mask)

    def _remember(self, picture_id: int, sent_as: int) -> None:
        self._recent[picture_id] = sent_as
        if len(self._recent) > _REMEMBERED:
            del self._recent[next(iter(self._recent))]


def _is_newer(picture_id: int, than: int, bits: int) -> bool:
    return 0 < (picture_id - than) & ((1 << bits) - 1) < 1 << (bits - 1)
