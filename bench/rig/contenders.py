"""The servers that are compared, by name. A further plane or server is one more line here."""

from collections.abc import Callable
from typing import Final

from bench.rig.contender import Contender
from bench.rig.holdspace import Holdspace
from bench.rig.janus import Janus
from bench.rig.libsrtp import built

_GCM_128: Final = ("SRTP_AEAD_AES_128_GCM",)

CONTENDERS: Final[dict[str, Callable[[], Contender]]] = {
    "interpreted": lambda: Holdspace("interpreted", {"HOLDSPACE_PLANE": "plain"}),
    "fast": lambda: Holdspace("fast", {"HOLDSPACE_PLANE": "fast"}),
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
PLANES: Final = ("interpreted", "fast")
JANUS: Final = ("janus", "janus-best", "janus-loop")
