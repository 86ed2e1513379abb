"""What pages cost the server when there is much in the store: `python -m bench.pages`.

A real server on SQLite in a folder of its own, 10 000 sessions of 200 groups in the store, one request after the other.
Prints milliseconds of server time, from the request that was read to the answer that is made, as JSON.
"""

import argparse
import asyncio
import json
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import structlog
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.typedefs import Handler, Middleware
from pydantic import TypeAdapter
from sqlalchemy import func, insert, select

from bench.machine import machine
from rooms.ids import Instant, SessionId
from rooms.program.authority import OrgRole
from rooms.program.dates import dates_of
from rooms.program.ids import GroupId
from rooms.program.recurrence import Frequency, Rule
from rooms.program.series import local_text
from rooms.schedule import utc_of
from server.app import Server, build_server
from server.config import load_config
from server.program.materialise import AHEAD_MS, hands_of, session_of
from server.services import Services
from server.store.mapping import session_values
from server.store.records import Purpose
from server.store.tables import groups, guidelines, jobs, places, series, sessions, staff
from tests.support.fake_media import FakeMedia
from tests.support.programme import DAY, HOUR, group_values, series_values
from tests.support.whole_server import Browser

PLACES = 10
PAST_DAYS = 14
OF_EACH = 50  # sessions of a group: five a week for two weeks past and eight ahead
SETTLED_S = 120.0
MOST_MS = 50.0


