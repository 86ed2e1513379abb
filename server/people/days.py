"""Which day it is for somebody."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from server.ports import Clock
from server.store.records import Account


def today_of(account: Account, clock: Clock) -> date:
    return datetime.fromtimestamp(clock.now() / 1_000, ZoneInfo(account.zone)).date()
