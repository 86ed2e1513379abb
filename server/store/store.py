"""The whole store behind one name."""

from server.ports import Clock
from server.store.accounts import AccountTable
from server.store.attendance import AttendanceTable
from server.store.audit import AuditTable
from server.store.authority import AuthorityTable
from server.store.codes import CodeTable
from server.store.dashboard import DashboardTable
from server.store.database import Database
from server.store.dates import DateTable
from server.store.directory import DirectoryTable
from server.store.exports import ExportTable
from server.store.feeds import FeedTable
from server.store.forgotten import ForgottenTable
from server.store.groups import GroupTable
from server.store.jobs import JobTable
from server.store.leads import LeadTable
from server.store.limits import LimitTable
from server.store.links import LinkTable
from server.store.organisation import OrganisationTable
from server.store.outbox import OutboxTable
from server.store.people import PeopleTable
from server.store.places import PlaceTable
from server.store.programs import ApiKeyTable, IdempotencyTable
from server.store.retention import Retention
from server.store.rooms import RoomTable
from server.store.series import SeriesTable
from server.store.session_pages import SessionPages
from server.store.sessions import SessionTable
from server.store.sign_ins import SignInTable
from server.store.templates import TemplateTable
from server.store.webhooks import DeliveryTable, WebhookTable


class Store:
    """One attribute per area; every method may raise `StoreDown`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.accounts = AccountTable(database)
        self.sign_ins = SignInTable(database)
        self.organisation = OrganisationTable(database)
        self.audit = AuditTable(database)
        self.authority = AuthorityTable(database)
        self.sessions = SessionTable(database)
        self.series = SeriesTable(database)
        self.feeds = FeedTable(database)
        self.links = LinkTable(database)
        self.groups = GroupTable(database)
        self.places = PlaceTable(database)
        self.directory = DirectoryTable(database)
        self.codes = CodeTable(database)
        self.people = PeopleTable(database)
        self.rooms = RoomTable(database, clock)
        self.dates = DateTable(database)
        self.leads = LeadTable(database)
        self.jobs = JobTable(database)
        self.outbox = OutboxTable(database)
        self.limits = LimitTable(database)
        self.api_keys = ApiKeyTable(database)
        self.idempotency = IdempotencyTable(database)
        self.webhooks = WebhookTable(database)
        self.deliveries = DeliveryTable(database)
        self.session_pages = SessionPages(database)
        self.attendance = AttendanceTable(database)
        self.dashboard = DashboardTable(database)
        self.templates = TemplateTable(database)
        self.exports = ExportTable(database)
        self.forgotten = ForgottenTable(database)
        self.retention = Retention(database)

    async def check(self) -> None:
        await self.database.check()

    async def close(self) -> None:
        await self.database.close()
