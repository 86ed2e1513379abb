"""Settings by environment (`HOLDSPACE_…`), secrets also as `…_FILE`; validated at start, all errors at once."""

import os
import re
from collections.abc import Mapping
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

PREFIX = "HOLDSPACE_"
SECRETS = ("DATABASE_URL", "METRICS_TOKEN", "OIDC_CLIENT_SECRET", "REDIS_URL", "SMTP_PASSWORD", "TURN_SECRET")
# RFC 7065: scheme, host, port, transport.
TURN_URL = re.compile(r"(turns?):(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?(\?transport=(udp|tcp))?")
MAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})

Port = Annotated[int, Field(ge=0, le=65_535)]


class BadConfig(Exception):
    """`problems` holds one line per setting, each naming its variable."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Config(BaseModel):
    """Lists are comma-separated. Defaults are those of a first `./run` on one's own machine."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    public_url: str = "http://localhost:8080"  # as people type it; unset, it follows bind_port
    bind_host: str = "127.0.0.1"
    bind_port: Port = 8080
    udp_bind: tuple[str, ...] = ("0.0.0.0", "::")  # noqa: S104 - media has to be reachable; :: where there is IPv6
    udp_port: Port = 8081
    tcp_port: Port | Literal["off"] | None = None  # media for networks that block UDP; None: the number of udp_port
    udp_advertise: tuple[
        str, ...
    ] = ()  # what browsers are told; empty: found from the interfaces, and loopback on localhost
    media_processes: Annotated[int, Field(ge=0, le=64)] = (
        1  # each has a UDP port of its own, from udp_port up; 0: one per core
    )
    plane: Literal["plain", "fast"] = "plain"  # the loop over packets: interpreted, or compiled at start
    data_dir: Path = Path("data")
    database_url: SecretStr | None = None  # None: SQLite in data_dir
    redis_url: SecretStr | None = None  # None: this process is the only one
    metrics_token: SecretStr | None = None  # None: /metrics answers nobody, or on plain http this machine
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()  # whose X-Forwarded-For is believed
    oidc_issuer: str | None = None  # the organisation's own identity provider; None: people sign in here alone
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    oidc_label: str = "your organisation's account"  # in "Sign in with …"
    quick_exit_url: str = "https://www.wikipedia.org/"
    crisis_text: str = (
        "Holdspace is not a crisis service. If you or somebody near you is in danger, call your local emergency number."
    )
    contact: str = ""  # for security.txt: a mailto: or https: address
    retention_days: Annotated[int, Field(ge=0, le=3_650)] = 14  # people, links, rooms and texts, after the end
    audit_days: Annotated[int, Field(ge=0, le=3_650)] = 90
    webhooks_to_private: bool = False  # webhooks may go to addresses that are not on the public internet, and over http
    turn_urls: tuple[str, ...] = ()  # relays for networks that let nothing else through
    turn_secret: SecretStr | None = None  # what the relay has as static-auth-secret
    turn_ttl_s: Annotated[int, Field(ge=300, le=86_400)] = 3_600
    relay_only: bool = False  # browsers connect through the relay alone
    drain_s: Annotated[float, Field(gt=0, le=600)] = 15.0
    smtp_host: str | None = None  # None: no mail; hosts see links and QR codes instead
    smtp_port: Port | None = None  # None: 587 with starttls, 465 with tls, 25 with none
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_ca: Path | None = None  # certificates to trust, for a mail server of one's own; None: the system's
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    smtp_from: str = ""  # the address that letters come from
    smtp_name: str = "Meetings"  # and the name beside it, which everybody sees who looks at the reader's screen
    smtp_bounces: str = ""  # where mail goes that comes back; empty: smtp_from

    @field_validator("udp_bind", "udp_advertise", "trusted_proxies", "turn_urls", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(v.strip() for v in value.split(",") if v.strip()) if isinstance(value, str) else value

    @field_validator("udp_bind", "udp_advertise")
    @classmethod
    def _is_address(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            try:
                ip_address(address)
            except ValueError:
                raise ValueError("give IP addresses, separated by commas") from None
        return value

    @field_validator("udp_bind")
    @classmethod
    def _is_bound(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("give at least one address")
        return value

    @field_validator("plane")
    @classmethod
    def _is_installed(cls, value: str) -> str:
        if value == "fast" and find_spec("numba") is None:
            raise ValueError("fast needs Numba, which is not installed here: pip install numba (docs/OPERATIONS.md)")
        return value

    @field_validator("turn_urls")
    @classmethod
    def _are_relays(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(TURN_URL.fullmatch(url) for url in value):
            raise ValueError("give addresses like turn:turn.example.org:3478 or turns:turn.example.org:443")
        return value

    @model_validator(mode="after")
    def _is_one_relay(self) -> Self:
        if bool(self.turn_urls) != (self.turn_secret is not None):
            raise ValueError("HOLDSPACE_TURN_URLS and HOLDSPACE_TURN_SECRET go together")
        if self.relay_only and not self.turn_urls:
            raise ValueError("HOLDSPACE_RELAY_ONLY needs HOLDSPACE_TURN_URLS")
        return self

    @field_validator("smtp_from", "smtp_bounces")
    @classmethod
    def _is_mail_address(cls, value: str) -> str:
        if value and not MAIL_ADDRESS.fullmatch(value):
            raise ValueError("give an address like groups@example.org")
        return value

    @field_validator("smtp_name")
    @classmethod
    def _is_printable(cls, value: str) -> str:
        if not value.isprintable() or len(value) > 80:
            raise ValueError("give a name of at most 80 characters")
        return value

    @model_validator(mode="after")
    def _is_one_mail_server(self) -> Self:
        if self.smtp_host is not None and not self.smtp_from:
            raise ValueError("HOLDSPACE_SMTP_HOST needs HOLDSPACE_SMTP_FROM")
        if bool(self.smtp_user) != (self.smtp_password is not None):
            raise ValueError("HOLDSPACE_SMTP_USER and HOLDSPACE_SMTP_PASSWORD go together")
        if self.smtp_security == "none" and self.smtp_host is not None and self.smtp_host not in LOCAL_HOSTS:
            raise ValueError("HOLDSPACE_SMTP_SECURITY=none is for a mail server on this machine")
        return self

    @field_validator("oidc_issuer")
    @classmethod
    def _is_issuer(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "")
        is_https = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL_HOSTS)
        if value is not None and not (is_https and parts.hostname and not parts.query and not parts.fragment):
            raise ValueError("give an https address, exactly as the provider names itself")
        return value

    @model_validator(mode="after")
    def _is_one_client(self) -> Self:
        if len({self.oidc_issuer is None, self.oidc_client_secret is None, not self.oidc_client_id}) != 1:
            raise ValueError(
                "HOLDSPACE_OIDC_ISSUER, HOLDSPACE_OIDC_CLIENT_ID and HOLDSPACE_OIDC_CLIENT_SECRET go together"
            )
        return self

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        value = value.rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.fragment:
            raise ValueError("give scheme, host and port, like https://groups.example.org")
        if parts.scheme == "http" and parts.hostname not in LOCAL_HOSTS:
            raise ValueError("browsers give camera and microphone to https pages only (http works for localhost)")
        return value

    @field_validator("quick_exit_url")
    @classmethod
    def _is_page(cls, value: str) -> str:
        if urlsplit(value).scheme != "https" or not urlsplit(value).hostname:
            raise ValueError("give an https address")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("sqlite+aiosqlite:", "postgresql+asyncpg:")):
            raise ValueError("starts with sqlite+aiosqlite: or postgresql+asyncpg:")
        return value

    @property
    def smtp_port_in_use(self) -> int:
        return self.smtp_port or {"starttls": 587, "tls": 465, "none": 25}[self.smtp_security]

    @property
    def is_local_http(self) -> bool:
        """Plain http on localhost: the one place where cookies go without `Secure`."""
        return urlsplit(self.public_url).scheme == "http"

    @property
    def database(self) -> str:
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{(self.data_dir / 'holdspace.db').resolve()}"


def load_config(environ: Mapping[str, str] | None = None) -> Config:
    """From the environment. Raises `BadConfig` naming every variable that does not fit."""
    env = dict(os.environ if environ is None else environ)
    problems = [f"{name}: no such setting" for name in sorted(env) if _is_unknown(name)]
    values: dict[str, object] = {}
    for name in Config.model_fields:
        variable = PREFIX + name.upper()
        path = env.get(f"{variable}_FILE") if variable.removeprefix(PREFIX) in SECRETS else None
        if path and variable in env:
            problems.append(f"{variable}: set it or {variable}_FILE, not both")
        elif path:
            try:
                values[name] = Path(path).read_text().strip()
            except OSError as error:
                problems.append(f"{variable}_FILE: {error.strerror} ({path})")
        elif env.get(variable):
            values[name] = env[variable]
    if "public_url" not in values and str(values.get("bind_port", "")).isdecimal():
        values["public_url"] = f"http://localhost:{values['bind_port']}"
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        first = {_named(problem["loc"]): problem["msg"].removeprefix("Value error, ") for problem in reversed(found)}
        problems += [f"{variable}{sentence}" for variable, sentence in reversed(first.items())]
        raise BadConfig(problems) from None
    if problems:
        raise BadConfig(problems)
    return config


def _named(where: tuple[int | str, ...]) -> str:
    """The variable of a problem; a problem of several names them itself."""
    return f"{PREFIX}{str(where[0]).upper()}: " if where else ""


def _is_unknown(variable: str) -> bool:
    if not variable.startswith(PREFIX):
        return False
    name = variable.removeprefix(PREFIX)
    known = {field.upper() for field in Config.model_fields}
    return name not in known and not (name.removesuffix("_FILE") in SECRETS and name.endswith("_FILE"))
