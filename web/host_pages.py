"""The pages of people who host and lead, each a frozen type that holds all its template shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from web.doors import Doors, DoorState
from web.forms import Filled
from web.pages import FreshLink, LinkRow, Page
from web.qr import Qr
from web.repeats import DAY_FIELDS, WEEKDAYS, Repeat, choices
from web.schedule_form import FIELDS
from web.times import When, ZoneChoices
from web.trend import Trend

OVER = (DoorState.ENDED, DoorState.CANCELED)


# --- the dashboard -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DateRow:
    """One date in a list. `lead` says who leads it, in words; `mine` is the reader's own answer about leading it.

    `is_running`: it has begun, so that canceling it ends it for everyone inside. `attended` counts participants.
    """

    id: str
    title: str
    starts: When
    ends: When
    doors: Doors
    is_peer_held: bool
    is_running: bool = False
    group: str = ""
    group_name: str = ""
    lead: str = ""
    mine: str = ""  # "", "asked", "accepted", "declined"
    attended: int | None = None
    planned: str = ""  # the address of the date in its series, where it may be changed

    @property
    def may_open(self) -> bool:
        return self.doors.state not in OVER

    @property
    def is_mine_to_answer(self) -> bool:
        return self.mine in ("asked", "accepted") and self.may_open


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a host has to see to: one sentence, and where."""

    words: str
    href: str
    action: str


@dataclass(frozen=True, slots=True)
class SeriesLine:
    href: str
    title: str
    rule: str
    next: When | None


@dataclass(frozen=True, slots=True)
class GroupCard:
    """`places` says how many have a place, wait or ask, in words."""

    id: str
    name: str
    places: str
    series: tuple[SeriesLine, ...]
    trend: Trend | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPage(Page):
    """`today` holds what is running and what starts on this date in its own zone. `may_host`: may make groups.

    `more`: how many dates and groups there are beyond those that are shown.
    """

    template: ClassVar[str] = "host/dashboard.html"
    may_host: bool
    today: tuple[DateRow, ...]
    coming: tuple[DateRow, ...]
    alerts: tuple[Alert, ...] = ()
    groups: tuple[GroupCard, ...] = ()
    has_more_dates: bool = False
    has_more_groups: bool = False
    told: str = ""  # what came of an answer a moment ago

    @property
    def is_first_run(self) -> bool:
        return self.may_host and not (self.today or self.coming or self.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsPage(Page):
    """All groups that the reader sees, by name. `may_host`: may make groups."""

    template: ClassVar[str] = "host/all.html"
    rows: tuple[tuple[str, str], ...]  # id, name
    may_host: bool


# --- scheduling --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PreviewDate:
    """One of the next dates. `note`: what the clocks do on it, in a sentence, or ""."""

    when: When
    note: str = ""


@dataclass(frozen=True, slots=True)
class PreviewList:
    """What would come of a form: how it repeats in words, the next dates, and what a host should know of them."""

    rule: str
    dates: tuple[PreviewDate, ...]
    notes: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulePage(Page):
    """`guess_zone`: the browser may choose its own zone.

    `groups` maps ids to names; where `group` is one of them, it is the only one that this page is about.
    """

    template: ClassVar[str] = "host/schedule.html"
    form: Filled
    zones: ZoneChoices
    guess_zone: bool
    action: str
    groups: Mapping[str, str] = field(default_factory=dict)
    group: str = ""
    templates: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)  # ids and names, by kind
    next_dates: PreviewList | None = None
    labels: ClassVar[Mapping[str, str]] = FIELDS
    weekdays: ClassVar[tuple[tuple[str, str], ...]] = tuple(zip(DAY_FIELDS, WEEKDAYS, strict=True))

    @property
    def repeats(self) -> Mapping[Repeat, str]:
        return choices(None)


