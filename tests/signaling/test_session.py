"""The machine of one connection, on a clock that the test turns."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.ids import Instant, PersonId
from rooms.live.settings import ChatPolicy
from rooms.live.views import Arrival, OutcomeKind, OutcomeView, OutsideView, OwnView, RoomStatusView, RoomView
from rooms.refusals import Reason
from rooms.roles import Role
from signaling.errors import CloseCode
from signaling.server_messages import Elsewhere, MeChanged, Ok, Outcome, Outside, Pong, Refused, Room, RoomChanged
from signaling.session import Action, Close, Closed, Deliver, Joined, Prove, Send, Session, TakeOver

TICKET = "t" * 32


def frame(**fields: Any) -> str:
    return json.dumps(fields)


def hello(**fields: Any) -> str:
    return frame(type="hello", protocol=1, **fields)


def joined() -> Session:
    session = Session(0.0)
    session.handle_text(hello(ticket=TICKET), 0.0)
    session.accept()
    return session


def closed_with(actions: Sequence[Action]) -> CloseCode | None:
    return next((action.code for action in actions if isinstance(action, Close)), None)


def outcome(kind: OutcomeKind) -> Outcome:
    return Outcome(version=1, now=Instant(0), view=OutcomeView(kind, False))


def room(role: Role) -> Room:
    me = OwnView(PersonId("p_ash"), role, True, False, False, False, False, False, False, False)
    status = RoomStatusView("live", Instant(0), Instant(0), ChatPolicy.ALL, False, False)
    return Room(version=1, now=Instant(0), view=RoomView(me, status, (), (), None))


def test_hello_asks_who_this_is() -> None:
    actions = Session(0.0).handle_text(hello(ticket=TICKET), 1.0)
    assert [type(action) for action in actions] == [Prove]


def test_no_hello_within_five_seconds_closes() -> None:
    session = Session(0.0)
    assert session.tick(4.9) == ()
    assert closed_with(session.tick(5.0)) is CloseCode.HELLO_EXPECTED


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (frame(type="ping"), CloseCode.HELLO_EXPECTED),
        (frame(type="leave", id=1), CloseCode.HELLO_EXPECTED),
        (frame(type="hello", protocol=2, ticket=TICKET), CloseCode.HELLO_EXPECTED),
        (hello(), CloseCode.TICKET_SPENT),
        ("nonsense", CloseCode.POLICY),
        (frame(type="leave", id=1, more=1), CloseCode.POLICY),
        ("x" * 70_000, CloseCode.TOO_BIG),
    ],
)
def test_a_first_frame_that_is_no_good_hello_closes(text: str, code: CloseCode) -> None:
    session = Session(0.0)
    assert closed_with(session.handle_text(text, 0.0)) is code
    assert session.handle_text(hello(ticket=TICKET), 0.0) == ()


def test_a_request_before_welcome_closes() -> None:
    session = Session(0.0)
    session.handle_text(hello(ticket=TICKET), 0.0)
    assert session.handle_text(frame(type="ping"), 0.0) == (Send(Pong()),)
    assert closed_with(session.handle_text(frame(type="leave", id=1), 0.0)) is CloseCode.POLICY


def test_a_second_hello_closes() -> None:
    assert closed_with(joined().handle_text(hello(ticket=TICKET), 0.0)) is CloseCode.POLICY


def test_elsewhere_waits_for_take_over_and_needs_no_second_ticket() -> None:
    session = Session(0.0)
    session.handle_text(hello(ticket=TICKET), 0.0)
    assert session.elsewhere(0.0) == (Send(Elsewhere()),)
    actions = session.handle_text(hello(take_over=True), 8.0)
    assert [type(action) for action in actions] == [TakeOver]
    session.accept()
    assert isinstance(session.state, Joined)


def test_elsewhere_without_take_over_moves_nothing() -> None:
    session = Session(0.0)
    session.handle_text(hello(ticket=TICKET), 0.0)
    session.elsewhere(0.0)
    assert closed_with(session.handle_text(hello(ticket=TICKET), 0.0)) is CloseCode.POLICY


def test_requests_are_delivered_and_pings_answered() -> None:
    session = joined()
    (delivered,) = session.handle_text(frame(type="raise-hand", id=3), 0.0)
    assert isinstance(delivered, Deliver)
    assert session.handle_text(frame(type="ping"), 0.0) == (Send(Pong()),)


@pytest.mark.parametrize("id", [3, 2])
def test_a_request_id_that_does_not_grow_closes(id: int) -> None:
    session = joined()
    session.handle_text(frame(type="raise-hand", id=3), 0.0)
    assert closed_with(session.handle_text(frame(type="raise-hand", id=id), 0.0)) is CloseCode.POLICY


def test_a_request_that_does_not_fit_is_refused_and_the_connection_goes_on() -> None:
    session = joined()
    assert session.handle_text(frame(type="knock", id=1), 0.0) == (Send(Refused(id=1, reason="not-understood")),)
    assert isinstance(session.handle_text(frame(type="raise-hand", id=2), 0.0)[0], Deliver)


def test_twenty_frames_a_second_are_fine_and_sixty_at_once() -> None:
    session = joined()
    for number in range(59):
        assert closed_with(session.handle_text(frame(type="ping"), 0.0)) is None, number
    assert closed_with(session.handle_text(frame(type="ping"), 0.0)) is CloseCode.POLICY
    steady = joined()
    for number in range(400):
        assert closed_with(steady.handle_text(frame(type="ping"), number / 20)) is None


def test_protocol_pings_count_too() -> None:
    session = joined()
    codes = [closed_with(session.heard(0.0)) for _ in range(80)]
    assert codes.count(CloseCode.POLICY) == 1


def is_delivered(session: Session, id: int, type: str = "raise-hand", **fields: Any) -> bool:
    """Whether this is passed on; the only other answer is `busy`."""
    (action,) = session.handle_text(frame(type=type, id=id, **fields), float(id))
    assert isinstance(action, Deliver) or action == Send(Refused(id=id, reason="busy"))
    return isinstance(action, Deliver)


def test_a_hundred_unanswered_requests_of_somebody_who_leads_are_enough() -> None:
    session = joined()
    session.send(room(Role.FACILITATOR), 0.0)
    assert [is_delivered(session, id) for id in range(102)] == [True] * 100 + [False] * 2
    session.send(Ok(id=5), 102.0)
    assert is_delivered(session, 102)


def test_anybody_else_waits_for_the_answer_to_one_of_two_requests() -> None:
    session = joined()
    assert [is_delivered(session, id) for id in range(4)] == [True, True, False, False]
    session.send(Refused(id=0, reason=Reason.NOT_ADMITTED), 4.0)
    assert [is_delivered(session, id) for id in (4, 5)] == [True, False]


@pytest.mark.parametrize("type", ["mute-self", "stop-own-camera", "take-break", "leave"])
def test_nobody_waits_to_be_silent_or_gone(type: str) -> None:
    session = joined()
    assert [is_delivered(session, id) for id in range(3)] == [True, True, False]
    assert is_delivered(session, 3, type)
    assert is_delivered(session, 4, "answer", transport=1, generation=1, sdp="v=0")
    assert [is_delivered(session, id, type) for id in range(5, 25)].count(True) == 16


def test_who_begins_to_lead_or_stops_is_held_to_the_other_number() -> None:
    session = joined()
    session.send(room(Role.PARTICIPANT), 0.0)
    assert [is_delivered(session, id) for id in range(3)] == [True, True, False]
    leading = room(Role.CO_FACILITATOR).view.me
    session.send(RoomChanged(version=2, now=Instant(0), changes=(MeChanged(me=leading),)), 0.0)
    assert is_delivered(session, 3)
    session.send(room(Role.PARTICIPANT), 0.0)
    assert not is_delivered(session, 4)


def test_ten_seconds_of_silence_close() -> None:
    session = joined()
    session.heard(3.0)
    assert session.tick(13.0) == ()
    assert closed_with(session.tick(13.1)) is CloseCode.GOING_AWAY


def test_a_removed_person_is_told_and_let_go() -> None:
    session = joined()
    told = outcome(OutcomeKind.REMOVED)
    assert session.send(told, 0.0) == (Send(told), Close(CloseCode.DONE))
    assert session.send(Ok(id=1), 0.0) == ()


def test_other_outcomes_stay_open_for_a_minute() -> None:
    session = joined()
    session.send(outcome(OutcomeKind.DECLINED), 0.0)
    session.heard(59.0)
    assert session.tick(59.9) == ()
    assert closed_with(session.tick(60.0)) is CloseCode.DONE


def test_a_turned_page_stays_open() -> None:
    session = joined()
    session.send(outcome(OutcomeKind.DECLINED), 0.0)
    session.send(Outside(version=2, now=Instant(0), view=OutsideView(Arrival.NOT_OPEN, True, True)), 30.0)
    session.heard(60.0)
    assert session.tick(60.0) == ()


frames = st.sampled_from(
    [
        hello(ticket=TICKET),
        hello(take_over=True),
        frame(type="ping"),
        frame(type="knock", id=1),
        frame(type="leave", id=2),
        frame(type="leave", id=9),
        "}",
        "x" * 70_000,
    ]
)
steps = st.lists(st.tuples(frames | st.sampled_from(["accept", "elsewhere", "tick", "heard"]), st.floats(0, 4)))


@given(steps)
def test_a_connection_closes_once_and_is_silent_afterwards(steps: list[tuple[str, float]]) -> None:
    session = Session(0.0)
    now = 0.0
    closes = 0
    for step, passed in steps:
        was_closed = isinstance(session.state, Closed)
        now += passed
        actions: Sequence[Action] = ()
        match step:
            case "accept":
                session.accept()
            case "elsewhere":
                actions = session.elsewhere(now)
            case "tick":
                actions = session.tick(now)
            case "heard":
                actions = session.heard(now)
            case _:
                actions = session.handle_text(step, now)
        assert not (was_closed and actions)
        closes += sum(isinstance(action, Close) for action in actions)
        if any(isinstance(action, Deliver) for action in actions):
            assert isinstance(session.state, Joined)
    assert closes == isinstance(session.state, Closed)
