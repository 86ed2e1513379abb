"""What a node's media needs to know about its machine."""

import socket
from dataclasses import dataclass
from typing import Final

# Addresses reserved for documentation (RFC 5737, RFC 3849): `connect` on a UDP socket only asks the routing table.
_ELSEWHERE: Final = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
_ANY: Final = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """`port`: UDP port of the first media process, the next ones take the next ports; 0 lets the system choose each.

    `bind`: local address. `advertise`: addresses that browsers are told, as they see this machine (behind 1:1 NAT the
    public one); empty: found from the routing table. `processes`: media processes; a room lives in one of them.
    """

    bind: str = "0.0.0.0"  # noqa: S104 - a media server listens for everybody
    port: int = 0
    advertise: tuple[str, ...] = ()
    processes: int = 1

    def addresses(self) -> tuple[str, ...]:
        """What goes into the candidates, most useful first."""
        if self.advertise:
            return self.advertise
        if self.bind not in _ANY:
            return (self.bind,)
        return local_addresses(with_ipv6=self.bind == "::")


def local_addresses(*, with_ipv6: bool = False) -> tuple[str, ...]:
    """The addresses this machine would send from, then loopback for a browser on the same machine without a network.

    Nothing is sent. Firefox refuses a loopback candidate alone (interop.md), hence the machine's own ahead of it.
    """
    found = []
    for family, elsewhere in _ELSEWHERE if with_ipv6 else _ELSEWHERE[:1]:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((elsewhere, 9))
            except OSError:
                continue
            found.append(str(probe.getsockname()[0]))
    return tuple(dict.fromkeys([*found, "127.0.0.1"]))
