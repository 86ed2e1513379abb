"""A token bucket: how much of what a peer asks for is done."""


class Bucket:
    """`rate` tokens per second up to `burst`, full at first."""

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._at = now

    def left(self, now: float) -> int:
        """How many there are."""
        return int(min(self._burst, self._tokens + (now - self._at) * self._rate))

    def take(self, wanted: int, now: float) -> int:
        """How many of the `wanted` there are; they are used up."""
        tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        taken = min(wanted, int(tokens))
        self._tokens = tokens - taken
        return taken
