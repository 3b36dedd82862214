# SPDX-License-Identifier: Apache-2.0
"""Where in a log a value is found, and how its numbers are read. Pure.

A vocabulary is a table from addresses of values to sources in order of preference; see `vocabularies/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Reading = Callable[[tuple[NDArray[Any], ...]], Numbers]
"""Raw columns in, values of shape (n,) out; NaN where a value is unknown."""

LARGEST = 1e18
"""Anything larger is no measurement."""


class Where(NamedTuple):
    """Rows that count: those whose field is within two bounds. A log without the field has no such distinction."""

    field: str
    low: float
    high: float
    is_outside: bool = False
    """Rows outside of the bounds count instead."""
    is_of_value: bool = False
    """Rows that don't count say that the value is unknown by then; else they tell of something else."""

    def rows(self, column: NDArray[Any]) -> NDArray[np.bool_]:
        """Which rows of the field count, shape (n,)."""
        raw = numbers(column)
        return np.asarray(((raw >= self.low) & (raw <= self.high)) != self.is_outside, dtype=np.bool_)


class Source(NamedTuple):
    """One place of a value."""

    message: str
    fields: tuple[str, ...]
    read: Reading
    where: tuple[Where, ...] = ()
    autopilot: str = ""
    """Only this firmware means by it what we do; empty for all."""
    is_of_many: bool = False
    """Rows without a value tell of something else, and not that it is unknown."""


Table = Mapping[str, tuple[Source, ...]]
"""Sources by the address of the value (`fleet/value_path.py`), the best first."""


def numbers(column: NDArray[Any]) -> Numbers:
    """A column as float64 of the same shape; what is no number becomes NaN."""
    # an object array has mixed values: of JSON, or of a field that changed its type
    if column.dtype != object:
        return column.astype(np.float64)
    found = np.full(column.shape, np.nan)
    for place, value in enumerate(column.flat):
        if isinstance(value, (bool, int, float, np.number)):
            found.flat[place] = float(value)
    return found


def is_one(field: str, number: float) -> Where:
    """Rows with this number."""
    return Where(field, number, number)


def known_if(field: str, low: float, high: float) -> Where:
    """Rows whose value is known, by a field of the same message; the others say that it is not."""
    return Where(field, low, high, is_of_value=True)


def other_than(field: str, number: float) -> Where:
    """Rows with any other number."""
    return Where(field, number, number, is_outside=True)


def number(  # noqa: D417 - the rest is of `Source`
    message: str,
    field: str,
    scale: float = 1.0,
    *,
    unknown: tuple[float, ...] = (),
    where: tuple[Where, ...] = (),
    autopilot: str = "",
) -> Source:
    """A field of its own.

    Args:
        scale: factor to our unit.
        unknown: raw values that mean unknown.
    """

    def read(columns: tuple[NDArray[Any], ...]) -> Numbers:
        raw = numbers(columns[0])
        # on a copy: `numbers` makes one in any case
        raw[np.isin(raw, unknown)] = np.nan
        return raw * scale

    return Source(message, (field,), read, where, autopilot)


def direction(message: str, field: str, scale: float = 1.0) -> Source:
    """A direction from north, 0 to 360 degrees as `Attitude.yaw_deg` promises; ATTITUDE.yaw goes from -pi to pi."""

    def read(columns: tuple[NDArray[Any], ...]) -> Numbers:
        return np.mod(numbers(columns[0]) * scale, 360.0)

    return Source(message, (field,), read)


def whole(message: str, field: str, scale: float, *, where: tuple[Where, ...] = ()) -> Source:
    """A field that older firmware writes as whole numbers, to be scaled, and newer as it is."""

    def read(columns: tuple[NDArray[Any], ...]) -> Numbers:
        return numbers(columns[0]) * (scale if np.issubdtype(columns[0].dtype, np.integer) else 1.0)

    return Source(message, (field,), read, where)


def item(message: str, field: str, index: int, scale: float = 1.0) -> Source:
    """One number of an array."""

    def read(columns: tuple[NDArray[Any], ...]) -> Numbers:
        raw = numbers(columns[0])
        return raw[:, index] * scale if raw.ndim > 1 and raw.shape[1] > index else np.full(len(raw), np.nan)

    return Source(message, (field,), read)


