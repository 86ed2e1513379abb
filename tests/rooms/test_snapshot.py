"""A room survives as text: equal when read back, and never half-read."""

import json

import pytest

from rooms.ids import MessageId
from rooms.live import commands as cmd
from rooms.live.snapshot import UnreadableSnapshot, dump, load
from rooms.live.state import ToPerson
from rooms.roles import Role
from tests.rooms.scene import CO, LEAD, A, B, C, Scene, live_scene


def full_scene() -> Scene:
    """One of everything."""
    scene = live_scene(A, B)
    scene.leads(CO, Role.CO_FACILITATOR)
    scene.waits(C)
    scene.do(cmd.SendNote(C, C, MessageId("m_n"), "caf\u00e9 \U0001f469\u200d\U0001f680"))
    scene.do(cmd.PostChat(LEAD, MessageId("m_1"), "hello", ToPerson(A)))
    scene.do(cmd.MuteParticipant(LEAD, A))
    scene.do(cmd.Remove(LEAD, B, ""))
    scene.do(cmd.LockEntry(LEAD))
    scene.do(cmd.Disconnect(A))
    return scene


def test_what_was_stored_is_what_is_loaded() -> None:
    scene = full_scene()
    assert load(dump(scene.state)) == scene.state


def test_a_loaded_room_goes_on_like_the_one_before() -> None:
    scene = full_scene()
    again = Scene()
    again.room, again.now = type(scene.room)(load(dump(scene.state))), scene.now
    for room in (scene, again):
        room.do(cmd.PauseRoom(LEAD))
        room.wait(600_000)
    assert again.state == scene.state


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"format":2,"room":{}}',
        '{"format":"1","room":{}}',
        '{"format":true,"room":{}}',
        '{"format":1}',
        '{"format":1,"room":{"session":"s_1"}}',
        '{"format":1,"room":',
    ],
)
def test_what_is_no_snapshot_is_refused_in_words(text: str) -> None:
    with pytest.raises(UnreadableSnapshot):
        load(text)


def test_the_refusal_quotes_nobodys_words() -> None:
    broken = json.loads(dump(full_scene().state))
    broken["room"]["phase"] = {"tag": "nowhere", "note": "secret"}
    with pytest.raises(UnreadableSnapshot) as refused:
        load(json.dumps(broken))
    assert "secret" not in str(refused.value) and refused.value.__cause__ is None
