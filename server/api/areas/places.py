"""Places in groups: who has one, who waits, who asked; accepted, declined, ended, invited."""

from typing import Annotated

from pydantic import Field, StringConstraints

from rooms.program.authority import Action
from rooms.program.places import ALIAS_LENGTH, REASON_LENGTH, Place, PlaceState
from server.api.areas.groups import group_named
from server.api.moments import Moment
from server.api.operation import Call, Operation, Reply, Wire
from server.api.paging import Paged, cursor_of, number_of, parts_of
from server.api.problems import Code, Problem
from server.api.scopes import Scope
from server.api.words import Id, Line, Text

TAG = "places"


class AnswerModel(Wire):
    question: str
    answer: str


class PlaceModel(Wire):
    """`has_bounced`: mail to this person came back."""

    id: Id
    group: Id
    name: str
    email: str | None
    zone: str
    language: str
    state: PlaceState
    guidelines_version: int
    answers: tuple[AnswerModel, ...]
    created_at: Moment
    has_bounced: bool


class PlacePage(Wire):
    items: tuple[PlaceModel, ...]
    next: str | None


class PlacesQuery(Paged):
    state: PlaceState | None = None


class InviteBody(Wire):
    name: Annotated[Line, StringConstraints(strip_whitespace=True, max_length=ALIAS_LENGTH)] = ""


class NewPlaceModel(PlaceModel):
    """`url` opens the place; whoever has it has the place."""

    url: str


class WordsBody(Wire):
    """They are told to the person."""

    words: Annotated[Text, StringConstraints(max_length=REASON_LENGTH), Field(description="In your own words.")] = ""


def _plain(place: Place) -> dict[str, object]:
    answers = tuple(AnswerModel(question=one.question, answer=one.answer) for one in place.answers)
    same = ("id", "group", "email", "zone", "language", "state", "guidelines_version", "created_at")
    own = {name: getattr(place, name) for name in same}
    return own | {"name": place.alias, "answers": answers, "has_bounced": place.bounced_at is not None}


def place_model(place: Place) -> PlaceModel:
    return PlaceModel.model_validate(_plain(place))


async def list_places(call: Call) -> Reply:
    """In the order of asking."""
    group, query = await group_named(call), call.asked(PlacesQuery)
    found = await call.services.places.of_group(group.id)
    if query.state is not None:
        found = [place for place in found if place.state is query.state]
    if query.after is not None:
        rank, last = parts_of(query.after, 2)
        found = [place for place in found if (place.rank, place.id) > (number_of(rank), last)]
    page, rest = found[: query.limit], found[query.limit :]
    more = cursor_of(page[-1].rank, page[-1].id) if rest else None
    return Reply(PlacePage(items=tuple(map(place_model, page)), next=more))


async def invite(call: Call) -> Reply:
    group = await group_named(call)
    place, _ = await call.services.places.invite(group, call.sent(InviteBody).name)
    body = NewPlaceModel.model_validate(_plain(place) | {"url": call.services.places.url(place)})
    return Reply(body, location=f"/api/v1/groups/{group.id}/places/{place.id}")


async def _place_named(call: Call) -> Place:
    group = await group_named(call)
    place = await call.services.places.get(call.path["place"])
    if place is None or place.group != group.id:
        raise Problem(Code.NOT_FOUND)
    return place


async def show_place(call: Call) -> Reply:
    return Reply(place_model(await _place_named(call)))


def _or_conflict(place: Place | None, detail: str) -> Reply:
    if place is None:
        raise Problem(Code.CONFLICT, detail)
    return Reply(place_model(place))


async def accept(call: Call) -> Reply:
    """They get a place, or one on the waitlist where the group is full."""
    place = await _place_named(call)
    return _or_conflict(await call.services.places.accept(place.id), "Nobody waits for an answer here.")


async def decline(call: Call) -> Reply:
    place = await _place_named(call)
    declined = await call.services.places.decline(place.id, call.sent(WordsBody).words)
    return _or_conflict(declined, "Nobody waits for an answer here.")


async def remove(call: Call) -> Reply:
    """Out of the group; the first of the waitlist moves up."""
    place = await _place_named(call)
    removed = await call.services.places.remove(place.id, call.sent(WordsBody).words)
    return _or_conflict(removed, "This place has ended already.")


async def erase(call: Call) -> Reply:
    """Everything about this place is erased, as when they leave by themselves."""
    await call.services.erasure.person(await _place_named(call))
    return Reply()


READ, WRITE = Scope.PLACES_READ, Scope.PLACES_WRITE
ALL, ONE = "/groups/{group}/places", "/groups/{group}/places/{place}"
REFUSALS = frozenset({Code.CONFLICT})
OPERATIONS = (
    Operation("GET", ALL, "list-places", "Who has a place, waits, or asked", TAG, READ, Action.MANAGE_PLACES,
              list_places, query=PlacesQuery, answer=PlacePage),
    Operation("POST", ALL, "invite", "Invite somebody", TAG, WRITE, Action.MANAGE_PLACES, invite, body=InviteBody,
              answer=NewPlaceModel, status=201, is_secret=True),
    Operation("GET", ONE, "show-place", "One place", TAG, READ, Action.MANAGE_PLACES, show_place, answer=PlaceModel),
    Operation("POST", ONE + ":accept", "accept-place", "Accept somebody who asked", TAG, WRITE, Action.MANAGE_PLACES,
              accept, answer=PlaceModel, refusals=REFUSALS),
    Operation("POST", ONE + ":decline", "decline-place", "Decline somebody who asked", TAG, WRITE,
              Action.MANAGE_PLACES, decline, body=WordsBody, answer=PlaceModel, refusals=REFUSALS),
    Operation("POST", ONE + ":remove", "remove-place", "End a place", TAG, WRITE, Action.MANAGE_PLACES, remove,
              body=WordsBody, answer=PlaceModel, refusals=REFUSALS),
    Operation("DELETE", ONE, "erase-place", "Erase everything about a place", TAG, WRITE, Action.MANAGE_PLACES, erase),
)  # fmt: skip
