"""Keyframe requests upstream: at most one in 500 ms per layer, none forgotten (media.md 20)."""

from typing import Final

INTERVAL_S: Final = 0.5


class KeyframeThrottle:
    """A request inside the interval is kept and sent at its end, unless a keyframe came meanwhile."""

    __slots__ = ("_next", "is_pending")

    def __init__(self) -> None:
        self._next = 0.0
        self.is_pending = False

    def request(self, now: float) -> bool:
        """True: send one now."""
        if now < self._next:
            self.is_pending = True
            return False
        self._next = now + INTERVAL_S
        self.is_pending = False
        return True

    def on_keyframe(self) -> None:
        """What was asked for has come."""
        self.is_pending = False

    def is_due(self, now: float) -> bool:
        """A kept request whose time has come: `request` again."""
        return self.is_pending and now >= self._next