@dataclass(frozen=True, slots=True)
class PlannedDate:
    """A date of a series: `href` where it is changed, `session` its row where it is made already."""

    href: str
    title: str
    starts: When
    ends: When
    state: str  # "", "moved", "canceled"
    note: str = ""
    lead: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class PastDate:
    starts: When
    words: str  # "7 came", "canceled"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPage(Page):
    """`participant_url` is of the next date; `group_url` the group's own page, which always shows the next one."""

    template: ClassVar[str] = "host/series.html"
    group: str
    group_name: str
    here: str
    title: str
    discreet_title: str
    rule: str
    length: str
    zone_note: str
    dates: tuple[PlannedDate, ...]
    past: tuple[PastDate, ...]
    trend: Trend | None
    participant_url: str
    group_url: str
    code: str
    qr: Qr | None
    calendar_url: str
    may_schedule: bool
    series_url: str = ""  # leads to whichever date is next, until another one is made
    is_over: bool = False
    is_new: bool = False
    told: str = ""  # what was done a moment ago, in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class DatePage(Page):
    """One date of a series, and the form that moves, changes or cancels it. `telling` says who will be told what."""

    template: ClassVar[str] = "host/date.html"
    here: str
    series: str
    series_title: str
    discreet_title: str
    date: PlannedDate
    form: Filled
    version: int
    repeats: bool
    telling: str
    is_over: bool = False
    labels: ClassVar[Mapping[str, str]] = {
        "date": "Date",
        "time": "Time",
        "length": "Length in minutes",
        "title": "Title",
        "scope": "Which dates",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class SurePage(Page):
    """One question before something that cannot be taken back. `facts` is what it does, one sentence each."""

    template: ClassVar[str] = "host/sure.html"
    title: str
    question: str
    subject: str
    facts: tuple[str, ...]
    action: str
    do: str
    back: str
    keep: str
    values: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


# --- one session -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class ManagePage(Page):
    """`may_manage`: may make links and cancel; who only leads sees the date and opens the room."""

    template: ClassVar[str] = "host/session.html"
    session: DateRow
    discreet_title: str
    participant_url: str
    links: tuple[LinkRow, ...]
    clock_note: str = ""  # what the clocks of the zone do at the start, if anything
    fresh: FreshLink | None = None
    form: Filled = field(default_factory=Filled)
    caution: str = ""  # what was asked for and not wholly done
    may_manage: bool = True
    qr: Qr | None = None
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPage(Page):
    """`problem`: why it was not done, where it was tried."""

    template: ClassVar[str] = "host/cancel.html"
    session: DateRow
    telling: str = ""
    problem: str = ""


# --- templates, copies, and what is forgotten --------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TemplateRow:
    id: str
    kind: str  # in words
    name: str
    beginning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatesPage(Page):
    template: ClassVar[str] = "host/templates.html"
    rows: tuple[TemplateRow, ...]
    groups: Mapping[str, str]
    form: Filled = field(default_factory=Filled)
    labels: ClassVar[Mapping[str, str]] = {"kind": "What it is", "name": "Name", "body": "Text", "group": "Group"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePage(Page):
    """One template, to be read and changed; that of a whole group is shown as `facts`."""

    template: ClassVar[str] = "host/template.html"
    id: str
    kind: str
    form: Filled
    facts: tuple[tuple[str, str], ...] = ()
    labels: ClassVar[Mapping[str, str]] = {"name": "Name", "body": "Text"}


@dataclass(frozen=True, slots=True)
class PersonData:
    """A place, for the page of a group's data; `alias` is the name they gave themselves."""

    alias: str
    state: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPage(Page):
    """What is kept of a group: taken out as a file, or deleted."""

    template: ClassVar[str] = "host/data.html"
    group: str
    group_name: str
    here: str
    people: tuple[PersonData, ...]
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """One kind of data: how long it is kept, and how much of it went lately."""

    kind: str
    kept: str
    week: int
    ever: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPage(Page):
    template: ClassVar[str] = "host/retention.html"
    rows: tuple[Forgotten, ...]
    last: When | None