async def fill(services: Services, count: int, host: str) -> None:
    """`count` sessions, evenly over the last two weeks and the next eight, of groups with series and places.

    They are those that the rules of the series want: others would be canceled by the server's daily work.
    """
    now = services.clock.now()
    ids = [f"g_{number}" for number in range(count // OF_EACH)]
    texts = {"audience": "For people who look for company. " * 4, "about": "We begin with a round. " * 20}
    topics = ("bereavement", "anxiety", "work", "other")
    words = {"version": 1, "text": "What is said here stays here. " * 20, "created_at": now}
    async with services.store.database.write() as connection:
        await connection.execute(
            insert(groups),
            [
                group_values(id, f"Circle {id}", topic=topics[at % 4], is_public=True, **texts)
                for at, id in enumerate(ids)
            ],
        )
        await connection.execute(insert(guidelines), [{"group": id} | words for id in ids])
        await connection.execute(
            insert(staff), [{"group": id, "account": host, "position": "host", "rank": 0} for id in ids]
        )
        await connection.execute(insert(series), [_series(id, at / len(ids), now) for at, id in enumerate(ids)])
        await connection.execute(
            insert(places), [_place(f"{id}_{rank}", id, rank, now) for id in ids for rank in range(PLACES)]
        )
    rows = [row for id in ids for row in await _dates(services, GroupId(id), now)]
    async with services.store.database.write() as connection:
        await connection.execute(insert(sessions), rows)


def _series(group: str, part: float, now: int) -> dict[str, object]:
    """Five days a week, at a time of its own: `part` of the day after midnight."""
    day = utc_of(Instant(now - (PAST_DAYS + 7) * DAY)).replace(hour=0, minute=0)
    first = day + timedelta(minutes=int(part * 24 * 60))
    rule = Rule(Frequency.WEEKLY, weekdays=tuple(sorted((int(part * 70) + day) % 7 for day in range(5))))
    text = TypeAdapter(Rule).dump_json(rule).decode()
    return series_values(f"e_{group}", group, zone="UTC", first_local=local_text(first), rule=text)


async def _dates(services: Services, group: GroupId, now: Instant) -> list[dict[str, object]]:
    """The rows of a group's sessions. What would have its doors open by now is over: its room is no part of this."""
    found, (planned,) = await services.groups.get(group), await services.series.of_group(group)
    assert found is not None
    hands = hands_of(found, await services.groups.staff(group))
    rows: list[dict[str, object]] = []
    for date in dates_of(planned, (), Instant(now - PAST_DAYS * DAY), Instant(now + AHEAD_MS)):
        row = session_values(session_of(planned, date, hands, SessionId(f"s_{group}_{len(rows)}")), now)
        is_over = date.schedule.start_at < now + HOUR
        ended = {"end": "ended" if is_over else "open", "attended": 7 if is_over else None}
        rows.append(row | ended)
    return rows


async def settle(services: Services) -> None:
    """Until the work is done that every server begins with, so that pages are measured and not that."""
    is_due = jobs.c.outcome.is_(None) & (jobs.c.due_at <= services.clock.now())
    found = select(func.count(), func.count().filter(is_due)).select_from(jobs)
    until = time.monotonic() + SETTLED_S
    while time.monotonic() < until:
        async with services.store.database.read() as connection:
            known, due = (await connection.execute(found)).one()
        if known and not due:
            return
        await asyncio.sleep(0.2)
    raise TimeoutError("the server's own work did not come to its end")


def _place(id: str, group: str, rank: int, now: int) -> dict[str, object]:
    return {
        "id": f"pl_{id}",
        "group": group,
        "token_hash": f"hash-{id}",
        "alias": "Quiet Heron",
        "email": None,
        "zone": "UTC",
        "language": "en",
        "state": "place",
        "rank": rank,
        "guidelines_version": 1,
        "answers": "[]",
        "wishes": "{}",
        "generation": 1,
        "reason": "",
        "feed_hash": None,
        "created_at": now,
        "changed_at": now,
        "bounced_at": None,
    }


async def measure(count: int, repeats: int) -> dict[str, dict[str, float]]:
    """By page, in milliseconds: median and 95th percentile of the time, median of the CPU of the whole process."""
    spent: list[tuple[float, float]] = []

    @web.middleware
    async def timed(request: web.Request, handler: Handler) -> web.StreamResponse:
        begin, cpu = time.perf_counter(), time.process_time()
        try:
            return await handler(request)
        finally:
            spent.append(((time.perf_counter() - begin) * 1_000, (time.process_time() - cpu) * 1_000))

    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        async with _serving(Path(folder), timed) as (built, server):
            services = built.services
            host = await services.accounts.create("Ines", OrgRole.HOST)
            await settle(services)
            await fill(services, count, host.id)
            client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
            browser = Browser(client)
            link = await services.sign_in_links.make(host.id, Purpose.SIGN_IN)
            asked = {
                "home": "/",
                "directory": "/groups",
                "directory, a day and a topic": "/groups?topic=anxiety&day=1&time=evening&zone=Asia/Tokyo",
                "directory, all at once for the finder": "/groups?all=1",
                "group page": "/g/g-7",
            }
            for name, path in asked.items():
                figures[name] = await _figure(browser, path, spent, repeats)
            await browser.follow(link.url)
            figures["dashboard"] = await _figure(browser, "/host", spent, repeats)
            figures["host's group page"] = await _figure(browser, "/host/groups/g_7", spent, repeats)
            await client.session.close()
    return figures


async def _figure(browser: Browser, path: str, spent: list[tuple[float, float]], repeats: int) -> dict[str, float]:
    await browser.page(path)
    await browser.page(path)
    spent.clear()
    for _ in range(repeats):
        await browser.page(path)
    by_time = sorted(wall for wall, _ in spent)
    return {
        "median_ms": round(statistics.median(by_time), 1),
        "p95_ms": round(by_time[int(len(by_time) * 0.95)], 1),
        "cpu_ms": round(statistics.median(cpu for _, cpu in spent), 1),
    }


@asynccontextmanager
async def _serving(folder: Path, timed: Middleware) -> AsyncIterator[tuple[Server, TestServer]]:
    settings = {"HOLDSPACE_DATA_DIR": str(folder), "HOLDSPACE_UDP_PORT": "0", "HOLDSPACE_UDP_BIND": "127.0.0.1"}

    async def before_doors(_services: Services) -> None:
        return None

    built = build_server(load_config(settings), before_doors, FakeMedia())
    built.app.middlewares.insert(0, timed)
    server = TestServer(built.app)
    await server.start_server()
    try:
        yield built, server
    finally:
        await built.rooms.drain()
        await server.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=60)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    where = machine()
    figures = asyncio.run(measure(given.sessions, given.repeats))
    about = {"machine": where, "sessions": given.sessions, "groups": given.sessions // OF_EACH}
    print(json.dumps(about | {"pages": figures}, indent=2))
    slow = [name for name in ("directory", "group page", "dashboard") if figures[name]["median_ms"] >= MOST_MS]
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
