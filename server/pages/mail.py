"""Stopping reminders from a letter, and how the post is."""

from aiohttp import web

from rooms.ids import Instant
from rooms.program.ids import AccountId, PlaceId
from server.links import DAY_MS
from server.mail.letters import TryLetter
from server.mail.post import Recipient
from server.pages.answer import see_other, services_of, show
from server.routes.guard import account_of
from server.store.outbox import LetterRow
from server.tokens import is_id, new_id
from web.letter_pages import JobRow, MailPage, StopLettersPage, TroubleRow
from web.times import When, when

MOST_SHOWN = 50
WEEK_MS = 7 * DAY_MS
STATES = {"bounced": "came back", "given-up": "given up", "queued": "on its way", "sending": "on its way"}


# --- from a letter ------------------------------------------------------------------------------------------------
async def show_stop(request: web.Request) -> web.Response:
    place = await _place_of(request)
    page = StopLettersPage(letter=request.match_info["letter"], is_known=place is not None)
    return show(request, page, status=200 if place is not None else 404)


async def stop(request: web.Request) -> web.Response:
    """The button of the page, and RFC 8058's one click: a mail program posts without a cookie and without a visit."""
    place = await _place_of(request)
    is_done = place is not None and await services_of(request).store.dates.stop_reminders(place)
    page = StopLettersPage(letter=request.match_info["letter"], is_known=is_done, is_done=is_done)
    return show(request, page, status=200 if is_done else 404)


async def _place_of(request: web.Request) -> PlaceId | None:
    letter = request.match_info["letter"]
    row = await services_of(request).store.outbox.get(letter) if is_id(letter) else None
    return None if row is None or row.place is None else PlaceId(row.place)


# --- for administrators -------------------------------------------------------------------------------------------
async def show_mail(request: web.Request) -> web.Response:
    services, account = services_of(request), account_of(request)
    outbox, zone = services.store.outbox, account.zone
    said = {"letter": "A letter is on its way to you.", "job": "It is tried again."}.get(
        request.query.get("said", ""), ""
    )
    now = services.clock.now()
    bounced = [await _trouble(request, row, zone) for row in await outbox.troubled(MOST_SHOWN)]
    waiting = [await _trouble(request, row, zone) for row in await outbox.put_off_so_far(MOST_SHOWN)]
    jobs = await services.store.jobs.given_up(MOST_SHOWN)
    page = MailPage(
        is_configured=services.post.is_configured,
        sender=f"{services.config.smtp_name} <{services.config.smtp_from}>",
        may_try=account.email is not None,
        counts={state.value: count for state, count in (await outbox.counts(Instant(now - WEEK_MS))).items()},
        bounced=tuple(bounced),
        waiting=tuple(waiting),
        jobs=tuple(JobRow(job.id, job.kind, job.attempts, _at(job.ended_at or job.due_at, zone)) for job in jobs),
        said=said,
    )
    return show(request, page)


async def try_mail(request: web.Request) -> web.Response:
    """A letter to whoever asks."""
    services, account = services_of(request), account_of(request)
    if account.email is None:
        raise web.HTTPNotFound
    to = Recipient(address=account.email, zone=account.zone, language=account.language, account=AccountId(account.id))
    await services.post.send(TryLetter(), f"try:{new_id('t')}", to)
    await services.store.outbox.forgive(account.id)
    return see_other("/admin/mail?said=letter")


async def try_job(request: web.Request) -> web.Response:
    services = services_of(request)
    if not await services.store.jobs.again(request.match_info["job"], services.clock.now()):
        raise web.HTTPNotFound
    services.errands.queue.woken.set()
    return see_other("/admin/mail?said=job")


async def _trouble(request: web.Request, row: LetterRow, zone: str) -> TroubleRow:
    """Names nobody but staff: of a place only the group is said."""
    services = services_of(request)
    who, url = "Somebody who is gone", ""
    if row.account is not None and (account := await services.store.accounts.get(row.account)) is not None:
        who, url = account.name, f"/admin/people/{account.id}"
    elif row.place is not None and (place := await services.store.places.get(PlaceId(row.place))) is not None:
        group = await services.store.dates.group(place.group)
        who = f"A place in {group[0] if group else 'a group'}"
        url = f"/host/groups/{place.group}/places"
    kind = row.kind.replace("-", " ").capitalize()
    return TroubleRow(
        kind, who, url, STATES.get(row.state.value, row.state.value), row.reply or "", _at(row.created_at, zone)
    )


def _at(instant: Instant, zone: str) -> When:
    return when(instant, zone)
