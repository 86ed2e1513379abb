"""Join codes that can be said aloud: nine digits, good for knocking at one session, gone with it."""

import hashlib
import hmac
from dataclasses import dataclass

from rooms.ids import Instant, SessionId
from rooms.live.settings import MINUTE_MS
from server.ports import Clock
from server.store.records import SessionEnd, SessionRecord
from server.store.store import Store

DIGITS = 9
ATTEMPTS = 8
AFTER_END_MS = 30 * MINUTE_MS  # a session may be extended


@dataclass(frozen=True, slots=True)
class Codes:
    """A code follows from the session and the installation's `key`, so that it can be shown again; the store has its
    keyed hash, so that whoever reads the store cannot tell it."""

    store: Store
    clock: Clock
    key: bytes

    async def of_session(self, session: SessionRecord) -> str | None:
        """The code, in three groups of three digits, for the host's page. None where the session is over."""
        now = self.clock.now()
        expires_at = Instant(session.settings.schedule.end_at + AFTER_END_MS)
        if session.end is not SessionEnd.OPEN or expires_at <= now:
            return None
        candidates = {self._hash(code): code for code in self._candidates(session.id)}
        known = await self.store.codes.among(session.id, tuple(candidates), now)
        for hashed, code in candidates.items():
            if hashed in known or await self.store.codes.put(hashed, session.id, now, expires_at):
                return spoken(code)
        return None

    async def redeem(self, written: str) -> SessionId | None:
        """The session of a code, however it was written; None for everything else."""
        code = code_of(written)
        return None if code is None else await self.store.codes.session_of(self._hash(code), self.clock.now())

    def _candidates(self, session: SessionId) -> list[str]:
        """Best first: another session may have the first one already."""
        return [self._code(session, attempt) for attempt in range(ATTEMPTS)]

    def _code(self, session: SessionId, attempt: int) -> str:
        digest = hmac.digest(self.key, f"code-of/{session}/{attempt}".encode(), hashlib.sha256)
        return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}d}"

    def _hash(self, code: str) -> str:
        return hmac.digest(self.key, f"code/{code}".encode(), hashlib.sha256).hex()


def spoken(code: str) -> str:
    """ "482913775" as "482 913 775"."""
    return " ".join(code[start : start + 3] for start in range(0, len(code), 3))


def code_of(written: str) -> str | None:
    """Nine digits with spaces, dots or dashes between them; None for anything else."""
    digits = "".join(written.split()).replace("-", "").replace(".", "")
    return digits if len(digits) == DIGITS and digits.isascii() and digits.isdigit() else None
