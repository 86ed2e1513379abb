"""Whose microphone and camera are open, and by whose act: features R3 and R4, reliability I2 and I7."""

from rooms.ids import PersonId
from rooms.live import commands as cmd
from rooms.live import events as ev
from rooms.live.phase import Closing, Held, Live, Paused, Ready
from rooms.live.rights import media_rights
from rooms.live.settings import SharePolicy
from rooms.live.state import RoomState
from tests.rooms.checks.moment import Moment, seat_of


def r3_i2_a_closed_microphone_camera_or_screen_has_a_closed_gate(moment: Moment) -> None:
    state = moment.after
    for person in state.people.values():
        rights, seat = media_rights(state, person.id), seat_of(person)
        leads = person.role.may_facilitate
        if seat is None or not isinstance(state.phase, Ready | Live | Paused | Held | Closing):
            assert rights == media_rights(state, PersonId("p_unknown"))
            continue
        assert rights.may_connect
        is_open_phase = isinstance(state.phase, Live | Closing) or (leads and isinstance(state.phase, Ready | Paused))
        is_gone = seat.lost_at is not None and moment.now >= seat.lost_at + state.settings.quiet_signal_ms
        may_open = is_open_phase and not seat.on_break and not is_gone
        assert rights.mic_open == (may_open and not (seat.mic.muted_by_self or seat.mic.muted_by_facilitator))
        camera = seat.camera.is_on and not seat.camera.stopped_by_facilitator
        assert rights.camera_open == (may_open and camera and (leads or not state.cameras_locked))
        may_share = leads or state.settings.share_policy is SharePolicy.ALL
        assert rights.screen_open == (may_open and seat.is_sharing and may_share)
        assert not (rights.may_receive and (seat.on_break or is_gone))
        assert not (rights.may_receive and isinstance(state.phase, Held) and not leads)


def r4_only_oneself_opens_what_is_ones_own(moment: Moment) -> None:
    by = None if moment.command is None else moment.command.by
    for person in moment.after.people.values():
        known = moment.then.people.get(person.id)
        was, seat = None if known is None else seat_of(known), seat_of(person)
        if seat is None:
            continue
        is_own = by == person.id
        if not seat.mic.muted_by_self and (was is None or was.mic.muted_by_self):
            assert is_own and isinstance(moment.command, cmd.UnmuteSelf)
        if seat.camera.is_on and (was is None or not was.camera.is_on):
            assert is_own and isinstance(moment.command, cmd.StartCamera)
        if seat.is_sharing and (was is None or not was.is_sharing):
            assert is_own and isinstance(moment.command, cmd.StartShare)


def r4_a_gate_opens_by_its_owner_or_by_the_end_of_a_pause(moment: Moment) -> None:
    """A pause, a hold or a lost connection gives back what its owner had open before; nothing else opens anything."""
    by = None if moment.command is None else moment.command.by
    was_resting = isinstance(moment.then.phase, Paused | Held) or isinstance(moment.reached.phase, Paused | Held)
    for person in moment.after.people:
        before, after = media_rights(moment.then, person), media_rights(moment.after, person)
        opened = (
            (after.mic_open and not before.mic_open)
            or (after.camera_open and not before.camera_open)
            or (after.screen_open and not before.screen_open)
        )
        if opened:
            is_own = by == person and isinstance(moment.command, cmd.UnmuteSelf | cmd.StartCamera | cmd.StartShare)
            is_back = by == person and moment.command == cmd.Connect(person, is_new_page=False)
            assert is_own or was_resting or is_back, (person, moment.command, moment.recorded)


def r4_what_facilitators_closed_only_they_give_back(moment: Moment) -> None:
    gave_back = isinstance(
        moment.command, cmd.AllowUnmute | cmd.AllowUnmuteAll | cmd.AskToUnmute | cmd.AllowCamera | cmd.AllowText
    )
    for person in moment.after.people.values():
        known = moment.then.people.get(person.id)
        if known is not None and not gave_back:
            assert _closed(moment.then, person.id) <= _closed(moment.after, person.id)


def _closed(state: RoomState, person: PersonId) -> set[str]:
    known = state.people[person]
    seat = seat_of(known)
    if seat is None:
        bits = {"mic": known.closures.mic, "camera": known.closures.camera, "text": known.closures.text}
    else:
        bits = {
            "mic": seat.mic.muted_by_facilitator,
            "camera": seat.camera.stopped_by_facilitator,
            "text": seat.is_text_muted,
        }
    return {name for name, is_closed in bits.items() if is_closed}


def i2_a_mute_silences_at_once(moment: Moment) -> None:
    if not moment.was_done:
        return
    match moment.command:
        case cmd.MuteParticipant(target=target):
            assert not media_rights(moment.after, target).mic_open
        case cmd.StopCamera(target=target):
            assert not media_rights(moment.after, target).camera_open
        case cmd.StopShare(target=target):
            assert not media_rights(moment.after, target).screen_open
        case cmd.MuteSelf(by=by):
            assert not media_rights(moment.after, by).mic_open
        case cmd.Remove(target=target) | cmd.Decline(target=target) | cmd.SendBack(target=target):
            assert not media_rights(moment.after, target).may_connect
        case cmd.MuteAll():
            for person in moment.after.people.values():
                assert person.role.may_facilitate or not media_rights(moment.after, person.id).mic_open
        case cmd.LockCameras():
            for person in moment.after.people.values():
                assert person.role.may_facilitate or not media_rights(moment.after, person.id).camera_open
        case _:
            pass


def i7_an_admission_or_a_new_page_starts_closed(moment: Moment) -> None:
    """Join muted, camera off; a new page comes back the same way (docs/adr/0002)."""
    for recorded in moment.recorded:
        match recorded.event:
            case ev.PersonAdmitted(person=person) | ev.PersonConnected(person=person, is_new_page=True):
                seat = seat_of(moment.after.people[person])
                if seat is not None and not isinstance(moment.command, cmd.UnmuteSelf | cmd.StartCamera):
                    assert seat.mic.muted_by_self and not seat.camera.is_on and not seat.is_sharing
            case _:
                pass


def one_screen_at_a_time(moment: Moment) -> None:
    seats = [seat_of(person) for person in moment.after.people.values()]
    assert sum(seat is not None and seat.is_sharing for seat in seats) <= 1


CHECKS = (
    r3_i2_a_closed_microphone_camera_or_screen_has_a_closed_gate,
    r4_only_oneself_opens_what_is_ones_own,
    r4_a_gate_opens_by_its_owner_or_by_the_end_of_a_pause,
    r4_what_facilitators_closed_only_they_give_back,
    i2_a_mute_silences_at_once,
    i7_an_admission_or_a_new_page_starts_closed,
    one_screen_at_a_time,
)
