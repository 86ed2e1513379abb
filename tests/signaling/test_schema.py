"""What is written about the language is what the types say."""

import subprocess
from pathlib import Path
from typing import get_args

import pytest

from rooms.refusals import Reason
from signaling import schema
from signaling.client_messages import ClientMessage
from signaling.errors import CLOSE_MEANING, REFUSAL_MEANING, CloseCode
from signaling.server_messages import ConnectionReason, ServerMessage


def test_no_generated_file_is_stale() -> None:
    assert schema.stale() == [], "run python -m signaling.schema --write"


def test_a_stale_file_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(schema, "ROOT", tmp_path)
    assert len(schema.stale()) == 3
    assert schema.main(["--check"]) == 1
    assert schema.main(["--write"]) == 0
    assert schema.main(["--check"]) == 0
    (tmp_path / "docs/PROTOCOL.md").write_text("something else")
    assert schema.stale() == [tmp_path / "docs/PROTOCOL.md"]


def test_every_refusal_and_close_code_has_a_meaning() -> None:
    assert set(REFUSAL_MEANING) == {*Reason, *get_args(ConnectionReason)}
    assert set(CLOSE_MEANING) == set(CloseCode)


def test_every_message_is_in_the_page_and_in_the_types() -> None:
    content = {path.name: text for path, text in schema.files().items()}
    for message in (*get_args(ClientMessage), *get_args(ServerMessage)):
        assert f"`{get_args(message.model_fields['type'].annotation)[0]}`" in content["PROTOCOL.md"]
        assert f"export interface {message.__name__} {{" in content["protocol.d.ts"]
    assert "@@" not in content["PROTOCOL.md"]


def test_the_server_says_every_field_and_nothing_unknown_is_accepted() -> None:
    for name, definition in schema.schema()["$defs"].items():
        if definition.get("type") == "object":
            assert definition["additionalProperties"] is False, name
    room = schema.schema()["$defs"]["RoomView"]
    assert set(room["required"]) == set(room["properties"])


def test_every_text_of_a_page_is_bounded() -> None:
    definitions = schema.schema()["$defs"]

    def unbounded(node: object, path: str) -> list[str]:
        found: list[str] = []
        if isinstance(node, dict):
            if node.get("type") == "string" and not node.keys() & {"maxLength", "pattern", "const", "enum"}:
                found.append(path)
            if node.get("type") == "array" and "maxItems" not in node:
                found.append(path)
            for key, value in node.items():
                found += unbounded(value, f"{path}/{key}")
        elif isinstance(node, list):
            for index, value in enumerate(node):
                found += unbounded(value, f"{path}/{index}")
        return found

    for message in get_args(ClientMessage):
        assert unbounded(definitions[message.__name__], message.__name__) == []


def test_the_entry_point_runs() -> None:
    import sys

    command = [sys.executable, "-m", "signaling.schema", "--check"]
    assert subprocess.run(command, cwd=schema.ROOT, check=False, timeout=60).returncode == 0
