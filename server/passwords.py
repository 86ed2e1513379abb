"""Password hashing: Argon2id by `cryptography`, PHC strings, off the event loop, as many at once as there are cores."""

import asyncio
import os
import secrets
from concurrent.futures import ThreadPoolExecutor

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

MEMORY_KIB = 19 * 1024
ITERATIONS = 2
LANES = 1
_PARAMETERS = f"$argon2id$v=19$m={MEMORY_KIB},t={ITERATIONS},p={LANES}$"


def _hasher() -> Argon2id:
    return Argon2id(salt=secrets.token_bytes(16), length=32, iterations=ITERATIONS, lanes=LANES, memory_cost=MEMORY_KIB)


def hash_now(password: str) -> str:
    """A PHC string; 20 to 30 ms of one core."""
    return _hasher().derive_phc_encoded(password.encode())


def verify_now(phc: str, password: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(password.encode(), phc)
    except InvalidKey:
        return False
    return True


class Passwords:
    """`close` ends the threads. An unknown account costs the same time as a wrong password."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="argon2")
        self._nobody = hash_now(secrets.token_urlsafe(16))

    async def hash(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._threads, hash_now, password)

    async def verify(self, phc: str | None, password: str) -> bool:
        """With `phc` None a hash of nobody is checked, and the answer is False."""
        subject = phc or self._nobody
        fits = await asyncio.get_running_loop().run_in_executor(self._threads, verify_now, subject, password)
        return fits and phc is not None

    def is_old(self, phc: str) -> bool:
        """Made with other parameters than today's: hash again while the password is at hand."""
        return not phc.startswith(_PARAMETERS)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
