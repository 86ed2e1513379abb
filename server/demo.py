"""A demo group with a session that is open right now, so that a first start ends in a room one can walk into."""

from dataclasses import dataclass
from datetime import UTC, datetime

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS
from rooms.program.authority import OrgRole
from rooms.roles import Role
from server.links import Links
from server.scheduling import ScheduleInput
from server.services import Services
from server.store.records import Account, Purpose, SessionEnd, SessionRecord

HOST = "Demo host"
ORGANISATION = "Demo organisation"
TITLE = "Demo: an evening circle"
STARTS_IN_MIN = 3
LENGTH_MIN = 90
DOORS_MIN = 15
LEAST_LEFT_MS = 10 * MINUTE_MS
LABEL = "Demo facilitator"


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
            "  The host's link works once.\n"
            "  Stop with Ctrl+C.\n"
        )


async def ensure_demo(services: Services) -> DemoLinks:
    """The demo's links. Tokens are stored hashed, so each call makes new personal links and revokes the former ones."""
    host = await services.accounts.by_name(HOST) or await services.accounts.create(HOST, OrgRole.ADMIN)
    await services.organisation.begin(ORGANISATION, "UTC", "en", host.id)
    session = await _open_session(services, host) or await services.sessions.create(host.id, _form(services))
    await _revoke_former(services.links, session)
    facilitator = await services.links.make(session, Role.FACILITATOR, LABEL)
    return DemoLinks(
        host=(await services.sign_in_links.make(host.id, Purpose.INVITATION)).url,
        facilitator=facilitator.url,
        participant=services.links.shared_url(session.id),
    )


async def _open_session(services: Services, host: Account) -> SessionRecord | None:
    now = services.clock.now()
    for session in await services.sessions.of_host(host.id):
        schedule = session.settings.schedule
        is_demo = session.title == TITLE and session.end is SessionEnd.OPEN
        if is_demo and schedule.doors_at <= now < schedule.end_at - LEAST_LEFT_MS:
            return session
    return None


async def _revoke_former(links: Links, session: SessionRecord) -> None:
    for link in await links.of_session(session.id):
        if link.label == LABEL and link.revoked_at is None:
            await links.revoke(session.id, link.id)


def _form(services: Services) -> ScheduleInput:
    start = datetime.fromtimestamp(_next_minute(services.clock.now()) / 1_000, UTC)
    return ScheduleInput(
        title=TITLE,
        discreet_title="Meeting",
        starts_on=start.date(),
        starts_at=start.time(),
        zone="UTC",
        length_min=LENGTH_MIN,
        doors_min=DOORS_MIN,
        late_min=None,
        waiting_message="Welcome. You are in the right place. A facilitator will let you in soon.",
        guidelines="What is said here stays here.\nOne person speaks at a time.\nYou may listen only.",
        facilitators="Demo facilitator",
        resources="This is a demo. A host writes here where people find more help.",
    )


def _next_minute(now: Instant) -> int:
    return (now // MINUTE_MS + STARTS_IN_MIN) * MINUTE_MS
