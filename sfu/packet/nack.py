"""Which packets of one video source are missing, and when to ask for them again (RFC 4585 section 6.2.1)."""

from dataclasses import dataclass
from typing import Final

REORDER_S: Final = 0.010
RETRY_S: Final = 0.100
# Where repairs are known to come sooner, one that did not is asked for sooner. A picture that waits for more than two
# others stands still: with ten in a second, a second try after 0.1 s comes too late.
SOONEST_RETRY_S: Final = 0.030
SOON_TRIES: Final = 3
PATIENCE: Final = 1.5
_SMOOTHING: Final = 0.25
GIVE_UP_S: Final = 1.0
MAX_TRIES: Final = 10
MAX_MISSING: Final = 128


@dataclass(slots=True)
class _Gap:
    """One packet that is missing; `number` is what `take` answers."""

    number: int
    since: float
    next_at: float
    asked_at: float
    tries: int = 0


class Missing:
    """The gaps of one source. `take` says whether a late packet is still wanted, so that nothing is forwarded twice."""

    def __init__(self) -> None:
        self._gaps: dict[int, _Gap] = {}  # by sequence number
        self._answered_s: float | None = None  # from a request to its answer

    def __len__(self) -> int:
        return len(self._gaps)

    def on_gap(self, highest: int, ahead: int, now: float, shift: int = 0) -> bool:
        """`ahead` - 1 packets before `highest` did not come. False when that is too many to ask for.

        `shift` leads from extended sequence numbers to what `take` answers.
        """
        first = highest - ahead + 1
        if ahead - 1 > MAX_MISSING:
            self._gaps.clear()
            return False
        for seq in range(first, highest):
            self._gaps[seq & 0xFFFF] = _Gap(seq + shift, now, now + REORDER_S, now)
        overflow = len(self._gaps) - MAX_MISSING
        if overflow > 0:
            for seq in list(self._gaps)[:overflow]:
                del self._gaps[seq]
            return False
        return True

    def take(self, seq: int) -> int | None:
        """A late or retransmitted packet came: its number if it was missing. Only once."""
        gap = self._gaps.pop(seq, None)
        return None if gap is None else gap.number

    def repair(self, seq: int, now: float) -> int | None:
        """The answer to a request came: see `take`. How long it took is when to ask again for others."""
        gap = self._gaps.get(seq)
        # Else nobody knows which request it answers. It may answer none, where a browser repeats what feedback shows as
        # lost: the next request is a little early then, and within its round trip a browser does not answer again.
        if gap is not None and gap.tries == 1:
            took, before = now - gap.asked_at, self._answered_s
            self._answered_s = took if before is None else before + (took - before) * _SMOOTHING
        return self.take(seq)

    @property
    def retry_s(self) -> float:
        """After how long the first requests are repeated."""
        if self._answered_s is None:
            return RETRY_S
        return min(max(SOONEST_RETRY_S, PATIENCE * self._answered_s), RETRY_S)

    def clear(self) -> None:
        """Nothing is wanted any more."""
        self._gaps.clear()

    def due(self, now: float) -> list[int]:
        """Sequence numbers to ask for now; those asked for too long are given up."""
        asked: list[int] = []
        for seq, gap in list(self._gaps.items()):
            if now - gap.since > GIVE_UP_S or gap.tries >= MAX_TRIES:
                del self._gaps[seq]
            elif now >= gap.next_at:
                gap.tries += 1
                gap.asked_at = now
                gap.next_at = now + (self.retry_s if gap.tries <= SOON_TRIES else RETRY_S)
                asked.append(seq)
        return asked

    def next_due(self) -> float | None:
        """When `due` has something next."""
        return min((gap.next_at for gap in self._gaps.values()), default=None)
