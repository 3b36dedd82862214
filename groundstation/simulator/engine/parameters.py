# SPDX-License-Identifier: Apache-2.0
"""The parameters of one simulated autopilot: a table that keeps whatever it is given, in the type it has.

As ArduPilot 4.5.7 and PX4 were seen to do: no range check, integers cut off and limited by their type, NaN and infinity
ignored, names are case sensitive. Pure; no clock, no I/O.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import NamedTuple

from groundstation.simulator.engine.wire import known_type

PARAM_VALUE = 22
UNINDEXED = 65535
"""PARAM_VALUE.param_index of an answer by name and of an echo."""

_INTEGER_LIMITS = {2: (-128, 127), 4: (-32768, 32767), 6: (-(2**31), 2**31 - 1)}
"""MAV_PARAM_TYPE to the smallest and largest value."""


class Declared(NamedTuple):
    """One parameter as the firmware declares it."""

    name: str
    value: float
    kind: int
    """MAV_PARAM_TYPE."""


@dataclass(frozen=True)
class Parameter:
    """One parameter as it is sent."""

    name: str
    value: float
    kind: int
    """MAV_PARAM_TYPE."""
    index: int
    """Place in the list."""


def declared(table: str) -> tuple[Declared, ...]:
    """Return the parameters of a flavour, in index order, from words such as ``NAME=value:type``."""
    found = []
    for entry in table.split():
        name, _, rest = entry.partition("=")
        value, _, kind = rest.partition(":")
        found.append(Declared(name, _kept(float(value), int(kind)), int(kind)))
    return tuple(found)


def _kept(value: float, kind: int) -> float:
    """Round to the float32 the wire carries; whole numbers are kept whole."""
    if kind in _INTEGER_LIMITS:
        return float(int(value))
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


class ParameterSet:
    """One vehicle's parameters; they survive a reboot."""

    def __init__(self, table: tuple[Declared, ...], overrides: dict[str, float], count: int | None = None) -> None:
        """Start from the flavour's defaults.

        Args:
            table: All parameters of the flavour.
            overrides: Values of this vehicle; names must exist.
            count: How many to list, ``None`` for all; the rest is kept but not listed.
        """
        self._names = tuple(entry.name for entry in table)
        self._kinds = tuple(entry.kind for entry in table)
        self._values = [entry.value for entry in table]
        self._index = {name: index for index, name in enumerate(self._names)}
        self.count = len(table) if count is None else min(count, len(table))
        for name, value in overrides.items():
            index = self._index[name]
            self._values[index] = _kept(value, self._kinds[index])

    def payload(self, parameter: Parameter, index: int) -> bytes:
        """Pack a PARAM_VALUE.

        Args:
            parameter: What to send.
            index: The place in the list to tell.
        """
        return known_type(PARAM_VALUE).payload(
            {
                "param_id": parameter.name,
                "param_value": parameter.value,
                "param_type": parameter.kind,
                "param_count": self.count,
                "param_index": index,
            }
        )

    def value(self, name: str) -> float:
        """Return a parameter the simulator itself uses.

        Raises:
            KeyError: This flavour has no such parameter.
        """
        return self._values[self._index[name]]

    def find(self, name: str) -> Parameter | None:
        """Return a parameter by its exact name, ``None`` when there is none."""
        index = self._index.get(name)
        return None if index is None else self.at(index)

    def at(self, index: int) -> Parameter | None:
        """Return the parameter at a place in the list, ``None`` beyond it."""
        if not 0 <= index < self.count:
            return None
        return Parameter(self._names[index], self._values[index], self._kinds[index], index)

    def store(self, name: str, value: float) -> Parameter | None:
        """Store a value without any range check.

        Returns:
            The parameter as it is now, ``None`` (say nothing) for an unknown name, NaN or infinity.
        """
        index = self._index.get(name)
        if index is None or not math.isfinite(value):
            return None
        limits = _INTEGER_LIMITS.get(self._kinds[index])
        if limits is not None:
            value = float(min(max(int(value), limits[0]), limits[1]))
        self._values[index] = _kept(value, self._kinds[index])
        return Parameter(name, self._values[index], self._kinds[index], index)
