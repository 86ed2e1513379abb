"""What a viewer's feedback shows as lost for the first time, for repairs that nobody has asked for.

A viewer asks when a later packet of the same source came. The last packet of a picture is missed only with the next
picture, and Chromium has then often gone on without this one, and without those that refer to it. The transport-wide
feedback tells sooner: it comes many times a second, and packets of all sources share its numbers.
"""

from sfu.packet.sent_ring import SIZE
from sfu.packet.transport_feedback import NOT_RECEIVED, TransportFeedback


class FreshLosses:
    """Reads the feedback of one viewer."""

    __slots__ = ("_next",)

    def __init__(self) -> None:
        self._next: int | None = None  # the number after the newest that a feedback told of

    def read(self, feedback: TransportFeedback) -> list[int]:
        """Transport-wide numbers that it says did not come; each only once."""
        base, arrivals = feedback.base, feedback.arrivals
        known = 0 if self._next is None else (self._next - base) & 0xFFFF
        if known > SIZE:
            known = 0  # it goes on, and does not go back further than anybody remembers
        if known < len(arrivals):
            self._next = (base + len(arrivals)) & 0xFFFF
        if NOT_RECEIVED not in arrivals:
            return []
        return [base + at & 0xFFFF for at in range(known, len(arrivals)) if arrivals[at] == NOT_RECEIVED]
