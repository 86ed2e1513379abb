"""Rights to media verbs, for one room. Owns which peer is whose; house rule 5 is the order in which the host calls it.

`restrict` before a change is announced, `permit` after. A peer is one transport of one person: numbers are never used
twice, and a replaced transport is a new peer. Callbacks of the media plane arrive here and go to that person only.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, Protocol

from rooms.ids import Instant, PersonId
from rooms.live.rights import NO_MEDIA, MediaRights
from server.effects_peers import PeerBook
from server.effects_quality import tell_quality
from server.effects_transport import EVERY_CAMERA, Transport, common, put_in_force
from server.host_alarm import Alarm
from server.line_quality import EVERY_S, Reading
from server.media_words import layers_wanted, offer_message, wanted_of
from server.newcomers import Newcomers
from server.ports import Clock
from server.replacements import Replacements
from sfu.node import BadAnswer, LineStats, MediaNode, Offer, Pictures, SlotShown, SourceWanted
from signaling.client_media import Answer, QualityReport, ReplaceTransport, RestartIce, Viewing
from signaling.client_messages import MediaRequest
from signaling.server_media import MediaState, MediaWaits, Slot, Slots, Speaking
from signaling.server_messages import ConnectionReason, ServerMessage


class Pages(Protocol):
    """The connected pages of a room."""

    def is_connected(self, person: PersonId) -> bool: ...

    def tell(self, person: PersonId, message: ServerMessage) -> None:
        """Silent for somebody who is not connected."""


class RoomMedia:
    """Everybody's transports in one room. Verbs are sent in order; await `node.settle()` to know them in force."""

    def __init__(
        self, node: MediaNode, room: int, book: "PeerBook[RoomMedia]", pages: Pages, clock: Clock, alarm: Alarm
    ) -> None:
        self._node = node
        self._room = room
        self._book = book
        self._pages = pages
        self._clock = clock
        self._alarm = alarm
        self._allowed: dict[PersonId, MediaRights] = {}
        self._peers: dict[int, Transport] = {}
        self._of: dict[PersonId, Transport] = {}
        self._views: dict[PersonId, Viewing] = {}
        self._replacements: dict[PersonId, Replacements] = {}
        self._newcomers = Newcomers(node, room)
        self._due: dict[PersonId, Instant] = {}  # who gets a transport later, in place of theirs or a first one

    # --- what the host asks ---------------------------------------------------------------------------------------
    def restrict(self, target: Mapping[PersonId, MediaRights]) -> bool:
        """Close whatever `target` does not grant; True when the plane was asked anything."""
        asked = False
        for person, held in list(self._allowed.items()):
            self._allowed[person] = common(held, target.get(person, NO_MEDIA))
        for peer in list(self._peers.values()):
            rights = self._allowed.get(peer.person, NO_MEDIA)
            if not rights.may_connect:
                self._close(peer)
                asked = True
            else:
                asked |= put_in_force(self._node, peer, common(peer.rights, rights))
        return asked

    def permit(self, target: Mapping[PersonId, MediaRights]) -> None:
        """Open whatever `target` grants; people who are connected and have no transport get one.

        Where the media process is full, newcomers get theirs later, and are told so.
        """
        self.restrict(target)
        self._allowed = dict(target)
        for person in self._newcomers.keep(target, self._pages.is_connected):
            self._due.pop(person, None)
        # A page that is sent back to wait says nothing anew when it is let in again.
        self._views = {who: view for who, view in self._views.items() if who in target or self._pages.is_connected(who)}
        for person, rights in target.items():
            if not rights.may_connect:
                continue
            peer = self._of.get(person)
            if peer is None and person not in self._due and self._pages.is_connected(person):
                peer = self._let_in(person, rights)
            if peer is not None:
                put_in_force(self._node, peer, rights)
        self._want()
        self._set_alarm()

    def close_all(self) -> None:
        """The room is over or not ours any more."""
        self._allowed = {}
        self._newcomers = Newcomers(self._node, self._room)
        self._replacements = {}
        self._due = {}
        self._set_alarm()
        for peer in list(self._peers.values()):
            self._close(peer)

    def drop(self, person: PersonId) -> None:
        """Their transport belongs to a page that is gone. What went wrong of late still counts."""
        self._views.pop(person, None)
        self._due.pop(person, None)
        self._newcomers.waiting.discard(person)
        if person in self._replacements and self._replacements[person].is_past(self._clock.now()):
            del self._replacements[person]
        if (peer := self._of.get(person)) is not None:
            self._close(peer)

    def resume(self, person: PersonId, transport: int | None) -> None:
        """The same page is back: it goes on with the transport it holds, if that still lives, else gets a new one.

        It waits for that no less than if it had stayed.
        """
        peer = self._of.get(person)
        if peer is None or peer.number != transport:
            due = self._due.get(person)
            self.drop(person)
            if due is not None:
                self._due[person] = due

    def refresh(self, person: PersonId) -> None:
        """Say again what a page that was away may have missed. Call it when its view was sent."""
        peer = self._of.get(person)
        if peer is None:
            if person in self._newcomers.waiting:
                self._pages.tell(person, MediaWaits())
            return
        if peer.offer is not None and peer.answered != peer.offer.generation:
            self._pages.tell(person, peer.offer)
        if peer.slots:
            self._tell_slots(peer)
        if peer.layers is not None:
            self._pages.tell(person, peer.layers)
        if peer.quality is not None:
            self._pages.tell(person, peer.quality)
        if peer.state != "down":
            self._tell_state(peer)

    def request(self, person: PersonId, request: MediaRequest) -> ConnectionReason | None:
        """None where it was done, else why not."""
        peer = self._of.get(person)
        match request:
            case Viewing():
                if not self._allowed.get(person, NO_MEDIA).may_connect:
                    return "no-media"
                self._views[person] = request
                self._want()
                return None
            case Answer():
                return self._answer(peer, request)
            case ReplaceTransport():
                if peer is None:
                    return "no-media"
                if peer.number == request.transport and person not in self._due:
                    self._due[person] = self._replacements_of(person).asked(self._clock.now())
                    self._replace_due()
                return None
            case QualityReport():
                if peer is None or peer.number != request.transport:
                    return "no-media"
                peer.report, peer.report_age_s = request, 0.0
                return None
            case RestartIce():
                return self._restart_ice(peer, request)

    def person_of(self, number: int | None) -> PersonId | None:
        """Whose peer this is, while it lives."""
        peer = None if number is None else self._peers.get(number)
        return None if peer is None else peer.person

    # --- what the media plane tells -------------------------------------------------------------------------------
    def on_offer(self, number: int, offer: Offer) -> None:
        if (peer := self._peers.get(number)) is None:
            return
        peer.offer = offer_message(number, offer)
        if offer.path_since > peer.path_since:
            peer.path_since, peer.is_restarting = offer.path_since, False
        self._pages.tell(peer.person, peer.offer)

    def on_slots(self, number: int, slots: tuple[SlotShown, ...]) -> None:
        if (peer := self._peers.get(number)) is not None:
            peer.slots = slots
            self._tell_slots(peer)

    def on_layers_wanted(self, number: int, sources: tuple[SourceWanted, ...]) -> None:
        if (peer := self._peers.get(number)) is not None:
            peer.layers = layers_wanted(number, sources)
            self._pages.tell(peer.person, peer.layers)

    def on_pictures(self, number: int, pictures: Pictures) -> None:
        if (peer := self._peers.get(number)) is not None:
            peer.pictures = pictures
            tell_quality(self._peers.values(), self._pages)

    def on_lines(self, lines: Mapping[int, LineStats]) -> None:
        """A reading of the lines, every two seconds."""
        for peer in self._peers.values():
            peer.report_age_s += EVERY_S
            if peer.state != "down":
                stats = lines.get(peer.number)
                peer.line.handle(Reading(peer.state == "quiet", stats, peer.report, peer.report_age_s))
        tell_quality(self._peers.values(), self._pages)

    def on_connected(self, number: int) -> None:
        self._turn(number, "up")

    def on_quiet(self, number: int, is_quiet: bool) -> None:
        self._turn(number, "quiet" if is_quiet else "up")

    def on_gone(self, numbers: Iterable[int]) -> None:
        """These transports ended by themselves; who may still have one gets a new one, in a while if they go on so."""
        now = self._clock.now()
        gone = [peer for number in numbers if (peer := self._peers.get(number)) is not None]
        for peer in gone:
            self._forget(peer)
            peer.state = "down"
            self._tell_state(peer)
        for peer in gone:
            due = self._replacements_of(peer.person).after_break(now, peer.up_since)
            self._due[peer.person] = max(due, self._due.get(peer.person, due))
        self._replace_due()

    def on_speaking(self, numbers: tuple[int, ...]) -> None:
        people = tuple(self._peers[number].person for number in numbers if number in self._peers)
        for peer in list(self._peers.values()):
            if peer.rights.may_receive:
                self._pages.tell(peer.person, Speaking(people=people))

    # --- inside ---------------------------------------------------------------------------------------------------
    def _let_in(self, person: PersonId, rights: MediaRights) -> Transport | None:
        """None: not yet."""
        if self._newcomers.may_come(person, rights):
            return self._open(person)
        self._due[person] = self._newcomers.next_try(self._clock.now())
        if person not in self._newcomers.waiting:
            self._newcomers.waiting.add(person)
            self._pages.tell(person, MediaWaits())
        return None

    def _open(self, person: PersonId) -> Transport:
        peer = Transport(self._book.fresh(self), person)
        self._peers[peer.number] = peer
        self._of[person] = peer
        self._node.open_peer(peer.number, self._room)
        return peer

    def _replacements_of(self, person: PersonId) -> Replacements:
        return self._replacements.setdefault(person, Replacements())

    def _replace_due(self) -> None:
        """Replace the transports whose time has come, and look again whether newcomers may have one."""
        now = self._clock.now()
        for person in [person for person, at in self._due.items() if at <= now]:
            del self._due[person]
            if (peer := self._of.get(person)) is not None:
                self._close(peer)
            rights = self._allowed.get(person, NO_MEDIA)
            may_come = rights.may_connect and self._pages.is_connected(person)
            if may_come and (fresh := self._let_in(person, rights)) is not None:
                self._replacements_of(person).done(now)
                put_in_force(self._node, fresh, rights)
        self._want()
        self._set_alarm()

    def _set_alarm(self) -> None:
        self._alarm.set(min(self._due.values(), default=None), self._replace_due)

    def _close(self, peer: Transport) -> None:
        self._forget(peer)
        self._node.close_peer(peer.number)

    def _forget(self, peer: Transport) -> None:
        del self._peers[peer.number]
        del self._of[peer.person]
        self._book.forget(peer.number)

    def _want(self) -> None:
        """Pages name people, the plane knows peers: say again to whom a change of peers makes a difference."""
        for peer in self._peers.values():
            view = self._views.get(peer.person)
            wanted = EVERY_CAMERA if view is None else wanted_of(view, self._number_of)
            if wanted != peer.wanted:
                peer.wanted = wanted
                self._node.set_wanted(peer.number, wanted)

    def _number_of(self, person: PersonId) -> int | None:
        peer = self._of.get(person)
        return None if peer is None else peer.number

    def _answer(self, peer: Transport | None, answer: Answer) -> ConnectionReason | None:
        if peer is None or peer.number != answer.transport or peer.offer is None:
            return "no-media"
        if answer.generation > peer.offer.generation:
            return "bad-answer"
        try:
            self._node.answer(peer.number, answer.generation, answer.sdp)
        except BadAnswer:
            return "bad-answer"
        peer.answered = answer.generation
        return None

    def _restart_ice(self, peer: Transport | None, request: RestartIce) -> ConnectionReason | None:
        """A page that asks again before it saw the offer of its first wish gets that one, not a second restart.

        An offer for another reason may be on its way meanwhile: that one brings no new path.
        """
        if peer is None or peer.number != request.transport or peer.offer is None:
            return "no-media"
        if peer.path_since <= request.generation <= peer.offer.generation and not peer.is_restarting:
            peer.is_restarting = True
            self._node.restart_ice(peer.number)
        return None

    def _turn(self, number: int, state: Literal["up", "quiet"]) -> None:
        if (peer := self._peers.get(number)) is not None and peer.state != state:
            peer.state = state
            peer.up_since = peer.up_since or self._clock.now()
            self._tell_state(peer)
            if state == "quiet":
                peer.line.handle(Reading(is_quiet=True, stats=None))
                tell_quality(self._peers.values(), self._pages)

    def _tell_state(self, peer: Transport) -> None:
        self._pages.tell(peer.person, MediaState(transport=peer.number, state=peer.state))

    def _tell_slots(self, peer: Transport) -> None:
        shown = tuple(
            Slot(mid=slot.mid, source=slot.source.value, person=self.person_of(slot.publisher)) for slot in peer.slots
        )
        self._pages.tell(peer.person, Slots(transport=peer.number, slots=shown))
