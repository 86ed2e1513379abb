"""STUN: what is answered, and silence for everything else."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfu.packet import stun
from tests.support.rtp_peer import read_stun_success, stun_check

PWD = "VOkJxbRl1RmTxUk/WvJxBt"
GOOD = stun_check("evtj:h6vY", PWD)

# RFC 5769 section 2.1: a sample request with integrity and fingerprint.
SAMPLE = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae8022001053 54554e207465737420636c69656e74"
    "002400046e0001ff80290008932ff9b151263b36000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf".replace(" ", "")
)


def test_the_sample_of_the_rfc_is_read_and_authentic() -> None:
    check = stun.parse(SAMPLE)
    assert check is not None
    assert (check.ufrag, check.use_candidate) == (b"evtj", False)
    assert stun.is_authentic(SAMPLE, check, PWD.encode())
    assert not stun.is_authentic(SAMPLE, check, PWD.encode() + b"x")


def test_use_candidate_is_seen_only_before_the_integrity() -> None:
    check = stun.parse(GOOD)
    assert check is not None
    assert check.use_candidate
    plain = stun.parse(stun_check("evtj:h6vY", PWD, use_candidate=False))
    assert plain is not None
    assert not plain.use_candidate


@pytest.mark.parametrize(
    "datagram",
    [
        stun_check("evtj:h6vY", PWD, integrity=False),
        stun_check("evtj:h6vY", PWD, fingerprint=False),
        stun_check("evtj", PWD),
        stun_check(":h6vY", PWD),
        stun_check("a" * 514 + ":b", PWD),
        stun_check("evtj:h6vY", PWD, extra=b"\x00\x19\x00\x00"),
        GOOD[:-1],
        GOOD + b"\0\0\0\0",
        b"\x01\x01" + GOOD[2:],
        GOOD[:4] + b"\0\0\0\0" + GOOD[8:],
        b"",
    ],
    ids=["integrity", "fingerprint", "no colon", "no ufrag", "long name", "unknown required", "short", "long",
         "response", "cookie", "empty"],
)  # fmt: skip
def test_anything_less_is_nothing(datagram: bytes) -> None:
    assert stun.parse(datagram) is None


def test_the_reply_is_authentic_and_not_much_longer_than_the_request() -> None:
    check = stun.parse(GOOD)
    assert check is not None
    reply = stun.success(check, bytes((192, 0, 2, 1)), 32_853, PWD.encode())
    assert read_stun_success(reply, PWD) == ("192.0.2.1", 32_853)
    assert reply[8:20] == GOOD[8:20]
    assert len(stun.success(check, bytes(16), 1, PWD.encode())) <= 1.5 * len(GOOD)


@given(st.binary(max_size=200))
def test_any_bytes_are_judged(data: bytes) -> None:
    stun.parse(data)
    assert stun.parse(b"\x00\x01" + data) is None


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 7))
def test_no_single_flipped_bit_survives(index: int, bit: int) -> None:
    broken = bytearray(GOOD)
    broken[index] ^= 1 << bit
    check = stun.parse(bytes(broken))
    assert check is None or not stun.is_authentic(bytes(broken), check, PWD.encode())


def test_many_structured_mutations_neither_raise_nor_pass() -> None:
    rng = random.Random(5769)
    for _ in range(20_000):
        data = bytearray(GOOD)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(data) - 1)
            data[at : at + rng.choice((0, 1, 2, 4))] = rng.randbytes(rng.choice((0, 1, 2, 4)))
        if bytes(data) != GOOD:
            check = stun.parse(bytes(data))
            assert check is None or not stun.is_authentic(bytes(data), check, PWD.encode())
