"""Places in the group "g_1", for tests of the store."""

from rooms.program.ids import GroupId, PlaceId
from rooms.program.places import IntakeAnswer, Place, PlaceState, Wishes
from server.store.store import Store
from tests.support.programme import NOW


def wanted_place(number: int, state: PlaceState = PlaceState.WAITLIST, email: str | None = None) -> Place:
    return Place(
        id=PlaceId(f"pl_{number}"),
        group=GroupId("g_1"),
        alias=f"Quiet Heron {number}",
        email=email,
        zone="Europe/Lisbon",
        language="en",
        state=state,
        rank=0,
        guidelines_version=1,
        answers=(IntakeAnswer("What brings you here?", "Şükran, 🌱"),),
        wishes=Wishes(missed=True),
        generation=1,
        reason="",
        created_at=NOW,
        changed_at=NOW,
        bounced_at=None,
    )


async def ask_for_place(
    store: Store, number: int, state: PlaceState = PlaceState.WAITLIST, email: str | None = None
) -> Place:
    place = await store.places.add(wanted_place(number, state, email), f"hash-{number}")
    assert place is not None
    return place
