# SPDX-License-Identifier: Apache-2.0
"""Schemas of our leaves describe what viewers can read, and leave out what has no one type."""

from __future__ import annotations

import json

import pytest

from groundstation.logs.mcap.schemas import plain_schema, schema_of_leaf
from groundstation.transport import leaves


@pytest.mark.parametrize(("leaf", "path"), [(leaves.MSN_CUR, ("mission", "why")), (leaves.CMD_ACK, ("detail",))])
def test_words_that_are_a_text_or_a_phrase_are_not_described(leaf: leaves.Leaf, path: tuple[str, ...]) -> None:
    found = schema_of_leaf(leaf)
    assert found is not None
    schema = json.loads(found)["properties"]["d"]
    for name in path[:-1]:
        schema = schema["properties"][name]
    assert path[-1] not in schema["properties"]
    assert len(schema["properties"]) > 3


def test_what_may_be_absent_is_described_by_what_it_else_is() -> None:
    thing = {"type": "object", "properties": {"one": {"type": "integer"}}}
    schema = {
        "type": "object",
        "$defs": {"Thing": thing},
        "properties": {
            "perhaps": {"anyOf": [{"$ref": "#/$defs/Thing"}, {"type": "null"}]},
            "number": {"anyOf": [{"type": "number"}, {"type": "null"}]},
            "either": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Thing"}]},
        },
    }
    plain = plain_schema(schema)["properties"]
    assert set(plain) == {"perhaps", "number"}
    assert plain["perhaps"]["properties"] == {"one": {"type": "number"}}
