# SPDX-License-Identifier: Apache-2.0
"""What is known of real flights comes out of their logs, and what the log does not tell stays unknown."""

from __future__ import annotations

import numpy as np
import pytest

from groundstation.logs import flight_events
from groundstation.logs.open_log import open_log
from groundstation.logs.series import SeriesOf
from tests.conftest import shared_log

FLIGHTS = [
    ("copter_square.tlog", "1", 20.0, ["STABILIZE", "GUIDED", "RTL"]),
    ("copter_square.bin", "vehicle", 20.0, ["GUIDED", "RTL"]),
    ("px4_0_square.tlog", "1", 10.2, ["LOITER", "TAKEOFF", "LOITER", "RTL", "LOITER"]),
]


@pytest.mark.parametrize(("name", "vehicle", "height_m", "modes"), FLIGHTS)
def test_height_and_modes_are_those_that_were_flown(name: str, vehicle: str, height_m: float, modes: list[str]) -> None:
    with open_log(shared_log(name)) as log:
        series = SeriesOf(log, vehicle)
        height = series.get("position.height_home_m")
        assert height is not None
        assert np.nanmax(height.values) == pytest.approx(height_m, abs=0.1)
        assert [one.name for one in flight_events.mode_spans(series)] == modes
        assert flight_events.texts(series)


def test_a_current_that_nobody_measures_is_unknown() -> None:
    with open_log(shared_log("px4_0_square.tlog")) as log:
        assert SeriesOf(log, "1").get("battery.0.current_a") is None


def test_a_place_near_zero_before_the_first_fix_is_unknown() -> None:
    with open_log(shared_log("plane_mission.tlog")) as log:
        latitude = SeriesOf(log, "1").get("position.lat_deg")
        assert latitude is not None
        known = latitude.values[np.isfinite(latitude.values)]
        assert known.min() > -35.4
        assert known.max() < -35.3


def test_texts_of_a_ulog_are_read() -> None:
    with open_log(shared_log("pyulog_sample_log_small.ulg")) as log:
        texts = flight_events.texts(SeriesOf(log, "vehicle"))
    assert len(texts) == 3
    assert all(one.text for one in texts)
