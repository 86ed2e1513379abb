"""The whole store behind one name."""

from server.ports import Clock
from server.store.accounts import AccountTable
from server.store.authority import AuthorityTable
from server.store.codes import CodeTable
from server.store.database import Database
from server.store.groups import GroupTable
from server.store.jobs import JobTable
from server.store.limits import LimitTable
from server.store.links import LinkTable
from server.store.outbox import OutboxTable
from server.store.people import PeopleTable
from server.store.places import PlaceTable
from server.store.retention import Retention
from server.store.rooms import RoomTable
from server.store.sessions import SessionTable


class Store:
    """One attribute per area; every method may raise `StoreDown`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.accounts = AccountTable(database)
        self.authority = AuthorityTable(database)
        self.sessions = SessionTable(database)
        self.links = LinkTable(database)
        self.groups = GroupTable(database)
        self.places = PlaceTable(database)
        self.codes = CodeTable(database)
        self.people = PeopleTable(database)
        self.rooms = RoomTable(database, clock)
        self.jobs = JobTable(database)
        self.outbox = OutboxTable(database)
        self.limits = LimitTable(database)
        self.retention = Retention(database)

    async def check(self) -> None:
        await self.database.check()

    async def close(self) -> None:
        await self.database.close()
