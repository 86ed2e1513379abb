"""How fast people without a seat may have something stored and shown to those who lead.

Kept by person and not by connection, so that to connect again makes nobody faster.
"""

from collections import OrderedDict
from typing import Final

from rooms.ids import PersonId
from signaling.client_messages import AcceptGuidelines, Knock, MediaRequest, Rename, RoomRequest, SendNote
from signaling.rate import Bucket

PER_S: Final = 0.5
BURST: Final = 5
JOINS: Final = 10  # at once: a page on a phone comes and goes
MOST_KNOWN: Final = 1_000


class Pace:
    """One bucket a person; of many people the ones who asked longest ago are forgotten."""

    def __init__(self, burst: int) -> None:
        self._burst = burst
        self._buckets: OrderedDict[PersonId, Bucket] = OrderedDict()

    def take(self, person: PersonId, now: float) -> bool:
        """True when the person may have it now. `now` is monotonic seconds."""
        bucket = self._buckets.pop(person, None) or Bucket(PER_S, self._burst, now)
        self._buckets[person] = bucket
        if len(self._buckets) > MOST_KNOWN:
            self._buckets.popitem(last=False)
        return bucket.take(now)


def is_paced(request: RoomRequest | MediaRequest) -> bool:
    """What somebody without a seat can change the room by."""
    return isinstance(request, AcceptGuidelines | Knock | Rename | SendNote)
