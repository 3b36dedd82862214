# SPDX-License-Identifier: Apache-2.0
"""JSON Schemas that other people's viewers can read. Pure.

Foxglove and its kin know one `type` a property: no null, no `anyOf`, no reference; an integer would be shown as 32 bits
without a sign. So `null` counts as absent here, and every number is a `number`.
"""

from __future__ import annotations

import functools
from typing import Any

import msgspec

from groundstation.transport import payloads
from groundstation.transport.leaves import Leaf

ENCODING = "jsonschema"
MAX_PROPERTIES = 500
MAX_DEPTH = 8
_SCALARS = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean"}


@functools.lru_cache(maxsize=64)
def schema_of_leaf(leaf: Leaf) -> bytes | None:
    """The schema of what a leaf of our tree carries, as bytes; None for one that is no JSON."""
    return schema_bytes(plain_schema(msgspec.json.schema(payloads.type_of(leaf)))) if leaf.content is not None else None


def schema_bytes(schema: dict[str, Any]) -> bytes:
    """A schema as it stands in a file."""
    return msgspec.json.encode({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def plain_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without references, nulls and choices.

    Args:
        schema: as `msgspec.json.schema` makes it.
    """
    return _plain(schema, schema.get("$defs", {}), 0)


def _plain(schema: dict[str, Any], named: dict[str, Any], depth: int) -> dict[str, Any]:
    """One level of a schema; what can't be said plainly is a text."""
    if "$ref" in schema:
        return _plain(named[schema["$ref"].rsplit("/", 1)[-1]], named, depth)
    if "anyOf" in schema:
        kinds = [one for one in schema["anyOf"] if one.get("type") != "null"]
        return _plain(kinds[0], named, depth) if kinds else {"type": "string"}
    kind = schema.get("type", "string" if "enum" in schema else "object")
    if kind == "object":
        properties = schema.get("properties", {}) if depth < MAX_DEPTH else {}
        return {
            "type": "object",
            # a text or a phrase can't be said with one type: what is not described is shown as it is
            "properties": {
                name: _plain(one, named, depth + 1) for name, one in properties.items() if not _is_either(one)
            },
        }
    if kind == "array":
        # an array has one type here, so the first one of a tuple stands for all
        choices = schema.get("prefixItems") or [schema.get("items") or {"type": "string"}]
        items = _plain(choices[0], named, depth + 1)
        return {"type": "array", "items": items if items["type"] != "array" else {"type": "string"}}
    return {"type": _SCALARS.get(str(kind), "string")}


def _is_either(schema: dict[str, Any]) -> bool:
    """Whether a property is an object at one time and something else at another."""
    kinds = ["$ref" in one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return any(kinds) and not all(kinds)


def schema_of_value(value: dict[str, Any]) -> dict[str, Any]:
    """A schema of any JSON object, from one that came: what is absent in it is not described.

    Args:
        value: the object.
    """
    return _of_value(value, 0)


def _of_value(value: Any, depth: int) -> dict[str, Any]:
    if isinstance(value, dict):
        described = list(value.items())[:MAX_PROPERTIES] if depth < MAX_DEPTH else []
        properties = {name: _of_value(one, depth + 1) for name, one in described if _is_described(one)}
        return {"type": "object", "properties": properties}
    if isinstance(value, list):
        return {"type": "array", "items": _of_value(value[0], depth + 1)}
    # before numbers: in Python a bool is an int
    if isinstance(value, bool):
        return {"type": "boolean"}
    return {"type": "number" if isinstance(value, int | float) else "string"}


def _is_described(value: Any) -> bool:
    """Nulls, and lists that don't tell of what, or of several kinds, are left out: any schema of them may lie."""
    if isinstance(value, list):
        kinds = {_kind(one) for one in value}
        return len(kinds) == 1 and kinds <= {"boolean", "number", "string"}
    return value is not None


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return type(value).__name__ if not isinstance(value, str) else "string"


def fits(value: dict[str, Any], schema: dict[str, Any]) -> bool:
    """Whether an object is as a schema of `schema_of_value` says: what is described is there or null, and of its type.

    Args:
        value: the object.
        schema: to compare with.
    """
    described = schema["properties"]
    known = all(name in described for name, one in value.items() if _is_described(one))
    return known and all(_fits_one(value[name], one) for name, one in described.items() if name in value)


def _fits_one(value: Any, schema: dict[str, Any]) -> bool:
    if value is None:
        return True
    if isinstance(value, dict):
        return schema["type"] == "object" and fits(value, schema)
    if isinstance(value, list):
        return schema["type"] == "array" and all(_kind(one) == schema["items"]["type"] for one in value)
    return bool(_kind(value) == schema["type"])
