"""Who has a place in a group: accepted, declined, invited, taken out. Answers are seen here and nowhere else."""

from aiohttp import web

from rooms.program.places import Place
from server.pages.answer import see_other, services_of, show, values_of
from server.pages.host_groups import need_own_group
from server.routes.guard import account_of
from web.forms import BadForm, Filled, read_form
from web.host_group_pages import PlaceRow, PlacesPage
from web.pages import FreshLink
from web.place_form import InviteForm
from web.times import when

SAID = {
    "accepted": "Accepted. They are told, if they gave an address.",
    "declined": "Declined. They read your words on their page.",
    "removed": "Taken out of the group. Whoever was first on the waitlist has the place now.",
    "gone": "Somebody else has answered this meanwhile.",
}


async def show_places(request: web.Request) -> web.Response:
    return show(request, await _page(request, said=SAID.get(request.query.get("said", ""), "")))


async def accept(request: web.Request) -> web.Response:
    place = await _need_place(request)
    is_done = await services_of(request).places.accept(place.id) is not None
    return await _answered(request, place, "accepted" if is_done else "gone")


async def decline(request: web.Request) -> web.Response:
    place, reason = await _need_place(request), await _reason(request)
    is_done = await services_of(request).places.decline(place.id, reason) is not None
    return await _answered(request, place, "declined" if is_done else "gone")


async def remove(request: web.Request) -> web.Response:
    place, reason = await _need_place(request), await _reason(request)
    is_done = await services_of(request).places.remove(place.id, reason) is not None
    return await _answered(request, place, "removed" if is_done else "gone")


async def new_link(request: web.Request) -> web.Response:
    """For somebody who lost theirs. Answers with the page itself: the address is shown this one time."""
    place = await _need_place(request)
    services = services_of(request)
    url = await services.places.new_link(place)
    await services.audit.note(account_of(request).id, "place-link-renewed", place.id, place.group)
    fresh = FreshLink(label=place.alias, role="participant", url=url)
    return show(request, await _page(request, fresh=fresh), status=201)


async def invite(request: web.Request) -> web.Response:
    services, group = services_of(request), await need_own_group(request)
    values = await values_of(request)
    try:
        form = read_form(InviteForm, values)
    except BadForm as error:
        return show(request, await _page(request, form=Filled(values, error.errors)), status=422)
    place, _ = await services.places.invite(group, form.alias)
    await services.audit.note(account_of(request).id, "place-invited", place.id, group.id)
    fresh = FreshLink(label=place.alias, role="participant", url=services.places.url(place))
    return show(request, await _page(request, fresh=fresh), status=201)


async def _need_place(request: web.Request) -> Place:
    """A place of the group of the address. Raises 404."""
    group = await need_own_group(request)
    place = await services_of(request).places.get(request.match_info["place"])
    if place is None or place.group != group.id:
        raise web.HTTPNotFound
    return place


async def _reason(request: web.Request) -> str:
    """What is too long for a reason is cut by the service: nobody types it twice for that."""
    return (await values_of(request)).get("reason", "")


async def _answered(request: web.Request, place: Place, said: str) -> web.Response:
    if said != "gone":
        await services_of(request).audit.note(account_of(request).id, f"place-{said}", place.id, place.group)
    return see_other(f"/host/groups/{place.group}/places?said={said}")


async def _page(
    request: web.Request, form: Filled | None = None, fresh: FreshLink | None = None, said: str = ""
) -> PlacesPage:
    services, group = services_of(request), await need_own_group(request)
    first: dict[str, Place] = {}
    rows = []
    for place in await services.places.of_group(group.id):
        twin = first.setdefault(place.email, place) if place.email else place
        rows.append(PlaceRow(place, when(place.changed_at, group.zone), "" if twin is place else twin.alias))
    return PlacesPage(group=group, rows=tuple(rows), form=form or Filled(), fresh=fresh, said=said)
