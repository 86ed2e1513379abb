"""A place in a group: `/p#token` opens it, `/p/{place}` shows it to the browser that has the token's cookie."""

from dataclasses import dataclass

from aiohttp import web

from rooms.ids import SessionId
from rooms.program.group import Group, names_of
from rooms.program.places import Place, PlaceState
from server.pages.answer import see_other, services_of, show, values_of
from server.pages.group import may_be_written_to
from server.pages.rows import hours_and_doors
from server.services import Services
from server.store.records import SessionRecord
from web.doors import DoorState
from web.forms import BadForm, Filled, read_form, token_of
from web.place_form import TokenForm, read_wishes
from web.place_pages import LeavePage, PlaceDate, PlaceLinkPage, PlacePage
from web.times import when, zone_choices

DATES = 4
UNKNOWN = (
    "This link does not open a place any more, or a part of it is missing. Copy the whole link again. If it still does "
    "not open, you can ask for a place anew."
)
WRITTEN_OFTEN = "This address was used many times lately. Nothing is changed: try again in an hour, or use another."
ANSWERS = {True: "coming", False: "not-this-time"}
SAID = {
    "answered": "Your answer is kept. You can change it at any time.",
    "kept": "Your wishes are kept.",
    "agreed": "Thank you. You have agreed to the newest guidelines.",
    "guidelines": "Before you go in, read the new guidelines below, and agree to them if you can.",
    "no-letters": "This page is your place. Keep its link: the address you gave was used many times lately, so no "
    "letters go there. You can write an address below in an hour.",
    "over": "This date is over, or it was canceled. The next ones are below.",
}
NOT_THERE = {DoorState.ENDED, DoorState.CANCELED}


@dataclass(frozen=True, slots=True)
class Holder:
    """A place that this browser proves to have, with its token."""

    place: Place
    group: Group
    token: str


async def show_link(request: web.Request) -> web.Response:
    return show(request, PlaceLinkPage(is_closed="closed" in request.query))


async def open_link(request: web.Request) -> web.Response:
    """The token of `/p#token` becomes a cookie of this browser."""
    services = services_of(request)
    try:
        token = token_of(read_form(TokenForm, await values_of(request)).link)
    except BadForm as error:
        return show(request, PlaceLinkPage(form=Filled({}, error.errors)), status=422)
    place = None if token is None else await services.places.by_token(token)
    if token is None or place is None:
        return show(request, PlaceLinkPage(form=Filled({}, {"link": UNKNOWN})), status=422)
    return place_opened(request, place, token)


def place_opened(request: web.Request, place: Place, token: str) -> web.Response:
    """To the place, which this browser has now."""
    response = see_other(f"/p/{place.id}")
    services_of(request).cookies.set_place(response, place.group, token)
    return response


async def show_place(request: web.Request) -> web.Response:
    holder = await _need_place(request)
    page = await _page(request, holder, said=SAID.get(request.query.get("said", ""), ""))
    response = show(request, page)
    services_of(request).cookies.set_place(response, holder.group.id, holder.token)
    return response


async def answer(request: web.Request) -> web.Response:
    """Coming, or not this time."""
    holder = await _need_place(request)
    session = await _need_date(request, holder)
    said = (await values_of(request)).get("answer", "")
    is_coming = {words: value for value, words in ANSWERS.items()}.get(said)
    if is_coming is None:
        raise web.HTTPBadRequest
    await services_of(request).places.answer(holder.place, session.id, is_coming)
    return _back(holder, "answered")


async def go_in(request: web.Request) -> web.Response:
    """This browser becomes the holder's person in one session; the session page says whether the doors are open."""
    holder = await _need_place(request)
    session = await _need_date(request, holder)
    services = services_of(request)
    _, doors = await hours_and_doors(services, session)
    if doors.state in NOT_THERE:
        return _back(holder, "over")
    if holder.place.guidelines_version != holder.group.guidelines.version:
        return _back(holder, "guidelines")
    response = see_other(f"/s/{session.id}")
    known = await services.entry.who(session.id, services.cookies.person(request, session.id))
    if known is not None and (known.place == holder.place.id or known.role.may_facilitate):
        return response
    entered = await services.entry.by_place(session, holder.place)
    if entered is None:
        return _back(holder, "")
    if entered.new_credential is not None:
        services.cookies.set_person(response, session.id, entered.new_credential)
    return response


