"""The steady case of a received packet for Numba: `Ingress._rtp` and `Publication.receive` where nothing is special.

`take` first looks whether all of it is steady, and touches nothing before it knows: a source of this peer that flows,
an open gate, nobody who must see each packet, the next number in order, the layout of extensions as ever. Everything
else is the interpreter's, before decryption. After decryption it does what those two do, in their order. What is shed
is dropped here too: where there is too much to do, nothing may cost more than it did before.
"""

from typing import Final

from sfu.packet import rows
from sfu.packet.arena import MAX_DATAGRAM
from sfu.packet.history import MAX_PACKETS
from sfu.packet.load import ALL_VIDEO
from sfu.packet.machine import (
    call,
    compiled,
    copy,
    load,
    load_byte,
    load_half,
    load_real,
    store,
    store_byte,
    store_half,
    store_real,
)
from sfu.packet.publication import BURST_S
from sfu.packet.rows import KEPT_WORDS, MAX_ARRIVALS, MAX_LEVELS

ODD, TAKEN, DROPPED = 0, 1, 2
_HALF_CIRCLE: Final = 0x40000000


@compiled
def short(at: int) -> int:
    """16 bits, big-endian."""
    return load_byte(at) << 8 | load_byte(at + 1)  # type: ignore[no-any-return]


@compiled
def word(at: int) -> int:
    """32 bits, big-endian."""
    return short(at) << 16 | short(at + 2)  # type: ignore[no-any-return]


@compiled
def _track(peer: int, ssrc: int) -> int:
    """The row of the peer's track with this SSRC, 0 if it is not known."""
    for index in range(load(peer + 8 * rows.M_SOURCE_COUNT)):
        source = peer + 8 * (rows.M_SOURCES + 2 * index)
        if load(source) == ssrc:
            return load(source + 8)  # type: ignore[no-any-return]
    return 0


@compiled
def _is_media(peer: int, track: int, at: int) -> bool:
    """Of the type that came last, from a peer whose packets can be opened."""
    second = load_byte(at + 1)
    return (
        load(track + 8 * rows.T_TYPE) == second & 0x7F and not 192 <= second <= 223 and load(peer + 8 * rows.M_RX) != 0
    )


@compiled
def _is_shed(job: int, track: int) -> bool:
    """`Publication.is_shed`."""
    step, publication = load(job + 8 * rows.J_STEP), load(track + 8 * rows.T_PUBLICATION)
    if step == 0 or load(publication + 8 * rows.P_IS_AUDIO) != 0:
        return False
    is_upper = load(track + 8 * rows.T_IS_UPPER) != 0 and load(publication + 8 * rows.P_HAS_LOWEST) != 0
    return is_upper or step >= ALL_VIDEO  # type: ignore[no-any-return]


@compiled
def _is_steady(peer: int, track: int, at: int, length: int) -> bool:
    if load(track + 8 * rows.T_FLOWS) == 0 or load(track + 8 * rows.T_IS_PENDING) != 0:
        return False
    publication = load(track + 8 * rows.T_PUBLICATION)
    if load(publication + 8 * rows.P_IS_OPEN) == 0 or load(publication + 8 * rows.P_WATCHING) != 0:
        return False
    if (load(track + 8 * rows.T_HIGHEST) + 1) & 0xFFFF != short(at + 2):
        return False
    words = load(track + 8 * rows.T_LAYOUT_WORDS)
    if words == 0 or length <= load(track + 8 * rows.T_HEADER) + load(peer + 8 * rows.M_TRAILER):
        return False
    for index in range(words):
        part = load(at + 12 + 8 * index) & load(track + 8 * (rows.T_MASKS + index))
        if part != load(track + 8 * (rows.T_VALUES + index)):
            return False
    # Room for what is noted until somebody asks.
    if load(peer + 8 * rows.M_NOTED) >= MAX_ARRIVALS or load(publication + 8 * rows.P_NOTED) >= MAX_LEVELS:
        return False
    is_kept, size = load(track + 8 * rows.T_IS_KEPT) != 0, load(track + 8 * rows.T_KEPT_SIZE)
    return not is_kept or 2 * length <= size


