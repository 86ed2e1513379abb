"""From a series and its exceptions to dates: the instants, what the clocks do to them, what differs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rooms.ids import Instant
from rooms.live.settings import Schedule
from rooms.program.series import DateException, Series
from rooms.schedule import ClockNote


@dataclass(frozen=True, slots=True)
class Date:
    """One planned meeting of a series. `title` and `waiting_message` as in `Series`, with the date's change on top."""

    original_local: str  # its name in the series
    schedule: Schedule
    note: ClockNote
    is_canceled: bool
    is_moved: bool
    title: str
    waiting_message: str | None
    starts_local: datetime  # aware, in the zone of the series, as it will be shown


def dates_of(series: Series, exceptions: Iterable[DateException], begin: Instant, end: Instant) -> list[Date]:
    """The dates whose planned or moved start lies in [begin, end), canceled ones too, by start; at most
    `MOST_AHEAD`."""
    raise NotImplementedError
