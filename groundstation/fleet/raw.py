# SPDX-License-Identifier: Apache-2.0
"""What a log of others has in its own words: messages and fields as its format names them. Pure.

    raw:<message>.<field>        raw:ATTITUDE.rollspeed, raw:vehicle_attitude.q[0]

Such an address leads into one log alone. It is none of `value_path.py`: no vehicle's state has it.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import msgspec

from groundstation.fleet.identity import VehicleKey

RAW = "raw:"
"""What such addresses begin with; a kind of sample has no colon in it."""


class RawField(msgspec.Struct, frozen=True):
    """One number or text of a message."""

    name: str
    """As `rollspeed`, or `q[0]` for an item of an array."""
    unit: str = ""
    """As the format tells, such as `degE7`; empty where it does not."""


class RawMessage(msgspec.Struct, frozen=True):
    """One kind of message of a vehicle."""

    name: str
    fields: tuple[RawField, ...]


class RawRow(msgspec.Struct, frozen=True):
    """The newest of a kind of message up to a moment."""

    message: str
    at_s: float | None
    """When it came, on the clock of the recording; None where none came until then."""
    values: tuple[object, ...] = ()
    """In the order of the message's fields: numbers, texts; None where there is no value."""


@runtime_checkable
class RawTeller(Protocol):
    """A player of a log that has such words. One thread uses it."""

    def raw_messages(self, key: VehicleKey) -> tuple[RawMessage, ...]:
        """What a vehicle has; the same as long as the log is open. Reads nothing."""

    def raw(self, key: VehicleKey, at_s: float, names: frozenset[str]) -> tuple[RawRow, ...]:
        """The newest of some messages up to a moment, one for each name that the vehicle has."""


def raw_path(message: str, field: str) -> str:
    """The address of a field."""
    return f"{RAW}{message}.{field}"


def is_raw(path: str) -> bool:
    """Whether an address is of this kind."""
    return path.startswith(RAW)
