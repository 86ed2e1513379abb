"""What the store forgets of meetings and of who signed in, and when."""

from dataclasses import dataclass, replace

from sqlalchemy import delete, select, update

from rooms.ids import Instant
from server.store.database import Database
from server.store.mapping import dump_settings, load_settings
from server.store.records import SessionEnd
from server.store.tables import (
    answers,
    audit,
    credentials,
    links,
    oidc_flows,
    people,
    resume_tokens,
    rooms,
    sessions,
    sign_in_links,
    sign_ins,
    tickets,
)

TITLE_OF_THE_PAST = "A past session"
_WITHOUT_WORDS = {
    "title": TITLE_OF_THE_PAST,
    "discreet_title": TITLE_OF_THE_PAST,
    "guidelines": "",
    "facilitators": "",
    "resources": "",
}


@dataclass(frozen=True, slots=True)
class Retention:
    database: Database

    async def forget(self, now: Instant, ended_before: Instant, audited_before: Instant) -> dict[str, int]:
        """Drop what has expired, and the people, links and rooms of sessions that ended before `ended_before`.

        The session itself stays in its host's list as a date without words: nothing in it tells who came, or for what.
        Audit rows from before `audited_before` go. Returns how many rows of each kind went or lost their words.
        """
        over = select(sessions.c.id).where(
            sessions.c.end != SessionEnd.OPEN.value,
            sessions.c.ended_at.is_not(None),
            sessions.c.ended_at < ended_before,
        )
        passes = (tickets, sign_ins, sign_in_links, oidc_flows, credentials, resume_tokens)
        statements = [
            *(("passes", delete(table).where(table.c.expires_at <= now)) for table in passes),
            ("people", delete(people).where(people.c.session.in_(over))),
            ("links", delete(links).where(links.c.session.in_(over))),
            ("answers", delete(answers).where(answers.c.session.in_(over))),
            ("rooms", delete(rooms).where(rooms.c.session.in_(over))),
            ("audit", delete(audit).where(audit.c.at < audited_before)),
        ]
        worded = select(sessions.c.id, sessions.c.settings).where(
            sessions.c.id.in_(over), sessions.c.title != TITLE_OF_THE_PAST
        )
        counts = dict.fromkeys((kind for kind, _ in statements), 0)
        async with self.database.write() as connection:
            for kind, statement in statements:
                counts[kind] += (await connection.execute(statement)).rowcount
            rows = (await connection.execute(worded)).all()
            for row in rows:
                await connection.execute(
                    update(sessions).where(sessions.c.id == row.id).values(_WITHOUT_WORDS | _settings(row.settings))
                )
        return counts | {"texts": len(rows)}


def _settings(stored: str) -> dict[str, str]:
    return {"settings": dump_settings(replace(load_settings(stored), waiting_message=""))}
