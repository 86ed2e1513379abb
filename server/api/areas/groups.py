"""Groups: what they are for, who leads them, making, changing and putting them away."""

from typing import Annotated

from pydantic import Field, StringConstraints

from rooms.live.settings import ChatPolicy
from rooms.program.authority import Action, Position
from rooms.program.group import (
    CHOICE_LENGTH,
    LARGEST,
    MOST_CHOICES,
    MOST_QUESTIONS,
    QUESTION_LENGTH,
    TEXT_LIMITS,
    Camera,
    Entry,
    Group,
    GroupInput,
    Kind,
    Question,
    QuestionKind,
    StaffMember,
    Topic,
)
from rooms.program.ids import AccountId, GroupId
from server.api.areas.timers import TimersModel
from server.api.moments import Moment
from server.api.operation import Call, Operation, Reply, Wire
from server.api.paging import Paged, cursor_of, parts_of
from server.api.problems import Code, Problem
from server.api.scopes import Scope
from server.api.words import Id, Language, Line, Name, Text, Zone
from server.program.groups import BadGroup, StaleGroup

TAG = "groups"


def _text(name: str) -> StringConstraints:
    return StringConstraints(max_length=TEXT_LIMITS[name])


class QuestionModel(Wire):
    """One question of the intake form. `choices` for the kind "choice" only."""

    text: Annotated[Line, StringConstraints(min_length=1, max_length=QUESTION_LENGTH)]
    kind: QuestionKind = QuestionKind.TEXT
    choices: Annotated[
        tuple[Annotated[Line, StringConstraints(min_length=1, max_length=CHOICE_LENGTH)], ...],
        Field(max_length=MOST_CHOICES),
    ] = ()
    is_required: bool = True


class GroupBody(Wire):
    """A whole group, to make or to replace it."""

    name: Name
    discreet_name: Annotated[Line, _text("discreet_name")] = ""
    topic: Topic = Topic.OTHER
    audience: Annotated[Text, _text("audience")] = ""
    about: Annotated[Text, _text("about")] = ""
    language: Language = "en"
    kind: Kind = Kind.PEER_LED
    entry: Entry = Entry.OPEN
    camera: Camera = Camera.OPTIONAL
    chat_policy: ChatPolicy = ChatPolicy.FACILITATORS
    cost: Annotated[Text, _text("cost"), Field(description="Empty: free.")] = ""
    accessibility: Annotated[Text, _text("accessibility")] = ""
    resources: Annotated[Text, _text("resources")] = ""
    waiting_message: Annotated[Text, _text("waiting_message")] = ""
    guidelines: Annotated[Text, _text("guidelines"), Field(description="Another text becomes a new version.")] = ""
    intake: Annotated[tuple[QuestionModel, ...], Field(max_length=MOST_QUESTIONS)] = ()
    timers: TimersModel = TimersModel()
    zone: Zone = "UTC"
    capacity: Annotated[int, Field(ge=1, le=LARGEST)] = 12
    is_public: bool = False
    is_neutral: bool = True
    is_paused: bool = False

    def as_input(self) -> GroupInput:
        plain = {name: getattr(self, name) for name in type(self).model_fields if name not in ("intake", "timers")}
        intake = tuple(Question(one.text, one.kind, one.choices, one.is_required) for one in self.intake)
        return GroupInput(intake=intake, timers=self.timers.as_timers(), **plain)


class GroupModel(GroupBody):
    """A group as it is."""

    id: Id
    slug: str
    guidelines_version: int
    version: int
    created_at: Moment


class GroupPage(Wire):
    items: tuple[GroupModel, ...]
    next: str | None


class StaffModel(Wire):
    """One account's position in a group; those of one position are ranked as they come."""

    account: Id
    position: Position


class StaffMemberModel(StaffModel):
    name: str


class StaffBody(Wire):
    members: Annotated[tuple[StaffModel, ...], Field(max_length=100)]


class StaffList(Wire):
    items: tuple[StaffMemberModel, ...]


def group_model(group: Group) -> GroupModel:
    same = set(GroupModel.model_fields) - {"guidelines", "guidelines_version", "intake", "timers"}
    return GroupModel(
        guidelines=group.guidelines.text,
        guidelines_version=group.guidelines.version,
        intake=tuple(
            QuestionModel(text=one.text, kind=one.kind, choices=one.choices, is_required=one.is_required)
            for one in group.intake
        ),
        timers=TimersModel.of(group.timers),
        **{name: getattr(group, name) for name in same},
    )


async def group_named(call: Call) -> Group:
    """The group of the path. Raises `Problem(NOT_FOUND)`."""
    group = await call.services.groups.get(call.path["group"])
    if group is None or group.archived_at is not None:
        raise Problem(Code.NOT_FOUND)
    return group


