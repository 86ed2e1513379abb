"""The pages of one's own account, of admins, and of the first start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from web.forms import Filled
from web.pages import Page
from web.people_forms import ROLE_NOTES, ROLES
from web.qr import Qr
from web.times import When, ZoneChoices


@dataclass(frozen=True, slots=True)
class SignInRow:
    """`is_here`: the browser that looks at the page."""

    id: str
    label: str
    since: When
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage(Page):
    """`training`: a sentence about the reader's training, "" where none is asked of them. `said`: what was done."""

    template: ClassVar[str] = "account.html"
    name: str
    role: str
    form: Filled
    zones: ZoneChoices
    languages: Mapping[str, str]
    has_password: bool
    has_mail: bool
    bounced: bool
    sign_ins: tuple[SignInRow, ...]
    training: str = ""
    is_training_over: bool = False
    said: str = ""
    has_feed: bool = False
    feed_url: str = ""  # of the calendar, right after it was made: the only time it can be shown


# --- admins ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PersonRow:
    """`state` is a word about them, "" for nothing to say: "invited", "switched off", "training over", …"""

    id: str
    name: str
    role: str
    email: str
    state: str


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A link that signs somebody in, at the only moment when it can be shown."""

    name: str
    url: str
    expires: When
    qr: Qr
    is_mailed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminPage(Page):
    """The first page of admins. `steps` are what is left of the checklist: words and where."""

    template: ClassVar[str] = "admin/overview.html"
    here: ClassVar[str] = "/admin"
    organisation: str
    people: int
    steps: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage(Page):
    template: ClassVar[str] = "admin/people.html"
    here: ClassVar[str] = "/admin/people"
    roles: ClassVar[Mapping[str, str]] = ROLES
    role_notes: ClassVar[Mapping[str, str]] = ROLE_NOTES
    people: tuple[PersonRow, ...]
    form: Filled
    has_mail: bool
    link: ShownLink | None = None
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage(Page):
    template: ClassVar[str] = "admin/person.html"
    here: ClassVar[str] = "/admin/people"
    roles: ClassVar[Mapping[str, str]] = ROLES
    role_notes: ClassVar[Mapping[str, str]] = ROLE_NOTES
    person: PersonRow
    form: Filled
    is_off: bool
    is_self: bool
    sign_ins: tuple[SignInRow, ...]
    link: ShownLink | None = None
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationPage(Page):
    template: ClassVar[str] = "admin/organisation.html"
    here: ClassVar[str] = "/admin/organisation"
    form: Filled
    zones: ZoneChoices
    languages: Mapping[str, str]
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandingPage(Page):
    """`shades` names what the colour became where it could not be read as it is."""

    template: ClassVar[str] = "admin/branding.html"
    here: ClassVar[str] = "/admin/branding"
    form: Filled
    shades: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisPage(Page):
    """`rows` counts the lines that the form offers."""

    template: ClassVar[str] = "admin/crisis.html"
    here: ClassVar[str] = "/admin/crisis"
    form: Filled
    rows: int
    default_text: str
    countries: Mapping[str, str]
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPage(Page):
    template: ClassVar[str] = "admin/retention.html"
    here: ClassVar[str] = "/admin/retention"
    form: Filled
    said: str = ""


@dataclass(frozen=True, slots=True)
class ActRow:
    at: When
    act: str
    actor: str
    subject: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage(Page):
    """`older` is the address of the next page, "" on the last."""

    template: ClassVar[str] = "admin/audit.html"
    here: ClassVar[str] = "/admin/audit"
    acts: tuple[ActRow, ...]
    about: str
    older: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    name: str
    is_fine: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorPage(Page):
    """`findings` None: not asked yet."""

    template: ClassVar[str] = "admin/doctor.html"
    here: ClassVar[str] = "/admin/doctor"
    findings: tuple[FindingRow, ...] | None = None


# --- the first start ---------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class StartPage(Page):
    template: ClassVar[str] = "start.html"
    form: Filled
    zones: ZoneChoices
    has_mail: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StartInvitePage(Page):
    template: ClassVar[str] = "start-invite.html"
    has_mail: bool
    next: str
    form: Filled = field(default_factory=Filled)
    link: ShownLink | None = None
