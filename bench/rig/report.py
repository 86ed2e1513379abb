"""From kept results to the words, tables and charts of docs/PERFORMANCE.md."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.rig import svg
from bench.rig.cases import Case
from bench.rig.contenders import JANUS, PLANES
from bench.rig.knee import P99_US, is_past, knee
from bench.rig.results import Run, good, median, text, total_loss, values


@dataclass(frozen=True)
class Section:
    """`words` is empty where the result has nothing of this."""

    words: str = ""
    charts: Mapping[str, str] = field(default_factory=dict)


def origin(result: Mapping[str, Any]) -> str:
    """Machine and commit, as a line."""
    about = result["machine"]
    takes = ", receivers take messages whole" if result.get("takes") == "whole" else ""
    return (
        f"{about['cpu']}, {about['cores']} cores, Linux {about['kernel']}, Python {about['python']}, "
        f"commit `{about['commit']}`, load average {about['load_before']:.1f} before it began{takes}."
    )


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """The first row is the head; the first column to the left, the others to the right."""
    head, *body = rows
    line = "| " + " | ".join(["---", *["---:"] * (len(head) - 1)]) + " |"
    return "\n".join(["| " + " | ".join(head) + " |", line, *("| " + " | ".join(row) + " |" for row in body)])


def peers(result: Mapping[str, Any]) -> Section:
    words = [origin(result)]
    for case, of_case in result["cases"].items():
        words.append(f"**{case}**\n\n" + markdown(_peer_rows(of_case)))
        words.extend(_verdicts(case, of_case))
    order = [*PLANES, *JANUS]
    cost = [svg.Group(case, _bars(of_case, "us_per_packet")) for case, of_case in result["cases"].items()]
    delay = [svg.Group(case, _bars(of_case, "p99_us", 1e3)) for case, of_case in result["cases"].items()]
    charts = {
        "peers-cost": svg.bars("CPU per forwarded packet", "microseconds, median and range", cost, order),
        "peers-delay": svg.bars("Added latency, p99", "milliseconds, median and range", delay, order, digits=2),
    }
    return Section("\n\n".join(words), charts)


def tables(section: Callable[[dict[str, Any]], Section]) -> Callable[[dict[str, Any]], Section]:
    """The same without its charts: what is drawn once already, under other circumstances."""

    def worded(result: dict[str, Any]) -> Section:
        return Section(section(result).words)

    return worded


def _peer_rows(of_case: Mapping[str, list[Run]]) -> list[list[str]]:
    rows = [["", "runs", "us/packet", "range", "p50 us", "p99 us", "loss", "MB/person", "join ms"]]
    for name, runs in of_case.items():
        whole = good(runs)
        span = values(whole, "us_per_packet")
        if not span:
            continue
        rows.append(
            [
                name,
                str(len(whole)),
                text(median(whole, "us_per_packet"), 2),
                f"{min(span):.2f}-{max(span):.2f}",
                text(median(whole, "p50_us"), 0),
                text(median(whole, "p99_us"), 0),
                _loss(total_loss(whole)),
                text(median(whole, "mb_per_member"), 2),
                text(median(whole, "join_ms.first_keyframe"), 0),
            ]
        )
    return rows


def _verdicts(case: str, of_case: Mapping[str, list[Run]]) -> list[str]:
    """How each plane stands to each Janus, in words."""
    found = []
    for plane in PLANES:
        cost, delay = (median(good(of_case.get(plane, [])), key) for key in ("us_per_packet", "p99_us"))
        if cost is None or delay is None:
            continue
        parts = []
        for name in JANUS:
            theirs, late = (median(good(of_case.get(name, [])), key) for key in ("us_per_packet", "p99_us"))
            if theirs is not None and late is not None:
                parts.append(f"{cost / theirs:.2f} of `{name}` (p99 {delay / late:.2f})")
        if parts:
            found.append(f"{case}, {plane} plane: " + ", ".join(parts) + ".")
    return found


def _bars(of_case: Mapping[str, list[Run]], key: str, unit: float = 1.0) -> tuple[svg.Bar, ...]:
    found = []
    for name, runs in of_case.items():
        span = values(good(runs), key)
        if span:
            low, middle, high = (value / unit for value in (min(span), statistics.median(span), max(span)))
            found.append(svg.Bar(name, middle, low, high))
    return tuple(found)


def sizes(result: Mapping[str, Any]) -> Section:
    return _growth(result, "sizes", "growth-size", "people in the room", lambda case: case.size)


def rooms(result: Mapping[str, Any]) -> Section:
    return _growth(result, "rooms", "growth-rooms", "rooms of 6 on one core", lambda case: case.rooms)


def _growth(result: Mapping[str, Any], part: str, chart: str, axis: str, place: Any) -> Section:
    cases = result.get(part)
    if not cases:
        return Section()
    rows = [["", "plane", "runs", "packets/s out", "core %", "core % per person", "us/packet", "p99 us", "loss"]]
    drawn: dict[str, list[tuple[float, float]]] = {}
    for name, of_case in cases.items():
        case = Case.parse(name)
        for contender, runs in of_case.items():
            whole = good(runs)
            core = median(whole, "core")
            if core is None:
                continue
            each = core * 100 / case.members
            visible = "" if case.visible is None else f", {case.visible} visible"
            drawn.setdefault(f"{contender}{visible}", []).append((place(case), each))
            rows.append(
                [
                    name,
                    contender,
                    str(len(whole)),
                    text(median(whole, "out_per_s"), 0),
                    text(core * 100, 1),
                    text(each, 2),
                    text(median(whole, "us_per_packet"), 2),
                    text(median(whole, "p99_us"), 0),
                    _loss(total_loss(whole)),
                ]
            )
    curves = [svg.Line(name, tuple(sorted(points))) for name, points in drawn.items()]
    image = svg.lines("What each person costs", axis, "percent of one core per person", curves)
    words = [origin(result), markdown(rows), *(_nine_visible(cases) if part == "sizes" else [])]
    return Section("\n\n".join(words), {chart: image})


def _nine_visible(cases: Mapping[str, Mapping[str, list[Run]]]) -> list[str]:
    """25 people of whom 9 are visible against 12 who all are."""
    found = []
    for contender in cases.get("room:25/9", {}):
        many, few = (median(good(cases.get(name, {}).get(contender, [])), "core") for name in ("room:25/9", "room:12"))
        if many is not None and few is not None:
            found.append(
                f"{contender} plane: each of 25 people with 9 visible costs {many / 25 * 100:.2f} % of a core, each of "
                f"12 all visible {few / 12 * 100:.2f} %: {(many / 25) / (few / 12):.2f} of it."
            )
    return found


def knees(result: Mapping[str, Any]) -> Section:
    found = result.get("knee")
    if not found:
        return Section()
    rows = [["", "rooms of 12", "packets/s out", "core %", "p99 ms", "loss", "generator's core %", ""]]
    words, drawn = [], []
    for contender, points in found.items():
        ordered = sorted((point for point in points if point.get("p99_us")), key=lambda one: float(one["out_per_s"]))
        for point in ordered:
            rows.append(
                [
                    contender,
                    str(point["rooms"]),
                    text(point["out_per_s"], 0),
                    text(point["core"] * 100, 0),
                    text(point["p99_us"] / 1e3, 1),
                    _loss(point["loss"]),
                    text(point["generator_core"] * 100, 0),
                    "past the knee" if is_past(point) else "",
                ]
            )
        drawn.append(
            svg.Line(contender, tuple((one["out_per_s"] / 1e3, min(60.0, one["p99_us"] / 1e3)) for one in ordered))
        )
        if (best := knee(points)) is not None:
            words.append(f"{contender} plane: {best['out_per_s']:.0f} packets a second out of one core.")
    image = svg.lines("The knee", "thousand packets a second", "p99 in ms, cut at 60", drawn, P99_US / 1e3)
    return Section("\n\n".join([origin(result), *words, markdown(rows)]), {"growth-knee": image})


def stall(result: Mapping[str, Any]) -> Section:
    rows = [["", "windows", "p50 us", "p99 us", "max us", "loss", "messages/s", "pages/s"]]
    for which, runs in result["windows"].items():
        seconds = median(runs, "seconds") or 1.0
        rates = [(median(runs, what) or 0.0) / seconds for what in ("messages", "pages")]
        rows.append(
            [
                which,
                str(len(runs)),
                *(text(median(runs, key), 0) for key in ("p50_us", "p99_us")),
                text(max(values(runs, "max_us"), default=None), 0),
                _loss(total_loss(runs)),
                *(text(rate, 0) for rate in rates),
            ]
        )
    rise = f"p99 rises by {text(result['rise_ms'], 2)} ms with the load beside it."
    names = list(result["windows"])
    groups = [svg.Group(key, _window_bars(result, f"{key}_us")) for key in ("p50", "p99")]
    image = svg.bars("Added latency beside a busy control process", "milliseconds", groups, names, digits=2)
    return Section("\n\n".join([origin(result), rise, markdown(rows)]), {"stall": image})


def _window_bars(result: Mapping[str, Any], key: str) -> tuple[svg.Bar, ...]:
    found = []
    for which, runs in result["windows"].items():
        span = [value / 1e3 for value in values(runs, key)]
        if span:
            found.append(svg.Bar(which, statistics.median(span), min(span), max(span)))
    return tuple(found)


def join(result: Mapping[str, Any]) -> Section:
    runs = result["runs"]
    totals = sorted(run["decoded_ms"] for run in runs)
    stages = [(name, statistics.median(run["stages"][name] for run in runs)) for name in runs[0]["stages"]]
    before = [(name, statistics.median(run["before"][name] for run in runs)) for name in runs[0]["before"]]
    rows = [["", "ms, median"], *([f"before the click: {name}", f"{took:.1f}"] for name, took in before)]
    rows += [[name, f"{took:.1f}"] for name, took in stages]
    summary = (
        f"Click to first decoded picture: median {statistics.median(totals):.0f} ms, "
        f"from {totals[0]:.0f} to {totals[-1]:.0f}, {len(totals)} joins."
    )
    image = svg.stack("From the click to the first picture", "milliseconds, median of each stage", stages)
    return Section("\n\n".join([origin(result), summary, markdown(rows)]), {"join": image})


def _loss(share: float | None) -> str:
    if share is None:
        return "-"
    return "0" if share == 0 else f"{share * 100:.4f} %"
