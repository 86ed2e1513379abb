"""How many cameras a line carries: patient with an estimate that climbs, firm with one that does not, careful after."""

from sfu.control.downlink import CROWDED_S, MAX_PROBE_S, PROBE_S, Downlink

CAMERA = 500_000


class Line:
    """A viewer whose line carries so many bits a second; the estimate is one and a half times what arrives."""

    def __init__(self, capacity: int, wanted: int) -> None:
        self.capacity, self.wanted, self.now = capacity, wanted, 100.0
        self.downlink = Downlink()
        self.shown_over_time: list[int] = []

    @property
    def shown(self) -> int:
        fits = self.downlink.fits
        return self.wanted if fits is None else min(fits, self.wanted)

    def run(self, seconds: float) -> None:
        for _ in range(int(seconds * 2)):
            self.now += 0.5
            used = self.shown * CAMERA
            bps = int(used * 1.5) if used <= self.capacity else int(self.capacity * 0.85)
            self.downlink.update(bps, used, self.shown, self.wanted, self.now)
            self.shown_over_time.append(self.shown)


def test_a_wide_line_gets_everything_for_ever() -> None:
    line = Line(10_000_000, 9)
    line.run(300)
    assert set(line.shown_over_time) == {9}


def test_a_narrow_line_comes_down_at_once_to_what_it_carries() -> None:
    line = Line(1_600_000, 9)
    line.run(CROWDED_S + 1)
    assert line.shown in (2, 3)
    line.run(PROBE_S + 2)
    assert line.shown in (3, 4)


def test_one_more_is_tried_ever_more_rarely_on_a_line_that_stays_narrow() -> None:
    line = Line(1_600_000, 4)
    line.run(60)
    early = line.shown_over_time.count(4)
    line.shown_over_time.clear()
    line.run(600)
    assert early > 0
    assert line.shown_over_time.count(4) / 1_200 < 4 * CROWDED_S / MAX_PROBE_S
    assert line.shown_over_time.count(3) > 1_000


def test_a_line_that_widens_gets_everything_back() -> None:
    line = Line(600_000, 4)
    line.run(60)
    assert line.shown <= 2
    line.capacity = 10_000_000
    line.run(10 * PROBE_S)
    assert line.shown == 4 and line.downlink.fits is None


def test_an_estimate_that_lags_behind_a_jump_of_traffic_costs_nobody_a_camera() -> None:
    downlink = Downlink()
    bps = 150_000.0
    for step in range(60):
        assert not downlink.update(int(bps), 4 * CAMERA, 4, 4, step * 0.5)
        bps *= 1.04
    assert downlink.fits is None


def test_a_single_low_estimate_is_no_reason() -> None:
    downlink = Downlink()
    assert not downlink.update(100_000, 4 * CAMERA, 4, 4, 0.0)
    assert not downlink.update(6 * CAMERA, 4 * CAMERA, 4, 4, 1.0)
    assert not downlink.update(100_000, 4 * CAMERA, 4, 4, CROWDED_S + 0.5)
    assert downlink.fits is None


def test_audio_alone_leaves_no_camera_to_take_away() -> None:
    downlink = Downlink()
    for step in range(20):
        downlink.update(10_000, 300_000, 0, 0, step * 1.0)
    assert downlink.fits is None
