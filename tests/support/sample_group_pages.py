"""Samples of the pages of groups: home, the directory, a group, a place, and what hosts do with them."""

from dataclasses import replace

from rooms.ids import Instant
from rooms.live.settings import ChatPolicy
from rooms.program.authority import Position
from rooms.program.group import (
    Camera,
    Entry,
    Group,
    Guidelines,
    Kind,
    Listing,
    Question,
    QuestionKind,
    StaffMember,
    Topic,
)
from rooms.program.ids import AccountId, GroupId, PlaceId
from rooms.program.places import IntakeAnswer, Place, PlaceState, Wishes
from rooms.program.timers import Timers
from web.doors import Hours, doors_of
from web.finder import Answers
from web.forms import Filled
from web.group_form import DEFAULTS, intake_values
from web.group_pages import AskPage, Card, DateRow, DirectoryPage, GroupPage, HomePage
from web.host_group_pages import (
    ArchivePage,
    GroupFormPage,
    HostGroupPage,
    IntakePage,
    PlaceRow,
    PlacesPage,
    StaffPage,
)
from web.pages import FreshLink, Page
from web.place_pages import LeavePage, PlaceDate, PlaceLinkPage, PlacePage
from web.schedule_form import GUIDELINES
from web.times import MINUTE_MS, when, zone_choices

START = Instant(1_795_289_400_000)  # 2026-11-21 20:10 UTC
END = Instant(START + 75 * MINUTE_MS)
WEEK = 7 * 24 * 60 * MINUTE_MS
ZONE = "Europe/Lisbon"
LONG = "Carers of young adults with a rather long name, in Donaudampfschifffahrtsgesellschaftsstadt"


