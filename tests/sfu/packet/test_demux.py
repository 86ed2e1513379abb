"""SSRC to publication: declared, latched by MID and RID, bounded (rule N8)."""

from sfu.codecs import Kind
from sfu.packet.demux import MAX_CONTEXTS, Route, SsrcTable
from sfu.packet.publication import Publication
from sfu.packet.rtp import RtpView
from sfu.plane import PublicationSpec
from tests.support.plane_rig import idle_fan
from tests.support.rtp_peer import build_rtp


def publication(mid: str = "00", **fields: object) -> Publication:
    spec = PublicationSpec(Kind.VIDEO, mid, (96, 97), **fields)  # type: ignore[arg-type]
    return Publication(1, None, spec, lambda publication, track: None, idle_fan())


def view(ssrc: int, payload_type: int = 96, **extensions: bytes) -> RtpView:
    ids = {"mid": 1, "rid": 5, "rrid": 6}
    data = build_rtp(
        payload_type, 1, 2, ssrc, b"x", extensions={ids[name]: value for name, value in extensions.items()}
    )
    made = RtpView(memoryview(bytearray(data)))
    assert made.parse(0, len(data))
    return made


def test_declared_ssrcs_are_known_with_their_repairs() -> None:
    table, pub = SsrcTable(), publication(ssrcs=(10, 11), fid={10: 11})
    assert table.declare(pub) == (0, [])
    assert table.get(10) == Route(pub, None, False)
    assert table.get(11) == Route(pub, None, True)
    assert table.get(12) is None


def test_an_unknown_ssrc_needs_the_mid_and_a_payload_type_of_it() -> None:
    table, pub = SsrcTable(), publication("05")
    table.declare(pub)
    assert table.propose(view(1)) is None
    assert table.propose(view(1, mid=b"06")) is None
    assert table.propose(view(1, 111, mid=b"05")) is None
    assert table.propose(view(1, mid=b"05")) == Route(pub, None, False)
    assert table.propose(view(1, 97, mid=b"05")) == Route(pub, None, True)


def test_a_layer_needs_a_rid_that_was_answered() -> None:
    table, pub = SsrcTable(), publication("05", rids=("q", "h"), ssrcs=(10,))
    table.declare(pub)
    assert table.get(10) is None
    assert table.propose(view(1, mid=b"05")) is None
    assert table.propose(view(1, mid=b"05", rid=b"f")) is None
    assert table.propose(view(1, mid=b"05", rid=b"h")) == Route(pub, "h", False)
    assert table.propose(view(1, 97, mid=b"05", rrid=b"q")) == Route(pub, "q", True)


def test_an_ssrc_of_another_publication_is_refused() -> None:
    table, one, two = SsrcTable(), publication("05", ssrcs=(10,)), publication("06", ssrcs=(10, 12))
    table.declare(one)
    assert table.declare(two) == (1, [])
    assert table.get(10) == Route(one, None, False)
    assert table.get(12) == Route(two, None, False)


def test_fifty_thousand_ssrcs_are_sixteen() -> None:
    table, pub = SsrcTable(), publication("05")
    table.declare(pub)
    latched = 0
    for ssrc in range(50_000):
        route = table.propose(view(ssrc, mid=b"05")) if ssrc < 100 else Route(pub, None, False)
        assert route is not None
        latched += table.latch(ssrc, route) is not None
    assert latched == len(table) == MAX_CONTEXTS
    assert not table.has_room()


def test_a_retired_ssrc_is_dropped_kept_and_makes_room_when_needed() -> None:
    table, old = SsrcTable(), publication("05", ssrcs=tuple(range(MAX_CONTEXTS)))
    table.declare(old)
    table.retire(old)
    assert table.get(3) == Route(None, None, False)
    assert table.propose(view(99, mid=b"05")) is None
    new = publication("05", ssrcs=(3, 100))
    assert table.declare(new) == (0, [0])
    assert table.get(3) == table.get(100) == Route(new, None, False)
    assert table.get(0) is None
    assert len(table) == MAX_CONTEXTS
