"""A group's own page, for everybody who has its address, and asking for a place in it."""

from dataclasses import replace

from aiohttp import web

from rooms.program.group import Entry, Group, names_of
from rooms.program.places import Place, PlaceState
from server.calendar.book import group_feed_path
from server.errors import TooMany
from server.limits import WRITTEN_TO
from server.pages.answer import see_other, services_of, show, values_of
from server.program.places import BadPlace, NoPlaces
from server.services import Services
from server.store.records import SessionRecord
from web.forms import BadForm, Filled
from web.group_pages import AskPage, DateRow, GroupPage
from web.place_form import read_ask
from web.repeats import in_words
from web.times import when, zone_choices

DATES = 4
FIELDS = {"guidelines": "accepted"}  # where the server's words belong: its field names, ours


async def show_group(request: web.Request) -> web.Response:
    group = await need_group(request)
    services = services_of(request)
    dates = await services.groups.next_dates(group.id, DATES)
    place = await place_here(request, group)
    page = GroupPage(
        group=group,
        dates=tuple(map(date_row, dates)),
        repeats=await _repeats(services, group),
        calendar=group_feed_path(group),
        leads=names_of(await services.groups.staff(group.id)),
        is_full=await is_full(services, group),
        place=None if place is None else place.id,
    )
    return show(request, page)


async def _repeats(services: Services, group: Group) -> tuple[str, ...]:
    """How its series repeat, in words; single dates are told by their date alone."""
    series = await services.series.of_group(group.id)
    return tuple(in_words(each.rule, each.first_local.date()) for each in series if each.rule is not None)


async def show_ask(request: web.Request) -> web.Response:
    group = await need_group(request)
    if not takes_people(group):
        return see_other(f"/g/{group.slug}")
    if (place := await place_here(request, group)) is not None:
        return see_other(f"/p/{place.id}")
    form = Filled({"zone": group.zone, "day_before": "on", "hour_before": "on"})
    return show(request, await _ask_page(request, group, form))


async def ask(request: web.Request) -> web.Response:
    """A place, a rank on the waitlist, or a question to the host. This browser gets the cookie of the place."""
    group = await need_group(request)
    services = services_of(request)
    if (place := await place_here(request, group)) is not None:
        return see_other(f"/p/{place.id}")
    values = await values_of(request)
    try:
        wanted = read_ask(values, group)
        may_write = await may_be_written_to(services, wanted.email)
        place, token = await services.places.ask(group, wanted if may_write else replace(wanted, email=None))
    except BadForm as error:
        return show(request, await _ask_page(request, group, Filled(values, error.errors)), status=422)
    except BadPlace as error:
        errors = {_field(name): sentence for name, sentence in error.errors.items()}
        return show(request, await _ask_page(request, group, Filled(values, errors)), status=422)
    except NoPlaces:
        return see_other(f"/g/{group.slug}")
    response = see_other(f"/p/{place.id}" if may_write else f"/p/{place.id}?said=no-letters")
    services.cookies.set_place(response, group.id, token)
    return response


async def may_be_written_to(services: Services, email: str | None) -> bool:
    """Whether places may have this address: nobody proved that it is theirs, and letters go to it."""
    if email is None:
        return True
    try:
        await services.limits.spend(WRITTEN_TO, email)
    except TooMany:
        return False
    return True


async def need_group(request: web.Request) -> Group:
    """The group of the address, for anybody who has it. Raises 404."""
    group = await services_of(request).groups.by_slug(request.match_info["slug"])
    if group is None:
        raise web.HTTPNotFound
    return group


def takes_people(group: Group) -> bool:
    return not group.is_paused and group.entry is not Entry.CLOSED


async def place_here(request: web.Request, group: Group) -> Place | None:
    """The place that this browser holds in this group; a declined or ended one keeps nobody from asking again."""
    services = services_of(request)
    token = services.cookies.place(request, group.id)
    place = None if not token else await services.places.by_token(token)
    if place is None or place.group != group.id or place.state in (PlaceState.DECLINED, PlaceState.LEFT):
        return None
    return place


async def is_full(services: Services, group: Group) -> bool:
    return (await services.places.counts(group.id)).get(PlaceState.PLACE, 0) >= group.capacity


def date_row(session: SessionRecord) -> DateRow:
    schedule = session.settings.schedule
    return DateRow(when(schedule.start_at, session.zone), when(schedule.end_at, session.zone))


async def _ask_page(request: web.Request, group: Group, form: Filled) -> AskPage:
    services = services_of(request)
    return AskPage(
        group=group,
        is_full=await is_full(services, group),
        has_mail=services.post.is_configured,
        zones=zone_choices(),
        form=form,
    )


def _field(name: str) -> str:
    return f"answer-{name.removeprefix('answers.')}" if name.startswith("answers.") else FIELDS.get(name, name)
