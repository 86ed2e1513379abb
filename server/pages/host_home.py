"""The first page of people who host or lead: today first."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime

from aiohttp import web
from pydantic import TypeAdapter

from rooms.ids import Instant
from rooms.program.authority import OrgRole
from rooms.program.leading import ALERT_MS, Answer
from rooms.program.recurrence import Rule
from server.pages.answer import services_of, show
from server.pages.host_words import is_led, people, placed
from server.pages.rows import row_of, series_path
from server.program.dashboard import Board
from server.routes.guard import account_of
from server.services import Services
from server.store.dashboard import DateFact, GroupFact, SeriesFact
from server.store.records import Account, SessionEnd
from web.doors import DoorState
from web.host_pages import Alert, DateRow, GroupCard, GroupsPage, HostPage, SeriesLine
from web.repeats import in_words
from web.times import is_same_day, when
from web.trend import trend_of

TOLD: Mapping[str, str] = {
    Answer.ACCEPTED: "You lead it. Thank you.",
    Answer.DECLINED: "Thank you for saying so. Others are asked.",
    Answer.TAKEN: "Somebody else leads it by now. You need not do anything.",
    Answer.OVER: "This date is over or was canceled.",
    Answer.NOT_TRAINED: "Your training has ended by then, so you cannot lead it. Ask a host.",
    Answer.NOT_ASKED: "You are not among those who lead this group. Ask a host.",
}
_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


async def show_home(request: web.Request) -> web.Response:
    account, services = account_of(request), services_of(request)
    told = next((TOLD[word] for word in request.query if word in TOLD), "")
    return show(request, await home_page(services, account, told))


async def show_groups(request: web.Request) -> web.Response:
    account = account_of(request)
    seen = await services_of(request).groups.of_account(account)
    rows = tuple((one.id, one.name) for one in seen if one.archived_at is None)
    return show(request, GroupsPage(rows=rows, may_host=account.role is not OrgRole.FACILITATOR))


async def home_page(services: Services, account: Account, told: str = "") -> HostPage:
    """The dashboard of this account, now."""
    board = await services.dashboard.of(account)
    rows = await asyncio.gather(*(_row(services, board, account, fact) for fact in board.facts.dates))
    today: list[DateRow] = []
    coming: list[DateRow] = []
    for fact, row in zip(board.facts.dates, rows, strict=True):
        starts_today = is_same_day(fact.record.settings.schedule.start_at, board.now, fact.record.zone)
        if starts_today or row.doors.state in (DoorState.DOORS_OPEN, DoorState.IN_PROGRESS, DoorState.FULL):
            today.append(row)
        elif row.doors.state is DoorState.NOT_OPEN:
            coming.append(row)
    return HostPage(
        may_host=board.may_host,
        today=tuple(today),
        coming=tuple(coming),
        alerts=tuple(_alerts(board)),
        groups=tuple(map(_card, board.facts.groups)),
        has_more_dates=board.facts.has_more_dates,
        has_more_groups=board.facts.has_more_groups,
        told=told,
    )


async def _row(services: Services, board: Board, account: Account, fact: DateFact) -> DateRow:
    attended = fact.attended if board.hosts(fact.record.group) else None
    return await row_of(services, fact.record, account.id, fact.leads, attended)


def _alerts(board: Board) -> list[Alert]:
    """For hosts: dates that nobody leads a day before, training that is over, addresses that mail comes back from."""
    found = [
        Alert(
            f"{fact.record.title}, {starts.day} at {starts.clock} ({starts.place}): nobody has said yes to lead it.",
            f"/host/sessions/{fact.record.id}",
            "See to it",
        )
        for fact in board.facts.dates
        if board.hosts(fact.record.group) and _is_without_lead(fact, board.now)
        for starts in (when(fact.record.settings.schedule.start_at, fact.record.zone),)
    ]
    for one in board.facts.staff:
        if one.trained_until is not None:
            until = date.fromisoformat(one.trained_until)
            words = (
                f"The training of {one.name} ended on {until.day} {until:%B %Y}. They cannot lead until it is renewed."
            )
            found.append(Alert(words, "/host/groups", "See who leads"))
        if one.is_bounced:
            found.append(
                Alert(f"Mail to {one.name} comes back. Ask them for another address.", "/host/groups", "See who leads")
            )
    for group in board.facts.groups:
        if group.bounced:
            words = f"{group.name}: mail to {people(group.bounced)} with a place comes back."
            found.append(Alert(words, f"/host/groups/{group.id}/places", "See who"))
    return found


def _is_without_lead(fact: DateFact, now: Instant) -> bool:
    record = fact.record
    left = record.settings.schedule.start_at - now
    is_near = record.end is SessionEnd.OPEN and 0 < left <= ALERT_MS
    return is_near and not record.settings.is_peer_held and not is_led(fact.leads)


def _card(group: GroupFact) -> GroupCard:
    return GroupCard(
        id=group.id,
        name=group.name,
        places=placed(group.places),
        series=tuple(_line(group, one) for one in group.series),
        trend=trend_of([one.attended for one in group.attendance]),
    )


def _line(group: GroupFact, one: SeriesFact) -> SeriesLine:
    rule = None if one.rule is None else _RULE.validate_json(one.rule)
    return SeriesLine(
        href=series_path(group.id, one.id),
        title=one.title or group.name,
        rule=in_words(rule, datetime.fromisoformat(one.first_local).date()),
        next=None if one.next_at is None else when(one.next_at, one.zone),
    )
