"""Who gets in, and how they stay out: features R2, R6, R7, R8, reliability I3."""

from rooms.ids import PersonId
from rooms.live import commands as cmd
from rooms.live import events as ev
from rooms.live.person import Admitted, Declined, Gated, Invited, Left, Removed, Waiting
from rooms.live.phase import AwaitingFacilitator, Canceled, Closing, DoorsOpen, Ended, Held, Live, Ready, Scheduled
from rooms.live.room import decide
from rooms.live.roster import had_seat, has_facilitator_seat
from rooms.live.state import RoomState
from rooms.refusals import Refused
from rooms.roles import Role
from tests.rooms.checks.moment import Moment
from tests.rooms.steps import ALIASES, EVERYBODY


def r2_nobody_is_admitted_but_by_a_facilitators_act(moment: Moment) -> None:
    for before, recorded, _ in moment.walk():
        if not isinstance(recorded.event, ev.PersonAdmitted):
            continue
        if recorded.by is None:
            _may_come_in_unasked(before, recorded.event.person)
        elif recorded.event.person == recorded.by:
            assert isinstance(moment.command, cmd.Enter | cmd.Knock)
            assert moment.after.people[recorded.by].role.may_facilitate
        else:
            assert isinstance(moment.command, cmd.Admit | cmd.AdmitAll)
            admitter = moment.reached.people[recorded.by]
            assert admitter.role.may_facilitate and isinstance(admitter.standing, Admitted)


def _may_come_in_unasked(before: RoomState, person: PersonId) -> None:
    """Only in a peer-held group that nobody leads, and against no facilitator's judgement (docs/adr/0001)."""
    assert before.settings.is_peer_held
    assert not has_facilitator_seat(before)
    place = before.people[person].standing
    assert isinstance(place, Waiting) and place.held_message is None
    if not place.was_here:
        assert not before.is_entry_locked
        assert not any(isinstance(other.standing, Removed | Declined) for other in before.people.values())


def r2_before_a_room_is_led_nobody_is_inside(moment: Moment) -> None:
    if isinstance(moment.after.phase, Scheduled | DoorsOpen | AwaitingFacilitator):
        assert all(p.role.may_facilitate or not isinstance(p.standing, Admitted) for p in moment.after.people.values())


def r6_a_facilitator_always_gets_in_and_leads(moment: Moment) -> None:
    state = moment.after
    if isinstance(state.phase, Scheduled | Ended | Canceled):
        return
    for person in state.people.values():
        if person.role_by_link is not Role.FACILITATOR:
            continue
        if isinstance(person.standing, Removed | Declined):
            continue  # made a facilitator only after they were put out; nobody who is one can be
        entered = decide(state, cmd.Enter(person.id, ALIASES.get(person.id, "Canarystranger")), moment.now).state
        there = decide(entered, cmd.Connect(person.id, True), moment.now).state
        if isinstance(there.phase, Ended | Canceled):
            continue
        assert isinstance(there.people[person.id].standing, Admitted)
        assert not isinstance(there.phase, Held | DoorsOpen | AwaitingFacilitator)


def r6_nobody_shuts_a_facilitator_out(moment: Moment) -> None:
    for recorded in moment.recorded:
        match recorded.event:
            case ev.PersonRemoved(person=person) | ev.PersonDeclined(person=person) | ev.PersonSentBack(person=person):
                assert moment.reached.people[person].role_by_link is not Role.FACILITATOR
            case ev.RoleChanged(person=person, role=role):
                before = moment.then.people[person]
                assert before.role_by_link is not Role.FACILITATOR or role is Role.FACILITATOR
            case _:
                pass


def r7_i3_who_is_out_stays_out_until_readmitted(moment: Moment) -> None:
    for person in moment.then.people.values():
        if not isinstance(person.standing, Removed | Declined):
            continue
        now_is = moment.after.people[person.id].standing
        if any(isinstance(r.event, ev.PersonReadmitted) and r.event.person == person.id for r in moment.recorded):
            assert isinstance(moment.command, cmd.Readmit)
            assert isinstance(now_is, Left | Gated | Invited)
        else:
            assert isinstance(now_is, Removed) or type(now_is) is type(person.standing)


