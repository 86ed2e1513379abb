"""Home, and the directory of public groups with the fit finder. Nothing of what somebody looks for is kept."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from aiohttp import web

from rooms.ids import Instant
from rooms.program.group import Entry, Listing
from server.pages.answer import services_of, show
from server.services import Services
from web.finder import Answers, fits, read_answers
from web.forms import Filled
from web.group_pages import Card, DirectoryPage, HomePage
from web.group_words import LANGUAGES
from web.times import iso_of, when, zone_choices

ON_HOME = 6
ON_A_PAGE = 30
FINDER_DAYS = 15  # every weekday twice, also over a change of the clocks
MOST = 2_000


async def home(request: web.Request) -> web.Response:
    return show(request, await home_page(services_of(request)))


async def home_page(services: Services, form: Filled | None = None) -> HomePage:
    """`form`: what came back from the box for a link or a code."""
    has_directory = (await services.organisation.look()).has_directory
    listings = await services.groups.directory() if has_directory else []
    joinable = [one for one in listings if not one.is_paused][:ON_HOME]
    return HomePage(
        cards=await _cards(services, joinable, {}),
        has_directory=has_directory and bool(listings),
        form=form or Filled(),
    )


async def directory(request: web.Request) -> web.Response:
    """The groups that fit the answers of the query; `all` puts them on one page, for the finder in the browser."""
    services = services_of(request)
    organisation = await services.organisation.look()
    answers = read_answers(request.query, organisation.zone)
    listings = await services.groups.directory() if organisation.has_directory else []
    starts: dict[str, list[Instant]] = {}
    if answers.is_about_time:
        starts = await services.groups.starts([one.id for one in listings], FINDER_DAYS)
    fitting = [one for one in listings if fits(one, tuple(starts.get(one.id, ())), answers)]
    size = MOST if "all" in request.query else ON_A_PAGE
    pages = max(1, -(-len(fitting) // size))
    number = min(_number(request.query.get("page", "")), pages)
    shown = fitting[(number - 1) * size : number * size]
    spoken = {one.language for one in listings}
    missing = [one.id for one in shown if one.id not in starts]
    starts |= await services.groups.starts(missing, FINDER_DAYS)
    page = DirectoryPage(
        has_directory=organisation.has_directory,
        cards=await _cards(services, shown, starts),
        answers=answers,
        languages={code: name for code, name in LANGUAGES.items() if code in spoken},
        zones=zone_choices(),
        total=len(fitting),
        number=number,
        pages=pages,
        query=_query(answers),
    )
    return show(request, page)


async def _cards(
    services: Services, listings: Sequence[Listing], starts: Mapping[str, Sequence[Instant]]
) -> tuple[Card, ...]:
    full = await services.groups.full([one for one in listings if one.entry is not Entry.CLOSED])
    return tuple(
        Card(
            group=one,
            starts=None if one.next_at is None else when(one.next_at, one.zone),
            is_full=one.id in full,
            slots=tuple(map(iso_of, starts.get(one.id, ()))),
        )
        for one in listings
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 5 and int(text) else 1


def _query(answers: Answers) -> str:
    given = {name: getattr(answers, name) for name in Answers.__dataclass_fields__}
    return urlencode({name: value for name, value in given.items() if value})
