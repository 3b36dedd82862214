# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from groundstation.logs import flight_events
from groundstation.logs.arming import armings
from groundstation.logs.log import LogError, Vocabulary
from groundstation.logs.series import SeriesOf
from tests.support.memory_log import START_S, MemoryLog, square_flight


def test_a_quantity_is_in_our_unit_whatever_the_log_has() -> None:
    series = SeriesOf(square_flight(), "1")
    height = series.get("position.height_home_m")
    assert height is not None
    assert height.values.max() == pytest.approx(20.0)
    speed = series.get("velocity.ground_speed_mps")
    assert speed is not None
    assert speed.values.max() == pytest.approx(10.0)


def test_what_the_log_does_not_tell_is_none() -> None:
    assert SeriesOf(square_flight(), "1").get("link.best.loss_fraction") is None


def test_marks_for_unknown_are_no_values() -> None:
    log = MemoryLog().vehicle("1")
    log.add("1", "GPS_RAW_INT", [1.0, 2.0, 3.0], satellites_visible=[255, 9, 255], eph=[65535, 65535, 65535])
    series = SeriesOf(log, "1")
    found = series.get("gps.0.satellites")
    assert found is not None
    assert found.values.tolist() == [9.0]
    assert series.get("gps.0.hdop") is None


def test_the_second_source_serves_when_the_first_tells_nothing() -> None:
    log = MemoryLog().vehicle("1")
    log.add("1", "GLOBAL_POSITION_INT", [1.0], lat=[0], lon=[0])
    log.add("1", "GPS_RAW_INT", [1.0], lat=[410000000], lon=[397000000], fix_type=[3])
    found = SeriesOf(log, "1").get("position.lat_deg")
    assert found is not None
    assert found.values[0] == pytest.approx(41.0)


def test_values_are_in_order_of_time_even_when_the_file_is_not() -> None:
    log = MemoryLog().vehicle("1").add("1", "VFR_HUD", [3.0, 1.0, np.nan, 2.0], airspeed=[30.0, 10.0, 99.0, 20.0])
    found = SeriesOf(log, "1").get("air_data.airspeed_mps")
    assert found is not None
    assert found.values.tolist() == [10.0, 20.0, 30.0]


def test_armed_is_a_span_and_says_whether_it_ended() -> None:
    (span,) = armings(SeriesOf(square_flight(), "1"))
    assert (span.begin_s - START_S, span.end_s - START_S, span.is_ended) == (10.0, 90.0, True)
    (span,) = armings(SeriesOf(square_flight(is_ended=False), "1"))
    assert not span.is_ended


def test_a_camera_that_beats_too_arms_nobody() -> None:
    log = MemoryLog().vehicle("1")
    log.add(
        "1", "HEARTBEAT", [1.0, 2.0, 3.0], type=[2, 30, 2], autopilot=[3, 8, 3], base_mode=[81, 209, 81], custom_mode=0
    )
    assert armings(SeriesOf(log, "1")) == ()


def test_modes_have_names_and_follow_each_other() -> None:
    spans = flight_events.mode_spans(SeriesOf(square_flight(), "1"))
    assert [one.name for one in spans] == ["GUIDED", "AUTO", "LAND"]
    assert spans[0].end_s == spans[1].begin_s


def test_modes_of_other_vocabularies_have_names_too() -> None:
    log = (
        MemoryLog()
        .vehicle("v", autopilot="px4")
        .add("v", "vehicle_status", [1.0, 2.0], vocabulary=Vocabulary.ULOG, nav_state=[4, 99])
    )
    assert [one.name for one in flight_events.mode_spans(SeriesOf(log, "v"))] == ["LOITER", "MODE 99"]
    log = (
        MemoryLog()
        .vehicle("v", kind="plane")
        .add("v", "MODE", [1.0], vocabulary=Vocabulary.DATAFLASH, ModeNum=[11], Mode=[11])
    )
    assert [one.name for one in flight_events.mode_spans(SeriesOf(log, "v"))] == ["RTL"]
    log = (
        MemoryLog()
        .vehicle("fleet/a")
        .add("fleet/a", "state", [1.0], vocabulary=Vocabulary.STREAMS, mode__name=["AUTO"])
    )
    assert [one.name for one in flight_events.mode_spans(SeriesOf(log, "fleet/a"))] == ["AUTO"]


def test_texts_keep_their_words_and_severity() -> None:
    said = flight_events.texts(SeriesOf(square_flight(), "1"))
    assert [(one.text, one.severity) for one in said] == [("EKF3 ready", 6), ("<b>Motor & 1</b> failing", 2)]


def test_only_a_parameter_told_with_another_value_was_changed() -> None:
    (change,) = flight_events.changes(SeriesOf(square_flight(), "1"))
    assert (change.name, change.before, change.after) == ("WPNAV_SPEED", 500.0, 1000.0)


def test_an_unknown_vehicle_is_refused_with_those_there_are() -> None:
    with pytest.raises(LogError, match="there are: 1"):
        SeriesOf(square_flight(), "7")
