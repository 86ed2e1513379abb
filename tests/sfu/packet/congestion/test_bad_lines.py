"""A viewer behind a bad line, a minute in virtual time: what is shown, and that voices are heard meanwhile."""

import pytest

from tests.support.adaptation import Viewing
from tests.support.line_schedule import Impairment

WIDE = Impairment(delay_s=0.025, rate_bps=3e6)
NARROW = Impairment(delay_s=0.025, rate_bps=3e5)
SEEDS = range(1, 5)


def fits(viewing: Viewing) -> bool:
    """Something is shown, and no more than 300 kbps carry beside voices."""
    shown = [slot.current for slot in viewing.slots if slot.current is not None]
    return shown == ["q"]


def both_are_shown(viewing: Viewing) -> bool:
    return [slot.current for slot in viewing.slots] == ["q", "q"]


def changes(viewing: Viewing, since: float, until: float = float("inf")) -> int:
    return sum(since <= at < until for slot in viewing.slots for at, _ in slot.history)


def narrowed(viewing: Viewing, bps: float) -> float:
    """Eight seconds on a wide line, then one of so many bits a second until all has settled; the time then."""
    viewing.run(8)
    viewing.line(Impairment(delay_s=0.025, rate_bps=bps))
    viewing.run(12)
    return viewing.now


def lost_voices(viewing: Viewing, since: float) -> float:
    """The share of packets of sound that were sent since then and did not arrive."""
    lost = sum(at >= since for at in viewing.trace.voice_lost_at)
    return lost / (lost + sum(at >= since for at in viewing.trace.voice_sent_at))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("tiles", [[1280], [1280, 320, 320, 320], [320] * 9])
def test_a_step_down_and_up_again(tiles: list[int], seed: int) -> None:
    viewing = Viewing(tiles=tiles, seed=seed)
    trace = viewing.trace
    best = ["f" if tiles[0] == 1280 else "q", *["q"] * (len(tiles) - 1)]
    viewing.since(viewing.now, lambda it: [slot.current for slot in it.slots] == best, 10)
    viewing.run(5)

    viewing.line(NARROW)
    fell_at = viewing.now
    viewing.run(1)
    viewing.since(fell_at, fits, 4)
    settled_at = viewing.now
    viewing.run(fell_at + 20 - viewing.now)
    assert changes(viewing, settled_at + 0.01) == 0, viewing.told()
    assert trace.gaps(fell_at - 0.5, viewing.now) < 0.2, viewing.told()
    assert trace.delay(fell_at + 4, viewing.now) < 0.2, viewing.told()

    viewing.line(WIDE)
    rose_at = viewing.now
    viewing.since(rose_at, lambda it: [slot.current for slot in it.slots] == best, 10)
    viewing.run(15)
    assert [slot.current for slot in viewing.slots] == best, viewing.told()
    assert trace.gaps(rose_at, viewing.now) < 0.2, viewing.told()


@pytest.mark.parametrize("queue_s", [0.03, 0.1, 1.0, 3.0])
def test_a_step_down_behind_any_queue(queue_s: float) -> None:
    viewing = Viewing(tiles=[1280])
    viewing.line(Impairment(delay_s=0.025, rate_bps=3e6, queue_s=queue_s))
    viewing.run(15)
    viewing.line(Impairment(delay_s=0.025, rate_bps=3e5, queue_s=queue_s))
    fell_at = viewing.now
    viewing.run(0.5)
    viewing.since(fell_at, fits, 4)
    viewing.run(15)
    assert viewing.trace.gaps(fell_at - 0.5) < 0.2, viewing.told()
    assert viewing.trace.delay(fell_at + 4, viewing.now) < 0.25, viewing.told()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("loss", [0.05, 0.1, 0.2])
def test_a_line_that_loses_at_any_rate_keeps_its_picture(loss: float, seed: int) -> None:
    viewing = Viewing(tiles=[1280], seed=seed)
    viewing.run(10)
    viewing.line(Impairment(delay_s=0.025, rate_bps=3e6, loss=loss))
    began = viewing.now
    viewing.run(40)
    # At most one try with less, after which the loss is known to be the line's own.
    assert changes(viewing, began + 12) == 0, viewing.told()
    assert viewing.slots[0].current == "f", viewing.told()
    assert None not in [rid for at, rid in viewing.slots[0].history if at >= began]
    assert viewing.trace.gaps(began) < 0.2


