"""Who may know what: features R1 and R11, reliability I1, I5 and I6."""

from collections.abc import Iterator
from dataclasses import replace

from rooms.ids import PersonId
from rooms.live import commands as cmd
from rooms.live import events as ev
from rooms.live.audience import notices_for, view_of
from rooms.live.person import Admitted, Waiting
from rooms.live.rights import NO_MEDIA, all_rights, media_rights
from rooms.live.room import decide
from rooms.live.roster import is_over
from rooms.live.state import RoomState, ToEveryone, ToFacilitators, ToPerson
from rooms.live.views import OutcomeView, OutsideView, RoomView, WaitingView
from tests.rooms.checks.moment import Moment, is_inside
from tests.rooms.steps import ALIASES, EVERYBODY, STRANGER


def r1_i1_who_is_not_admitted_learns_nothing_of_the_room(moment: Moment) -> None:
    state = moment.after
    for person in (*EVERYBODY, STRANGER):
        if is_inside(state, person):
            continue
        view = view_of(state, person, moment.now)
        assert isinstance(view, OutsideView | WaitingView | OutcomeView)
        assert media_rights(state, person) == NO_MEDIA
        assert all(notices_for(each, state, person) == () for each in moment.recorded)
        _holds_no_canary(state, person, repr(view))
        if not state.settings.is_peer_held:
            # The strongest form: the view is the same as if there were nobody else and nothing had been said.
            alone = replace(
                state,
                people={person: state.people[person]} if person in state.people else {},
                chat=(),
                is_entry_locked=not state.is_entry_locked,
                cameras_locked=not state.cameras_locked,
                cues_given=(),
                last_facilitator_lost_at=None,
                version=0,
            )
            assert view_of(alone, person, moment.now) == view


def _holds_no_canary(state: RoomState, person: PersonId, shown: str) -> None:
    assert "p_" not in shown
    for other, alias in ALIASES.items():
        assert other == person or alias not in shown
    for line in state.chat:
        assert line.text not in shown
    for other, known in state.people.items():
        if other != person and isinstance(known.standing, Waiting):
            assert not any(note.text in shown for note in known.standing.notes)
    assert "wordreason" not in shown


def r11_i5_what_is_hidden_shows_to_no_peer(moment: Moment) -> None:
    """Event by event: an ordinary peer whom it does not concern has the same view before and after, and no notice."""
    for before, recorded, state in moment.walk():
        if not is_hidden(before, recorded.event):
            continue
        subject = getattr(recorded.event, "person", None)
        for peer in ordinary_peers(before):
            if peer in (subject, recorded.by) or _is_private_between(recorded.event, peer):
                continue
            assert view_of(before, peer, moment.now) == view_of(state, peer, moment.now), recorded
            assert notices_for(recorded, state, peer) == (), recorded


def ordinary_peers(state: RoomState) -> Iterator[PersonId]:
    """People inside a room that is not over and who do not lead."""
    if is_over(state):
        return
    for person in state.people.values():
        if not person.role.may_facilitate and isinstance(person.standing, Admitted):
            yield person.id


def is_hidden(before: RoomState, event: ev.Event) -> bool:
    """Nobody but facilitators and the person concerned may learn of it."""
    known = before.people.get(getattr(event, "person", PersonId("")))
    seat = known.standing if known is not None and isinstance(known.standing, Admitted) else None
    match event:
        case (
            ev.PersonForgotten()
            | ev.GuidelinesAccepted()
            | ev.PersonKnocked()
            | ev.WaitingHeld()
            | ev.NoteSent()
            | ev.WaitingMessaged()
            | ev.PersonDeclined()
            | ev.PersonReadmitted()
            | ev.UnmuteAllowed()
            | ev.UnmuteAsked()
            | ev.CameraAllowed()
            | ev.EntryLocked()
            | ev.EntryUnlocked()
            | ev.MinutesLeft()
            | ev.BackupsPaged()
            | ev.LastFacilitatorLost()
            | ev.FacilitatorBack()
            | ev.SeatQuieted()
            | ev.TextMuted()
            | ev.TextAllowed()
            | ev.LinkFlagged()
        ):
            return True
        case ev.ParticipantMuted():
            return seat is not None and seat.mic.muted_by_self
        case ev.CameraStopped():
            return seat is not None and not seat.camera.is_on
        case ev.ChatPosted(line=line):
            return not isinstance(line.to, ToEveryone)
        case ev.PersonDisconnected() | ev.PersonConnected():
            return seat is None or seat.on_break
        case ev.PersonIntroduced() | ev.PersonRemoved() | ev.PersonLeft() | ev.PersonRenamed() | ev.RoleChanged():
            return seat is None
        case _:
            return False


