"""Filled-in forms: pydantic reads them, and what does not fit comes back as one plain sentence beside its field.

A page gets a `Filled` with what was written, so that nobody types anything twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

TOKEN_LENGTH = 200
NAME_LENGTH = 80
EMAIL_LENGTH = 254
PASSWORD_LENGTH = 1_000
LINK_LENGTH = 2_000

Required = StringConstraints(strip_whitespace=True, min_length=1)


class Form(BaseModel):
    """A form's own fields; whatever else a browser sends along is left aside."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class SignInForm(Form):
    """`name` is a name or an address."""

    name: Annotated[str, Required, StringConstraints(max_length=EMAIL_LENGTH)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=PASSWORD_LENGTH)]


class MailLinkForm(Form):
    email: Annotated[str, Required, StringConstraints(max_length=EMAIL_LENGTH, pattern="@")]


class EnterForm(Form):
    """`link` is a personal link, a session's link, or a token alone: whatever somebody has at hand."""

    link: Annotated[str, Required, StringConstraints(max_length=LINK_LENGTH)]


class NewLinkForm(Form):
    label: Annotated[str, Required, StringConstraints(max_length=NAME_LENGTH)]
    role: Literal["facilitator", "co-facilitator", "participant"]


@dataclass(frozen=True, slots=True)
class Filled:
    """`values` as they were written (never a password), `errors` one sentence per field, `problem` one for all."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def error(self, name: str) -> str:
        return self.errors.get(name, "")


class BadForm(ValueError):
    """`errors` maps each field that does not fit to one sentence for the person who filled it in."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(sorted(errors)))
        self.errors = dict(errors)


SENTENCES: Mapping[tuple[str, str], str] = {
    ("name", "string_too_short"): "Write your name or your e-mail address.",
    ("email", "string_too_short"): "Write your e-mail address.",
    ("email", "string_pattern_mismatch"): "Write an address like name@example.org.",
    ("password", "string_too_short"): "Write your password.",
    ("link", "string_too_short"): "Paste your link here.",
    ("link", "string_too_long"): "This is longer than any link. Copy the link again, and nothing beside it.",
    ("label", "string_too_short"): "Write who the link is for. Only you will see it.",
    ("role", "literal_error"): "Choose a role.",
}

F = TypeVar("F", bound=Form)


def read_form(form: type[F], values: Mapping[str, str], sentences: Mapping[tuple[str, str], str] = SENTENCES) -> F:
    """The form, typed. Raises `BadForm` with every problem at once.

    `sentences` maps (field, pydantic's error type) to words; a missing field reads as an empty one.
    """
    complete = {name: "" for name, info in form.model_fields.items() if info.is_required()} | dict(values)
    try:
        return form.model_validate(complete)
    except ValidationError as error:
        errors: dict[str, str] = {}
        for problem in error.errors(include_url=False, include_input=False):
            name = str(problem["loc"][0])
            errors.setdefault(name, sentences.get((name, problem["type"])) or _in_general(problem["type"], problem))
        raise BadForm(errors) from None


def _in_general(kind: str, problem: object) -> str:
    if kind == "string_too_long" and isinstance(problem, dict):
        return f"Keep this to {problem['ctx']['max_length']} characters."
    return "Look at this field again."


def token_of(link: str) -> str | None:
    """The token of a personal link, or of text that is a token alone; None for anything else."""
    text = link.strip()
    _, has_fragment, token = text.partition("#")
    if not has_fragment:
        token = text
    return token if 16 <= len(token) <= TOKEN_LENGTH and token.isascii() and _is_token(token) else None


def _is_token(text: str) -> bool:
    return all(c.isalnum() or c in "-_." for c in text)


def session_of(link: str) -> str | None:
    """The session's id in a participant link ("…/s/s_abc", with or without what follows); None for anything else."""
    path = link.strip().partition("#")[0].partition("?")[0]
    _, found, rest = path.partition("/s/")
    session = rest.partition("/")[0]
    return session if found and session.startswith("s_") and session.isascii() and _is_token(session) else None