async def keep_wishes(request: web.Request) -> web.Response:
    holder = await _need_place(request)
    values = await values_of(request)
    try:
        form = read_wishes(values)
        email = form.email or None
        if email != holder.place.email and not await may_be_written_to(services_of(request), email):
            raise BadForm({"email": WRITTEN_OFTEN})
        await services_of(request).places.set_wishes(holder.place, form.wishes, email, form.zone)
    except BadForm as error:
        return show(request, await _page(request, holder, form=Filled(values, error.errors)), status=422)
    return _back(holder, "kept")


async def agree(request: web.Request) -> web.Response:
    """To the guidelines that the page showed; where others came meanwhile, those are shown next."""
    holder = await _need_place(request)
    values = await values_of(request)
    version = values.get("version", "")
    is_newest = version == str(holder.group.guidelines.version)
    if values.get("accepted") != "on" or not is_newest:
        sentence = "Read the guidelines, and agree to them if you can. The group rests on them."
        page = await _page(request, holder, form=Filled(values, {"accepted": sentence}))
        return show(request, page, status=422)
    await services_of(request).places.accept_guidelines(holder.place, int(version))
    return _back(holder, "agreed")


async def show_leave(request: web.Request) -> web.Response:
    holder = await _need_place(request)
    return show(request, LeavePage(group=holder.group, place=holder.place))


async def leave(request: web.Request) -> web.Response:
    """Everything about the place is erased, and this browser forgets it."""
    holder = await _need_place(request)
    services = services_of(request)
    await services.erasure.person(holder.place)
    response = see_other(f"/g/{holder.group.slug}")
    services.cookies.clear_place(response, holder.group.id)
    return response


async def _need_place(request: web.Request) -> Holder:
    """The place of the address, if this browser has its cookie; otherwise to where a link is opened."""
    services = services_of(request)
    place = await services.places.get(request.match_info["place"])
    token = None if place is None else services.cookies.place(request, place.group)
    proven = None if not token else await services.places.by_token(token)
    # Whoever has no cookie learns nothing, not even whether there is such a place.
    if place is None or token is None or proven is None or proven.id != place.id:
        raise web.HTTPSeeOther("/p?closed")
    group = await services.groups.get(place.group)
    if group is None:
        raise web.HTTPNotFound
    return Holder(proven, group, token)


async def _need_date(request: web.Request, holder: Holder) -> SessionRecord:
    """A date of the holder's own group, for somebody who has a place in it."""
    session = await services_of(request).sessions.get(SessionId(request.match_info["date"]))
    if session is None or session.group != holder.group.id or holder.place.state is not PlaceState.PLACE:
        raise web.HTTPNotFound
    return session


def _back(holder: Holder, said: str) -> web.Response:
    return see_other(f"/p/{holder.place.id}" + (f"?said={said}" if said else ""))


async def _page(request: web.Request, holder: Holder, form: Filled | None = None, said: str = "") -> PlacePage:
    services = services_of(request)
    place, group = holder.place, holder.group
    wishes = {name: "on" for name in ("day_before", "hour_before", "starting", "missed") if getattr(place.wishes, name)}
    newest = group.guidelines
    return PlacePage(
        group=group,
        place=place,
        leads=names_of(await services.groups.staff(group.id)),
        position=await services.places.position(place) if place.state is PlaceState.WAITLIST else 0,
        dates=await _dates(services, holder) if place.state is PlaceState.PLACE else (),
        newer=newest if place.guidelines_version != newest.version else None,
        url=services.places.url(place),
        zones=zone_choices(),
        has_mail=services.post.is_configured,
        feed=await services.calendar.url_for_place(place) if place.state is PlaceState.PLACE else "",
        form=form or Filled({"email": place.email or "", "zone": place.zone} | wishes),
        said=said,
    )


async def _dates(services: Services, holder: Holder) -> tuple[PlaceDate, ...]:
    sessions = await services.groups.next_dates(holder.group.id, DATES)
    zone = holder.place.zone
    answers = await services.store.places.answers_of(holder.place.id, [session.id for session in sessions])
    dates = []
    for session in sessions:
        hours, doors = await hours_and_doors(services, session)
        starts, origin = when(hours.start_at, zone), when(hours.start_at, session.zone)
        said = answers.get(session.id)
        dates.append(
            PlaceDate(
                session=session.id,
                starts=starts,
                ends=when(hours.end_at, zone),
                origin=None if (origin.clock, origin.day) == (starts.clock, starts.day) else origin,
                doors=doors,
                answer="" if said is None else ANSWERS[said],
                google=services.calendar.google_url(session),
            )
        )
    return tuple(dates)
