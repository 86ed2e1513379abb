"""Writes what others read of the language: JSON Schema, prose and TypeScript types, all from the message types.

`python -m signaling.schema --write` after a change of a message; `--check` says which file is stale.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import core_schema

from rooms.live.views import Notice, View
from signaling.client_messages import CLIENT_MESSAGE, ClientMessage, MediaRequest, RoomRequest
from signaling.schema_markdown import markdown
from signaling.schema_typescript import typescript
from signaling.server_messages import SERVER_MESSAGE, Change, ServerMessage

ROOT = Path(__file__).resolve().parent.parent

UNIONS: Mapping[str, object] = {
    "ClientMessage": ClientMessage,
    "RoomRequest": RoomRequest,
    "MediaRequest": MediaRequest,
    "ServerMessage": ServerMessage,
    "Change": Change,
    "Notice": Notice,
    "View": View,
}


class _Generator(GenerateJsonSchema):
    """The server always sends every field; and a title that repeats the field's name says nothing."""

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,
    ) -> bool:
        return self.mode == "serialization" or super().field_is_required(field, total)

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of both directions; `$defs` holds every type and the two unions."""
    adapters: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [
        ("ClientMessage", "validation", CLIENT_MESSAGE),
        ("ServerMessage", "serialization", SERVER_MESSAGE),
    ]
    refs, document = TypeAdapter.json_schemas(adapters, schema_generator=_Generator)
    defs = {name: _bare(definition) for name, definition in document["$defs"].items()}
    for name, mode, _ in adapters:
        defs[name] = refs[(name, mode)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Holdspace signaling",
        "$defs": dict(sorted(defs.items())),
    }


def _bare(definition: dict[str, Any]) -> dict[str, Any]:
    """Without the titles that repeat a name, and without the signature that a dataclass has for a docstring."""
    title = definition.pop("title", "")
    if str(definition.get("description", "")).startswith(f"{title}("):
        del definition["description"]
    return definition


def files() -> dict[Path, str]:
    """Every generated file with its content."""
    document = schema()
    return {
        ROOT / "docs/protocol.schema.json": json.dumps(document, indent=1, ensure_ascii=False) + "\n",
        ROOT / "docs/PROTOCOL.md": markdown(document, UNIONS),
        ROOT / "web/static/js/protocol.d.ts": typescript(document, UNIONS),
    }


def stale() -> list[Path]:
    """The generated files that are missing or say something else than the types."""
    return [path for path, content in files().items() if not path.exists() or path.read_text("utf-8") != content]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m signaling.schema", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the files")
    parser.add_argument("--check", action="store_true", help="fail when a file is stale")
    chosen = parser.parse_args(arguments)
    if chosen.write:
        for path, content in files().items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
        return 0
    for path in stale():
        print(f"{path.relative_to(ROOT)} is stale: run python -m signaling.schema --write")
    return 1 if stale() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
