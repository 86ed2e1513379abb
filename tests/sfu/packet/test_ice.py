"""Paths: who owns one, and what moves the send path (rules N4 and N5)."""

from dataclasses import dataclass

import pytest

from sfu.packet.ice import Answered, Credentials, IceAgent, IceTable
from tests.support.rtp_peer import stun_check


@dataclass(eq=False)
class Owner:
    ice: IceAgent


class World:
    def __init__(self) -> None:
        self.table: IceTable[Owner] = IceTable()
        self.now = 100.0

    def owner(self, name: str) -> Owner:
        owner = Owner(IceAgent(Credentials(name.encode(), b"pwd-" + name.encode()), self.now, last_heard=self.now))
        assert self.table.add(owner)
        return owner

    def check(self, name: str, path: bytes, *, nominate: bool = True) -> Answered[Owner] | str:
        data = stun_check(f"{name}:them", f"pwd-{name}", use_candidate=nominate)
        return self.table.handle(data, path, self.now)

    def moves(self, name: str, path: bytes, *, nominate: bool = True) -> bool:
        answered = self.check(name, path, nominate=nominate)
        assert isinstance(answered, Answered), answered
        return answered.has_moved


@pytest.fixture
def world() -> World:
    return World()


def test_the_first_check_selects_even_without_a_nomination(world: World) -> None:
    owner = world.owner("a")
    assert world.moves("a", b"p1", nominate=False)
    assert owner.ice.selected == b"p1"
    assert world.table.owners[b"p1"] is owner


def test_later_only_a_nomination_moves(world: World) -> None:
    owner = world.owner("a")
    world.check("a", b"p1")
    assert not world.moves("a", b"p2", nominate=False)
    assert owner.ice.selected == b"p1"
    assert world.moves("a", b"p2")
    assert owner.ice.selected == b"p2"
    assert not world.moves("a", b"p2")
    assert set(owner.ice.paths) == {b"p1", b"p2"}


def test_a_peer_has_eight_paths_and_the_stalest_but_the_selected_makes_room(world: World) -> None:
    """A device with two networks has eight ways already; after it moved the new ones count."""
    owner = world.owner("a")
    for number in range(8):
        world.now += 0.01
        assert isinstance(world.check("a", b"p%d" % number, nominate=False), Answered)
    assert owner.ice.selected == b"p0"
    assert isinstance(world.check("a", b"p8", nominate=False), Answered)
    assert len(owner.ice.paths) == 8
    assert b"p1" not in owner.ice.paths
    assert b"p1" not in world.table.owners
    assert owner.ice.selected == b"p0"
    assert world.moves("a", b"p9")
    assert len(world.table.owners) == 8


def test_a_path_is_not_taken_over_while_its_owner_is_heard(world: World) -> None:
    first, second = world.owner("a"), world.owner("b")
    world.check("a", b"p")
    world.now += 4.9
    assert world.check("b", b"p") == "stun-path-taken"
    assert world.table.owners[b"p"] is first
    world.now += 0.2
    assert world.moves("b", b"p")
    assert world.table.owners[b"p"] is second
    assert first.ice.selected is None


def test_both_credentials_live_until_the_new_are_nominated(world: World) -> None:
    owner = world.owner("a")
    world.check("a", b"p1")
    assert world.table.restart(owner, Credentials(b"b", b"pwd-b"))
    assert isinstance(world.check("a", b"p1"), Answered)
    assert not world.moves("b", b"p2", nominate=False)
    assert isinstance(world.check("a", b"p1"), Answered)
    assert world.moves("b", b"p2")
    assert world.check("a", b"p1") == "stun-unknown-ufrag"


def test_a_restart_over_a_restart_keeps_the_pair_that_carries_the_media(world: World) -> None:
    owner = world.owner("a")
    world.check("a", b"p1")
    world.table.restart(owner, Credentials(b"b", b"pwd-b"))
    world.table.restart(owner, Credentials(b"c", b"pwd-c"))
    assert isinstance(world.check("a", b"p1"), Answered)
    assert world.check("b", b"p1") == "stun-unknown-ufrag"
    assert isinstance(world.check("c", b"p1"), Answered)
    assert world.check("a", b"p1") == "stun-unknown-ufrag"


