"""E-mail addresses that letters can be sent to, one way of writing each. Pure.

Forms, the API and the post ask here: what is taken is what can be sent to.
"""

import re
from typing import Final

LONGEST: Final = 254  # RFC 5321 4.5.3.1.3, without its angle brackets
# Narrower than RFC 5321 4.1.2 on purpose: no quoted names, no address literals, ASCII.
_ADDRESS: Final = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}"
)


def as_address(text: str) -> str | None:
    """In lower case; None for what is not an address."""
    address = text.strip().lower()
    return address if len(address) <= LONGEST and _ADDRESS.fullmatch(address) and address.index("@") <= 64 else None
