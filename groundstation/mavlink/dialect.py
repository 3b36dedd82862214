# SPDX-License-Identifier: Apache-2.0
"""The typed door to pymavlink's message definitions (dialect ardupilotmega, which includes common).

Only definitions are taken from there; frames are read by `frames.py`, which is what keeps a message cheap. No thread,
no I/O.
"""

from __future__ import annotations

import struct
from typing import Any

import msgspec
from pymavlink.dialects.v20 import ardupilotmega as _dialect

Fields = dict[str, Any]
"""Fields of one message by name: int or float, a list for an array, str for text."""


class MessageDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """How one message is laid out."""

    msgid: int
    """MAVLink message id."""
    name: str
    """Name, as GLOBAL_POSITION_INT."""
    crc_extra: bytes
    """The byte that ends the checksum."""
    layout: struct.Struct
    """All fields in wire order, arrays spread out."""
    fields: tuple[tuple[str, int, bool], ...]
    """Name, array length (0 for a scalar), is text; in wire order."""
    scalar_names: tuple[str, ...] | None
    """Names in wire order of a message that has neither arrays nor texts; None for the others."""


def _definition(message: Any) -> MessageDefinition:
    kinds = dict(zip(message.fieldnames, message.fieldtypes, strict=True))
    lengths = _array_lengths(message.native_format.decode(), message.unpacker.format)
    fields = tuple(
        (name, 0 if kinds[name] == "char" else length, kinds[name] == "char")
        for name, length in zip(message.ordered_fieldnames, lengths, strict=True)
    )
    is_scalar = not any(length or is_text for _, length, is_text in fields)
    return MessageDefinition(
        msgid=message.id,
        name=message.msgname,
        crc_extra=bytes([message.crc_extra]),
        layout=message.unpacker,
        fields=fields,
        scalar_names=tuple(name for name, _, _ in fields) if is_scalar else None,
    )


def _array_lengths(native: str, spread: str) -> list[int]:
    """Array length of each field (0 for a scalar) from pymavlink's two format strings, `<iHB` and `<i10HB`."""
    counts: list[int] = []
    digits = ""
    for letter in spread[1:]:
        if letter.isdigit():
            digits += letter
            continue
        counts.append(int(digits) if digits else 0)
        digits = ""
    # the two formats come from pymavlink: a change in how it writes them must not go unseen
    if len(counts) != len(native) - 1:
        raise AssertionError(f"formats {native} and {spread} don't match")
    return counts


_COMMAND_CANCEL = MessageDefinition(
    msgid=80,
    name="COMMAND_CANCEL",
    crc_extra=bytes([14]),
    layout=struct.Struct("<HBB"),
    fields=(("command", 0, False), ("target_system", 0, False), ("target_component", 0, False)),
    scalar_names=("command", "target_system", "target_component"),
)
"""MAVLink common.xml, marked as work in progress there, which is why pymavlink's dialect lacks it."""
_COMPONENT_METADATA = MessageDefinition(
    msgid=397,
    name="COMPONENT_METADATA",
    crc_extra=bytes([182]),
    layout=struct.Struct("<II100s"),
    fields=(("time_boot_ms", 0, False), ("file_crc", 0, False), ("uri", 0, True)),
    scalar_names=None,
)
"""MAVLink common.xml; likewise."""

DEFINITIONS: dict[int, MessageDefinition] = {
    # in front, so that a dialect which has it some day wins
    _COMMAND_CANCEL.msgid: _COMMAND_CANCEL,
    _COMPONENT_METADATA.msgid: _COMPONENT_METADATA,
    **{msgid: _definition(message) for msgid, message in _dialect.mavlink_map.items() if msgid >= 0},
}
"""Every message of the dialect by its id."""

MSGIDS: dict[str, int] = {one.name: one.msgid for one in DEFINITIONS.values()}
"""Message id by name."""

CRC_EXTRAS: dict[int, bytes] = {one.msgid: one.crc_extra for one in DEFINITIONS.values()}
"""Last byte of the checksum by message id."""


