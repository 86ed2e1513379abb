"""The fast plane: importing this compiles it, or reads it from the cache of an earlier start. Needs Numba."""

from typing import Final

from sfu.packet.fan_fast import FastFan
from sfu.packet.forms import Forms
from sfu.packet.ingress_fast import FastIngress
from sfu.packet.loop_fast import loop_over
from sfu.packet.paths_fast import PathTable
from sfu.packet.peer_fast import FastPeer, FastPublication

FAST: Final = Forms(FastFan, FastPeer, FastPublication, PathTable, FastIngress, loop_over)
