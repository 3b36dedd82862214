# SPDX-License-Identifier: Apache-2.0
"""Which charts a page has, and what stands in them. Pure."""

from __future__ import annotations

from typing import NamedTuple

from groundstation.recording.quantities import Quantity


class Line(NamedTuple):
    """One quantity in a chart."""

    quantity: Quantity
    label: str
    factor: float = 1.0
    """From the quantity's unit to the one of the axis."""


class Axis(NamedTuple):
    """One side of a chart: lines of one unit."""

    unit: str
    lines: tuple[Line, ...]
    least_span: float
    """The scale is never finer, so that noise does not fill the chart."""
    always: tuple[float, ...] = ()
    """Values that are on the scale whatever the log has."""
    ceiling: float | None = None
    """The scale ends here; what is above stands at the upper edge."""


class Chart(NamedTuple):
    """One chart."""

    title: str
    left: Axis
    right: Axis | None = None
    limit: float | None = None
    """On the left: above it is trouble."""
    has_limit_always: bool = False
    """The limit is on the scale even when all is well; else only when the values come near."""
    limit_of: str = ""
    """Only this autopilot's values have the limit; empty for all."""
    is_right_shifted: bool = False
    """The right side measures the same from another zero."""
    has_fix: bool = False
    """Spans without a fix in three dimensions are shaded."""


CHARTS = (
    Chart(
        "Height",
        Axis("m", (Line(Quantity.HEIGHT_HOME, "above home"),), 4.0, always=(0.0,)),
        Axis("m", (Line(Quantity.HEIGHT_AMSL, "above sea"),), 4.0),
        is_right_shifted=True,
    ),
    Chart(
        "Speed",
        Axis(
            "m/s",
            (
                Line(Quantity.GROUND_SPEED, "ground"),
                Line(Quantity.AIRSPEED, "air"),
                Line(Quantity.CLIMB, "climb"),
            ),
            2.0,
            always=(0.0,),
        ),
    ),
    Chart(
        "Battery",
        Axis("V", (Line(Quantity.BATTERY_VOLTAGE, "voltage"),), 1.0),
        Axis("A", (Line(Quantity.BATTERY_CURRENT, "current"),), 2.0, always=(0.0,)),
    ),
    Chart(
        "Energy",
        Axis("%", (Line(Quantity.BATTERY_CHARGE, "charge", 100.0),), 100.0, always=(0.0, 100.0)),
        Axis("mAh", (Line(Quantity.BATTERY_USED, "used"),), 10.0),
    ),
    # https://ardupilot.org/copter/docs/common-measuring-vibration.html: below 30 is normal
    Chart(
        "Vibration",
        Axis(
            "m/s²",
            (
                Line(Quantity.VIBRATION_X, "x"),
                Line(Quantity.VIBRATION_Y, "y"),
                Line(Quantity.VIBRATION_Z, "z"),
            ),
            2.0,
            always=(0.0,),
        ),
        Axis("", (Line(Quantity.CLIPPING, "clipped"),), 4.0),
        limit=30.0,
        limit_of="ardupilot",
    ),
    Chart(
        "GPS",
        Axis("", (Line(Quantity.GPS_SATELLITES, "satellites"),), 8.0, always=(0.0,)),
        Axis("", (Line(Quantity.GPS_HDOP, "HDOP"),), 2.0, always=(0.0,), ceiling=10.0),
        has_fix=True,
    ),
    Chart(
        "Estimator ratio",
        Axis(
            "",
            (
                Line(Quantity.ESTIMATOR_VELOCITY, "velocity"),
                Line(Quantity.ESTIMATOR_POSITION, "position"),
                Line(Quantity.ESTIMATOR_HEIGHT, "height"),
                Line(Quantity.ESTIMATOR_COMPASS, "compass"),
            ),
            1.2,
            always=(0.0,),
            ceiling=5.0,
        ),
        limit=1.0,
        has_limit_always=True,
    ),
    Chart(
        "Link",
        Axis(
            "%",
            (Line(Quantity.LINK_LOSS, "lost", 100.0), Line(Quantity.RC_RSSI, "RC signal", 100.0)),
            100.0,
            always=(0.0, 100.0),
        ),
        Axis(
            "",
            (Line(Quantity.RADIO_RSSI, "radio RSSI"), Line(Quantity.RADIO_REMOTE_RSSI, "remote RSSI")),
            20.0,
        ),
    ),
)
FIXES = ("no GPS", "none", "2D", "3D", "DGPS", "RTK float", "RTK fixed")
"""Names of the numbers of `Quantity.GPS_FIX`."""
THREE_DIMENSIONS = 3.0
"""A fix below is none to fly by."""
