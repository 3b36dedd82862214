# SPDX-License-Identifier: Apache-2.0
"""What differs between the flavours of simulated autopilot, as tables: identity, modes, boot, texts, refusals.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from groundstation.simulator.boot import COPTER_BOOT, PLANE_BOOT, BootScript
from groundstation.simulator.flight import COPTER as COPTER_FRAME
from groundstation.simulator.flight import PLANE as PLANE_FRAME
from groundstation.simulator.flight import Airframe

AUTOPILOT_ARDUPILOT = 3
"""MAV_AUTOPILOT_ARDUPILOTMEGA."""
CAPABILITIES = 64495
"""AUTOPILOT_VERSION.capabilities of ArduPilot 4.5.7."""
FLIGHT_SW_VERSION = 67438591
"""AUTOPILOT_VERSION.flight_sw_version of 4.5.7."""
FLIGHT_CUSTOM_VERSION = b"65f67013"


@dataclass(frozen=True)
class Mode:
    """One flight mode."""

    name: str
    base: int
    """HEARTBEAT.base_mode while disarmed."""
    needs_position: bool
    can_arm: bool


@dataclass(frozen=True)
class SensorBits:
    """SYS_STATUS masks as they were seen."""

    present: int
    enabled: int
    health: int


@dataclass(frozen=True)
class Flavour:
    """One kind of simulated autopilot."""

    name: str
    mav_type: int
    """HEARTBEAT.type."""
    title: str
    """As its version text begins."""
    frame_text: str
    airframe: Airframe
    boot: BootScript
    modes: dict[int, Mode]
    first_mode: int
    rtl_mode: int
    land_mode: int | None
    """``None``: lands only as part of a mission."""
    loiter_mode: int
    auto_mode: int
    guided_mode: int
    armed_text: str
    disarmed_text: str
    idle_disarm_parameter: str | None
    """Names the seconds after which it disarms on the ground (0 never), ``None``: it has no such habit."""
    default_rate_hz: float
    """Of all streams on a fresh link, 0 for none."""
    gcs_failsafe_parameter: str
    gcs_failsafe_texts: tuple[str, str]
    """When the station's heartbeats stop, and when they are back."""
    reached_text: str
    motor_channels: frozenset[int]
    """Servo outputs that DO_SET_SERVO may not touch."""
    sensors: SensorBits


def _plain(name: str, *, can_arm: bool = True) -> Mode:
    return Mode(name, 81, needs_position=False, can_arm=can_arm)


def _guided(name: str, *, can_arm: bool = False) -> Mode:
    return Mode(name, 89, needs_position=True, can_arm=can_arm)


COPTER = Flavour(
    name="copter",
    mav_type=2,
    title="ArduCopter V4.5.7 (65f67013)",
    frame_text="Frame: QUAD/PLUS",
    airframe=COPTER_FRAME,
    boot=COPTER_BOOT,
    modes={
        0: _plain("STABILIZE"),
        1: _plain("ACRO"),
        2: _plain("ALT_HOLD"),
        3: _guided("AUTO"),
        4: _guided("GUIDED", can_arm=True),
        5: _guided("LOITER", can_arm=True),
        6: _guided("RTL"),
        7: _guided("CIRCLE"),
        9: _plain("LAND", can_arm=False),
        16: _guided("POSHOLD", can_arm=True),
        17: _guided("BRAKE"),
        21: _guided("SMART_RTL"),
    },
    first_mode=0,
    rtl_mode=6,
    land_mode=9,
    loiter_mode=5,
    auto_mode=3,
    guided_mode=4,
    armed_text="Arming motors",
    disarmed_text="Disarming motors",
    idle_disarm_parameter="DISARM_DELAY",
    default_rate_hz=0.0,
    gcs_failsafe_parameter="FS_GCS_ENABLE",
    gcs_failsafe_texts=("GCS Failsafe", "GCS Failsafe Cleared"),
    reached_text="Reached command #{seq}",
    motor_channels=frozenset({1, 2, 3, 4}),
    sensors=SensorBits(0x5371FC2F, 0x52619C2F, 0x57719C2F),
)

PLANE = Flavour(
    name="plane",
    mav_type=1,
    title="ArduPlane V4.5.7 (65f67013)",
    frame_text="Frame: PLANE",
    airframe=PLANE_FRAME,
    boot=PLANE_BOOT,
    modes={
        0: _plain("MANUAL"),
        1: Mode("CIRCLE", 81, needs_position=False, can_arm=True),
        2: _plain("STABILIZE"),
        5: _plain("FBWA"),
        6: _plain("FBWB"),
        7: _plain("CRUISE"),
        10: _guided("AUTO", can_arm=True),
        11: _guided("RTL"),
        12: _guided("LOITER", can_arm=True),
        13: _guided("TAKEOFF", can_arm=True),
        15: _guided("GUIDED", can_arm=True),
        16: Mode("INITIALISING", 17, needs_position=False, can_arm=False),
    },
    first_mode=0,
    rtl_mode=11,
    land_mode=None,
    loiter_mode=12,
    auto_mode=10,
    guided_mode=15,
    armed_text="Throttle armed",
    disarmed_text="Throttle disarmed",
    idle_disarm_parameter=None,
    default_rate_hz=1.0,
    gcs_failsafe_parameter="FS_GCS_ENABL",
    gcs_failsafe_texts=("GCS Failsafe On: RTL", "GCS Failsafe Off"),
    reached_text="Reached waypoint #{seq} dist {distance_m:.0f}m",
    motor_channels=frozenset({1, 2, 3, 4}),
    sensors=SensorBits(325188671, 325188671, 325188671),
)

FLAVOURS: dict[str, Flavour] = {flavour.name: flavour for flavour in (COPTER, PLANE)}
"""By the name given on the command line."""
