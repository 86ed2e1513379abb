"""A demo group with a session that is open right now, so that a first start ends in a room one can walk into."""

from dataclasses import dataclass
from datetime import UTC, datetime

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS, ChatPolicy
from rooms.program.authority import OrgRole
from rooms.program.group import GroupInput
from rooms.program.ids import AccountId
from rooms.program.timers import Timers
from rooms.roles import Role
from server.links import Links
from server.program.series import SeriesInput
from server.services import Services
from server.store.records import Account, Purpose, SessionEnd, SessionRecord

HOST = "Demo host"
ORGANISATION = "Demo organisation"
TITLE = "Demo: an evening circle"
STARTS_IN_MIN = 3
LENGTH_MIN = 90
LEAST_LEFT_MS = 10 * MINUTE_MS
LABEL = "Demo facilitator"
GROUP = GroupInput(
    name=TITLE,
    waiting_message="Welcome. You are in the right place. A facilitator will let you in soon.",
    guidelines="What is said here stays here.\nOne person speaks at a time.\nYou may listen only.",
    resources="This is a demo. A host writes here where people find more help.",
    chat_policy=ChatPolicy.ALL,
    timers=Timers(doors_min=15, late_min=None),
)


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
    session = await _open_session(services, host) or await _new_session(services, host)
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


async def _new_session(services: Services, host: Account) -> SessionRecord:
    kept = await services.groups.of_account(host)
    group = next((one for one in kept if one.name == TITLE), None)
    if group is None:
        group = await services.groups.create(AccountId(host.id), GROUP)
    start = datetime.fromtimestamp(_next_minute(services.clock.now()) / 1_000, UTC)
    wanted = SeriesInput(
        title="", zone="UTC", starts_on=start.date(), starts_at=start.time(), length_min=LENGTH_MIN, timers=GROUP.timers
    )
    series = await services.series.create(AccountId(host.id), group.id, wanted)
    return (await services.store.series.sessions(series.id))[0]


def _next_minute(now: Instant) -> int:
    return (now // MINUTE_MS + STARTS_IN_MIN) * MINUTE_MS
