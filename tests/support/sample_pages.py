"""One sample of every page and of its states, for screenshots and for the tests of the templates."""

from dataclasses import replace

from rooms.ids import Instant
from web.doors import Hours, doors_of
from web.forms import Filled
from web.pages import (
    AfterPage,
    CancelPage,
    EnterPage,
    ErrorPage,
    FreshLink,
    Guidelines,
    HelpPage,
    HomePage,
    HostPage,
    LinkRow,
    ManagePage,
    Page,
    RoomPage,
    RoomUrls,
    SchedulePage,
    SessionPage,
    SessionRow,
    SignInPage,
)
from web.schedule_form import DEFAULTS, GUIDELINES, WAITING_MESSAGE
from web.site import Site
from web.times import MINUTE_MS, when, zone_choices

SITE = Site(
    build="look",
    public_url="http://localhost:8080",
    quick_exit_url="https://neutral.example/",
    crisis_text=(
        "Holdspace is not a crisis service. If you or somebody near you is in danger, call your local emergency number."
    ),
    contact="mailto:security@groups.example",
)

START = Instant(1_795_289_400_000)  # 2026-11-21 20:10 UTC
ZONE = "Europe/Lisbon"
SESSION = "s_k3v9q2m7x4b8n1c6"
TOKEN = "4cZk2Yw7hWq1uPz9tRb5sXe8nVd3mLg6"
TITLE = "Tuesday grief circle"
LONG_TITLE = "Carers of young adults, with a rather long title"
RESOURCES = """\
Write to Amina: amina@groups.example
The group's letter, with exercises to take home: https://groups.example/letter
The night line answers from 21:00 to 07:00, free of charge."""


def hours(late_min: int | None = 10) -> Hours:
    return Hours(
        doors_at=Instant(START - 15 * MINUTE_MS),
        start_at=START,
        end_at=Instant(START + 75 * MINUTE_MS),
        late_until=None if late_min is None else Instant(START + late_min * MINUTE_MS),
    )


def row(phase: str, minutes: int, title: str = TITLE, id: str = SESSION) -> SessionRow:
    """A session `minutes` from its start, negative before it."""
    return SessionRow(
        id=id,
        title=title,
        starts=when(START, ZONE),
        ends=when(hours().end_at, ZONE),
        doors=doors_of(phase, hours(), Instant(START + minutes * MINUTE_MS)),
        is_peer_held=False,
        is_running=phase in ("live", "paused", "held", "closing"),
    )


def session_page(phase: str, minutes: int, leads: bool = False) -> SessionPage:
    return SessionPage(
        id=SESSION,
        title=TITLE,
        discreet_title="Meeting",
        starts=when(START, ZONE),
        ends=when(hours().end_at, ZONE),
        doors_min=15,
        late_min=10,
        doors=doors_of(phase, hours(), Instant(START + minutes * MINUTE_MS)),
        facilitators="Amina and Jo",
        is_peer_held=False,
        leads=leads,
    )


def room_page() -> RoomPage:
    base = f"/s/{SESSION}"
    return RoomPage(
        session=SESSION,
        title="</script><script>alert(1)</script>",
        discreet_title="Meeting",
        facilitators="Amina and Jo",
        guidelines=Guidelines(1, GUIDELINES),
        waiting_message=WAITING_MESSAGE,
        resources=RESOURCES,
        starts_at=START,
        ends_at=hours().end_at,
        doors_at=hours().doors_at,
        now=Instant(START - 20 * MINUTE_MS),
        zone=ZONE,
        urls=RoomUrls(
            ticket=f"{base}/ticket",
            socket=f"{base}/ws",
            session=base,
            after=f"{base}/after",
            help="/help",
            quick_exit=SITE.quick_exit_url,
        ),
        build=SITE.build,
    )


def _manage() -> ManagePage:
    url = f"{SITE.public_url}/s/{SESSION}"
    expires = when(Instant(START + 24 * 60 * MINUTE_MS), ZONE)
    return ManagePage(
        session=row("scheduled", -200),
        discreet_title="Meeting",
        participant_url=url,
        links=(
            LinkRow("l_1", "Amina", "facilitator", "active", expires),
            LinkRow("l_2", "Jo, who joins from the second week on", "co-facilitator", "active", expires),
            LinkRow("l_3", "R.", "participant", "revoked", expires),
        ),
        fresh=FreshLink("the first facilitator", "facilitator", f"{SITE.public_url}/enter#{TOKEN}"),
        is_new=True,
    )


def sample_pages() -> dict[str, Page]:
    zones = zone_choices()
    values = dict(DEFAULTS) | {"zone": ZONE}
    blank = SchedulePage(form=Filled(values), zones=zones, guess_zone=True)
    wrong = {"title": "Give the session a title.", "time": "This time has passed. Choose a later one."}
    manage = _manage()
    after = AfterPage(
        id=SESSION, title=TITLE, discreet_title="Meeting", doors=row("ended", 80).doors, resources=RESOURCES
    )
    return {
        "home": HomePage(),
        "help": HelpPage(),
        "sign-in": SignInPage(),
        "sign-in-again": SignInPage(
            form=Filled({"name": "Amina"}, {}, "This name and this password do not fit together. Try again.")
        ),
        "enter": EnterPage(),
        "host-first": HostPage(today=(), coming=(), past=()),
        "host": HostPage(
            today=(
                row("live", 4, id="s_a"),
                row("scheduled", -90, LONG_TITLE, "s_b"),
            ),
            coming=(row("scheduled", -3000, "Newcomers", "s_c"),),
            past=(row("ended", 90, id="s_d"), row("canceled", 0, "Summer walk", "s_e")),
        ),
        "schedule": blank,
        "schedule-again": replace(blank, form=Filled(blank.form.values, wrong)),
        "manage": manage,
        "cancel": CancelPage(session=manage.session),
        "cancel-running": CancelPage(session=row("live", 8), problem="Nothing was changed. Try again in a minute."),
        "session-not-open": session_page("scheduled", -150),
        "session-open": session_page("doors-open", -8),
        "session-late": session_page("live", 30),
        "session-lead": session_page("scheduled", -40, leads=True),
        "session-canceled": session_page("canceled", 20),
        "after": after,
        "after-left": replace(after, doors=row("live", 8).doors),
        "error-404": ErrorPage(status=404),
        "error-429": ErrorPage(status=429, retry_s=30),
        "room": room_page(),
    }
