"""What differs between two views of somebody inside, as the changes that a page applies in order."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from rooms.live.views import ChatLineView, PersonView, RoomView
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

    if old.people != new.people:
        yield from _people(old.people, new.people)
    if old.chat != new.chat:
        yield from _chat(old.chat, new.chat)
    if old.lead != new.lead:
        yield LeadChanged(lead=new.lead)


def _people(old: Sequence[PersonView], new: Sequence[PersonView]) -> Iterator[Change]:
    before = {person.id: person for person in old}
    stay = _stay([person.id for person in old], [person.id for person in new])
    for id in before:
        if id not in stay:
            yield PersonGone(id=id)
    for person in new:
        if person.id not in stay or before[person.id] != person:
            yield PersonChanged(person=person)


def _chat(old: Sequence[ChatLineView], new: Sequence[ChatLineView]) -> Iterator[Change]:
    stay = _stay(old, new)
    for line in old:
        if line not in stay:
            yield ChatGone(id=line.id)
    for line in new:
        if line not in stay:
            yield ChatAdded(line=line)


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
