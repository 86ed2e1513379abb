"""The form that schedules a series, and the next dates that would come of it."""

from dataclasses import replace

from aiohttp import web

from rooms.program.authority import Action, OrgRole, may
from rooms.program.group import GroupInput
from rooms.program.ids import AccountId, GroupId, SeriesId
from server.pages.answer import see_other, services_of, show, values_of
from server.pages.host_preview import preview_of
from server.pages.rows import series_path
from server.program.groups import BadGroup
from server.program.series import BadSeries, SeriesInput
from server.program.templates import group_input
from server.routes.guard import account_of, group_of
from server.services import Services
from server.store.records import Account
from server.store.templates import Template, TemplateKind
from web.forms import BadForm, Filled
from web.host_pages import PreviewList, SchedulePage
from web.repeats import choices
from web.repeats import values_of as repeat_values
from web.schedule_form import (
    DEFAULTS,
    DatesForm,
    ScheduleForm,
    clock_problem,
    our_errors,
    read_dates_form,
    read_schedule_form,
)
from web.times import zone_choices

NO_GROUP = GroupId("")


async def show_form(request: web.Request) -> web.Response:
    account, services = account_of(request), services_of(request)
    values = {"template": request.query.get("template", ""), "group": request.query.get("group", "")}
    return show(request, await _page(services, account, "", Filled(_defaults(account) | values)))


async def show_form_of_group(request: web.Request) -> web.Response:
    account, services, group = account_of(request), services_of(request), group_of(request)
    values = _defaults(account) | {"group": group}
    if (known := await services.groups.get(group)) is not None:
        values |= {"zone": known.zone} | _timer_values(known.timers.doors_min, known.timers.late_min)
    return show(request, await _page(services, account, group, Filled(values)))


async def show_copy(request: web.Request) -> web.Response:
    """The form, filled with what another series of the group has; only the date is left to choose."""
    account, services, group = account_of(request), services_of(request), group_of(request)
    series = await services.series.get(SeriesId(request.match_info["series"]))
    if series is None:
        raise web.HTTPNotFound
    values = _defaults(account) | repeat_values(series.rule)
    values |= {
        "group": group,
        "zone": series.zone,
        "time": f"{series.first_local:%H:%M}",
        "length": str(series.length_min),
        "title": series.title,
        "absent_page": str(series.timers.absent_page_min),
        "absent_cancel": str(series.timers.absent_cancel_min),
    }
    values |= _timer_values(series.timers.doors_min, series.timers.late_min)
    values.pop("until", None)
    if values.get("ends") == "until":
        values["ends"] = "never"
    return show(request, await _page(services, account, group, Filled(values)))


async def save(request: web.Request) -> web.Response:
    """Makes the series, and its group where it is new; or shows the next dates, where those were asked for."""
    account, services = account_of(request), services_of(request)
    values = await values_of(request)
    group = request.match_info.get("group", "")
    if group:
        values["group"] = group
    try:
        form = read_schedule_form(values)
        wanted = _series_input(form)
        if form.group:
            await _need_schedule(services, account, form.group)
        seen = await services.series.check(GroupId(form.group) or NO_GROUP, wanted)
        if "show" in values:
            page = await _page(services, account, group, Filled(values), preview_of(form, seen))
            return show(request, page)
        owner = form.group or (await services.groups.create(AccountId(account.id), await _group(services, form))).id
        series = await services.series.create(AccountId(account.id), GroupId(owner), wanted)
    except (BadForm, BadSeries, BadGroup) as error:
        page = await _page(services, account, group, Filled(values, our_errors(error.errors)))
        return show(request, page, status=422)
    return see_other(f"{series_path(owner, series.id)}?made")


