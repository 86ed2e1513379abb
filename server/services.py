"""What page handlers call. Built once by `app`, found under `keys.SERVICES`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.api.keys import ApiKeys
from server.calendar.book import CalendarBook
from server.config import Config
from server.cookies import Cookies
from server.entry import Entry
from server.errands import Errands
from server.limits import RateLimits
from server.links import Links
from server.mail.post import Post
from server.people.accounts import Accounts
from server.people.audit import Audit
from server.people.first_start import FirstStart
from server.people.organisations import Organisations
from server.people.sign_in_links import SignInLinks
from server.ports import Clock, Rooms
from server.program.calling_off import CallingOff
from server.program.codes import Codes
from server.program.dashboard import Dashboard
from server.program.erasure import Erasure
from server.program.exports import Exports
from server.program.forgetting import Forgetting
from server.program.groups import GroupBook
from server.program.leading import Leading
from server.program.places import PlaceBook
from server.program.series import SeriesBook
from server.program.shared_links import SharedLinks
from server.program.templates import TemplateBook
from server.sessions import Sessions
from server.store.store import Store
from server.webhooks.book import WebhookBook

if TYPE_CHECKING:
    from server.people.oidc import OpenIdConnect


@dataclass(frozen=True, slots=True)
class Services:
    """`accounts` people and their sign-ins · `sign_in_links` links that sign in · `organisation` its name, looks and
    words · `audit` who did what · `post` mail, where it is configured · `oidc` sign-in elsewhere, where the settings
    name a provider · `sessions` schedule, list, cancel · `links` personal links · `entry` who a browser is, tickets ·
    `cookies` reads and sets them · `limits` for handlers that count by something else than the address; `routes`
    limits by address already · `groups` `places` `codes` groups, who has a place in them, join codes · `leading` who
    leads which date · `errands` jobs and letters."""

    config: Config
    clock: Clock
    accounts: Accounts
    sign_in_links: SignInLinks
    first_start: FirstStart
    organisation: Organisations
    audit: Audit
    post: Post
    oidc: "OpenIdConnect | None"
    sessions: Sessions
    links: Links
    entry: Entry
    cookies: Cookies
    limits: RateLimits
    groups: GroupBook
    places: PlaceBook
    codes: Codes
    series: SeriesBook
    calling_off: CallingOff
    calendar: CalendarBook
    shared_links: SharedLinks
    dashboard: Dashboard
    templates: TemplateBook
    exports: Exports
    erasure: Erasure
    forgetting: Forgetting
    api_keys: ApiKeys
    webhooks: WebhookBook
    errands: Errands
    leading: Leading
    rooms: Rooms
    store: Store
