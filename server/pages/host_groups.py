"""A group for those who host it: made, looked at, edited, put away."""

from collections.abc import Mapping

from aiohttp import web

from rooms.program.authority import Position
from rooms.program.group import Group
from rooms.program.ids import AccountId
from rooms.program.places import PlaceState
from server.pages.answer import see_other, services_of, show, values_of
from server.pages.rows import series_path
from server.program.groups import BadGroup, StaleGroup
from server.program.templates import input_of as input_of_group
from server.routes.guard import account_of, group_of
from web.forms import BadForm, Filled
from web.group_form import DEFAULTS, LABELS, input_of, our_errors, read_group_form
from web.group_form import values_of as values_of_input
from web.host_group_pages import ArchivePage, GroupFormPage, HostGroupPage
from web.repeats import in_words
from web.times import zone_choices

CHANGED = (
    "Somebody else changed this group while you were writing. Nothing of yours is lost: it is below. Save again to "
    "keep it as you wrote it."
)


async def show_new(request: web.Request) -> web.Response:
    zone = account_of(request).zone
    return show(request, _form_page(None, Filled({**DEFAULTS, "zone": zone, "language": "en"}), guess=True))


async def create(request: web.Request) -> web.Response:
    services, account = services_of(request), account_of(request)
    values = await values_of(request)
    try:
        group = await services.groups.create(AccountId(account.id), input_of(read_group_form(values)))
    except BadForm as error:
        return show(request, _form_page(None, Filled(values, error.errors)), status=422)
    except BadGroup as error:
        return show(request, _form_page(None, Filled(values, our_errors(error.errors))), status=422)
    await services.audit.note(account.id, "group-created", group.id, group.id)
    return see_other(f"/host/groups/{group.id}?new")


async def show_group(request: web.Request) -> web.Response:
    services, account = services_of(request), account_of(request)
    group = await need_own_group(request)
    staff = await services.groups.staff(group.id)
    is_host = any(one.account == account.id and one.position is Position.HOST for one in staff)
    series = await services.series.of_group(group.id)
    page = HostGroupPage(
        group=group,
        staff=tuple(staff),
        counts=await services.places.counts(group.id),
        series=tuple(
            (
                series_path(group.id, each.id),
                f"{each.title or group.name}: {in_words(each.rule, each.first_local.date())}",
            )
            for each in series
        ),
        url=f"{services.config.public_url}/g/{group.slug}",
        may_edit=is_host or account.role.value == "admin",
        is_new="new" in request.query,
    )
    return show(request, page)


async def show_edit(request: web.Request) -> web.Response:
    group = await need_own_group(request)
    return show(request, _form_page(group, Filled(values_of_input(input_of_group(group), group.version))))


async def edit(request: web.Request) -> web.Response:
    """As the form says; where somebody else was quicker, the form comes back with what is different now."""
    services, account = services_of(request), account_of(request)
    group = await need_own_group(request)
    values = await values_of(request)
    try:
        form = read_group_form(values)
        await services.groups.edit(group, input_of(form, group.intake), form.version)
    except BadForm as error:
        return show(request, _form_page(group, Filled(values, error.errors)), status=422)
    except BadGroup as error:
        errors = our_errors(error.errors)
        page = _form_page(group, Filled(values, errors), holders=await _holders(request, group, errors))
        return show(request, page, status=422)
    except StaleGroup:
        return show(request, _stale(await need_own_group(request), values), status=409)
    await services.audit.note(account.id, "group-changed", group.id, group.id)
    return see_other(f"/host/groups/{group.id}")


async def archive(request: web.Request) -> web.Response:
    """Its series end, its planned dates are canceled, and it is out of every list. Its people are told of the dates."""
    services, account = services_of(request), account_of(request)
    group = await need_own_group(request)
    for series in await services.series.of_group(group.id):
        await services.series.end(series.id)
    await services.groups.archive(group.id)
    await services.audit.note(account.id, "group-archived", group.id, group.id)
    return see_other("/host")


async def show_archive(request: web.Request) -> web.Response:
    return show(request, ArchivePage(group=await need_own_group(request)))


async def need_own_group(request: web.Request) -> Group:
    """The group of the address; whether the account may, the guard has asked. Raises 404."""
    group = await services_of(request).groups.get(group_of(request))
    if group is None:
        raise web.HTTPNotFound
    return group


def _form_page(group: Group | None, form: Filled, guess: bool = False, holders: tuple[str, ...] = ()) -> GroupFormPage:
    return GroupFormPage(group=group, form=form, zones=zone_choices(), guess_zone=guess, holders=holders)


def _stale(group: Group, values: Mapping[str, str]) -> GroupFormPage:
    now = values_of_input(input_of_group(group), group.version)
    written = {name: value.replace("\r\n", "\n").strip() for name, value in values.items()}
    changed = tuple(label for name, label in LABELS.items() if now.get(name, "") != written.get(name, ""))
    form = Filled({**values, "version": str(group.version)}, {}, CHANGED)
    return GroupFormPage(group=group, form=form, zones=zone_choices(), changed=changed)


async def _holders(request: web.Request, group: Group, errors: Mapping[str, str]) -> tuple[str, ...]:
    if "capacity" not in errors:
        return ()
    places = await services_of(request).places.of_group(group.id)
    return tuple(place.alias for place in places if place.state is PlaceState.PLACE)
