"""The one row of the organisation."""

from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, select, update

from rooms.ids import Instant
from rooms.program.organisation import Branding, Crisis, Organisation, Retention
from server.store.database import Database
from server.store.tables import organisation

ID = "o_1"  # an installation serves one organisation
_BRANDING = TypeAdapter(Branding)
_CRISIS = TypeAdapter(Crisis)
_RETENTION = TypeAdapter(Retention)
_ALL_BUT_LOGO = [column for column in organisation.c if column.name != "logo"]


@dataclass(frozen=True, slots=True)
class Logo:
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class OrganisationTable:
    database: Database

    async def get(self) -> Organisation | None:
        """None before the first start is through."""
        async with self.database.read() as connection:
            row = (await connection.execute(select(*_ALL_BUT_LOGO).where(organisation.c.id == ID))).first()
        return None if row is None else _organisation_of(row)

    async def add(self, record: Organisation, now: Instant) -> bool:
        """False where there is one already."""
        row = _values(record) | {"id": ID, "logo": None, "logo_type": None, "version": 1, "created_at": now}
        statement = self.database.upsert(organisation).values(row).on_conflict_do_nothing()
        async with self.database.write() as connection:
            return (await connection.execute(statement.returning(organisation.c.id))).first() is not None

    async def update(self, record: Organisation) -> Organisation | None:
        """All but the logo. None, and nothing written, where another change came first."""
        mine = (organisation.c.id == ID) & (organisation.c.version == record.version)
        change = update(organisation).where(mine).values(_values(record) | {"version": record.version + 1})
        async with self.database.write() as connection:
            changed = (await connection.execute(change)).rowcount > 0
        return replace(record, version=record.version + 1) if changed else None

    async def set_logo(self, logo: Logo | None) -> None:
        values = {
            "logo": None if logo is None else logo.content,
            "logo_type": None if logo is None else logo.content_type,
            "version": organisation.c.version + 1,
        }
        async with self.database.write() as connection:
            await connection.execute(update(organisation).where(organisation.c.id == ID).values(values))

    async def logo(self) -> Logo | None:
        found = select(organisation.c.logo, organisation.c.logo_type).where(organisation.c.id == ID)
        async with self.database.read() as connection:
            row = (await connection.execute(found)).first()
        return None if row is None or row.logo is None else Logo(bytes(row.logo), row.logo_type)


def _organisation_of(row: Row[Any]) -> Organisation:
    return Organisation(
        name=row.name,
        zone=row.zone,
        language=row.language,
        has_directory=row.has_directory,
        branding=_BRANDING.validate_json(row.branding),
        crisis=_CRISIS.validate_json(row.crisis),
        retention=_RETENTION.validate_json(row.retention),
        logo_type=row.logo_type,
        version=row.version,
    )


def _values(record: Organisation) -> dict[str, Any]:
    return {
        "name": record.name,
        "zone": record.zone,
        "language": record.language,
        "has_directory": record.has_directory,
        "branding": _BRANDING.dump_json(record.branding).decode(),
        "crisis": _CRISIS.dump_json(record.crisis).decode(),
        "retention": _RETENTION.dump_json(record.retention).decode(),
    }
