"""A group: what people read before they come, who may come, and what its sessions are made with. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rooms.ids import Instant
from rooms.live.settings import ChatPolicy
from rooms.program.authority import Position
from rooms.program.ids import AccountId, GroupId
from rooms.program.timers import Timers

NEUTRAL_NAME = "Meeting"
LARGEST = 500
MOST_QUESTIONS = 12
MOST_CHOICES = 12
QUESTION_LENGTH = 300
CHOICE_LENGTH = 120

TEXT_LIMITS: Mapping[str, int] = {
    "name": 120,
    "discreet_name": 120,
    "audience": 1_000,
    "about": 4_000,
    "cost": 200,
    "accessibility": 2_000,
    "resources": 8_000,
    "waiting_message": 1_000,
    "guidelines": 8_000,
}


class Kind(StrEnum):
    """Who holds the group."""

    PEER_LED = "peer-led"
    PROFESSIONAL_LED = "professional-led"
    PEER_HELD = "peer-held"  # without a facilitator: its rooms open once enough people are there


class Entry(StrEnum):
    """How somebody comes by a place."""

    OPEN = "open"  # by asking, while there is room
    APPROVAL = "approval"  # a host reads the answers and accepts or declines
    CLOSED = "closed"  # a closed cohort: by invitation only


class Camera(StrEnum):
    """What is expected, never enforced: nobody's camera is started by anybody else."""

    OPTIONAL = "optional"
    WELCOME = "welcome"
    EXPECTED = "expected"
    OFF = "off"  # sound and names only


class Topic(StrEnum):
    """What a group is about, coarse enough to filter by."""

    ADDICTION = "addiction"
    ANXIETY = "anxiety"
    BEREAVEMENT = "bereavement"
    CAREGIVING = "caregiving"
    CHRONIC_ILLNESS = "chronic-illness"
    DEPRESSION = "depression"
    DISABILITY = "disability"
    EATING = "eating"
    FAMILY = "family"
    IDENTITY = "identity"
    LONELINESS = "loneliness"
    NEURODIVERGENCE = "neurodivergence"
    PARENTING = "parenting"
    RELATIONSHIPS = "relationships"
    TRAUMA = "trauma"
    VIOLENCE = "violence"
    WORK = "work"
    OTHER = "other"


class QuestionKind(StrEnum):
    TEXT = "text"  # a short one
    CHOICE = "choice"
    YES_NO = "yes-no"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the intake form of an approval group. `choices` of a choice only."""

    text: str
    kind: QuestionKind = QuestionKind.TEXT
    choices: tuple[str, ...] = ()
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Guidelines:
    """Versions count from 1; an old version is never changed."""

    version: int
    text: str


@dataclass(frozen=True, slots=True)
class StaffMember:
    """An account's position in one group; `rank` orders those of one position, the lowest is asked first."""

    account: AccountId
    name: str  # as people of the group read it
    position: Position
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupInput:
    """A filled-in group form; `check` says what does not fit. `capacity` counts places."""

    name: str
    discreet_name: str = ""
    topic: Topic = Topic.OTHER
    audience: str = ""
    about: str = ""
    language: str = "en"
    kind: Kind = Kind.PEER_LED
    entry: Entry = Entry.OPEN
    camera: Camera = Camera.OPTIONAL
    chat_policy: ChatPolicy = ChatPolicy.FACILITATORS
    cost: str = ""  # "": free
    accessibility: str = ""
    resources: str = ""
    waiting_message: str = ""
    intake: tuple[Question, ...] = ()
    timers: Timers = field(default_factory=Timers)
    zone: str = "UTC"
    capacity: int = 12
    is_public: bool = False
    is_neutral: bool = True
    is_paused: bool = False
    guidelines: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """`version` counts changes of the group; `guidelines` is the newest version of them."""

    id: GroupId
    slug: str
    name: str
    discreet_name: str
    topic: Topic
    audience: str
    about: str
    language: str
    kind: Kind
    entry: Entry
    camera: Camera
    chat_policy: ChatPolicy
    cost: str
    accessibility: str
    resources: str
    waiting_message: str
    intake: tuple[Question, ...]
    timers: Timers
    zone: str
    capacity: int
    is_public: bool
    is_neutral: bool
    is_paused: bool
    version: int
    created_at: Instant
    archived_at: Instant | None
    guidelines: Guidelines

    @property
    def title(self) -> str:
        """What may stand in a tab, a subject or a calendar."""
        return self.discreet_name if self.is_neutral else self.name

    @property
    def asks(self) -> tuple[Question, ...]:
        """What somebody who asks for a place is asked: questions are for groups whose host reads the answers."""
        return self.intake if self.entry is Entry.APPROVAL else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What the directory says of a group. `next_at`: the start of its next date, where one is planned."""

    id: GroupId
    slug: str
    name: str
    audience: str
    topic: Topic
    kind: Kind
    language: str
    camera: Camera
    entry: Entry
    cost: str
    capacity: int
    zone: str
    is_paused: bool
    next_at: Instant | None


def names_of(members: Sequence[StaffMember]) -> str:
    """Who leads, as people read it: the facilitators; the hosts where there is none."""
    leading = [member.name for member in members if member.position is Position.FACILITATOR]
    return ", ".join(leading or [member.name for member in members if member.position is Position.HOST])
