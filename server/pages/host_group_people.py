"""Who leads a group, in which order, and what is asked of people who want a place."""

from dataclasses import replace

from aiohttp import web

from rooms.program.authority import Position
from rooms.program.group import MOST_QUESTIONS, Group, StaffMember
from rooms.program.ids import AccountId
from server.pages.answer import see_other, services_of, show, values_of
from server.pages.host_groups import CHANGED, need_own_group
from server.program.groups import BadGroup, StaleGroup
from server.program.templates import input_of
from server.routes.guard import account_of
from web.forms import Filled
from web.group_form import SPARE_ROWS, intake_values, read_intake
from web.host_group_pages import IntakePage, StaffPage


async def show_staff(request: web.Request) -> web.Response:
    return show(request, await _staff_page(request, Filled()))


async def change_staff(request: web.Request) -> web.Response:
    """One step: somebody added, taken out, or moved up or down among those of their position."""
    services, group = services_of(request), await need_own_group(request)
    values = await values_of(request)
    staff = await services.groups.staff(group.id)
    try:
        account, position = values.get("account", ""), Position(values.get("position", ""))
    except ValueError:
        return show(request, await _staff_page(request, Filled(values, {"account": "Choose a person."})), status=422)
    members = _changed(staff, values.get("step", ""), AccountId(account), position)
    known = {one.id for one in await services.accounts.all() if one.disabled_at is None}
    if members is None or not {member.account for member in members} <= known:
        return show(request, await _staff_page(request, Filled(values, {"account": "Choose a person."})), status=422)
    try:
        await services.groups.set_staff(group.id, members)
    except BadGroup as error:
        return show(request, await _staff_page(request, Filled(values, error.errors)), status=422)
    await services.audit.note(account_of(request).id, f"staff-{values['step']}", account, group.id)
    return see_other(f"/host/groups/{group.id}/staff")


async def show_intake(request: web.Request) -> web.Response:
    group = await need_own_group(request)
    values = intake_values(group.intake) | {"version": str(group.version)}
    return show(request, _intake_page(group, Filled(values), len(group.intake)))


async def change_intake(request: web.Request) -> web.Response:
    services, group = services_of(request), await need_own_group(request)
    values = await values_of(request)
    questions = read_intake(values)
    version = values.get("version", "")
    try:
        wanted = replace(input_of(group), intake=questions)
        await services.groups.edit(group, wanted, _version(version))
    except BadGroup as error:
        form = Filled(intake_values(questions) | {"version": version}, error.errors)
        return show(request, _intake_page(group, form, len(questions)), status=422)
    except StaleGroup:
        group = await need_own_group(request)
        form = Filled(intake_values(questions) | {"version": str(group.version)}, {}, CHANGED)
        return show(request, _intake_page(group, form, len(questions)), status=409)
    await services.audit.note(account_of(request).id, "intake-changed", group.id, group.id)
    return see_other(f"/host/groups/{group.id}")


def _version(text: str) -> int:
    """0, which no group has, for what is no version of ours."""
    return int(text) if len(text) < 10 and text.isascii() and text.isdigit() else 0


def _changed(
    staff: list[StaffMember], step: str, account: AccountId, position: Position
) -> tuple[StaffMember, ...] | None:
    """The staff after one step; None for a step that there is not."""
    mine = [one for one in staff if one.account == account and one.position is position]
    if step == "add":
        added = () if mine else (StaffMember(account, "", position, len(staff)),)
        return (*staff, *added)
    if not mine:
        return None
    if step == "remove":
        return tuple(one for one in staff if one is not mine[0])
    if step not in ("up", "down"):
        return None
    peers = [one for one in staff if one.position is position]
    at = peers.index(mine[0])
    to = min(max(at + (-1 if step == "up" else 1), 0), len(peers) - 1)
    peers.insert(to, peers.pop(at))
    return (*(one for one in staff if one.position is not position), *peers)


async def _staff_page(request: web.Request, form: Filled) -> StaffPage:
    services, group = services_of(request), await need_own_group(request)
    accounts = [one for one in await services.accounts.all() if one.disabled_at is None]
    return StaffPage(
        group=group,
        staff=tuple(await services.groups.staff(group.id)),
        others={one.id: one.name for one in accounts},
        form=form,
    )


def _intake_page(group: Group, form: Filled, count: int) -> IntakePage:
    return IntakePage(group=group, form=form, rows=min(count + SPARE_ROWS, MOST_QUESTIONS))
