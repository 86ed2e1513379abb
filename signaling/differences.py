"""What differs between two views of somebody inside, as the changes that a page applies in order."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from rooms.live.views import RoomView
from signaling.server_messages import (
    Change,
    ChatAdded,
    ChatGone,
    LeadChanged,
    MeChanged,
    PersonChanged,
    PersonGone,
    StatusChanged,
)

T = TypeVar("T")


def changes(old: RoomView, new: RoomView) -> tuple[Change, ...]:
    """Applied to `old`, they give `new`, order included. Empty when nothing differs."""
    return tuple(_changes(old, new))


def _changes(old: RoomView, new: RoomView) -> Iterator[Change]:
    if old.me != new.me:
        yield MeChanged(me=new.me)
    if old.status != new.status:
        yield StatusChanged(status=new.status)

    before = {person.id: person for person in old.people}
    stay = _stay([person.id for person in old.people], [person.id for person in new.people])
    for id in (id for id in before if id not in stay):
        yield PersonGone(id=id)
    for person in new.people:
        if person.id not in stay or before[person.id] != person:
            yield PersonChanged(person=person)

    said = _stay(old.chat, new.chat)
    for line in old.chat:
        if line not in said:
            yield ChatGone(id=line.id)
    for line in new.chat:
        if line not in said:
            yield ChatAdded(line=line)

    if old.lead != new.lead:
        yield LeadChanged(lead=new.lead)


def _stay(old: Sequence[T], new: Sequence[T]) -> set[T]:
    """The longest beginning of `new` that can stay where it is: a page can only take out and append."""
    place = {item: index for index, item in enumerate(old)}
    stay: set[T] = set()
    last = -1
    for item in new:
        here = place.get(item, -1)
        if here <= last:
            break
        stay.add(item)
        last = here
    return stay
