"""Personal role links: `/enter#token`, hashed at rest, expiring, revocable, one person each."""

from dataclasses import dataclass, replace

from rooms.ids import Instant, PersonId, SessionId
from rooms.live.settings import MINUTE_MS
from rooms.roles import Role
from server.aliases import candidates, suggest_alias
from server.ports import Clock
from server.store.records import LinkRecord, PersonRecord, SessionRecord
from server.store.store import Store
from server.tokens import hash_of, new_id, new_token

DAY_MS = 24 * 60 * MINUTE_MS
AFTER_END_MS = DAY_MS  # a personal link still opens the after page on the next morning
HOST_LINK_MS = DAY_MS


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link and its address. `url` holds the token and exists only now: show it once, keep it nowhere."""

    record: LinkRecord
    url: str


@dataclass(frozen=True, slots=True)
class Links:
    store: Store
    clock: Clock
    public_url: str

    def shared_url(self, session: SessionId) -> str:
        """The participant link that everybody may be given: it grants the right to knock."""
        return f"{self.public_url}/s/{session}"

    async def make(self, session: SessionRecord, role: Role, label: str) -> NewLink:
        """A personal link and its person. `label` is for the host's eyes only."""
        token = new_token()
        link_id, person_id = new_id("l"), PersonId(new_id("p"))
        record = LinkRecord(
            id=link_id,
            token_hash=hash_of(token),
            session=session.id,
            host=session.host,
            role=role,
            person=person_id,
            label=label.strip()[:80],
            expires_at=Instant(session.settings.schedule.end_at + AFTER_END_MS),
        )
        taken = await self.store.people.taken(session.id, tuple(candidates(session.id, person_id)))
        alias = suggest_alias(session.id, person_id, taken)
        person = PersonRecord(id=person_id, session=session.id, role=role, link=link_id, suggested_alias=alias)
        await self.store.links.add(record, person, self.clock.now())
        return NewLink(record, self._url(token))

    async def make_for_host(self, host: str) -> NewLink:
        """A sign-in link for a host: good for one sign-in within a day, and until the next one is made."""
        token = new_token()
        record = LinkRecord(
            id=new_id("l"),
            token_hash=hash_of(token),
            session=None,
            host=host,
            role=None,
            person=None,
            label="",
            expires_at=Instant(self.clock.now() + HOST_LINK_MS),
        )
        await self.store.links.add_for_host(record, self.clock.now())
        return NewLink(record, self._url(token))

    async def of_session(self, session: SessionId) -> list[LinkRecord]:
        """In the order in which they were made, the revoked ones too."""
        return await self.store.links.of_session(session)

    async def revoke(self, session: SessionId, link: str) -> LinkRecord | None:
        """The link, its browsers and its tokens stop working at once. None where the session has no such link."""
        now = self.clock.now()
        record = await self.store.links.revoke(session, link, now)
        return None if record is None else replace(record, revoked_at=record.revoked_at or now)

    async def redeem(self, token: str) -> LinkRecord | None:
        """The link of this token while it is neither revoked nor expired. A host's link is spent by this."""
        now = self.clock.now()
        record = await self.store.links.by_hash(hash_of(token))
        if record is None or record.revoked_at is not None or record.expires_at <= now:
            return None
        return await self.store.links.spend(record.token_hash, now) if record.session is None else record

    def _url(self, token: str) -> str:
        return f"{self.public_url}/enter#{token}"