def _is_private_between(event: ev.Event, peer: PersonId) -> bool:
    """The author and the one written to; a hidden fact for all others."""
    if not isinstance(event, ev.ChatPosted):
        return False
    line = event.line
    return line.author == peer or (isinstance(line.to, ToPerson) and line.to.person == peer)


def r11_to_peers_a_lost_connection_is_a_break(moment: Moment) -> None:
    state = moment.after
    for person in ordinary_peers(state):
        if not state.people[person].is_connected:
            continue
        lost = decide(state, cmd.Disconnect(person), moment.now).state
        on_break = decide(state, cmd.TakeBreak(person), moment.now).state
        for peer in ordinary_peers(state):
            if peer != person:
                assert view_of(lost, peer, moment.now) == view_of(on_break, peer, moment.now)
        return  # one is enough for a step


def r11_to_peers_a_removal_is_a_leaving(moment: Moment) -> None:
    state = moment.after
    leader = next((p.id for p in state.people.values() if p.role.may_facilitate and is_inside(state, p.id)), None)
    person = next(iter(ordinary_peers(state)), None)
    if leader is None or person is None or state.settings.is_peer_held:
        return
    removed = decide(state, cmd.Remove(leader, person, "wordreason"), moment.now).state
    left = decide(state, cmd.Leave(person), moment.now).state
    for peer in ordinary_peers(removed):
        assert view_of(removed, peer, moment.now) == view_of(left, peer, moment.now)


def i5_only_facilitators_see_the_lead_part_and_others_words(moment: Moment) -> None:
    state = moment.after
    for person in state.people.values():
        view = view_of(state, person.id, moment.now)
        if not isinstance(view, RoomView):
            continue
        assert (view.lead is not None) == person.role.may_facilitate
        shown = {line.id for line in view.chat}
        for line in state.chat:
            if line.id in shown and line.author != person.id:
                assert not isinstance(line.to, ToFacilitators) or person.role.may_facilitate
                assert not isinstance(line.to, ToPerson) or line.to.person == person.id


def i6_who_receives_is_on_the_roster_of_all(moment: Moment) -> None:
    state = moment.after
    connected = {person for person, rights in all_rights(state).items() if rights.may_connect or rights.may_receive}
    for person in connected:
        view = view_of(state, person, moment.now)
        assert isinstance(view, RoomView)
        roster = {shown.id for shown in view.people}
        assert connected <= roster
        assert roster == {p for p in state.people if is_inside(state, p)}


def names_inside_are_told_apart(moment: Moment) -> None:
    for person in moment.after.people.values():
        view = view_of(moment.after, person.id, moment.now)
        if isinstance(view, RoomView):
            names = [shown.alias.casefold().replace(" ", "") for shown in view.people]
            if view.lead is not None:
                names += [entry.alias.casefold().replace(" ", "") for entry in view.lead.waiting]
            assert len(names) == len(set(names))
            return


CHECKS = (
    r1_i1_who_is_not_admitted_learns_nothing_of_the_room,
    r11_i5_what_is_hidden_shows_to_no_peer,
    r11_to_peers_a_lost_connection_is_a_break,
    r11_to_peers_a_removal_is_a_leaving,
    i5_only_facilitators_see_the_lead_part_and_others_words,
    i6_who_receives_is_on_the_roster_of_all,
    names_inside_are_told_apart,
)
