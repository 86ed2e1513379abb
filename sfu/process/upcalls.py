"""The media process's way to control: a `PlaneSink` that writes frames and never waits."""

import socket
from typing import Final

from sfu.plane import Address, AudioLevel, Layer, LayerRate
from sfu.process import link
from sfu.process.link import Upcall

# What may be missed when control is busy is skipped above the first mark; above the second control is given up.
BUSY: Final = 512 * 1024
DEAD: Final = 16 * 1024 * 1024


class ControlGone(Exception):
    """The control process closed the link, or does not read it any more."""


class Upcalls:
    """Frames are gathered and written by `flush`; what the socket does not take stays for the next flush."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._pending = bytearray()
        self.skipped = 0

    @property
    def is_behind(self) -> bool:
        """Something could not be written yet."""
        return bool(self._pending)

    def send(self, upcall: Upcall, *args: object) -> None:
        """Add one frame."""
        self._pending += link.encode(upcall, *args)

    def flush(self) -> None:
        """Write what the socket takes. Raises ControlGone."""
        pending = self._pending
        while pending:
            try:
                count = self._control.send(pending)
            except (BlockingIOError, InterruptedError):
                break
            except OSError as error:
                raise ControlGone from error
            del pending[:count]
        if len(pending) > DEAD:
            raise ControlGone

    def _skippable(self, upcall: Upcall, *args: object) -> None:
        if len(self._pending) > BUSY:
            self.skipped += 1
        else:
            self.send(upcall, *args)

    def on_dtls(self, peer: int, datagram: bytes) -> None:
        self._skippable(Upcall.DTLS, peer, datagram)

    def on_path(self, peer: int, address: Address) -> None:
        self.send(Upcall.PATH, peer, address.host, address.port, address.is_tcp)

    def on_quiet(self, peer: int, quiet_ms: int) -> None:
        self.send(Upcall.QUIET, peer, quiet_ms)

    def on_timeout(self, peer: int) -> None:
        self.send(Upcall.TIMEOUT, peer)

    def on_layers(self, pub: int, live: tuple[LayerRate, ...]) -> None:
        self._skippable(Upcall.LAYERS, pub, link.pack_rates(live))

    def on_levels(self, levels: tuple[AudioLevel, ...]) -> None:
        self._skippable(Upcall.LEVELS, link.pack_levels(levels))

    def on_downlink_bps(self, peer: int, bps: int) -> None:
        self._skippable(Upcall.DOWNLINK_BPS, peer, bps)

    def on_switched(self, slot: int, pub: int, layer: Layer | None) -> None:
        self.send(Upcall.SWITCHED, slot, pub, link.pack_layer(layer))

    def on_lost(self) -> None:
        """Told by `ProcessPlane` itself when this process is gone."""
