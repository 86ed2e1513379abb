"""The kinds of cookie: one for a signed-in host, one per session for a person, one per group for a place."""

import hashlib
from dataclasses import dataclass

from aiohttp import web

from rooms.ids import SessionId

PERSON_S = 14 * 24 * 3600  # a role link may be opened days before; the store forgets the credential after the session
HOST_S = 7 * 24 * 3600
FLOW_S = 10 * 60
PLACE_S = 60 * 24 * 3600  # from the last visit


@dataclass(frozen=True, slots=True)
class Cookies:
    """`is_secure` is False only for a plain-http public URL on localhost: Safari drops Secure cookies there."""

    is_secure: bool

    def host(self, request: web.Request) -> str | None:
        return request.cookies.get(self._name("hs-host"))

    def set_host(self, response: web.StreamResponse, token: str) -> None:
        self._set(response, self._name("hs-host"), token, HOST_S)

    def clear_host(self, response: web.StreamResponse) -> None:
        self._clear(response, self._name("hs-host"))

    def flow(self, request: web.Request) -> str | None:
        """The state of a sign-in that went to the identity provider from this browser."""
        return request.cookies.get(self._name("hs-flow"))

    def set_flow(self, response: web.StreamResponse, state: str) -> None:
        self._set(response, self._name("hs-flow"), state, FLOW_S)

    def clear_flow(self, response: web.StreamResponse) -> None:
        self._clear(response, self._name("hs-flow"))

    def person(self, request: web.Request, session: SessionId) -> str | None:
        """The credential of this browser in this session, for `Entry.who` and `Entry.by_browser`."""
        return request.cookies.get(self._person_name(session))

    def set_person(self, response: web.StreamResponse, session: SessionId, credential: str) -> None:
        self._set(response, self._person_name(session), credential, PERSON_S)

    def place(self, request: web.Request, group: str) -> str | None:
        """The token of this browser's place in this group."""
        return request.cookies.get(self._place_name(group))

    def set_place(self, response: web.StreamResponse, group: str, token: str) -> None:
        self._set(response, self._place_name(group), token, PLACE_S)

    def clear_place(self, response: web.StreamResponse, group: str) -> None:
        self._clear(response, self._place_name(group))

    def _place_name(self, group: str) -> str:
        return self._name("hs-" + hashlib.sha256(f"place/{group}".encode()).hexdigest()[:16])

    def _person_name(self, session: SessionId) -> str:
        # Hashed: a cookie jar on a shared computer should not hold the address of a session.
        return self._name("hs-" + hashlib.sha256(session.encode()).hexdigest()[:16])

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self.is_secure else name

    def _set(self, response: web.StreamResponse, name: str, value: str, max_age_s: int) -> None:
        response.set_cookie(
            name, value, max_age=max_age_s, path="/", httponly=True, secure=self.is_secure, samesite="Lax"
        )

    def _clear(self, response: web.StreamResponse, name: str) -> None:
        response.set_cookie(name, "", max_age=0, path="/", httponly=True, secure=self.is_secure, samesite="Lax")
