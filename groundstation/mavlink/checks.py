# SPDX-License-Identifier: Apache-2.0
"""Where MAVLink's marks for "unknown" and impossible values die. Pure.

Two things can be wrong with a field: its sender says that it doesn't know (a mark of the message definition), then it
is None; or it says what can't be (latitude 91, infinity), then it is None *and* named as invalid.
"""

from __future__ import annotations

import math

DIGITS = 4
"""Decimals kept of floats: MAVLink's are float32, whose noise would only fill the wire."""

DEGREES = 180.0 / math.pi
HEIGHT_M = (-1_000.0, 100_000.0)
"""From below the Dead Sea to the edge of space."""
SPEED_MPS = (-1_000.0, 1_000.0)
UNIX_S = (946_684_800.0, 4_102_444_800.0)
"""Years 2000 to 2100; a vehicle's clock outside is no date."""

U16 = 65_535
"""UINT16_MAX: the mark of an unknown unsigned 16-bit field."""
I16 = 32_767
"""INT16_MAX: the mark of an unknown signed 16-bit field."""
U8 = 255
"""UINT8_MAX: the mark of an unknown 8-bit field."""


_SHIFT = 10.0**DIGITS


def rounded(number: float) -> float:
    """A number to `DIGITS` decimals. `round` looks for the exact tie in decimal digits and takes four times as long."""
    return math.floor(number * _SHIFT + 0.5) / _SHIFT


class Checks:
    """Checks the fields of one message and remembers the impossible ones."""

    __slots__ = ("_invalid",)

    def __init__(self) -> None:
        self._invalid: list[str] = []

    @property
    def invalid(self) -> tuple[str, ...]:
        """Names of impossible fields so far."""
        return tuple(self._invalid)

    def number(
        self, name: str, value: float, low: float, high: float, scale: float = 1.0, unknown: tuple[float, ...] = ()
    ) -> float | None:
        """A number in its unit.

        Args:
            name: the sample's field, for `invalid`.
            value: as received. NaN is MAVLink's mark for an unknown float.
            low: smallest possible result.
            high: largest possible result.
            scale: what the received value is divided by.
            unknown: the received values that mean unknown.

        Returns:
            The number, or None for unknown and for impossible.
        """
        if value in unknown or value != value:  # noqa: PLR0124 - NaN, without a call
            return None
        number = value / scale if scale != 1.0 else float(value)
        if not low <= number <= high:
            self._invalid.append(name)
            return None
        # a scaled whole number is as exact as it gets; only float32 has noise behind its seventh digit
        return number if scale != 1.0 and isinstance(value, int) else rounded(number)

    def degrees(self, name: str, radians: float, limit: float = math.pi) -> float | None:
        """An angle or rate received in radians, in degrees. `limit` is the largest possible amount, radians."""
        if radians != radians:  # noqa: PLR0124 - NaN, without a call
            return None
        # float32 has a pi of its own, which is larger than that of a float64
        if not -limit * 1.0001 <= radians <= limit * 1.0001:
            self._invalid.append(name)
            return None
        return rounded(radians * DEGREES)

    def heading(self, name: str, centidegrees: int, unknown: tuple[float, ...] = (U16,)) -> float | None:
        """A direction received in 1/100 degree, 0 to 360 (360 becomes 0)."""
        number = self.number(name, centidegrees, 0.0, 360.0, 100.0, unknown)
        # some send 36000 for north, some 0: one direction has one number
        return None if number is None else number % 360.0

    def place(self, lat_1e7: int, lon_1e7: int) -> tuple[float | None, float | None]:
        """Latitude and longitude from 1/1e7 degrees. 0/0 exactly is "no position yet", not a place."""
        if (lat_1e7 == 0 and lon_1e7 == 0) or I32 in (lat_1e7, lon_1e7):
            return None, None
        lat_deg = self.number("lat_deg", lat_1e7, -90.0, 90.0, 1e7)
        lon_deg = self.number("lon_deg", lon_1e7, -180.0, 180.0, 1e7)
        # half of a place is none: a map would draw it somewhere on the equator
        return (lat_deg, lon_deg) if lat_deg is not None and lon_deg is not None else (None, None)


I32 = 2_147_483_647
"""INT32_MAX: the mark of an unknown coordinate (MAVLink common, COMMAND_INT and others)."""


def fraction(value: float, full: float, unknown: tuple[float, ...]) -> float | None:
    """A share from 0 to 1, or None when the value is a mark or out of range."""
    if value in unknown or not 0 <= value <= full:
        return None
    return value / full
