"""What a node's media needs to know about its machine."""

import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sfu.control.relay import Relay
from sfu.plane import Address

# Addresses reserved for documentation (RFC 5737, RFC 3849): `connect` on a UDP socket only asks the routing table.
_ELSEWHERE: Final = {"0.0.0.0": (socket.AF_INET, "192.0.2.1"), "::": (socket.AF_INET6, "2001:db8::1")}  # noqa: S104
_LOOPBACK: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
_IPV6_ADDR_PREFERENCES: Final = 72
_PREFER_SRC_PUBLIC: Final = 2


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """`port`: UDP port of the first media process, the next ones take the next ports; 0 lets the system choose each.

    `tcp_port`: likewise for media over TCP; 0: the same numbers as UDP, None: no TCP. `bind`: local addresses; a
    wildcard of IPv6 is left out on a machine that has none. `advertise`: addresses that browsers are told, as they see
    this machine (behind 1:1 NAT the public one); empty: those bound, and for a wildcard what the routing table gives.
    `is_local`: the pages are served for localhost, so loopback is told too. `processes`: media processes, 0 for one per
    core; a room lives in one. `relay`: another way to us, see `relay`. `numbers_downlink`: judge a viewer's line by
    transport-wide feedback, where its browser has that, and not by its own estimate.
    """

    bind: tuple[str, ...] = ("0.0.0.0",)  # noqa: S104 - a media server listens for everybody
    port: int = 0
    advertise: tuple[str, ...] = ()
    is_local: bool = False
    processes: int = 1
    tcp_port: int | None = 0
    relay: Relay | None = None
    numbers_downlink: bool = True

    @property
    def count(self) -> int:
        """How many media processes there will be."""
        return self.processes or os.cpu_count() or 1

    def listen(self, index: int) -> list[Address]:
        """Where the media process of this index listens."""
        hosts = usable(self.bind)
        listening = [Address(host, self.port + index if self.port else 0) for host in hosts]
        if self.tcp_port is not None:
            port = self.tcp_port or self.port
            listening += [Address(host, port + index if port else 0, True) for host in hosts]
        return listening

    def candidates(self, bound: Sequence[Address]) -> tuple[Address, ...]:
        """What goes into offers of a process that is bound so."""
        found: dict[Address, None] = {}
        for host in self.advertise:
            for is_tcp in (False, True):
                if own := [address for address in bound if address.is_tcp is is_tcp]:
                    found[Address(host, _port_for(host, own), is_tcp)] = None
        if found:
            return tuple(found)
        for address in bound:
            hosts = own_addresses(address.host) if address.host in _ELSEWHERE else (address.host,)
            found |= dict.fromkeys(replace(address, host=host) for host in hosts)
        # Firefox refuses a loopback candidate when it is alone (interop.md): it stands beside the machine's own.
        if self.is_local or not found:
            wildcard = next((address.host for address in bound if address.host in _LOOPBACK), None)
            found |= dict.fromkeys(
                replace(address, host=_LOOPBACK[address.host]) for address in bound if address.host == wildcard
            )
        return tuple(found)


def usable(hosts: Sequence[str]) -> tuple[str, ...]:
    """Without the wildcard of IPv6 where it cannot be bound and is not the only one."""
    return tuple(host for host in hosts if host != "::" or len(hosts) == 1 or _has_ipv6())


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::", 0))
    except OSError:
        return False
    return True


def _port_for(host: str, bound: Sequence[Address]) -> int:
    """Of the socket of the host's address family; of the first where a translator stands between."""
    return next((own.port for own in bound if (":" in own.host) is (":" in host)), bound[0].port)


def own_addresses(wildcard: str) -> tuple[str, ...]:
    """The address that this machine sends from by default in the family of a wildcard, if any. Nothing is sent."""
    family, elsewhere = _ELSEWHERE[wildcard]
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            if family is socket.AF_INET6 and sys.platform == "linux":
                # RFC 5014: not a temporary one, which would be gone before the server is.
                probe.setsockopt(socket.IPPROTO_IPV6, _IPV6_ADDR_PREFERENCES, _PREFER_SRC_PUBLIC)
            probe.connect((elsewhere, 9))
            return (str(probe.getsockname()[0]),)
    except OSError:
        return ()