def test_a_restart_before_any_check_replaces_at_once(world: World) -> None:
    owner = world.owner("a")
    world.table.restart(owner, Credentials(b"b", b"pwd-b"))
    assert world.check("a", b"p1") == "stun-unknown-ufrag"


def test_a_ufrag_belongs_to_one_peer(world: World) -> None:
    owner = world.owner("a")
    assert not world.table.add(Owner(IceAgent(Credentials(b"a", b"x"), 0.0)))
    assert not world.table.restart(owner, Credentials(b"a", b"y"))


def test_sending_ends_after_ten_seconds_without_a_check(world: World) -> None:
    owner = world.owner("a")
    assert not owner.ice.may_send(world.now)
    world.check("a", b"p")
    assert owner.ice.may_send(world.now + 9.9)
    assert not owner.ice.may_send(world.now + 10)


def test_a_path_that_went_dead_gives_way_to_any_that_is_checked(world: World) -> None:
    """Both were there before; the browser nominates only once, as Firefox does."""
    owner = world.owner("a")
    world.check("a", b"p1")
    for _ in range(3):
        assert not world.moves("a", b"p2", nominate=False)
        world.now += 3.0
    assert not world.moves("a", b"p2", nominate=False)
    assert owner.ice.may_send(world.now)
    world.now += 1.0
    assert not owner.ice.may_send(world.now)
    assert world.moves("a", b"p2", nominate=False)
    assert owner.ice.selected == b"p2"
    assert owner.ice.may_send(world.now)


@pytest.mark.parametrize(("silent_s", "moves"), [(0.0, False), (0.9, False), (1.0, True), (5.0, True)])
def test_a_check_from_an_address_never_seen_moves_once_nothing_else_is_heard(
    world: World, silent_s: float, moves: bool
) -> None:
    """A translator forgot the browser: its next consent check comes from elsewhere and nominates nothing."""
    owner = world.owner("a")
    world.check("a", b"p1")
    world.now += silent_s
    assert world.moves("a", b"p2", nominate=False) is moves
    assert owner.ice.selected == (b"p2" if moves else b"p1")


def test_media_on_the_old_path_keeps_it(world: World) -> None:
    owner = world.owner("a")
    world.check("a", b"p1")
    for _ in range(50):
        world.now += 0.1
        owner.ice.last_heard = world.now
    assert not world.moves("a", b"p2", nominate=False)


def test_a_check_that_proves_nothing_moves_nothing(world: World) -> None:
    owner = world.owner("a")
    world.check("a", b"p1")
    world.now += 5.0
    forged = stun_check("a:them", "another-password", use_candidate=True)
    assert world.table.handle(forged, b"p2", world.now) == "stun-integrity"
    assert owner.ice.selected == b"p1"
    assert b"p2" not in owner.ice.paths


def test_a_path_that_ended_is_left_and_the_next_check_finds_another(world: World) -> None:
    owner = world.owner("a")
    world.check("a", b"p1")
    assert world.table.release(b"p1") is owner
    assert world.table.release(b"p1") is None
    assert not owner.ice.may_send(world.now)
    assert world.moves("a", b"p2", nominate=False)


def test_when_the_selected_path_ends_the_one_with_the_newest_check_takes_over(world: World) -> None:
    owner = world.owner("a")
    world.check("a", b"p1")
    world.check("a", b"p2", nominate=False)
    world.now += 1
    world.check("a", b"p3", nominate=False)
    world.check("a", b"p1")
    world.table.release(b"p1")
    assert owner.ice.selected == b"p3"
    assert owner.ice.may_send(world.now)
    world.table.release(b"p2")
    assert owner.ice.selected == b"p3"


def test_after_a_restart_the_first_check_from_elsewhere_moves_when_the_old_way_is_silent(world: World) -> None:
    owner = world.owner("a")
    world.check("a", b"wifi")
    world.now += 2.0
    world.table.restart(owner, Credentials(b"b", b"pwd-b"))
    assert world.moves("b", b"mobile", nominate=False)


def test_a_removed_peer_leaves_nothing(world: World) -> None:
    owner = world.owner("a")
    world.check("a", b"p1")
    world.table.restart(owner, Credentials(b"b", b"pwd-b"))
    world.table.remove(owner)
    assert world.table.owners == {}
    assert world.check("a", b"p1") == world.check("b", b"p1") == "stun-unknown-ufrag"
