"""The one function of compiled code that the interpreter calls: everything is compiled once, together.

J_WHAT says what is wanted. The first start takes some seconds longer for it, later ones read it from disk.
"""

from typing import Any, Final

from sfu.packet import rows
from sfu.packet.fan_compiled import fan_out
from sfu.packet.loop_compiled import run
from sfu.packet.machine import entry_point, load, load_real
from sfu.packet.steady_compiled import set_now, take

LOOP: Final = 0  # see `loop_compiled.run`
FAN: Final = 1  # see `fan_compiled.fan_out`
ONE: Final = 2  # see `steady_compiled.take`


def _enter(job: int) -> int:
    what = load(job + 8 * rows.J_WHAT)
    if what == LOOP:
        return run(job)  # type: ignore[no-any-return]
    if what == FAN:
        return fan_out(job)  # type: ignore[no-any-return]
    set_now(job, load_real(job + 8 * rows.J_NOW))
    return take(job)  # type: ignore[no-any-return]


_compiled: Final[Any] = entry_point(_enter)
ADDRESS: Final = int(_compiled.address)
