"""One series as its host sees it: what was planned, how to share it, and its end."""

from aiohttp import web

from rooms.ids import Instant
from rooms.program.authority import Action, OrgRole, may
from rooms.program.dates import Date
from rooms.program.group import Group
from rooms.program.ids import GroupId, SeriesId
from rooms.program.series import Series
from server.pages.answer import see_other, services_of, show
from server.pages.host_telling import telling
from server.pages.host_words import leading
from server.pages.rows import series_path
from server.program.dashboard import TREND_MS
from server.routes.guard import account_of, group_of
from server.services import Services
from server.store.dashboard import DateFact
from server.store.records import Account, SessionEnd
from web.host_pages import PastDate, PlannedDate, SeriesPage, SurePage
from web.qr import qr_of
from web.repeats import in_words
from web.schedule_form import said_of
from web.times import in_words as duration
from web.times import place_of, when
from web.trend import trend_of

SHOWN = 8
MINUTE_MS = 60_000
TOLD = {
    "changed": "The date is changed, and whoever has to know is told.",
    "canceled": "It is canceled, and whoever has to know is told.",
    "ended": "The series has ended, and whoever has to know is told.",
}


async def need_series(request: web.Request) -> Series:
    """The series of the address; the guard has seen that it is of the group. Raises 404."""
    series = await services_of(request).series.get(SeriesId(request.match_info["series"]))
    if series is None:
        raise web.HTTPNotFound
    return series


async def need_group(request: web.Request) -> Group:
    """The group of the address. Raises 404."""
    group = await services_of(request).groups.get(group_of(request))
    if group is None:
        raise web.HTTPNotFound
    return group


async def show_series(request: web.Request) -> web.Response:
    account, services = account_of(request), services_of(request)
    series, group = await need_series(request), await need_group(request)
    done = next((sentence for word, sentence in TOLD.items() if word in request.query), "")
    page = await series_page(services, account, group, series, "made" in request.query, done)
    return show(request, page)


async def series_page(
    services: Services, account: Account, group: Group, series: Series, is_new: bool = False, told: str = ""
) -> SeriesPage:
    now = services.clock.now()
    facts = await services.store.dashboard.of_series(series.id, Instant(now - TREND_MS))
    known = {fact.record.original_local: fact for fact in facts}
    dates = await services.series.dates(series, SHOWN)
    next_one = next((fact for fact in facts if _is_next(fact, now)), None)
    url = "" if next_one is None else services.links.shared_url(next_one.record.id)
    past = [fact for fact in facts if fact.record.settings.schedule.end_at <= now or fact.attended is not None]
    return SeriesPage(
        group=group.id,
        group_name=group.name,
        here=series_path(group.id, series.id),
        title=series.title or group.name,
        discreet_title=group.discreet_name,
        rule=in_words(series.rule, series.first_local.date()),
        length=duration(series.length_min * MINUTE_MS),
        zone_note=f"The times are those of {place_of(series.zone)} all year round.",
        dates=tuple(_planned(group, series, date, known.get(date.original_local)) for date in dates),
        past=tuple(_past(fact) for fact in reversed(past)),
        trend=trend_of([fact.attended for fact in facts if fact.attended is not None]),
        participant_url=url,
        group_url=f"{services.config.public_url}/g/{group.slug}",
        code="" if next_one is None else await services.codes.of_session(next_one.record) or "",
        qr=qr_of(url) if url else None,
        series_url=await services.shared_links.url(series.id) or "",
        calendar_url=f"/series/{series.id}/calendar.ics",
        may_schedule=await may_in(services, account, group.id, Action.SCHEDULE),
        is_over=not dates,
        is_new=is_new,
        told=told,
    )


async def show_end(request: web.Request) -> web.Response:
    services = services_of(request)
    series, group = await need_series(request), await need_group(request)
    here = series_path(group.id, series.id)
    coming = [date for date in await services.series.dates(series, SHOWN) if not date.is_canceled]
    several = f"{len(coming)} or more dates" if len(coming) == SHOWN else _dates(len(coming))
    page = SurePage(
        title="End a series",
        question="End this series?",
        subject=f"{series.title or group.name}: {in_words(series.rule, series.first_local.date())}",
        facts=(
            f"Nothing more is planned, and {several} that have not begun are canceled.",
            "Their pages say so at once.",
            await telling(services, group),
            "A session that goes on now goes on.",
            "It cannot be taken back; you can schedule another series like it.",
        ),
        action=f"{here}/end",
        do="End the series",
        back=here,
        keep="Keep it",
    )
    return show(request, page)


async def end(request: web.Request) -> web.Response:
    series, group = await need_series(request), group_of(request)
    await services_of(request).series.end(series.id)
    return see_other(f"{series_path(group, series.id)}?ended")


async def may_in(services: Services, account: Account, group: str, action: Action) -> bool:
    """Whether this account may do this in the group, for what a page offers."""
    if account.role is OrgRole.ADMIN:
        return True
    return may(account.role, await services.store.authority.positions(account.id, GroupId(group)), action)


def _is_next(fact: DateFact, now: Instant) -> bool:
    return fact.record.end is SessionEnd.OPEN and fact.record.settings.schedule.end_at > now


def planned_date(group: str, series: Series, title: str, date: Date, fact: DateFact | None) -> PlannedDate:
    """One date, with its row where it is made already."""
    is_peer_held = fact is not None and fact.record.settings.is_peer_held
    is_canceled = date.is_canceled or (fact is not None and fact.record.end is SessionEnd.CANCELED)
    return PlannedDate(
        href=f"{series_path(group, series.id)}/dates/{date.original_local}",
        title=date.title or title,
        starts=when(date.schedule.start_at, series.zone),
        ends=when(date.schedule.end_at, series.zone),
        state="canceled" if is_canceled else "moved" if date.is_moved else "",
        note=said_of(date.note, date.original_local[-5:]),
        lead="" if fact is None or is_canceled else leading(fact.leads, is_peer_held),
        session="" if fact is None else fact.record.id,
    )


def _planned(group: Group, series: Series, date: Date, fact: DateFact | None) -> PlannedDate:
    return planned_date(group.id, series, series.title or group.name, date, fact)


def _past(fact: DateFact) -> PastDate:
    if fact.record.end is SessionEnd.CANCELED:
        words = "canceled"
    elif fact.attended is None:
        words = "not counted"
    else:
        words = f"{fact.attended} came"
    return PastDate(when(fact.record.settings.schedule.start_at, fact.record.zone), words)


def _dates(count: int) -> str:
    return "1 date" if count == 1 else f"{count} dates"
