"""Suggested aliases: two calm words, so that a first-time visitor need not invent a name or give their own."""

import hashlib
import hmac
from collections.abc import Collection, Iterator

from rooms.ids import PersonId, SessionId

CALM = (
    "Amber", "Autumn", "Blue", "Bright", "Calm", "Clear", "Cosy", "Dawn", "Deep", "Early", "Easy", "Evening", "Fair",
    "Gentle", "Golden", "Green", "Hazel", "Honey", "Hushed", "Kind", "Light", "Lunar", "Meadow", "Mellow", "Mild",
    "Misty", "Morning", "Mossy", "Open", "Patient", "Pearl", "Plain", "Quiet", "Rosy", "Silver", "Slow", "Soft",
    "Solar", "Spring", "Steady", "Still", "Summer", "Sunny", "Tender", "Velvet", "Violet", "Warm", "Winter",
)  # fmt: skip
THINGS = (
    "Acorn", "Alder", "Aspen", "Beech", "Birch", "Breeze", "Brook", "Cedar", "Clover", "Cloud", "Cove", "Daisy",
    "Dove", "Elm", "Fern", "Finch", "Garden", "Grove", "Harbor", "Heather", "Heron", "Ivy", "Juniper", "Lake", "Lark",
    "Laurel", "Linden", "Lotus", "Maple", "Moon", "Oak", "Orchard", "Otter", "Pebble", "Pine", "Poppy", "Rain",
    "Reed", "River", "Robin", "Sage", "Shore", "Sparrow", "Star", "Swallow", "Thyme", "Tide", "Willow", "Wren",
)  # fmt: skip


ATTEMPTS = 64


def candidates(session: SessionId, person: PersonId) -> Iterator[str]:
    """What this person may be called in this session, best first, two words each.

    Keyed by the session: the same browser gets unrelated words in another session, so nobody can follow a name.
    """
    for attempt in range(ATTEMPTS):
        digest = hmac.digest(session.encode(), f"{person}/{attempt}".encode(), hashlib.sha256)
        first = CALM[int.from_bytes(digest[:4]) % len(CALM)]
        second = THINGS[int.from_bytes(digest[4:8]) % len(THINGS)]
        yield f"{first} {second}"


def suggest_alias(session: SessionId, person: PersonId, taken: Collection[str] = ()) -> str:
    """The first candidate that is not among those `taken`; with a number behind it where all of them are."""
    alias = ""
    for alias in candidates(session, person):
        if alias not in taken:
            return alias
    return f"{alias} {len(taken) + 1}"
