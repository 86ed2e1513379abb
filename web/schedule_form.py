"""The form that schedules a series. For a first one a name, a date and a time are enough."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, Field, StringConstraints, field_validator

from rooms.ids import Instant
from rooms.live.settings import ChatPolicy
from rooms.program.group import Kind
from rooms.program.recurrence import Rule
from rooms.program.timers import EARLIEST_DOORS_MIN, LONGEST_ABSENT_MIN, LONGEST_MIN, Timers
from rooms.schedule import BadSchedule, ClockNote, local_of, timing_of
from web.forms import BadForm, Form, Required, read_form
from web.repeats import DAY_FIELDS, Ends, Repeat, rule_of

TITLE_LENGTH = 120
MESSAGE_LENGTH = 1_000
TEXT_LENGTH = 8_000
MOST_EVERY = 99
MOST_COUNT = 730

GUIDELINES = """\
What is said here stays here.
Nobody records, takes pictures, or listens in from the same room.
You speak for yourself, and only if you want to. Listening is enough.
One person speaks at a time. We do not give advice unless somebody asks for it.
You can take a break or leave at any moment, without a reason."""

WAITING_MESSAGE = "Welcome. You are in the right place. Take your time; a facilitator lets you in soon."

NEW_GROUP = ""  # the choice of the form that makes a group along with the series

DEFAULTS: Mapping[str, str] = {
    "group": NEW_GROUP,
    "length": "60",
    "repeat": Repeat.NEVER,
    "every": "1",
    "ends": Ends.NEVER,
    "doors": "15",
    "late": "10",
    "absent_page": "5",
    "absent_cancel": "15",
    "kind": Kind.PEER_LED,
    "chat": ChatPolicy.FACILITATORS,
    "guidelines": GUIDELINES,
    "waiting_message": WAITING_MESSAGE,
}


def _none_if_empty(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _numbers(value: object) -> object:
    return value.split() if isinstance(value, str) else value


Title = Annotated[str, StringConstraints(strip_whitespace=True, max_length=TITLE_LENGTH)]
Message = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MESSAGE_LENGTH)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=TEXT_LENGTH)]
TemplateId = Annotated[str, StringConstraints(max_length=64)]
Empty = BeforeValidator(_none_if_empty)


class DatesForm(Form):
    """When a series takes place: `date` and `time` are local in `zone`, durations are minutes.

    An empty `late` means until the end, one that is not sent means the default.
    """

    date: dt.date
    time: dt.time
    zone: Annotated[str, Required, StringConstraints(max_length=64)]
    length: Annotated[int, Field(ge=5, le=LONGEST_MIN)] = 60
    repeat: Repeat = Repeat.NEVER
    every: Annotated[int, Field(ge=1, le=MOST_EVERY)] = 1
    weekdays: Annotated[tuple[int, ...], BeforeValidator(_numbers)] = ()
    ends: Ends = Ends.NEVER
    until: Annotated[dt.date | None, Empty] = None
    count: Annotated[Annotated[int, Field(ge=1, le=MOST_COUNT)] | None, Empty] = None
    doors: Annotated[int, Field(ge=0, le=EARLIEST_DOORS_MIN)] = 15
    late: Annotated[Annotated[int, Field(ge=0, le=LONGEST_MIN)] | None, Empty] = 10
    absent_page: Annotated[int, Field(ge=0, le=LONGEST_ABSENT_MIN)] = 5
    absent_cancel: Annotated[int, Field(ge=1, le=LONGEST_ABSENT_MIN)] = 15

    @field_validator("time")
    @classmethod
    def _is_local(cls, value: dt.time) -> dt.time:
        if value.tzinfo is not None:
            raise ValueError("a wall clock has no offset")
        return value.replace(second=0, microsecond=0)

    @property
    def rule(self) -> Rule | None:
        until = self.until if self.ends is Ends.UNTIL else None
        count = self.count if self.ends is Ends.COUNT else None
        return rule_of(self.repeat, self.date, self.every, self.weekdays, until, count)

    @property
    def timers(self) -> Timers:
        return Timers(self.doors, self.late, self.absent_page, self.absent_cancel)


class ScheduleForm(DatesForm):
    """`group` is an id, or `NEW_GROUP`; then `name` and what people read are those of the new group."""

    group: Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)] = NEW_GROUP
    name: Title = ""
    title: Title = ""  # of the series; "": the group's name
    discreet_title: Title = ""
    waiting_message: Message = WAITING_MESSAGE
    guidelines: Text = GUIDELINES
    resources: Text = ""
    kind: Kind = Kind.PEER_LED
    chat: ChatPolicy = ChatPolicy.FACILITATORS
    template: TemplateId = ""  # of a whole group
    guidelines_from: TemplateId = ""  # a text that was kept, in place of the one in the form
    waiting_from: TemplateId = ""


F = TypeVar("F", bound=DatesForm)

_MINUTES = "Write a number of minutes from {} to {}."
_NUMBERS = {
    "length": _MINUTES.format(5, LONGEST_MIN),
    "every": f"Write a number from 1 to {MOST_EVERY}.",
    "count": f"Write how many dates, from 1 to {MOST_COUNT}.",
    "doors": _MINUTES.format(0, EARLIEST_DOORS_MIN),
    "late": f"Write a number of minutes from 0 to {LONGEST_MIN}, or leave this empty.",
    "absent_page": _MINUTES.format(0, LONGEST_ABSENT_MIN),
    "absent_cancel": _MINUTES.format(1, LONGEST_ABSENT_MIN),
}
_NUMBER_PROBLEMS = (
    "int_parsing",
    "int_from_float",
    "int_parsing_size",
    "int_type",
    "greater_than_equal",
    "less_than_equal",
)
_DATE_PROBLEMS = ("date_from_datetime_parsing", "date_parsing", "date_from_datetime_inexact", "date_type")

SENTENCES: Mapping[tuple[str, str], str] = {
    **{(name, kind): "Choose a date." for name in ("date", "until") for kind in _DATE_PROBLEMS},
    **{("time", kind): "Choose a time, like 19:30." for kind in ("time_parsing", "time_type", "value_error")},
    ("zone", "string_too_short"): "Choose a time zone from the list.",
    ("repeat", "enum"): "Choose how it repeats.",
    ("ends", "enum"): "Choose how long it goes on.",
    ("kind", "enum"): "Choose how the group is led.",
    ("chat", "enum"): "Choose whom people may write to.",
    **{(name, kind): sentence for name, sentence in _NUMBERS.items() for kind in _NUMBER_PROBLEMS},
}

FIELDS: Mapping[str, str] = {
    "group": "Group",
    "name": "Name of the group",
    "date": "Date",
    "time": "Time",
    "zone": "Time zone",
    "length": "Length in minutes",
    "repeat": "Repeats",
    "every": "Every how many days, weeks or months",
    "weekdays": "On these days",
    "ends": "Goes on",
    "until": "Last date",
    "count": "How many dates",
    "title": "Title of these sessions",
    "doors": "Doors open (minutes before)",
    "late": "Late arrivals until (minutes after the start)",
    "absent_page": "Ask the backups (minutes after the start)",
    "absent_cancel": "Call it off (minutes after the start)",
    "kind": "How it is led",
    "chat": "Messages in the room",
    "discreet_title": "Discreet title",
    "waiting_message": "Message in the waiting room",
    "guidelines": "Guidelines",
    "resources": "Resources",
    "template": "Start from a template",
    "guidelines_from": "Guidelines that you keep",
    "waiting_from": "Messages that you keep",
}

# Where the words of others belong: the names of fields of a rule, of timers and of a series' input, and ours.
FIELD_OF: Mapping[str, str] = {
    "starts_on": "date",
    "starts_at": "time",
    "start_local": "time",
    "length_min": "length",
    "rule": "repeat",
    "frequency": "repeat",
    "interval": "every",
    "monthday": "repeat",
    "nth_weekday": "repeat",
    "doors_min": "doors",
    "late_min": "late",
    "absent_page_min": "absent_page",
    "absent_cancel_min": "absent_cancel",
    "discreet_name": "discreet_title",
}


def our_errors(errors: Mapping[str, str]) -> dict[str, str]:
    """Sentences that came with the names of others, each beside the field it is about."""
    return {FIELD_OF.get(name, name): sentence for name, sentence in errors.items()}


def read_schedule_form(values: Mapping[str, str]) -> ScheduleForm:
    """The form, typed, with a group to schedule for. Raises `BadForm` with every problem at once."""
    problems: dict[str, str] = {}
    if not values.get("group") and not values.get("name", "").strip():
        problems["name"] = "Give the group a name."
    return _read(ScheduleForm, values, problems)


def read_dates_form(values: Mapping[str, str]) -> DatesForm:
    """Only when it takes place, whatever else was sent. Raises `BadForm`."""
    return _read(DatesForm, values, {})


def _read(form: type[F], values: Mapping[str, str], problems: dict[str, str]) -> F:
    """Browsers send line breaks as CR LF, people mean one."""
    plain = {name: value.replace("\r\n", "\n") for name, value in values.items()}
    plain["weekdays"] = " ".join(str(day) for day, name in enumerate(DAY_FIELDS) if values.get(name))
    if values.get("repeat", Repeat.NEVER) != Repeat.NEVER:
        if values.get("ends") == Ends.UNTIL and not values.get("until", "").strip():
            problems["until"] = "Choose the last date."
        if values.get("ends") == Ends.COUNT and not values.get("count", "").strip():
            problems["count"] = _NUMBERS["count"]
    try:
        found = read_form(form, plain, SENTENCES)
    except BadForm as error:
        raise BadForm(problems | error.errors) from None
    if problems:
        raise BadForm(problems)
    return found


def clock_problem(form: DatesForm) -> str:
    """A sentence where the clocks of the zone jump over this time of day on the first date, else ""."""
    try:
        note = timing_of(form.date, form.time, form.zone, form.length, form.doors).note
    except BadSchedule:
        return ""  # said about another field
    if note is not ClockNote.SKIPPED:
        return ""
    return f"On this night the clocks go forward, and {form.time:%H:%M} does not come. Choose another time."


def said_of(note: ClockNote, clock: str) -> str:
    """What the clocks do on one date of a series, in a sentence, or "". `clock` is the time of day that was chosen."""
    match note:
        case ClockNote.SKIPPED:
            return f"The clocks go forward over {clock} on this night: it starts as much later."
        case ClockNote.DOUBLED:
            return f"The clocks go back, and {clock} comes twice: it starts the first time."
        case ClockNote.PLAIN:
            return ""


def clock_note(start: Instant, zone: str) -> str:
    """A sentence where the start's time of day comes twice, else ""."""
    local = local_of(start, zone)
    if timing_of(local.date(), local.time(), zone, 60, 0).note is not ClockNote.DOUBLED:
        return ""
    return f"On this night the clocks go back, and {local:%H:%M} comes twice. The session starts the first time."
