"""What one page's samples say of how it heard and saw one person: pure, over what `line_probe.js` kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

AUDIO_RATE = 48_000
SOURCES = {"mic": "audio", "camera": "video", "screen": "video"}


@dataclass(frozen=True)
class Sample:
    """One reading of a page. `at`: seconds of wall time; `receivers`: by mid, what each counted.

    `inbound`: of the one in whose slot a person is shown, by person and source.
    """

    at: float
    state: str
    connections: int
    rtt_s: float | None
    available_bps: float | None
    inbound: dict[tuple[str, str], dict[str, Any]]
    outbound: tuple[dict[str, Any], ...]
    receivers: dict[str, dict[str, Any]]

    @classmethod
    def from_page(cls, row: dict[str, Any]) -> "Sample":
        slots: dict[str, list[str]] = row["slots"]
        receivers = {one["mid"]: one for one in row["in"]}
        inbound = {(person, source): receivers[mid] for mid, (person, source) in slots.items() if mid in receivers}
        return cls(
            row["at"] / 1_000,
            row["state"],
            row["connections"],
            row.get("rtt"),
            row.get("available"),
            inbound,
            tuple(row["out"]),
            receivers,
        )


@dataclass(frozen=True)
class Step:
    """From one sample to the next for one slot; a counter that fell began anew with a fresh connection or slot."""

    at: float
    seconds: float
    before: dict[str, Any]
    after: dict[str, Any]

    def rise(self, counter: str) -> float:
        old, new = float(self.before.get(counter, 0)), float(self.after.get(counter, 0))
        return new - old if new >= old else new


@dataclass(frozen=True)
class Heard:
    """`concealed`: share of the played samples that were made up; `longest_gap_s`: without anything real to play."""

    concealed: float
    longest_gap_s: float
    packets: int


@dataclass(frozen=True)
class Seen:
    """`height`: of the last picture; `freezes`, `frozen_s`: as the browser counts them, one that still runs not yet."""

    frames: int
    fps: float
    freezes: int
    frozen_s: float
    longest_still_s: float
    height: int
    bits_per_s: float


def steps(samples: Sequence[Sample], person: str, source: str, since: float, until: float) -> Iterator[Step]:
    """Consecutive readings in which the page had this person in a slot; `since` and `until` in seconds of wall time.

    Each compares one receiver with itself: a person who moves to another slot is not what that had counted of others.
    Time in which the person was not shown counts too.
    """
    last_at: float | None = None
    former: Sample | None = None
    for sample in samples:
        one = sample.inbound.get((person, source))
        if one is not None and since <= sample.at <= until:
            if last_at is not None and former is not None:
                known = former.receivers if former.connections == sample.connections else {}
                yield Step(sample.at, sample.at - last_at, known.get(one["mid"], {}), one)
            last_at = sample.at
        former = sample


def heard(samples: Sequence[Sample], person: str, since: float, until: float) -> Heard:
    """Raises AssertionError where the page had no audio of this person at all."""
    made_up = played = packets = 0.0
    gap = longest = 0.0
    for step in steps(samples, person, "mic", since, until):
        concealed = step.rise("concealedSamples")
        total = step.rise("totalSamplesReceived")
        made_up, played, packets = made_up + concealed, played + total, packets + step.rise("packetsReceived")
        silent = step.seconds if total == 0 else concealed / AUDIO_RATE
        goes_on = silent > 0 and step.rise("concealmentEvents") == 0
        gap = gap + silent if goes_on else silent
        longest = max(longest, gap)
    assert played > 0, "No audio was played."
    return Heard(made_up / played, longest, int(packets))


def seen(samples: Sequence[Sample], person: str, since: float, until: float, source: str = "camera") -> Seen:
    frames = bits = freezes = frozen = seconds = still = longest = 0.0
    height = 0
    for step in steps(samples, person, source, since, until):
        new = step.rise("framesDecoded")
        frames, bits = frames + new, bits + 8 * step.rise("bytesReceived")
        freezes, frozen = freezes + step.rise("freezeCount"), frozen + step.rise("totalFreezesDuration")
        seconds += step.seconds
        still = 0.0 if new else still + step.seconds
        longest = max(longest, still)
        height = int(step.after.get("frameHeight", height))
    per_s = max(seconds, 1e-9)
    return Seen(int(frames), frames / per_s, int(freezes), frozen, longest, height, bits / per_s)


def flows_from(samples: Sequence[Sample], person: str, source: str, after: float) -> float | None:
    """The first moment after `after` at which this was new: audio that arrived, or a decoded picture."""
    counter = "packetsReceived" if source == "mic" else "framesDecoded"
    for step in steps(samples, person, source, 0, float("inf")):
        if step.at > after and step.rise(counter) > 0:
            return step.at
    return None


def reaches_height(samples: Sequence[Sample], person: str, height: int, after: float) -> float | None:
    """The first moment after `after` with a picture at least so high."""
    for step in steps(samples, person, "camera", after, float("inf")):
        if step.rise("framesDecoded") > 0 and int(step.after.get("frameHeight", 0)) >= height:
            return step.at
    return None
