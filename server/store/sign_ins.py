"""How accounts come in: the sign-ins of their browsers, links that sign in once, and OIDC flows on their way."""

from dataclasses import dataclass

from sqlalchemy import Update, delete, insert, select, update

from rooms.ids import Instant
from server.store.database import Database
from server.store.mapping import account_of
from server.store.records import Account, Purpose, SignIn
from server.store.tables import accounts, oidc_flows, sign_in_links, sign_ins


@dataclass(frozen=True, slots=True)
class SignedIn:
    account: Account
    sign_in: str


@dataclass(frozen=True, slots=True)
class SpentLink:
    account: Account
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class SignInTable:
    database: Database

    async def add(self, record: SignIn, token_hash: str) -> None:
        row = {
            "token_hash": token_hash,
            "id": record.id,
            "account": record.account,
            "label": record.label,
            "created_at": record.created_at,
            "expires_at": record.expires_at,
        }
        async with self.database.write() as connection:
            await connection.execute(insert(sign_ins).values(row))

    async def by_token(self, token_hash: str, now: Instant) -> SignedIn | None:
        """Whose sign-in it is, while it lasts and the account is not switched off."""
        found = (
            select(accounts, sign_ins.c.id.label("sign_in"))
            .join(sign_ins, sign_ins.c.account == accounts.c.id)
            .where(sign_ins.c.token_hash == token_hash, sign_ins.c.expires_at > now, accounts.c.disabled_at.is_(None))
        )
        async with self.database.read() as connection:
            row = (await connection.execute(found)).first()
        return None if row is None else SignedIn(account_of(row), row.sign_in)

    async def of_account(self, account: str, now: Instant) -> list[SignIn]:
        """The newest first."""
        found = select(sign_ins).where(sign_ins.c.account == account, sign_ins.c.expires_at > now)
        async with self.database.read() as connection:
            rows = await connection.execute(found.order_by(sign_ins.c.created_at.desc(), sign_ins.c.id))
            return [
                SignIn(row.id, row.account, row.label, Instant(row.created_at), Instant(row.expires_at)) for row in rows
            ]

    async def drop(self, account: str, sign_in: str) -> bool:
        gone = delete(sign_ins).where(sign_ins.c.account == account, sign_ins.c.id == sign_in)
        async with self.database.write() as connection:
            return (await connection.execute(gone)).rowcount > 0

    async def drop_all(self, account: str, but: str | None, now: Instant) -> None:
        """Every browser but one, and every link that would sign in another."""
        async with self.database.write() as connection:
            await connection.execute(
                delete(sign_ins).where(sign_ins.c.account == account, sign_ins.c.id != (but or ""))
            )
            await connection.execute(_spent(account, now))

    async def spend_links(self, account: str, now: Instant) -> None:
        """Every link that would sign in a browser; those that are signed in stay."""
        async with self.database.write() as connection:
            await connection.execute(_spent(account, now))

    async def add_link(
        self, account: str, purpose: Purpose, token_hash: str, now: Instant, expires_at: Instant
    ) -> None:
        """A link that was asked for by mail leaves the former ones alone, so that asking shuts nobody out."""
        row = {
            "token_hash": token_hash,
            "account": account,
            "purpose": purpose.value,
            "created_at": now,
            "expires_at": expires_at,
            "spent_at": None,
        }
        former = (
            (sign_in_links.c.account == account)
            & (sign_in_links.c.purpose == purpose.value)
            & sign_in_links.c.spent_at.is_(None)
        )
        async with self.database.write() as connection:
            if purpose is not Purpose.SIGN_IN:
                await connection.execute(update(sign_in_links).where(former).values(spent_at=now))
            await connection.execute(insert(sign_in_links).values(row))

    async def spend_link(self, token_hash: str, now: Instant) -> SpentLink | None:
        """At most one caller gets it, while it is neither spent nor expired and its account is not switched off.

        The account's other links of this kind are spent with it.
        """
        good = (sign_in_links.c.token_hash == token_hash) & (sign_in_links.c.expires_at > now)
        spend = update(sign_in_links).where(good & sign_in_links.c.spent_at.is_(None)).values(spent_at=now)
        async with self.database.write() as connection:
            spent = (
                await connection.execute(spend.returning(sign_in_links.c.account, sign_in_links.c.purpose))
            ).first()
            if spent is None:
                return None
            others = (sign_in_links.c.account == spent.account) & (sign_in_links.c.purpose == spent.purpose)
            await connection.execute(
                update(sign_in_links).where(others, sign_in_links.c.spent_at.is_(None)).values(spent_at=now)
            )
            found = select(accounts).where(accounts.c.id == spent.account, accounts.c.disabled_at.is_(None))
            row = (await connection.execute(found)).first()
        return None if row is None else SpentLink(account_of(row), Purpose(spent.purpose))

    async def is_invited(self, account: str, now: Instant) -> bool:
        """Whether an invitation is on its way that nobody has followed yet."""
        found = select(sign_in_links.c.token_hash).where(
            sign_in_links.c.account == account,
            sign_in_links.c.purpose == Purpose.INVITATION.value,
            sign_in_links.c.spent_at.is_(None),
            sign_in_links.c.expires_at > now,
        )
        async with self.database.read() as connection:
            return (await connection.execute(found)).first() is not None

    async def add_flow(self, state_hash: str, nonce: str, verifier: str, expires_at: Instant) -> None:
        row = {"state_hash": state_hash, "nonce": nonce, "verifier": verifier, "expires_at": expires_at}
        async with self.database.write() as connection:
            await connection.execute(insert(oidc_flows).values(row))

    async def take_flow(self, state_hash: str, now: Instant) -> tuple[str, str] | None:
        """Nonce and verifier, once."""
        taken = delete(oidc_flows).where(oidc_flows.c.state_hash == state_hash)
        async with self.database.write() as connection:
            row = (await connection.execute(taken.returning(*oidc_flows.c))).first()
        return None if row is None or row.expires_at <= now else (row.nonce, row.verifier)


def _spent(account: str, now: Instant) -> Update:
    mine = (sign_in_links.c.account == account) & sign_in_links.c.spent_at.is_(None)
    return update(sign_in_links).where(mine).values(spent_at=now)
