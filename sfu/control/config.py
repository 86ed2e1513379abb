"""What a node's media needs to know about its machine."""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sfu.plane import Address

# Addresses reserved for documentation (RFC 5737, RFC 3849): `connect` on a UDP socket only asks the routing table.
_ELSEWHERE: Final = {"0.0.0.0": (socket.AF_INET, "192.0.2.1"), "::": (socket.AF_INET6, "2001:db8::1")}  # noqa: S104
_LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """`port`: UDP port of the first media process, the next ones take the next ports; 0 lets the system choose each.

    `bind`: local addresses. `advertise`: addresses that browsers are told, as they see this machine (behind 1:1 NAT the
    public one); empty: those bound, and for a wildcard what the routing table gives. `is_local`: the pages are served
    for localhost, so loopback is told too. `processes`: media processes, 0 for one per core; a room lives in one.
    """

    bind: tuple[str, ...] = ("0.0.0.0",)  # noqa: S104 - a media server listens for everybody
    port: int = 0
    advertise: tuple[str, ...] = ()
    is_local: bool = False
    processes: int = 1

    @property
    def count(self) -> int:
        """How many media processes there will be."""
        return self.processes or os.cpu_count() or 1

    def listen(self, index: int) -> list[Address]:
        """Where the media process of this index listens."""
        return [Address(host, self.port + index if self.port else 0) for host in self.bind]

    def candidates(self, bound: Sequence[Address]) -> tuple[Address, ...]:
        """What goes into offers of a process that is bound so."""
        if self.advertise:
            return tuple(Address(host, _port_for(host, bound)) for host in self.advertise)
        found: dict[Address, None] = {}
        for address in bound:
            hosts = own_addresses(address.host) if address.host in _ELSEWHERE else (address.host,)
            found |= dict.fromkeys(Address(host, address.port) for host in hosts)
        # Firefox refuses a loopback candidate when it is alone (interop.md): it stands beside the machine's own.
        if self.is_local or not found:
            found |= dict.fromkeys(Address(_LOOPBACK, address.port) for address in bound if address.host == "0.0.0.0")  # noqa: S104
        return tuple(found)


def _port_for(host: str, bound: Sequence[Address]) -> int:
    """Of the socket of the host's address family; of the first where a translator stands between."""
    return next((own.port for own in bound if (":" in own.host) is (":" in host)), bound[0].port)


def own_addresses(wildcard: str) -> tuple[str, ...]:
    """The address that this machine sends from by default in the family of a wildcard, if any. Nothing is sent."""
    family, elsewhere = _ELSEWHERE[wildcard]
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))
            return (str(probe.getsockname()[0]),)
    except OSError:
        return ()
