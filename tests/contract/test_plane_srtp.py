"""What `sfu.packet.srtp` takes from pylibsrtp beyond its public names, and what it relies on libsrtp to refuse."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pylibsrtp
import pytest
from pylibsrtp import Policy, Session, _binding

from sfu.packet.arena import STRIDE, Arena
from sfu.packet.srtp import Cipher, Ciphers
from sfu.plane import SrtpProfile
from tests.support.rtp_peer import build_rtp, rtcp

KEYS = {
    SrtpProfile.AEAD_AES_256_GCM: bytes(range(44)),
    SrtpProfile.AEAD_AES_128_GCM: bytes(range(28)),
    SrtpProfile.AES128_CM_SHA1_80: bytes(range(30)),
}
PROFILE = SrtpProfile.AEAD_AES_256_GCM


def test_the_pinned_names_are_there() -> None:
    assert pylibsrtp.__version__.startswith("1.0.")
    for name in ("srtp_protect", "srtp_unprotect", "srtp_protect_rtcp", "srtp_unprotect_rtcp"):
        assert callable(getattr(_binding.lib, name))
    session = Session(Policy(key=KEYS[PROFILE], ssrc_type=Policy.SSRC_ANY_INBOUND,
                             srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_256_GCM))  # fmt: skip
    assert _binding.ffi.typeof(session._srtp[0]) == _binding.ffi.typeof("srtp_t")
    assert Ciphers(Arena(batch=1, egress=1)).is_direct


def put(view: memoryview, slot: int, data: bytes) -> int:
    view[slot * STRIDE : slot * STRIDE + len(data)] = data
    return len(data)


def take(view: memoryview, slot: int, length: int) -> bytes:
    return bytes(view[slot * STRIDE : slot * STRIDE + length])


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize("profile", list(KEYS))
def test_protected_packets_come_back_and_broken_ones_do_not(profile: SrtpProfile, direct: bool) -> None:
    arena = Arena(batch=2, egress=2)
    ciphers = Ciphers(arena, direct=direct)
    tx, rx = ciphers.tx(profile, KEYS[profile]), ciphers.rx(profile, KEYS[profile])
    packet = build_rtp(96, 5, 6, 7, b"payload" * 20, extensions={1: b"01"})
    length = tx.protect(1, put(arena.egress, 1, packet))
    sealed = take(arena.egress, 1, length)
    assert length > len(packet)
    assert sealed[:12] == packet[:12]
    broken = bytearray(sealed)
    broken[40] ^= 1
    assert rx.unprotect(0, put(arena.ingress, 0, bytes(broken))) == -1
    assert take(arena.ingress, 0, rx.unprotect(0, put(arena.ingress, 0, sealed))) == packet
    assert rx.unprotect(0, put(arena.ingress, 0, sealed)) == -1
    report = rtcp(201, 0, b"\0\0\0\7")
    sealed = take(arena.egress, 0, tx.protect_rtcp(0, put(arena.egress, 0, report)))
    assert take(arena.ingress, 1, rx.unprotect_rtcp(1, put(arena.ingress, 1, sealed))) == report
    assert rx.unprotect_rtcp(1, put(arena.ingress, 1, sealed)) == -1


@pytest.mark.parametrize("direct", [True, False])
def test_a_number_is_never_sent_twice_but_out_of_order_is_fine(direct: bool) -> None:
    arena = Arena(batch=1, egress=1)
    tx = Ciphers(arena, direct=direct).tx(PROFILE, KEYS[PROFILE])

    def protect(seq: int) -> int:
        return tx.protect(0, put(arena.egress, 0, build_rtp(96, seq, 1, 7, b"x")))

    assert protect(10) > 0
    assert protect(12) > 0
    assert protect(11) > 0
    assert protect(11) == -1
    assert protect(10) == -1


@pytest.mark.parametrize("direct", [True, False])
def test_a_forgotten_source_can_begin_again(direct: bool) -> None:
    arena = Arena(batch=1, egress=1)
    ciphers = Ciphers(arena, direct=direct)
    tx, rx = ciphers.tx(PROFILE, KEYS[PROFILE]), ciphers.rx(PROFILE, KEYS[PROFILE])
    sealed = take(arena.egress, 0, tx.protect(0, put(arena.egress, 0, build_rtp(96, 10, 1, 7, b"x"))))
    rx.forget(7)

    def unprotect(cipher: Cipher) -> int:
        return cipher.unprotect(0, put(arena.ingress, 0, sealed))

    assert unprotect(rx) > 0
    assert unprotect(rx) == -1
    rx.forget(7)
    assert unprotect(rx) > 0


def test_the_longest_datagram_fits_the_direct_way_and_is_refused_by_the_other() -> None:
    long = build_rtp(96, 1, 2, 3, bytes(2000))
    for direct, fits in ((True, True), (False, False)):
        arena = Arena(batch=1, egress=1)
        tx = Ciphers(arena, direct=direct).tx(PROFILE, KEYS[PROFILE])
        assert (tx.protect(0, put(arena.egress, 0, long)) > 0) is fits


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="key"):
        Ciphers(Arena(batch=1, egress=1)).tx(PROFILE, b"short")


CHURN = """
import asyncio, gc
gc.set_threshold(1)
from random import Random
from sfu.codecs import Kind
from sfu.packet.addresses import to_path
from sfu.packet.arena import Arena
from sfu.packet.core import PlaneCore
from sfu.plane import Address, PublicationSpec, SlotSpec
from tests.support.plane_rig import RecordingSink
from tests.support.rtp_peer import RtpPeer, build_rtp

