# SPDX-License-Identifier: Apache-2.0
"""Which charts a page has, and what stands in them. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """One value in a chart."""

    path: str
    """The value's address."""
    label: str
    name: str
    """What it is called outside of its chart."""
    factor: float = 1.0
    """From the value's unit to the one of the axis."""
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
        Axis("m", (Line("position.height_home_m", "above home", "height above home"),), 4.0, always=(0.0,)),
        Axis("m", (Line("position.height_amsl_m", "above sea", "height above sea"),), 4.0),
        is_right_shifted=True,
    ),
    Chart(
        "Speed",
        "speeds",
        Axis(
            "m/s",
            (
                Line("velocity.ground_speed_mps", "ground", "ground speed"),
                Line("air_data.airspeed_mps", "air", "airspeed", is_never_zero=True),
                Line("air_data.climb_mps", "climb", "climb rate"),
            ),
            2.0,
            always=(0.0,),
        ),
    ),
    Chart(
        "Battery",
        "voltage and current",
        Axis("V", (Line("battery.0.voltage_v", "voltage", "voltage"),), 1.0),
        Axis("A", (Line("battery.0.current_a", "current", "current", is_never_zero=True),), 2.0, always=(0.0,)),
    ),
    Chart(
        "Energy",
        "charge",
        Axis("%", (Line("battery.0.charge_fraction", "charge", "charge", 100.0),), 100.0, always=(0.0, 100.0)),
        Axis("mAh", (Line("battery.0.used_mah", "used", "mAh used", is_never_zero=True),), 10.0),
    ),
    # https://ardupilot.org/copter/docs/common-measuring-vibration.html: below 30 is normal
    Chart(
        "Vibration",
        "vibration",
        Axis(
            "m/s²",
            (
                Line("vibration.x_mps2", "x", "vibration x"),
                Line("vibration.y_mps2", "y", "vibration y"),
                Line("vibration.z_mps2", "z", "vibration z"),
            ),
            2.0,
            always=(0.0,),
        ),
        Axis("", (Line("vibration.clipping", "clipped", "clipping"),), 4.0, always=(0.0,)),
        limit=30.0,
        # PX4 measures vibration in other ways, see `vocabularies/mavlink.py`
        limit_of="ardupilot",
    ),
    Chart(
        "GPS",
        "GPS quality",
        Axis("", (Line("gps.0.satellites", "satellites", "satellites"),), 8.0, always=(0.0,)),
        Axis("", (Line("gps.0.hdop", "HDOP", "HDOP"),), 2.0, always=(0.0,), ceiling=10.0),
        has_fix=True,
    ),
    Chart(
        # above 1 the filter refuses what it measured (MAVLink, ESTIMATOR_STATUS)
        "Estimator ratio",
        "estimator",
        Axis(
            "",
            (
                Line("estimator.velocity_ratio", "velocity", "estimator velocity", is_never_zero=True),
                Line("estimator.horizontal_position_ratio", "position", "estimator position", is_never_zero=True),
                Line("estimator.vertical_position_ratio", "height", "estimator height", is_never_zero=True),
                Line("estimator.compass_ratio", "compass", "estimator compass", is_never_zero=True),
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
                Line("link.best.loss_fraction", "lost", "link loss", 100.0),
                Line("rc.rssi_fraction", "RC signal", "RC signal", 100.0, is_never_zero=True),
            ),
            100.0,
            always=(0.0, 100.0),
        ),
        Axis(
            "",
            (
                Line("radio.rssi", "radio RSSI", "radio RSSI"),
                Line("radio.remote_rssi", "remote RSSI", "remote RSSI"),
            ),
            20.0,
        ),
    ),
)
FIXES = ("no GPS", "none", "2D", "3D", "DGPS", "RTK float", "RTK fixed")
"""Names of the numbers of `"gps.0.fix"`."""
THREE_DIMENSIONS = 3.0
"""A fix below is none to fly by."""
