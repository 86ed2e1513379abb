"""ICE-lite: which paths belong to which peer, and on which one we send (RFC 8445 section 7.3, rules N4 and N5).

The first valid check binds a path and selects it. Later only a check with USE-CANDIDATE moves the selection, or any
valid one when the selected path had none for 10 s, or one from an address never seen while nothing was heard for 1 s:
Firefox nominates once, so behind a translator that forgot it a consent check is all that comes (ADR 0070). Media never
moves it. A path belongs to one peer. After an ICE restart both credential pairs live until the first nomination on the
new one.
"""

from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar

from sfu.packet import stun

MAX_PATHS: Final = 8
PATH_LIFETIME_S: Final = 30.0
TAKE_OVER_S: Final = 5.0
SEND_S: Final = 10.0
ADRIFT_S: Final = 1.0
TIMEOUT_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Credentials:
    """Our side of one ICE generation."""

    ufrag: bytes
    pwd: bytes


@dataclass(slots=True)
class IceAgent:
    """One peer's paths. `last_check` is the newest valid check, `last_heard` the newest authenticated anything."""

    current: Credentials
    last_check: float
    previous: Credentials | None = None
    paths: dict[bytes, float] = field(default_factory=dict)
    selected: bytes | None = None
    last_heard: float = 0.0

    def may_send(self, now: float) -> bool:
        """Consent: nothing is sent to a path after 10 s without a valid check on it (RFC 7675: 30 s at most)."""
        return self.selected is not None and now - self.paths[self.selected] < SEND_S


class IceOwner(Protocol):
    """A peer, as far as ICE is concerned."""

    @property
    def ice(self) -> IceAgent: ...


Owner = TypeVar("Owner", bound=IceOwner)


@dataclass(frozen=True, slots=True)
class Answered(Generic[Owner]):
    """A valid check: send `pwd`'s success response. `has_moved`: the owner's selected path changed with it."""

    owner: Owner
    check: stun.Check
    pwd: bytes
    has_moved: bool


class IceTable(Generic[Owner]):
    """Every live ufrag and every bound path of one port."""

    def __init__(self, owners: dict[bytes, Owner] | None = None) -> None:
        self._ufrags: dict[bytes, tuple[Owner, Credentials]] = {}
        self.owners: dict[bytes, Owner] = {} if owners is None else owners

    def add(self, owner: Owner) -> bool:
        """Make the owner's current credentials live. False: another peer has this ufrag."""
        credentials = owner.ice.current
        if credentials.ufrag in self._ufrags:
            return False
        self._ufrags[credentials.ufrag] = (owner, credentials)
        return True

    def restart(self, owner: Owner, credentials: Credentials) -> bool:
        """New credentials beside the old ones, until the first nomination on them. False: the ufrag is taken."""
        if credentials.ufrag in self._ufrags:
            return False
        ice = owner.ice
        if ice.selected is None:
            self._drop(ice.current)
        else:
            if ice.previous is not None:
                # The one in the middle was never nominated; the one that carries the media stays.
                self._drop(ice.current)
            else:
                ice.previous = ice.current
        ice.current = credentials
        self._ufrags[credentials.ufrag] = (owner, credentials)
        return True

    def remove(self, owner: Owner) -> None:
        """Forget the peer's credentials and paths."""
        ice = owner.ice
        self._drop(ice.current)
        if ice.previous is not None:
            self._drop(ice.previous)
        for path in ice.paths:
            self.owners.pop(path, None)
        ice.paths.clear()
        ice.selected = None

    def handle(self, data: bytes, path: bytes, now: float) -> Answered[Owner] | str:
        """Judge one STUN datagram; a string is the cause why it gets no answer."""
        check = stun.parse(data)
        if check is None:
            return "stun-malformed"
        entry = self._ufrags.get(check.ufrag)
        if entry is None:
            return "stun-unknown-ufrag"
        owner, credentials = entry
        if not stun.is_authentic(data, check, credentials.pwd):
            return "stun-integrity"
        ice = owner.ice
        # Before this check counts: a browser behind a NAT that forgot it comes from elsewhere without nominating again.
        is_silent = now - ice.last_heard >= ADRIFT_S
        is_adrift = not ice.may_send(now) or (is_silent and path not in ice.paths)
        cause = self._bind(owner, path, now)
        if cause:
            return cause
        ice.last_check = ice.last_heard = now
        has_moved = ice.selected != path and (is_adrift or check.use_candidate)
        if has_moved:
            ice.selected = path
        if check.use_candidate and ice.previous is not None and credentials is ice.current:
            self._drop(ice.previous)
            ice.previous = None
        return Answered(owner, check, credentials.pwd, has_moved)

    def expire(self, owner: Owner, now: float) -> None:
        """Forget paths without a valid check for 30 s; the selected one too, then nothing is sent."""
        ice = owner.ice
        for path in [path for path, at in ice.paths.items() if now - at > PATH_LIFETIME_S]:
            self._unbind(owner, path)

    def release(self, path: bytes) -> Owner | None:
        """The path is no way any more, as a TCP connection that ended. Returns whose it was.

        If it was the selected one, that with the newest check takes its place.
        """
        owner = self.owners.get(path)
        if owner is not None:
            self._unbind(owner, path)
            ice = owner.ice
            if ice.selected is None and ice.paths:
                ice.selected = max(ice.paths, key=ice.paths.__getitem__)
        return owner

    def _bind(self, owner: Owner, path: bytes, now: float) -> str | None:
        holder = self.owners.get(path)
        paths = owner.ice.paths
        if holder is not owner:
            if holder is not None:
                if now - holder.ice.last_heard < TAKE_OVER_S:
                    return "stun-path-taken"
                self._unbind(holder, path)
            if len(paths) >= MAX_PATHS:
                # A device with several networks has many ways, and new ones after it moved: the stalest is of no use.
                selected = owner.ice.selected
                self._unbind(owner, min((one for one in paths if one != selected), key=paths.__getitem__))
            self.owners[path] = owner
        paths[path] = now
        return None

    def _unbind(self, owner: Owner, path: bytes) -> None:
        ice = owner.ice
        del ice.paths[path]
        self.owners.pop(path, None)
        if ice.selected == path:
            ice.selected = None

    def _drop(self, credentials: Credentials) -> None:
        self._ufrags.pop(credentials.ufrag, None)
