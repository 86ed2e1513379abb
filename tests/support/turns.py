"""A test of what people notice has the machine for itself, though two runs of the suite share it.

`./test` runs what needs no browser beside what does. Either is slower for that, and a moment that somebody would wait
for is none that a test may stretch. So a test marked `timely` lets the other run finish the test it is at, and begin
none until it is over itself.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "TEST_TURNS"  # of the locks; without it there is no other run


@contextmanager
def turn(*, is_timely: bool) -> Iterator[None]:
    """Waits for it. Locks end with the process that has them."""
    folder = os.environ.get(FOLDER)
    if folder is None:
        yield
        return
    with (Path(folder) / "door").open("w") as door, (Path(folder) / "inside").open("w") as inside:
        how = fcntl.LOCK_EX if is_timely else fcntl.LOCK_SH
        fcntl.flock(door, how)
        if not is_timely:
            fcntl.flock(door, fcntl.LOCK_UN)  # whoever comes next and wants to be alone need not wait here
        fcntl.flock(inside, how)
        yield
