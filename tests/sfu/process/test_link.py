"""Frames between control and a media process, and a writer that never waits."""

import socket
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfu.codecs import Kind
from sfu.plane import (
    Address,
    AudioLevel,
    Layer,
    LayerRate,
    PlaneStats,
    PublicationSpec,
    PublicationStats,
    SlotSpec,
    SlotStats,
)
from sfu.process import link
from sfu.process.link import Upcall, Verb
from sfu.process.upcalls import BUSY, ControlGone, Upcalls

primitives = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(st.integers(), inner, max_size=4),
    max_leaves=10,
)


@given(st.lists(st.tuples(st.sampled_from(Verb), st.lists(primitives, max_size=4)), max_size=8), st.data())
def test_frames_survive_any_cut_of_the_stream(frames: list[tuple[Verb, list[Any]]], data: st.DataObject) -> None:
    stream = b"".join(link.encode(verb, *args) for verb, args in frames)
    reader = link.FrameReader()
    found = []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += list(reader.feed(stream[:size]))
        stream = stream[size:]
    assert found == [(int(verb), tuple(args)) for verb, args in frames]


def test_a_frame_beyond_the_bound_breaks_the_link() -> None:
    with pytest.raises(link.LinkBroken):
        list(link.FrameReader().feed(b"\xff\xff\xff\xff"))
    with pytest.raises(ValueError, match="long"):
        link.encode(Verb.INJECT, bytes(link.MAX_FRAME))


@pytest.mark.parametrize("body", [b"", b"N", b"\x00", b"[\xff"])
def test_an_unreadable_frame_breaks_the_link(body: bytes) -> None:
    with pytest.raises(link.LinkBroken):
        list(link.FrameReader().feed(len(body).to_bytes(4, "little") + body))


def test_every_type_of_the_seam_survives_the_link() -> None:
    publication = PublicationSpec(Kind.VIDEO, "01", (96, 97), (1,), {1: 2}, ("q", "h"))
    slot = SlotSpec(Kind.AUDIO, "10", 5, None, (111,), twcc=True)
    rates = (LayerRate("q", 5), LayerRate(None, 6))
    levels = (AudioLevel(1, 2),)
    addresses = [Address("::1", 5)]
    stats = PlaneStats(
        {1: PublicationStats(1, 2, 3, 4, 5)}, {2: SlotStats(1, 2, 3, 0.5, None)}, {"empty": 3}, 4, 5, 0.25, 6, 7
    )
    frame = link.encode(
        Upcall.STATS,
        link.pack_publication(publication),
        link.pack_slot(slot),
        link.pack_rates(rates),
        link.pack_levels(levels),
        link.pack_addresses(addresses),
        link.pack_stats(stats),
        link.pack_layer(Layer("q", 1)),
        link.pack_layer(None),
    )
    [(_, args)] = link.FrameReader().feed(frame)
    assert link.unpack_publication(args[0]) == publication
    assert link.unpack_slot(args[1]) == slot
    assert link.unpack_rates(args[2]) == rates
    assert link.unpack_levels(args[3]) == levels
    assert link.unpack_addresses(args[4]) == addresses
    assert link.unpack_stats(args[5]) == stats
    assert link.unpack_layer(args[6]) == Layer("q", 1)
    assert link.unpack_layer(args[7]) is None


@pytest.mark.parametrize(
    ("packed", "kind"),
    [
        (link.pack_publication(PublicationSpec(Kind.AUDIO, "0", ())), PublicationSpec),
        (link.pack_slot(SlotSpec(Kind.AUDIO, "0", 1, None, ())), SlotSpec),
        (link.pack_stats(PlaneStats({}, {}, {}, 0, 0, 0.0)), PlaneStats),
    ],
)
def test_no_field_is_forgotten(packed: tuple[Any, ...], kind: Any) -> None:
    assert len(packed) == len(fields(kind))


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def read(sock: socket.socket, reader: link.FrameReader) -> list[link.Frame]:
    frames = []
    while True:
        try:
            frames += list(reader.feed(sock.recv(1 << 20)))
        except BlockingIOError:
            return frames


def test_a_busy_control_misses_levels_but_no_answer(sockets: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = sockets
    upcalls = Upcalls(ours)
    while not upcalls.skipped:
        upcalls.on_dtls(1, bytes(1000))
        upcalls.flush()
    assert upcalls.is_behind
    upcalls.on_levels((AudioLevel(1, 2),))
    upcalls.send(Upcall.SETTLED, 7)
    upcalls.on_timeout(9)
    reader = link.FrameReader()
    frames = []
    while upcalls.is_behind:
        upcalls.flush()
        frames += read(theirs, reader)
    assert frames[-2:] == [(Upcall.SETTLED, (7,)), (Upcall.TIMEOUT, (9,))]
    assert Upcall.LEVELS not in {number for number, _ in frames}
    assert len(frames) * 1000 > BUSY


def test_a_control_that_reads_nothing_or_is_gone_is_given_up(sockets: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = sockets
    upcalls = Upcalls(ours)
    with pytest.raises(ControlGone):
        for _ in range(100):
            upcalls.send(Upcall.STATS, bytes(1 << 20))
            upcalls.flush()
    theirs.close()
    fresh = Upcalls(ours)
    fresh.on_quiet(1, 4000)
    with pytest.raises(ControlGone):
        fresh.flush()
