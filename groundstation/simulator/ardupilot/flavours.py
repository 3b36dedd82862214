# SPDX-License-Identifier: Apache-2.0
"""ArduCopter and ArduPlane 4.5.7 in numbers and words: identity, modes, texts, habits. Pure."""

from __future__ import annotations

from groundstation.simulator.ardupilot.boot import COPTER_BOOT, PLANE_BOOT
from groundstation.simulator.ardupilot.parameter_table import COPTER_ONLY, PLANE_ONLY, SHARED
from groundstation.simulator.ardupilot.streams import ALL_STREAMS
from groundstation.simulator.engine.flavour import Flavour, Mode, SensorBits
from groundstation.simulator.engine.flight import Airframe
from groundstation.simulator.engine.parameters import declared
from groundstation.simulator.engine.schedule import HEARTBEAT

AUTOPILOT_ARDUPILOT = 3
"""MAV_AUTOPILOT."""
COPTER_FRAME = Airframe(is_plane=False, capacity_mah=5200.0, idle_a=0.4, full_a=48.0, hover_throttle=0.34)
PLANE_FRAME = Airframe(is_plane=True, capacity_mah=8000.0, idle_a=0.3, full_a=24.0, hover_throttle=0.48)


def _plain(name: str, *, can_arm: bool = True) -> Mode:
    return Mode(name, 81, needs_position=False, can_arm=can_arm)


def _guided(name: str, *, can_arm: bool = False) -> Mode:
    return Mode(name, 89, needs_position=True, can_arm=can_arm)


COPTER_FLAVOUR = Flavour(
    name="copter",
    mav_type=2,
    title="ArduCopter V4.5.7 (65f67013)",
    frame_text="Frame: QUAD/PLUS",
    airframe=COPTER_FRAME,
    parameters=declared(SHARED + COPTER_ONLY),
    autopilot=AUTOPILOT_ARDUPILOT,
    system_id_parameter="SYSID_THISMAV",
    boot_count_parameter="STAT_BOOTCNT",
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
    motor_channels=frozenset({1, 2, 3, 4}),
    sensors=SensorBits(0x5371FC2F, 0x52619C2F, 0x57719C2F),
)

PLANE_FLAVOUR = Flavour(
    name="plane",
    mav_type=1,
    title="ArduPlane V4.5.7 (65f67013)",
    frame_text="Frame: PLANE",
    airframe=PLANE_FRAME,
    parameters=declared(SHARED + PLANE_ONLY),
    autopilot=AUTOPILOT_ARDUPILOT,
    system_id_parameter="SYSID_THISMAV",
    boot_count_parameter="STAT_BOOTCNT",
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
    motor_channels=frozenset({1, 2, 3, 4}),
    sensors=SensorBits(325188671, 325188671, 325188671),
    disabled_modes=dict.fromkeys((17, 18, 19, 20, 21), "Q_ENABLE 0"),
    checks_mode_early=True,
)
