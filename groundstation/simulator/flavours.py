# SPDX-License-Identifier: Apache-2.0
"""What differs between the flavours of simulated autopilot, as tables: identity, modes, boot, texts, refusals.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from groundstation.simulator.boot import COPTER_BOOT, PLANE_BOOT, BootScript
from groundstation.simulator.flight import COPTER as COPTER_FRAME
from groundstation.simulator.flight import PLANE as PLANE_FRAME
from groundstation.simulator.flight import PX4_QUAD, Airframe
from groundstation.simulator.px4 import modes as px4
from groundstation.simulator.px4.boot import PX4_BOOT
from groundstation.simulator.streams import ALL_STREAMS, HEARTBEAT

AUTOPILOT_ARDUPILOT, AUTOPILOT_PX4 = 3, 12
"""MAV_AUTOPILOT."""
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
    default_intervals_s: Mapping[int, float]
    """What a fresh link gets unasked: message id to seconds between two."""
    gcs_failsafe_parameter: str
    gcs_failsafe_texts: tuple[str, str]
    """When the station's heartbeats stop, and when they are back."""
    reached_text: str
    motor_channels: frozenset[int]
    """Servo outputs that DO_SET_SERVO may not touch."""
    sensors: SensorBits
    autopilot: int = AUTOPILOT_ARDUPILOT
    """HEARTBEAT.autopilot."""
    system_id_parameter: str = "SYSID_THISMAV"
    boot_count_parameter: str | None = "STAT_BOOTCNT"
    """``None``: it doesn't count."""
    shows_mode_at_once: bool = True
    """A new mode comes with a HEARTBEAT of its own; else it waits for the next one."""
    numbers_texts: bool = False
    """STATUSTEXT.id counts up; else it is 0."""
    home_messages: tuple[int, ...] = (49, 242)
    """Sent on every link when home moves."""
    parameters_per_s: int = 2000
    """How fast it lists them."""
    has_home_item: bool = True
    """Item 0 of a mission is home; else it is flown."""
    placeless_frame: int = 0
    """MAV_FRAME of a mission's items that have no place."""
    disabled_modes: Mapping[int, str] = field(default_factory=dict)
    """Modes that exist and are switched off, to the text of the refusal."""
    checks_mode_early: bool = False
    """A mode that can't be armed in spoils the pre-arm bit and is told unasked."""
    most_peers: int = 8
    """On one UDP port."""
    first_as_v1: Mapping[int, int] = field(default_factory=dict)
    """Message id to MAVLink 1 length: the first frame of a link leaves as MAVLink 1 when it is one of these."""


def _plain(name: str, *, can_arm: bool = True) -> Mode:
    return Mode(name, 81, needs_position=False, can_arm=can_arm)


def _guided(name: str, *, can_arm: bool = False) -> Mode:
    return Mode(name, 89, needs_position=True, can_arm=can_arm)


def _by_hand(name: str, *, needs_position: bool = False) -> Mode:
    """Return a mode of PX4 that needs a pilot's sticks."""
    return Mode(name, 81, needs_position=needs_position, can_arm=True)


def _automatic(name: str, *, can_arm: bool = False) -> Mode:
    """Return a sub-mode of PX4's AUTO."""
    return Mode(name, 29, needs_position=True, can_arm=can_arm)


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
    default_intervals_s={HEARTBEAT: 1.0},
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
        14: _guided("AVOID_ADSB"),
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
    default_intervals_s={**dict.fromkeys(ALL_STREAMS, 1.0), HEARTBEAT: 1.0, 242: 6.0, 49: 6.0},
    gcs_failsafe_parameter="FS_GCS_ENABL",
    gcs_failsafe_texts=("GCS Failsafe On: RTL", "GCS Failsafe Off"),
    reached_text="Reached waypoint #{seq} dist {distance_m:.0f}m",
    motor_channels=frozenset({1, 2, 3, 4}),
    sensors=SensorBits(325188671, 325188671, 325188671),
    disabled_modes=dict.fromkeys((17, 18, 19, 20, 21), "Q_ENABLE 0"),
    checks_mode_early=True,
)

_FAST_S = 0.02
PX4 = Flavour(
    name="px4",
    mav_type=2,
    title="PX4 1.13",
    frame_text="",
    airframe=PX4_QUAD,
    boot=PX4_BOOT,
    modes={
        px4.MANUAL: _by_hand("MANUAL"),
        px4.ALTCTL: _by_hand("ALTCTL"),
        px4.POSCTL: _by_hand("POSCTL", needs_position=True),
        px4.ORBIT: Mode("ORBIT", 17, needs_position=True, can_arm=False),
        px4.TAKEOFF: _automatic("TAKEOFF", can_arm=True),
        px4.HOLD: _automatic("LOITER", can_arm=True),
        px4.MISSION: _automatic("MISSION", can_arm=True),
        px4.RTL: _automatic("RTL"),
        px4.LAND: _automatic("LAND"),
        px4.FOLLOW: Mode("FOLLOW", 17, needs_position=True, can_arm=False),
        px4.PRECLAND: _automatic("PRECLAND"),
        px4.ACRO: Mode("ACRO", 65, needs_position=False, can_arm=True),
        px4.OFFBOARD: Mode("OFFBOARD", 17, needs_position=False, can_arm=True),
        px4.STABILIZED: _by_hand("STABILIZED"),
    },
    first_mode=px4.MANUAL,
    rtl_mode=px4.RTL,
    land_mode=px4.LAND,
    loiter_mode=px4.HOLD,
    auto_mode=px4.MISSION,
    guided_mode=px4.HOLD,
    armed_text="Armed by external command\t",
    disarmed_text="Disarmed by external command\t",
    idle_disarm_parameter="COM_DISARM_PRFLT",
    # a ground station's link; 42 comes once there is a mission, 87 in flight only
    default_intervals_s={
        **dict.fromkeys((36, 30, 31, 83, 33, 32, 85), _FAST_S),
        42: 0.1,
        74: 0.25,
        87: 1.0,
        **dict.fromkeys((HEARTBEAT, 1, 24, 141, 245, 8), 1.0),
        **dict.fromkeys((147, 230, 242, 340, 132), 2.0),
        411: 3.0,
        **dict.fromkeys((4, 241), 10.0),
    },
    gcs_failsafe_parameter="NAV_DLL_ACT",
    gcs_failsafe_texts=("", "Data link regained\t"),
    reached_text="",
    motor_channels=frozenset(),
    sensors=SensorBits(2418049068, 2418049036, 2418049071),
    autopilot=AUTOPILOT_PX4,
    system_id_parameter="MAV_SYS_ID",
    boot_count_parameter=None,
    shows_mode_at_once=False,
    numbers_texts=True,
    home_messages=(242,),
    parameters_per_s=1030,
    has_home_item=False,
    placeless_frame=2,
    most_peers=1,
    first_as_v1={36: 21},
)
"""A quadrotor with PX4 between 1.13 and 1.14, as seen in its own simulation (SIH)."""

FLAVOURS: dict[str, Flavour] = {flavour.name: flavour for flavour in (COPTER, PLANE, PX4)}
"""By the name given on the command line."""
