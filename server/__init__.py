"""The server: its pages, its rooms, its media, and how they are put together."""

import os

# Read when aiohttp is loaded, so before that. Where somebody leaves while a file waits behind other answers, asyncio's
# own way to send files logs a trace of a mistake of its own; aiohttp's plain way tells nobody. Our files are small.
os.environ.setdefault("AIOHTTP_NOSENDFILE", "1")
