"""`IceTable.owners` for the fast plane: whose a path is, also where compiled code can look it up."""

from typing import Any, Final

from sfu.packet import rows
from sfu.packet.addresses import split
from sfu.packet.peer import Peer
from sfu.packet.peer_fast import FastPeer
from sfu.packet.rows import KEY_WORDS, PATH_WORDS, Row

_FIRST_PATHS: Final = 64


class PathTable(dict[bytes, Peer]):
    """A dict, and beside it a hash table of rows: open addressing, at most half full."""

    def __init__(self) -> None:
        super().__init__()
        self._mask = _FIRST_PATHS - 1
        self._table = Row(_FIRST_PATHS * PATH_WORDS)
        self._job: Row | None = None

    def publish(self, job: Row) -> None:
        """Where the table lies is told here from now on."""
        self._job = job
        self._tell()

    def __setitem__(self, path: bytes, peer: Peer) -> None:
        if path in self:
            self._remove(key_of(path))
        super().__setitem__(path, peer)
        if 2 * len(self) > self._mask:
            self._grow()
        else:
            self._insert(key_of(path), peer)

    def pop(self, path: bytes, *default: Any) -> Any:
        if path in self:
            self._remove(key_of(path))
        return super().pop(path, *default)

    def _tell(self) -> None:
        if self._job is not None:
            self._job.words[rows.J_PATHS] = self._table.address
            self._job.words[rows.J_PATHS_MASK] = self._mask

    def _grow(self) -> None:
        self._mask = 2 * self._mask + 1
        self._table = Row((self._mask + 1) * PATH_WORDS)
        for path, peer in self.items():
            self._insert(key_of(path), peer)
        self._tell()

    def _insert(self, key: tuple[int, ...], peer: Peer) -> None:
        if not isinstance(peer, FastPeer):
            raise TypeError("not a peer of the fast plane")
        words, index = self._table.words, place_of(key, self._mask)
        while words[index * PATH_WORDS + rows.A_PEER]:
            index = (index + 1) & self._mask
        self._write(index, (*key, peer.row.address))

    def _remove(self, key: tuple[int, ...]) -> None:
        words, mask = self._table.words, self._mask
        index = place_of(key, mask)
        while tuple(words[index * PATH_WORDS : index * PATH_WORDS + KEY_WORDS]) != key:
            index = (index + 1) & mask
        # Close the gap: what follows moves up unless its own place lies behind the gap.
        following = (index + 1) & mask
        while words[following * PATH_WORDS + rows.A_PEER]:
            entry = tuple(words[following * PATH_WORDS : (following + 1) * PATH_WORDS])
            if (following - place_of(entry[:KEY_WORDS], mask)) & mask >= (following - index) & mask:
                self._write(index, entry)
                index = following
            following = (following + 1) & mask
        self._write(index, (0,) * PATH_WORDS)

    def _write(self, index: int, entry: tuple[int, ...]) -> None:
        for step, value in enumerate(entry):
            self._table.words[index * PATH_WORDS + step] = value


def key_of(path: bytes) -> tuple[int, ...]:
    """A path as the words that compiled code makes of a received datagram's name."""
    socket, name, local = split(path)
    data = name.ljust(32, b"\0") + local.ljust(16, b"\0") + (len(name) << 8 | socket).to_bytes(8, "little")
    return tuple(memoryview(data).cast("q"))


def place_of(key: tuple[int, ...], mask: int) -> int:
    """Where the search for a key begins, as in `loop_compiled`."""
    total = (key[0] >> 16 & 0xFFFF) * 40503 + (key[0] >> 32 & 0xFFFFFFFF) * 31
    total += (key[1] & 0xFFFFFFFF) * 7 + (key[2] & 0xFFFFFFFF) * 13 + (key[2] >> 32 & 0xFFFF)
    return (total ^ total >> 15) & mask
