"""What a person's media may do right now: the one place where phase, standing, breaks and mutes meet.

The server turns the difference between two answers into verbs of the media plane, closing before it announces and
opening after (house rule 5). Restoring a room after a crash is the difference from nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from rooms.ids import PersonId
from rooms.live.person import Admitted, Person
from rooms.live.phase import (
    AwaitingFacilitator,
    Canceled,
    Closing,
    DoorsOpen,
    Ended,
    Held,
    Live,
    Paused,
    Phase,
    Ready,
    Scheduled,
)
from rooms.live.settings import SharePolicy
from rooms.live.state import RoomState


@dataclass(frozen=True, slots=True)
class MediaRights:
    """`may_connect`: has a transport. `may_receive`: others' media is sent to them. Then the gates of publications.

    `comes_first`: gets a transport even where the media processes are full (R6).
    """

    may_connect: bool = False
    may_receive: bool = False
    mic_open: bool = False
    camera_open: bool = False
    screen_open: bool = False
    comes_first: bool = False


NO_MEDIA = MediaRights()


def media_rights(state: RoomState, person: PersonId) -> MediaRights:
    """The rights of one person; `NO_MEDIA` for anybody without a seat or unknown."""
    known = state.people.get(person)
    if known is None or not isinstance(known.standing, Admitted) or not _has_media(state.phase):
        return NO_MEDIA
    seat = known.standing
    is_away = seat.on_break or seat.is_quiet
    may_receive = not is_away and not (isinstance(state.phase, Held) and not known.role.may_facilitate)
    if is_away or not may_be_heard(state.phase, known):
        return MediaRights(may_connect=True, may_receive=may_receive, comes_first=known.role.may_facilitate)
    return MediaRights(
        may_connect=True,
        may_receive=may_receive,
        mic_open=not seat.mic.muted_by_self and not seat.mic.muted_by_facilitator,
        camera_open=seat.camera.is_on
        and not seat.camera.stopped_by_facilitator
        and (known.role.may_facilitate or not state.cameras_locked),
        screen_open=seat.is_sharing and may_share_screen(state, known),
        comes_first=known.role.may_facilitate,
    )


def all_rights(state: RoomState) -> Mapping[PersonId, MediaRights]:
    """The rights of everybody who has any."""
    rights = {person: media_rights(state, person) for person in state.people}
    return {person: right for person, right in rights.items() if right != NO_MEDIA}


def may_be_heard(phase: Phase, person: Person) -> bool:
    """The phase lets this role's microphone, camera and screen through."""
    match phase:
        case Live() | Closing():
            return True
        case Ready() | Paused():
            return person.role.may_facilitate
        case Scheduled() | DoorsOpen() | AwaitingFacilitator() | Held() | Ended() | Canceled():
            return False
        case _:
            assert_never(phase)


def may_share_screen(state: RoomState, person: Person) -> bool:
    """The group's policy lets this role share a screen."""
    return person.role.may_facilitate or state.settings.share_policy is SharePolicy.ALL


def _has_media(phase: Phase) -> bool:
    return isinstance(phase, Ready | Live | Paused | Held | Closing)
