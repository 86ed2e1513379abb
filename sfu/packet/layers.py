"""What flows through one slot now, and when it changes: on a keyframe of the target only (media.md 12)."""

from collections.abc import Iterable
from enum import Enum
from typing import Final

from sfu.packet import vp8
from sfu.packet.media import MediaPacket
from sfu.packet.track import Track
from sfu.plane import Layer

ALL_LAYERS: Final = 7


def temporal_layers(packets: Iterable[MediaPacket]) -> int:
    """How many temporal layers these packets of VP8 have, 0 where there are none to tell."""
    highest = -1
    for packet in packets:
        picture = packet.picture or vp8.parse(memoryview(packet.data)[packet.header_length :])
        if picture is not None:
            highest = max(highest, picture.tid)
    return highest + 1


class Verdict(Enum):
    """About one packet: forward it, switch to its track and forward it, leave it out for good, or not this slot's."""

    FORWARD = 1
    SWITCH = 2
    LEAVE_OUT = 3
    IGNORE = 4


class LayerSelector:
    """Simulcast and temporal layer choice for one video slot. `current` None: nothing flows, a keyframe is awaited."""

    __slots__ = ("_tid", "current", "target")

    def __init__(self) -> None:
        self.current: Track | None = None
        self.target = Layer()
        self._tid = ALL_LAYERS

    def wants(self, track: Track) -> bool:
        """Is this track the target? Without a named layer the one that flows stays, and any may begin."""
        rid = self.target.rid
        if rid is None:
            return self.current is None or self.current is track or self.current.rid == track.rid
        return rid == track.rid

    def is_waiting(self) -> bool:
        """A keyframe of the target is needed."""
        return self.current is None or not self.wants(self.current)

    def judge(self, track: Track, is_keyframe: bool, picture: vp8.Descriptor | None) -> Verdict:
        """Decide about a packet of a track of the subscribed publication, or of the one that still flows."""
        if track is self.current:
            return self._judge_picture(picture, is_keyframe)
        if is_keyframe and self.wants(track):
            self.current = track
            self._tid = self._wanted_tid()
            return Verdict.SWITCH
        return Verdict.IGNORE

    def _wanted_tid(self) -> int:
        return ALL_LAYERS if self.target.tid is None else self.target.tid

    def _judge_picture(self, picture: vp8.Descriptor | None, is_keyframe: bool) -> Verdict:
        if picture is None:
            return Verdict.FORWARD
        wanted = self._wanted_tid()
        if picture.is_start:
            if is_keyframe or wanted < self._tid:
                self._tid = wanted
            elif self._tid < picture.tid <= wanted and picture.is_sync:
                # A picture that refers to the base layer only: from here the higher layer can be decoded.
                self._tid = wanted if picture.tid == wanted else picture.tid
        return Verdict.FORWARD if picture.tid <= self._tid else Verdict.LEAVE_OUT
