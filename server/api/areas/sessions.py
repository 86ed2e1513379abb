"""Sessions: listed, looked at, canceled; and the personal links to them."""

from typing import Annotated

from pydantic import Field, StringConstraints

from rooms.ids import Instant, SessionId
from rooms.program.authority import Action, OrgRole
from rooms.roles import Role
from server.api.moments import GivenMoment, Moment, instant_of
from server.api.operation import Call, Operation, Reply, Wire
from server.api.paging import Paged, cursor_of, number_of, parts_of
from server.api.problems import Code, Problem
from server.api.scopes import Scope
from server.api.words import Id, Line
from server.links import NewLink
from server.program.series import StaleSeries
from server.sessions import OutOfReach
from server.store.records import LinkRecord, SessionRecord

TAG = "sessions"
ELSEWHERE = "Another server runs this room at the moment."


class SessionModel(Wire):
    """`phase` is that of the room: scheduled, doors-open, awaiting-facilitator, ready, live, paused, held, closing,
    ended or canceled."""

    id: Id
    group: Id | None
    series: Id | None
    date: str | None
    title: str
    zone: str
    doors_at: Moment
    starts_at: Moment
    ends_at: Moment
    phase: str
    url: str


class SessionPage(Wire):
    items: tuple[SessionModel, ...]
    next: str | None


class SessionsQuery(Paged):
    """`since` and `until` bound the start."""

    group: Id | None = None
    since: GivenMoment | None = None
    until: GivenMoment | None = None


class LinkModel(Wire):
    id: Id
    role: Role
    label: str
    expires_at: Moment
    revoked_at: Moment | None


class LinkList(Wire):
    items: tuple[LinkModel, ...]


class LinkBody(Wire):
    role: Role = Role.PARTICIPANT
    label: Annotated[
        Line, StringConstraints(strip_whitespace=True, max_length=80), Field(description="Only the host sees it.")
    ] = ""


class NewLinkModel(LinkModel):
    """`url` is shown this once."""

    url: str


async def session_named(call: Call) -> SessionRecord:
    """The session of the path. Raises `Problem(NOT_FOUND)`."""
    session = await call.services.sessions.get(SessionId(call.path["session"]))
    if session is None:
        raise Problem(Code.NOT_FOUND)
    return session


async def _model(call: Call, session: SessionRecord) -> SessionModel:
    glimpse = await call.services.sessions.glimpse(session)
    return SessionModel(
        id=session.id,
        group=session.group,
        series=session.series,
        date=session.original_local,
        title=session.title,
        zone=session.zone,
        doors_at=glimpse.doors_at,
        starts_at=glimpse.start_at,
        ends_at=glimpse.end_at,
        phase=glimpse.phase,
        url=call.services.links.shared_url(session.id),
    )


async def list_sessions(call: Call) -> Reply:
    """By start. Of every group that the key's account may see, or of one of them."""
    query = call.asked(SessionsQuery)
    account = await call.services.accounts.get(call.key.account)
    if account is None:
        raise Problem(Code.UNAUTHORIZED)
    seen: set[str] | None = None
    if account.role is not OrgRole.ADMIN or query.group is not None:
        seen = {group.id for group in await call.services.groups.of_account(account)}
        if query.group is not None:
            seen &= {query.group}
    after: tuple[int, str] | None = None
    if query.after is not None:
        at, last = parts_of(query.after, 2)
        after = (number_of(at), last)
    found = await call.services.store.session_pages.page(
        seen, _bound(query.since), _bound(query.until), after, query.limit + 1
    )
    page = found[: query.limit]
    more = cursor_of(page[-1].settings.schedule.start_at, page[-1].id) if len(found) > query.limit else None
    return Reply(SessionPage(items=tuple([await _model(call, one) for one in page]), next=more))


def _bound(moment: GivenMoment | None) -> Instant | None:
    return None if moment is None else instant_of(moment)


async def show_session(call: Call) -> Reply:
    return Reply(await _model(call, await session_named(call)))


async def cancel_session(call: Call) -> Reply:
    """Before it is live it is canceled, and who expects it is told; a running one ends for everybody."""
    session = await session_named(call)
    try:
        await call.services.calling_off.session(session)
    except StaleSeries:
        raise Problem(Code.CONFLICT) from None
    except OutOfReach:
        raise Problem(Code.NOT_NOW, ELSEWHERE, headers={"Retry-After": "5"}) from None
    return Reply(await _model(call, session))


def _link(link: LinkRecord) -> LinkModel:
    return LinkModel(
        id=link.id, role=link.role, label=link.label, expires_at=link.expires_at, revoked_at=link.revoked_at
    )


def _new_link(made: NewLink) -> NewLinkModel:
    link = made.record
    return NewLinkModel(
        id=link.id, role=link.role, label=link.label, expires_at=link.expires_at, revoked_at=None, url=made.url
    )


async def list_links(call: Call) -> Reply:
    session = await session_named(call)
    return Reply(LinkList(items=tuple(map(_link, await call.services.links.of_session(session.id)))))


async def make_link(call: Call) -> Reply:
    session, wanted = await session_named(call), call.sent(LinkBody)
    made = await call.services.links.make(session, wanted.role, wanted.label)
    return Reply(_new_link(made), location=f"/api/v1/sessions/{session.id}/links/{made.record.id}")


async def revoke_link(call: Call) -> Reply:
    """It stops working at once, and whoever is inside by it is turned out."""
    session = await session_named(call)
    link = await call.services.links.revoke(session.id, call.path["link"])
    if link is None:
        raise Problem(Code.NOT_FOUND)
    if link.person is not None:
        try:
            await call.services.sessions.turn_out(session.id, link.person)
        except OutOfReach:
            raise Problem(Code.NOT_NOW, f"The link is revoked. {ELSEWHERE}", headers={"Retry-After": "5"}) from None
    return Reply(_link(link))


READ, WRITE = Scope.SESSIONS_READ, Scope.SESSIONS_WRITE
OPERATIONS = (
    Operation("GET", "/sessions", "list-sessions", "Sessions by start", TAG, READ, Action.VIEW_OWN, list_sessions,
              query=SessionsQuery, answer=SessionPage),
    Operation("GET", "/sessions/{session}", "show-session", "One session", TAG, READ, Action.VIEW_GROUP, show_session,
              answer=SessionModel),
    Operation("POST", "/sessions/{session}:cancel", "cancel-session", "Cancel a session, or end it for everybody", TAG,
              WRITE, Action.SCHEDULE, cancel_session, answer=SessionModel, refusals=frozenset({Code.CONFLICT})),
    Operation("GET", "/sessions/{session}/links", "list-links", "Personal links", "links", Scope.LINKS_READ,
              Action.MANAGE_LINKS, list_links, answer=LinkList),
    Operation("POST", "/sessions/{session}/links", "make-link", "Make a personal link", "links", Scope.LINKS_WRITE,
              Action.MANAGE_LINKS, make_link, body=LinkBody, answer=NewLinkModel, status=201, is_secret=True),
    Operation("POST", "/sessions/{session}/links/{link}:revoke", "revoke-link", "Revoke a personal link", "links",
              Scope.LINKS_WRITE, Action.MANAGE_LINKS, revoke_link, answer=LinkModel),
)  # fmt: skip
