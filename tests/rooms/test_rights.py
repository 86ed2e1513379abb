"""Rights are read from any state, also from one that no rule would make: what is closed anywhere is closed."""

from dataclasses import replace
from itertools import product

import pytest

from rooms.ids import Instant
from rooms.live.person import Admitted, Camera, Left, Mic, Person, Removed, Waiting
from rooms.live.phase import (
    AwaitingFacilitator,
    Canceled,
    CancelReason,
    Closing,
    DoorsOpen,
    Ended,
    EndReason,
    Held,
    Live,
    Paused,
    Phase,
    Ready,
    Scheduled,
)
from rooms.live.rights import NO_MEDIA, MediaRights, all_rights, media_rights
from rooms.live.state import RoomState
from rooms.roles import Role
from tests.rooms.scene import A, Scene

NOW = Instant(1)
WIDE_OPEN = Admitted(NOW, mic=Mic(False, False), camera=Camera(True, False), is_sharing=True)
ALL = MediaRights(True, True, True, True, True)
LISTENS = MediaRights(may_connect=True, may_receive=True)
CONNECTED = MediaRights(may_connect=True)


def first(rights: MediaRights) -> MediaRights:
    """The same for somebody who leads."""
    return rights if rights == NO_MEDIA else replace(rights, comes_first=True)


def room(phase: Phase, role: Role, seat: Admitted) -> RoomState:
    person = Person(A, role, role, "Ann", seat, is_connected=True)
    return replace(Scene().state, phase=phase, people={A: person})


@pytest.mark.parametrize(
    ("phase", "participant", "facilitator"),
    [
        (Scheduled(), NO_MEDIA, NO_MEDIA),
        (DoorsOpen(), NO_MEDIA, NO_MEDIA),
        (AwaitingFacilitator(), NO_MEDIA, NO_MEDIA),
        (Ready(), LISTENS, ALL),
        (Live(), replace(ALL, screen_open=False), ALL),
        (Paused(NOW, "live"), LISTENS, ALL),
        (Held(NOW, "live"), CONNECTED, LISTENS),
        (Closing(), replace(ALL, screen_open=False), ALL),
        (Ended(NOW, EndReason.TIME_IS_UP), NO_MEDIA, NO_MEDIA),
        (Canceled(NOW, CancelReason.BY_HOST), NO_MEDIA, NO_MEDIA),
    ],
    ids=lambda value: getattr(value, "tag", ""),
)
def test_a_phase_bounds_what_open_switches_can_do(
    phase: Phase, participant: MediaRights, facilitator: MediaRights
) -> None:
    """Participants may not share by the default policy."""
    assert media_rights(room(phase, Role.PARTICIPANT, WIDE_OPEN), A) == participant
    assert media_rights(room(phase, Role.FACILITATOR, WIDE_OPEN), A) == first(facilitator)
    assert media_rights(room(phase, Role.CO_FACILITATOR, WIDE_OPEN), A) == first(facilitator)


def test_on_a_break_nothing_flows_either_way() -> None:
    for role in Role:
        rights = media_rights(room(Live(), role, replace(WIDE_OPEN, on_break=True)), A)
        assert rights == (first(CONNECTED) if role.may_facilitate else CONNECTED)


def test_a_connection_that_was_lost_a_moment_ago_keeps_its_media() -> None:
    """The page may only have lost its socket; media has a liveness of its own."""
    lost = replace(WIDE_OPEN, lost_at=NOW)
    assert media_rights(room(Live(), Role.FACILITATOR, lost), A) == first(ALL)


def test_a_seat_whose_page_is_gone_for_long_keeps_its_transport_and_nothing_flows() -> None:
    quiet = replace(WIDE_OPEN, lost_at=NOW, is_quiet=True)
    for role in Role:
        rights = media_rights(room(Live(), role, quiet), A)
        assert rights == (first(CONNECTED) if role.may_facilitate else CONNECTED)


@pytest.mark.parametrize(("by_self", "by_facilitator"), list(product((True, False), repeat=2)))
def test_a_microphone_is_heard_when_neither_bit_is_set(by_self: bool, by_facilitator: bool) -> None:
    seat = replace(WIDE_OPEN, mic=Mic(by_self, by_facilitator))
    assert media_rights(room(Live(), Role.PARTICIPANT, seat), A).mic_open == (not by_self and not by_facilitator)


def test_a_camera_lock_spares_those_who_facilitate() -> None:
    for role in Role:
        locked = replace(room(Live(), role, WIDE_OPEN), cameras_locked=True)
        assert media_rights(locked, A).camera_open == role.may_facilitate


def test_without_a_seat_there_is_nothing() -> None:
    state = room(Live(), Role.FACILITATOR, WIDE_OPEN)
    for standing in (Waiting(NOW), Left(NOW, had_seat=True), Removed(NOW)):
        gone = replace(state, people={A: replace(state.people[A], standing=standing)})
        assert media_rights(gone, A) == NO_MEDIA
        assert all_rights(gone) == {}