@pytest.mark.parametrize("seed", SEEDS)
def test_jitter_is_no_congestion(seed: int) -> None:
    viewing = Viewing(tiles=[1280], seed=seed)
    viewing.run(10)
    viewing.line(Impairment(delay_s=0.05, jitter_s=0.03, rate_bps=3e6))
    began = viewing.now
    viewing.run(40)
    assert changes(viewing, began + 10) == 0, viewing.told()
    assert viewing.slots[0].current == "f", viewing.told()
    assert viewing.trace.gaps(began) < 0.2


@pytest.mark.parametrize("seed", SEEDS)
def test_jitter_and_loss_together_from_the_start(seed: int) -> None:
    viewing = Viewing(tiles=[1280], seed=seed)
    viewing.line(Impairment(delay_s=0.05, jitter_s=0.03, rate_bps=3e6, loss=0.1))
    began = viewing.now
    viewing.since(began, lambda it: it.slots[0].current == "f", 20)
    viewing.run(20)
    assert viewing.slots[0].current == "f", viewing.told()
    assert viewing.trace.gaps(began) < 0.2


def test_after_ten_dark_seconds_there_is_a_picture_at_once_and_the_better_one_soon() -> None:
    viewing = Viewing(tiles=[1280])
    viewing.run(10)
    viewing.line(Impairment(is_dark=True), Impairment(is_dark=True))
    viewing.run(10)
    assert viewing.slots[0].target is not None, viewing.told()
    viewing.line(WIDE)
    back_at = viewing.now
    viewing.since(back_at, lambda it: it.slots[0].current == "f", 6)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_tried_in_the_dark_tells_nothing_of_the_line_after_it(seed: int) -> None:
    viewing = Viewing(tiles=[1280], seed=seed)
    viewing.run(10)
    viewing.line(Impairment(is_dark=True), Impairment(is_dark=True))
    viewing.run(10)
    viewing.line(WIDE)
    # A try that failed in the dark kept the next one waiting: 5.2 s.
    viewing.since(viewing.now, lambda it: it.slots[0].current == "f", 4)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("delay_s", [0.025, 0.1])
def test_where_nobody_speaks_probes_alone_find_out_that_the_line_is_wide_again(delay_s: float, seed: int) -> None:
    viewing = Viewing(tiles=[320], seed=seed, microphones=0)
    viewing.line(Impairment(delay_s=delay_s, rate_bps=1e5))
    viewing.run(15)
    assert viewing.slots[0].current is None, viewing.told()
    viewing.line(Impairment(delay_s=delay_s, rate_bps=3e6))
    viewing.since(viewing.now, lambda it: it.slots[0].current == "q", 10)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_second_picture_that_hardly_fits_does_not_come_and_go_all_the_time(seed: int) -> None:
    viewing = Viewing(tiles=[320, 320], seed=seed, keyframe_every_s=1.0, keyframe_share=0.6)
    viewing.line(Impairment(delay_s=0.025, rate_bps=3.6e5))
    viewing.run(15)
    began = viewing.now
    viewing.run(40)
    assert changes(viewing, began) <= 10, viewing.told()
    assert lost_voices(viewing, began) < 0.03, viewing.told()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("microphones", "tiles", "bps", "most"),
    [(4, 1, 3.1e5, 0.02), (5, 2, 4.4e5, 0.003), (5, 2, 4.8e5, 0.004), (6, 1, 3.9e5, 0.05)],
)
def test_where_more_speak_at_once_than_is_reckoned_with_pictures_give_way_not_voices(
    microphones: int, tiles: int, bps: float, most: float, seed: int
) -> None:
    """A tenth to a quarter of all sound was lost for good: all seemed to fit, and a full queue to be the way."""
    viewing = Viewing(tiles=[320] * tiles, seed=seed, microphones=microphones)
    began = narrowed(viewing, bps)
    viewing.run(40)
    assert lost_voices(viewing, began) < most, viewing.told()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_stood_in_a_full_line_is_not_chosen_again_at_once(seed: int) -> None:
    """The line was seen to carry what arrived, but more than that had been chosen for less."""
    viewing = Viewing(tiles=[320], seed=seed, microphones=4)
    began = narrowed(viewing, 2.9e5)
    viewing.run(40)
    assert changes(viewing, began) <= 24, viewing.told()
    assert lost_voices(viewing, began) < 0.003, viewing.told()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("microphones", [2, 4, 8])
