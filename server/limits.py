"""Rate limits: token buckets per address prefix and per account."""

import hashlib
import hmac
import math
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from rooms.ids import Instant
from server.errors import TooMany
from server.ports import Clock
from server.store.limits import LimitTable

MOST_IN_MEMORY = 10_000


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` at once, then one each `refill_ms`. `is_lasting`: counted in the store, so a restart forgives nothing."""

    scope: str
    most: int
    refill_ms: int
    is_lasting: bool


# A whole group may sit behind one address, and all of it comes back at once after a restart of the server.
SIGN_IN = Limit("sign-in", most=20, refill_ms=15_000, is_lasting=True)
# Of one account from one prefix: whoever tries somebody else's name shuts out nobody but their own neighbours.
ACCOUNT = Limit("account", most=20, refill_ms=30_000, is_lasting=True)
# Of one account from everywhere, attempts that did not fit only: against many addresses. It comes back faster than
# several prefixes together can spend it.
GUESSES = Limit("guesses", most=1_000, refill_ms=5_000, is_lasting=True)
# Letters to one address, whoever asks for them.
MAILED_LINK = Limit("mailed-link", most=5, refill_ms=600_000, is_lasting=True)
# Places that are asked for with one address, whoever asks: each has letters in its wake, for as long as it lasts.
WRITTEN_TO = Limit("written-to", most=6, refill_ms=1_800_000, is_lasting=True)
# A class of people may ask for places in a group at once.
ASK = Limit("ask", most=40, refill_ms=60_000, is_lasting=True)
# Calendars ask by themselves, a whole house of them behind one address.
FEED = Limit("feed", most=120, refill_ms=5_000, is_lasting=False)
# Join codes are short: few guesses from one prefix, and codes that did not fit are counted from everywhere. Who has
# mistyped no more often than `WRONG_CODES_HERE` is let in whatever others guess.
CODE = Limit("code", most=20, refill_ms=10_000, is_lasting=True)
WRONG_CODES = Limit("wrong-codes", most=300, refill_ms=5_000, is_lasting=True)
WRONG_CODES_HERE = Limit("wrong-codes-here", most=3, refill_ms=1_200_000, is_lasting=True)
ENTER = Limit("enter", most=60, refill_ms=2_000, is_lasting=True)
# New people of one session from one prefix: a waiting room full of them at once, and then few.
NEWCOMER = Limit("newcomer", most=150, refill_ms=10_000, is_lasting=False)
TICKET = Limit("ticket", most=120, refill_ms=500, is_lasting=False)


class RateLimits:
    """`spend` raises `TooMany`. Buckets are named by a keyed hash, so that no address is kept anywhere."""

    def __init__(self, table: LimitTable, clock: Clock, key: bytes) -> None:
        self._table = table
        self._clock = clock
        self._key = key
        self._in_memory: OrderedDict[str, tuple[float, Instant]] = OrderedDict()

    async def check(self, limit: Limit, subject: str) -> None:
        """As `spend` of a lasting limit, and takes nothing."""
        missing_ms = await self._table.missing(
            self._bucket(limit, subject), limit.most, limit.refill_ms, self._clock.now()
        )
        if missing_ms > 0:
            raise TooMany(math.ceil(missing_ms / 1_000))

    async def spend(self, limit: Limit, subject: str) -> None:
        bucket = self._bucket(limit, subject)
        if limit.is_lasting:
            missing_ms = await self._table.spend(bucket, limit.most, limit.refill_ms, self._clock.now())
        else:
            missing_ms = self._spend_here(bucket, limit)
        if missing_ms > 0:
            raise TooMany(math.ceil(missing_ms / 1_000))

    def _bucket(self, limit: Limit, subject: str) -> str:
        return hmac.digest(self._key, f"{limit.scope}/{subject}".encode(), hashlib.sha256).hex()

    def _spend_here(self, bucket: str, limit: Limit) -> int:
        now = self._clock.now()
        left, at = self._in_memory.pop(bucket, (float(limit.most), now))
        left = min(float(limit.most), left + max(0, now - at) / limit.refill_ms)
        missing = 0
        if left < 1:
            missing = math.ceil((1 - left) * limit.refill_ms)
        else:
            left -= 1
        self._in_memory[bucket] = (left, now)
        while len(self._in_memory) > MOST_IN_MEMORY:
            self._in_memory.popitem(last=False)
        return missing


def instance_key(data_dir: Path) -> bytes:
    """This installation's own key, made at the first start, beside the database and not in it."""
    file = data_dir / "instance.key"
    try:
        return file.read_bytes()
    except FileNotFoundError:
        key = secrets.token_bytes(32)
        file.touch(mode=0o600)
        file.write_bytes(key)
        return key
