"""What is kept of a group: taken out as files, and deleted, all of it or all of one person."""

from aiohttp import web

from rooms.program.group import Group
from rooms.program.places import Place, PlaceState
from server.pages.answer import see_other, services_of, show
from server.pages.host_series import need_group
from server.pages.host_words import people
from server.routes.guard import account_of, group_of
from server.sessions import OutOfReach
from web.host_pages import DataPage, PersonData, SurePage
from web.times import when

JSON, CSV = "application/json", "text/csv"
STATES = {
    PlaceState.PLACE: "Has a place",
    PlaceState.WAITLIST: "On the waitlist",
    PlaceState.PENDING: "Waits for an answer",
    PlaceState.DECLINED: "Was declined",
    PlaceState.LEFT: "Was taken out",
}
RUNS_ELSEWHERE = (
    "Nothing was deleted: another server runs a room of this group at the moment. Try again once that session is over."
)

UNTOLD = "Letters about it may still be on their way. They would go too: wait a few minutes if people should get them."


async def show_data(request: web.Request) -> web.Response:
    services, group = services_of(request), await need_group(request)
    places = await services.places.of_group(group.id)
    counts = await services.store.exports.counts(group.id)
    page = DataPage(
        group=group.id,
        group_name=group.name,
        here=_here(group.id),
        people=tuple(_person(group, place) for place in places),
        facts=(
            ("Series", str(counts["series"])),
            ("Dates, past and planned", str(counts["dates"])),
            ("People who asked for a place", str(len(places))),
            ("Personal links", str(counts["links"])),
            ("Letters about its dates", str(counts["letters"])),
        ),
    )
    return show(request, page)


async def group_json(request: web.Request) -> web.Response:
    group = await need_group(request)
    await _note(request, "group-exported", group.id)
    return _file(await services_of(request).exports.group_json(group), JSON, "group.json")


async def dates_csv(request: web.Request) -> web.Response:
    group = await need_group(request)
    await _note(request, "group-exported", group.id)
    return _file(await services_of(request).exports.dates_csv(group), CSV, "dates.csv")


async def people_csv(request: web.Request) -> web.Response:
    group = await need_group(request)
    await _note(request, "group-exported", group.id)
    return _file(await services_of(request).exports.people_csv(group), CSV, "people.csv")


async def person_json(request: web.Request) -> web.Response:
    place = await _need_place(request)
    await _note(request, "person-exported", place.id)
    return _file(await services_of(request).exports.person_json(place), JSON, "person.json")


async def person_csv(request: web.Request) -> web.Response:
    place = await _need_place(request)
    await _note(request, "person-exported", place.id)
    return _file(await services_of(request).exports.person_csv(place), CSV, "person.csv")


async def show_delete_person(request: web.Request) -> web.Response:
    place, here = await _need_place(request), _here(group_of(request))
    page = SurePage(
        title="Delete a person",
        question="Delete everything about this person?",
        subject=_alias(place),
        facts=(
            "Their place, their answers, their address, and letters to it go at once.",
            "Who they were in past sessions goes too; how many came stays a number.",
            "Their links stop working. If somebody is on the waitlist, the first of them moves up and is told.",
            "They are not told. It cannot be taken back.",
        ),
        action=f"{here}/people/{place.id}/delete",
        do="Delete everything about them",
        back=here,
        keep="Keep it",
    )
    return show(request, page)


async def delete_person(request: web.Request) -> web.Response:
    place = await _need_place(request)
    await services_of(request).erasure.person(place)
    await _note(request, "person-erased", place.id)
    return see_other(_here(group_of(request)))


async def show_delete_group(request: web.Request) -> web.Response:
    return show(request, await _sure(request))


async def delete_group(request: web.Request) -> web.Response:
    group = await need_group(request)
    try:
        await services_of(request).erasure.group(group)
    except OutOfReach:
        return show(request, await _sure(request, RUNS_ELSEWHERE), status=503)
    await _note(request, "group-erased", group.id)
    return see_other("/host")


async def _sure(request: web.Request, problem: str = "") -> SurePage:
    services, group = services_of(request), await need_group(request)
    counts = await services.store.exports.counts(group.id)
    placed = len(await services.places.of_group(group.id))
    here = _here(group.id)
    coming = await services.series.next_dates(group.id, 1)
    starts = when(coming[0].settings.schedule.start_at, coming[0].zone) if coming else None
    return SurePage(
        title="Delete a group",
        question="Delete this group, and all of it?",
        subject=group.name,
        facts=(
            f"Its texts, its {counts['dates']} dates, its links, and all that is kept of {people(placed)}, go at once.",
            "A session that goes on now is ended for everyone inside.",
            "Nobody is written to. "
            + (
                f"The next date is {starts.day} at {starts.clock}: end its series first if people should get a letter."
                if starts
                else "No date is to come."
            ),
            *((UNTOLD,) if await services.erasure.is_still_told(group) else ()),
            "It cannot be taken back. You can take it with you as a file before.",
        ),
        action=f"{here}/delete",
        do="Delete the group",
        back=here,
        keep="Keep it",
        problem=problem,
    )


def _here(group: str) -> str:
    return f"/host/groups/{group}/data"


def _person(group: Group, place: Place) -> PersonData:
    state = STATES[place.state] + (", mail comes back" if place.bounced_at is not None else "")
    return PersonData(_alias(place), state, f"{_here(group.id)}/people/{place.id}")


def _alias(place: Place) -> str:
    return place.alias or "No name given"


async def _need_place(request: web.Request) -> Place:
    """The place of the address, where it is one of the group of the address. Raises 404."""
    place = await services_of(request).places.get(request.match_info["place"])
    if place is None or place.group != group_of(request):
        raise web.HTTPNotFound
    return place


async def _note(request: web.Request, act: str, subject: str) -> None:
    await services_of(request).audit.note(account_of(request).id, act, subject, group_of(request))


def _file(text: str, content_type: str, name: str) -> web.Response:
    """To be saved, under a name that tells nothing of the group."""
    headers = {"Content-Disposition": f'attachment; filename="holdspace-{name}"'}
    return web.Response(text=text, content_type=content_type, charset="utf-8", headers=headers)