def group(**changes: object) -> Group:
    given = Group(
        id=GroupId("g_1"),
        slug="tuesday-grief-circle-4f2a",
        name="Tuesday grief circle",
        discreet_name="Meeting",
        topic=Topic.BEREAVEMENT,
        audience="For people who lost somebody in the last two years, of any age.",
        about="We begin with a round, then talk openly. Nobody has to speak.\nThe last ten minutes are quiet.",
        language="en",
        kind=Kind.PEER_LED,
        entry=Entry.OPEN,
        camera=Camera.OPTIONAL,
        chat_policy=ChatPolicy.FACILITATORS,
        cost="",
        accessibility="Write to us if you need captions or a sign language interpreter: access@groups.example",
        resources="The letter of the group: https://groups.example/letter",
        waiting_message="",
        intake=(),
        timers=Timers(),
        zone=ZONE,
        capacity=12,
        is_public=True,
        is_neutral=True,
        is_paused=False,
        version=3,
        created_at=START,
        archived_at=None,
        guidelines=Guidelines(2, GUIDELINES),
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def listing(name: str, **changes: object) -> Listing:
    given = Listing(
        id=GroupId("g_1"),
        slug="tuesday-grief-circle-4f2a",
        name=name,
        audience=group().audience,
        topic=Topic.BEREAVEMENT,
        kind=Kind.PEER_LED,
        language="en",
        camera=Camera.OPTIONAL,
        entry=Entry.OPEN,
        cost="",
        capacity=12,
        zone=ZONE,
        is_paused=False,
        next_at=START,
    )
    return replace(given, **changes)  # type: ignore[arg-type]


CARDS = (
    Card(listing("Tuesday grief circle"), when(START, ZONE), slots=(when(START, "UTC").iso,)),
    Card(listing(LONG, topic=Topic.CAREGIVING, entry=Entry.APPROVAL, language="pt"), None, is_full=True),
    Card(listing("Quiet hour", kind=Kind.PROFESSIONAL_LED, is_paused=True, cost="5 € a month, or nothing"), None),
)

INTAKE = (
    Question("What brings you here?"),
    Question("How long ago was your loss?", QuestionKind.CHOICE, ("Less than a year", "One to two years", "Longer")),
    Question("Have you been in a group before?", QuestionKind.YES_NO, is_required=False),
)


def place(state: PlaceState = PlaceState.PLACE, **changes: object) -> Place:
    given = Place(
        id=PlaceId("pl_1"),
        group=GroupId("g_1"),
        alias="Quiet Heron",
        email="reader@groups.example",
        zone="Asia/Tokyo",
        language="en",
        state=state,
        rank=4,
        guidelines_version=2,
        answers=(IntakeAnswer("What brings you here?", "My sister died in spring."),),
        wishes=Wishes(),
        generation=1,
        reason="",
        created_at=START,
        changed_at=START,
        bounced_at=None,
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def place_page(**changes: object) -> PlacePage:
    hours = Hours(Instant(START - 15 * MINUTE_MS), START, END, None)
    dates = (
        PlaceDate(
            "s_1",
            when(START, "Asia/Tokyo"),
            when(END, "Asia/Tokyo"),
            when(START, ZONE),
            doors_of("doors-open", hours, Instant(START - 5 * MINUTE_MS)),
            "coming",
            "https://calendar.google.com/calendar/render?action=TEMPLATE",
        ),
        PlaceDate(
            "s_2",
            when(Instant(START + WEEK), "Asia/Tokyo"),
            when(Instant(END + WEEK), "Asia/Tokyo"),
            when(Instant(START + WEEK), ZONE),
            doors_of("scheduled", replace(hours, doors_at=Instant(START + WEEK)), START),
        ),
    )
    given = PlacePage(
        group=group(),
        place=place(),
        leads="Amina, Jo",
        position=0,
        dates=dates,
        newer=None,
        url="http://localhost:8080/p#4cZk2Yw7hWq1uPz9tRb5sXe8nVd3mLg6",
        zones=zone_choices(),
        has_mail=True,
        feed="/calendar/p/x.ics",
        form=Filled({"email": "reader@groups.example", "zone": "Asia/Tokyo", "day_before": "on"}),
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def group_pages() -> dict[str, Page]:
    dates = tuple(DateRow(when(Instant(START + n * WEEK), ZONE), when(Instant(END + n * WEEK), ZONE)) for n in range(4))
    plain = GroupPage(
        group=group(),
        dates=dates,
        repeats=("Every week on Saturday",),
        leads="Amina, Jo",
        is_full=False,
        calendar="/g/tuesday-grief-circle-4f2a/calendar.ics",
    )
    zones = zone_choices()
    ask = AskPage(
        group=group(entry=Entry.APPROVAL, intake=INTAKE),
        is_full=False,
        has_mail=True,
        zones=zones,
        form=Filled({"zone": ZONE, "day_before": "on"}),
    )
    wrong = {
        "answer-0": "The host needs an answer to this.",
        "answer-1": "Choose one of the answers.",
        "accepted": "Read the guidelines, and agree to them if you can. The group rests on them.",
    }
    directory = DirectoryPage(
        has_directory=True,
        cards=CARDS,
        answers=Answers(zone=ZONE),
        languages={"en": "English", "pt": "Português"},
        zones=zones,
        total=33,
        number=2,
        pages=3,
    )
    return {
        "home": HomePage(cards=CARDS, has_directory=True),
        "home-code": HomePage(form=Filled({}, {"link": "This code does not open anything now."})),
        "directory": directory,
        "directory-none": replace(
            directory, cards=(), total=0, number=1, pages=1, answers=Answers("bereavement", "peer-led", zone=ZONE)
        ),
        "directory-off": replace(directory, has_directory=False, cards=(), total=0, number=1, pages=1),
        "group": plain,
        "group-full": replace(plain, is_full=True, group=group(name=LONG, is_neutral=False)),
        "group-paused": replace(plain, group=group(is_paused=True), dates=()),
        "group-closed": replace(plain, group=group(entry=Entry.CLOSED), place="pl_1"),
        "ask": ask,
        "ask-again": replace(ask, form=Filled({"zone": ZONE}, wrong)),
        "ask-full": replace(ask, group=group(), is_full=True, has_mail=False),
        "place-link": PlaceLinkPage(is_closed=True),
        "place": place_page(said="Your answer is kept. You can change it at any time."),
        "place-new-guidelines": place_page(newer=Guidelines(3, GUIDELINES)),
        "place-waitlist": place_page(place=place(PlaceState.WAITLIST), position=3, dates=()),
        "place-declined": place_page(
            place=place(PlaceState.DECLINED, reason="We speak about the loss of a partner here."), dates=()
        ),
        "place-leave": LeavePage(group=group(), place=place()),
        **host_group_pages(),
    }


def host_group_pages() -> dict[str, Page]:
    names = ((Position.HOST, "Ines"), (Position.FACILITATOR, "Amina"), (Position.FACILITATOR, "Jo"))
    backups = ((Position.BACKUP, "Tom"), (Position.BACKUP, "Somebody with a rather long name of their own"))
    staff = tuple(
        StaffMember(AccountId(f"h_{rank}"), name, position, rank)
        for rank, (position, name) in enumerate(names + backups)
    )
    approval = group(entry=Entry.APPROVAL, intake=INTAKE)
    overview = HostGroupPage(
        group=approval,
        staff=staff,
        counts={PlaceState.PLACE: 7, PlaceState.PENDING: 2},
        series=(("/host/groups/g_1/series/e_1", "Tuesday grief circle: Every week on Tuesday"),),
        url="http://localhost:8080/g/tuesday-grief-circle-4f2a",
        may_edit=True,
    )
    zones = zone_choices()
    new = GroupFormPage(group=None, form=Filled(dict(DEFAULTS) | {"zone": ZONE, "language": "en"}), zones=zones)
    full = {"capacity": "7 people have a place. Choose 7 or more, or free places first.", "about": "Keep this shorter."}
    since = when(START, ZONE)
    rows = (
        PlaceRow(place(id=PlaceId("pl_1")), since),
        PlaceRow(place(id=PlaceId("pl_2"), alias="Autumn Lake", bounced_at=START, answers=()), since, "Quiet Heron"),
        PlaceRow(place(PlaceState.PENDING, id=PlaceId("pl_3"), alias="Mossy Elm", email=None), since),
        PlaceRow(place(PlaceState.WAITLIST, id=PlaceId("pl_4"), alias="Plain Rain"), since),
        PlaceRow(place(PlaceState.LEFT, id=PlaceId("pl_5"), alias="Early Dove", email=None), since),
    )
    fresh = FreshLink("Plain Rain", "participant", "http://localhost:8080/p#4cZk2Yw7hWq1uPz9tRb5sXe8nVd3mLg6")
    return {
        "host-group": overview,
        "host-group-new": replace(overview, group=group(), counts={}, series=(), is_new=True),
        "host-group-looked-at": replace(overview, may_edit=False),
        "group-form": new,
        "group-form-again": replace(
            new, group=approval, form=Filled(new.form.values, full), holders=("Quiet Heron", "Autumn Lake")
        ),
        "group-form-stale": replace(
            new,
            group=approval,
            form=Filled(new.form.values, {}, "Somebody else was quicker."),
            changed=("Name", "Places"),
        ),
        "group-archive": ArchivePage(group=group()),
        "group-intake": IntakePage(group=approval, form=Filled(intake_values(INTAKE), {"intake": "Say more."}), rows=5),
        "group-staff": StaffPage(group=approval, staff=staff, others={"h_7": "Kim", "h_8": "Ola"}),
        "group-places": PlacesPage(group=approval, rows=rows, fresh=fresh, said="Accepted. They are told."),
    }
