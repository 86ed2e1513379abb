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

    async def make(
        self, session: SessionRecord, role: Role, label: str, account: str | None = None, sign_in: str | None = None
    ) -> NewLink:
        """A personal link and its person. `label` is for the host's eyes only.

        With `account` it ends when that account is switched off; with `sign_in` when that browser is signed out.
        """
        token = new_token()
        link_id, person_id = new_id("l"), PersonId(new_id("p"))
        record = LinkRecord(
            id=link_id,
            token_hash=hash_of(token),
            session=session.id,
            account=account,
            sign_in=sign_in,
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

    async def of_session(self, session: SessionId) -> list[LinkRecord]:
        """In the order in which they were made, the revoked ones too."""
        return await self.store.links.of_session(session)

    async def revoke(self, session: SessionId, link: str) -> LinkRecord | None:
        """The link, its browsers and its tokens stop working at once. None where the session has no such link."""
        now = self.clock.now()
        record = await self.store.links.revoke(session, link, now)
        return None if record is None else replace(record, revoked_at=record.revoked_at or now)

    async def revoke_of(self, account: str, sign_in: str | None = None, group: str | None = None) -> list[LinkRecord]:
        """All by which an account goes in, or those of one sign-in or group; returns those that worked until now."""
        found = await self.store.links.of_account(account, sign_in, group)
        for link in found:
            await self.store.links.revoke(link.session, link.id, self.clock.now())
        return found

    async def redeem(self, token: str) -> LinkRecord | None:
        """The link of this token while it is neither revoked nor expired."""
        record = await self.store.links.by_hash(hash_of(token))
        works = record is not None and record.revoked_at is None and record.expires_at > self.clock.now()
        return record if works else None

    def _url(self, token: str) -> str:
        return f"{self.public_url}/enter#{token}"
