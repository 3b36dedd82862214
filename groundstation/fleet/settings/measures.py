# SPDX-License-Identifier: Apache-2.0
"""Which unit a number is shown in, by what it measures and what the operator has chosen. Pure.

What a number measures is told by the name of its field, as everywhere: `height_home_m` is a height. Inside, on the wire
and in files all is SI; an address of a value, a filter and a rule mean SI too, whatever is shown.
"""

from __future__ import annotations

import enum
import re

from groundstation.fleet.settings.settings import Units
from groundstation.fleet.units import Unit, unit_of

FOOT_M, MILE_M, NAUTICAL_MILE_M = 0.3048, 1609.344, 1852.0
"""International foot, statute mile and nautical mile: exact by their definitions."""
FEET_BELOW_M = 800.0
"""Nearer than half a mile it is told in feet."""


class Dimension(enum.Enum):
    """What a number measures, as far as it can be told in more than one unit."""

    HEIGHT = "height"
    DISTANCE = "distance"
    SPEED = "speed"
    CLIMB = "climb"
    TEMPERATURE = "temperature"


_HEIGHTS = re.compile(r"(^|_)(height|alt|altitude|amsl|above|below|terrain|rise|vertical|ceiling|lift)(_|$)")
_CLIMBS = re.compile(r"(^|_)(climb|down|up|sink|vertical)(_|$)")
_UNITS: dict[tuple[Dimension, str], Unit] = {
    (Dimension.HEIGHT, "ft"): Unit("ft", 0, 1 / FOOT_M),
    (Dimension.DISTANCE, "ft, mi"): Unit("ft", 0, 1 / FOOT_M),
    (Dimension.DISTANCE, "ft, NM"): Unit("ft", 0, 1 / FOOT_M),
    (Dimension.SPEED, "km/h"): Unit("km/h", 1, 3.6),
    (Dimension.SPEED, "kn"): Unit("kn", 1, 3600.0 / NAUTICAL_MILE_M),
    (Dimension.SPEED, "mph"): Unit("mph", 1, 3600.0 / MILE_M),
    (Dimension.CLIMB, "ft/min"): Unit("ft/min", 0, 60.0 / FOOT_M),
    (Dimension.TEMPERATURE, "°F"): Unit("°F", 1, 1.8, 32.0),
}
"""By the words of the settings; what is not here is shown as it comes."""
_SI = {
    Dimension.HEIGHT: Unit("m", 1),
    Dimension.DISTANCE: Unit("m", 1),
    Dimension.SPEED: Unit("m/s", 1),
    Dimension.CLIMB: Unit("m/s", 1),
    Dimension.TEMPERATURE: Unit("°C", 1),
}
_LONG = {"m, km": Unit("km", 2, 1e-3), "m, NM": Unit("NM", 2, 1 / NAUTICAL_MILE_M)} | {
    "ft, mi": Unit("mi", 2, 1 / MILE_M),
    "ft, NM": Unit("NM", 2, 1 / NAUTICAL_MILE_M),
}
_LONG_FROM_M = {"m, km": 1_000.0, "m, NM": 1_852.0, "ft, mi": FEET_BELOW_M, "ft, NM": FEET_BELOW_M}


def dimension_of(field: str) -> Dimension | None:
    """What a field measures, by its name; None for what has one unit only."""
    if field.endswith("_mps"):
        return Dimension.CLIMB if _CLIMBS.search(field) else Dimension.SPEED
    if field.endswith("_m"):
        return Dimension.HEIGHT if _HEIGHTS.search(field) else Dimension.DISTANCE
    return Dimension.TEMPERATURE if field.endswith("_c") else None


class Measures:
    """The units of one choice. Any thread: what it remembers is the same whoever asks."""

    def __init__(self, units: Units = Units()) -> None:  # noqa: B008 - frozen
        self.units = units
        self._fields: dict[str, Unit] = {}
        self._dimensions = {one: self._chosen(one) for one in Dimension}

    def unit(self, field: str) -> Unit:
        """The unit in which a field is shown."""
        found = self._fields.get(field)
        if found is None:
            dimension = dimension_of(field)
            # names come from this product's own types and from the topics of others, which are without end
            if len(self._fields) > 4_096:
                self._fields.clear()
            found = unit_of(field) if dimension is None else self._of(dimension, field)
            self._fields[field] = found
        return found

    def of(self, dimension: Dimension) -> Unit:
        """The unit of what measures that; of distances the short one."""
        return self._dimensions[dimension]

    def long(self) -> Unit:
        """The unit of long distances."""
        return _LONG[self.units.distance]

    def length(self, metres: float) -> Unit:
        """The unit in which one tells a distance of this size."""
        # what is rounded to the first long one is one
        is_long = abs(metres) >= _LONG_FROM_M[self.units.distance] - 0.5
        return self.long() if is_long else self.of(Dimension.DISTANCE)

    def _of(self, dimension: Dimension, field: str) -> Unit:
        unit = self._dimensions[dimension]
        # SI by the field's own row, which may have other digits
        return unit_of(field) if unit is _SI[dimension] else unit

    def _chosen(self, dimension: Dimension) -> Unit:
        return _UNITS.get((dimension, getattr(self.units, dimension.value)), _SI[dimension])
