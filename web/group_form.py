"""The host's form of a group: a name is enough for a new one, everything else has a sensible beginning."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from rooms.live.settings import ChatPolicy
from rooms.program.group import (
    LARGEST,
    MOST_QUESTIONS,
    TEXT_LIMITS,
    Camera,
    Entry,
    GroupInput,
    Kind,
    Question,
    QuestionKind,
    Topic,
)
from rooms.program.timers import EARLIEST_DOORS_MIN, LONGEST_ABSENT_MIN, LONGEST_MIN, Timers
from web.forms import Form, Required, read_form
from web.group_words import LANGUAGES
from web.schedule_form import GUIDELINES, WAITING_MESSAGE

SPARE_ROWS = 3  # empty questions at the end of the intake form
TICKS = ("is_public", "is_neutral", "is_paused")
TIMERS = {
    "doors": "doors_min",
    "late": "late_min",
    "absent_page": "absent_page_min",
    "absent_cancel": "absent_cancel_min",
}

DEFAULTS: Mapping[str, str] = {
    "topic": Topic.OTHER.value,
    "kind": Kind.PEER_LED.value,
    "entry": Entry.OPEN.value,
    "camera": Camera.OPTIONAL.value,
    "chat_policy": ChatPolicy.FACILITATORS.value,
    "capacity": "12",
    "is_neutral": "on",
    "guidelines": GUIDELINES,
    "waiting_message": WAITING_MESSAGE,
    "doors": "15",
    "late": "10",
    "absent_page": "5",
    "absent_cancel": "15",
}
LABELS = {
    "name": "Name",
    "topic": "Topic",
    "audience": "Who it is for",
    "entry": "How people come in",
    "capacity": "Places",
    "is_public": "Directory",
    "about": "What happens",
    "language": "Language",
    "kind": "Who holds it",
    "camera": "Camera",
    "chat_policy": "Messages",
    "cost": "Cost",
    "accessibility": "Accessibility",
    "guidelines": "Guidelines",
    "waiting_message": "Message in the waiting room",
    "resources": "Links and resources",
    "discreet_name": "Discreet name",
    "zone": "Time zone",
    "doors": "Doors open (minutes before)",
    "late": "Late arrivals until (minutes after the start)",
    "absent_page": "Ask the backups (minutes after the start)",
    "absent_cancel": "Call it off (minutes after the start)",
    "intake": "Questions",
}


def _none_if_empty(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Tick = Literal["on", ""]


class GroupForm(Form):
    """Boxes that are not ticked are not sent. `version` is the one that was read; 0 for a new group."""

    name: Annotated[str, Required, StringConstraints(max_length=TEXT_LIMITS["name"])]
    discreet_name: Annotated[str, StringConstraints(max_length=TEXT_LIMITS["discreet_name"])] = ""
    topic: Topic = Topic.OTHER
    audience: Annotated[str, StringConstraints(max_length=TEXT_LIMITS["audience"])] = ""
    about: Annotated[str, StringConstraints(max_length=TEXT_LIMITS["about"])] = ""
    language: Annotated[str, StringConstraints(max_length=8)] = "en"
    kind: Kind = Kind.PEER_LED
    entry: Entry = Entry.OPEN
    camera: Camera = Camera.OPTIONAL
    chat_policy: ChatPolicy = ChatPolicy.FACILITATORS
    cost: Annotated[str, StringConstraints(max_length=TEXT_LIMITS["cost"])] = ""
    accessibility: Annotated[str, StringConstraints(max_length=TEXT_LIMITS["accessibility"])] = ""
    resources: Annotated[str, StringConstraints(max_length=TEXT_LIMITS["resources"])] = ""
    waiting_message: Annotated[str, StringConstraints(max_length=TEXT_LIMITS["waiting_message"])] = ""
    guidelines: Annotated[str, StringConstraints(max_length=TEXT_LIMITS["guidelines"])] = ""
    zone: Annotated[str, StringConstraints(max_length=64)] = "UTC"
    capacity: Annotated[int, Field(ge=1, le=LARGEST)] = 12
    is_public: Tick = ""
    is_neutral: Tick = ""
    is_paused: Tick = ""
    doors: Annotated[int, Field(ge=0, le=EARLIEST_DOORS_MIN)] = 15
    late: Annotated[Annotated[int, Field(ge=0, le=LONGEST_MIN)] | None, BeforeValidator(_none_if_empty)] = 10
    absent_page: Annotated[int, Field(ge=0, le=LONGEST_ABSENT_MIN)] = 5
    absent_cancel: Annotated[int, Field(ge=1, le=LONGEST_ABSENT_MIN)] = 15
    version: int = 0


def _minutes(least: int, most: int, tail: str = "") -> str:
    return f"Write a number of minutes from {least} to {most}{tail}."


_NUMBERS = {
    "capacity": f"Write how many people may have a place, from 1 to {LARGEST}.",
    "doors": _minutes(0, EARLIEST_DOORS_MIN),
    "late": _minutes(0, LONGEST_MIN, ", or leave this empty"),
    "absent_page": _minutes(0, LONGEST_ABSENT_MIN),
    "absent_cancel": _minutes(1, LONGEST_ABSENT_MIN),
}
_NUMBER_PROBLEMS = (
    "int_parsing",
    "int_from_float",
    "int_parsing_size",
    "int_type",
    "greater_than_equal",
    "less_than_equal",
)
SENTENCES: Mapping[tuple[str, str], str] = {
    ("name", "string_too_short"): "Give the group a name.",
    **{(name, "enum"): "Choose one of these." for name in ("topic", "kind", "entry", "camera", "chat_policy")},
    **{(name, kind): sentence for name, sentence in _NUMBERS.items() for kind in _NUMBER_PROBLEMS},
}


def read_group_form(values: Mapping[str, str]) -> GroupForm:
    """Browsers send line breaks as CR LF, people mean one. Raises `BadForm`."""
    return read_form(GroupForm, {name: value.replace("\r\n", "\n") for name, value in values.items()}, SENTENCES)


def input_of(form: GroupForm, intake: tuple[Question, ...] = ()) -> GroupInput:
    """`intake` has a page of its own."""
    return GroupInput(
        name=form.name,
        discreet_name=form.discreet_name,
        topic=form.topic,
        audience=form.audience,
        about=form.about,
        language=form.language if form.language in LANGUAGES else "en",
        kind=form.kind,
        entry=form.entry,
        camera=form.camera,
        chat_policy=form.chat_policy,
        cost=form.cost,
        accessibility=form.accessibility,
        resources=form.resources,
        waiting_message=form.waiting_message,
        intake=intake,
        timers=Timers(form.doors, form.late, form.absent_page, form.absent_cancel),
        zone=form.zone,
        capacity=form.capacity,
        is_public=bool(form.is_public),
        is_neutral=bool(form.is_neutral),
        is_paused=bool(form.is_paused),
        guidelines=form.guidelines,
    )


def values_of(wanted: GroupInput, version: int) -> dict[str, str]:
    """The form of a group that is there."""
    plain = {field.name for field in fields(GroupInput)} - {"intake", "timers", *TICKS}
    late = wanted.timers.late_min
    return {
        **{name: str(getattr(wanted, name)) for name in plain},
        **{name: "on" for name in TICKS if getattr(wanted, name)},
        "doors": str(wanted.timers.doors_min),
        "late": "" if late is None else str(late),
        "absent_page": str(wanted.timers.absent_page_min),
        "absent_cancel": str(wanted.timers.absent_cancel_min),
        "version": str(version),
    }


def our_errors(errors: Mapping[str, str]) -> dict[str, str]:
    """The server's field names are those of `GroupInput` and `Timers`."""
    ours = {theirs: name for name, theirs in TIMERS.items()}
    return {ours.get(name, name): sentence for name, sentence in errors.items()}


def read_intake(values: Mapping[str, str]) -> tuple[Question, ...]:
    """The questions of the intake form; rows without words are left out. What does not fit, the group's check says."""
    questions = []
    for number in range(MOST_QUESTIONS + SPARE_ROWS):
        text = values.get(f"text-{number}", "").strip()
        if not text:
            continue
        kind = values.get(f"kind-{number}", "")
        lines = values.get(f"choices-{number}", "").splitlines()
        chosen = QuestionKind(kind) if kind in set(QuestionKind) else QuestionKind.TEXT
        questions.append(
            Question(
                text=text,
                kind=chosen,
                choices=tuple(line.strip() for line in lines if line.strip()) if chosen is QuestionKind.CHOICE else (),
                is_required=values.get(f"required-{number}") == "on",
            )
        )
    return tuple(questions)


def intake_values(questions: tuple[Question, ...]) -> dict[str, str]:
    """The intake form of questions that are there."""
    values = {}
    for number, question in enumerate(questions):
        values[f"text-{number}"] = question.text
        values[f"kind-{number}"] = question.kind.value
        values[f"choices-{number}"] = "\n".join(question.choices)
        if question.is_required:
            values[f"required-{number}"] = "on"
    return values
