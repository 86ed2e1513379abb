"""Every request has its command, every view its message."""

import json
from dataclasses import fields
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from rooms.ids import Instant, MessageId, PersonId
from rooms.live import commands
from rooms.live.settings import ChatPolicy
from rooms.live.state import ToEveryone, ToFacilitators, ToPerson
from rooms.live.views import Arrival, OutcomeKind, OutcomeView, OutsideView, WaitingView
from signaling.client_messages import RoomRequest
from signaling.codec import decode
from signaling.server_messages import Outcome, Outside, WaitingStatus
from signaling.translate import to_command, view_message

ME = PersonId("p_requester")
FRESH = MessageId("m_freshline")
VALUES: dict[str, Any] = {
    "target": "p_somebody",
    "targets": ["p_somebody", "p_another1"],
    "alias": "Heron",
    "text": "words",
    "message": "m_aaaaaaaa",
    "reason": "because",
    "version": 3,
    "minutes": 5,
    "policy": "facilitators",
    "to": "everyone",
}
REQUESTS: tuple[type[BaseModel], ...] = get_args(RoomRequest)


def request(member: type[BaseModel], **more: Any) -> Any:
    given = {name: VALUES[name] for name in member.model_fields if name in VALUES}
    tag = get_args(member.model_fields["type"].annotation)[0]
    return decode(json.dumps({"type": tag, "id": 1, **given, **more}))


@pytest.mark.parametrize("member", REQUESTS, ids=lambda member: str(member.__name__))
def test_every_request_becomes_the_command_of_its_name_and_keeps_its_words(member: type[BaseModel]) -> None:
    message = request(member)
    command = to_command(message, ME, FRESH)
    assert type(command) is getattr(commands, member.__name__)
    assert command.by == ME
    for field in fields(command):
        said = getattr(command, field.name)
        match field.name:
            case "by":
                continue
            case "id":
                assert said == FRESH
            case "to":
                assert said == ToEveryone()
            case name:
                assert said == getattr(message, name)


def test_every_command_that_a_person_may_ask_for_has_a_request() -> None:
    asked = {command.__name__ for command in get_args(commands.Command)}
    reports = {command.__name__ for command in get_args(commands.ReportCommand)}
    assert {member.__name__ for member in REQUESTS} == asked - reports


@pytest.mark.parametrize(
    ("to", "audience"),
    [
        ("everyone", ToEveryone()),
        ("facilitators", ToFacilitators()),
        ("p_somebody", ToPerson(PersonId("p_somebody"))),
    ],
)
def test_a_line_reaches_whom_it_names(to: str, audience: object) -> None:
    member = next(member for member in REQUESTS if member.__name__ == "PostChat")
    command = to_command(request(member, to=to), ME, FRESH)
    assert isinstance(command, commands.PostChat)
    assert command.to == audience


def test_a_policy_becomes_the_domain_s_own_type() -> None:
    member = next(member for member in REQUESTS if member.__name__ == "SetChatPolicy")
    command = to_command(request(member), ME, FRESH)
    assert isinstance(command, commands.SetChatPolicy)
    assert command.policy is ChatPolicy.FACILITATORS


@pytest.mark.parametrize(
    ("view", "message"),
    [
        (OutsideView(Arrival.NOT_OPEN, False, False), Outside),
        (WaitingView("Heron", Arrival.RUNNING_LATE, False, False, "", "", "", ()), WaitingStatus),
        (OutcomeView(OutcomeKind.ENDED, False), Outcome),
    ],
)
def test_people_who_are_not_inside_always_get_their_whole_view(view: Any, message: type) -> None:
    for old in (None, view):
        said = view_message(old, view, 4, Instant(9))
        assert type(said) is message
        assert (said.version, said.now) == (4, Instant(9))
        assert not hasattr(said, "changes")
