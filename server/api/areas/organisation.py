"""The organisation, and the log of what was done."""

from typing import Annotated

from pydantic import Field, StringConstraints

from rooms.ids import Instant
from rooms.program.authority import Action
from rooms.program.organisation import (
    CRISIS_TEXT_LENGTH,
    LINE_LENGTH,
    LONGEST_DAYS,
    MOST_LINES,
    BadOrganisation,
    Branding,
    Crisis,
    Organisation,
    Retention,
    check_lines,
)
from server.api.moments import Moment
from server.api.operation import Call, Operation, Reply, Wire
from server.api.paging import Cursor, cursor_of, number_of, parts_of
from server.api.problems import Code, Problem
from server.api.scopes import Scope
from server.api.words import Id, Language, Line, Name, Text, Zone
from server.people.audit import PAGE

TAG = "organisation"
Part = Annotated[Line, StringConstraints(strip_whitespace=True, max_length=LINE_LENGTH)]
Days = Annotated[int, Field(ge=0, le=LONGEST_DAYS)]


class CrisisLineModel(Wire):
    """Somebody who answers. `country` as ISO 3166-1 alpha-2, "" for everywhere."""

    country: Annotated[str, StringConstraints(pattern=r"^([A-Za-z]{2})?$")] = ""
    name: Part
    number: Part
    note: Part = ""


class RetentionModel(Wire):
    """Days, after the end of what it is about."""

    sessions: Days
    places: Days
    mail: Days
    audit: Days


class OrganisationBody(Wire):
    name: Name
    zone: Zone
    language: Language
    has_directory: Annotated[bool, Field(description="Its public groups are listed for everybody.")]
    colour: Annotated[str, StringConstraints(pattern=r"^(#[0-9A-Fa-f]{6})?$")] = ""
    crisis_text: Annotated[Text, StringConstraints(max_length=CRISIS_TEXT_LENGTH)] = ""
    crisis_lines: Annotated[tuple[CrisisLineModel, ...], Field(max_length=MOST_LINES)] = ()
    retention: RetentionModel


class OrganisationModel(OrganisationBody):
    version: int


class ActModel(Wire):
    """`actor` did `act` to `subject`, in `place` (a group or a session); opaque ids."""

    at: Moment
    actor: str | None
    act: str
    subject: str | None
    place: str | None


class ActPage(Wire):
    items: tuple[ActModel, ...]
    next: str | None


class ActsQuery(Wire):
    """`about`: one account, group, session or person."""

    about: Id | None = None
    after: Annotated[Cursor | None, Field(description="The `next` of the page before.")] = None


async def _organisation(call: Call) -> Organisation:
    found = await call.services.organisation.get()
    if found is None:
        raise Problem(Code.NOT_FOUND)
    return found


def _model(one: Organisation) -> OrganisationModel:
    lines = tuple(
        CrisisLineModel(country=line.country, name=line.name, number=line.number, note=line.note)
        for line in one.crisis.lines
    )
    kept = one.retention
    return OrganisationModel(
        name=one.name,
        zone=one.zone,
        language=one.language,
        has_directory=one.has_directory,
        colour=one.branding.colour,
        crisis_text=one.crisis.text,
        crisis_lines=lines,
        retention=RetentionModel(sessions=kept.sessions, places=kept.places, mail=kept.mail, audit=kept.audit),
        version=one.version,
    )


async def show_organisation(call: Call) -> Reply:
    found = await _organisation(call)
    return Reply(_model(found), found.version)


async def replace_organisation(call: Call) -> Reply:
    current, body = await _organisation(call), call.sent(OrganisationBody)
    call.require_version(current.version)
    kept = body.retention
    try:
        lines = check_lines([(line.country, line.name, line.number, line.note) for line in body.crisis_lines])
        wanted = Organisation(
            name=body.name,
            zone=body.zone,
            language=body.language,
            has_directory=body.has_directory,
            branding=Branding(body.colour),
            crisis=Crisis(body.crisis_text, lines),
            retention=Retention(kept.sessions, kept.places, kept.mail, kept.audit),
            logo_type=current.logo_type,
            version=current.version,
        )
        changed = await call.services.organisation.change(wanted, call.key.account, "organisation-changed")
    except BadOrganisation as error:
        if "problem" in error.errors:
            raise Problem(Code.STALE) from None
        raise Problem(Code.NOT_VALID, errors=error.errors) from None
    return Reply(_model(changed), changed.version)


async def list_acts(call: Call) -> Reply:
    """Newest first."""
    query = call.asked(ActsQuery)
    before: tuple[Instant, str] | None = None
    if query.after is not None:
        at, last = parts_of(query.after, 2)
        before = (Instant(number_of(at)), last)
    acts = await call.services.audit.newest(before, query.about)
    more = cursor_of(acts[-1].at, acts[-1].id) if len(acts) == PAGE else None
    items = (ActModel(at=act.at, actor=act.actor, act=act.act, subject=act.subject, place=act.place) for act in acts)
    return Reply(ActPage(items=tuple(items), next=more))


OPERATIONS = (
    Operation("GET", "/organisation", "show-organisation", "The organisation", TAG, Scope.ORGANISATION_READ,
              Action.MANAGE_ORGANISATION, show_organisation, answer=OrganisationModel, is_versioned=True,
              refusals=frozenset({Code.NOT_FOUND})),
    Operation("PUT", "/organisation", "replace-organisation", "Change the organisation", TAG, Scope.ORGANISATION_WRITE,
              Action.MANAGE_ORGANISATION, replace_organisation, body=OrganisationBody, answer=OrganisationModel,
              is_versioned=True, needs_version=True, refusals=frozenset({Code.NOT_FOUND})),
    Operation("GET", "/audit", "list-acts", "Who did what", TAG, Scope.ORGANISATION_READ, Action.VIEW_AUDIT, list_acts,
              query=ActsQuery, answer=ActPage),
)  # fmt: skip
