"""The pages of groups for everybody: home, the directory, a group, asking for a place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from rooms.program.group import Group, Listing, Question
from web import group_words as words
from web.finder import DAYS, Answers
from web.forms import Filled
from web.pages import NEUTRAL, Page, Preview
from web.times import When, ZoneChoices


@dataclass(frozen=True, slots=True)
class Card:
    """A group as the directory shows it. `slots`: starts of its dates of the next weeks, for the finder."""

    group: Listing
    starts: When | None  # the next date
    is_full: bool = False
    slots: tuple[str, ...] = ()

    @property
    def topic(self) -> str:
        return words.TOPICS[self.group.topic]

    @property
    def kind(self) -> str:
        return words.KINDS[self.group.kind]

    @property
    def camera(self) -> str:
        return words.CAMERAS[self.group.camera]

    @property
    def entry(self) -> str:
        return words.SHORT_ENTRIES[self.group.entry]

    @property
    def language(self) -> str:
        return words.language_name(self.group.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage(Page):
    """`cards`: the next few public groups; `more` are in the directory. `form`: of the box for a link or a code."""

    template: ClassVar[str] = "home.html"
    cards: tuple[Card, ...] = ()
    has_directory: bool = False
    form: Filled = field(default_factory=Filled)

    @property
    def is_listed(self) -> bool:
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryPage(Page):
    """`has_directory`: the organisation shows its groups. `languages`: those that some group is held in. `total` counts
    the groups that fit; page `number` of `pages` is shown."""

    template: ClassVar[str] = "directory.html"
    has_directory: bool
    cards: tuple[Card, ...]
    answers: Answers
    languages: Mapping[str, str]
    zones: ZoneChoices
    total: int
    number: int = 1
    pages: int = 1
    query: str = ""  # the answers, for links to other pages

    topics: ClassVar[Mapping[str, str]] = {topic.value: name for topic, name in words.TOPICS.items()}
    kinds: ClassVar[Mapping[str, str]] = {kind.value: name for kind, name in words.KINDS.items()}
    days: ClassVar[Mapping[str, str]] = DAYS

    @property
    def is_listed(self) -> bool:
        return self.has_directory


@dataclass(frozen=True, slots=True)
class DateRow:
    """One coming date of a group."""

    starts: When
    ends: When
    title: str = ""  # where it differs from the group's name


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPage(Page):
    """`is_full`: a place is a rank on the waitlist. `place`: this browser's own, if it has one here."""

    template: ClassVar[str] = "group.html"
    group: Group
    dates: tuple[DateRow, ...]
    repeats: tuple[str, ...]  # in words
    leads: str
    is_full: bool
    calendar: str = ""  # the feed's path
    place: str | None = None

    @property
    def is_listed(self) -> bool:
        return self.group.is_public and not self.group.is_neutral

    @property
    def preview(self) -> Preview:
        if not self.is_listed:
            return NEUTRAL
        return Preview(self.group.name, self.group.audience or self.topic)

    @property
    def topic(self) -> str:
        return words.TOPICS[self.group.topic]

    @property
    def kind(self) -> str:
        return words.KINDS[self.group.kind]

    @property
    def camera(self) -> str:
        return words.CAMERAS[self.group.camera]

    @property
    def entry(self) -> str:
        return words.ENTRIES[self.group.entry]

    @property
    def language(self) -> str:
        return words.language_name(self.group.language)

    @property
    def chat(self) -> str:
        return words.CHATS[self.group.chat_policy]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPage(Page):
    template: ClassVar[str] = "place-ask.html"
    group: Group
    is_full: bool
    has_mail: bool
    zones: ZoneChoices
    form: Filled = field(default_factory=Filled)

    @property
    def questions(self) -> tuple[tuple[str, Question], ...]:
        """With the names of their fields."""
        return tuple((f"answer-{number}", question) for number, question in enumerate(self.group.asks))

    @property
    def labels(self) -> dict[str, str]:
        return ASK_LABELS | {name: question.text for name, question in self.questions}


ASK_LABELS: dict[str, str] = {
    "alias": "A name for you",
    "email": "E-mail",
    "zone": "Your time zone",
    "accepted": "The guidelines",
}
