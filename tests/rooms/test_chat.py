"""The group chat and who reads what."""

import pytest

from rooms.ids import MessageId, PersonId
from rooms.live import commands as cmd
from rooms.live.settings import ChatPolicy
from rooms.live.snapshot import dump
from rooms.live.state import ChatTo, ToEveryone, ToFacilitators, ToPerson
from rooms.refusals import Reason
from rooms.roles import Role
from tests.rooms.scene import CO, LEAD, A, B, C, Scene, live_scene


def says(scene: Scene, who: PersonId, text: str, to: ChatTo | None = None) -> None:
    number = scene.state.version
    scene.do(cmd.PostChat(who, MessageId(f"m_{number}"), text, to or ToEveryone()))


def reads(scene: Scene, who: PersonId) -> list[str]:
    return [line.text for line in scene.inside(who).chat]


def test_a_message_reaches_whom_it_is_for() -> None:
    scene = live_scene(A, B)
    says(scene, A, "for all")
    says(scene, A, "for those who lead", ToFacilitators())
    says(scene, LEAD, "for you", ToPerson(A))
    assert reads(scene, A) == ["for all", "for those who lead", "for you"]
    assert reads(scene, B) == ["for all"]
    assert reads(scene, LEAD) == ["for all", "for those who lead", "for you"]


def test_a_private_word_of_a_facilitator_stays_between_the_two() -> None:
    scene = live_scene(A, B)
    scene.leads(CO, Role.CO_FACILITATOR)
    says(scene, LEAD, "for you", ToPerson(A))
    assert reads(scene, CO) == []
    scene.refuses(cmd.PostChat(A, MessageId("m_x"), "psst", ToPerson(B)), Reason.NOT_PERMITTED)
    scene.waits(C)
    scene.refuses(cmd.PostChat(LEAD, MessageId("m_x"), "psst", ToPerson(C)), Reason.WRONG_STANDING)


@pytest.mark.parametrize(
    ("policy", "all_refused", "facilitators_refused"),
    [(ChatPolicy.ALL, False, False), (ChatPolicy.FACILITATORS, True, False), (ChatPolicy.OFF, True, True)],
)
def test_the_policy_binds_participants_and_not_those_who_facilitate(
    policy: ChatPolicy, all_refused: bool, facilitators_refused: bool
) -> None:
    scene = live_scene(A, chat_policy=policy)
    for to, is_refused in ((ToEveryone(), all_refused), (ToFacilitators(), facilitators_refused)):
        ask = cmd.PostChat(A, MessageId(f"m_{to.tag}"), "hello", to)
        if is_refused:
            scene.refuses(ask, Reason.CHAT_OFF)
        else:
            scene.do(ask)
    says(scene, LEAD, "welcome")
    assert "welcome" in reads(scene, A)


def test_a_policy_changed_in_the_room_holds_for_this_room() -> None:
    scene = live_scene(A)
    scene.do(cmd.SetChatPolicy(LEAD, ChatPolicy.OFF))
    assert scene.inside(A).status.chat_policy is ChatPolicy.OFF
    scene.refuses(cmd.PostChat(A, MessageId("m_1"), "hello"), Reason.CHAT_OFF)


def test_who_comes_later_does_not_read_what_was_written_before() -> None:
    scene = live_scene(A)
    says(scene, A, "I have not told anybody yet")
    scene.wait(1_000)
    scene.admits(B)
    says(scene, A, "hello")
    assert reads(scene, B) == ["hello"]
    scene.leads(CO, Role.CO_FACILITATOR)
    assert reads(scene, CO) == ["I have not told anybody yet", "hello"]


def test_a_reconnecting_person_finds_what_they_missed() -> None:
    scene = live_scene(A, B)
    scene.do(cmd.Disconnect(B))
    scene.wait(5_000)
    says(scene, A, "said meanwhile")
    scene.do(cmd.Connect(B, True))
    assert reads(scene, B) == ["said meanwhile"]


