"""What a page does with `room-changed`, written apart from the code that makes the changes."""

from collections.abc import Iterable
from dataclasses import replace

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


def apply_changes(view: RoomView, changes: Iterable[Change]) -> RoomView:
    """Docs/PROTOCOL.md, "Views and versions"; `AssertionError` where the server said something a page cannot do."""
    people = list(view.people)
    chat = list(view.chat)
    for change in changes:
        match change:
            case MeChanged(me=me):
                view = replace(view, me=me)
            case StatusChanged(status=status):
                view = replace(view, status=status)
            case LeadChanged(lead=lead):
                view = replace(view, lead=lead)
            case PersonChanged(person=person):
                places = [index for index, known in enumerate(people) if known.id == person.id]
                if places:
                    people[places[0]] = person
                else:
                    people.append(person)
            case PersonGone(id=gone):
                assert any(known.id == gone for known in people)
                people = [known for known in people if known.id != gone]
            case ChatAdded(line=line):
                assert all(known.id != line.id for known in chat)
                chat.append(line)
            case ChatGone(id=deleted):
                assert any(known.id == deleted for known in chat)
                chat = [known for known in chat if known.id != deleted]
    return replace(view, people=tuple(people), chat=tuple(chat))
