"""docs/PROTOCOL.md: prose for people who write a client, and tables from the message types."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from signaling.errors import CLOSE_MEANING, REFUSAL_MEANING
from signaling.schema_prose import PROSE


def markdown(document: Mapping[str, Any], unions: Mapping[str, object]) -> str:
    """The whole page."""
    defs = document["$defs"]
    tables = {
        "CLIENT": _messages(defs, unions["ClientMessage"], "type"),
        "SERVER": _messages(defs, unions["ServerMessage"], "type"),
        "CHANGES": _messages(defs, unions["Change"], "part"),
        "NOTICES": _messages(defs, unions["Notice"], "tag"),
        "TYPES": _types(defs, unions),
        "REFUSALS": _rows(("code", "meaning"), [(f"`{code}`", text) for code, text in REFUSAL_MEANING.items()]),
        "CLOSES": _rows(
            ("code", "name", "meaning"),
            [(str(code.value), code.name.lower().replace("_", "-"), text) for code, text in CLOSE_MEANING.items()],
        ),
    }
    page = PROSE
    for name, table in tables.items():
        page = page.replace(f"@@{name}@@\n", table)
    return page


def _rows(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def _messages(defs: Mapping[str, Any], union: object, tag: str) -> str:
    rows = []
    for member in get_args(union):
        definition = defs[member.__name__]
        properties = definition["properties"]
        unsaid = {tag, "id", "seen"} if "seen" in properties else {tag}
        name = f"`{properties[tag]['const']}`"
        rows.append((name, _fields(definition, unsaid), _one_line(definition.get("description", ""))))
    return _rows((tag, "fields", "what"), rows)


def _types(defs: Mapping[str, Any], unions: Mapping[str, object]) -> str:
    tabled = {member.__name__ for name, union in unions.items() if name != "View" for member in get_args(union)}
    rows = []
    for name, definition in defs.items():
        if name in unions or name in tabled or name == "Reason":
            continue
        shape = _fields(definition, set()) if definition.get("type") == "object" else _type(definition)
        rows.append((f"`{name}`", shape, _one_line(definition.get("description", ""))))
    return _rows(("type", "fields or values", "what"), rows)


def _fields(definition: Mapping[str, Any], unsaid: set[str]) -> str:
    required = set(definition.get("required", ()))
    shown = [
        f"`{name}{'' if name in required else '?'}` {_type(field)}"
        for name, field in definition["properties"].items()
        if name not in unsaid
    ]
    return ", ".join(shown)


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _type(schema: Mapping[str, Any]) -> str:
    match schema:
        case {"$ref": str(ref)}:
            return ref.rsplit("/", 1)[-1]
        case {"const": value}:
            return f'"{value}"'
        case {"enum": [*values]}:
            return " \\| ".join(f'"{value}"' for value in values)
        case {"anyOf": [*options]} | {"oneOf": [*options]}:
            return " \\| ".join(dict.fromkeys(_type(option) for option in options))
        case {"type": "array", "items": dict(items)}:
            inner = _type(items)
            return f"list of ({inner})" if " " in inner else f"list of {inner}"
        case {"type": "string", "maxLength": int(most)}:
            return f"text of {schema.get('minLength', 0)} to {most}"
        case {"type": "integer", "minimum": int(least), "maximum": int(most)} if most < 2**53:
            return f"{least} to {most}"
        case {"type": str(simple)}:
            return {"string": "text", "integer": "int", "boolean": "bool"}.get(simple, simple)
    raise TypeError(f"no words for {schema}")
