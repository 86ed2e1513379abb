"""Opaque secrets: made by the operating system's generator, kept only as their SHA-256."""

import hashlib
import re
import secrets
from typing import NewType

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

TokenHash = NewType("TokenHash", str)  # 64 hex digits; what the store keeps


def new_token() -> str:
    """256 random bits as 43 characters that fit a URL fragment and a cookie."""
    return secrets.token_urlsafe(32)


def new_id(prefix: str) -> str:
    """`prefix` and 128 random bits; the prefix tells a reader of a log what kind of thing it names."""
    return f"{prefix}_{secrets.token_urlsafe(16)}"


def hash_of(token: str) -> TokenHash:
    """SHA-256 is enough for a secret of 256 random bits; nothing is compared but the hash, inside the database."""
    # Whatever somebody sends in place of a token has a hash too, of nothing that was ever given out.
    return TokenHash(hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest())


def is_id(text: str) -> bool:
    """Made of what `new_id` makes ids of."""
    return _ID.fullmatch(text) is not None
