"""One browser: its ledger, its negotiation, its DTLS, and its publications and slots in the plane.

Negotiation follows media.md: the server alone offers, one offer is in flight, wishes that come meanwhile are coalesced
into the next one, and an answer to anything but the offer in flight is dropped.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from sfu.codecs import EXT_TWCC, RED, Kind
from sfu.control.sdp.answer import Answer, AnsweredLine, Direction, read_answer
from sfu.control.sdp.ledger import CODECS_OF, Ledger, Line, SlotLine, UplinkLine
from sfu.control.sdp.offer import Credentials, write_offer
from sfu.control.transport import Certificate, HalfOpen, Transport
from sfu.node import BadAnswer, IceServer, Offer, Source
from sfu.plane import Address, PacketPlane, PublicationSpec, SlotSpec, SrtpProfile
from sfu.uplinks import CAMERA_LAYERS

CONNECT_S: Final = 30.0
_AUDIO_TYPES: Final = tuple(codec.payload_type for codec in CODECS_OF[Kind.AUDIO])


@dataclass(frozen=True, slots=True)
class Publication:
    """What a peer publishes now. `payload_type` is the codec its browser prefers among those it accepted."""

    pub: int
    source: Source
    spec: PublicationSpec

    @property
    def payload_type(self) -> int:
        return self.spec.payload_types[0]


@dataclass(frozen=True, slots=True)
class Slot:
    """One downlink m-line; `accepted` is empty while the browser has not accepted it. `twcc` as in `SlotSpec`."""

    slot: int
    line: SlotLine
    accepted: tuple[int, ...] = ()
    twcc: bool = False


@dataclass(frozen=True, slots=True)
class PeerKit:
    """Shared by the peers of one plane. `new_id` never repeats while the plane lives; `new_token(n)`: n characters.

    `relay` makes fresh credentials of a TURN relay, where there is one. `numbers_downlink`: write transport-wide
    numbers where a browser takes them.
    """

    plane: PacketPlane
    candidates: Sequence[Address]
    certificate: Certificate
    half_open: HalfOpen
    new_id: Callable[[], int]
    new_token: Callable[[int], str]
    connect_s: float = CONNECT_S
    relay: Callable[[], IceServer | None] = lambda: None
    is_relay_only: bool = False
    numbers_downlink: bool = False


class PeerOwner(Protocol):
    """Who a peer reports to. Nothing is reported from inside a verb of the peer, except `on_publications`."""

    def on_offer(self, peer: int, offer: Offer) -> None: ...

    def on_publications(self, peer: int, added: Sequence[Publication], removed: Sequence[Publication]) -> None:
        """An answer changed what this peer publishes or which slots it takes."""

    def on_connected(self, peer: int) -> None: ...

    def on_ended(self, peer: int, reason: str) -> None:
        """The transport ended by itself; the owner closes the peer."""


class Peer:
    """Open with `open`; afterwards every verb may come at any time, until `close`."""

    def __init__(self, peer: int, room: int, ledger: Ledger, kit: PeerKit, owner: PeerOwner) -> None:
        self.id = peer
        self.publications: dict[Source, Publication] = {}
        self.slots = tuple(Slot(kit.new_id(), line) for line in ledger if isinstance(line, SlotLine))
        self.is_connected = False
        self._room = room
        self._ledger = ledger
        self._kit = kit
        self._owner = owner
        self._ice = self._new_credentials()
        self._relay = kit.relay()
        self._generation = 0
        self._path_since = 1
        self._is_in_flight = False
        self._is_dirty = False
        self._is_restart_wanted = False
        self._is_redundant = False
        self._answer: Answer | None = None
        self._has_path = False
        self._transport = Transport(kit.certificate, self._send_dtls, self, kit.half_open)
        self._loop = asyncio.get_running_loop()
        self._deadline: asyncio.TimerHandle | None = None
        self._is_closed = False

    def open(self) -> None:
        """Put the peer into the plane and make the first offer."""
        self._kit.plane.add_peer(self.id, self._room, self._ice.ufrag, self._ice.pwd)
        self._deadline = self._loop.call_later(self._kit.connect_s, self.on_ended, "never connected")
        self.negotiate()

    def negotiate(self) -> None:
        """Offer the ledger as it is now, or after the offer that is in flight."""
        if self._is_in_flight:
            self._is_dirty = True
            return
        self._is_dirty = False
        self._generation += 1
        if self._is_restart_wanted:
            self._is_restart_wanted = False
            self._ice = self._new_credentials()
            self._relay = self._kit.relay()
            self._kit.plane.set_ice(self.id, self._ice.ufrag, self._ice.pwd)
            self._path_since = self._generation
        self._is_in_flight = True
        uplinks = tuple((line.source, line.mid) for line in self._ledger if isinstance(line, UplinkLine))
        text = write_offer(
            self._ledger, self._generation, self._ice, self._kit.certificate.fingerprint, self._kit.candidates
        )
        offer = Offer(
            self._generation, text, uplinks, CAMERA_LAYERS, self._relay, self._kit.is_relay_only, self._path_since
        )
        self._loop.call_soon(self._report, offer)

    def restart_ice(self) -> None:
        """New credentials in the next offer, same DTLS and SRTP (media.md 24)."""
        self._is_restart_wanted = True
        self.negotiate()

    @property
    def has_answered(self) -> bool:
        return self._answer is not None

    @property
    def takes_redundant(self) -> bool:
        """Its browser accepted voices that repeat themselves, wherever it accepted voices at all."""
        mics = [slot.accepted for slot in self.slots if slot.line.source is Source.MIC and slot.accepted]
        return bool(mics) and all(RED.payload_type in accepted for accepted in mics)

    def prefer_redundant(self, is_redundant: bool) -> None:
        """Ask its browser for a voice that repeats itself, or a plain one, by the order of a further offer."""
        mic = self.publications.get(Source.MIC)
        if self._is_redundant == is_redundant or mic is None or RED.payload_type not in mic.spec.payload_types:
            return
        self._is_redundant = is_redundant
        self._ledger = tuple(
            replace(line, is_redundant=is_redundant)
            if isinstance(line, UplinkLine) and line.source is Source.MIC
            else line
            for line in self._ledger
        )
        self.negotiate()

    def answer(self, generation: int, text: str) -> None:
        """Raises `BadAnswer` and changes nothing; the offer then still waits for an answer."""
        if generation != self._generation or not self._is_in_flight:
            return
        answer = read_answer(text, self._ledger)
        if self._answer is not None and answer.fingerprints != self._answer.fingerprints:
            # Another certificate would be another DTLS association, and there is only the one.
            raise BadAnswer("the fingerprint changed")
        self._is_in_flight = False
        self._answer = answer
        self._apply(answer)
        self._start_when_ready()
        if self._is_dirty:
            self.negotiate()

    def close(self) -> None:
        """Out of the plane at once, with a close_notify ahead of it. Nothing is reported afterwards."""
        if self._is_closed:
            return
        self._is_closed = True
        self._cancel_deadline()
        self._transport.close()
        self._kit.plane.remove_peer(self.id)

    # From the plane.

    def on_dtls(self, datagram: bytes) -> None:
        self._transport.feed(datagram)
        self.on_path()

    def on_path(self) -> None:
        self._has_path = True
        self._start_when_ready()

    # From the transport.

    def on_keys(self, profile: SrtpProfile, rx_key: bytes, tx_key: bytes) -> None:
        self._cancel_deadline()
        self._kit.plane.set_srtp(self.id, profile, rx_key, tx_key)
        self.is_connected = True
        self._owner.on_connected(self.id)

    def on_ended(self, reason: str) -> None:
        if not self._is_closed:
            self._owner.on_ended(self.id, reason)

    def _report(self, offer: Offer) -> None:
        if not self._is_closed:
            self._owner.on_offer(self.id, offer)

    def _start_when_ready(self) -> None:
        """A ClientHello can come before its answer, and an answer before the first check (media.md 25)."""
        if self._answer is not None and self._has_path:
            self._transport.start(self._answer.fingerprints)

    def _apply(self, answer: Answer) -> None:
        added: list[Publication] = []
        removed: list[Publication] = []
        slots = {slot.line.mid: slot for slot in self.slots}
        has_numbers = self._kit.numbers_downlink and _takes_numbers(self._ledger, answer)
        for line, answered in zip(self._ledger, answer.lines, strict=True):
            if isinstance(line, UplinkLine):
                self._publish(line, answered, added, removed)
            else:
                slots[line.mid] = self._accept(slots[line.mid], answered, has_numbers)
        self.slots = tuple(slots.values())
        self._owner.on_publications(self.id, added, removed)

    def _publish(
        self, line: UplinkLine, answered: AnsweredLine, added: list[Publication], removed: list[Publication]
    ) -> None:
        spec = None
        if answered.direction is Direction.SENDONLY:
            types = _types(line, answered)
            spec = PublicationSpec(line.kind, line.mid, types, answered.ssrcs, answered.fid, answered.rids)
        former = self.publications.get(line.source)
        if spec == (former.spec if former else None):
            return
        if former is not None:
            self._kit.plane.remove_publication(former.pub)
            del self.publications[line.source]
            removed.append(former)
        if spec is not None:
            publication = Publication(self._kit.new_id(), line.source, spec)
            self._kit.plane.add_publication(publication.pub, self.id, spec)
            self.publications[line.source] = publication
            added.append(publication)

    def _accept(self, slot: Slot, answered: AnsweredLine, has_numbers: bool) -> Slot:
        line, accepted = slot.line, _types(slot.line, answered)
        twcc = has_numbers and bool(accepted)
        if (accepted, twcc) == (slot.accepted, slot.twcc):
            return slot
        if slot.accepted:
            self._kit.plane.remove_slot(slot.slot)
            slot = Slot(self._kit.new_id(), line)
        if accepted:
            spec = SlotSpec(line.kind, line.mid, line.ssrc, line.rtx_ssrc, accepted, twcc)
            self._kit.plane.add_slot(slot.slot, self.id, spec)
        return Slot(slot.slot, line, accepted, twcc)

    def _new_credentials(self) -> Credentials:
        return Credentials(self._kit.new_token(8), self._kit.new_token(32))

    def _send_dtls(self, datagram: bytes) -> None:
        self._kit.plane.send_dtls(self.id, datagram)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _types(line: Line, answered: AnsweredLine) -> tuple[int, ...]:
    """For voices in our order: whichever is preferred at the time, it is the same publication and the same gate."""
    if line.kind is Kind.AUDIO:
        return tuple(sorted(answered.payload_types, key=_AUDIO_TYPES.index))
    return answered.payload_types


def _takes_numbers(ledger: Ledger, answer: Answer) -> bool:
    """Numbers run over all slots of a peer, so all that were accepted must take them, or feedback would miss some.

    A browser may leave the feedback line out for audio and still report on its packets: the extension tells there.
    """
    slots = [
        (line, answered)
        for line, answered in zip(ledger, answer.lines, strict=True)
        if isinstance(line, SlotLine) and answered.payload_types
    ]
    return bool(slots) and all(
        answered.twcc if line.kind is Kind.VIDEO else EXT_TWCC in answered.extensions for line, answered in slots
    )