async def list_groups(call: Call) -> Reply:
    """Those that the key's account may see, by name."""
    paged = call.asked(Paged)
    account = await call.services.accounts.get(call.key.account)
    known = [] if account is None else await call.services.groups.of_account(account)
    found = sorted(known, key=lambda group: (group.name, group.id))
    if paged.after is not None:
        name, last = parts_of(paged.after, 2)
        found = [group for group in found if (group.name, group.id) > (name, last)]
    page, rest = found[: paged.limit], found[paged.limit :]
    more = cursor_of(page[-1].name, page[-1].id) if rest else None
    return Reply(GroupPage(items=tuple(map(group_model, page)), next=more))


async def make_group(call: Call) -> Reply:
    try:
        group = await call.services.groups.create(AccountId(call.key.account), call.sent(GroupBody).as_input())
    except BadGroup as error:
        raise Problem(Code.NOT_VALID, errors=error.errors) from None
    return Reply(group_model(group), group.version, f"/api/v1/groups/{group.id}")


async def show_group(call: Call) -> Reply:
    group = await group_named(call)
    return Reply(group_model(group), group.version)


async def replace_group(call: Call) -> Reply:
    group = await group_named(call)
    call.require_version(group.version)
    try:
        changed = await call.services.groups.edit(group, call.sent(GroupBody).as_input(), group.version)
    except BadGroup as error:
        raise Problem(Code.NOT_VALID, errors=error.errors) from None
    except StaleGroup:
        raise Problem(Code.STALE) from None
    return Reply(group_model(changed), changed.version)


async def archive_group(call: Call) -> Reply:
    group = await group_named(call)
    for series in await call.services.series.of_group(group.id):
        await call.services.series.end(series.id)  # or its rooms would open with nobody to find them
    await call.services.groups.archive(group.id)
    return Reply()


async def list_staff(call: Call) -> Reply:
    return Reply(await _staff(call, (await group_named(call)).id))


async def replace_staff(call: Call) -> Reply:
    group = await group_named(call)
    wanted = call.sent(StaffBody).members
    if len({(one.account, one.position) for one in wanted}) != len(wanted):
        raise Problem(Code.NOT_VALID, errors={"members": "Name each account once in each position."})
    known = {account.id for account in await call.services.accounts.all()}
    if unknown := [one.account for one in wanted if one.account not in known]:
        raise Problem(Code.NOT_VALID, errors={"members": f"There is no account {unknown[0]}."})
    members = [StaffMember(AccountId(one.account), "", one.position, rank) for rank, one in enumerate(wanted)]
    try:
        await call.services.groups.set_staff(group.id, members)
    except BadGroup as error:
        raise Problem(Code.NOT_VALID, errors=error.errors) from None
    return Reply(await _staff(call, group.id))


async def _staff(call: Call, group: GroupId) -> StaffList:
    members = await call.services.groups.staff(group)
    return StaffList(
        items=tuple(StaffMemberModel(account=one.account, position=one.position, name=one.name) for one in members)
    )


READ, WRITE = Scope.GROUPS_READ, Scope.GROUPS_WRITE
OPERATIONS = (
    Operation("GET", "/groups", "list-groups", "Groups that this key may see", TAG, READ, Action.VIEW_OWN, list_groups,
              query=Paged, answer=GroupPage),
    Operation("POST", "/groups", "make-group", "Make a group", TAG, WRITE, Action.CREATE_GROUP, make_group,
              body=GroupBody, answer=GroupModel, status=201, is_versioned=True),
    Operation("GET", "/groups/{group}", "show-group", "One group", TAG, READ, Action.VIEW_GROUP, show_group,
              answer=GroupModel, is_versioned=True),
    Operation("PUT", "/groups/{group}", "replace-group", "Change a group", TAG, WRITE, Action.EDIT_GROUP, replace_group,
              body=GroupBody, answer=GroupModel, is_versioned=True, needs_version=True),
    Operation("POST", "/groups/{group}:archive", "archive-group", "Put a group away", TAG, WRITE, Action.EDIT_GROUP,
              archive_group),
    Operation("GET", "/groups/{group}/staff", "list-staff", "Who hosts, leads and stands by", TAG, READ,
              Action.VIEW_GROUP, list_staff, answer=StaffList),
    Operation("PUT", "/groups/{group}/staff", "replace-staff", "Say who hosts, leads and stands by", TAG, WRITE,
              Action.EDIT_GROUP, replace_staff, body=StaffBody, answer=StaffList),
)  # fmt: skip