def test_a_way_that_became_longer_costs_a_picture_for_some_seconds_at_most(microphones: int, seed: int) -> None:
    viewing = Viewing(tiles=[320], seed=seed, microphones=microphones)
    viewing.line(WIDE)
    viewing.run(15)
    viewing.line(Impairment(delay_s=0.125, rate_bps=3e6))
    viewing.run(10)
    began = viewing.now
    viewing.run(30)
    assert viewing.slots[0].current == "q", viewing.told()
    assert changes(viewing, began) == 0, viewing.told()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_second_picture_that_was_tried_in_vain_is_there_soon_when_the_line_is_wide(seed: int) -> None:
    viewing = Viewing(tiles=[320, 320], seed=seed)
    viewing.line(WIDE)
    for _ in range(6):
        viewing.since(viewing.now, both_are_shown, 25)
        viewing.line(Impairment(delay_s=0.025, rate_bps=2.5e5))
        viewing.since(viewing.now, lambda it: not both_are_shown(it), 4)
        viewing.line(Impairment(delay_s=0.025, rate_bps=4.5e5))
    viewing.line(Impairment(delay_s=0.025, rate_bps=2.5e5))
    viewing.run(3)
    assert viewing.chooser.is_wary
    viewing.line(WIDE)
    viewing.since(viewing.now, both_are_shown, 10)


def test_a_line_that_carries_only_voices_carries_no_picture_and_is_probed_with_care() -> None:
    viewing = Viewing(tiles=[1280])
    viewing.line(Impairment(delay_s=0.025, rate_bps=1.5e5, queue_s=0.5))
    viewing.run(10)
    began = viewing.now
    padding = viewing.padding_bytes
    viewing.run(30)
    assert viewing.slots[0].current is None, viewing.told()
    assert changes(viewing, began) == 0
    assert viewing.trace.gaps(began) < 0.2, viewing.told()
    assert viewing.trace.delay(began, viewing.now) < 0.3, viewing.told()
    assert (viewing.padding_bytes - padding) * 8 / 30 < 15_000


def test_a_line_that_is_full_is_probed_within_a_budget() -> None:
    viewing = Viewing(tiles=[1280])
    viewing.line(Impairment(delay_s=0.025, rate_bps=1e6))
    viewing.run(20)
    padding = viewing.padding_bytes
    viewing.run(40)
    assert viewing.slots[0].current == "h", viewing.told()
    assert (viewing.padding_bytes - padding) * 8 / 40 < 40_000


def test_padding_shows_what_a_little_video_never_would() -> None:
    viewing = Viewing(tiles=[1280])
    viewing.run(15)
    assert viewing.slots[0].current == "f"
    without = Viewing(tiles=[1280])
    without.estimator.padding = lambda number, now: 0  # type: ignore[method-assign]
    without.run(15)
    assert without.slots[0].current != "f"


@pytest.mark.parametrize("rate", [3e5, 8e5])
def test_keyframes_through_a_narrow_line_keep_no_voice_waiting(rate: float) -> None:
    paced, burst = (
        Viewing(tiles=[640], paced=is_paced, keyframe_every_s=3, keyframe_share=0.5) for is_paced in (True, False)
    )
    for viewing in (paced, burst):
        viewing.line(Impairment(delay_s=0.025, rate_bps=rate, queue_s=0.6))
        viewing.run(30)
    assert paced.trace.gaps(110) < 0.06, paced.told()
    assert burst.trace.gaps(110) > 0.15, burst.told()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("jitter_s", [0.03, 0.06])
def test_steps_of_a_line_or_a_device_that_wavers(jitter_s: float, seed: int) -> None:
    viewing = Viewing(tiles=[640, 640], seed=seed)
    wide = Impairment(delay_s=0.07, jitter_s=jitter_s, rate_bps=3e6)
    viewing.line(wide)
    viewing.run(15)
    assert [slot.current for slot in viewing.slots] == ["h", "h"], viewing.told()
    viewing.line(Impairment(delay_s=0.07, jitter_s=jitter_s, rate_bps=3e5))
    fell_at = viewing.now
    viewing.run(1)
    viewing.since(fell_at, fits, 4)
    viewing.run(15)
    assert viewing.trace.gaps(fell_at) < 0.2, viewing.told()
    viewing.line(wide)
    viewing.since(viewing.now, lambda it: [slot.current for slot in it.slots] == ["h", "h"], 10)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("is_everybody", [False, True])
def test_a_device_that_is_too_busy_to_read_at_once_keeps_its_pictures(is_everybody: bool, seed: int) -> None:
    viewing = Viewing(tiles=[320] * 4, seed=seed)
    viewing.line(Impairment(delay_s=0.002))
    viewing.run(10)
    began = viewing.now
    while viewing.now < began + 40:
        moment = min(viewing.random.expovariate(1 / 0.07), 0.3)
        viewing.stand_still(moment, is_everybody=is_everybody)
        viewing.run(moment + 0.005)
    assert [slot.current for slot in viewing.slots] == ["q"] * 4, viewing.told()
    assert changes(viewing, began) == 0, viewing.told()
