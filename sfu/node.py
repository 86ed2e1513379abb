"""The face of the media plane towards the server: peers, gates, what a viewer wants to see, offers and answers.

It knows ids (ints), not people and not roles. A peer is one browser's transport; a replaced transport is a new peer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from sfu.plane import PlaneStats
from sfu.uplinks import UplinkLayer


class Source(StrEnum):
    """What a peer can publish; each has one uplink m-line and one gate, closed until `set_gate`."""

    MIC = "mic"
    CAMERA = "camera"
    SCREEN = "screen"


@dataclass(frozen=True, slots=True)
class IceServer:
    """A TURN relay and credentials for one transport, as `RTCIceServer` of webrtc-pc."""

    urls: tuple[str, ...]
    username: str
    credential: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Offer:
    """A server offer. `generation` grows with each offer of a peer; an answer to an older one is dropped.

    `uplinks` maps a source to the mid on which the browser sends it. The browser answers all of them `sendonly`,
    without a track where there is none yet, so that a camera or a screen starts later by `replaceTrack` alone.
    `layers`: the simulcast encodings of the camera, lowest first; empty: one encoding without a rid.
    `relay`: another way to us, where the direct ones are blocked; `is_relay_only`: no other is to be tried.
    `path_since`: the first generation with the ICE credentials of this one.
    """

    generation: int
    sdp: str
    uplinks: tuple[tuple[Source, str], ...]
    layers: tuple[UplinkLayer, ...] = ()
    relay: IceServer | None = None
    is_relay_only: bool = False
    path_since: int = 1


@dataclass(frozen=True, slots=True)
class SlotShown:
    """One downlink slot and whose publication it carries now; `publisher` None: nobody's."""

    mid: str
    source: Source
    publisher: int | None


class Video(StrEnum):
    """How much video a viewer wants at all."""

    FULL = "full"
    SAVER = "saver"  # the smallest layer of each person; a screen as it is
    NONE = "none"


@dataclass(frozen=True, slots=True)
class WantedCamera:
    """A camera that a viewer's page shows, `width` device pixels wide, 0 where that is not known.

    `is_pinned`: the viewer chose them. `is_speaker`: shown large because they speak.
    """

    peer: int
    width: int = 0
    is_pinned: bool = False
    is_speaker: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a viewer's page shows, most important first. Audio is never chosen by the viewer.

    `cameras` None: any, in the order of arrival (a page that has not said yet).
    """

    cameras: tuple[WantedCamera, ...] | None = None
    screen: bool = True
    video: Video = Video.FULL


@dataclass(frozen=True, slots=True)
class SourceWanted:
    """Which layers of a peer's own source anybody watches. Without simulcast `rids` is empty."""

    source: Source
    is_wanted: bool
    rids: tuple[str, ...] = ()


class Pictures(StrEnum):
    """What a viewer's line lets through of the video that is wanted."""

    ALL = "all"
    FEWER = "fewer"  # smaller ones or not all
    NONE = "none"


@dataclass(frozen=True, slots=True)
class LineStats:
    """How one peer's line was over the last seconds; None where nothing tells.

    `up_loss`: share of its packets that did not reach us, 0 to 1. `down_loss`: as its newest receiver reports say.
    `downlink_bps`: the newest estimate. `layers`: how many of its camera slots carry each layer, by rid.
    `up_voice_loss`, `down_voice_loss`: of voices alone, which nobody sends again; None where hardly anybody spoke.
    """

    room: int
    up_loss: float | None = None
    down_loss: float | None = None
    rtt_ms: float | None = None
    downlink_bps: int | None = None
    layers: Mapping[str, int] = field(default_factory=dict)
    up_voice_loss: float | None = None
    down_voice_loss: float | None = None


class BadAnswer(ValueError):
    """The SDP answer does not fit the offer; the transport is as it was."""


class MediaSink(Protocol):
    """What the media plane tells the server, on the server's event loop and never from inside a verb of `MediaNode`."""

    def on_offer(self, peer: int, offer: Offer) -> None: ...

    def on_connected(self, peer: int) -> None:
        """DTLS is done and media may flow."""

    def on_quiet(self, peer: int, is_quiet: bool) -> None:
        """Nothing comes from it any more, or it is back; also for everybody when their media process dies."""

    def on_gone(self, peer: int) -> None:
        """The transport ended by itself (consent expired, DTLS closed or could not be made); the peer id is spent."""

    def on_slots(self, peer: int, slots: tuple[SlotShown, ...]) -> None:
        """The whole map, whenever it changed."""

    def on_speaking(self, room: int, peers: tuple[int, ...]) -> None:
        """Who speaks, loudest first; at most four times a second."""

    def on_layers_wanted(self, peer: int, sources: tuple[SourceWanted, ...]) -> None:
        """Which of its own layers anybody watches; the whole list, whenever it changed."""

    def on_pictures(self, peer: int, pictures: Pictures) -> None:
        """What its line lets through changed."""

    def on_lost(self, peers: tuple[int, ...]) -> None:
        """A media process died with these peers; a fresh one is up, open them anew."""


class MediaNode(Protocol):
    """One node's media: its media processes and the control of every peer in them."""

    async def start(self, sink: MediaSink) -> None: ...

    async def close(self) -> None: ...

    def open_peer(self, peer: int, room: int) -> None:
        """A transport for one browser; leads to `on_offer`. Gates are closed, nothing comes until `set_receiving`."""

    def is_full(self, room: int) -> bool:
        """The media process of this room is late as it is: whoever is not in yet should wait. Nothing is enforced."""

    def full_processes(self) -> int:
        """How many media processes are."""

    def answer(self, peer: int, generation: int, sdp: str) -> None:
        """Raises `BadAnswer`; an answer to an older generation is ignored."""

    def restart_ice(self, peer: int) -> None:
        """New credentials in a new offer, same DTLS and SRTP."""

    def set_gate(self, peer: int, source: Source, is_open: bool) -> None: ...

    def set_receiving(self, peer: int, is_receiving: bool) -> None: ...

    def set_wanted(self, peer: int, wanted: Wanted) -> None: ...

    def close_peer(self, peer: int) -> None: ...

    async def settle(self) -> None:
        """Returns when every verb before it is in force in the plane."""

    async def stats(self) -> PlaneStats: ...

    async def lines(self) -> Mapping[int, LineStats]:
        """How each peer's line is, by peer. Ask every few seconds: losses are counted from one call to the next."""