@compiled
def _count(track: int, timestamp: int, length: int, now: float) -> None:
    """`ReceiveStats.on_packet` in order, and the track's own counts."""
    store(track + 8 * rows.T_PACKETS, load(track + 8 * rows.T_PACKETS) + 1)
    store(track + 8 * rows.T_HIGHEST, load(track + 8 * rows.T_HIGHEST) + 1)
    transit = now * load_real(track + 8 * rows.T_CLOCK) - timestamp
    difference = abs(transit - load_real(track + 8 * rows.T_TRANSIT))
    if difference < _HALF_CIRCLE:
        jitter = load_real(track + 8 * rows.T_JITTER)
        store_real(track + 8 * rows.T_JITTER, jitter + (difference - jitter) / 16)
    store_real(track + 8 * rows.T_TRANSIT, transit)
    store(track + 8 * rows.T_BYTES, load(track + 8 * rows.T_BYTES) + length)
    store_real(track + 8 * rows.T_LAST_AT, now)


@compiled
def _is_paid(publication: int, now: float) -> bool:
    """The rate that `Publication._pass` allows."""
    paid = load_real(publication + 8 * rows.P_PAID_UNTIL)
    if paid < now:
        paid = now
    elif paid - now >= BURST_S:
        return False
    store_real(publication + 8 * rows.P_PAID_UNTIL, paid + load_real(publication + 8 * rows.P_INTERVAL))
    return True


@compiled
def _keep(track: int, number: int, at: int, length: int, now: float) -> None:
    """A copy into the ring of bytes: see `history_rows`."""
    head, size = load(track + 8 * rows.T_KEPT_HEAD), load(track + 8 * rows.T_KEPT_SIZE)
    if head % size + length > size:
        head += size - head % size
    kept = load(track + 8 * rows.T_KEPT) + 8 * KEPT_WORDS * (number & (MAX_PACKETS - 1))
    store(kept + 8 * rows.K_NUMBER, number)
    store_real(kept + 8 * rows.K_AT, now)
    store(kept + 8 * rows.K_PLACE, head)
    store(kept + 8 * rows.K_LENGTH, length)
    store(kept + 8 * rows.K_PLACES, load(track + 8 * rows.T_PLACES))
    copy(load(track + 8 * rows.T_KEPT_BYTES) + head % size, at, length)
    store(track + 8 * rows.T_KEPT_HEAD, head + length)
    if number > load(track + 8 * rows.T_KEPT_NEWEST):
        store(track + 8 * rows.T_KEPT_NEWEST, number)


@compiled
def _note_arrival(job: int, peer: int, track: int, at: int) -> None:
    """For the uplink's feedback, until it is made, and for its `UplinkWatch`."""
    stamp_at = load(track + 8 * rows.T_STAMP_AT)
    if stamp_at != 0:
        store(peer + 8 * rows.M_STAMP, short(at + stamp_at) << 8 | load_byte(at + stamp_at + 2))
        store_real(peer + 8 * rows.M_STAMPED_AT, load_real(job + 8 * rows.J_ARRIVAL))
    twcc_at = load(track + 8 * rows.T_TWCC_AT)
    if twcc_at != 0:
        noted = load(peer + 8 * rows.M_NOTED)
        where = peer + 8 * (rows.M_ARRIVALS + 2 * noted)
        store(where, short(at + twcc_at + 1))
        store_real(where + 8, load_real(job + 8 * rows.J_ARRIVAL))
        store(peer + 8 * rows.M_NOTED, noted + 1)
        store(peer + 8 * rows.M_NOTED_SSRC, load(track + 8 * rows.T_SSRC))


@compiled
def _note_level(publication: int, track: int, at: int, now: float) -> None:
    """For the level meter, until it is asked."""
    level_at = load(track + 8 * rows.T_LEVEL_AT)
    if level_at != 0 and load(publication + 8 * rows.P_IS_AUDIO) != 0:
        noted = load(publication + 8 * rows.P_NOTED)
        where = publication + 8 * (rows.P_LEVELS + 2 * noted)
        store(where, load_byte(at + level_at))
        store_real(where + 8, now)
        store(publication + 8 * rows.P_NOTED, noted + 1)


@compiled
def _clean(job: int, track: int, at: int) -> None:
    """`RtpView.clean` of a plain layout."""
    twcc_at, stamp_at = load(track + 8 * rows.T_TWCC_AT), load(track + 8 * rows.T_STAMP_AT)
    if twcc_at != 0:
        for step in range(3):
            store_byte(at + twcc_at + step, 0)
    if stamp_at != 0:
        stamp = load(job + 8 * rows.J_STAMP)
        for step in range(3):
            store_byte(at + stamp_at + step, stamp >> (16 - 8 * step))


