"""What a page says of its media: answers, what it shows, how its line is, and when the path must be made anew."""

from typing import Annotated, Literal

from pydantic import Field

from signaling.client_parts import ClientPart, PersonRef, Request

Sdp = Annotated[str, Field(max_length=48_000)]
Percent = Annotated[int, Field(ge=0, le=100)]
Milliseconds = Annotated[int, Field(ge=0, le=60_000)]


class Answer(Request):
    """The browser's SDP answer to an `offer`."""

    type: Literal["answer"]
    transport: int
    generation: int
    sdp: Sdp


class Tile(ClientPart):
    """One person whose picture is in sight.

    `width` is that of the picture in CSS px times the device's pixel ratio, rounded up to a step of 80 so that a small
    change of the window says nothing new. `is_pinned`: this viewer chose to see them. `is_speaker`: shown large because
    they speak.
    """

    person: PersonRef
    width: Annotated[int, Field(ge=0, le=8_000)]
    is_pinned: bool = False
    is_speaker: bool = False


class Viewing(Request):
    """What the page shows now, most important first; video that is not shown is not sent.

    `tiles` are those in sight, that is one page of the grid: the first nine with a camera get a slot. Null: not
    decided yet, then anybody's camera may come. `video` is what this viewer chose, or their device for them: "saver"
    is the smallest layer of each person, "none" is sound alone.
    """

    type: Literal["viewing"]
    tiles: Annotated[tuple[Tile, ...], Field(max_length=25, strict=False)] | None
    screen: bool = True
    video: Literal["full", "saver", "none"] = "full"


class LineReport(ClientPart):
    """One direction over the last seconds. `rtt_ms` null: not known; `freezes` of pictures shown, or not sent."""

    state: Literal["good", "weak", "lost"]
    loss_percent: Percent = 0
    rtt_ms: Milliseconds | None = None
    freezes: Annotated[int, Field(ge=0, le=1_000)] = 0


class QualityReport(Request):
    """How the page finds its line, both ways: when a state changed and every ten seconds, never more than every two."""

    type: Literal["quality-report"]
    transport: int
    up: LineReport
    down: LineReport


class ReplaceTransport(Request):
    """Asks for a fresh media transport in place of `transport`. Idempotent: an older number is answered `ok`.

    There is at most one a second: what is asked for sooner is answered `ok` too, and done when the second is over.
    """

    type: Literal["replace-transport"]
    transport: int


class RestartIce(Request):
    """Asks for a new path under the same transport, seat and keys: the network changed.

    `generation` is that of the newest offer the page has. Idempotent: where an offer with a newer path was asked for
    already, the answer is `ok` and nothing more happens. An offer for another reason brings no path and stops nothing.
    """

    type: Literal["restart-ice"]
    transport: int
    generation: int
