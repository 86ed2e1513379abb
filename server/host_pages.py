"""The connected pages of one room: who is shown what, and what differs since they were last told."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from rooms.ids import Instant, PersonId
from rooms.live.views import View
from server.ports import Identity
from signaling.errors import CloseCode
from signaling.server_messages import ServerMessage
from signaling.translate import view_message

VERSIONS_KEPT: Final = 128


class Line(Protocol):
    """One connection as its room sees it. Nothing here waits or raises."""

    def send(self, message: ServerMessage) -> None: ...

    def accept(self) -> None:
        """The person's connection is this one; `welcome` and a view follow."""

    def elsewhere(self) -> None:
        """The person is connected on another line; this one waits for a decision."""

    def close(self, code: CloseCode) -> None: ...


@dataclass(frozen=True, slots=True)
class Joining:
    """A proven person on a new connection.

    `takes_over`: an existing connection of theirs gives way (the same tab, or they said so). `is_same_page`: the page
    lived through the break and still holds `transport`.
    """

    line: Line
    identity: Identity
    takes_over: bool
    is_same_page: bool
    transport: int | None


@dataclass(slots=True)
class Page:
    """What one connection was told last. `versions` pairs its own versions with the newest room version they show."""

    person: PersonId
    line: Line
    view: View | None = None
    version: int = 0
    versions: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=VERSIONS_KEPT))

    def show(self, view: View, room_version: int, now: Instant) -> None:
        """Send what differs; an unchanged view sends nothing, and counts as a look at this room version."""
        if view == self.view:
            self.versions[-1] = (self.version, room_version)
            return
        self.version += 1
        message = view_message(self.view, view, self.version, now)
        self.view = view
        self.versions.append((self.version, room_version))
        self.line.send(message)

    def room_version(self, seen: int) -> int:
        """The room version that this page saw at its version `seen`; 0, the most careful, where that is forgotten."""
        found = 0
        for version, room_version in self.versions:
            if version > seen:
                break
            found = room_version
        return found


class RoomPages:
    """At most one page per person, and the lines that ask whether to take its place."""

    def __init__(self) -> None:
        self._pages: dict[PersonId, Page] = {}
        self._asking: list[tuple[PersonId, Line]] = []

    def __iter__(self) -> Iterator[Page]:
        return iter(tuple(self._pages.values()))

    def __len__(self) -> int:
        return len(self._pages)

    def put(self, person: PersonId, line: Line) -> Page:
        self._pages[person] = Page(person, line)
        return self._pages[person]

    def of(self, person: PersonId) -> Page | None:
        return self._pages.get(person)

    def on(self, line: Line) -> Page | None:
        """The page whose connection this is."""
        return next((page for page in self._pages.values() if page.line is line), None)

    def take_out(self, page: Page) -> None:
        """Nothing is sent to it any more; another page of the same person stays."""
        if self._pages.get(page.person) is page:
            del self._pages[page.person]

    def close(self, pages: Iterable[Page], code: CloseCode) -> None:
        for page in pages:
            self.take_out(page)
            page.line.close(code)

    def asks(self, person: PersonId, line: Line) -> None:
        """`line` waits until the person says whether their seat moves there."""
        self._asking.append((person, line))

    def asks_no_more(self, line: Line) -> None:
        self._asking = [asked for asked in self._asking if asked[1] is not line]

    def close_asking(self, person: PersonId, code: CloseCode) -> None:
        """Close every line on which this person was asked."""
        for asked, line in self._asking:
            if asked == person:
                line.close(code)
        self._asking = [asked for asked in self._asking if asked[0] != person]

    def is_connected(self, person: PersonId) -> bool:
        return person in self._pages

    def tell(self, person: PersonId, message: ServerMessage) -> None:
        if (page := self._pages.get(person)) is not None:
            page.line.send(message)
