"""One mail server, spoken to over one connection for as long as there is something to send. SMTP by aiosmtplib."""

import asyncio
import contextlib
import re
import ssl
from dataclasses import dataclass
from enum import Enum
from typing import Final

import aiosmtplib

from server.config import Config

TIMEOUT_S: Final = 30.0
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")  # RFC 3463


class Verdict(Enum):
    ACCEPTED = "accepted"
    NOT_NOW = "not-now"  # to be tried again
    NOBODY_THERE = "nobody-there"  # the address is refused for good
    NOT_THIS = "not-this"  # the letter is refused for good, whoever it is for


@dataclass(frozen=True, slots=True)
class Answer:
    """`reply` holds the codes alone: what a server writes beside them may quote the address."""

    verdict: Verdict
    reply: str | None = None


class Smtp:
    """Connects when the first letter comes; `rest` closes the connection."""

    def __init__(self, config: Config) -> None:
        if config.smtp_host is None:
            raise ValueError("no mail server is set")
        self._client: aiosmtplib.SMTP | None = None
        self._config = config

    async def deliver(self, sender: str, to: str, message: bytes) -> Answer:
        """Never raises for anything that the server or the network does, or that is wrong with the letter."""
        try:
            client = await self._connected()
        except aiosmtplib.SMTPResponseException as error:
            await self.rest()
            return Answer(Verdict.NOT_NOW, reply_of(error))
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError):
            await self.rest()
            return Answer(Verdict.NOT_NOW, "no connection")
        try:
            await client.mail(sender)
            await client.rcpt(to)
            await client.data(message)
        except aiosmtplib.SMTPRecipientRefused as error:
            return await self._refused(client, error, is_about_address=True)
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
            return await self._refused(client, error, is_about_address=False)
        except aiosmtplib.SMTPResponseException as error:
            await self.rest()
            return Answer(Verdict.NOT_NOW, reply_of(error))
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            await self.rest()
            return Answer(Verdict.NOT_NOW, "no answer")
        except ValueError:  # of this library: it cannot be written as the protocol wants it (UnicodeEncodeError is one)
            await self.rest()
            return Answer(Verdict.NOT_THIS, "cannot be sent")
        return Answer(Verdict.ACCEPTED)

    async def greet(self) -> Answer:
        """Connect and sign in, send nothing. As `deliver`, it never raises."""
        try:
            await (await self._connected()).noop()
        except aiosmtplib.SMTPResponseException as error:
            return Answer(Verdict.NOT_NOW, reply_of(error))
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            return Answer(Verdict.NOT_NOW, type(error).__name__)
        finally:
            await self.rest()
        return Answer(Verdict.ACCEPTED)

    async def rest(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError, asyncio.CancelledError):
                await client.quit(timeout=2)
            client.close()

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        config = self._config
        is_plain = config.smtp_security == "none"
        client = aiosmtplib.SMTP(
            hostname=config.smtp_host,
            port=config.smtp_port_in_use,
            timeout=TIMEOUT_S,
            use_tls=config.smtp_security == "tls",
            start_tls=config.smtp_security == "starttls",
            tls_context=None if is_plain else ssl.create_default_context(cafile=config.smtp_ca),
            local_hostname=config.smtp_from.rpartition("@")[2],  # not this machine's own name
        )
        self._client = client
        await client.connect()
        if config.smtp_user and config.smtp_password is not None:
            await client.login(config.smtp_user, config.smtp_password.get_secret_value())
        return client

    async def _refused(
        self, client: aiosmtplib.SMTP, error: aiosmtplib.SMTPResponseException, is_about_address: bool
    ) -> Answer:
        try:
            await client.rset()
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            await self.rest()
        return Answer(verdict_of(error.code, error.message, is_about_address), reply_of(error))


def verdict_of(code: int, words: str, is_about_address: bool) -> Verdict:
    """RFC 5321 4.2.1: 5yz for good, all else for now. RFC 3463: x.1.z is about the address, x.7.z about who sends.

    A server that refuses us for our reputation says nothing about the reader's address.
    """
    if code < 500:
        return Verdict.NOT_NOW
    subject = status[2:].partition(".")[0] if (status := enhanced(words)) else ""
    if subject == "7":
        return Verdict.NOT_THIS
    return Verdict.NOBODY_THERE if is_about_address or subject == "1" else Verdict.NOT_THIS


def enhanced(words: str) -> str | None:
    """The enhanced status code at the beginning of a reply."""
    found = _ENHANCED.match(words)
    return None if found is None else found[1]


def reply_of(error: aiosmtplib.SMTPResponseException) -> str:
    status = enhanced(error.message)
    return f"{error.code} {status}" if status else str(error.code)
