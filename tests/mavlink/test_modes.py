# SPDX-License-Identifier: Apache-2.0
"""Which modes are offered: none that the firmware refuses."""

from __future__ import annotations

import pytest

from groundstation.mavlink.modes import MAV_AUTOPILOT_ARDUPILOT, MAV_AUTOPILOT_PX4, mode_names

COPTER, PLANE, ROVER, HELICOPTER = 2, 1, 10, 4
REFUSED_BY_4_5_7 = [
    *((COPTER, one) for one in ("POSITION", "OF_LOITER", "SPORT", "AUTOROTATE", "RATE_ACRO")),
    *((PLANE, one) for one in ("INITIALISING", "AUTOLAND")),
    *((ROVER, one) for one in ("LEARNING", "INITIALISING")),
]


@pytest.mark.parametrize(("mav_type", "name"), REFUSED_BY_4_5_7)
def test_a_mode_that_the_firmware_refuses_is_not_offered(mav_type: int, name: str) -> None:
    assert name not in mode_names(mav_type, MAV_AUTOPILOT_ARDUPILOT, "4.5.7")


@pytest.mark.parametrize(("firmware", "has_it"), [("4.5.9", False), ("4.6.0", True), (None, True), ("x", True)])
def test_a_mode_that_came_later_is_offered_from_its_version_on(firmware: str | None, has_it: bool) -> None:
    assert ("RATE_ACRO" in mode_names(COPTER, MAV_AUTOPILOT_ARDUPILOT, firmware)) is has_it


def test_what_flies_every_day_is_offered() -> None:
    assert {"STABILIZE", "GUIDED", "AUTO", "RTL", "LAND", "BRAKE", "LOITER"} <= set(
        mode_names(COPTER, MAV_AUTOPILOT_ARDUPILOT, "4.5.7")
    )
    assert "AUTOROTATE" in mode_names(HELICOPTER, MAV_AUTOPILOT_ARDUPILOT, "4.5.7")
    assert {"LOITER", "RTL", "ORBIT"} <= set(mode_names(COPTER, MAV_AUTOPILOT_PX4))
