# SPDX-License-Identifier: Apache-2.0
"""A quadrotor with PX4 between 1.13 and 1.14 in numbers and words, as seen in its own simulation (SIH). Pure."""

from __future__ import annotations

from groundstation.simulator.engine.flavour import Flavour, Mode, SensorBits
from groundstation.simulator.engine.flight import Airframe
from groundstation.simulator.engine.parameters import declared
from groundstation.simulator.engine.schedule import HEARTBEAT
from groundstation.simulator.px4 import modes
from groundstation.simulator.px4.boot import PX4_BOOT
from groundstation.simulator.px4.parameter_table import ALL

AUTOPILOT_PX4 = 12
"""MAV_AUTOPILOT."""
PX4_QUAD = Airframe(
    is_plane=False, capacity_mah=5200.0, idle_a=0.4, full_a=32.0, hover_throttle=0.49, full_v=16.2, empty_v=14.4
)


def _by_hand(name: str, *, needs_position: bool = False) -> Mode:
    """Return a mode of PX4 that needs a pilot's sticks."""
    return Mode(name, 81, needs_position=needs_position, can_arm=True)


def _automatic(name: str, *, can_arm: bool = False) -> Mode:
    """Return a sub-mode of PX4's AUTO."""
    return Mode(name, 29, needs_position=True, can_arm=can_arm)


_FAST_S = 0.02
PX4_FLAVOUR = Flavour(
    name="px4",
    mav_type=2,
    title="PX4 1.13",
    frame_text="",
    airframe=PX4_QUAD,
    parameters=declared(ALL),
    boot=PX4_BOOT,
    modes={
        modes.MANUAL: _by_hand("MANUAL"),
        modes.ALTCTL: _by_hand("ALTCTL"),
        modes.POSCTL: _by_hand("POSCTL", needs_position=True),
        modes.ORBIT: Mode("ORBIT", 17, needs_position=True, can_arm=False),
        modes.TAKEOFF: _automatic("TAKEOFF", can_arm=True),
        modes.HOLD: _automatic("LOITER", can_arm=True),
        modes.MISSION: _automatic("MISSION", can_arm=True),
        modes.RTL: _automatic("RTL"),
        modes.LAND: _automatic("LAND"),
        modes.FOLLOW: Mode("FOLLOW", 17, needs_position=True, can_arm=False),
        modes.PRECLAND: _automatic("PRECLAND"),
        modes.ACRO: Mode("ACRO", 65, needs_position=False, can_arm=True),
        modes.OFFBOARD: Mode("OFFBOARD", 17, needs_position=False, can_arm=True),
        modes.STABILIZED: _by_hand("STABILIZED"),
    },
    first_mode=modes.MANUAL,
    rtl_mode=modes.RTL,
    land_mode=modes.LAND,
    loiter_mode=modes.HOLD,
    auto_mode=modes.MISSION,
    guided_mode=modes.HOLD,
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
