"""What the server may say: one type per message, told apart by `type`.

A person outside or waiting is told only `outside`, `waiting` and `outcome` beside the answers to their own requests;
everything else goes to people inside. `version` grows by one with each message about the room that this connection
gets, so a page that missed some notices and a reconnecting one gets the whole view. It is counted per person: a change
that a person may not know of does not show even as a gap.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from rooms.ids import Instant, MessageId, PersonId
from rooms.live.views import (
    ChatLineView,
    LeadView,
    Notice,
    OutcomeView,
    OutsideView,
    OwnView,
    PersonView,
    RoomStatusView,
    RoomView,
    WaitingView,
)
from rooms.refusals import Reason
from signaling.server_media import LayersWanted, MediaState, MediaWaits, OfferMessage, Quality, Slots, Speaking
from signaling.server_parts import ServerPart


class Welcome(ServerPart):
    """The connection is theirs. `resume` replaces any earlier token; keep it for this tab only."""

    type: Literal["welcome"] = "welcome"
    protocol: int
    me: PersonId
    resume: str


class Elsewhere(ServerPart):
    """Open in another tab or device: say `hello` again with `take_over` to move the seat here."""

    type: Literal["elsewhere"] = "elsewhere"


class MovedAway(ServerPart):
    """The seat was moved to another tab or device; this connection ends."""

    type: Literal["moved-away"] = "moved-away"


class Ok(ServerPart):
    type: Literal["ok"] = "ok"
    id: int


ConnectionReason = Literal["not-saved", "busy", "bad-answer", "no-media", "not-understood"]


class Refused(ServerPart):
    """The typed no to one request. Beside the room's reasons: what the connection itself may refuse."""

    type: Literal["refused"] = "refused"
    id: int
    reason: Reason | ConnectionReason


class Pong(ServerPart):
    type: Literal["pong"] = "pong"


class Outside(ServerPart):
    """`now` is the server's clock, for the instants in the same message only."""

    type: Literal["outside"] = "outside"
    version: int
    now: Instant
    view: OutsideView


class WaitingStatus(ServerPart):
    type: Literal["waiting"] = "waiting"
    version: int
    now: Instant
    view: WaitingView


class Outcome(ServerPart):
    type: Literal["outcome"] = "outcome"
    version: int
    now: Instant
    view: OutcomeView


class Room(ServerPart):
    """The whole view of somebody inside."""

    type: Literal["room"] = "room"
    version: int
    now: Instant
    view: RoomView


class MeChanged(ServerPart):
    part: Literal["me"] = "me"
    me: OwnView


class StatusChanged(ServerPart):
    part: Literal["status"] = "status"
    status: RoomStatusView


class PersonChanged(ServerPart):
    """New (they go to the end of the list) or changed."""

    part: Literal["person"] = "person"
    person: PersonView


class PersonGone(ServerPart):
    part: Literal["person-gone"] = "person-gone"
    id: PersonId


class ChatAdded(ServerPart):
    part: Literal["chat"] = "chat"
    line: ChatLineView


class ChatGone(ServerPart):
    part: Literal["chat-gone"] = "chat-gone"
    id: MessageId


class LeadChanged(ServerPart):
    """Null when the person does not facilitate any more."""

    part: Literal["lead"] = "lead"
    lead: LeadView | None


Change = MeChanged | StatusChanged | PersonChanged | PersonGone | ChatAdded | ChatGone | LeadChanged


class RoomChanged(ServerPart):
    """What differs from the view before; `version` is one more than that of the view before."""

    type: Literal["room-changed"] = "room-changed"
    version: int
    now: Instant
    changes: tuple[Annotated[Change, Field(discriminator="part")], ...]


class Notices(ServerPart):
    """Things said once."""

    type: Literal["notices"] = "notices"
    notices: tuple[Annotated[Notice, Field(discriminator="tag")], ...]


class Draining(ServerPart):
    """The server is about to stop; the page reconnects by itself."""

    type: Literal["draining"] = "draining"


ServerMessage = (
    Welcome
    | Elsewhere
    | MovedAway
    | Ok
    | Refused
    | Pong
    | Outside
    | WaitingStatus
    | Outcome
    | Room
    | RoomChanged
    | Notices
    | OfferMessage
    | Slots
    | MediaState
    | MediaWaits
    | Speaking
    | LayersWanted
    | Quality
    | Draining
)
SERVER_MESSAGE: TypeAdapter[ServerMessage] = TypeAdapter(Annotated[ServerMessage, Field(discriminator="type")])
