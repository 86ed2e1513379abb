"""The instants that follow from a room's schedule and settings."""

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS, Settings

CUES_MIN = (10, 5, 1)


def early_start_at(settings: Settings) -> Instant:
    return Instant(settings.schedule.start_at - settings.early_start_ms)


def is_late(settings: Settings, now: Instant) -> bool:
    """Past the late cut-off."""
    cutoff = settings.late_cutoff_ms
    return cutoff is not None and now >= settings.schedule.start_at + cutoff


def closing_at(settings: Settings) -> Instant:
    """When the room begins to close: never in the first half, or nobody could enter a short session."""
    start, end = settings.schedule.start_at, settings.schedule.end_at
    return Instant(max(end - settings.closing_ms, (start + end) // 2))


def latest_end(settings: Settings) -> Instant:
    return Instant(settings.schedule.end_at + settings.overrun_ms)


def cue_at(settings: Settings, minutes: int) -> Instant:
    return Instant(settings.schedule.end_at - minutes * MINUTE_MS)


def cues_past(settings: Settings, now: Instant) -> tuple[int, ...]:
    """Cues whose instant has gone: to say "10 minutes left" with 8 left would be untrue."""
    return tuple(minutes for minutes in CUES_MIN if cue_at(settings, minutes) <= now)
