"""Which processes come first where there is too much to do."""

import os
import subprocess
import sys

from sfu.process.media_process import NICENESS

PROGRAM = """
import os
from sfu.process.media_process import come_first
{before}
come_first()
print(os.getpriority(os.PRIO_PROCESS, 0))
"""


def niceness(before: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(before=before)], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def test_media_comes_first_where_the_rights_allow_it() -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert niceness("") == (NICENESS if os.geteuid() == 0 else own)


def test_without_the_rights_media_runs_like_the_rest() -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    give_up = "os.setuid(65534)" if os.geteuid() == 0 else ""
    assert niceness(give_up) == own
