"""A participant's place in a group. No account: whoever holds the token of its link has the place. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum

from rooms.ids import Instant
from rooms.program.ids import GroupId, PlaceId

ALIAS_LENGTH = 40
ANSWER_LENGTH = 1_000
REASON_LENGTH = 500


class PlaceState(StrEnum):
    PLACE = "place"
    WAITLIST = "waitlist"
    PENDING = "pending"  # a host has not read the answers yet
    DECLINED = "declined"
    LEFT = "left"  # a host took them out; who leaves by themselves leaves no row


@dataclass(frozen=True, slots=True)
class Wishes:
    """Which mails this person asked for. Word of a moved or canceled date comes to everybody with an address."""

    day_before: bool = True
    hour_before: bool = True
    starting: bool = False
    missed: bool = False  # once, without pressure


@dataclass(frozen=True, slots=True)
class IntakeAnswer:
    """With the question as it stood, since a host may change the form."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceInput:
    """What somebody asks for a place with. `guidelines_version`: the one they read and accepted."""

    alias: str = ""  # "": a suggested one
    email: str | None = None
    zone: str = "UTC"
    language: str = "en"
    guidelines_version: int
    answers: tuple[str, ...] = ()  # one per question of `Group.asks`
    wishes: Wishes = field(default_factory=Wishes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`rank` is the order of asking within the group; `generation` counts the links that were made for the place."""

    id: PlaceId
    group: GroupId
    alias: str
    email: str | None
    zone: str
    language: str
    state: PlaceState
    rank: int
    guidelines_version: int
    answers: tuple[IntakeAnswer, ...]
    wishes: Wishes
    generation: int
    reason: str  # a host's words with a declined or ended place
    created_at: Instant
    changed_at: Instant  # of the state
    bounced_at: Instant | None
