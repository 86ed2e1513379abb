"""Texts and whole groups that hosts keep to begin the next one with."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, insert, select, update

from rooms.ids import Instant
from server.store.database import Database
from server.store.tables import templates


class TemplateKind(StrEnum):
    GUIDELINES = "guidelines"
    WAITING_MESSAGE = "waiting-message"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Template:
    """`body` is the text; of a group the JSON of its `GroupInput`."""

    id: str
    kind: TemplateKind
    name: str
    body: str


@dataclass(frozen=True, slots=True)
class TemplateTable:
    database: Database

    async def add(self, template: Template, now: Instant) -> None:
        row = {"id": template.id, "kind": template.kind.value, "name": template.name, "body": template.body}
        async with self.database.write() as connection:
            await connection.execute(insert(templates).values(row | {"created_at": now}))

    async def all(self) -> list[Template]:
        """By kind and name."""
        found = select(templates).order_by(templates.c.kind, templates.c.name, templates.c.id)
        async with self.database.read() as connection:
            rows = (await connection.execute(found)).all()
        return [Template(row.id, TemplateKind(row.kind), row.name, row.body) for row in rows]

    async def get(self, template: str) -> Template | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(templates).where(templates.c.id == template))).first()
        return None if row is None else Template(row.id, TemplateKind(row.kind), row.name, row.body)

    async def save(self, template: Template) -> None:
        """Its name and body; the kind stays what it was."""
        change = update(templates).where(templates.c.id == template.id)
        async with self.database.write() as connection:
            await connection.execute(change.values(name=template.name, body=template.body))

    async def delete(self, template: str) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(templates).where(templates.c.id == template))
