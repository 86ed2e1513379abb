"""Typed no: why a command was refused.

`Refused` is raised by the deciders and carries one `Reason`. A refusal leaves the room exactly as it was.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Stable codes; they travel on the wire and have one plain sentence each in the client."""

    UNKNOWN_PERSON = "unknown-person"
    NOT_PERMITTED = "not-permitted"  # the role does not allow it
    NOT_ADMITTED = "not-admitted"  # only people inside may do this
    WRONG_STANDING = "wrong-standing"  # e.g. admit somebody who is not waiting
    WRONG_PHASE = "wrong-phase"  # e.g. start a room that is live
    NOT_OPEN_YET = "not-open-yet"  # before doors
    TOO_EARLY = "too-early"  # start earlier than the group allows
    TOO_LATE = "too-late"  # after the late cut-off
    ENDED = "ended"
    CANCELED = "canceled"
    ENTRY_LOCKED = "entry-locked"
    ROOM_FULL = "room-full"
    WAITING_ROOM_FULL = "waiting-room-full"
    GUIDELINES_NOT_ACCEPTED = "guidelines-not-accepted"
    REMOVED = "removed"
    DECLINED = "declined"
    MUTED_BY_FACILITATOR = "muted-by-facilitator"
    CAMERA_STOPPED = "camera-stopped"
    CAMERAS_LOCKED = "cameras-locked"
    SHARE_NOT_ALLOWED = "share-not-allowed"
    SHARE_TAKEN = "share-taken"  # somebody else is sharing
    ON_A_BREAK = "on-a-break"
    CHAT_OFF = "chat-off"
    TEXT_MUTED = "text-muted"
    UNKNOWN_MESSAGE = "unknown-message"
    BAD_TEXT = "bad-text"  # empty, too long, or control characters
    STALE_VERSION = "stale-version"  # the subject changed since the caller last saw it


class Refused(Exception):
    """A command was understood and not allowed; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
