# SPDX-License-Identifier: Apache-2.0
"""A log in its own words: each message at a moment, and each field over time, as pymavlink and pyulog have it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from pyulog import ULog

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import KINDS
from groundstation.fleet.raw import RawTeller, is_raw, raw_path
from groundstation.fleet.value_path import ValueRef, exists, getter, kind_of, label_of_path, unit_of_path
from groundstation.fleet.vehicle import VehicleState
from groundstation.logs.log import Vocabulary
from groundstation.recording import raw_values
from groundstation.recording.log_player import LogPlayer
from groundstation.recording.raw_values import RawValues
from groundstation.recording.together import TogetherPlayer
from tests.conftest import shared_log
from tests.logs import peers
from tests.support.memory_log import MemoryLog

SHARES = (0.0, 0.1, 0.5, 0.9, 1.0)


def opened(name: str) -> LogPlayer:
    return LogPlayer(shared_log(name))


def rows_of(player: RawTeller, key: VehicleKey, at_s: float, *names: str) -> dict[str, dict[str, Any]]:
    """Fields by message; `at_s` beside them."""
    fields = {one.name: [field.name for field in one.fields] for one in player.raw_messages(key)}
    return {
        one.message: {**dict(zip(fields[one.message], one.values, strict=False)), "at_s": one.at_s}
        for one in player.raw(key, at_s, frozenset(names))
    }


def assert_row(found: dict[str, Any], times: list[float], columns: dict[str, list[Any]], at_s: float) -> int:
    place = max((row for row, time_s in enumerate(times) if time_s <= at_s + 1e-6), default=None)
    if place is None:
        assert found["at_s"] is None
        return 0
    assert found["at_s"] == pytest.approx(times[place], abs=2e-6)
    compared = 0
    for name, column in columns.items():
        value = column[place]
        items = {f"{name}[{item}]": one for item, one in enumerate(value)} if isinstance(value, list) else {name: value}
        for field, expected in items.items():
            if isinstance(expected, int | float):
                assert found[field] == expected or (math.isnan(found[field]) and math.isnan(expected)), field
                compared += 1
    return compared


@pytest.mark.parametrize(
    ("name", "some"),
    [
        ("copter_square.tlog", ("ATTITUDE", "SYS_STATUS", "SERVO_OUTPUT_RAW", "BATTERY_STATUS")),
        ("copter_square.bin", ("ATT", "CTUN", "RCOU", "POS")),
        ("ardupilot_loganalyzer_nan.log", ("ATT", "CTUN", "GPS")),
    ],
)
@pytest.mark.long
def test_a_message_at_a_moment_is_what_pymavlink_reads(name: str, some: tuple[str, ...]) -> None:
    path = shared_log(name)
    peer = (peers.tlog if name.endswith(".tlog") else peers.dataflash)(path)
    player, compared = opened(name), 0
    try:
        (key,) = player.vehicles()
        vehicle = "1" if name.endswith(".tlog") else "vehicle"
        for message in some:
            times, columns = peer[vehicle, message]
            for share in SHARES:
                at_s = times[0] + share * (times[-1] - times[0]) + 5e-6
                compared += assert_row(rows_of(player, key, at_s, message)[message], times, columns, at_s)
    finally:
        player.close()
    assert compared > 50


def test_a_topic_of_a_ulog_is_what_pyulog_reads() -> None:
    path = shared_log("pyulog_sample_log_small.ulg")
    topic = next(one for one in ULog(str(path)).data_list if one.name == "vehicle_attitude")
    player = opened(path.name)
    try:
        (key,) = player.vehicles()
        columns = {name: column.tolist() for name, column in topic.data.items()}
        series = player.values(ValueRef(key, "raw:vehicle_attitude.q[0]"), -1e12, 1e12, lambda: True)
        assert series.values.tolist() == columns["q[0]"]
        shift_s = float(series.times[0]) - columns["timestamp"][0] / 1e6
        times = [one / 1e6 + shift_s for one in columns["timestamp"]]
        for row in (0, 1, len(times) // 2, len(times) - 1):
            found = rows_of(player, key, times[row] + 1e-6, "vehicle_attitude")["vehicle_attitude"]
            assert [found[f"q[{item}]"] for item in range(4)] == [columns[f"q[{item}]"][row] for item in range(4)]
    finally:
        player.close()


def test_a_field_is_drawn_with_all_its_values_between_two_times() -> None:
    player = opened("copter_square.tlog")
    times, columns = peers.tlog(shared_log("copter_square.tlog"))["1", "ATTITUDE"]
    try:
        (key,) = player.vehicles()
        ref = ValueRef(key, raw_path("ATTITUDE", "rollspeed"))
        found = player.values(ref, times[10], times[20] + 1e-6, lambda: True)
        assert found.values.tolist() == columns["rollspeed"][10:21]
        just_outside = player.values(ref, times[10] + 1e-5, times[20] - 1e-5, lambda: True)
        assert just_outside.values.tolist() == columns["rollspeed"][11:20]
        for path in ("raw:ATTITUDE.rolspeed", "raw:ATTITUD.rollspeed", "raw:", "raw:ATTITUDE", "ATTITUDE.rollspeed"):
            assert not player.values(ValueRef(key, path), -1e12, 1e12, lambda: True).times.size, path
    finally:
        player.close()


def test_units_are_those_of_the_format() -> None:
    player = opened("copter_square.tlog")
    try:
        (key,) = player.vehicles()
        units = {one.name: {field.name: field.unit for field in one.fields} for one in player.raw_messages(key)}
    finally:
        player.close()
    assert units["ATTITUDE"]["rollspeed"] == "rad/s"
    assert units["GLOBAL_POSITION_INT"]["lat"] == "degE7"
    assert units["HEARTBEAT"]["type"] == ""


def test_nothing_is_read_before_it_is_asked_for_and_then_only_that(monkeypatch: pytest.MonkeyPatch) -> None:
    log = MemoryLog().vehicle("1", sysid=1)
    log.add("1", "ATTITUDE", [1.0, 2.0, 3.0], roll=[0.1, 0.2, 0.3])
    log.add("1", "VFR_HUD", [1.0, 2.0, 3.0], alt=[10.0, 20.0, 30.0])
    log.add("2", "ATTITUDE", [1.0], roll=[9.0])
    read: list[str] = []
    columns = log.columns
    monkeypatch.setattr(log, "columns", lambda name, *args, **more: read.append(name) or columns(name, *args, **more))
    raw = RawValues(log, "1")
    assert [one.name for one in raw.messages] == ["ATTITUDE", "VFR_HUD"]
    assert read == []
    (row,) = raw.at(2.0, frozenset({"ATTITUDE", "UNHEARD_OF"}))
    assert (row.at_s, row.values) == (2.0, (0.2,))
    assert set(read) == {"ATTITUDE"}
    assert raw.at(0.999, frozenset({"ATTITUDE"}))[0].at_s is None


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    log = MemoryLog().vehicle("1", sysid=1)
    for number in range(6):
        log.add("1", f"M{number}", np.arange(100.0), x=np.arange(100.0) * number)
    raw = RawValues(log, "1")
    for limit, kept in ((300, 3), (299, 2)):
        monkeypatch.setattr(raw_values, "MOST_KEPT", limit)
        for number in range(6):
            assert raw.at(50.0, frozenset({f"M{number}"}))[0].values == (50.0 * number,)
        assert len(raw._times) == kept
    for number in range(6):
        assert raw.between(f"raw:M{number}.x", 50.0, 50.0).values.tolist() == [50.0 * number]
    assert len(raw._series) == 1


def test_texts_and_bytes_are_harmless_and_short() -> None:
    log = MemoryLog().vehicle("vehicle")
    log.add(
        "vehicle", "MSG", [1.0], vocabulary=Vocabulary.DATAFLASH,
        Message=np.array(["a\x1b[31m" + "b" * 500], dtype=object), Blob=np.array([b"\x00\xff" * 200], dtype=object),
    )  # fmt: skip
    (row,) = RawValues(log, "vehicle").at(1.0, frozenset({"MSG"}))
    text, blob = (str(one) for one in row.values)
    assert "\x1b" not in text
    assert len(text) <= raw_values.MOST_TEXT
    assert blob.startswith("00ff")
    assert len(blob) == raw_values.MOST_TEXT
    drawn = RawValues(log, "vehicle").between("raw:MSG.Message", 0.0, 2.0)
    assert np.isnan(drawn.values).all()


def test_flights_laid_over_each_other_have_theirs_on_the_common_clock() -> None:
    first, second = opened("copter_square.tlog"), opened("px4_0_square.tlog")
    alone = opened("px4_0_square.tlog")
    player = TogetherPlayer([first, second])
    try:
        while player.work(lambda: True):
            pass
        key = player.vehicles()[1]
        (own,) = alone.vehicles()
        at_s = player.extent.begin_s + 30.0
        found = rows_of(player, key, at_s, "ATTITUDE")["ATTITUDE"]
        flight = player._owner(key)[0]
        expected = rows_of(alone, own, flight.own(at_s), "ATTITUDE")["ATTITUDE"]
        assert flight.own(at_s) != at_s
        assert found["roll"] == expected["roll"]
        assert found["at_s"] == pytest.approx(flight.here(expected["at_s"]))
    finally:
        player.close()
        alone.close()


def test_such_an_address_is_none_of_a_vehicles_state() -> None:
    path = raw_path("ATTITUDE", "voltage_v")
    assert (path, is_raw(path), is_raw("attitude.roll_deg")) == ("raw:ATTITUDE.voltage_v", True, False)
    assert not exists(path)
    assert kind_of(path) not in KINDS
    assert getter(path)(VehicleState(key=VehicleKey("replay", "uav-1"))) is None
    assert unit_of_path(path).symbol == ""
    assert label_of_path(path) == "ATTITUDE.voltage_v"
    # also of a message that is called like a kind
    assert getter("raw:link.best.rtt_ms")(VehicleState(key=VehicleKey("replay", "uav-1"))) is None
