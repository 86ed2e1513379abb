"""What processes use of the machine, from /proc; and on which core they may."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICK: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """CPU time of all threads of some processes: the sum to the nanosecond, its kernel part to the clock tick."""

    total_ns: int
    user_s: float
    system_s: float

    @classmethod
    def of(cls, pids: Iterable[int]) -> "Usage":
        """A process or thread that is gone counts as nothing."""
        total, user, system = 0, 0, 0
        for pid in pids:
            try:
                for task in Path(f"/proc/{pid}/task").iterdir():
                    total += int((task / "schedstat").read_text().split()[0])
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            user += int(fields[11])
            system += int(fields[12])
        return cls(total, user / _TICK, system / _TICK)

    def since(self, before: "Usage") -> "Usage":
        return Usage(self.total_ns - before.total_ns, self.user_s - before.user_s, self.system_s - before.system_s)

    @property
    def system_share(self) -> float | None:
        both = self.user_s + self.system_s
        return self.system_s / both if both else None


def rss_mb(pids: Iterable[int]) -> float:
    """Resident memory together, in MiB."""
    total = 0
    for pid in pids:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        total += int(status.partition("VmRSS:")[2].split()[0]) if "VmRSS:" in status else 0
    return total / 1024


def with_children(pid: int) -> list[int]:
    """A process and everything it started that lives."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            found += with_children(int(child))
    return found


def make_first(core: int) -> bool:
    """This process on one core, ahead of whatever else the machine does there; False where that needs more rights."""
    os.sched_setaffinity(0, {core})
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        return False
    return True


def on_core(core: int) -> tuple[str, ...]:
    """What stands before a command whose process, threads and children are to be first on one core, as far as allowed.

    Both sides of a comparison get it: on a machine that others use too, everything else would show as delay.
    """
    words = ("taskset", "-c", str(core))
    return (*words, "chrt", "--rr", "1") if may_be_first() else words


def may_be_first() -> bool:
    """Whether this process has the right to real-time priority."""
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        return False
    os.sched_setscheduler(0, *before)
    return True
