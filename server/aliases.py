"""Suggested aliases: two calm words, so that a first-time visitor need not invent a name or give their own."""

import hashlib
import hmac
from collections.abc import Collection

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


def suggest_alias(session: SessionId, person: PersonId, taken: Collection[str] = ()) -> str:
    """Two words for this person in this session, different from those `taken` while the words last.

    Keyed by the session: the same browser gets unrelated words in another session, so nobody can follow a name.
    """
    for attempt in range(64):
        digest = hmac.digest(session.encode(), f"{person}/{attempt}".encode(), hashlib.sha256)
        first = CALM[int.from_bytes(digest[:4]) % len(CALM)]
        second = THINGS[int.from_bytes(digest[4:8]) % len(THINGS)]
        alias = f"{first} {second}"
        if alias not in taken:
            return alias
    return f"{alias} {len(taken) + 1}"
