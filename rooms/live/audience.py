"""Who may know what: the only source of anything that reaches a person (features R1, R11)."""

from typing import Literal, assert_never

from rooms.ids import Instant, PersonId
from rooms.live import events as ev
from rooms.live.lead_view import lead_view
from rooms.live.messages import may_read
from rooms.live.person import Admitted, Declined, Gated, Invited, Left, Person, Removed, Waiting
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
from rooms.live.rights import may_share_screen
from rooms.live.roster import accepted_current_guidelines, hands, has_facilitator_seat, leads, seated, shown_names
from rooms.live.settings import SharePolicy
from rooms.live.state import ChatLine, RoomState, ToEveryone, ToFacilitators, ToPerson
from rooms.live.views import (
    Arrival,
    AskedToUnmute,
    ChatLineView,
    Knocked,
    LinkOpenedTwice,
    NoteArrived,
    NoteView,
    Notice,
    OutcomeKind,
    OutcomeView,
    OutsideView,
    OwnView,
    PersonView,
    Presence,
    RoomStatusView,
    RoomView,
    TimeLeft,
    View,
    WaitingView,
    YouMayUnmute,
    YourCameraWasStopped,
    YouWereMuted,
)


def view_of(state: RoomState, person: PersonId, now: Instant) -> View:
    """All that `person` may know; somebody the room does not know sees the doors from outside.

    Views depend on the state alone, so they change only when an event was recorded. `now` is for one that would not.
    """
    known = state.people.get(person)
    outcome = _outcome(state, known)
    if outcome is not None:
        return outcome
    if known is None or isinstance(known.standing, Invited | Gated):
        accepted = known is not None and accepted_current_guidelines(state, known)
        return OutsideView(arrival_of(state), accepted, doors_open=not isinstance(state.phase, Scheduled))
    if isinstance(known.standing, Waiting):
        return _waiting(state, known, known.standing)
    if isinstance(known.standing, Admitted):
        return _inside(state, known, known.standing)
    raise AssertionError(known.standing)  # every other standing has an outcome


def notices_for(recorded: ev.Recorded, state_after: RoomState, person: PersonId) -> tuple[Notice, ...]:
    """What `person` is told once because of this event; only people inside are told anything."""
    known = state_after.people.get(person)
    if known is None or not isinstance(known.standing, Admitted):
        return ()
    event = recorded.event
    match event:
        case ev.PersonKnocked() if leads(known):
            return (Knocked(_shown(state_after, event.person)),)
        case ev.NoteSent() if leads(known) and not event.note.is_from_facilitator:
            return (NoteArrived(_shown(state_after, event.person)),)
        case ev.LinkFlagged(person=subject) if leads(known) and subject != person:
            return (LinkOpenedTwice(_shown(state_after, subject)),)
        case ev.MinutesLeft() if leads(known):
            return (TimeLeft(event.minutes),)
        case ev.UnmuteAsked(person=subject) if subject == person:
            asker = None if recorded.by is None else state_after.people.get(recorded.by)
            return (AskedToUnmute("" if asker is None else asker.alias),)
        case ev.ParticipantMuted(person=subject) if subject == person:
            return (YouWereMuted(),)
        case ev.UnmuteAllowed(person=subject) if subject == person:
            return (YouMayUnmute(),)
        case ev.CameraStopped(person=subject) if subject == person:
            return (YourCameraWasStopped(),)
        case _:
            return ()


def arrival_of(state: RoomState) -> Arrival:
    """Where the room is, in the words an outsider may hear; a session page may show it too."""
    match state.phase:
        case Scheduled():
            return Arrival.NOT_OPEN
        case DoorsOpen() | Held():
            return Arrival.WAITING_FOR_FACILITATOR
        case AwaitingFacilitator():
            return Arrival.RUNNING_LATE
        case Ready() | Live() | Paused() | Closing() | Ended() | Canceled():
            is_led = not state.settings.is_peer_held or has_facilitator_seat(state)
            return Arrival.FACILITATOR_IS_HERE if is_led else Arrival.WAITING_FOR_FACILITATOR
        case _:
            assert_never(state.phase)


def _shown(state: RoomState, person: PersonId) -> str:
    known = state.people.get(person)
    return shown_names(state).get(person, "" if known is None else known.alias)


