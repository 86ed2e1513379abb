"""Templates: texts and whole groups that hosts keep to begin the next one with."""

from aiohttp import web

from server.pages.answer import see_other, services_of, show, values_of
from server.pages.host_schedule import groups_to_schedule
from server.program.templates import BadTemplate, group_input
from server.routes.guard import account_of
from server.store.templates import Template, TemplateKind
from web.forms import Filled
from web.host_pages import TemplatePage, TemplateRow, TemplatesPage

KINDS = {
    TemplateKind.GUIDELINES: "Guidelines",
    TemplateKind.WAITING_MESSAGE: "Message for the waiting room",
    TemplateKind.GROUP: "Group",
}
BEGINNING = 80


async def show_templates(request: web.Request) -> web.Response:
    return show(request, await _page(request, Filled()))


async def keep(request: web.Request) -> web.Response:
    services, values = services_of(request), await values_of(request)
    name, kind = values.get("name", ""), values.get("kind", "")
    try:
        if kind not in set(TemplateKind):
            raise BadTemplate({"kind": "Choose what it is."})
        if kind == TemplateKind.GROUP:
            allowed = await groups_to_schedule(services, account_of(request))
            group = await services.groups.get(values.get("group", ""))
            if group is None or group.id not in allowed:
                raise BadTemplate({"group": "Choose one of your groups."})
            await services.templates.keep_group(group, name)
        else:
            body = values.get("body", "").replace("\r\n", "\n")
            await services.templates.keep(TemplateKind(kind), name, body)
    except BadTemplate as error:
        return show(request, await _page(request, Filled(values, error.errors)), status=422)
    return see_other("/host/templates")


async def show_template(request: web.Request) -> web.Response:
    template = await _need(request)
    return show(request, _one(template, Filled({"name": template.name, "body": _text(template)})))


async def change(request: web.Request) -> web.Response:
    template, values = await _need(request), await values_of(request)
    body = values.get("body", "").replace("\r\n", "\n")
    try:
        await services_of(request).templates.change(template, values.get("name", ""), body)
    except BadTemplate as error:
        return show(request, _one(template, Filled(values, error.errors)), status=422)
    return see_other("/host/templates")


async def delete(request: web.Request) -> web.Response:
    await services_of(request).templates.delete((await _need(request)).id)
    return see_other("/host/templates")


async def _need(request: web.Request) -> Template:
    template = await services_of(request).templates.get(request.match_info["template"])
    if template is None:
        raise web.HTTPNotFound
    return template


async def _page(request: web.Request, form: Filled) -> TemplatesPage:
    services = services_of(request)
    rows = tuple(
        TemplateRow(one.id, KINDS[one.kind], one.name, _text(one)[:BEGINNING]) for one in await services.templates.all()
    )
    groups = await groups_to_schedule(services, account_of(request))
    return TemplatesPage(rows=rows, groups=groups, form=form)


def _one(template: Template, form: Filled) -> TemplatePage:
    return TemplatePage(id=template.id, kind=KINDS[template.kind], form=form, facts=_facts(template))


def _text(template: Template) -> str:
    return "" if template.kind is TemplateKind.GROUP else template.body


def _facts(template: Template) -> tuple[tuple[str, str], ...]:
    if template.kind is not TemplateKind.GROUP:
        return ()
    kept = group_input(template)
    facts = (
        ("Who it is for", kept.audience),
        ("What happens", kept.about),
        ("Most people", str(kept.capacity)),
        ("Message in the waiting room", kept.waiting_message),
        ("Guidelines", kept.guidelines),
        ("Resources", kept.resources),
    )
    return tuple((name, value) for name, value in facts if value)
