"""The first page of admins, the audit log, and the report of `doctor`."""

import asyncio

from aiohttp import web

from rooms.ids import Instant
from rooms.program.authority import OrgRole
from server.pages.answer import services_of, show
from server.people.audit import PAGE
from server.routes.guard import account_of
from server.store.records import Act
from server.tokens import is_id
from web.people_pages import ActRow, AdminPage, AuditPage, DoctorPage, FindingRow
from web.times import when

_one_at_a_time = asyncio.Lock()


async def show_overview(request: web.Request) -> web.Response:
    services = services_of(request)
    organisation = await services.organisation.get()
    people = [one for one in await services.accounts.all() if one.disabled_at is None]
    steps: list[tuple[str, str]] = []
    if organisation is None:
        steps.append(("Name your organisation", "/start"))
    elif not organisation.crisis.lines:
        steps.append(("Add whom people can call in a crisis", "/admin/crisis"))
    if all(one.role is OrgRole.ADMIN and one.id == account_of(request).id for one in people):
        steps.append(("Invite a facilitator", "/admin/people"))
    name = services.organisation.known.name
    return show(request, AdminPage(organisation=name, people=len(people), steps=tuple(steps)))


async def show_audit(request: web.Request) -> web.Response:
    services = services_of(request)
    about = request.query.get("about", "")
    if about and not is_id(about):
        raise web.HTTPNotFound
    acts = await services.audit.newest(_before(request.query.get("before", "")), about or None)
    zone = account_of(request).zone
    # As many rows as a page has: there may be more, all of them after the last of these.
    older = ""
    if len(acts) == PAGE:
        older = f"/admin/audit?before={acts[-1].at}.{acts[-1].id}" + (f"&about={about}" if about else "")
    return show(request, AuditPage(acts=tuple(_row(act, zone) for act in acts), about=about, older=older))


def _before(text: str) -> tuple[Instant, str] | None:
    """`<instant>.<id>`; raises 404 for what no page of ours links to."""
    if not text:
        return None
    at, _, act = text.partition(".")
    if not (at.isascii() and at.isdecimal() and len(at) < 16 and is_id(act)):
        raise web.HTTPNotFound
    return Instant(int(at)), act


def _row(act: Act, zone: str) -> ActRow:
    words = act.act.replace("-", " ")
    return ActRow(when(act.at, zone), words, act.actor or "", act.subject or "", act.place or "")


async def show_doctor(request: web.Request) -> web.Response:
    return show(request, DoctorPage())


async def run_doctor(request: web.Request) -> web.Response:
    """In a thread with a loop of its own: it measures, and nobody in a room shall wait for it."""
    from server.doctor import examine  # it compares tables, for which it loads what nothing else needs

    config = services_of(request).config
    async with _one_at_a_time:
        findings = await asyncio.to_thread(lambda: asyncio.run(examine(config)))
    rows = tuple(FindingRow(one.name, one.is_fine, one.advice) for one in findings)
    return show(request, DoctorPage(findings=rows))