# --- outside -----------------------------------------------------------------------------------------------------
def _outcome(state: RoomState, person: Person | None) -> OutcomeView | None:
    # Removed and declined people are not told when the room ended: for them it did already.
    if person is not None and isinstance(person.standing, Removed):
        return OutcomeView(OutcomeKind.REMOVED, may_knock_again=False)
    if person is not None and isinstance(person.standing, Declined):
        return OutcomeView(OutcomeKind.DECLINED, may_knock_again=False)
    if isinstance(state.phase, Ended):
        return OutcomeView(OutcomeKind.ENDED, may_knock_again=False)
    if isinstance(state.phase, Canceled):
        return OutcomeView(OutcomeKind.CANCELED, may_knock_again=False)
    if person is not None and isinstance(person.standing, Left):
        may_knock = person.standing.had_seat or person.role.may_facilitate or not isinstance(state.phase, Closing)
        return OutcomeView(OutcomeKind.LEFT, may_knock_again=may_knock)
    return None


def _waiting(state: RoomState, person: Person, place: Waiting) -> WaitingView:
    return WaitingView(
        alias=person.alias,
        arrival=arrival_of(state),
        was_here=place.was_here,
        is_held=place.held_message is not None,
        held_message=place.held_message or "",
        waiting_message=state.settings.waiting_message,
        notice=state.waiting_notice,
        notes=tuple(NoteView(note.id, note.is_from_facilitator, note.text) for note in place.notes),
    )


# --- inside ------------------------------------------------------------------------------------------------------
def _inside(state: RoomState, me: Person, seat: Admitted) -> RoomView:
    queue = hands(state)
    return RoomView(
        me=_own(state, me, seat),
        status=_status(state),
        people=tuple(_seen_by(me, other, place, queue.get(other.id)) for other, place in seated(state)),
        chat=tuple(_line(line) for line in state.chat if may_read(me, line)),
        lead=lead_view(state) if leads(me) else None,
    )


def _own(state: RoomState, me: Person, seat: Admitted) -> OwnView:
    return OwnView(
        id=me.id,
        role=me.role,
        muted_by_self=seat.mic.muted_by_self,
        muted_by_facilitator=seat.mic.muted_by_facilitator,
        camera_on=seat.camera.is_on,
        camera_stopped=seat.camera.stopped_by_facilitator,
        is_sharing=seat.is_sharing,
        may_share=may_share_screen(state, me),
        is_text_muted=seat.is_text_muted,
        on_break=seat.on_break,
    )


def _status(state: RoomState) -> RoomStatusView:
    settings = state.settings
    return RoomStatusView(
        phase=_phase_word(state.phase),
        starts_at=settings.schedule.start_at,
        ends_at=settings.schedule.end_at,
        chat_policy=settings.chat_policy,
        cameras_locked=state.cameras_locked,
        share_by_all=settings.share_policy is SharePolicy.ALL,
    )


def _phase_word(phase: Phase) -> Literal["ready", "live", "paused", "held", "closing"]:
    match phase:
        case Live() | Paused() | Held() | Closing():
            return phase.tag
        case _:
            return "ready"


def _seen_by(viewer: Person, person: Person, seat: Admitted, hand: int | None) -> PersonView:
    presence = _presence(viewer, person, seat)
    # To peers a break is a break: what a page that lost its connection had switched on would tell the two apart.
    is_away = presence is Presence.BREAK
    return PersonView(
        id=person.id,
        alias=person.alias,
        role=person.role,
        presence=presence,
        is_muted=is_away or seat.mic.muted_by_self or seat.mic.muted_by_facilitator,
        camera_on=not is_away and seat.camera.is_on and not seat.camera.stopped_by_facilitator,
        is_sharing=not is_away and seat.is_sharing,
        hand=hand,
    )


def _presence(viewer: Person, person: Person, seat: Admitted) -> Presence:
    if seat.lost_at is not None and viewer.id != person.id:
        return Presence.RECONNECTING if leads(viewer) and not seat.on_break else Presence.BREAK
    return Presence.BREAK if seat.on_break else Presence.PRESENT


def _line(line: ChatLine) -> ChatLineView:
    to: Literal["everyone", "facilitators", "person"]
    addressee: PersonId | None = None
    match line.to:
        case ToEveryone():
            to = "everyone"
        case ToFacilitators():
            to = "facilitators"
        case ToPerson():
            to, addressee = "person", line.to.person
        case _:
            assert_never(line.to)
    return ChatLineView(line.id, line.author, line.author_alias, to, addressee, line.text)
