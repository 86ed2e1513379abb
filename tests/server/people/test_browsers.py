"""Which browser it was, as its owner would say it."""

import pytest

from server.people.browsers import browser_words

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"{MAC} Chrome/142.0.0.0 Safari/537.36", "Chrome on a Mac"),
        (f"{MAC} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Edge on a Mac"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.1 Mobile/15E148 Safari/604.1",
            "Safari on an iPhone",
        ),
        ("Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0", "Firefox on Android"),
        ("", "A browser"),
        ("<script>", "A browser"),
    ],
)
def test_a_browser_in_words(user_agent: str, words: str) -> None:
    assert browser_words(user_agent) == words
