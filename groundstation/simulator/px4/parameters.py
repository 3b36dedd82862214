# SPDX-License-Identifier: Apache-2.0
"""The parameters of one simulated PX4: whole numbers travel as bits, and a hash speaks for the whole set.

Seen in PX4 between 1.13 and 1.14: the four bytes of PARAM_VALUE.param_value are the int32 itself, so that 4
reads as 5.6e-45 and -1 as NaN. Pure; no clock, no I/O.
"""

from __future__ import annotations

import math
import struct
import zlib

from groundstation.simulator.engine.parameters import PARAM_VALUE, UNINDEXED, Parameter, ParameterSet
from groundstation.simulator.engine.wire import known_type

HASH_NAME = "_HASH_CHECK"
_INT32, _UINT32 = 6, 5
"""MAV_PARAM_TYPE."""


class Px4ParameterSet(ParameterSet):
    """One PX4's parameters."""

    def payload(self, parameter: Parameter, index: int) -> bytes:
        """Pack a PARAM_VALUE, a whole number as its bits."""
        return _packed(_bits(parameter), parameter.name, parameter.kind, self.count, index)

    def hash_payload(self) -> bytes:
        """Pack the PARAM_VALUE that speaks for names and values of all: the first of a list, without a place in it.

        A CRC32 that begins with 0 and is not inverted at its end (PX4 ``param_hash_check``, NuttX ``crc32part``); zlib
        inverts before and after, which is undone here.
        """
        digest = 0xFFFFFFFF
        for index in range(self.count):
            parameter = self.at(index)
            if parameter is not None:
                digest = zlib.crc32(parameter.name.encode() + _bits(parameter), digest)
        return _packed((digest ^ 0xFFFFFFFF).to_bytes(4, "little"), HASH_NAME, _UINT32, self.count, UNINDEXED)

    def store_bits(self, name: str, kind: int, bits: bytes) -> tuple[Parameter | None, bool]:
        """Store what a PARAM_SET carries, without a range check.

        Args:
            name: Of the parameter, case and all.
            kind: Declared MAV_PARAM_TYPE; another one than the parameter's is ignored.
            bits: The four bytes of the value.

        Returns:
            The parameter as it is now (``None``: say nothing) and whether it has changed.
        """
        before = self.find(name)
        if before is None or before.kind != kind:
            return None, False
        value = float(struct.unpack("<i" if kind == _INT32 else "<f", bits)[0])
        if not math.isfinite(value):  # ignored, and answered with what it has
            return before, False
        return self.store(name, value), value != before.value


def _bits(parameter: Parameter) -> bytes:
    if parameter.kind == _INT32:
        return struct.pack("<i", int(parameter.value))
    return struct.pack("<f", parameter.value)


def _packed(bits: bytes, name: str, kind: int, count: int, index: int) -> bytes:
    """Pack a PARAM_VALUE around four bytes that need not be a number: param_value is its first field."""
    fields = {"param_id": name, "param_type": kind, "param_count": count, "param_index": index}
    return bits + known_type(PARAM_VALUE).payload(fields)[4:]
