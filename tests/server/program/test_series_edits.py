"""Generated edits of a series, one after another: nothing is lost, nothing doubled, and each date is where it was put.

Beside the code runs a model that knows no rules: for each session when it starts and whether it is canceled.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.ids import Instant, SessionId
from rooms.live.settings import ChatPolicy
from rooms.program.group import Camera, Entry, Group, Guidelines, Kind, Topic
from rooms.program.ids import GroupId, SeriesId
from rooms.program.recurrence import Frequency, Rule, aligned, settled
from rooms.program.series import Change, DateException, Series, local_from
from rooms.program.timers import Timers
from rooms.schedule import instant_of, zone_of
from server.program.materialise import Hands, needed
from server.program.series_edits import (
    Edit,
    Stored,
    cancel_from,
    cancel_one,
    change_all,
    change_from,
    change_one,
)
from server.program.series_input import BadSeries
from server.store.records import SessionEnd, SessionRecord

ZONE = "Europe/Lisbon"
BEGIN = datetime.fromisoformat("2027-01-18T19:00")
NOW = instant_of((BEGIN - timedelta(days=9)).replace(tzinfo=zone_of(ZONE)))

GROUP = Group(
    id=GroupId("g_1"),
    slug="circle",
    name="Circle",
    discreet_name="Meeting",
    topic=Topic.OTHER,
    audience="",
    about="",
    language="en",
    kind=Kind.PEER_LED,
    entry=Entry.OPEN,
    camera=Camera.OPTIONAL,
    chat_policy=ChatPolicy.FACILITATORS,
    cost="",
    accessibility="",
    resources="",
    waiting_message="",
    intake=(),
    timers=Timers(),
    zone=ZONE,
    capacity=12,
    is_public=False,
    is_neutral=True,
    is_paused=False,
    version=1,
    created_at=NOW,
    archived_at=None,
    guidelines=Guidelines(1, ""),
)
HANDS = Hands(GROUP, "")


@dataclass
class World:
    """The store in memory, without the store."""

    series: dict[SeriesId, Series] = field(default_factory=dict)
    exceptions: dict[SeriesId, tuple[DateException, ...]] = field(default_factory=dict)
    rows: dict[SessionId, SessionRecord] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=count)

    def stored(self, id: SeriesId) -> Stored:
        rows = tuple(row for row in self.rows.values() if row.series == id)
        return Stored(self.series[id], self.exceptions[id], rows)

    def take(self, edit: Edit) -> None:
        self.series[edit.series.id], self.exceptions[edit.series.id] = edit.series, edit.exceptions
        if edit.split is not None:
            self.series[edit.split.id], self.exceptions[edit.split.id] = edit.split, edit.split_exceptions
        for session, owner, name in edit.names:
            end = SessionEnd.CANCELED if name is None else self.rows[session].end
            self.rows[session] = replace(self.rows[session], series=owner, original_local=name, end=end)
        for id in self.series:
            self.make_true(id)

    def make_true(self, id: SeriesId) -> None:
        stored = self.stored(id)
        todo = needed(stored.series, stored.exceptions, stored.rows, HANDS, NOW, self.new_id)
        self.rows |= {record.id: record for record in todo.add} | {record.id: record for _, record in todo.change}
        for session in todo.void:
            name = None if session in todo.nameless else self.rows[session].original_local
            self.rows[session] = replace(self.rows[session], end=SessionEnd.CANCELED, original_local=name)
        again = needed(stored.series, stored.exceptions, self.stored(id).rows, HANDS, NOW, self.new_id)
        assert not (again.add or again.change or again.void or again.held), "to do it twice is to do it once"

    def new_id(self) -> SessionId:
        return SessionId(f"s_{next(self.ids)}")

    def open_rows(self) -> list[SessionRecord]:
        return [row for row in self.rows.values() if row.end is SessionEnd.OPEN]


@dataclass(frozen=True)
class Planned:
    start: datetime
    is_own: bool = False  # moved by itself: stays when the others move


def instant(local: datetime) -> Instant:
    return instant_of(local.replace(tzinfo=zone_of(ZONE)))


RULES = st.one_of(
    st.builds(Rule, st.just(Frequency.DAILY), st.integers(1, 9)),
    st.builds(
        Rule,
        st.just(Frequency.WEEKLY),
        st.integers(1, 3),
        st.lists(st.integers(0, 6), unique=True, max_size=4).map(lambda days: tuple(sorted(days))),
    ),
)
EDITS = st.tuples(
    st.sampled_from(("this", "this", "following", "all", "cancel", "cancel", "cancel-following")),
    st.integers(0, 12),
    st.integers(-2, 2),
    st.integers(-5, 5),
)


@settings(max_examples=120, deadline=None)
@given(RULES, st.one_of(st.none(), st.integers(3, 30)), st.lists(EDITS, max_size=6))
def test_edits_neither_lose_nor_double_a_date(
    rule: Rule, how_many: int | None, edits: list[tuple[str, int, int, int]]
) -> None:
    rule = settled(replace(rule, count=how_many), BEGIN)
    first = SeriesId("e_0")
    series = Series(first, "u_1", GROUP.id, None, "", ZONE, aligned(BEGIN, rule), 60, rule, Timers(), 0, 1, Instant(0))
    world = World({first: series}, {first: ()})
    world.make_true(first)
    model = {row.id: Planned(local_from(row.original_local or "")) for row in world.rows.values()}
    for number, (kind, which, days, hours) in enumerate(edits, 1):
        alive = sorted(world.open_rows(), key=lambda row: row.settings.schedule.start_at)
        if not alive:
            break
        row = alive[which % len(alive)]
        assert row.series is not None
        assert row.original_local is not None
        _edit(world, model, row, kind, timedelta(days=days, hours=hours), SeriesId(f"e_{number}"))
        _check(world, model)


def _edit(
    world: World, model: dict[SessionId, Planned], row: SessionRecord, kind: str, by: timedelta, new: SeriesId
) -> None:
    owner, name = SeriesId(row.series or ""), row.original_local or ""
    stored, to = world.stored(owner), local_from(name) + by
    later = {
        each.id
        for each in world.open_rows()
        if each.series == owner and local_from(each.original_local or "") >= local_from(name)
    }
    mine = {each.id for each in world.open_rows() if each.series == owner}
    try:
        match kind:
            case "this":
                world.take(change_one(stored, name, Change(start_local=to), NOW))
                model[row.id] = Planned(to, is_own=by != timedelta())
            case "following":
                world.take(change_from(stored, name, Change(start_local=to), NOW, new))
                _move(model, later, row.id, to, by)
            case "all":
                world.take(change_all(stored, name, Change(start_local=to), NOW))
                _move(model, mine, row.id, to, by)
            case "cancel":
                world.take(cancel_one(stored, name))
                del model[row.id]
            case "cancel-following":
                world.take(cancel_from(stored, name, NOW))
                for each in later:
                    del model[each]
    except BadSeries as bad:
        assert set(bad.errors) == {"start_local"}, bad.errors


def _move(
    model: dict[SessionId, Planned], moved: set[SessionId], chosen: SessionId, to: datetime, by: timedelta
) -> None:
    for id in moved:
        was = model[id]
        model[id] = was if was.is_own else Planned(was.start + by)
    model[chosen] = Planned(to)


def _check(world: World, model: dict[SessionId, Planned]) -> None:
    alive = {row.id: row for row in world.open_rows()}
    names = [(row.series, row.original_local) for row in alive.values()]
    assert len(set(names)) == len(names)
    assert None not in {name for _, name in names}
    assert model.keys() <= alive.keys(), "lost"
    for id, planned in model.items():
        start = alive[id].settings.schedule.start_at
        assert start == instant(planned.start), (id, planned, alive[id].original_local)
    for id in alive.keys() - model.keys():  # those that came into view when others moved to and fro
        row = alive[id]
        exception = next(
            (
                each
                for each in world.exceptions[SeriesId(row.series or "")]
                if each.original_local == row.original_local
            ),
            None,
        )
        asked = None if exception is None else exception.change.start_local
        model[id] = Planned(asked or local_from(row.original_local or ""), asked is not None)
        assert row.settings.schedule.start_at == instant(model[id].start)
