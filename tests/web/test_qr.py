"""QR codes as a path."""

import re

import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from web.qr import QUIET_ZONE, qr_of


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1, max_size=200))
def test_the_path_draws_exactly_the_dark_modules(text: str) -> None:
    qr = qr_of(text)
    matrix = segno.make_qr(text, error="m").matrix
    dark = {(x, y) for y, row in enumerate(matrix) for x, module in enumerate(row) if module}
    drawn = {
        (int(x) + step - QUIET_ZONE, int(y) - QUIET_ZONE)
        for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", qr.path)
        for step in range(int(run))
    }
    assert drawn == dark
    assert qr.size == len(matrix) + 2 * QUIET_ZONE
    assert re.fullmatch(r"(?:M\d+ \d+h(\d+)v1h-\1z)+", qr.path)
