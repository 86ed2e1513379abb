"""The group chat: who may write to whom, deleting, muting a person's text, the policy."""

from typing import assert_never

from rooms.ids import Instant
from rooms.live import events as ev
from rooms.live.commands import AllowText, ChatCommand, DeleteChat, MuteText, PostChat, SetChatPolicy
from rooms.live.permission import require_leader, require_open, require_phase, require_rank, require_seat, seated_target
from rooms.live.person import Admitted, Person
from rooms.live.phase import Closing, Live, Ready
from rooms.live.roster import leads
from rooms.live.settings import ChatPolicy
from rooms.live.state import ChatLine, ChatTo, RoomState, ToEveryone, ToFacilitators, ToPerson
from rooms.live.text import clean_line
from rooms.refusals import Reason, Refused


def decide(state: RoomState, command: ChatCommand, now: Instant) -> tuple[ev.Event, ...]:
    """Raises `Refused`; see each command."""
    require_open(state)
    match command:
        case PostChat():
            return _post(state, command, now)
        case DeleteChat():
            return _delete(state, command)
        case MuteText():
            _, seat = _target(state, command)
            return () if seat.is_text_muted else (ev.TextMuted(command.target),)
        case AllowText():
            _, seat = _target(state, command)
            return (ev.TextAllowed(command.target),) if seat.is_text_muted else ()
        case SetChatPolicy():
            require_leader(state, command.by)
            return () if state.settings.chat_policy is command.policy else (ev.ChatPolicySet(command.policy),)
        case _:
            assert_never(command)


def may_read(person: Person, line: ChatLine) -> bool:
    """What a person inside sees of the chat.

    Participants see what was written while they had this seat: those who wrote earlier wrote to those who were there.
    """
    if line.author == person.id:
        return True
    if not isinstance(person.standing, Admitted):
        return False
    match line.to:
        case ToEveryone():
            return leads(person) or line.at >= person.standing.since
        case ToFacilitators():
            return leads(person) and (person.leads_since is None or line.at >= person.leads_since)
        case ToPerson(person=addressee):
            return addressee == person.id
        case _:
            assert_never(line.to)


def _post(state: RoomState, command: PostChat, now: Instant) -> tuple[ev.Event, ...]:
    person, seat = require_seat(state, command.by)
    require_phase(state, Ready, Live, Closing)
    if seat.is_text_muted:
        raise Refused(Reason.TEXT_MUTED)
    _require_allowed(state, person, command.to)
    text = clean_line(command.text)
    if any(line.id == command.id for line in state.chat):
        return ()
    return (ev.ChatPosted(ChatLine(command.id, person.id, person.alias, command.to, text, now)),)


def _require_allowed(state: RoomState, person: Person, to: ChatTo) -> None:
    if isinstance(to, ToPerson):
        if not person.role.may_facilitate:
            raise Refused(Reason.NOT_PERMITTED)
        seated_target(state, to.person)
        return
    if person.role.may_facilitate:
        return
    policy = state.settings.chat_policy
    if policy is ChatPolicy.OFF or (policy is ChatPolicy.FACILITATORS and isinstance(to, ToEveryone)):
        raise Refused(Reason.CHAT_OFF)


def _delete(state: RoomState, command: DeleteChat) -> tuple[ev.Event, ...]:
    person, _ = require_seat(state, command.by)
    line = next((line for line in state.chat if line.id == command.message), None)
    if line is None or not may_read(person, line):
        raise Refused(Reason.UNKNOWN_MESSAGE)
    if line.author != person.id:
        leader = require_leader(state, command.by)
        author = state.people.get(line.author)
        if author is not None:
            require_rank(leader, author)
    return (ev.ChatDeleted(line.id),)


def _target(state: RoomState, command: MuteText | AllowText) -> tuple[Person, Admitted]:
    leader = require_leader(state, command.by)
    person, seat = seated_target(state, command.target)
    require_rank(leader, person)
    return person, seat
