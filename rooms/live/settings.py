"""What the series decides and a running room holds a copy of (features R5). Defaults: features.md section 7."""

from dataclasses import dataclass
from enum import StrEnum

from rooms.ids import Instant

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS


class ChatPolicy(StrEnum):
    """Who a participant's message may reach; facilitators may always write to everybody."""

    OFF = "off"
    FACILITATORS = "facilitators"
    ALL = "all"


class SharePolicy(StrEnum):
    """Who may share a screen."""

    FACILITATORS = "facilitators"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The instants of one session."""

    doors_at: Instant
    start_at: Instant
    end_at: Instant


@dataclass(frozen=True, slots=True)
class Settings:
    """The rules of one room. Durations in milliseconds, `None` switches a timer off."""

    schedule: Schedule
    guidelines_version: int = 1
    waiting_message: str = ""
    is_peer_held: bool = False
    minimum_present: int = 3  # peer-held only: the doors open to those waiting once so many are there
    chat_policy: ChatPolicy = ChatPolicy.ALL
    share_policy: SharePolicy = SharePolicy.FACILITATORS
    max_participants: int = 12
    max_people: int = 25  # hard cap on seats; never keeps a facilitator out
    max_waiting: int = 100
    max_known: int = 500  # people without a personal link; those who only looked in make room
    early_start_ms: int = 5 * MINUTE_MS
    late_cutoff_ms: int | None = 10 * MINUTE_MS
    absent_page_ms: int = 5 * MINUTE_MS
    absent_cancel_ms: int = 15 * MINUTE_MS
    lost_grace_ms: int = 90 * SECOND_MS
    hold_limit_ms: int = 10 * MINUTE_MS
    quiet_signal_ms: int = 10 * SECOND_MS  # a shorter loss of the connection leaves sound and pictures alone
    seat_hold_ms: int = 120 * SECOND_MS
    closing_ms: int = 10 * MINUTE_MS  # the room is closing this long before its end
    overrun_ms: int = 15 * MINUTE_MS
