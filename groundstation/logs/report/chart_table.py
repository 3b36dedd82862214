# SPDX-License-Identifier: Apache-2.0
"""Which charts a page has, and what stands in them. Pure."""

from __future__ import annotations

from typing import NamedTuple

from groundstation.logs.quantities import Quantity


class Line(NamedTuple):
    """One quantity in a chart."""

    quantity: Quantity
    label: str
    name: str
    """What it is called outside of its chart."""
    factor: float = 1.0
    """From the quantity's unit to the one of the axis."""
    is_never_zero: bool = False
    """Zero in the whole log means that nobody measures it."""


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
    name: str
    """What it is called in a sentence."""
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
        "height",
        Axis("m", (Line(Quantity.HEIGHT_HOME, "above home", "height above home"),), 4.0, always=(0.0,)),
        Axis("m", (Line(Quantity.HEIGHT_AMSL, "above sea", "height above sea"),), 4.0),
        is_right_shifted=True,
    ),
    Chart(
        "Speed",
        "speeds",
        Axis(
            "m/s",
            (
                Line(Quantity.GROUND_SPEED, "ground", "ground speed"),
                Line(Quantity.AIRSPEED, "air", "airspeed", is_never_zero=True),
                Line(Quantity.CLIMB, "climb", "climb rate"),
            ),
            2.0,
            always=(0.0,),
        ),
    ),
    Chart(
        "Battery",
        "voltage and current",
        Axis("V", (Line(Quantity.BATTERY_VOLTAGE, "voltage", "voltage"),), 1.0),
        Axis("A", (Line(Quantity.BATTERY_CURRENT, "current", "current", is_never_zero=True),), 2.0, always=(0.0,)),
    ),
    Chart(
        "Energy",
        "charge",
        Axis("%", (Line(Quantity.BATTERY_CHARGE, "charge", "charge", 100.0),), 100.0, always=(0.0, 100.0)),
        Axis("mAh", (Line(Quantity.BATTERY_USED, "used", "mAh used", is_never_zero=True),), 10.0),
    ),
    # https://ardupilot.org/copter/docs/common-measuring-vibration.html: below 30 is normal
    Chart(
        "Vibration",
        "vibration",
        Axis(
            "m/s²",
            (
                Line(Quantity.VIBRATION_X, "x", "vibration x"),
                Line(Quantity.VIBRATION_Y, "y", "vibration y"),
                Line(Quantity.VIBRATION_Z, "z", "vibration z"),
            ),
            2.0,
            always=(0.0,),
        ),
        Axis("", (Line(Quantity.CLIPPING, "clipped", "clipping"),), 4.0, always=(0.0,)),
        limit=30.0,
        limit_of="ardupilot",
    ),
    Chart(
        "GPS",
        "GPS quality",
        Axis("", (Line(Quantity.GPS_SATELLITES, "satellites", "satellites"),), 8.0, always=(0.0,)),
        Axis("", (Line(Quantity.GPS_HDOP, "HDOP", "HDOP"),), 2.0, always=(0.0,), ceiling=10.0),
        has_fix=True,
    ),
    Chart(
        "Estimator ratio",
        "estimator",
        Axis(
            "",
            (
                Line(Quantity.ESTIMATOR_VELOCITY, "velocity", "estimator velocity", is_never_zero=True),
                Line(Quantity.ESTIMATOR_POSITION, "position", "estimator position", is_never_zero=True),
                Line(Quantity.ESTIMATOR_HEIGHT, "height", "estimator height", is_never_zero=True),
                Line(Quantity.ESTIMATOR_COMPASS, "compass", "estimator compass", is_never_zero=True),
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
        "link quality",
        Axis(
            "%",
            (
                Line(Quantity.LINK_LOSS, "lost", "link loss", 100.0),
                Line(Quantity.RC_RSSI, "RC signal", "RC signal", 100.0, is_never_zero=True),
            ),
            100.0,
            always=(0.0, 100.0),
        ),
        Axis(
            "",
            (
                Line(Quantity.RADIO_RSSI, "radio RSSI", "radio RSSI"),
                Line(Quantity.RADIO_REMOTE_RSSI, "remote RSSI", "remote RSSI"),
            ),
            20.0,
        ),
    ),
)
FIXES = ("no GPS", "none", "2D", "3D", "DGPS", "RTK float", "RTK fixed")
"""Names of the numbers of `Quantity.GPS_FIX`."""
THREE_DIMENSIONS = 3.0
"""A fix below is none to fly by."""
