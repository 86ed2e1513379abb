"""The room as a machine: features R5, R9, R10, R12, reliability I7, and what makes it storable and repeatable."""

from dataclasses import replace

from rooms.ids import Instant
from rooms.live import commands as cmd
from rooms.live.audience import view_of
from rooms.live.clockwork import next_deadline
from rooms.live.person import Person
from rooms.live.phase import Canceled, Closing, Ended, Held, Live, Paused, Scheduled
from rooms.live.rights import all_rights
from rooms.live.room import advanced, decide, replay
from rooms.live.roster import only_looked_in
from rooms.live.settings import MINUTE_MS, SECOND_MS, Settings
from rooms.live.snapshot import dump, load
from rooms.live.views import OutcomeView
from rooms.refusals import Reason, Refused
from tests.rooms.checks.moment import Moment, is_inside

STARTED = Live | Paused | Held | Closing
NEVER_STALE = (
    cmd.MuteParticipant
    | cmd.MuteAll
    | cmd.StopCamera
    | cmd.StopShare
    | cmd.LockCameras
    | cmd.LockEntry
    | cmd.MuteText
    | cmd.DeleteChat
    | cmd.Remove
    | cmd.PauseRoom
    | cmd.EndSession
)
STALE_BY_PERSON = (
    cmd.HoldWaiting
    | cmd.Decline
    | cmd.SendBack
    | cmd.Readmit
    | cmd.Promote
    | cmd.Demote
    | cmd.AllowUnmute
    | cmd.AskToUnmute
    | cmd.AllowCamera
    | cmd.AllowText
)
STALE_BY_ROOM = cmd.StartSession | cmd.ResumeRoom | cmd.Extend | cmd.BeginClosing | cmd.UnlockEntry | cmd.UnlockCameras


REPORTS = cmd.Introduce | cmd.Connect | cmd.Disconnect | cmd.CancelSession | cmd.FlagLink


def r5_settings_are_the_rooms_own_copy(moment: Moment) -> None:
    if isinstance(moment.command, cmd.Reschedule) and moment.refused is None:
        assert isinstance(moment.reached.phase, Scheduled)
        return
    assert _constant(moment.then.settings) == _constant(moment.after.settings)
    if moment.then.settings.schedule != moment.after.settings.schedule:
        assert isinstance(moment.command, cmd.Extend)
    if moment.then.settings.chat_policy is not moment.after.settings.chat_policy:
        assert isinstance(moment.command, cmd.SetChatPolicy)


def _constant(settings: Settings) -> Settings:
    blank = Settings(schedule=replace(settings.schedule, end_at=Instant(0)))
    return replace(settings, schedule=blank.schedule, chat_policy=blank.chat_policy)


def r9_every_event_has_the_next_version_its_instant_and_its_actor(moment: Moment) -> None:
    version, at = moment.then.version, None
    for recorded in moment.recorded:
        version += 1
        assert recorded.version == version
        assert recorded.at <= moment.now
        assert at is None or recorded.at >= at
        at = recorded.at
        assert recorded.by is None or (moment.command is not None and recorded.by == moment.command.by)
    assert moment.after.version == version
    assert all(p.standing_version <= version for p in moment.after.people.values())
    assert moment.after.phase_version <= version


def r9_a_stale_permission_changes_nothing_and_a_restriction_is_never_stale(moment: Moment) -> None:
    if moment.seen is None or moment.command is None:
        return
    if isinstance(moment.command, NEVER_STALE):
        assert moment.refused is not Reason.STALE_VERSION
    if not moment.was_done:
        return
    if isinstance(moment.command, STALE_BY_PERSON):
        assert moment.reached.people[moment.command.target].standing_version <= moment.seen
    if isinstance(moment.command, STALE_BY_ROOM):
        assert moment.reached.phase_version <= moment.seen
    if isinstance(moment.command, cmd.Admit | cmd.AdmitAll):
        for person in _newly_inside(moment):
            assert moment.reached.people[person.id].standing_version <= moment.seen


def _newly_inside(moment: Moment) -> list[Person]:
    return [
        person
        for person in moment.after.people.values()
        if is_inside(moment.after, person.id) and not is_inside(moment.reached, person.id)
    ]


def r10_i7_a_room_that_is_over_accepts_nothing(moment: Moment) -> None:
    if isinstance(moment.reached.phase, Ended | Canceled):
        assert moment.after is moment.reached or moment.after == moment.reached
        is_report = isinstance(moment.command, REPORTS)
        assert moment.command is None or is_report or moment.refused is not None
    state = moment.after
    if isinstance(state.phase, Ended | Canceled):
        assert not all_rights(state)
        assert next_deadline(state) is None
        assert state.chat == () and all(person.alias == "" for person in state.people.values())
        assert all(isinstance(view_of(state, person, moment.now), OutcomeView) for person in state.people)


