"""The pages, each a frozen type that holds all its template shows. No page reads a clock, a store or a request."""

from dataclasses import dataclass, field
from typing import ClassVar

from rooms.ids import Instant
from web.doors import Doors
from web.forms import Filled
from web.times import When


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a page, for its head and foot: "" and False where nobody is signed in."""

    name: str = ""
    is_admin: bool = False


NOBODY = Viewer()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a program shows where somebody pastes the address of a page."""

    title: str
    description: str


# A link pasted into a chat must not tell what the group is about.
NEUTRAL = Preview("Holdspace", "A place to meet.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the site."""

    template: ClassVar[str]

    @property
    def is_listed(self) -> bool:
        """Whether search engines may show it: home, the directory, and public groups."""
        return False

    @property
    def preview(self) -> Preview:
        return NEUTRAL


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpPage(Page):
    template: ClassVar[str] = "help.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage(Page):
    """`provider`: what the organisation's identity provider is called, "" for none. `is_on_its_way`: a link was asked
    for, and if an account has the address, it is in the mail."""

    template: ClassVar[str] = "sign-in.html"
    form: Filled = field(default_factory=Filled)
    has_mail: bool = False
    provider: str = ""
    is_on_its_way: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterPage(Page):
    template: ClassVar[str] = "enter.html"
    form: Filled = field(default_factory=Filled)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(Page):
    """`status` picks the words; `retry_s` is for 429."""

    template: ClassVar[str] = "error.html"
    status: int
    retry_s: int = 0


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A personal link as it can be shown again: without its address. `state` is "active", "expired" or "revoked"."""

    id: str
    label: str
    role: str
    state: str
    expires: When
    is_leaked: bool = False  # opened in a second browser while the first was in


@dataclass(frozen=True, slots=True)
class FreshLink:
    """A personal link at the moment it was made, the only time its address can be shown."""

    label: str
    role: str
    url: str


# --- for everybody who has the link of a session -----------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class GroupWords:
    """What a session's page tells of its group. `next` is when it meets again, not how to get in there."""

    url: str
    camera: str
    audience: str = ""
    about: str = ""
    accessibility: str = ""
    next: tuple[When, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPage(Page):
    """`leads`: this browser came in by a facilitator's link, so the room is open to it at any time before the end."""

    template: ClassVar[str] = "session.html"
    id: str
    title: str
    discreet_title: str
    starts: When
    ends: When
    doors_min: int  # before the start
    late_min: int | None  # after the start; None: until the end
    doors: Doors
    facilitators: str
    is_peer_held: bool
    leads: bool
    guidelines: str = ""
    calendar: str = ""  # the address of its calendar file, "" where it is over
    google: str = ""
    moved_from: When | None = None  # what was planned at first
    group: GroupWords | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterPage(Page):
    template: ClassVar[str] = "after.html"
    id: str
    title: str
    discreet_title: str
    doors: Doors
    resources: str
    group: GroupWords | None = None


@dataclass(frozen=True, slots=True)
class RoomUrls:
    ticket: str
    socket: str
    session: str
    after: str
    help: str
    quick_exit: str


@dataclass(frozen=True, slots=True)
class Guidelines:
    version: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPage(Page):
    """The shell of the browser app; `data` is what it reads, and `page-data.d.ts` has its types."""

    template: ClassVar[str] = "room.html"
    session: str
    title: str
    discreet_title: str
    facilitators: str
    guidelines: Guidelines
    waiting_message: str
    resources: str
    starts_at: Instant
    ends_at: Instant
    doors_at: Instant
    now: Instant
    zone: str
    urls: RoomUrls
    build: str
    preloads: tuple[str, ...] = ()  # modules of the app, as `web.site.modules_of` finds them

    @property
    def data(self) -> dict[str, object]:
        """JSON-ready; the template escapes it for a script element."""
        return {
            "session": self.session,
            "title": self.title,
            "discreet_title": self.discreet_title,
            "facilitators": self.facilitators,
            "guidelines": {"version": self.guidelines.version, "text": self.guidelines.text},
            "waiting_message": self.waiting_message,
            "resources": self.resources,
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "doors_at": self.doors_at,
            "now": self.now,
            "zone": self.zone,
            "urls": {
                "ticket": self.urls.ticket,
                "socket": self.urls.socket,
                "session": self.urls.session,
                "after": self.urls.after,
                "help": self.urls.help,
                "quick_exit": self.urls.quick_exit,
            },
            "build": self.build,
        }
