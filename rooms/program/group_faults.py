"""What does not fit in a filled-in group form, as one sentence for each field."""

from rooms.program.group import (
    CHOICE_LENGTH,
    LARGEST,
    MOST_CHOICES,
    MOST_QUESTIONS,
    QUESTION_LENGTH,
    TEXT_LIMITS,
    Entry,
    GroupInput,
    Question,
    QuestionKind,
)
from rooms.program.timers import faults_of as timer_faults
from rooms.schedule import BadSchedule, zone_of


def faults_of(wanted: GroupInput) -> dict[str, str]:
    """Empty where all is well; the names are those of `GroupInput`, and of `Timers`."""
    errors = _texts(wanted) | timer_faults(wanted.timers)
    if not 1 <= wanted.capacity <= LARGEST:
        errors["capacity"] = f"Choose from 1 to {LARGEST} places."
    try:
        zone_of(wanted.zone)
    except BadSchedule:
        errors["zone"] = "Choose a time zone from the list."
    if wanted.is_public and wanted.entry is Entry.CLOSED:
        errors["is_public"] = "A closed group takes people by invitation only, so it cannot be in the directory."
    if (fault := _intake(wanted.intake)) is not None:
        errors["intake"] = fault
    return errors


def _texts(wanted: GroupInput) -> dict[str, str]:
    errors = {}
    for field, longest in TEXT_LIMITS.items():
        text: str = getattr(wanted, field)
        if len(text) > longest:
            errors[field] = f"Keep this to {longest} characters."
        elif any(ord(c) < 32 and c not in "\n\r\t" for c in text):
            errors[field] = "This text holds characters that cannot be shown."
    if not wanted.name.strip():
        errors["name"] = "Give the group a name."
    return errors


def _intake(questions: tuple[Question, ...]) -> str | None:
    if len(questions) > MOST_QUESTIONS:
        return f"Ask at most {MOST_QUESTIONS} questions."
    for number, question in enumerate(questions, 1):
        if not question.text.strip():
            return f"Question {number} has no words."
        if len(question.text) > QUESTION_LENGTH:
            return f"Keep question {number} to {QUESTION_LENGTH} characters."
        if question.kind is not QuestionKind.CHOICE:
            continue
        if not 2 <= len(question.choices) <= MOST_CHOICES:
            return f"Give question {number} from 2 to {MOST_CHOICES} answers to choose from, one on each line."
        if len(set(question.choices)) != len(question.choices):
            return f"Two answers to question {number} are the same."
        if not all(choice.strip() and len(choice) <= CHOICE_LENGTH for choice in question.choices):
            return f"Keep each answer to question {number} to {CHOICE_LENGTH} characters."
    return None
