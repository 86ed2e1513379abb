"""The form that schedules a session. Only title, date and time are needed for a first one."""

from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from rooms.ids import Instant
from rooms.schedule import BadSchedule, ClockNote, local_of, timing_of
from web.forms import BadForm, Form, Required, read_form

TITLE_LENGTH = 120
NAMES_LENGTH = 300
MESSAGE_LENGTH = 1_000
TEXT_LENGTH = 8_000
LONGEST_MIN = 8 * 60
MOST_DOORS_MIN = 120

GUIDELINES = """\
What is said here stays here.
Nobody records, takes pictures, or listens in from the same room.
You speak for yourself, and only if you want to. Listening is enough.
One person speaks at a time. We do not give advice unless somebody asks for it.
You can take a break or leave at any moment, without a reason."""

WAITING_MESSAGE = "Welcome. You are in the right place. Take your time; a facilitator lets you in soon."

DEFAULTS: Mapping[str, str] = {
    "length": "60",
    "doors": "15",
    "late": "10",
    "led": "facilitator",
    "guidelines": GUIDELINES,
    "waiting_message": WAITING_MESSAGE,
}


def _none_if_empty(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Message = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MESSAGE_LENGTH)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=TEXT_LENGTH)]


class ScheduleForm(Form):
    """`date` and `time` are local in `zone`; durations are minutes.

    An empty `late` means until the end, one that is not sent means the default.
    """

    title: Annotated[str, Required, StringConstraints(max_length=TITLE_LENGTH)]
    discreet_title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=TITLE_LENGTH)] = ""
    date: date
    time: time
    zone: Annotated[str, Required, StringConstraints(max_length=64)]
    length: Annotated[int, Field(ge=5, le=LONGEST_MIN)] = 60
    doors: Annotated[int, Field(ge=0, le=MOST_DOORS_MIN)] = 15
    late: Annotated[Annotated[int, Field(ge=0, le=LONGEST_MIN)] | None, BeforeValidator(_none_if_empty)] = 10
    waiting_message: Message = WAITING_MESSAGE
    guidelines: Text = GUIDELINES
    facilitators: Annotated[str, StringConstraints(strip_whitespace=True, max_length=NAMES_LENGTH)] = ""
    resources: Text = ""
    led: Literal["facilitator", "peer"] = "facilitator"


_LENGTH = f"Write a number of minutes from 5 to {LONGEST_MIN}."
_DOORS = f"Write a number of minutes from 0 to {MOST_DOORS_MIN}."
_LATE = f"Write a number of minutes from 0 to {LONGEST_MIN}, or leave this empty."

_NUMBER_PROBLEMS = ("int_parsing", "int_from_float", "int_parsing_size", "int_type")

SENTENCES: Mapping[tuple[str, str], str] = {
    ("title", "string_too_short"): "Give the session a title.",
    ("date", "date_from_datetime_parsing"): "Choose a date.",
    ("date", "date_parsing"): "Choose a date.",
    ("date", "date_from_datetime_inexact"): "Choose a date.",
    ("time", "time_parsing"): "Choose a time, like 19:30.",
    ("time", "time_type"): "Choose a time, like 19:30.",
    ("zone", "string_too_short"): "Choose a time zone from the list.",
    ("led", "literal_error"): "Choose how the session is led.",
    **{
        (name, kind): sentence
        for name, sentence in (("length", _LENGTH), ("doors", _DOORS), ("late", _LATE))
        for kind in (*_NUMBER_PROBLEMS, "greater_than_equal", "less_than_equal")
    },
}

FIELDS = {
    "title": "Title",
    "discreet_title": "Discreet title",
    "date": "Date",
    "time": "Time",
    "zone": "Time zone",
    "length": "Length in minutes",
    "doors": "Doors open (minutes before)",
    "late": "Late arrivals until (minutes after the start)",
    "waiting_message": "Message in the waiting room",
    "guidelines": "Guidelines",
    "facilitators": "Facilitators",
    "resources": "Resources",
    "led": "How it is led",
}


def read_schedule_form(values: Mapping[str, str]) -> ScheduleForm:
    """The form, typed; browsers send line breaks as CR LF, people mean one. Raises `BadForm`."""
    plain = {name: value.replace("\r\n", "\n") for name, value in values.items()}
    form = read_form(ScheduleForm, plain, SENTENCES)
    if form.time.tzinfo is not None:
        raise BadForm({"time": "Choose a time, like 19:30."})
    return form


def clock_problem(form: ScheduleForm) -> str:
    """A sentence where the clocks of the zone jump over this time of day, else ""."""
    try:
        note = timing_of(form.date, form.time, form.zone, form.length, form.doors).note
    except BadSchedule:
        return ""  # said about another field
    if note is not ClockNote.SKIPPED:
        return ""
    return f"On this night the clocks go forward, and {form.time:%H:%M} does not come. Choose another time."


def clock_note(start: Instant, zone: str) -> str:
    """A sentence where the start's time of day comes twice, else ""."""
    local = local_of(start, zone)
    if timing_of(local.date(), local.time(), zone, 60, 0).note is not ClockNote.DOUBLED:
        return ""
    return f"On this night the clocks go back, and {local:%H:%M} comes twice. The session starts the first time."
