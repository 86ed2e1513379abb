"""ICE of one link: a full agent that checks its one candidate pair and answers the other side's checks (RFC 8445)."""

from typing import Final

from aioice import stun

CHECK_EVERY_S: Final = 0.05
KEEP_EVERY_S: Final = 2.0
_PRIORITY: Final = 1853824767
_TIE_BREAKER: Final = 77


def check(ufrag: str, peer_ufrag: str, peer_pwd: str, *, is_controlling: bool) -> bytes:
    """A binding request; the controlling side nominates with every one."""
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    request.attributes["USERNAME"] = f"{peer_ufrag}:{ufrag}"
    request.attributes["PRIORITY"] = _PRIORITY
    if is_controlling:
        request.attributes["ICE-CONTROLLING"] = _TIE_BREAKER
        request.attributes["USE-CANDIDATE"] = None
    else:
        request.attributes["ICE-CONTROLLED"] = _TIE_BREAKER
    request.add_message_integrity(peer_pwd.encode())
    return bytes(request)


def read(datagram: bytes, pwd: str, address: tuple[str, int], *, is_controlling: bool) -> tuple[bool, bytes | None]:
    """(whether the pair is selected by this, the reply that is to be sent).

    The controlling side has nominated with its own check, the controlled one waits for USE-CANDIDATE.
    """
    try:
        message = stun.parse_message(datagram)
    except ValueError:
        return False, None
    if message.message_class is stun.Class.RESPONSE:
        return is_controlling, None
    if message.message_class is not stun.Class.REQUEST or not message.check_message_integrity(pwd.encode()):
        return False, None
    reply = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, transaction_id=message.transaction_id)
    reply.attributes["XOR-MAPPED-ADDRESS"] = address
    reply.add_message_integrity(pwd.encode())
    return not is_controlling and "USE-CANDIDATE" in message.attributes, bytes(reply)