arena, rng, sent = Arena(batch=4, egress=64), Random(9), []
core = PlaneCore(RecordingSink(), sent.extend, random=rng, arena=arena)
core.advance(1.0)
peers, number, seq = {}, 0, 0

def join():
    global number
    number += 1
    peer = RtpPeer(f"u{number}", f"password-number-{number:06d}")
    core.add_peer(number, 1, peer.ufrag, peer.pwd)
    core.set_srtp(number, peer.profile, peer.rx_key, peer.tx_key)
    path = to_path(0, Address("192.0.2.1", 1 + number % 60000))
    core.handle_datagram(peer.check(), path, 1.0)
    core.add_publication(10_000 + number, number, PublicationSpec(Kind.AUDIO, "00", (111,), (77,)))
    core.set_gate(10_000 + number, True)
    for other in peers:
        core.add_slot(number * 100_000 + other, number, SlotSpec(Kind.AUDIO, "10", 500 + other, None, (111,)))
        core.subscribe(number * 100_000 + other, 10_000 + other, None)
    peers[number] = (peer, path)

for _ in range(4):
    join()
for step in range(STEPS):
    seq += 1
    for who, (peer, path) in list(peers.items()):
        core.handle_datagram(peer.seal(build_rtp(111, seq, seq, 77, b"x" * rng.randint(1, 1100))), path, 1.0)
        if rng.random() < 0.05 and who in peers and len(peers) > 2:
            # In the middle of a batch: packets under its keys still wait in the outbox.
            core.remove_peer(who)
            del peers[who]
    core.flush()
    while len(peers) < 4:
        join()
assert len(sent) > STEPS, len(sent)
assert core.drops["error"] == 0, core.drops
print("sent", len(sent))
"""


def test_peers_that_leave_in_the_middle_of_a_batch_corrupt_nothing() -> None:
    """With every freed byte overwritten and a collection at almost each allocation."""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", CHURN.replace("STEPS", "400")],
        env={**os.environ, "PYTHONMALLOC": "debug", "MALLOC_PERTURB_": "165", "PYTHONPATH": str(root)},
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith("sent")


def test_departed_peers_are_freed_without_a_collector() -> None:
    """The media process runs with the collector off, so nothing that a peer leaves may be a cycle."""
    code = CHURN.replace("gc.set_threshold(1)", "gc.disable()").replace("STEPS", "300")
    code += """
from sfu.packet.peer import Peer
from sfu.packet.publication import Publication
from sfu.packet.subscription import Subscription
alive = [type(one).__name__ for one in gc.get_objects() if isinstance(one, Peer | Publication | Subscription)]
expected = len(peers) + len(core._publications) + len(core._subscriptions)
assert len(alive) == expected, (len(alive), expected)
assert number > 20
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(root)},
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    gc.collect()