NOWHERE_DEG = 0.01
"""Before the first fix autopilots stand at latitude and longitude zero, and drift about there."""


class PositionFields(NamedTuple):
    """Latitude and longitude of one message; around zero both are unknown, see `NOWHERE_DEG`."""

    message: str
    lat: str
    lon: str
    scale: float = 1.0
    where: tuple[Where, ...] = ()

    def latitude(self) -> Source:
        """Degrees north."""
        return Source(self.message, (self.lat, self.lon), self._reader(0), self.where)

    def longitude(self) -> Source:
        """Degrees east."""
        return Source(self.message, (self.lat, self.lon), self._reader(1), self.where)

    def _reader(self, which: int) -> Reading:
        def read(columns: tuple[NDArray[Any], ...]) -> Numbers:
            pair = [numbers(column) * self.scale for column in columns]
            # readers differ in whether they scale degrees times 1e7 by themselves
            pair = [one * 1e-7 if np.nanmax(np.abs(one), initial=0.0) > 360.0 else one for one in pair]
            is_known = (np.abs(pair[0]) <= 90.0) & (np.abs(pair[1]) <= 180.0)
            # both have to be near zero: the equator and Greenwich are places
            is_known &= (np.abs(pair[0]) > NOWHERE_DEG) | (np.abs(pair[1]) > NOWHERE_DEG)
            return np.where(is_known, pair[which], np.nan)

        return read


def length(message: str, fields: tuple[str, ...], scale: float = 1.0, *, where: tuple[Where, ...] = ()) -> Source:
    """The length of a vector."""

    def read(columns: tuple[NDArray[Any], ...]) -> Numbers:
        squares = sum((numbers(column) * scale) ** 2 for column in columns)
        return np.asarray(np.sqrt(squares), dtype=np.float64)

    return Source(message, fields, read, where)


def coming_from(message: str, north: str, east: str, *, where: tuple[Where, ...] = ()) -> Source:
    """Where something comes from that moves along a vector, degrees from north, 0 to 360."""

    def read(columns: tuple[NDArray[Any], ...]) -> Numbers:
        northward, eastward = (numbers(one) for one in columns)
        return np.degrees(np.arctan2(-eastward, -northward)) % 360.0

    return Source(message, (north, east), read, where)


def largest(message: str, fields: tuple[str, ...], *, where: tuple[Where, ...] = ()) -> Source:
    """The largest of several fields, or of the numbers of an array."""

    def read(columns: tuple[NDArray[Any], ...]) -> Numbers:
        parts = [numbers(column).reshape(len(column), -1) for column in columns]
        every = np.concatenate(parts, axis=1)
        return np.asarray(every.max(axis=1), dtype=np.float64) if every.shape[1] else np.full(len(every), np.nan)

    return Source(message, fields, read, where)


def angle(message: str, field: str, which: str) -> Source:
    """`roll`, `pitch` or `yaw` in degrees out of a quaternion w, x, y, z."""

    def read(columns: tuple[NDArray[Any], ...]) -> Numbers:
        w, x, y, z = np.moveaxis(numbers(columns[0]), 1, 0)[:4]
        if which == "roll":
            found = np.arctan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))
        elif which == "pitch":
            # rounding may bring it a hair beyond 1, of which there is no arcsine
            found = np.arcsin(np.clip(2 * (w * y - z * x), -1.0, 1.0))
        else:
            found = np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)) % (2 * np.pi)
        return np.asarray(np.degrees(found), dtype=np.float64)

    return Source(message, (field,), read)


def bit(message: str, field: str, mask: int, *, where: tuple[Where, ...] = ()) -> Source:
    """1 where a bit is set, 0 where it is not."""

    def read(columns: tuple[NDArray[Any], ...]) -> Numbers:
        return np.asarray((columns[0].astype(np.int64) & mask) != 0, dtype=np.float64)

    return Source(message, (field,), read, where)


def coded(message: str, field: str, codes: Mapping[Any, float], *, is_of_many: bool = False) -> Source:
    """Numbers or names that stand for a value; all others are unknown, or of something else (`is_of_many`)."""

    def read(columns: tuple[NDArray[Any], ...]) -> Numbers:
        return np.array([codes.get(value, np.nan) for value in columns[0].tolist()], dtype=np.float64)

    return Source(message, (field,), read, is_of_many=is_of_many)
