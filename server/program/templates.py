"""Templates as hosts know them: kept, used, changed, deleted."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from pydantic import TypeAdapter

from rooms.program.group import TEXT_LIMITS, Group, GroupInput
from server.ports import Clock
from server.store.store import Store
from server.store.templates import Template, TemplateKind
from server.tokens import is_id, new_id

NAME_LENGTH = 80
BODY_LENGTH: Mapping[TemplateKind, int] = {
    TemplateKind.GUIDELINES: TEXT_LIMITS["guidelines"],
    TemplateKind.WAITING_MESSAGE: TEXT_LIMITS["waiting_message"],
}
_INPUT: TypeAdapter[GroupInput] = TypeAdapter(GroupInput)


class BadTemplate(ValueError):
    """`errors` maps "name" or "body" to one sentence."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(sorted(errors)))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class TemplateBook:
    store: Store
    clock: Clock

    async def all(self) -> list[Template]:
        """By kind and name; all hosts of the organisation share them."""
        return await self.store.templates.all()

    async def get(self, template: str) -> Template | None:
        return await self.store.templates.get(template) if is_id(template) else None

    async def keep(self, kind: TemplateKind, name: str, body: str) -> Template:
        """A text of its own. Raises `BadTemplate` with every problem at once."""
        _check(kind, name, body)
        template = Template(new_id("t"), kind, name.strip(), body.strip())
        await self.store.templates.add(template, self.clock.now())
        return template

    async def keep_group(self, group: Group, name: str) -> Template:
        """A whole group as it is now: its texts and settings, nobody's place and no date. Raises `BadTemplate`."""
        _check_name(name)
        body = _INPUT.dump_json(replace(input_of(group), is_public=False)).decode()
        template = Template(new_id("t"), TemplateKind.GROUP, name.strip(), body)
        await self.store.templates.add(template, self.clock.now())
        return template

    async def change(self, template: Template, name: str, body: str | None) -> Template:
        """Another name and, of a text, another body. Raises `BadTemplate` with every problem at once."""
        if template.kind is TemplateKind.GROUP or body is None:
            _check_name(name)
            changed = replace(template, name=name.strip())
        else:
            _check(template.kind, name, body)
            changed = replace(template, name=name.strip(), body=body.strip())
        await self.store.templates.save(changed)
        return changed

    async def delete(self, template: str) -> None:
        """Groups that were made with it keep what they have. Twice is the same as once."""
        await self.store.templates.delete(template)


def group_input(template: Template) -> GroupInput:
    """What a new group begins with. Raises `ValueError` where the template is not one of a group."""
    if template.kind is not TemplateKind.GROUP:
        raise ValueError("a text, not a group")
    return _INPUT.validate_json(template.body)


def input_of(group: Group) -> GroupInput:
    """What would make this group again."""
    same = {field.name: getattr(group, field.name) for field in fields(GroupInput) if field.name != "guidelines"}
    return GroupInput(**same, guidelines=group.guidelines.text)


def _check(kind: TemplateKind, name: str, body: str) -> None:
    errors = _faults_of_name(name)
    if not body.strip():
        errors["body"] = "Write the text."
    elif len(body) > BODY_LENGTH[kind]:
        errors["body"] = f"Keep this to {BODY_LENGTH[kind]} characters."
    if errors:
        raise BadTemplate(errors)


def _check_name(name: str) -> None:
    if errors := _faults_of_name(name):
        raise BadTemplate(errors)


def _faults_of_name(name: str) -> dict[str, str]:
    if not name.strip():
        return {"name": "Give the template a name."}
    return {"name": f"Keep this to {NAME_LENGTH} characters."} if len(name.strip()) > NAME_LENGTH else {}
