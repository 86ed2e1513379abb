"""The fast plane's state in plain memory: rows of 64-bit words that compiled and interpreted code read and write alike.

The numbers below are places of words. A row belongs to the object whose state it is and lives exactly as long; compiled
code reaches it by address, so whoever points to it lets go first. (d): a C double lies in that word.
"""

from typing import Final

from sfu.packet.arena import address_of_store

# The job: where everything lies, what is under way, what was done.
(
    J_WHAT, J_PROTECT, J_UNPROTECT, J_INGRESS, J_EGRESS, J_CAPACITY, J_BOX, J_HEADERS, J_VECTORS,
    # The batch of the fan: entries, in which order those of the present room leave, lanes served so far.
    J_ENTRIES, J_COUNT, J_LIMIT, J_ORDER, J_PICKED, J_ROOM, J_SERVED, J_IS_ODD_DONE,
    J_NOW_US, J_USED, J_RUNS, J_REFUSED,
    # What is received: the present (d), abs-send-time of it, what is shed now (see `Load`), counts.
    J_NOW, J_STAMP, J_STEP, J_TAKEN, J_AUTH, J_RATE, J_SHED,
    # One datagram: whose, where, how long, when it came (d).
    J_PEER, J_AT, J_LENGTH, J_ARRIVAL,
    # The loop: functions, sockets, received messages, sent messages. J_READS: when each was last read.
    J_RECVMMSG, J_SENDMMSG, J_PPOLL, J_CLOCK, J_SCRATCH, J_POLLED, J_SOCKETS, J_NEXT, J_AGAIN, J_MESSAGES, J_FRESH,
    J_ASIDES, J_BATCH, J_INDEX, J_TOTAL, J_WALL, J_DEADLINE, J_HAS_WAITED, J_IS_TOUCHED, J_IS_BEGUN,
    J_LONGEST, J_QUEUED, J_READS, J_READ_BEFORE, J_FIRST, J_PACKETS_OUT, J_PATHS, J_PATHS_MASK,
) = range(60)  # fmt: skip
JOB_WORDS: Final = 60

# An entry: a packet that leaves with the batch. E_ROOM 0: it has left.
E_ROOM, E_TRACK, E_COLUMN, E_NUMBER, E_TIMESTAMP, E_SOURCE, E_LENGTH, E_TWCC_AT = range(8)
ENTRY_WORDS: Final = 8

# A room. R_IS_STALE: something about its lanes is to be written anew. R_ODD: how many go the interpreted way.
R_LANES, R_LANE_COUNT, R_FLOWS, R_IS_STALE, R_ODD = range(5)
ROOM_WORDS: Final = 5

# A lane; L_HANDLE 0: nothing can be sent. L_CELLS: where the cells of its flows lie, by column of the track.
(
    L_HANDLE, L_TRAILER, L_NAME, L_NAME_LENGTH, L_CONTROLS, L_CONTROL_STRIDE, L_CONTROL_SOURCE, L_SOCKET, L_MOST,
    L_NEXT, L_TIMES, L_LABELS, L_ORIGINS, L_CELLS,
) = range(14)  # fmt: skip
LANE_WORDS: Final = 14

# A flow. A cell is its row, -1 where nothing flows.
F_OFFSET, F_TIMESTAMP_OFFSET, F_SSRC = range(3)
FLOW_WORDS: Final = 3

# A track. T_TYPE: payload type of what flows and needs no look, -1 for none. T_LAYOUT: see below, 0 words: none known.
# T_IS_UPPER: not the lowest layer of a camera that sends several.
(
    T_SSRC, T_TYPE, T_FLOWS, T_IS_PENDING, T_HIGHEST, T_SHIFT, T_PACKETS, T_TRANSIT, T_JITTER, T_CLOCK, T_BYTES,
    T_LAST_AT, T_FLOWED, T_FLOWED_BYTES, T_FLOWED_OCTETS, T_NEWEST, T_NEWEST_TIMESTAMP, T_NEWEST_AT, T_PUBLICATION,
    T_ROOM, T_COLUMN, T_IS_KEPT, T_KEPT, T_KEPT_BYTES, T_KEPT_SIZE, T_KEPT_HEAD, T_KEPT_NEWEST,
    T_HEADER, T_TWCC_AT, T_LEVEL_AT, T_STAMP_AT, T_PLACES, T_IS_UPPER, T_LAYOUT_WORDS, T_MASKS,
) = range(35)  # fmt: skip
LAYOUT_WORDS: Final = 9  # the head of the extension block and its at most 64 bytes
T_VALUES: Final = T_MASKS + LAYOUT_WORDS
TRACK_WORDS: Final = T_VALUES + LAYOUT_WORDS

# A kept packet: its number, when it came (d), where in the bytes it lies, its length, its layout's places, its head.
K_NUMBER, K_AT, K_PLACE, K_LENGTH, K_PLACES = range(5)
KEPT_WORDS: Final = 5

# A publication. P_HAS_LOWEST: its lowest layer came. P_LEVELS notes: levels and when they came (d), until the meter is
# asked.
P_IS_OPEN, P_WATCHING, P_IS_AUDIO, P_HAS_LOWEST, P_PAID_UNTIL, P_INTERVAL, P_NOTED = range(7)
P_LEVELS: Final = 7
MAX_LEVELS: Final = 64
PUBLICATION_WORDS: Final = P_LEVELS + 2 * MAX_LEVELS

# A peer. M_STAMP: abs-send-time of its newest packet, M_STAMPED_AT: when it came (d). M_SOURCES: SSRC and row of each
# track known so far. M_ARRIVALS notes: transport-wide number, when it came (d).
M_RX, M_TRAILER, M_HEARD, M_NOTED, M_NOTED_SSRC, M_NEWEST, M_STAMP, M_STAMPED_AT, M_SOURCE_COUNT = range(9)
M_SOURCES: Final = 9
MAX_SOURCES: Final = 16
M_ARRIVALS: Final = M_SOURCES + 2 * MAX_SOURCES
MAX_ARRIVALS: Final = 256
PEER_WORDS: Final = M_ARRIVALS + 2 * MAX_ARRIVALS

# A path: the words that name it, and the row of its peer, 0 where there is none.
A_KEY: Final = 0
KEY_WORDS: Final = 7
A_PEER: Final = 7
PATH_WORDS: Final = 8

# Why the loop came back to the interpreter.
(
    DONE, STALE, ODD_LANES, FULL, ODD_DATAGRAM, LATE, TOUCHED, UNSENT, TIME, OTHERS, UNREADABLE,
) = range(11)  # fmt: skip


class Row:
    """`words` and `reals` are the same memory."""

    __slots__ = ("address", "reals", "words")

    def __init__(self, words: int) -> None:
        store = memoryview(bytearray(8 * words))
        self.words = store.cast("q")
        self.reals = store.cast("d")
        self.address = address_of_store(store)
