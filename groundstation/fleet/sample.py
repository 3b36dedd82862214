# SPDX-License-Identifier: Apache-2.0
"""What every sample has in common.

A sample is one frozen fact as a vehicle reported it at one moment. It is the domain type and the JSON codec
at once, so a field has one name from the wire to the label. Pure: no clock, no thread, no input or output.
"""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

MAX_WHOLE = 1 << 53
"""Larger numbers are no counts, and JSON readers elsewhere can't hold them exactly (RFC 8259, section 6)."""
Whole = Annotated[int, msgspec.Meta(ge=-MAX_WHOLE, le=MAX_WHOLE)]
"""A whole number in anything that travels: one of 400 digits is refused, before anybody reckons with it."""


class Name(enum.StrEnum):
    """Base of every closed set that travels: lower-case names, and `UNKNOWN` for a name of a newer version."""

    @classmethod
    def _missing_(cls, value: object) -> Name:
        # without this one new name of a newer bridge would cost the whole message
        return cls("unknown") if value != "unknown" else super()._missing_(value)


# gc=False: frozen values can't hold themselves, so the collector of cycles need not walk them; each message makes some
class Sample(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One fact at one moment. `None` in any field means unknown; zero means zero."""

    at_s: float
    """Reception of the last byte, seconds on the monotonic clock of the bridge that heard it (its `bms`)."""

    invalid: tuple[str, ...] = ()
    """Names of the fields whose received value was impossible (latitude 91, infinity); those fields are None."""


class Severity(Name):
    """How urgent a text or condition is, after MAVLink MAV_SEVERITY."""

    EMERGENCY = "emergency"
    ALERT = "alert"
    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"
    INFO = "info"
    DEBUG = "debug"
    UNKNOWN = "unknown"
