"""All operations of the API, in the order of its description."""

from server.api.areas import accounts, groups, organisation, places, programs, rooms, series, sessions
from server.api.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *organisation.OPERATIONS,
    *accounts.OPERATIONS,
    *groups.OPERATIONS,
    *places.OPERATIONS,
    *series.OPERATIONS,
    *sessions.OPERATIONS,
    *rooms.OPERATIONS,
    *programs.OPERATIONS,
)
