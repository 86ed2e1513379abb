"""What the samples of pages have in common."""

from rooms.ids import Instant
from web.doors import Hours
from web.site import Site
from web.times import MINUTE_MS

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
