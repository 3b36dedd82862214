# SPDX-License-Identifier: Apache-2.0
"""Who of a system is a vehicle."""

from __future__ import annotations

import pytest
from pymavlink.dialects.v20 import ardupilotmega as dialect

from groundstation.mavlink.speaker import SpeakerRole, autopilot_among, is_radio, named, role_of

GENERIC, ARDUPILOT, INVALID, PX4 = 0, 3, 8, 12
PERIPHERALS = (
    *("ONBOARD_CONTROLLER", "GIMBAL", "ADSB", "CAMERA", "CHARGING_STATION", "FLARM", "SERVO", "ODID", "BATTERY"),
    *("PARACHUTE", "LOG", "OSD", "IMU", "GPS", "WINCH", "GCS"),
)


@pytest.mark.parametrize("name", PERIPHERALS)
@pytest.mark.parametrize("autopilot", [GENERIC, ARDUPILOT, PX4])
@pytest.mark.parametrize("compid", [1, 50, 191])
def test_a_peripheral_is_no_vehicle_whatever_autopilot_it_claims(name: str, autopilot: int, compid: int) -> None:
    mav_type = getattr(dialect, f"MAV_TYPE_{name}")
    assert role_of(compid, mav_type, autopilot) not in (SpeakerRole.AUTOPILOT, SpeakerRole.UNKNOWN)


@pytest.mark.parametrize("mav_type", [1, 2, 10, 11, 12, 13, 20, 43, 0, 5])
def test_component_1_with_a_vehicles_type_is_the_autopilot(mav_type: int) -> None:
    assert role_of(1, mav_type, ARDUPILOT) is SpeakerRole.AUTOPILOT
    assert role_of(1, mav_type, INVALID) is not SpeakerRole.AUTOPILOT


@pytest.mark.parametrize(
    ("compid", "role"), [(191, SpeakerRole.COMPANION), (154, SpeakerRole.GIMBAL), (100, SpeakerRole.CAMERA)]
)
def test_a_component_of_another_trade_is_no_vehicle_though_it_says_quadrotor(compid: int, role: SpeakerRole) -> None:
    assert role_of(compid, 2, PX4) is role


def test_inavs_component_200_is_the_autopilot_only_where_there_is_no_1() -> None:
    assert autopilot_among({(200, 2, GENERIC)}) == (200, 2, GENERIC)
    assert autopilot_among({(200, 2, GENERIC), (1, 2, ARDUPILOT)}) == (1, 2, ARDUPILOT)
    assert autopilot_among({(77, 2, GENERIC), (200, 2, GENERIC)}) == (200, 2, GENERIC)
    assert autopilot_among({(191, 18, GENERIC), (154, 26, INVALID)}) is None


def test_a_radio_and_others_are_named_for_what_they_are() -> None:
    assert is_radio(68)
    assert not is_radio(1)
    assert named(154, SpeakerRole.GIMBAL) == "gimbal (154)"
    assert named(77, role_of(77)) == "component (77)"
