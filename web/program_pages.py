"""The pages on which admins manage what other programs use: keys and webhooks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from web.forms import Filled, Form, Required
from web.pages import Page
from web.times import When

NAME_LENGTH = 120
URL_LENGTH = 500


class KeyForm(Form):
    """Scopes are check boxes, each a field of its own; the handler reads them."""

    name: Annotated[str, Required, StringConstraints(max_length=NAME_LENGTH)]


class WebhookForm(Form):
    url: Annotated[str, Required, StringConstraints(max_length=URL_LENGTH)]


WORDS: Mapping[tuple[str, str], str] = {
    ("name", "string_too_short"): "Say which program it is for.",
    ("url", "string_too_short"): "Give an address that begins with https://.",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One check box: its field, its words, whether it is checked."""

    field: str
    words: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class KeyRow:
    """`state` is a word about it, "" for nothing to say."""

    id: str
    name: str
    scopes: str
    made: When
    used: When | None
    state: str
    is_good: bool


@dataclass(frozen=True, slots=True)
class WebhookRow:
    id: str
    url: str
    events: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    id: str
    event: str
    at: When
    state: str
    note: str
    may_repeat: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A secret at the only moment when it can be shown; `of` says what it is of."""

    of: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramsPage(Page):
    """`about` says which of the two forms `form` belongs to: "key" or "webhook"."""

    template: ClassVar[str] = "admin/programs.html"
    here: ClassVar[str] = "/admin/programs"

    keys: tuple[KeyRow, ...]
    webhooks: tuple[WebhookRow, ...]
    scopes: tuple[Choice, ...]
    events: tuple[Choice, ...]
    form: Filled = field(default_factory=Filled)
    about: str = ""
    shown: Shown | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPage(Page):
    """One webhook and what was sent to it lately, the newest first."""

    template: ClassVar[str] = "admin/webhook.html"
    here: ClassVar[str] = "/admin/programs"

    webhook: WebhookRow
    version: int
    events: tuple[Choice, ...]
    deliveries: tuple[DeliveryRow, ...]
    form: Filled
