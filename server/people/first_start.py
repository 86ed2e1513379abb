"""The first start of an installation: a link for whoever reads the console, which begins the checklist."""

from dataclasses import dataclass
from typing import Final

from rooms.program.authority import OrgRole
from server.people.accounts import Accounts
from server.people.sign_in_links import SignInLinks
from server.store.records import Account, Purpose
from server.store.store import Store

NAME: Final = "Admin"  # until they say who they are


@dataclass(frozen=True, slots=True)
class FirstStart:
    store: Store
    accounts: Accounts
    links: SignInLinks

    async def link(self) -> str | None:
        """An address that works once and signs in the first admin. None where somebody has begun already.

        Each start makes a new one, until there is an organisation; the former one stops working.
        """
        admin = await self._admin()
        return None if admin is None else (await self.links.make(admin.id, Purpose.FIRST_START)).url

    async def _admin(self) -> Account | None:
        if await self.store.organisation.get() is not None:
            return None
        if await self.store.accounts.count() == 0:
            return await self.accounts.create(NAME, OrgRole.ADMIN)
        known = await self.accounts.by_name(NAME)
        is_alone = await self.store.accounts.count() == 1
        return known if known is not None and is_alone and known.role is OrgRole.ADMIN else None


def first_start_words(url: str) -> str:
    return (
        "\n  Holdspace is ready, and nobody has an account yet. Open this link to begin; it works once:\n\n"
        f"    {url}\n\n"
        "  Start the server again for a new link, as long as nothing has begun.\n"
    )
