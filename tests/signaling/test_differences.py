"""A page that applies the changes holds exactly the view that the server holds."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rooms.ids import Instant, MessageId, PersonId
from rooms.live.settings import ChatPolicy
from rooms.live.views import (
    ChatLineView,
    LeadView,
    OwnView,
    PersonView,
    Presence,
    RoomStatusView,
    RoomView,
)
from rooms.roles import Role
from signaling.differences import changes
from signaling.server_messages import ChatAdded, LeadChanged, PersonChanged
from tests.support.page_model import apply_changes

PEOPLE = [PersonId(f"p_person{number:02}") for number in range(6)]
LINES = [MessageId(f"m_line{number:04}") for number in range(6)]
ME = OwnView(PEOPLE[0], Role.PARTICIPANT, True, False, False, False, False, False, False, False)
STATUS = RoomStatusView("live", Instant(1), Instant(2), ChatPolicy.ALL, False, False)
LEAD = LeadView((), (), (), False, False, "")

people = st.builds(
    PersonView,
    st.sampled_from(PEOPLE),
    st.sampled_from(["Ash", "Birch"]),
    st.sampled_from(Role),
    st.sampled_from(Presence),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.none() | st.integers(1, 3),
)
lines = st.builds(
    ChatLineView,
    st.sampled_from(LINES),
    st.sampled_from(PEOPLE),
    st.just("Ash"),
    st.just("everyone"),
    st.none(),
    st.sampled_from(["hello", "edited"]),
)
views = st.builds(
    RoomView,
    st.builds(replace, st.just(ME), muted_by_self=st.booleans()),
    st.builds(replace, st.just(STATUS), cameras_locked=st.booleans()),
    st.lists(people, unique_by=lambda person: person.id).map(tuple),
    st.lists(lines, unique_by=lambda line: line.id).map(tuple),
    st.none() | st.builds(replace, st.just(LEAD), is_entry_locked=st.booleans()),
)


@given(views, views)
def test_the_changes_turn_the_old_view_into_the_new_one_order_included(old: RoomView, new: RoomView) -> None:
    assert apply_changes(old, changes(old, new)) == new


@given(views)
def test_equal_views_differ_in_nothing(view: RoomView) -> None:
    assert changes(view, view) == ()


@given(views, people)
def test_a_changed_person_stays_in_place(view: RoomView, person: PersonView) -> None:
    held = tuple(person if known.id == person.id else known for known in view.people)
    said = changes(view, replace(view, people=held))
    assert all(isinstance(change, PersonChanged) for change in said)
    assert len(said) <= 1


def test_a_new_line_says_only_the_line() -> None:
    line = ChatLineView(LINES[0], PEOPLE[0], "Ash", "everyone", None, "hello")
    old = RoomView(ME, STATUS, (), (), None)
    assert changes(old, replace(old, chat=(line,))) == (ChatAdded(line=line),)


def test_losing_the_lead_is_said() -> None:
    old = RoomView(ME, STATUS, (), (), LEAD)
    assert changes(old, replace(old, lead=None)) == (LeadChanged(lead=None),)