async def dates(request: web.Request) -> web.Response:
    """The next dates of a form that is being filled in, as JSON; nothing is kept."""
    account, services = account_of(request), services_of(request)
    values = await values_of(request)
    answer: dict[str, object] = {"rule": "", "dates": [], "notes": [], "conflicts": [], "errors": {}, "repeats": {}}
    try:
        form = read_dates_form(values)
        answer["repeats"] = dict(choices(form.date))
        if problem := clock_problem(form):
            raise BadForm({"time": problem})
        group = values.get("group", "")
        is_theirs = bool(group) and await _may_schedule(services, account, group)
        seen = await services.series.check(GroupId(group) if is_theirs else NO_GROUP, _dates_input(form))
    except (BadForm, BadSeries) as error:
        return web.json_response(answer | {"errors": our_errors(error.errors)})
    shown = preview_of(form, seen)
    listed = [{"day": one.when.day, "clock": one.when.clock, "note": one.note} for one in shown.dates]
    more = {"rule": shown.rule, "dates": listed, "notes": shown.notes, "conflicts": shown.conflicts}
    return web.json_response(answer | more)


async def _page(
    services: Services, account: Account, group: str, form: Filled, preview: PreviewList | None = None
) -> SchedulePage:
    """`group`: the only one that the page is about, or ""."""
    groups = await groups_to_schedule(services, account)
    kept: dict[str, tuple[tuple[str, str], ...]] = {}
    for one in [] if group else await services.templates.all():
        kept[one.kind] = (*kept.get(one.kind, ()), (one.id, one.name))
    return SchedulePage(
        form=form,
        zones=zone_choices(),
        guess_zone=not group and account.zone == "UTC" and not form.errors and preview is None,
        action=f"/host/groups/{group}/series/new" if group else "/host/series/new",
        groups=groups,
        group=group,
        templates=kept,
        next_dates=preview,
    )


async def groups_to_schedule(services: Services, account: Account) -> dict[str, str]:
    """Ids and names of the groups that this account may schedule for."""
    seen = [one for one in await services.groups.of_account(account) if one.archived_at is None]
    return {one.id: one.name for one in seen if await _may_schedule(services, account, one.id)}


async def _need_schedule(services: Services, account: Account, group: str) -> None:
    if not await _may_schedule(services, account, group):
        raise BadForm({"group": "Choose one of your groups."})


async def _may_schedule(services: Services, account: Account, group: str) -> bool:
    if account.role is OrgRole.ADMIN:
        return await services.groups.get(group) is not None
    return may(account.role, await services.accounts.store.authority.positions(account.id, group), Action.SCHEDULE)


async def _group(services: Services, form: ScheduleForm) -> GroupInput:
    """The new group: as in the template, or as the form says."""
    if (whole := await _kept(services, form.template, TemplateKind.GROUP, "template")) is not None:
        return replace(group_input(whole), name=form.name, zone=form.zone)
    rules = await _kept(services, form.guidelines_from, TemplateKind.GUIDELINES, "guidelines_from")
    welcome = await _kept(services, form.waiting_from, TemplateKind.WAITING_MESSAGE, "waiting_from")
    return GroupInput(
        name=form.name,
        discreet_name=form.discreet_title,
        kind=form.kind,
        chat_policy=form.chat,
        resources=form.resources,
        waiting_message=form.waiting_message if welcome is None else welcome.body,
        guidelines=form.guidelines if rules is None else rules.body,
        timers=form.timers,
        zone=form.zone,
    )


async def _kept(services: Services, template: str, kind: TemplateKind, field: str) -> Template | None:
    """The template that was chosen in this field, None where none was. Raises `BadForm` where it is gone."""
    if not template:
        return None
    found = await services.templates.get(template)
    if found is None or found.kind is not kind:
        raise BadForm({field: "This template is gone. Choose another one."})
    return found


def _series_input(form: ScheduleForm) -> SeriesInput:
    if problem := clock_problem(form):
        raise BadForm({"time": problem})
    return _dates_input(form, form.title)


def _dates_input(form: DatesForm, title: str = "") -> SeriesInput:
    return SeriesInput(
        title=title,
        zone=form.zone,
        starts_on=form.date,
        starts_at=form.time,
        length_min=form.length,
        rule=form.rule,
        timers=form.timers,
    )


def _defaults(account: Account) -> dict[str, str]:
    return dict(DEFAULTS) | {"zone": account.zone}


def _timer_values(doors_min: int, late_min: int | None) -> dict[str, str]:
    return {"doors": str(doors_min), "late": "" if late_min is None else str(late_min)}
