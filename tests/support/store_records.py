"""Records for tests of the store and of what stands on it."""

from rooms.ids import Instant, SessionId
from rooms.live.settings import MINUTE_MS, ChatPolicy, Schedule, Settings
from rooms.program.ids import AccountId
from server.store.records import Account, SessionRecord

START = Instant(1_800_000_000_000)


def account(name: str = "ines", account_id: str = "h_1", has_password: bool = False) -> Account:
    return Account(id=AccountId(account_id), name=name, has_password=has_password)


def session_record(session_id: str = "s_1", host: str = "h_1", start: int = START) -> SessionRecord:
    schedule = Schedule(
        doors_at=Instant(start - 15 * MINUTE_MS), start_at=Instant(start), end_at=Instant(start + 60 * MINUTE_MS)
    )
    return SessionRecord(
        id=SessionId(session_id),
        host=host,
        title="Evening circle",
        discreet_title="Meeting",
        zone="Europe/Lisbon",
        settings=Settings(schedule=schedule, chat_policy=ChatPolicy.FACILITATORS, late_cutoff_ms=None),
        guidelines="What is said here stays here.\nŞükran, 🌱",
        facilitators="Inês & Tom",
        resources="https://example.org/help",
    )
