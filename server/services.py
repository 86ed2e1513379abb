"""What page handlers call. Built once by `app`, found under `keys.SERVICES`."""

from dataclasses import dataclass

from server.config import Config
from server.cookies import Cookies
from server.entry import Entry
from server.limits import RateLimits
from server.links import Links
from server.people.accounts import Accounts
from server.ports import Clock
from server.program.codes import Codes
from server.program.groups import GroupBook
from server.program.places import PlaceBook
from server.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Services:
    """`accounts` hosts and sign-ins · `sessions` schedule, list, cancel · `links` personal links ·
    `entry` who a browser is, tickets · `cookies` reads and sets the two kinds of cookie · `limits` for handlers that
    count by something else than the address; `routes` limits by address already · `groups` `places` `codes` groups,
    who has a place in them, join codes."""

    config: Config
    clock: Clock
    accounts: Accounts
    sessions: Sessions
    links: Links
    entry: Entry
    cookies: Cookies
    limits: RateLimits
    groups: GroupBook
    places: PlaceBook
    codes: Codes
