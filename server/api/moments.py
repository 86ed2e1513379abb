"""Instants as programs write them: RFC 3339 in UTC, with milliseconds only where there are some."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, PlainSerializer, WithJsonSchema

from rooms.ids import Instant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def rfc3339(instant: Instant) -> str:
    """ "2026-11-21T19:00:00Z"."""
    moment = _EPOCH + timedelta(milliseconds=instant)
    text = moment.isoformat(timespec="milliseconds" if instant % 1_000 else "seconds")
    return text.replace("+00:00", "Z")


def _in_range(value: datetime) -> datetime:
    if not EARLIEST <= value <= LATEST:
        raise ValueError("Give an instant between the years 2000 and 2200.")
    return value


def instant_of(moment: datetime) -> Instant:
    return Instant((moment - _EPOCH) // timedelta(milliseconds=1))


# An instant in an answer: from milliseconds to text.
Moment = Annotated[
    int,
    PlainSerializer(lambda at: rfc3339(Instant(at)), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]

# An instant in a request: with an offset, so that it means the same everywhere.
GivenMoment = Annotated[AwareDatetime, AfterValidator(_in_range)]
