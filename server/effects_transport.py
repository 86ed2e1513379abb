"""One person's transport as its room knows it, and the verbs that bring other rights into force in the plane."""

from dataclasses import dataclass, field
from typing import Literal

from rooms.ids import Instant, PersonId
from rooms.live.rights import MediaRights
from server.line_quality import Line
from sfu.node import MediaNode, Pictures, SlotShown, Source, Wanted
from signaling.client_media import QualityReport
from signaling.server_media import LayersWanted, OfferMessage, Quality

EVERY_CAMERA = Wanted()


@dataclass(slots=True)
class Transport:
    """`rights` and `wanted` are those in force in the plane."""

    number: int
    person: PersonId
    rights: MediaRights = field(default_factory=lambda: MediaRights(may_connect=True))
    wanted: Wanted = EVERY_CAMERA
    offer: OfferMessage | None = None
    answered: int | None = None  # the generation of the newest answer
    path_since: int = 0  # the generation that brought the newest path
    is_restarting: bool = False  # a newer path was asked for, and no offer with it came yet
    slots: tuple[SlotShown, ...] = ()
    layers: LayersWanted | None = None
    line: Line = field(default_factory=Line)
    report: QualityReport | None = None
    report_age_s: float = 0.0
    pictures: Pictures = Pictures.ALL
    quality: Quality | None = None  # as told
    state: Literal["up", "quiet", "down"] = "down"
    up_since: Instant | None = None


def put_in_force(node: MediaNode, peer: Transport, rights: MediaRights) -> bool:
    """Closing verbs first; True when there was any verb."""
    old, peer.rights = peer.rights, rights
    asked = False
    for is_on in (False, True):
        if old.may_receive != rights.may_receive and rights.may_receive is is_on:
            node.set_receiving(peer.number, is_on)
            asked = True
        for source in Source:
            if is_gate_open(old, source) != is_gate_open(rights, source) and is_gate_open(rights, source) is is_on:
                node.set_gate(peer.number, source, is_on)
                asked = True
    return asked


def is_gate_open(rights: MediaRights, source: Source) -> bool:
    match source:
        case Source.MIC:
            return rights.mic_open
        case Source.CAMERA:
            return rights.camera_open
        case Source.SCREEN:
            return rights.screen_open


def common(one: MediaRights, other: MediaRights) -> MediaRights:
    """What both grant."""
    return MediaRights(
        may_connect=one.may_connect and other.may_connect,
        may_receive=one.may_receive and other.may_receive,
        mic_open=one.mic_open and other.mic_open,
        camera_open=one.camera_open and other.camera_open,
        screen_open=one.screen_open and other.screen_open,
        comes_first=one.comes_first and other.comes_first,
    )
