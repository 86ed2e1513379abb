"""The identifiers of the domain: opaque text with a prefix, made outside and handed in."""

from typing import NewType

PersonId = NewType("PersonId", str)  # "p_..."
SessionId = NewType("SessionId", str)  # "s_..."; a room is a session that is live, and shares its id
MessageId = NewType("MessageId", str)  # "m_..."

Instant = NewType("Instant", int)  # milliseconds since the Unix epoch, UTC; enters as `now`, never read from a clock
