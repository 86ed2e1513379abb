"""Everything that is true of one room at one version. Immutable: `apply` alone makes the next one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rooms.ids import Instant, MessageId, PersonId, SessionId
from rooms.live.person import Person
from rooms.live.phase import Phase, Scheduled
from rooms.live.settings import Settings


@dataclass(frozen=True, slots=True)
class ToEveryone:
    tag: Literal["everyone"] = "everyone"


@dataclass(frozen=True, slots=True)
class ToFacilitators:
    tag: Literal["facilitators"] = "facilitators"


@dataclass(frozen=True, slots=True)
class ToPerson:
    """A facilitator's private word to one person inside."""

    person: PersonId
    tag: Literal["person"] = "person"


ChatTo = ToEveryone | ToFacilitators | ToPerson


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One message of the group chat; erased when the session ends."""

    id: MessageId
    author: PersonId
    author_alias: str  # as it was when written
    to: ChatTo
    text: str
    at: Instant


@dataclass(frozen=True, slots=True)
class RoomState:
    """`people` holds everybody known in this session, whatever their standing, in the order they became known; of those
    who only looked in, the newest (`Settings.max_known`).

    `phase_version` is the version at which the phase, the end, a lock or the chat policy last changed (features R9).
    """

    session: SessionId
    settings: Settings
    version: int = 0
    phase: Phase = field(default_factory=Scheduled)
    phase_version: int = 0
    people: Mapping[PersonId, Person] = field(default_factory=dict)
    chat: tuple[ChatLine, ...] = ()
    waiting_notice: str = ""  # the newest message to all waiting
    is_entry_locked: bool = False
    cameras_locked: bool = False
    last_facilitator_lost_at: Instant | None = None  # set while a started room has nobody who leads
    cues_given: tuple[int, ...] = ()  # minutes-left cues already given for this end
