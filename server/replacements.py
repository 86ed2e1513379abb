"""How soon one person's transport is replaced: at once, and ever later where the new one does not stand either."""

from typing import Final

from rooms.ids import Instant

PAUSES_MS: Final = (0, 1_000, 2_000, 4_000, 8_000)  # before a replacement of our own, by how many went before it
STOOD_MS: Final = 30_000  # a transport that was up for so long was a good one
BETWEEN_MS: Final = 1_000  # from any replacement to one that the page asks for


class Replacements:
    """The replacements of one person's transport."""

    def __init__(self) -> None:
        self._tries = 0
        self._newest: Instant | None = None
        self._broke_at: Instant | None = None

    def after_break(self, now: Instant, up_since: Instant | None) -> Instant:
        """When to replace a transport that ended by itself `now`; `up_since` is None where it never was up."""
        if up_since is not None and now - up_since >= STOOD_MS:
            self._tries = 0
        pause = PAUSES_MS[min(self._tries, len(PAUSES_MS) - 1)]
        self._tries += 1
        self._broke_at = now
        return Instant(now + pause)

    def asked(self, now: Instant) -> Instant:
        """When to replace a transport that its page gave up `now`."""
        return now if self._newest is None else max(now, Instant(self._newest + BETWEEN_MS))

    def done(self, now: Instant) -> None:
        self._newest = now

    def is_past(self, now: Instant) -> bool:
        """Nothing of this matters to a new page."""
        return all(at is None or now - at >= STOOD_MS for at in (self._broke_at, self._newest))