@compiled
def _forward(job: int, track: int, at: int, length: int) -> None:
    """`Track.on_flow` and `Fan.add`."""
    number = load(track + 8 * rows.T_HIGHEST) + load(track + 8 * rows.T_SHIFT)
    timestamp, now = word(at + 4), load_real(job + 8 * rows.J_NOW)
    if load(track + 8 * rows.T_IS_KEPT) != 0:
        _keep(track, number, at, length, now)
    store(track + 8 * rows.T_NEWEST, number)
    store(track + 8 * rows.T_NEWEST_TIMESTAMP, timestamp)
    store_real(track + 8 * rows.T_NEWEST_AT, now)
    store(track + 8 * rows.T_FLOWED, load(track + 8 * rows.T_FLOWED) + 1)
    store(track + 8 * rows.T_FLOWED_BYTES, load(track + 8 * rows.T_FLOWED_BYTES) + length)
    octets = length - load(track + 8 * rows.T_HEADER)
    store(track + 8 * rows.T_FLOWED_OCTETS, load(track + 8 * rows.T_FLOWED_OCTETS) + octets)
    count = load(job + 8 * rows.J_COUNT)
    entry = load(job + 8 * rows.J_ENTRIES) + 8 * rows.ENTRY_WORDS * count
    store(entry + 8 * rows.E_ROOM, load(track + 8 * rows.T_ROOM))
    store(entry + 8 * rows.E_TRACK, track)
    store(entry + 8 * rows.E_COLUMN, load(track + 8 * rows.T_COLUMN))
    store(entry + 8 * rows.E_NUMBER, number)
    store(entry + 8 * rows.E_TIMESTAMP, timestamp)
    store(entry + 8 * rows.E_SOURCE, at - load(job + 8 * rows.J_INGRESS))
    store(entry + 8 * rows.E_LENGTH, length)
    store(entry + 8 * rows.E_TWCC_AT, load(track + 8 * rows.T_TWCC_AT))
    store(job + 8 * rows.J_COUNT, count + 1)
    store(job + 8 * rows.J_NOW_US, int(now * 1e6))


@compiled
def take(job: int) -> int:
    """The datagram at J_AT: `ODD` and untouched, `TAKEN`, or `DROPPED` and counted. The fan has room for one entry."""
    peer, at, length = load(job + 8 * rows.J_PEER), load(job + 8 * rows.J_AT), load(job + 8 * rows.J_LENGTH)
    # Version 2 with an extension, without padding and contributors.
    if length < 20 or length > MAX_DATAGRAM or load_byte(at) != 0x90:
        return ODD
    track = _track(peer, word(at + 8))
    if track == 0 or not _is_media(peer, track, at):
        return ODD
    if _is_shed(job, track):
        store(job + 8 * rows.J_TAKEN, load(job + 8 * rows.J_TAKEN) + 1)
        store(job + 8 * rows.J_SHED, load(job + 8 * rows.J_SHED) + 1)
        return DROPPED
    if not _is_steady(peer, track, at, length):
        return ODD
    box = load(job + 8 * rows.J_BOX)
    store_half(box, length)
    store(job + 8 * rows.J_TAKEN, load(job + 8 * rows.J_TAKEN) + 1)
    if call(load(job + 8 * rows.J_UNPROTECT), load(peer + 8 * rows.M_RX), at, box, 0, 0) != 0:
        store(job + 8 * rows.J_AUTH, load(job + 8 * rows.J_AUTH) + 1)
        return DROPPED
    length = load_half(box)
    now, publication = load_real(job + 8 * rows.J_NOW), load(track + 8 * rows.T_PUBLICATION)
    store_real(peer + 8 * rows.M_HEARD, now)
    _note_arrival(job, peer, track, at)
    _count(track, word(at + 4), length, now)
    if not _is_paid(publication, now):
        store(job + 8 * rows.J_RATE, load(job + 8 * rows.J_RATE) + 1)
        return DROPPED
    _note_level(publication, track, at, now)
    _clean(job, track, at)
    _forward(job, track, at, length)
    return TAKEN


@compiled
def set_now(job: int, now: float) -> None:
    """The present, as `abs_send_time` writes it too."""
    store_real(job + 8 * rows.J_NOW, now)
    store(job + 8 * rows.J_STAMP, int(now * 262144) & 0xFFFFFF)
