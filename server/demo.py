"""A demo organisation with a group and a date that is open right now, so that a first start ends in a room one can walk
into."""

from dataclasses import dataclass
from datetime import UTC, datetime

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS
from rooms.program.authority import OrgRole
from rooms.program.group import Group, GroupInput
from rooms.program.timers import LONGEST_ABSENT_MIN, Timers
from rooms.roles import Role
from server.links import Links
from server.program.series_input import SeriesInput
from server.services import Services
from server.store.records import Account, Purpose, SessionEnd, SessionRecord

HOST = "Demo host"
ORGANISATION = "Demo organisation"
TITLE = "Demo: an evening circle"
STARTS_IN_MIN = 3
LENGTH_MIN = 90
LEAST_LEFT_MS = 10 * MINUTE_MS
LABEL = "Demo facilitator"
# Whoever looks at the demo may be in no hurry.
TIMERS = Timers(doors_min=15, late_min=None, absent_page_min=LENGTH_MIN, absent_cancel_min=LONGEST_ABSENT_MIN)


@dataclass(frozen=True, slots=True)
class DemoLinks:
    host: str
    facilitator: str
    participant: str

    def words(self) -> str:
        return (
            "\n  Holdspace is ready. Open these in separate browser windows:\n\n"
            f"    Host         {self.host}\n"
            f"    Facilitator  {self.facilitator}\n"
            f"    Participant  {self.participant}\n\n"
            "  The participant link can be opened by several people; the other two are personal.\n"
            "  The host's link works once. The host is an admin too, and sees everything.\n"
            "  Stop with Ctrl+C.\n"
        )


async def ensure_demo(services: Services) -> DemoLinks:
    """The demo's links. Tokens are stored hashed, so each call makes new personal links and revokes the former ones."""
    host = await services.accounts.by_name(HOST) or await services.accounts.create(HOST, OrgRole.ADMIN)
    await services.organisation.begin(ORGANISATION, "UTC", "en", host.id)
    group = await _group(services, host)
    session = await _open_session(services, group) or await _new_session(services, host, group)
    await _revoke_former(services.links, session)
    facilitator = await services.links.make(session, Role.FACILITATOR, LABEL)
    return DemoLinks(
        host=(await services.sign_in_links.make(host.id, Purpose.INVITATION)).url,
        facilitator=facilitator.url,
        participant=services.links.shared_url(session.id),
    )


async def _group(services: Services, host: Account) -> Group:
    known = [group for group in await services.groups.of_account(host) if group.name == TITLE]
    return known[0] if known else await services.groups.create(host.id, _GROUP)


async def _open_session(services: Services, group: Group) -> SessionRecord | None:
    now = services.clock.now()
    for session in await services.series.next_dates(group.id, 1):
        schedule = session.settings.schedule
        if session.end is SessionEnd.OPEN and schedule.doors_at <= now < schedule.end_at - LEAST_LEFT_MS:
            return session
    return None


async def _new_session(services: Services, host: Account, group: Group) -> SessionRecord:
    start = datetime.fromtimestamp(_soon(services.clock.now()) / 1_000, UTC)
    wanted = SeriesInput("", "UTC", start.date(), start.time(), LENGTH_MIN, rule=None, timers=TIMERS)
    series = await services.series.create(host.id, group.id, wanted)
    made = await services.series.next_dates(group.id, 10)
    return next(session for session in made if session.series == series.id)


async def _revoke_former(links: Links, session: SessionRecord) -> None:
    for link in await links.of_session(session.id):
        if link.label == LABEL and link.revoked_at is None:
            await links.revoke(session.id, link.id)


def _soon(now: Instant) -> int:
    return (now // MINUTE_MS + STARTS_IN_MIN) * MINUTE_MS


_GROUP = GroupInput(
    name=TITLE,
    discreet_name="Meeting",
    audience="For anybody who wants to see how this works.",
    about="We wait for one another, come in one by one, speak in turns, and leave when we like.",
    waiting_message="Welcome. You are in the right place. A facilitator will let you in soon.",
    guidelines="What is said here stays here.\nOne person speaks at a time.\nYou may listen only.",
    resources="This is a demo. A host writes here where people find more help.",
    timers=TIMERS,
    is_public=True,
)