def i7_live_only_in_time_and_led(moment: Moment) -> None:
    if isinstance(moment.then.phase, STARTED) or not isinstance(moment.after.phase, STARTED):
        return
    settings = moment.after.settings
    assert moment.now >= settings.schedule.start_at - settings.early_start_ms
    by_hand = isinstance(moment.command, cmd.StartSession)
    assert by_hand or moment.now >= settings.schedule.start_at
    was_led_once = any(p.role.may_facilitate and is_inside(moment.after, p.id) for p in moment.after.people.values())
    lost_since = moment.after.last_facilitator_lost_at is not None
    assert settings.is_peer_held or was_led_once or lost_since or isinstance(moment.after.phase, Held)


def i7_without_a_facilitator_a_room_is_held_in_time(moment: Moment) -> None:
    state = moment.after
    if not isinstance(state.phase, Live | Paused | Closing) or state.settings.is_peer_held:
        return
    is_led = any(p.role.may_facilitate and p.is_connected and is_inside(state, p.id) for p in state.people.values())
    lost_at = state.last_facilitator_lost_at
    assert is_led == (lost_at is None)
    assert lost_at is None or moment.now < lost_at + state.settings.lost_grace_ms


def r12_a_timer_outlives_whoever_set_it_off(moment: Moment) -> None:
    """Of two who lead, one goes: nothing of the room's timetable moves."""
    state = moment.after
    leaders = [p for p in state.people.values() if p.role.may_facilitate and is_inside(state, p.id) and p.is_connected]
    if len(leaders) < 2 or isinstance(state.phase, Ended | Canceled):
        return
    before = next_deadline(state)
    for leader in leaders:
        assert next_deadline(decide(state, cmd.Leave(leader.id), moment.now).state) == before


def a_refusal_leaves_the_room_as_it_was(moment: Moment) -> None:
    if moment.refused is not None:
        assert moment.after == moment.then
        assert moment.recorded == ()


def replaying_the_events_rebuilds_the_room(moment: Moment) -> None:
    assert replay(moment.then, moment.recorded) == moment.after


def stored_and_loaded_is_the_same_room(moment: Moment) -> None:
    assert load(dump(moment.after)) == moment.after


def the_next_deadline_lies_ahead(moment: Moment) -> None:
    reached = moment.after if moment.refused is None else advanced(moment.after, moment.now).state
    deadline = next_deadline(reached)
    assert deadline is None or deadline > moment.now


def one_jump_is_many_small_steps(moment: Moment) -> None:
    if moment.command is not None:
        return
    end = moment.now + 40 * MINUTE_MS
    deadline = next_deadline(moment.after) or end
    state = moment.after
    for at in sorted((moment.now + 90 * SECOND_MS, moment.now + 11 * MINUTE_MS, min(deadline, end), end)):
        state = advanced(state, Instant(at)).state
    assert state == advanced(moment.after, Instant(end)).state


def what_is_kept_is_bounded(moment: Moment) -> None:
    assert len(moment.after.chat) <= 500
    most = max(moment.after.settings.max_known, len(moment.reached.people))
    if len(moment.after.people) > most:
        assert isinstance(moment.command, cmd.Introduce)
        assert moment.command.has_link or moment.command.role.may_facilitate
        assert not any(only_looked_in(person) for person in moment.reached.people.values())


def asking_twice_changes_nothing_more(moment: Moment) -> None:
    """What an impatient finger or a repeated message does: the same, or a refusal; never a second effect."""
    is_counted = cmd.Extend | cmd.AskToUnmute | cmd.MessageWaiting | cmd.Connect | cmd.FlagLink
    if not moment.was_done or moment.command is None or isinstance(moment.command, is_counted):
        return
    try:
        again = decide(moment.after, moment.command, moment.now)
    except Refused:
        return
    if not isinstance(moment.command, cmd.Admit | cmd.AdmitAll):
        assert again.events == ()


ON_CHANGE = (stored_and_loaded_is_the_same_room, r12_a_timer_outlives_whoever_set_it_off)
CHECKS = (
    r5_settings_are_the_rooms_own_copy,
    r9_every_event_has_the_next_version_its_instant_and_its_actor,
    r9_a_stale_permission_changes_nothing_and_a_restriction_is_never_stale,
    r10_i7_a_room_that_is_over_accepts_nothing,
    i7_live_only_in_time_and_led,
    i7_without_a_facilitator_a_room_is_held_in_time,
    a_refusal_leaves_the_room_as_it_was,
    replaying_the_events_rebuilds_the_room,
    the_next_deadline_lies_ahead,
    one_jump_is_many_small_steps,
    what_is_kept_is_bounded,
    asking_twice_changes_nothing_more,
)
