"""The pages that letters lead to, and the one on which administrators see how the post is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from web.forms import Filled
from web.pages import Page
from web.times import When


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadPage(Page):
    """The link of a letter that asks somebody to lead; the script moves the link into the form."""

    template: ClassVar[str] = "lead.html"
    form: Filled = field(default_factory=Filled)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadAnsweredPage(Page):
    """What became of an answer: "accepted", "declined", "taken", "over" or "not-trained"."""

    template: ClassVar[str] = "lead-answered.html"
    answer: str
    title: str = ""
    starts: When | None = None
    link: str = ""  # so that the reader can change their mind from here


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLettersPage(Page):
    """`is_done`: it was asked for and done. `is_known`: the letter is one of ours."""

    template: ClassVar[str] = "mail-stop.html"
    letter: str
    is_known: bool = True
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class TroubleRow:
    """A letter that did not arrive, or not yet. `who` is a name of the staff, or of which group the place is."""

    kind: str
    who: str
    url: str  # "" where there is nothing to look at
    state: str
    reply: str
    at: When


# By the names of the jobs in `server/program/`; one that is not here shows its name.
JOB_WORDS: Mapping[str, str] = {
    "tell-moved": "Tell people that a date moved",
    "tell-canceled": "Tell people that a date is canceled",
    "tell-changed": "Tell people that dates moved or are canceled",
    "lead-ask": "Ask somebody to lead a date",
    "lead-alert": "Tell a host that nobody leads",
    "absent-page": "Ask the backups to come",
    "absent-called-off": "Tell people that nobody could lead",
    "plan-dates": "Plan what is sent about the next dates",
    "remind": "Remind somebody of a date",
    "missed-you": "Write to somebody who was missed",
}


@dataclass(frozen=True, slots=True)
class JobRow:
    id: str
    kind: str
    attempts: int
    at: When

    @property
    def words(self) -> str:
        """The kind as people read it."""
        return JOB_WORDS.get(self.kind, self.kind.replace("-", " ").capitalize())


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPage(Page):
    """`counts` of the last seven days by state; `said`: what was done a moment ago."""

    template: ClassVar[str] = "admin/mail.html"
    here: ClassVar[str] = "/admin/mail"
    is_configured: bool
    sender: str
    may_try: bool  # the reader has an address
    counts: Mapping[str, int]
    bounced: tuple[TroubleRow, ...]
    waiting: tuple[TroubleRow, ...]
    jobs: tuple[JobRow, ...]
    said: str = ""
