"""The identifiers of what exists between meetings: opaque text with a prefix, made outside and handed in."""

from typing import NewType

AccountId = NewType("AccountId", str)  # "h_..."
GroupId = NewType("GroupId", str)  # "g_..."
SeriesId = NewType("SeriesId", str)  # "e_..."
PlaceId = NewType("PlaceId", str)  # "pl_..."
