"""Where webhooks may go."""

import pytest

from server.webhooks.targets import BadTarget, PublicResolver, check_target


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/in",
        "ftp://example.org/in",
        "https://",
        "https:///path",
        "https://127.0.0.1/in",
        "https://[::1]/in",
        "https://10.1.2.3/in",
        "https://169.254.169.254/latest",
        "https://[fd00::1]/in",
        "https://[::ffff:127.0.0.1]/in",
        "https://[64:ff9b::10.1.2.3]/in",
        "https://[64:ff9b::7f00:1]/in",
        "https://[64:ff9b:1::808:808]/in",
        "https://[2002:a01:203::1]/in",
        "https://224.0.0.1/in",
        "https://localhost/in",
        "https://printer.local/in",
        "https://user:word@example.org/in",
        "https://example.org:0/in",
        "https://example.org:99999/in",
        "https://exa mple.org/in",
        "https://example.org/\u2028",
        "https://[/",
        "javascript:alert(1)",
        "https://example.org/" + "x" * 500,
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(BadTarget, match=r"\.$"):
        check_target(url, allows_private=False)


@pytest.mark.parametrize(
    "url",
    ["https://example.org/in?x=1", "https://example.org:8443/", "https://8.8.8.8/in", "https://[64:ff9b::808:808]/"],
)
def test_the_public_internet_is_open(url: str) -> None:
    check_target(url, allows_private=False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/in", "https://10.0.0.1/", "http://localhost/"])
def test_an_operator_may_allow_more(url: str) -> None:
    check_target(url, allows_private=True)


async def test_a_name_that_means_a_private_address_leads_nowhere() -> None:
    resolver = PublicResolver()
    with pytest.raises(OSError, match="no public address"):
        await resolver.resolve("localhost", 80)
    await resolver.close()
