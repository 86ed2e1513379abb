"""What the server may say: one type per message, told apart by `type`.

A person outside or waiting is told only `outside`, `waiting` and `outcome` beside the answers to their own requests;
everything else goes to people inside. `version` grows by one with each message about the room that this connection
gets, so a page that missed some notices and a reconnecting one gets the whole view. It is counted per person: a change
that a person may not know of does not show even as a gap.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

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


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Welcome(_Message):
    """The connection is theirs. `resume` replaces any earlier token; keep it for this tab only."""

    type: Literal["welcome"] = "welcome"
    protocol: int
    me: PersonId
    resume: str


class Elsewhere(_Message):
    """Open in another tab or device: say `hello` again with `take_over` to move the seat here."""

    type: Literal["elsewhere"] = "elsewhere"


class MovedAway(_Message):
    """The seat was moved to another tab or device; this connection ends."""

    type: Literal["moved-away"] = "moved-away"


class Ok(_Message):
    type: Literal["ok"] = "ok"
    id: int


ConnectionReason = Literal["not-saved", "busy", "bad-answer", "no-media", "not-understood"]


class Refused(_Message):
    """The typed no to one request. Beside the room's reasons: what the connection itself may refuse."""

    type: Literal["refused"] = "refused"
    id: int
    reason: Reason | ConnectionReason


class Pong(_Message):
    type: Literal["pong"] = "pong"


class Outside(_Message):
    """`now` is the server's clock, for the instants in the same message only."""

    type: Literal["outside"] = "outside"
    version: int
    now: Instant
    view: OutsideView


class WaitingStatus(_Message):
    type: Literal["waiting"] = "waiting"
    version: int
    now: Instant
    view: WaitingView


class Outcome(_Message):
    type: Literal["outcome"] = "outcome"
    version: int
    now: Instant
    view: OutcomeView


class Room(_Message):
    """The whole view of somebody inside."""

    type: Literal["room"] = "room"
    version: int
    now: Instant
    view: RoomView


class MeChanged(_Message):
    part: Literal["me"] = "me"
    me: OwnView


class StatusChanged(_Message):
    part: Literal["status"] = "status"
    status: RoomStatusView


class PersonChanged(_Message):
    """New (they go to the end of the list) or changed."""

    part: Literal["person"] = "person"
    person: PersonView


class PersonGone(_Message):
    part: Literal["person-gone"] = "person-gone"
    id: PersonId


class ChatAdded(_Message):
    part: Literal["chat"] = "chat"
    line: ChatLineView


class ChatGone(_Message):
    part: Literal["chat-gone"] = "chat-gone"
    id: MessageId


class LeadChanged(_Message):
    """Null when the person does not facilitate any more."""

    part: Literal["lead"] = "lead"
    lead: LeadView | None


Change = MeChanged | StatusChanged | PersonChanged | PersonGone | ChatAdded | ChatGone | LeadChanged


class RoomChanged(_Message):
    """What differs from the view before; `version` is one more than that of the view before."""

    type: Literal["room-changed"] = "room-changed"
    version: int
    now: Instant
    changes: tuple[Annotated[Change, Field(discriminator="part")], ...]


class Notices(_Message):
    """Things said once."""

    type: Literal["notices"] = "notices"
    notices: tuple[Annotated[Notice, Field(discriminator="tag")], ...]


class Uplink(_Message):
    source: Literal["mic", "camera", "screen"]
    mid: str


class OfferMessage(_Message):
    """A server offer. A `transport` the page does not hold means: close the old connection and make a new one."""

    type: Literal["offer"] = "offer"
    transport: int
    generation: int
    sdp: str
    uplinks: tuple[Uplink, ...]


class Slot(_Message):
    """`person` null: the slot shows nobody."""

    mid: str
    source: Literal["mic", "camera", "screen"]
    person: PersonId | None


class Slots(_Message):
    """Whose track each downlink mid carries now; the whole map."""

    type: Literal["slots"] = "slots"
    transport: int
    slots: tuple[Slot, ...]


class MediaState(_Message):
    """`up`: media flows. `down`: it does not, and a new offer follows if there is to be media."""

    type: Literal["media-state"] = "media-state"
    transport: int
    state: Literal["up", "quiet", "down"]


class Speaking(_Message):
    """Who speaks, loudest first."""

    type: Literal["speaking"] = "speaking"
    people: tuple[PersonId, ...]


class Draining(_Message):
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
    | Speaking
    | Draining
)
SERVER_MESSAGE: TypeAdapter[ServerMessage] = TypeAdapter(Annotated[ServerMessage, Field(discriminator="type")])
