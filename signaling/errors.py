"""What the language can say no with: close codes for a connection, refusal codes for a request, and their meaning.

Unusable                 the frame ends the connection, with a close code
├── Oversize             1009
└── Malformed            1008
NotUnderstood            the frame names a request but does not fit it: refused, the connection goes on
"""

from enum import IntEnum
from typing import Final

from rooms.refusals import Reason
from signaling.server_messages import ConnectionReason


class CloseCode(IntEnum):
    """Why a connection ended (RFC 6455, section 7.4; 4000 and up are ours)."""

    DONE = 1000
    GOING_AWAY = 1001
    POLICY = 1008
    TOO_BIG = 1009
    HELLO_EXPECTED = 4001
    TICKET_SPENT = 4002
    MOVED_AWAY = 4003
    ROOM_GONE = 4004


CLOSE_MEANING: Final[dict[CloseCode, str]] = {
    CloseCode.DONE: "Nothing more to say: the outcome was told, or nothing can change any more. Do not reconnect.",
    CloseCode.GOING_AWAY: "The server is restarting or cannot reach its store. Reconnect with backoff.",
    CloseCode.POLICY: "A frame that is not of this language, too many frames, too many connections, or another origin.",
    CloseCode.TOO_BIG: "A frame over 64 kB.",
    CloseCode.HELLO_EXPECTED: "The first frame was not a `hello` of this protocol version, or none came within 5 s.",
    CloseCode.TICKET_SPENT: "The ticket or resume token is spent, expired or unknown. Fetch a new ticket.",
    CloseCode.MOVED_AWAY: "The seat was moved to another tab or device. Do not reconnect by yourself.",
    CloseCode.ROOM_GONE: "This room is not here (any more). Fetch a new ticket; it says where to go.",
}


class Unusable(ValueError):
    """A frame that ends the connection."""

    code = CloseCode.POLICY


class Oversize(Unusable):
    """More than 64 kB of UTF-8."""

    code = CloseCode.TOO_BIG


class Malformed(Unusable):
    """Not a JSON object of a known type, and no request id to answer to."""


class NotUnderstood(ValueError):
    """An object with a request id that is not a well-formed request; `id` is the one to refuse."""

    def __init__(self, id: int) -> None:
        super().__init__("not a well-formed request")
        self.id = id


REFUSAL_MEANING: Final[dict[Reason | ConnectionReason, str]] = {
    Reason.UNKNOWN_PERSON: "No such person in this session, or they may not be named by you.",
    Reason.NOT_PERMITTED: "Your role does not allow it.",
    Reason.NOT_ADMITTED: "Only somebody inside may do this.",
    Reason.WRONG_STANDING: "The person is not where the request supposes them to be.",
    Reason.WRONG_PHASE: "Not in this phase of the room.",
    Reason.NOT_OPEN_YET: "The doors are not open yet.",
    Reason.TOO_EARLY: "Earlier than the group allows to start.",
    Reason.TOO_LATE: "After the late cut-off.",
    Reason.ENDED: "The session has ended.",
    Reason.CANCELED: "The session was canceled.",
    Reason.ENTRY_LOCKED: "Entry is locked.",
    Reason.ROOM_FULL: "Every seat is taken.",
    Reason.WAITING_ROOM_FULL: "The waiting room is full.",
    Reason.GUIDELINES_NOT_ACCEPTED: "The guidelines of this version come first.",
    Reason.REMOVED: "Out for this session, until a facilitator readmits.",
    Reason.DECLINED: "Declined for this session, until a facilitator readmits.",
    Reason.MUTED_BY_FACILITATOR: "A facilitator muted you; wait until they allow it.",
    Reason.CAMERA_STOPPED: "A facilitator stopped your camera; wait until they allow it.",
    Reason.CAMERAS_LOCKED: "Cameras are locked for now.",
    Reason.SHARE_NOT_ALLOWED: "Sharing is for facilitators here.",
    Reason.SHARE_TAKEN: "Somebody else is sharing.",
    Reason.ON_A_BREAK: "Not while on a break.",
    Reason.CHAT_OFF: "The chat is off, or not open to that audience.",
    Reason.TEXT_MUTED: "Your text is muted.",
    Reason.UNKNOWN_MESSAGE: "No such message.",
    Reason.BAD_TEXT: "Empty, too long, or with control characters.",
    Reason.STALE_VERSION: "Somebody else changed this after the view you named in `seen`. Look again.",
    "not-saved": "The server cannot store anything now. What restricts (mute, remove, lock) is in force all the same; "
    "anything else changed nothing. Try again.",
    "busy": "Too many requests of yours are unanswered or came too fast, or something went wrong here. Try again.",
    "bad-answer": "The SDP answer does not fit the offer. The transport is as it was.",
    "no-media": "You have no media transport of that number.",
    "not-understood": "A request of this id came, but a field is missing, unknown or out of bounds.",
}
