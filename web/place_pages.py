"""The pages of somebody with a place in a group: their own, and the way to it."""

from dataclasses import dataclass, field
from typing import ClassVar

from rooms.program.group import Group, Guidelines
from rooms.program.places import Place
from web.doors import Doors
from web.forms import Filled
from web.pages import Page
from web.times import When, ZoneChoices


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLinkPage(Page):
    """Where `/p#token` lands. `is_closed`: this browser came to a place without its link."""

    template: ClassVar[str] = "place-link.html"
    form: Filled = field(default_factory=Filled)
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class PlaceDate:
    """One coming date in the reader's zone, and what they said about it: "coming", "not-this-time" or "".

    `origin`: the start in the zone of the group, where its clocks say something else.
    """

    session: str
    starts: When
    ends: When
    origin: When | None
    doors: Doors
    answer: str = ""
    google: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePage(Page):
    """`url`: the link of the place, for another device. `newer`: guidelines that this person has not accepted yet."""

    template: ClassVar[str] = "place.html"
    group: Group
    place: Place
    leads: str
    position: int
    dates: tuple[PlaceDate, ...]
    newer: Guidelines | None
    url: str
    zones: ZoneChoices
    has_mail: bool
    feed: str = ""
    form: Filled = field(default_factory=Filled)
    said: str = ""  # what was done a moment ago

    @property
    def is_in(self) -> bool:
        return self.place.state.value == "place"

    @property
    def is_over(self) -> bool:
        return self.place.state.value in ("declined", "left")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavePage(Page):
    template: ClassVar[str] = "place-leave.html"
    group: Group
    place: Place
