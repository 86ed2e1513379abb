"""What a person's media may do right now: the one place where phase, standing, breaks and mutes meet.

The server turns the difference between two answers into verbs of the media plane, closing before it announces and
opening after (house rule 5). Restoring a room after a crash is the difference from nothing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MediaRights:
    """`may_connect`: has a transport. `may_receive`: others' media is sent to them. The rest: gates of their publications."""

    may_connect: bool = False
    may_receive: bool = False
    mic_open: bool = False
    camera_open: bool = False
    screen_open: bool = False


NO_MEDIA = MediaRights()
