"""One sample of every page of hosts and of its states."""

from dataclasses import replace

from rooms.ids import Instant
from tests.support.sample_words import LONG_TITLE, SESSION, SITE, START, TITLE, TOKEN, ZONE, hours
from web.doors import doors_of
from web.forms import Filled
from web.host_pages import (
    Alert,
    CancelPage,
    DataPage,
    DatePage,
    DateRow,
    Forgotten,
    GroupCard,
    GroupsPage,
    HostPage,
    ManagePage,
    PastDate,
    PersonData,
    PlannedDate,
    PreviewDate,
    PreviewList,
    RetentionPage,
    SchedulePage,
    SeriesLine,
    SeriesPage,
    SurePage,
    TemplatePage,
    TemplateRow,
    TemplatesPage,
)
from web.pages import FreshLink, LinkRow, Page
from web.qr import qr_of
from web.schedule_form import DEFAULTS, GUIDELINES, WAITING_MESSAGE
from web.times import MINUTE_MS, When, when, zone_choices
from web.trend import trend_of

DAY = 24 * 60 * MINUTE_MS
GROUP = "g_k3v9q2m7x4b8n1c6"
SERIES = f"/host/groups/{GROUP}/series/e_k3v9q2m7x4b8n1c6"
URL = f"{SITE.public_url}/s/{SESSION}"
CLOCKS = "The clocks go back, and 01:30 comes twice: it starts the first time."
TELLING = (
    "When you press the button, 7 people with a place and whoever leads are written to at once; calendars that follow "
    "the group change by themselves. 2 people gave no address that works: tell them yourself."
)


def week(number: int) -> When:
    """The start of the series' dates, one a week."""
    return when(Instant(START + 7 * DAY * number), ZONE)


def date_row(phase: str, minutes: int, title: str = TITLE, id: str = SESSION, **more: str | int) -> DateRow:
    """A session `minutes` from its start, negative before it."""
    row = DateRow(
        id=id,
        title=title,
        starts=when(START, ZONE),
        ends=when(hours().end_at, ZONE),
        doors=doors_of(phase, hours(), Instant(START + minutes * MINUTE_MS)),
        is_peer_held=False,
        is_running=phase in ("live", "paused", "held", "closing"),
        group=GROUP,
        group_name=title,
        planned=f"{SERIES}/dates/2026-11-21T19:30",
    )
    return replace(row, **more)  # type: ignore[arg-type]


def host_samples() -> dict[str, Page]:
    return {**_home(), **_schedule(), **_series(), **_session(), **_kept()}


def _home() -> dict[str, Page]:
    today = (
        date_row("live", 4, id="s_a", lead="Amina leads", mine="accepted"),
        date_row("scheduled", -90, LONG_TITLE, "s_b", lead="Nobody has said yes to lead it yet", mine="asked"),
        date_row("ended", 90, "Newcomers", "s_d", attended=6),
    )
    coming = (date_row("scheduled", -3_000, "Newcomers", "s_c", lead="Amina and Jo lead"),)
    alerts = (
        Alert(
            f"{LONG_TITLE}, today at 19:30 (Lisbon): nobody has said yes to lead it.", "/host/sessions/s_b", "See to it"
        ),
        Alert(
            "The training of Jo ended on 1 November 2026. They cannot lead until it is renewed.",
            "/host/groups",
            "See who leads",
        ),
        Alert(f"{TITLE}: mail to 1 person with a place comes back.", f"/host/groups/{GROUP}/places", "See who"),
    )
    lines = (
        SeriesLine(SERIES, TITLE, "Every week on Saturday", week(1)),
        SeriesLine(SERIES, "A summer afternoon of the whole group, outside", "Once", None),
    )
    groups = (
        GroupCard(GROUP, TITLE, "9 places taken, 2 on the waitlist, 1 to answer", lines, trend_of([5, 7, 6, 9, 8, 9])),
        GroupCard("g_b", LONG_TITLE, "", lines[:1], trend_of([3])),
        GroupCard("g_c", "Newcomers", "1 place taken", (), None),
    )
    return {
        "host-first": HostPage(may_host=True, today=(), coming=()),
        "host": HostPage(may_host=True, today=today, coming=coming, alerts=alerts, groups=groups, has_more_groups=True),
        "host-leads": HostPage(may_host=False, today=today[:2], coming=coming, told="You lead it. Thank you."),
        "host-leads-nothing": HostPage(may_host=False, today=(), coming=()),
        "host-groups": GroupsPage(rows=((GROUP, TITLE), ("g_b", LONG_TITLE)), may_host=True),
        "host-groups-none": GroupsPage(rows=(), may_host=False),
    }


