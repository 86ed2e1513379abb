"""What a page asks of the media plane, and what the plane tells of itself."""

import pytest

from sfu.node import Source, SourceWanted, Video, Wanted, WantedCamera
from signaling.server_media import LayersWanted, MediaWaits, OfferMessage, Speaking
from signaling.server_messages import Room
from tests.support.room_bench import Bench


@pytest.fixture
async def bench() -> Bench:
    return await Bench().start()


async def test_speakers_and_slots_name_people_and_reach_people_inside_only(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    birch = await bench.waiting("Birch")
    birch.forget()
    assert bench.media.sink is not None
    bench.media.sink.on_speaking(bench.host.number, (ash.transport, 1))
    bench.media.sink.on_speaking(bench.host.number + 1, (ash.transport,))
    assert [message.people for message in fern.messages(Speaking)] == [(ash.person,)]
    assert birch.told == []


async def test_what_a_page_shows_is_translated_and_follows_a_replaced_transport(bench: Bench) -> None:
    fern, ash, birch = await bench.live("Ash", "Birch")
    waiting = "p_nobodyhere"
    tiles = [{"person": person, "width": 320} for person in (birch.person, waiting, ash.person, birch.person)]
    tiles[0]["is_pinned"] = True
    assert await fern.ask("viewing", tiles=tiles, screen=False, video="saver") == "ok"
    cameras = (WantedCamera(birch.transport, 320, is_pinned=True), WantedCamera(ash.transport, 320))
    assert fern.peer.wanted == Wanted(cameras, screen=False, video=Video.SAVER)
    former = birch.transport
    assert await birch.ask("replace-transport", transport=former) == "ok"
    assert birch.transport != former
    assert fern.peer.wanted.cameras == (WantedCamera(birch.transport, 320, is_pinned=True), cameras[1])
    assert await birch.ask("replace-transport", transport=former) == "ok"
    assert len(bench.media.peers) == 3


async def test_answers_reach_the_plane_or_are_refused(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    birch = await bench.waiting("Birch")
    number = ash.transport
    assert await ash.ask("answer", transport=number, generation=1, sdp="v=0") == "ok"
    assert await ash.ask("answer", transport=number, generation=1, sdp="bad") == "bad-answer"
    assert await ash.ask("answer", transport=number, generation=7, sdp="v=0") == "bad-answer"
    assert await ash.ask("answer", transport=number + 99, generation=1, sdp="v=0") == "no-media"
    assert await birch.ask("answer", transport=number, generation=1, sdp="v=0") == "no-media"
    assert await birch.ask("replace-transport", transport=number) == "no-media"
    assert bench.media.peers[number].answers == ["v=0"]


async def test_a_transport_that_ends_by_itself_is_made_anew_with_the_same_gates(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    await ash.ask("unmute-self")
    former = ash.transport
    bench.media.lose(former)
    await bench.rest()
    assert ash.media_states == ["down"]
    assert ash.transport != former
    assert ash.peer.gates == {Source.MIC}


async def test_a_media_process_that_dies_costs_everybody_a_new_transport_and_nothing_else(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    await ash.ask("unmute-self")
    bench.media.die()
    await bench.rest()
    assert len(bench.media.peers) == 2
    assert ash.peer.gates == {Source.MIC}
    assert fern.peer.gates == set()


async def test_the_state_of_a_transport_is_told_to_its_person(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    assert bench.media.sink is not None
    bench.media.sink.on_connected(ash.transport)
    bench.media.sink.on_quiet(ash.transport, True)
    bench.media.sink.on_quiet(ash.transport, False)
    assert ash.media_states == ["up", "quiet", "up"]
    assert fern.media_states == []


async def test_a_new_path_is_asked_for_once_by_each_offer(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    birch = await bench.waiting("Birch")
    number = ash.transport
    assert await ash.ask("restart-ice", transport=number, generation=1) == "ok"
    assert ash.messages(OfferMessage)[-1].generation == 2
    assert await ash.ask("restart-ice", transport=number, generation=1) == "ok"
    assert await ash.ask("restart-ice", transport=number + 99, generation=2) == "no-media"
    assert await birch.ask("restart-ice", transport=number, generation=1) == "no-media"
    assert bench.media.log.count(("restart-ice", number)) == 1
    assert await ash.ask("restart-ice", transport=number, generation=2) == "ok"
    assert bench.media.log.count(("restart-ice", number)) == 2
    assert ash.transport == number


async def test_a_new_path_is_asked_for_although_another_offer_is_on_its_way(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    number = ash.transport
    bench.media.reoffer(number)
    assert await ash.ask("restart-ice", transport=number, generation=1) == "ok"
    assert bench.media.log.count(("restart-ice", number)) == 1
    # Generation 3 brings it, 4 is another offer again.
    bench.media.reoffer(number)
    for seen in (1, 2):
        assert await ash.ask("restart-ice", transport=number, generation=seen) == "ok"
    assert bench.media.log.count(("restart-ice", number)) == 1
    assert await ash.ask("restart-ice", transport=number, generation=3) == "ok"
    assert bench.media.log.count(("restart-ice", number)) == 2


async def test_a_new_path_that_is_not_offered_yet_is_not_asked_for_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ash = await bench.live("Ash")
    number = ash.transport
    with monkeypatch.context() as held:
        held.setattr(bench.media, "reoffer", lambda peer: None)
        assert await ash.ask("restart-ice", transport=number, generation=1) == "ok"
        assert await ash.ask("restart-ice", transport=number, generation=1) == "ok"
        bench.media.offer(number)
        assert await ash.ask("restart-ice", transport=number, generation=1) == "ok"
    assert bench.media.log.count(("restart-ice", number)) == 1


async def test_a_page_is_told_which_of_its_own_layers_are_watched_also_when_it_comes_back(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    fern.forget()
    assert bench.media.sink is not None
    wanted = (SourceWanted(Source.CAMERA, True, ("q",)), SourceWanted(Source.SCREEN, False))
    bench.media.sink.on_layers_wanted(ash.transport, wanted)
    told = ash.messages(LayersWanted)[-1]
    assert [(one.source, one.is_wanted, one.rids) for one in told.sources] == [
        ("camera", True, ("q",)),
        ("screen", False, ()),
    ]
    assert fern.told == []
    again = await bench.come("Ash", takes_over=True, is_same_page=True, transport=ash.transport)
    assert again.messages(LayersWanted) == [told]


async def test_who_is_admitted_while_the_media_is_full_has_a_seat_and_hears_why_nothing_comes_yet(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    bench.media.full_rooms = {bench.host.number}
    birch = await bench.admitted("Birch", fern)
    assert [type(message) for message in birch.told if isinstance(message, Room | MediaWaits)] == [Room, MediaWaits]
    assert birch.person in {person.id for person in ash.room.people}
    assert await birch.ask("raise-hand") == "ok"
    assert not ash.messages(MediaWaits)
    lead = await bench.facilitator("Gorse")
    assert lead.messages(OfferMessage)
    assert not lead.messages(MediaWaits)
    bench.media.full_rooms = set()
    await bench.pass_time(3_000)
    assert birch.messages(OfferMessage)
    assert len(birch.messages(MediaWaits)) == 1