def test_a_promotion_opens_no_earlier_words_to_the_facilitators() -> None:
    scene = live_scene(A, B)
    says(scene, A, "about B", ToFacilitators())
    scene.wait(1)
    scene.do(cmd.Promote(LEAD, B))
    assert reads(scene, B) == []
    says(scene, A, "to all who lead", ToFacilitators())
    assert reads(scene, B) == ["to all who lead"]
    scene.do(cmd.Demote(LEAD, B))
    assert reads(scene, B) == []


def test_a_line_is_deleted_by_its_author_or_a_facilitator() -> None:
    scene = live_scene(A, B)
    scene.do(cmd.PostChat(A, MessageId("m_1"), "one"))
    scene.do(cmd.PostChat(A, MessageId("m_2"), "two"))
    scene.do(cmd.PostChat(A, MessageId("m_3"), "three", ToFacilitators()))
    scene.refuses(cmd.DeleteChat(B, MessageId("m_1")), Reason.NOT_PERMITTED)
    scene.refuses(cmd.DeleteChat(B, MessageId("m_3")), Reason.UNKNOWN_MESSAGE)  # B knows of no such line
    scene.refuses(cmd.DeleteChat(A, MessageId("m_9")), Reason.UNKNOWN_MESSAGE)
    scene.do(cmd.DeleteChat(A, MessageId("m_1")))
    scene.do(cmd.DeleteChat(LEAD, MessageId("m_2")))
    assert (reads(scene, A), reads(scene, B)) == (["three"], [])


def test_a_muted_text_is_silent_to_all_until_allowed() -> None:
    scene = live_scene(A)
    scene.do(cmd.MuteText(LEAD, A))
    scene.refuses(cmd.PostChat(A, MessageId("m_1"), "hello"), Reason.TEXT_MUTED)
    scene.refuses(cmd.PostChat(A, MessageId("m_1"), "hello", ToFacilitators()), Reason.TEXT_MUTED)
    assert scene.inside(A).me.is_text_muted
    scene.do(cmd.AllowText(LEAD, A))
    says(scene, A, "hello")


def test_the_same_message_sent_twice_is_one() -> None:
    scene = live_scene(A)
    scene.do(cmd.PostChat(A, MessageId("m_1"), "hello"))
    assert scene.do(cmd.PostChat(A, MessageId("m_1"), "hello")) == []
    assert reads(scene, A) == ["hello"]


def test_the_chat_keeps_its_newest_five_hundred_lines() -> None:
    scene = live_scene(A)
    for number in range(510):
        scene.do(cmd.PostChat(A, MessageId(f"m_{number}"), f"line {number}"))
    lines = reads(scene, A)
    assert (len(lines), lines[0], lines[-1]) == (500, "line 10", "line 509")


def test_the_chat_keeps_no_more_than_a_quarter_of_a_megabyte() -> None:
    scene = live_scene(A)
    for number in range(100):
        says(scene, A, chr(0x1F600) * 4_000)
        says(scene, A, f"line {number}")
    lines = reads(scene, A)
    assert lines[-1] == "line 99"
    assert 240_000 < sum(len(line.encode()) for line in lines) <= 256 * 1_024
    assert len(dump(scene.state)) < 300_000


def test_on_a_break_one_reads_and_writes_on() -> None:
    scene = live_scene(A, B)
    scene.do(cmd.TakeBreak(A))
    says(scene, B, "take your time")
    says(scene, A, "thank you")
    assert reads(scene, A) == ["take your time", "thank you"]


@pytest.mark.parametrize("text", ["", " \n ", "x" * 4_001, "a\x00b", "\ud800", "\u200b"])
def test_a_message_that_cannot_be_shown_is_refused(text: str) -> None:
    live_scene(A).refuses(cmd.PostChat(A, MessageId("m_1"), text), Reason.BAD_TEXT)
