"""The pages of a group for those who host it: the group, its form, its intake, who leads, who has a place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from rooms.program.authority import Position
from rooms.program.group import Group, StaffMember
from rooms.program.places import Place, PlaceState
from web import group_form, group_words
from web.forms import Filled
from web.pages import FreshLink, Page
from web.times import When, ZoneChoices


@dataclass(frozen=True, slots=True, kw_only=True)
class HostGroupPage(Page):
    """`may_edit`: this account hosts the group; others who lead in it only look. `series`: path and words of each."""

    template: ClassVar[str] = "host/group.html"
    group: Group
    staff: tuple[StaffMember, ...]
    counts: Mapping[PlaceState, int]
    series: tuple[tuple[str, str], ...]
    url: str
    may_edit: bool
    is_new: bool = False

    @property
    def taken(self) -> int:
        return self.counts.get(PlaceState.PLACE, 0)

    @property
    def waiting(self) -> int:
        return self.counts.get(PlaceState.WAITLIST, 0)

    @property
    def pending(self) -> int:
        return self.counts.get(PlaceState.PENDING, 0)

    @property
    def entry(self) -> str:
        return group_words.ENTRIES[self.group.entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFormPage(Page):
    """`group` None: a new one. `changed`: what somebody else changed meanwhile, by label. `holders`: who has a place,
    where the capacity would not do for them."""

    template: ClassVar[str] = "host/group-form.html"
    group: Group | None
    form: Filled
    zones: ZoneChoices
    guess_zone: bool = False
    changed: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()

    labels: ClassVar[Mapping[str, str]] = group_form.LABELS
    topics: ClassVar[Mapping[str, str]] = {topic.value: words for topic, words in group_words.TOPICS.items()}
    kinds: ClassVar[Mapping[str, str]] = {kind.value: words for kind, words in group_words.KINDS.items()}
    entries: ClassVar[Mapping[str, str]] = {entry.value: words for entry, words in group_words.ENTRIES.items()}
    cameras: ClassVar[Mapping[str, str]] = {camera.value: words for camera, words in group_words.CAMERAS.items()}
    chats: ClassVar[Mapping[str, str]] = {policy.value: words for policy, words in group_words.CHATS.items()}
    languages: ClassVar[Mapping[str, str]] = group_words.LANGUAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePage(Page):
    template: ClassVar[str] = "host/group-archive.html"
    group: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakePage(Page):
    template: ClassVar[str] = "host/group-intake.html"
    group: Group
    form: Filled
    rows: int


POSITIONS: Mapping[Position, str] = {
    Position.HOST: "Hosts",
    Position.FACILITATOR: "Facilitators",
    Position.BACKUP: "Backups, asked in this order",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPage(Page):
    """`others`: accounts of the organisation, by id."""

    template: ClassVar[str] = "host/group-staff.html"
    group: Group
    staff: tuple[StaffMember, ...]
    others: Mapping[str, str]
    form: Filled = field(default_factory=Filled)

    positions: ClassVar[Mapping[Position, str]] = POSITIONS

    def of(self, position: Position) -> tuple[StaffMember, ...]:
        return tuple(member for member in self.staff if member.position is position)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """`twin`: an earlier place with the same address, by its name."""

    place: Place
    since: When
    twin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesPage(Page):
    template: ClassVar[str] = "host/group-places.html"
    group: Group
    rows: tuple[PlaceRow, ...]
    form: Filled = field(default_factory=Filled)
    fresh: FreshLink | None = None
    said: str = ""

    def of(self, *states: str) -> tuple[PlaceRow, ...]:
        return tuple(row for row in self.rows if row.place.state.value in states)
