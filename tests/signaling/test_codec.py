"""Any text is a message or a typed error; nothing else ever comes out of `decode`."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.client_media import Tile, Viewing
from signaling.client_messages import ClientMessage, Hello, Knock, PostChat, SetChatPolicy
from signaling.codec import MAX_FRAME_BYTES, decode, encode
from signaling.errors import Malformed, NotUnderstood, Oversize, Unusable
from signaling.server_messages import SERVER_MESSAGE, Ok, Refused

TYPES = [member.model_fields["type"].annotation for member in get_args(ClientMessage)]
NAMES = [get_args(annotation)[0] for annotation in TYPES]
FIELDS = sorted({field for member in get_args(ClientMessage) for field in member.model_fields})


def frame(**fields: Any) -> str:
    return json.dumps(fields)


def test_a_request_is_read() -> None:
    message = decode(frame(type="knock", id=1, alias="Quiet Heron"))
    assert isinstance(message, Knock)
    assert (message.id, message.alias, message.seen) == (1, "Quiet Heron", None)


def test_lists_and_enums_are_read() -> None:
    view = decode(frame(type="viewing", id=1, tiles=[{"person": "p_aaaaaaaa", "width": 320}], screen=False))
    policy = decode(frame(type="set-chat-policy", id=2, policy="off"))
    assert isinstance(view, Viewing)
    assert view.tiles == (Tile(person="p_aaaaaaaa", width=320),)
    assert isinstance(policy, SetChatPolicy)


def test_hello_needs_only_its_version() -> None:
    hello = decode(frame(type="hello", protocol=1))
    assert isinstance(hello, Hello)
    assert (hello.ticket, hello.page, hello.take_over) == (None, "new", False)


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "knock", "id": 7},
        {"type": "knock", "id": 7, "alias": ""},
        {"type": "knock", "id": 7, "alias": "x" * 41},
        {"type": "knock", "id": 7, "alias": 5},
        {"type": "knock", "id": 7, "alias": "Heron", "role": "facilitator"},
        {"type": "unmute-participant", "id": 7, "target": "p_aaaaaaaa"},
        {"type": "mute-participant", "id": 7, "target": "../../etc"},
        {"type": "post-chat", "id": 7, "text": "x" * 4_001},
        {"type": "extend", "id": 7, "minutes": True},
        {"type": "admit", "id": 7, "targets": []},
        {"type": None, "id": 7},
        {"id": 7},
    ],
)
def test_a_request_out_of_bounds_is_refused_by_its_id(fields: dict[str, Any]) -> None:
    with pytest.raises(NotUnderstood) as raised:
        decode(frame(**fields))
    assert raised.value.id == 7


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "7",
        '"hello"',
        "{",
        "[" * 60_000,
        '{"a":' * 10_000,
        '{"type": "knock", "id": NaN, "alias": "a"}',
        '{"type": "knock", "id": Infinity, "alias": "a"}',
        '{"type": "knock", "id": true, "alias": "a"}',
        '{"type": "knock", "id": -1, "alias": "a"}',
        '{"type": "knock", "id": 1e400, "alias": "a"}',
        '{"type": "knock", "id": ' + "9" * 5_000 + ', "alias": "a"}',
        '{"type": "knock", "id": 1, "alias": "\\ud800"}',
        '{"type": "knock", "id": 1, "alias": "\ud800"}',
        "\x00",
        frame(type="hello", protocol="1"),
        frame(type="hello", protocol=1, ticket="<script>"),
    ],
)
def test_what_is_no_message_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        decode(text)


def test_the_limit_counts_bytes() -> None:
    padding = "é" * (MAX_FRAME_BYTES // 2)
    with pytest.raises(Oversize):
        decode(frame(type="ping") + padding)
    with pytest.raises(Malformed):
        decode("x" * MAX_FRAME_BYTES)
    with pytest.raises(Oversize):
        decode("x" * (MAX_FRAME_BYTES + 1))


def test_the_longest_line_fits_one_frame() -> None:
    message = decode(frame(type="post-chat", id=1, text="\U0001f33f" * 4_000))
    assert isinstance(message, PostChat)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["p_aaaaaaaa", *NAMES]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
objects = st.fixed_dictionaries(
    {"type": st.sampled_from(NAMES)},
    optional={field: values for field in FIELDS if field != "type"},
)


@given(st.text() | objects.map(json.dumps) | values.map(json.dumps))
def test_decode_is_total(text: str) -> None:
    try:
        message = decode(text)
    except (Unusable, NotUnderstood):
        return
    assert decode(message.model_dump_json(exclude_defaults=False)) == message


def test_what_the_server_says_is_one_json_object() -> None:
    for message in (Ok(id=3), Refused(id=4, reason="not-saved")):
        assert SERVER_MESSAGE.validate_json(encode(message)) == message
        assert "\n" not in encode(message)
