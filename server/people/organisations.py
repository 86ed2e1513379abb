"""The organisation as pages know it: read now and then, changed by its admins, noted in the audit log."""

import contextlib
from dataclasses import dataclass, field, replace
from typing import Final

from rooms.ids import Instant
from rooms.live.settings import SECOND_MS
from rooms.program.colours import read_colour
from rooms.program.organisation import (
    CRISIS_TEXT_LENGTH,
    LONGEST_DAYS,
    NAME_LENGTH,
    BadOrganisation,
    Organisation,
    Retention,
)
from rooms.schedule import BadSchedule, zone_of
from server.people.audit import Audit
from server.people.logo import check_logo
from server.ports import Clock, StoreDown
from server.store.organisation import Logo
from server.store.store import Store

UNNAMED: Final = Organisation(name="Holdspace")
FRESH_MS: Final = 10 * SECOND_MS  # another process, or the console, may have changed it
CHANGED_MEANWHILE: Final = "Somebody changed this in the meantime. Look at it again, then save."


@dataclass(slots=True)
class _Known:
    organisation: Organisation | None = None
    read_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Organisations:
    store: Store
    clock: Clock
    audit: Audit
    retention: Retention  # of the settings: an organisation begins with it
    _known: _Known = field(default_factory=_Known)

    @property
    def known(self) -> Organisation:
        """As it was read last, without asking the store: for every page, the error pages too."""
        return self._known.organisation or UNNAMED

    async def look(self) -> Organisation:
        """Not older than a few seconds; where the store is down, as it was read last."""
        if self._known.read_at is None or self.clock.now() - self._known.read_at >= FRESH_MS:
            with contextlib.suppress(StoreDown):
                await self.get()
        return self.known

    async def get(self) -> Organisation | None:
        """From the store; None before the first start is through."""
        self._know(await self.store.organisation.get())
        return self._known.organisation

    async def begin(self, name: str, zone: str, language: str, actor: str | None) -> Organisation:
        """The one organisation of this installation. Where there is one already, that one. Raises `BadOrganisation`."""
        wanted = Organisation(name=_name(name), zone=zone, language=language, retention=self.retention)
        _check(wanted)
        if await self.store.organisation.add(wanted, self.clock.now()):
            await self.audit.note(actor, "organisation-begun")
        return await self.get() or wanted

    async def change(self, wanted: Organisation, actor: str | None, act: str) -> Organisation:
        """`act` is the word of the audit log. Raises `BadOrganisation`; under "problem" where another came first."""
        _check(wanted)
        changed = await self.store.organisation.update(replace(wanted, name=_name(wanted.name)))
        if changed is None:
            raise BadOrganisation({"problem": CHANGED_MEANWHILE})
        self._know(changed)
        await self.audit.note(actor, act)
        return changed

    async def set_logo(self, content: bytes | None, actor: str | None) -> None:
        """None takes it away. Raises `BadOrganisation` for anything but a checked SVG or PNG."""
        logo = None if content is None else Logo(content, check_logo(content))
        await self.store.organisation.set_logo(logo)
        await self.get()
        await self.audit.note(actor, "logo-changed")

    async def logo(self) -> Logo | None:
        return await self.store.organisation.logo()

    def _know(self, organisation: Organisation | None) -> None:
        self._known.organisation, self._known.read_at = organisation, self.clock.now()


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= NAME_LENGTH or not name.isprintable():
        raise BadOrganisation({"name": f"Write a name of 1 to {NAME_LENGTH} characters."})
    return name


def _check(wanted: Organisation) -> None:
    errors: dict[str, str] = {}
    try:
        zone_of(wanted.zone)
    except BadSchedule:
        errors["zone"] = "Choose a time zone."
    if wanted.branding.colour and read_colour(wanted.branding.colour) is None:
        errors["colour"] = "Write a colour like #1f6663."
    if len(wanted.crisis.text) > CRISIS_TEXT_LENGTH:
        errors["text"] = f"Keep this to {CRISIS_TEXT_LENGTH} characters."
    kept = wanted.retention
    for kind, days in (
        ("sessions", kept.sessions),
        ("places", kept.places),
        ("mail", kept.mail),
        ("audit", kept.audit),
    ):
        if not 0 <= days <= LONGEST_DAYS:
            errors[kind] = f"Write a number of days from 0 to {LONGEST_DAYS}."
    if errors:
        raise BadOrganisation(errors)
