"""The seam between control and packets: what control asks of a packet plane, and what a plane tells control.

Ids are ints chosen by control and never reused while the plane lives. A verb on an id that is gone is a no-op, because
an upcall and a removal may cross. Verbs do not wait; `settle()` returns when everything asked before it is in force,
and the caller awaits it between a restrictive verb and its announcement. Per-packet work never crosses this seam, so a
plane may live in a thread, a process or native code; all pass one suite in tests/contract/.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from sfu.codecs import Kind


@dataclass(frozen=True, slots=True)
class Address:
    """An IPv4 or IPv6 address as text, and a port: of UDP, or of TCP (RFC 6544)."""

    host: str
    port: int
    is_tcp: bool = False


class SrtpProfile(StrEnum):
    """SRTP protection profiles by their IANA names (RFC 5764, RFC 7714)."""

    AEAD_AES_256_GCM = "SRTP_AEAD_AES_256_GCM"
    AEAD_AES_128_GCM = "SRTP_AEAD_AES_128_GCM"
    AES128_CM_SHA1_80 = "SRTP_AES128_CM_SHA1_80"


@dataclass(frozen=True, slots=True)
class PublicationSpec:
    """How a publication's packets are recognised: by declared SSRC, else by MID (and RID) at first sight.

    `fid` maps a media SSRC to its RTX SSRC. `rids` is empty without simulcast.
    """

    kind: Kind
    mid: str
    payload_types: tuple[int, ...]
    ssrcs: tuple[int, ...] = ()
    fid: Mapping[int, int] = field(default_factory=dict)
    rids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """A fixed downlink m-line of one peer. `payload_types`: what that peer's answer accepted there.

    `twcc`: it takes transport-wide numbers there, and answers them with feedback instead of REMB (interop.md 3).
    """

    kind: Kind
    mid: str
    ssrc: int
    rtx_ssrc: int | None
    payload_types: tuple[int, ...]
    twcc: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """A simulcast layer: `rid` is None without simulcast; `tid` is the highest temporal id wanted, None for all."""

    rid: str | None = None
    tid: int | None = None


@dataclass(frozen=True, slots=True)
class LayerRate:
    """`temporal`: how many temporal layers were seen in it, 1 without."""

    rid: str | None
    bps: int
    temporal: int = 1


@dataclass(frozen=True, slots=True)
class AudioLevel:
    """RFC 6464 level of one publication, smoothed: 0 loudest, 127 silence. Only publications with an open gate."""

    pub: int
    level: int


@dataclass(frozen=True, slots=True)
class PublicationStats:
    packets: int
    bytes: int
    lost: int
    gated: int  # packets dropped by a closed gate
    bps: int


@dataclass(frozen=True, slots=True)
class SlotStats:
    packets: int
    bytes: int
    retransmitted: int
    fraction_lost: float  # by the newest receiver report
    rtt_ms: float | None


@dataclass(frozen=True, slots=True)
class PlaneStats:
    """Pulled about once a second. `drops` counts discarded datagrams by cause; no address, no identity.

    `contexts`: SRTP streams whose keys and counters are held, both ways.
    """

    publications: Mapping[int, PublicationStats]
    slots: Mapping[int, SlotStats]
    drops: Mapping[str, int]
    packets_in: int
    packets_out: int
    cpu_s: float
    peers: int = 0
    contexts: int = 0
    queue_s: float = 0.0  # the longest that a packet waited for the plane in the last second or two
    shed: int = 0  # 0: nothing is left undone; 1: upper layers are not forwarded; 2: no video is


class PlaneSink(Protocol):
    """Upcalls on the control loop, rate-limited by the plane."""

    def on_dtls(self, peer: int, datagram: bytes) -> None: ...

    def on_path(self, peer: int, address: Address) -> None:
        """The first or a changed selected pair."""

    def on_quiet(self, peer: int, quiet_ms: int) -> None:
        """Nothing authenticated for 4 s; 0 means that it is back."""

    def on_timeout(self, peer: int) -> None:
        """No valid STUN for 30 s; nothing is sent to it after 10 s."""

    def on_layers(self, pub: int, live: tuple[LayerRate, ...]) -> None: ...

    def on_levels(self, levels: tuple[AudioLevel, ...]) -> None:
        """One batch per 200 ms, only while somebody has an open microphone."""

    def on_downlink_bps(self, peer: int, bps: int) -> None:
        """What a peer's line carries towards it, voices included: by transport-wide feedback, else by its REMB."""

    def on_switched(self, slot: int, pub: int, layer: Layer | None) -> None: ...

    def on_lost(self) -> None:
        """The plane died; every peer of it is gone and must be opened anew on a fresh one."""


class PacketPlane(Protocol):
    """Owns the UDP port and everything per packet."""

    async def start(self, bind: Sequence[Address], sink: PlaneSink) -> list[Address]:
        """Bind and run; returns the bound addresses, for candidates. Raises OSError.

        A TCP address with port 0 takes the number of the UDP port on the same host where that is free.
        """

    async def settle(self) -> None: ...

    async def close(self) -> None: ...

    def add_peer(self, peer: int, room: int, ufrag: str, pwd: str) -> None: ...

    def set_ice(self, peer: int, ufrag: str, pwd: str) -> None:
        """ICE restart: the old credentials live until the first nomination on the new (media.md 24)."""

    def send_dtls(self, peer: int, datagram: bytes) -> None: ...

    def set_srtp(self, peer: int, profile: SrtpProfile, rx_key: bytes, tx_key: bytes) -> None:
        """Keys are master key and salt together, as libsrtp wants them."""

    def set_uplink_cap(self, peer: int, bps: int | None) -> None:
        """The most that it is told it may send; None: nothing is told any more, so what was told last may stay."""

    def set_downlink_goal(self, peer: int, bps: int) -> None:
        """What would be sent to it if its line carried it: until that is known the line is probed, with care."""

    def remove_peer(self, peer: int) -> None:
        """With its publications and slots."""

    def add_publication(self, pub: int, peer: int | None, spec: PublicationSpec) -> None:
        """The gate is closed. `peer` is None for a server-side publication, fed by `inject`."""

    def set_gate(self, pub: int, is_open: bool) -> None: ...

    def inject(self, pub: int, packet: bytes) -> None: ...

    def request_keyframe(self, pub: int, rid: str | None = None) -> None: ...

    def remove_publication(self, pub: int) -> None: ...

    def add_slot(self, slot: int, peer: int, spec: SlotSpec) -> None: ...

    def subscribe(self, slot: int, pub: int | None, target: Layer | None) -> None:
        """A publication of another room or kind, or that is gone, is refused and counted: the slot shows nothing then.

        Nothing is ever forwarded from one room to another.
        """

    def set_target_layer(self, slot: int, target: Layer) -> None: ...

    def set_paused(self, slot: int, is_paused: bool) -> None: ...

    def remove_slot(self, slot: int) -> None: ...

    async def stats(self) -> PlaneStats: ...
