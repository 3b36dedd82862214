# SPDX-License-Identifier: Apache-2.0
"""The schema of Sparkplug B payloads, made at run time of the numbers of its fields. Any thread.

The numbers, names and types are facts of the specification (Sparkplug 3.0, chapter 6, "Google Protocol Buffer Schema");
none of its file's text is here. A pool of its own, so that another program's schema of that name is no matter. The only
module that imports protobuf.
"""

from __future__ import annotations

import functools
from typing import Any

PACKAGE = "org.eclipse.tahu.protobuf"
_TYPES = {"double": 1, "float": 2, "uint64": 4, "bool": 8, "string": 9, "message": 11, "bytes": 12, "uint32": 13}
"""Numbers of protobuf's own types (`FieldDescriptorProto.Type`)."""
_VALUES = ("int_value uint32", "long_value uint64", "float_value float", "double_value double", "boolean_value bool")
_SCHEMA: dict[str, dict[int, str]] = {
    # name of a message: number of a field, and its name, type, and whether there are several or it is one of the value
    "Payload": {
        1: "timestamp uint64",
        2: "metrics Payload.Metric *",
        3: "seq uint64",
        4: "uuid string",
        5: "body bytes",
    },
    "Payload.Metric": {
        1: "name string",
        2: "alias uint64",
        3: "timestamp uint64",
        4: "datatype uint32",
        5: "is_historical bool",
        6: "is_transient bool",
        7: "is_null bool",
        9: "properties Payload.PropertySet",
        **{10 + place: f"{one} =" for place, one in enumerate(_VALUES)},
        15: "string_value string =",
        16: "bytes_value bytes =",
        17: "dataset_value Payload.DataSet =",
        18: "template_value Payload.Template =",
    },
    "Payload.PropertySet": {1: "keys string *", 2: "values Payload.PropertyValue *"},
    "Payload.PropertySetList": {1: "propertyset Payload.PropertySet *"},
    "Payload.PropertyValue": {
        1: "type uint32",
        2: "is_null bool",
        **{3 + place: f"{one} =" for place, one in enumerate(_VALUES)},
        8: "string_value string =",
        9: "propertyset_value Payload.PropertySet =",
        10: "propertysets_value Payload.PropertySetList =",
    },
    "Payload.DataSet": {
        1: "num_of_columns uint64",
        2: "columns string *",
        3: "types uint32 *",
        4: "rows Payload.DataSet.Row *",
    },
    "Payload.DataSet.Row": {1: "elements Payload.DataSet.DataSetValue *"},
    "Payload.DataSet.DataSetValue": {
        **{1 + place: f"{one} =" for place, one in enumerate(_VALUES)},
        6: "string_value string =",
    },
    "Payload.Template": {
        1: "version string",
        2: "metrics Payload.Metric *",
        3: "parameters Payload.Template.Parameter *",
        4: "template_ref string",
        5: "is_definition bool",
    },
    "Payload.Template.Parameter": {
        1: "name string",
        2: "type uint32",
        **{3 + place: f"{one} =" for place, one in enumerate(_VALUES)},
        8: "string_value string =",
    },
}
"""Metadata and extensions are left alone: nothing here goes by them."""


@functools.cache
def payload_class() -> Any:
    """The class of payloads; made when it is asked for first, since few stations hear a node."""
    # 30 ms: not for who starts a window without one
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(name="sparkplug_b.proto", package=PACKAGE, syntax="proto2")
    made: dict[str, Any] = {}
    for name in sorted(_SCHEMA, key=lambda one: one.count(".")):
        above, _, own = name.rpartition(".")
        message = made[name] = made[above].nested_type.add() if above else file.message_type.add()
        message.name = own
        for number, told in _SCHEMA[name].items():
            _add(message, number, *told.split())
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.Payload"))


def _add(message: Any, number: int, name: str, kind: str, how: str = "") -> None:
    # 1 is optional, 3 repeated (`FieldDescriptorProto.Label`)
    field = message.field.add(name=name, number=number, label=3 if how == "*" else 1)
    field.type = _TYPES.get(kind, _TYPES["message"])
    if kind not in _TYPES:
        field.type_name = f".{PACKAGE}.{kind}"
    if how == "=":
        if not message.oneof_decl:
            message.oneof_decl.add(name="value")
        field.oneof_index = 0
