"""Features R1..R12 and reliability I1..I7 over generated meetings, by a seeded driver and by Hypothesis.

The checks are in tests/rooms/checks, named after the invariants; the full count is a command of its own
(tests/rooms/sequences.py).
"""

from random import Random
from typing import get_args

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from rooms.ids import PersonId
from rooms.live import commands as cmd
from rooms.live import events as ev
from rooms.live.settings import MINUTE_MS, SECOND_MS
from rooms.refusals import Reason
from tests.rooms.meeting import Meeting
from tests.rooms.sequences import DEFAULT_SEQUENCES, STEPS, Report, run, wanted_sequences
from tests.rooms.steps import (
    ALIASES,
    EVERYBODY,
    FACILITATORS,
    KINDS,
    PARTICIPANTS,
    Ask,
    Wait,
    arrival,
    bias_of,
    command_of,
    room_of,
)

everybody = st.sampled_from(EVERYBODY)
leaders = st.sampled_from(FACILITATORS)
participants = st.sampled_from(PARTICIPANTS[:4])
randoms = st.randoms(use_true_random=False)


@pytest.fixture(scope="module")
def report() -> Report:
    """Raises `Violation` at the first invariant that does not hold."""
    return run(wanted_sequences())


def test_every_invariant_holds_over_seeded_sequences(report: Report) -> None:
    assert report.steps >= report.sequences * STEPS


def test_the_sequences_meet_every_event_and_every_refusal(report: Report) -> None:
    """A sequence that never gets anywhere proves nothing."""
    assert report.sequences >= DEFAULT_SEQUENCES, "Fewer sequences cannot show what they cover."
    assert set(report.events) == {event.__name__ for event in get_args(ev.Event)}
    assert {Reason(each) for each in report.refusals} == set(Reason)


class AnyMeeting(RuleBasedStateMachine):
    """Hypothesis chooses the acts; what fails is shrunk to the fewest."""

    @initialize(random=randoms)
    def opens(self, random: Random) -> None:
        self.meeting = Meeting(room_of(random))
        self.bias = bias_of(random)
        self.number = 0
        for step in arrival(random, self.meeting.state.settings.guidelines_version):
            self.meeting.take(step)

    def _ask(self, command: cmd.Command, seen: int | None = None) -> None:
        self.meeting.take(Ask(command, seen))

    @rule(kind=st.sampled_from(KINDS), random=randoms, back=st.sampled_from((None, 0, 1, 5)))
    def anything_by_anybody(self, kind: type, random: Random, back: int | None) -> None:
        self.number += 1
        command = command_of(kind, random, self.bias, self.meeting.state, self.number)
        self._ask(command, None if back is None else max(0, self.meeting.state.version - back))

    @rule(person=everybody)
    def comes(self, person: PersonId) -> None:
        self._ask(cmd.Connect(person, True))
        if person in PARTICIPANTS:
            self._ask(cmd.AcceptGuidelines(person, self.meeting.state.settings.guidelines_version))
            self._ask(cmd.Knock(person, ALIASES[person]))
        else:
            self._ask(cmd.Enter(person, ALIASES[person]))

    @rule(leader=leaders, person=participants)
    def is_admitted(self, leader: PersonId, person: PersonId) -> None:
        self._ask(cmd.Admit(leader, (person,)))

    @rule(leader=leaders, person=participants)
    def is_removed(self, leader: PersonId, person: PersonId) -> None:
        self._ask(cmd.Remove(leader, person, ""))

    @rule(person=everybody, is_new_page=st.booleans())
    def loses_the_connection_and_returns(self, person: PersonId, is_new_page: bool) -> None:
        self._ask(cmd.Disconnect(person))
        self.meeting.take(Wait(30 * SECOND_MS))
        self._ask(cmd.Connect(person, is_new_page))

    @rule(person=everybody)
    def speaks(self, person: PersonId) -> None:
        self._ask(cmd.UnmuteSelf(person))
        self._ask(cmd.StartCamera(person))

    @rule(ms=st.sampled_from((1, SECOND_MS, 119 * SECOND_MS, 5 * MINUTE_MS)))
    def time_passes(self, ms: int) -> None:
        self.meeting.take(Wait(ms))

    @rule(early=st.sampled_from((-1, 0, 1)))
    def the_next_deadline_comes(self, early: int) -> None:
        deadline = self.meeting.deadline
        if deadline is not None:
            self.meeting.take(Wait(max(0, deadline - self.meeting.now + early)))


def test_every_invariant_holds_whatever_hypothesis_finds() -> None:
    run_state_machine_as_test(
        AnyMeeting,
        settings=settings(
            max_examples=120,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
