"""The checks fail when the rooms are wrong: one rule at a time is broken, and a generated meeting must show it."""

from typing import Any

import pytest

from rooms.live import admission, audience, consequences, entry, permission, phases, rights, staleness, standing
from rooms.live.state import RoomState
from tests.rooms.sequences import Violation, run

ENOUGH = 120


def _nothing(*_: Any) -> None:
    return None


MISTAKES = {
    "a phase closes no microphone": (rights, "may_be_heard", lambda phase, person: True),
    "removed people may knock": (entry, "require_welcome", _nothing),
    "anybody admits": (admission, "require_leader", _nothing),
    "everybody sees the waiting list": (audience, "leads", lambda person: True),
    "waiting people see how many there are": (
        audience,
        "arrival_of",
        lambda state: len(state.people),
    ),
    "nothing is ever stale": (staleness, "_require", _nothing),
    "facilitators can be removed": (standing, "require_removable", _nothing),
    "a room goes on without anybody who leads": (consequences, "_lost_or_back", lambda state: ()),
    "a pause forgets that the room was closing": (phases, "closing_at", lambda settings: 0),
    "a full room takes more": (admission, "has_room_for_one", lambda state, coming=0: True),
    "an ended room is open": (permission, "Ended", RoomState),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_broken_rule_is_noticed(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, wrong = MISTAKES[mistake]
    monkeypatch.setattr(module, name, wrong)
    with pytest.raises(Violation):
        run(ENOUGH)
