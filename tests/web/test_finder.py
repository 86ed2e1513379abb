"""Which groups fit what somebody is looking for; and the script in the browser says the same."""

import json
import random
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rooms.ids import Instant
from rooms.program.group import Camera, Entry, Kind, Listing, Topic
from rooms.program.ids import GroupId
from web.finder import DAYS, SIZES, TIMES, Answers, fits, read_answers
from web.times import when

SCRIPT = Path(__file__).parents[2] / "web" / "static" / "js" / "pages" / "fit-finder.js"
HOUR = 3_600_000
MONDAY = Instant(int(datetime(2027, 3, 22, tzinfo=UTC).timestamp() * 1_000))


def listing(chance: random.Random) -> Listing:
    return Listing(
        id=GroupId("g_1"),
        slug="g-1",
        name="A circle",
        audience="",
        topic=chance.choice((Topic.WORK, Topic.ANXIETY)),
        kind=chance.choice(list(Kind)),
        language=chance.choice(("en", "pt")),
        camera=chance.choice(list(Camera)),
        entry=chance.choice(list(Entry)),
        cost=chance.choice(("", "5 €")),
        capacity=chance.choice((1, 8, 9, 15, 16, 400)),
        zone="UTC",
        is_paused=False,
        next_at=None,
    )


def answers(chance: random.Random, zone: str) -> Answers:
    def maybe(values: Iterable[str]) -> str:
        return chance.choice([str(value) for value in values]) if chance.random() < 0.25 else ""

    return Answers(
        topic=maybe((Topic.WORK, Topic.ANXIETY)),
        kind=maybe(Kind),
        language=maybe(("en", "pt")),
        day=maybe(DAYS),
        time=maybe(TIMES),
        camera=maybe(("not-expected", "expected")),
        size=maybe(SIZES),
        entry=maybe((Entry.OPEN, Entry.APPROVAL)),
        cost=maybe(("free",)),
        zone=zone,
    )


def cases(zone: str, count: int = 1_500) -> list[tuple[Listing, tuple[Instant, ...], Answers]]:
    """Dates lie around a change of the clocks in Europe (28 March 2027)."""
    chance = random.Random(zone)
    return [
        (
            listing(chance),
            tuple(Instant(MONDAY + chance.randrange(14 * 24 * 2) * HOUR // 2) for _ in range(chance.randrange(4))),
            answers(chance, zone),
        )
        for _ in range(count)
    ]


@pytest.mark.parametrize(
    ("hour", "time", "is_there"),
    [(5, "morning", True), (4, "morning", False), (4, "night", True), (23, "night", True), (22, "evening", False)],
)
def test_a_night_goes_on_past_midnight(hour: int, time: str, is_there: bool) -> None:
    group = listing(random.Random(1))
    assert fits(group, (Instant(MONDAY + hour * HOUR),), Answers(day="0", time=time, zone="UTC")) is is_there


def test_a_group_without_dates_fits_no_day_and_every_other_answer() -> None:
    group = listing(random.Random(1))
    assert fits(group, (), Answers())
    assert not fits(group, (), Answers(day="3"))


def test_what_is_no_answer_is_no_wish() -> None:
    query = {"topic": "<script>", "kind": "peer-led", "day": "7", "zone": "../etc", "entry": "closed", "name": "Ines"}
    assert read_answers(query, "Europe/Lisbon") == Answers(kind="peer-led", zone="Europe/Lisbon")
    assert read_answers({}, "UTC").is_empty


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "Europe/Lisbon", "America/St_Johns"])
def test_the_browser_finds_the_same_groups(zone: str, tmp_path: Path) -> None:
    generated = cases(zone)
    expected = [fits(*case) for case in generated]
    assert 0.05 < sum(expected) / len(expected) < 0.95
    rows = [
        {
            "group": {
                "topic": group.topic.value,
                "kind": group.kind.value,
                "language": group.language,
                "camera": group.camera.value,
                "entry": group.entry.value,
                "cost": "" if group.cost else "free",
                "size": str(group.capacity),
                "slots": " ".join(when(start, "UTC").iso for start in starts),
            },
            "answers": {name: getattr(wishes, name) for name in Answers.__dataclass_fields__ if name != "zone"},
        }
        for group, starts, wishes in generated
    ]
    # The page's script, whole, with a page that has no finder; then its own functions.
    program = (
        "globalThis.document = { getElementById: () => null }; globalThis.HTMLFormElement = class {};\n"
        + SCRIPT.read_text()
        + f"\nconst rows = JSON.parse(require('fs').readFileSync({json.dumps(str(tmp_path / 'rows.json'))}, 'utf8'));\n"
        + "console.log(JSON.stringify(rows.map((row) => fits(row.group, row.answers))));\n"
    )
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    done = subprocess.run(
        ["node", "-e", program],
        env={"TZ": zone, "PATH": "/usr/bin:/usr/local/bin"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert json.loads(done.stdout) == expected