def _schedule() -> dict[str, Page]:
    values = dict(DEFAULTS) | {"zone": ZONE}
    blank = SchedulePage(form=Filled(values), zones=zone_choices(), guess_zone=True, action="/host/series/new")
    wrong = {"name": "Give the group a name.", "time": "This time has passed. Choose a later one."}
    weekly = values | {"date": "2026-11-21", "time": "19:30", "repeat": "weekly", "ends": "count", "count": "8"}
    preview = PreviewList(
        "Every week on Saturday, 8 times",
        tuple(PreviewDate(week(number), CLOCKS if number == 3 else "") for number in range(6)),
        ("Between Saturday 24 October and Saturday 31 October the clocks in Lisbon change.",),
        ("Jo leads another group at that time on Saturday 28 November.",),
    )
    groups = {GROUP: TITLE, "g_b": LONG_TITLE}
    templates = {
        "group": (("t_a", "Bereavement, eight weeks"),),
        "guidelines": (("t_b", "Our ground rules"),),
        "waiting-message": (("t_c", "A calm welcome"),),
    }
    return {
        "schedule": blank,
        "schedule-again": replace(blank, form=Filled(values, wrong), guess_zone=False),
        "schedule-weekly": replace(blank, form=Filled(weekly), next_dates=preview, groups=groups, templates=templates),
        "schedule-of-group": replace(
            blank, groups=groups, group=GROUP, form=Filled(values | {"group": GROUP}, {"late": "Write a number."})
        ),
    }


def _series() -> dict[str, Page]:
    def planned(number: int, **more: str) -> PlannedDate:
        ends = when(Instant(hours().end_at + 7 * DAY * number), ZONE)
        name = f"{SERIES}/dates/2026-11-{21 + number}T19:30"
        return replace(PlannedDate(name, TITLE, week(number), ends, ""), **more)  # type: ignore[arg-type]

    dates = (
        planned(0, lead="Amina leads", session=SESSION),
        planned(1, state="moved", lead="Jo is asked to lead", session="s_b"),
        planned(2, state="canceled"),
        planned(3, note=CLOCKS, title="With a guest: sleep, and what helps"),
    )
    series = SeriesPage(
        group=GROUP,
        group_name=TITLE,
        here=SERIES,
        title=TITLE,
        discreet_title="Meeting",
        rule="Every week on Saturday",
        length="1 hour 15 minutes",
        zone_note="The times are those of Lisbon all year round.",
        dates=dates,
        past=(PastDate(week(-1), "7 came"), PastDate(week(-2), "canceled")),
        trend=trend_of([5, 7, 6, 9, 8, 7]),
        participant_url=URL,
        group_url=f"{SITE.public_url}/g/k3v9q2m7x4b8n1c6",
        code="482 913 775",
        qr=qr_of(URL),
        calendar_url="/calendar.ics",
        may_schedule=True,
        is_new=True,
    )
    over = replace(series, dates=(), participant_url="", group_url="", code="", qr=None, is_over=True, is_new=False)
    own = {"date": "2026-11-28", "time": "19:30", "length": "75", "title": TITLE, "scope": "this"}
    date = DatePage(
        here=dates[1].href,
        series=SERIES,
        series_title=TITLE,
        discreet_title="Meeting",
        date=dates[1],
        form=Filled(own),
        version=3,
        repeats=True,
        telling=TELLING,
    )
    clash = {"time": "The group meets at that time already, on Saturday 28 November."}
    return {
        "series": series,
        "series-over": replace(over, told="The series has ended, and whoever has to know is told."),
        "date": date,
        "date-again": replace(date, form=Filled(own, clash), repeats=False),
        "date-over": replace(date, is_over=True),
        "sure": SurePage(
            title="End a series",
            question="End this series?",
            subject=f"{TITLE}: Every week on Saturday",
            facts=("Nothing more is planned, and 8 or more dates are canceled.", "It cannot be taken back."),
            action=f"{SERIES}/end",
            do="End the series",
            back=SERIES,
            keep="Keep it",
            values={"version": "3"},
            problem="Nothing was changed. Try again in a minute.",
        ),
    }


