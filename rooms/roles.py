"""Who a person is in the room."""

from enum import StrEnum


class Role(StrEnum):
    """A person's role; it comes with the link or account they enter by, never with the order of arrival."""

    PARTICIPANT = "participant"
    CO_FACILITATOR = "co-facilitator"
    FACILITATOR = "facilitator"

    @property
    def may_facilitate(self) -> bool:
        """Co-facilitators hold every right of a facilitator except over facilitators themselves."""
        return self is not Role.PARTICIPANT
