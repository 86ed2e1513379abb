"""What the server says of media: offers, who is in which slot, which layers to send, how the lines are."""

from typing import Literal

from rooms.ids import PersonId
from signaling.server_parts import ServerPart

Origin = Literal["mic", "camera", "screen"]
LineState = Literal["good", "weak", "lost"]


class UplinkLayer(ServerPart):
    """One simulcast encoding, lowest first: its picture is 1/`scale` of the captured one, at most `max_bps`."""

    rid: str
    scale: int
    max_bps: int


class Uplink(ServerPart):
    """Where a source is sent. `layers` is empty for one encoding without a rid, which may use up to `max_bps`."""

    source: Origin
    mid: str
    max_bps: int
    layers: tuple[UplinkLayer, ...] = ()


class IceServer(ServerPart):
    """As `RTCIceServer` of webrtc-pc. The credential is for this transport and expires by itself."""

    urls: tuple[str, ...]
    username: str
    credential: str


class OfferMessage(ServerPart):
    """A server offer. A `transport` the page does not hold means: close the old connection and make a new one.

    `ice_servers` and `is_relay_only` are for `RTCPeerConnection` (`iceTransportPolicy: "relay"`), and on a further
    offer for `setConfiguration` before the offer is set. Mostly there are none: browsers reach the server directly.
    """

    type: Literal["offer"] = "offer"
    transport: int
    generation: int
    sdp: str
    uplinks: tuple[Uplink, ...]
    ice_servers: tuple[IceServer, ...] = ()
    is_relay_only: bool = False


class Slot(ServerPart):
    """`person` null: the slot shows nobody."""

    mid: str
    source: Origin
    person: PersonId | None


class Slots(ServerPart):
    """Whose track each downlink mid carries now; the whole map."""

    type: Literal["slots"] = "slots"
    transport: int
    slots: tuple[Slot, ...]


class MediaState(ServerPart):
    """`up`: media flows. `down`: it does not, and a new offer follows if there is to be media."""

    type: Literal["media-state"] = "media-state"
    transport: int
    state: Literal["up", "quiet", "down"]


class MediaWaits(ServerPart):
    """There is no transport for this person yet, for `reason`; the next `offer` ends it.

    The seat is theirs, words and hands work, and there is nothing to ask for: the server looks again by itself every
    few seconds. "media-full": the server carries as many people as it can without being late for all.
    """

    type: Literal["media-waits"] = "media-waits"
    reason: Literal["media-full"] = "media-full"


class Speaking(ServerPart):
    """Who speaks, loudest first."""

    type: Literal["speaking"] = "speaking"
    people: tuple[PersonId, ...]


class SourceWanted(ServerPart):
    """`rids`: the encodings to keep active, all others off. Without simulcast `rids` is empty and `is_wanted` tells."""

    source: Literal["camera", "screen"]
    is_wanted: bool
    rids: tuple[str, ...] = ()


class LayersWanted(ServerPart):
    """Which of one's own encodings somebody watches now; the whole list. Before the first one all may be sent."""

    type: Literal["layers-wanted"] = "layers-wanted"
    transport: int
    sources: tuple[SourceWanted, ...]


class OtherLine(ServerPart):
    person: PersonId
    state: Literal["weak", "lost"]


class Quality(ServerPart):
    """How the lines are; the whole of it whenever it changed.

    `up` and `down` are one's own. `pictures` is what one's own line lets through of what one wants to see: "fewer"
    means some are smaller or left out, "none" that there is sound alone for now. `others` names only people whose line
    is bad.
    """

    type: Literal["quality"] = "quality"
    transport: int
    up: LineState
    down: LineState
    pictures: Literal["all", "fewer", "none"]
    others: tuple[OtherLine, ...]
