"""Puts a session with its own timers straight into the store of a server that is not running yet.

Some timers are shorter than a host may choose, so that a journey does not wait for them.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rooms.ids import SessionId
from rooms.live.settings import MINUTE_MS, Settings
from rooms.program.authority import OrgRole
from rooms.roles import Role
from rooms.schedule import timing_of
from server.app import build_services
from server.clock import AnchoredClock
from server.config import load_config
from server.elsewhere import RoomsElsewhere
from server.passwords import Passwords
from server.store.database import Database
from server.store.migrate import migrate
from server.store.records import SessionRecord
from server.store.store import Store
from server.tokens import new_id
from tests.support.people_host import ZONE, Links, Plan
from tests.support.server_process import ServerProcess


async def seed(server: ServerProcess, plan: Plan, **timers: Any) -> Links:
    """Migrates the store, adds a host, the session and its facilitator's link. `timers`: fields of `Settings`."""
    server.data.mkdir(parents=True, exist_ok=True)
    config, clock, passwords = load_config(server.env), AnchoredClock(), Passwords()
    store = Store(Database(config.database), clock)
    try:
        await migrate(store.database)
        services = build_services(config, store, clock, RoomsElsewhere(), passwords)
        host = await services.accounts.create(f"host of {plan.title}", OrgRole.HOST)
        starts = datetime.now(ZoneInfo(ZONE)) + plan.starts_in
        at = starts.time().replace(second=0, microsecond=0)
        planned = Settings(
            schedule=timing_of(starts.date(), at, ZONE, plan.length_min, plan.doors_min).schedule,
            waiting_message=plan.waiting_message,
            is_peer_held=plan.is_peer_held,
            late_cutoff_ms=plan.late_min * MINUTE_MS,
        )
        record = SessionRecord(
            id=SessionId(new_id("s")),
            host=host.id,
            title=plan.title,
            discreet_title=plan.discreet_title,
            zone=ZONE,
            settings=replace(planned, **timers),
            guidelines=plan.guidelines,
            facilitators=plan.facilitators,
            resources=plan.resources,
        )
        await store.sessions.add(record, clock.now())
        link = await services.links.make(record, Role.FACILITATOR, "who leads")
        shared = services.links.shared_url(record.id)
        return Links(shared, shared, link.url)
    finally:
        passwords.close()
        await store.close()
