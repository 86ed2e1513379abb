"""The servers that are compared, by name. A further plane or server is one more line here."""

from collections.abc import Callable
from typing import Final

from bench.rig.contender import Contender
from bench.rig.holdspace import Holdspace
from bench.rig.isolation import HOST
from bench.rig.janus import Janus
from bench.rig.libsrtp import built

_GCM_128: Final = ("SRTP_AEAD_AES_128_GCM",)
_LOOPS: Final = {"interpreted": "plain", "fast": "fast"}


def holdspace(plane: str, host: str = HOST) -> Holdspace:
    """Holdspace with that plane, reached at that address."""
    return Holdspace(plane, {"HOLDSPACE_PLANE": _LOOPS[plane]}, host=host)


CONTENDERS: Final[dict[str, Callable[[], Contender]]] = {
    "interpreted": lambda: holdspace("interpreted"),
    "fast": lambda: holdspace("fast"),
    "janus": lambda: Janus("janus"),
    "janus-best": lambda: Janus("janus-best", _GCM_128, built()),
    "janus-loop": lambda: Janus("janus-loop", _GCM_128, built(), general="event_loops = 1"),
}
WORDS: Final = {
    "interpreted": "Holdspace, interpreted plane",
    "fast": "Holdspace, fast plane",
    "janus": "Janus 1.1.2 as Debian packages it",
    "janus-best": "Janus, libsrtp on OpenSSL, AES-128-GCM",
    "janus-loop": "the same Janus with one event loop for all",
}
PLANES: Final = tuple(_LOOPS)
JANUS: Final = ("janus", "janus-best", "janus-loop")