def r7_i3_no_route_leads_back(moment: Moment) -> None:
    """Everything a person may say or the server may report of them, one after the other."""
    out = [p for p in moment.after.people.values() if isinstance(p.standing, Removed | Declined)]
    for person in out[:2]:
        for state in _after_trying(moment.after, person.id, moment):
            assert type(state.people[person.id].standing) is type(person.standing)


def _after_trying(state: RoomState, person: PersonId, moment: Moment) -> list[RoomState]:
    routes: list[cmd.Command] = [
        cmd.Introduce(person, Role.PARTICIPANT, "Somebody Else"),
        cmd.Introduce(person, Role.FACILITATOR, "Somebody Else"),
        cmd.Connect(person, True),
        cmd.Disconnect(person),
        cmd.Connect(person, False),
        cmd.AcceptGuidelines(person, state.settings.guidelines_version),
        cmd.Leave(person),
        cmd.Rename(person, "Somebody Else"),
        cmd.Knock(person, "Somebody Else"),
        cmd.Enter(person, "Somebody Else"),
        cmd.Readmit(person, person),
        cmd.AdmitAll(person),
        cmd.ReturnFromBreak(person),
    ]
    states = []
    for route in routes:
        try:
            state = decide(state, route, moment.now).state
        except Refused:
            continue
        states.append(state)
    return states


def r8_every_seat_was_reached_through_the_gate(moment: Moment) -> None:
    for before, recorded, _ in moment.walk():
        match recorded.event:
            case ev.PersonKnocked(person=person):
                knocker = before.people[person]
                assert knocker.accepted_guidelines == before.settings.guidelines_version
                assert isinstance(knocker.standing, Gated | Left)
                assert not isinstance(before.phase, Scheduled)
            case ev.PersonAdmitted(person=person):
                assert isinstance(before.people[person].standing, Waiting) or before.people[person].role.may_facilitate
            case _:
                pass


def r8_a_lock_a_pause_and_a_full_room_let_nobody_new_in(moment: Moment) -> None:
    for before, recorded, after in moment.walk():
        match recorded.event:
            case ev.PersonKnocked(was_here=False):
                assert not before.is_entry_locked
                assert not isinstance(before.phase, Closing)
            case ev.PersonAdmitted(person=person) if not before.people[person].role.may_facilitate:
                assert isinstance(before.phase, Ready | Live | Closing)
                assert not isinstance(before.phase, Closing) or had_seat(before.people[person])
                inside = [p for p in after.people.values() if isinstance(p.standing, Admitted)]
                assert sum(not p.role.may_facilitate for p in inside) <= after.settings.max_participants
                assert len(inside) <= after.settings.max_people
            case _:
                pass


def everybody_known_has_one_of_the_roles_of_the_link(moment: Moment) -> None:
    for person in EVERYBODY:
        known = moment.after.people.get(person)
        if known is not None and known.role is not known.role_by_link:
            assert known.role is Role.CO_FACILITATOR and known.role_by_link is Role.PARTICIPANT


def only_who_looked_in_is_forgotten(moment: Moment) -> None:
    for before, recorded, _ in moment.walk():
        if isinstance(recorded.event, ev.PersonForgotten):
            person = before.people[recorded.event.person]
            assert isinstance(person.standing, Invited | Gated | Left) and not had_seat(person)
            assert not person.is_connected and not person.role.may_facilitate
            assert len(before.people) >= before.settings.max_known
            assert isinstance(moment.command, cmd.Introduce)


CHECKS = (
    r2_nobody_is_admitted_but_by_a_facilitators_act,
    r2_before_a_room_is_led_nobody_is_inside,
    r6_a_facilitator_always_gets_in_and_leads,
    r6_nobody_shuts_a_facilitator_out,
    r7_i3_who_is_out_stays_out_until_readmitted,
    r7_i3_no_route_leads_back,
    r8_every_seat_was_reached_through_the_gate,
    r8_a_lock_a_pause_and_a_full_room_let_nobody_new_in,
    everybody_known_has_one_of_the_roles_of_the_link,
    only_who_looked_in_is_forgotten,
)