def _session() -> dict[str, Page]:
    expires = when(Instant(START + DAY), ZONE)
    manage = ManagePage(
        session=date_row("scheduled", -200, lead="Nobody has said yes to lead it yet", mine="asked"),
        discreet_title="Meeting",
        participant_url=URL,
        links=(
            LinkRow("l_1", "Amina", "facilitator", "active", expires),
            LinkRow("l_2", "Jo, who joins from the second week on", "co-facilitator", "active", expires),
            LinkRow("l_3", "R.", "participant", "revoked", expires),
        ),
        fresh=FreshLink("the first facilitator", "facilitator", f"{SITE.public_url}/enter#{TOKEN}"),
        qr=qr_of(URL),
        code="482 913 775",
    )
    over = replace(manage, session=date_row("ended", 90, attended=7), fresh=None, links=(), code="")
    return {
        "manage": manage,
        "manage-over": over,
        "manage-leads": replace(manage, may_manage=False, fresh=None),
        "cancel": CancelPage(session=manage.session, telling=TELLING),
        "cancel-running": CancelPage(
            session=date_row("live", 8), problem="Nothing was changed. Try again in a minute."
        ),
    }


def _kept() -> dict[str, Page]:
    rows = (
        TemplateRow("t_a", "Guidelines", "Our ground rules", GUIDELINES[:80]),
        TemplateRow("t_b", "Message for the waiting room", "A calm welcome", WAITING_MESSAGE[:80]),
        TemplateRow("t_c", "Group", "Bereavement, eight weeks", ""),
    )
    values = {"name": "Our ground rules", "body": GUIDELINES}
    here = f"/host/groups/{GROUP}/data"
    people = (
        PersonData("Quiet Heron", "Has a place", f"{here}/people/pl_a"),
        PersonData("Sam, who sometimes comes with a friend", "On the waitlist, mail comes back", f"{here}/people/pl_b"),
    )
    facts = (("Series", "2"), ("Dates, past and planned", "31"), ("People who asked for a place", "12"))
    kinds = (
        Forgotten("Who came to a session, under the name they chose", "14 days after the session", 41, 1_902),
        Forgotten("Places of people who left or were declined", "30 days", 0, 12),
    )
    templates = TemplatesPage(rows=rows, groups={GROUP: TITLE})
    return {
        "templates": templates,
        "templates-none": TemplatesPage(rows=(), groups={}, form=Filled({}, {"body": "Write the text."})),
        "template": TemplatePage(id="t_a", kind="Guidelines", form=Filled(values)),
        "template-group": TemplatePage(
            id="t_c", kind="Group", form=Filled({"name": "Bereavement"}), facts=(("Guidelines", GUIDELINES),)
        ),
        "data": DataPage(group=GROUP, group_name=TITLE, here=here, people=people, facts=facts),
        "data-nobody": DataPage(group=GROUP, group_name=TITLE, here=here, people=(), facts=facts),
        "retention": RetentionPage(rows=kinds, last=when(START, ZONE)),
        "retention-not-yet": RetentionPage(rows=kinds, last=None),
    }
