# SPDX-License-Identifier: Apache-2.0
"""The nose of a telemetry log points where the same vehicle's points live: 0 to 360 degrees from north."""

from __future__ import annotations

import numpy as np
import pytest

from groundstation.logs.vocabularies import mavlink


def test_a_yaw_of_minus_a_quarter_turn_is_west() -> None:
    first = mavlink.SOURCES["attitude.yaw_deg"][0]
    assert (first.message, first.fields) == ("ATTITUDE", ("yaw",))
    found = first.read((np.array([-np.pi / 2, 0.0, np.pi / 2, np.nan]),))
    assert found[:3] == pytest.approx([270.0, 0.0, 90.0])
    assert np.isnan(found[3])
