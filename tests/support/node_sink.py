"""What a `Node` tells its server, kept for a test to look at."""

from sfu.node import Offer, Pictures, SlotShown, SourceWanted


class Sink:
    """Remembers what it is told, and that it is never told from inside a verb."""

    def __init__(self) -> None:
        self.offers: dict[int, list[Offer]] = {}
        self.slots: dict[int, tuple[SlotShown, ...]] = {}
        self.connected: list[int] = []
        self.gone: list[int] = []
        self.quiet: list[tuple[int, bool]] = []
        self.lost: list[tuple[int, ...]] = []
        self.is_in_verb = False

    def on_offer(self, peer: int, offer: Offer) -> None:
        assert not self.is_in_verb
        self.offers.setdefault(peer, []).append(offer)

    def on_connected(self, peer: int) -> None:
        assert not self.is_in_verb
        self.connected.append(peer)

    def on_quiet(self, peer: int, is_quiet: bool) -> None:
        assert not self.is_in_verb
        self.quiet.append((peer, is_quiet))

    def on_gone(self, peer: int) -> None:
        assert not self.is_in_verb
        self.gone.append(peer)

    def on_slots(self, peer: int, slots: tuple[SlotShown, ...]) -> None:
        assert not self.is_in_verb
        self.slots[peer] = slots

    def on_layers_wanted(self, peer: int, sources: tuple[SourceWanted, ...]) -> None:
        assert not self.is_in_verb

    def on_pictures(self, peer: int, pictures: Pictures) -> None:
        assert not self.is_in_verb

    def on_speaking(self, room: int, peers: tuple[int, ...]) -> None:
        assert not self.is_in_verb

    def on_lost(self, peers: tuple[int, ...]) -> None:
        assert not self.is_in_verb
        self.lost.append(peers)
