"""Rooms, people and steps for the generated tests: every command there is, by everybody, at any time.

A step is a command with what its caller had seen, or the passing of time. Hypothesis draws the same steps (from a
`Random` that it shrinks) as the plain seeded driver.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from random import Random
from typing import Any, get_args

from rooms.ids import Instant, MessageId, PersonId, SessionId
from rooms.live import commands as cmd
from rooms.live.person import Admitted, Declined, Removed, Waiting
from rooms.live.room import new_room
from rooms.live.settings import MINUTE_MS, SECOND_MS, ChatPolicy, Schedule, Settings, SharePolicy
from rooms.live.state import RoomState, ToEveryone, ToFacilitators, ToPerson
from rooms.roles import Role

BEGIN = Instant(1_800_000_000_000)
DOORS = Instant(BEGIN + 45 * MINUTE_MS)
START = Instant(BEGIN + 60 * MINUTE_MS)

FACILITATORS = (PersonId("p_lead_1"), PersonId("p_lead_2"))
CO_FACILITATOR = PersonId("p_colead")
PARTICIPANTS = tuple(PersonId(f"p_part_{letter}") for letter in "abcdef")
EVERYBODY = (*FACILITATORS, CO_FACILITATOR, *PARTICIPANTS)
STRANGER = PersonId("p_nobody_knows")

ROLES: Mapping[PersonId, Role] = {
    **dict.fromkeys(FACILITATORS, Role.FACILITATOR),
    CO_FACILITATOR: Role.CO_FACILITATOR,
    **dict.fromkeys(PARTICIPANTS, Role.PARTICIPANT),
}

# Long words that occur nowhere else: found in somebody's view, they came from there. The shared ones are for names
# that collide, and are searched for by nobody.
ALIASES: Mapping[PersonId, str] = {
    person: f"Canary{person.removeprefix('p_').replace('_', '')}" for person in EVERYBODY
}
SHARED_ALIASES = ("Sam", "sam", "Sam 2", "Ṡam")
BAD_TEXTS = ("", "   ", "\x00", "a\x07b", "\ud800", "\u200b", "x" * 4_001)

KINDS: tuple[type[Any], ...] = get_args(cmd.Command)
BY_EVERYBODY_INSIDE = frozenset(
    {
        cmd.SendNote,
        cmd.MuteSelf,
        cmd.UnmuteSelf,
        cmd.StartCamera,
        cmd.StopOwnCamera,
        cmd.StartShare,
        cmd.StopShare,
        cmd.PostChat,
        cmd.DeleteChat,
        cmd.Disconnect,
        *get_args(cmd.SeatCommand),
    }
)
FROM_OUTSIDE = frozenset({cmd.Introduce, cmd.Connect, cmd.AcceptGuidelines, cmd.Knock, cmd.Enter})
ENDS_MUCH = frozenset({cmd.EndSession, cmd.CancelSession, cmd.BeginClosing, cmd.PauseRoom})


@dataclass(frozen=True, slots=True)
class Ask:
    command: cmd.Command
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    ms: int


Step = Ask | Wait


@dataclass(frozen=True, slots=True)
class Bias:
    """What one meeting is mostly about: a dozen kinds of command and a few people, so that acts meet each other."""

    kinds: tuple[type[Any], ...]
    people: tuple[PersonId, ...]
    pace: float  # how often time passes


def bias_of(random: Random) -> Bias:
    people = (*random.sample(FACILITATORS, 1), *random.sample(PARTICIPANTS[:4], 2), random.choice(EVERYBODY))
    return Bias(tuple(random.sample(KINDS, 12)), people, random.choice((0.05, 0.14, 0.3)))


def settings_of(random: Random) -> Settings:
    """A room with small limits, so that they are met."""
    return Settings(
        schedule=Schedule(DOORS, START, Instant(START + random.choice((20, 60)) * MINUTE_MS)),
        guidelines_version=random.choice((1, 3)),
        waiting_message="Welcome.",
        is_peer_held=random.random() < 0.25,
        minimum_present=random.choice((1, 2, 3)),
        chat_policy=random.choice(tuple(ChatPolicy)),
        share_policy=random.choice(tuple(SharePolicy)),
        max_participants=random.choice((2, 4, 12)),
        max_people=random.choice((4, 25)),
        max_waiting=random.choice((2, 100)),
        max_known=random.choice((5, 8, 500)),
        late_cutoff_ms=random.choice((None, 10 * MINUTE_MS)),
    )


def room_of(random: Random) -> RoomState:
    return new_room(SessionId("s_generated"), settings_of(random))


def arrival(random: Random, guidelines: int) -> list[Step]:
    """How a meeting may have begun before the random steps: from not at all to people talking."""
    steps: list[Step] = [Ask(cmd.Introduce(person, ROLES[person], ALIASES[person])) for person in EVERYBODY]
    stage = random.choices(range(5), weights=(1, 1, 3, 4, 9))[0]
    if stage == 0:
        return steps[: random.randrange(len(steps) + 1)]
    steps += [Ask(cmd.Connect(person, True)) for person in EVERYBODY]
    steps += [Ask(cmd.AcceptGuidelines(person, guidelines)) for person in PARTICIPANTS]
    if stage == 1:
        return steps
    steps.append(Wait(random.choice((45, 58)) * MINUTE_MS))
    steps += [Ask(cmd.Knock(person, ALIASES[person])) for person in PARTICIPANTS[: random.randrange(2, 6)]]
    if stage == 2:
        return steps
    steps += [Ask(cmd.Enter(person, ALIASES[person])) for person in EVERYBODY[: random.randrange(1, 4)]]
    steps.append(Ask(cmd.Admit(FACILITATORS[0], PARTICIPANTS[: random.randrange(2, 5)])))
    if stage == 3:
        return steps
    steps += [Wait(16 * MINUTE_MS), *(Ask(cmd.UnmuteSelf(person)) for person in PARTICIPANTS[:2])]
    steps += [Ask(cmd.StartCamera(PARTICIPANTS[0])), Ask(cmd.RaiseHand(PARTICIPANTS[1]))]
    return steps


def next_step(
    random: Random, bias: Bias, state: RoomState, deadline: Instant | None, now: Instant, number: int
) -> Step:
    """Mostly a command, sometimes time: a moment, up to the next deadline, or long past it."""
    if random.random() < bias.pace:
        return _wait(random, deadline, now)
    kind = random.choice(bias.kinds if random.random() < 0.6 else KINDS)
    if kind in ENDS_MUCH and random.random() < 0.85:
        kind = random.choice(KINDS)
    seen = None if random.random() < 0.6 else max(0, state.version - random.choice((0, 0, 1, 3, 10, 40)))
    return Ask(command_of(kind, random, bias, state, number), seen)


def command_of(kind: type[Any], random: Random, bias: Bias, state: RoomState, number: int) -> cmd.Command:
    """A command of this type, its fields drawn by their names: mostly sensible in this state, sometimes not at all."""
    by = _caller(kind, random, bias, state)
    target = by if random.random() < 0.12 else _target(kind, random, bias, state)
    draw: dict[str, Callable[[], object]] = {
        "by": lambda: by,
        "role": lambda: ROLES.get(by, Role.PARTICIPANT) if random.random() < 0.95 else random.choice(tuple(Role)),
        "alias": lambda: _alias(random, by),
        "has_link": lambda: random.random() < 0.5,
        "is_new_page": lambda: random.random() < 0.5,
        "version": lambda: random.choice((state.settings.guidelines_version, state.settings.guidelines_version, 2)),
        "target": lambda: target,
        "targets": lambda: (target, *(random.choice(EVERYBODY) for _ in range(random.randrange(3)))),
        "message": lambda: _message(random, state, number),
        "reason": lambda: f"wordreason{number}",
        "id": lambda: MessageId(f"m_{number if random.random() < 0.9 else max(0, number - 5)}"),
        "text": lambda: _text(random, number),
        "minutes": lambda: random.choice((1, 10, 10, 30, 60, 0, 61)),
        "policy": lambda: random.choice(tuple(ChatPolicy)),
        "settings": lambda: _rewritten(random, state.settings),
        "to": lambda: random.choice((ToEveryone(), ToEveryone(), ToFacilitators(), ToPerson(target))),
    }
    if kind is cmd.HoldWaiting:
        draw["message"] = lambda: random.choice(("", f"wordhold{number}"))
    command: cmd.Command = kind(**{field.name: draw[field.name]() for field in fields(kind)})
    return command


def _caller(kind: type[Any], random: Random, bias: Bias, state: RoomState) -> PersonId:
    if random.random() < 0.03:
        return STRANGER
    if random.random() < 0.12:
        return random.choice(EVERYBODY)
    inside = [p.id for p in state.people.values() if isinstance(p.standing, Admitted)]
    leading = [person for person in inside if state.people[person].role.may_facilitate]
    if kind in FROM_OUTSIDE:
        return _one(random, bias, [person for person in EVERYBODY if person not in inside] or EVERYBODY)
    if kind in BY_EVERYBODY_INSIDE:
        return _one(random, bias, inside or EVERYBODY)
    return random.choice(leading or (*FACILITATORS, CO_FACILITATOR))


def _one(random: Random, bias: Bias, people: Sequence[PersonId]) -> PersonId:
    usual = [person for person in people if person in bias.people]
    return random.choice(usual if usual and random.random() < 0.7 else people)


def _target(kind: type[Any], random: Random, bias: Bias, state: RoomState) -> PersonId:
    chance = random.random()
    if chance < 0.2:
        return random.choice((*EVERYBODY, STRANGER))
    wanted: type[Any] | tuple[type[Any], ...] = Admitted
    if kind in (cmd.Admit, cmd.HoldWaiting, cmd.Decline, cmd.SendNote):
        wanted = Waiting
    if kind is cmd.Readmit:
        wanted = (Removed, Declined)
    fitting = [p.id for p in state.people.values() if isinstance(p.standing, wanted)]
    return _one(random, bias, fitting or PARTICIPANTS)


def _message(random: Random, state: RoomState, number: int) -> MessageId:
    if state.chat and random.random() < 0.8:
        return random.choice(state.chat).id
    return MessageId(f"m_{number}")


def _alias(random: Random, by: PersonId) -> str:
    chance = random.random()
    if chance < 0.75:
        return ALIASES.get(by, "Canarystranger")
    return random.choice(SHARED_ALIASES) if chance < 0.95 else random.choice(BAD_TEXTS)


def _rewritten(random: Random, settings: Settings) -> Settings:
    """Moved by some minutes, and sometimes with other rules."""
    other = settings if random.random() < 0.5 else settings_of(random)
    by = random.choice((-50, -5, 0, 5, 60)) * MINUTE_MS
    was = settings.schedule
    moved = Schedule(Instant(was.doors_at + by), Instant(was.start_at + by), Instant(was.end_at + by))
    return replace(other, schedule=moved, is_peer_held=settings.is_peer_held)


def _text(random: Random, number: int) -> str:
    return f"word{number}end" if random.random() < 0.95 else random.choice(BAD_TEXTS)


def _wait(random: Random, deadline: Instant | None, now: Instant) -> Wait:
    chance = random.random()
    if chance < 0.65 or deadline is None:
        return Wait(random.choice((0, 1, 500, 5 * SECOND_MS, 40 * SECOND_MS)))
    if chance < 0.95:
        return Wait(max(0, deadline - now + random.choice((-1, 0, 0, 1, SECOND_MS))))
    return Wait(random.choice((3, 12, 30, 90)) * MINUTE_MS)