def field_units(msgid: int) -> dict[str, str]:
    """Units of a message's fields by name, as `m`, `degE7`, `cm/s`; fields without one are left out.

    Args:
        msgid: any message id; one that pymavlink's dialect lacks has no units.
    """
    message = _dialect.mavlink_map.get(msgid)
    return {} if message is None else dict(message.fieldunits_by_name)


def unpack_values(definition: MessageDefinition, payload: bytes) -> tuple[Any, ...]:
    """Values of a payload in wire order, arrays spread out; see `unpack` for lengths.

    Args:
        definition: of the message.
        payload: the payload as received, at most 255 bytes.
    """
    layout = definition.layout
    size = layout.size
    if len(payload) != size:
        # longer ones come of newer definitions, whose extensions stand at the end
        payload = payload[:size].ljust(size, b"\0")
    return layout.unpack(payload)


PARAM_BITS = "param_bits"
"""Not a field of MAVLink: the four bytes of `param_value` of PARAM_VALUE and PARAM_SET as a whole number."""
_WITH_BITS = frozenset((MSGIDS["PARAM_VALUE"], MSGIDS["PARAM_SET"]))


LATER_FIELDS: dict[int, tuple[str, ...]] = {
    42: ("mission_id", "fence_id", "rally_points_id"),
    44: ("opaque_id",),
    47: ("opaque_id",),
}
"""Fields of MISSION_CURRENT, MISSION_COUNT and MISSION_ACK, uint32 each, that common.xml has had since 2023 behind all
others, and pymavlink's dialect has not."""
_LATER_LAYOUTS = {msgid: struct.Struct(f"<{len(names)}I") for msgid, names in LATER_FIELDS.items()}

if any(set(names) & set(DEFINITIONS[msgid].scalar_names or names) for msgid, names in LATER_FIELDS.items()):
    # at the import: a dialect that has them by now needs nothing of this
    raise AssertionError("the dialect has the ids of plans: take them out of LATER_FIELDS")


def _later(msgid: int, payload: bytes) -> Fields:
    layout, first = _LATER_LAYOUTS[msgid], DEFINITIONS[msgid].layout.size
    values = layout.unpack(payload[first : first + layout.size].ljust(layout.size, b"\0"))
    return dict(zip(LATER_FIELDS[msgid], values, strict=True))


def unpack(msgid: int, payload: bytes) -> Fields:
    """Fields of a payload; missing trailing zeros of MAVLink 2 are put back, extensions missing in MAVLink 1 are zero.

    PARAM_VALUE and PARAM_SET have `PARAM_BITS` as well, and a few messages `LATER_FIELDS`.

    Args:
        msgid: id of a message in `DEFINITIONS`.
        payload: the payload as received, at most 255 bytes.
    """
    definition = DEFINITIONS[msgid]
    values = unpack_values(definition, payload)
    if definition.scalar_names is not None:
        found = dict(zip(definition.scalar_names, values, strict=True))
        return found | _later(msgid, payload) if msgid in LATER_FIELDS else found
    # PX4's whole numbers travel as bits of a float: a signalling NaN among them (-5,000,000) comes out of Python's
    # float as another one, and the number as -805,696
    bits = {PARAM_BITS: int.from_bytes(payload[:4], "little")} if msgid in _WITH_BITS else {}
    fields: Fields = bits
    place = 0
    for name, length, is_text in definition.fields:
        if is_text:
            # a text that fills its field has no NUL (MAVLink guide, "Packet Serialization")
            fields[name] = values[place].split(b"\0", 1)[0].decode("utf-8", "replace")
            place += 1
        elif length:
            fields[name] = values[place : place + length]
            place += length
        else:
            fields[name] = values[place]
            place += 1
    return fields


def enum_names(enum: str, prefix: str) -> dict[int, str]:
    """Names of a MAVLink enum by number, lower case, without the prefix."""
    return {
        number: entry.name.removeprefix(prefix).lower()
        for number, entry in _dialect.enums[enum].items()
        if not entry.name.endswith("ENUM_END")
    }
