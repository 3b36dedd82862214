# SPDX-License-Identifier: Apache-2.0
"""What parts two flights, and what stays unknown of one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from groundstation.fleet.commands import Actor
from groundstation.fleet.control import Control
from groundstation.fleet.kinds import Samples
from groundstation.fleet.motion import Position
from groundstation.fleet.progress import CancelledError
from groundstation.fleet.status import Armed
from groundstation.logs.arming import armings
from groundstation.logs.flights import flights
from groundstation.logs.log import LogError, LogFormat, Vocabulary
from groundstation.logs.mcap.mcap_file import McapFile
from groundstation.logs.open_log import open_log
from groundstation.logs.series import SeriesOf
from groundstation.logs.track import Track, distances_m, length_m
from groundstation.transport.payloads import Envelope
from tests.support.memory_log import START_S, MemoryLog, square_flight

ARMED, NOT = 209, 81


def beats(time_s: Any, is_armed: Any, boot_s: Any = None) -> MemoryLog:
    """A log of heartbeats alone, with a clock since boot where one is given."""
    log = MemoryLog().vehicle("1", sysid=1, autopilot="ardupilot", kind="multicopter")
    modes = [ARMED if one else NOT for one in is_armed]
    log.add("1", "HEARTBEAT", START_S + np.asarray(time_s), type=2, autopilot=3, base_mode=modes, custom_mode=4)
    if boot_s is not None:
        ms = np.asarray(boot_s) * 1000
        log.add("1", "SYSTEM_TIME", START_S + np.asarray(time_s), time_boot_ms=ms.astype(np.uint32))
    return log


def spans(log: MemoryLog) -> list[tuple[float, float, bool, bool]]:
    found = armings(SeriesOf(log, log.vehicles[0].id))
    return [(one.begin_s - START_S, one.end_s - START_S, one.is_ended, one.begin_is_known) for one in found]


def test_a_square_flight_is_described() -> None:
    (flight,) = flights(square_flight())
    assert (flight.begin_s - START_S, flight.end_s - START_S, flight.duration_s) == (10.0, 90.0, 80.0)
    assert (flight.is_ended, flight.begin_is_known) == (True, True)
    assert flight.distance_m == pytest.approx(400.0, rel=0.02)
    assert flight.farthest_m == pytest.approx(141.4, abs=0.5)
    assert flight.max_height_home_m == pytest.approx(20.0)
    assert flight.max_ground_speed_mps == pytest.approx(10.0)
    assert flight.battery_used_mah == pytest.approx(395.0)
    assert flight.battery_used_fraction == pytest.approx(79 / 400)
    assert (flight.battery_begin_v, flight.battery_end_v) == pytest.approx((16.8, 16.01))
    assert [one.name for one in flight.modes] == ["GUIDED", "AUTO", "LAND"]
    assert flight.modes[0].begin_s == flight.begin_s
    assert flight.modes[-1].end_s == flight.end_s
    assert (flight.vehicle_name, flight.sysid, flight.operator) == ("1", 1, None)
    assert flight.air_s == pytest.approx(75.0, abs=4.0)
    assert (flight.takeoff_lat_deg, flight.takeoff_lon_deg) == pytest.approx((41.0, 39.7))


def test_two_armings_a_moment_apart_are_two() -> None:
    log = beats([0, 1, 2, 3, 4, 5, 6], [0, 1, 1, 0, 1, 1, 0])
    assert spans(log) == [(1, 3, True, True), (4, 6, True, True)]


def test_heartbeats_that_are_lost_for_a_while_part_nothing() -> None:
    assert spans(beats([0, 1, 2, 200, 201], [0, 1, 1, 1, 0])) == [(1, 201, True, True)]


def test_a_log_within_a_flight_knows_neither_beginning_nor_end() -> None:
    assert spans(beats([0, 1, 2], [1, 1, 1])) == [(0, 2, False, False)]


def test_a_long_silence_ends_a_flight_when_it_was_last_heard() -> None:
    time_s, is_armed = [0, 1, 2, 1_002, 1_003], [0, 1, 1, 1, 0]
    assert spans(beats(time_s, is_armed)) == [(1, 2, False, True), (1_002, 1_003, True, False)]


def test_a_long_silence_in_which_the_clock_since_boot_ran_on_is_the_same_flight() -> None:
    time_s = np.array([0, 1, 2, 1_002, 1_003])
    assert spans(beats(time_s, [0, 1, 1, 1, 0], time_s + 50)) == [(1, 1_003, True, True)]
    rebooted = [50, 51, 52, 900, 901]
    assert len(spans(beats(time_s, [0, 1, 1, 1, 0], rebooted))) == 2


def test_a_silence_after_which_it_is_disarmed_leaves_the_end_open() -> None:
    time_s = np.array([0, 1, 2, 1_002])
    assert spans(beats(time_s, [0, 1, 1, 0], time_s + 50)) == [(1, 2, False, True)]


def test_a_silence_before_it_is_armed_leaves_the_beginning_open() -> None:
    assert spans(beats([0, 1, 1_002, 1_003], [0, 0, 1, 0])) == [(1_002, 1_003, True, False)]


def test_other_messages_in_a_silence_of_heartbeats_show_that_it_is_heard() -> None:
    log = beats([0, 1, 1_002], [0, 1, 0])
    assert len(spans(log)) == 1
    log.add("1", "ATTITUDE", START_S + np.arange(0.0, 1_002.0, 10.0), roll=0.0, pitch=0.0, yaw=0.0)
    assert spans(log) == [(1, 1_002, True, True)]


def test_a_reboot_while_armed_parts_two_flights() -> None:
    log = beats([0, 1, 2, 3, 4, 5], [0, 1, 1, 1, 1, 0], [100, 101, 102, 1, 2, 3])
    assert spans(log) == [(1, 2, False, True), (3, 5, True, False)]


def test_a_message_that_was_overtaken_is_no_reboot_nor_is_a_clock_that_went_all_round() -> None:
    late = beats([0, 1, 2, 3], [0, 1, 1, 0], [100, 101, 100.5, 102])
    assert spans(late) == [(1, 3, True, True)]
    full_s = (1 << 32) / 1000
    assert spans(beats([0, 1, 2, 3], [0, 1, 1, 0], [full_s - 2, full_s - 1, 0.5, 1.5])) == [(1, 3, True, True)]


def test_a_log_of_changes_that_begins_with_disarming_was_armed_before() -> None:
    log = MemoryLog(log_format=LogFormat.DATAFLASH).vehicle("vehicle", autopilot="ardupilot", kind="multicopter")
    log.add("vehicle", "ATT", START_S + np.arange(0.0, 50.0), Roll=1.0, vocabulary=Vocabulary.DATAFLASH)
    log.add("vehicle", "ARM", START_S + np.array([40.0]), ArmState=[0], vocabulary=Vocabulary.DATAFLASH)
    assert spans(log) == [(0, 40, True, False)]
    log.add("vehicle", "ARM", START_S + np.array([10.0, 40.0]), ArmState=[1, 0], vocabulary=Vocabulary.DATAFLASH)
    assert spans(log) == [(10, 40, True, True)]


def test_a_silence_is_none_in_a_log_that_is_written_on_board() -> None:
    log = MemoryLog(log_format=LogFormat.DATAFLASH).vehicle("vehicle", autopilot="ardupilot")
    log.add("vehicle", "ARM", START_S + np.array([10.0, 4_000.0]), ArmState=[1, 0], vocabulary=Vocabulary.DATAFLASH)
    assert spans(log) == [(10, 4_000, True, True)]


def test_a_plane_of_old_that_tells_its_state_all_the_time_was_not_armed_before() -> None:
    log = MemoryLog(log_format=LogFormat.DATAFLASH).vehicle("vehicle", autopilot="ardupilot", kind="plane")
    log.add("vehicle", "STAT", START_S + np.arange(5.0), Armed=[0, 0, 1, 1, 0], vocabulary=Vocabulary.DATAFLASH)
    assert spans(log) == [(2, 4, True, True)]


def test_what_no_message_tells_is_unknown() -> None:
    (flight,) = flights(beats([0, 1, 2], [0, 1, 0]))
    fields = ("air_s", "distance_m", "max_height_home_m", "max_ground_speed_mps", "farthest_m", "battery_used_mah")
    more = ("battery_used_fraction", "battery_begin_v", "battery_end_v", "operator", "takeoff_lat_deg")
    assert [getattr(flight, one) for one in fields + more] == [None] * 11


def test_a_station_is_no_vehicle() -> None:
    log = beats([0, 1, 2], [0, 1, 0]).vehicle("255", is_station=True)
    log.add("255", "HEARTBEAT", START_S + np.arange(3.0), type=6, autopilot=3, base_mode=ARMED, custom_mode=0)
    assert [one.vehicle for one in flights(log)] == ["1"]
    assert flights(log, "255") == ()
    with pytest.raises(LogError, match="no vehicle '9'"):
        flights(log, "9")


def test_flights_of_several_vehicles_stand_in_order_of_time() -> None:
    log = beats([0, 5, 6], [0, 1, 0]).vehicle("2", kind="plane")
    modes = [NOT, ARMED, NOT]
    log.add("2", "HEARTBEAT", START_S + np.arange(3.0), type=1, autopilot=3, base_mode=modes, custom_mode=0)
    assert [one.vehicle for one in flights(log)] == ["2", "1"]


def moved(log: MemoryLog, rows: slice, north_m: float) -> MemoryLog:
    lat = log.kept["1", "GLOBAL_POSITION_INT"].values["lat"]
    lat[rows] += round(north_m / 111_195.0 * 1e7)
    return log


def test_a_jump_of_the_receiver_adds_no_way() -> None:
    (flight,) = flights(moved(square_flight(), slice(550, 553), 5_000.0))
    assert flight.distance_m == pytest.approx(400.0, rel=0.02)
    assert flight.farthest_m == pytest.approx(141.4, abs=0.5)


def test_a_place_that_changes_for_good_is_found_again() -> None:
    (flight,) = flights(moved(square_flight(), slice(500, None), 60.0))
    assert flight.farthest_m is not None
    assert flight.farthest_m > 150.0


def test_jitter_while_it_stands_adds_no_way() -> None:
    log = square_flight()
    jitter = np.random.default_rng(1).normal(0.0, 40.0, 1_000).astype(np.int32)
    for field in ("lat", "lon"):
        log.kept["1", "GLOBAL_POSITION_INT"].values[field] = np.asarray(410_000_000 + jitter, dtype=np.int32)
    log.kept["1", "GLOBAL_POSITION_INT"].values["vx"][:] = 0
    (flight,) = flights(log)
    assert flight.distance_m == 0.0


def test_wander_on_the_ground_adds_no_way() -> None:
    log = square_flight()
    values = log.kept["1", "GLOBAL_POSITION_INT"].values
    values["relative_alt"][:] = 0
    (flight,) = flights(log)
    assert (flight.air_s, flight.distance_m) == (0.0, 0.0)


def test_a_rover_goes_its_way_and_is_never_in_the_air() -> None:
    log = square_flight()
    log.vehicles[0] = msgspec.structs.replace(log.vehicles[0], kind="rover")
    log.kept["1", "GLOBAL_POSITION_INT"].values["relative_alt"][:] = 0
    (flight,) = flights(log)
    assert flight.air_s is None
    assert flight.distance_m == pytest.approx(400.0, rel=0.02)


def test_what_the_vehicle_says_of_the_ground_counts_before_its_height() -> None:
    log = square_flight()
    states = np.array([1, 2, 1, 2, 1])
    log.add("1", "EXTENDED_SYS_STATE", START_S + np.array([0.0, 20.0, 50.0, 55.0, 80.0]), landed_state=states)
    (flight,) = flights(log)
    assert flight.air_s == pytest.approx(30.0 + 25.0)


def test_a_counter_that_stands_at_nought_or_begins_again_tells_nothing() -> None:
    log = square_flight()
    log.kept["1", "BATTERY_STATUS"].values["current_consumed"][:] = 0
    assert flights(log)[0].battery_used_mah is None
    log.kept["1", "BATTERY_STATUS"].values["current_consumed"][:] = np.linspace(500, 0, 100)
    assert flights(log)[0].battery_used_mah is None


def recording() -> MemoryLog:
    """A recording of ours: the streams, and the frames they came of."""
    name, told = "fleet/uav-1", {"vocabulary": Vocabulary.STREAMS}
    log = MemoryLog("uav.mcap", LogFormat.MCAP).vehicle(name, sysid=7, name="Heron", autopilot="px4", kind="vtol")
    at = START_S + np.array([0.0, 10.0, 20.0, 30.0])
    armed = np.array([False, True, None, False], dtype=object)
    log.add(name, "state", at, armed__is_armed=armed, battery__0__voltage_v=[16.0, 15.5, 15.2, 15.1], **told)
    log.add(name, "HEARTBEAT", at, type=2, autopilot=12, base_mode=ARMED, custom_mode=0)
    return log


def test_a_recording_of_ours_is_read_by_its_streams() -> None:
    (flight,) = flights(recording())
    assert (flight.begin_s - START_S, flight.end_s - START_S) == (10.0, 30.0)
    assert (flight.vehicle, flight.vehicle_name, flight.sysid) == ("fleet/uav-1", "Heron", 7)
    assert (flight.battery_begin_v, flight.battery_end_v) == (15.5, 15.2)
    assert flight.operator is None


def echoes(heard_s: list[float], state_s: Any, is_armed: Any) -> MemoryLog:
    """A recording in which the bridge says a state, and the vehicle is heard, at times of their own."""
    told: dict[str, Any] = {"vocabulary": Vocabulary.STREAMS}
    log = MemoryLog("uav.mcap", LogFormat.MCAP).vehicle("fleet/uav-1", kind="multicopter")
    log.add("fleet/uav-1", "state", START_S + np.asarray(state_s), armed__is_armed=np.asarray(is_armed), **told)
    log.add("fleet/uav-1", "link", START_S + np.arange(0.0, 5_000.0, 1.0), damaged=0, **told)
    log.add("fleet/uav-1", "tlm/status", START_S + np.asarray(heard_s), mode__base_mode=0, **told)
    return log


def test_a_vehicle_that_is_lost_in_flight_is_not_armed_as_long_as_its_bridge_says_so() -> None:
    state_s = np.arange(0.0, 5_000.0, 10.0)
    (span,) = spans(echoes([0.0, 5.0, 10.0, 20.0, 30.0], state_s, state_s >= 10.0))
    assert span[0] == 10.0
    assert span[1] == pytest.approx(30.0, abs=15.0)
    assert span[2:] == (False, True)


def test_a_state_of_long_ago_that_a_broker_hands_out_is_no_flight() -> None:
    assert spans(echoes([], [0.0], [True])) == []
    assert spans(echoes([60.0, 61.0, 62.0], [0.0, 60.5], [True, False])) == []
    assert spans(echoes([2.0, 61.0], [0.0, 60.5], [True, False])) == [(0.0, 60.5, True, False)]


CONTROL = [
    ([5.0], ["Ada"], "Ada"),
    ([5.0, 8.0], ["Ada", None], None),
    ([5.0, 15.0], ["Ada", "Bob"], "Bob"),
    ([5.0, 15.0, 25.0], ["Ada", "Bob", None], "Bob"),
    ([15.0, 35.0], ["", "Cem"], None),
]


@pytest.mark.parametrize(("at_s", "owners", "operator"), CONTROL)
def test_the_operator_is_who_had_control_last(
    at_s: list[float], owners: list[str | None], operator: str | None
) -> None:
    names = np.array(owners, dtype=object)
    log = recording().add(
        "fleet/uav-1", "ctl", START_S + np.array(at_s), owner__op=names, vocabulary=Vocabulary.STREAMS
    )
    assert flights(log)[0].operator == operator


def test_a_recording_on_disk_tells_the_flight_and_its_operator(tmp_path: Path) -> None:
    actor = Actor(op="Ada", gs="laptop")
    path = tmp_path / "fleet-uav-1.mcap"
    with McapFile(path) as file:

        def write(leaf: str, at_s: float, content: Any) -> None:
            channel = file.channel(f"fleet/uav-1/{leaf}", "json", {"qos": "1", "retain": "false", "late": "false"})
            data = msgspec.json.encode(Envelope(sid="s", seq=int(at_s), ts=0, bms=0, d=content))
            file.add(channel, round((START_S + at_s) * 1e9), round((START_S + at_s) * 1e9), int(at_s), data)

        for second in range(60):
            is_armed = 10 <= second < 50
            height_m = 5.0 if 12 <= second < 48 else 0.0
            position = Position(at_s=second, lat_deg=41.0 + second * 1e-4, lon_deg=39.7, height_home_m=height_m)
            write("tlm/motion", second, Samples(position=position))
            write("state", second, Samples(armed=Armed(at_s=second, is_armed=is_armed if second else None)))
            write("ctl", second, Control(owner=actor if 20 <= second < 40 else None))
    with open_log(path) as log:
        (flight,) = flights(log)
    assert (flight.begin_s - START_S, flight.end_s - START_S) == (10.0, 50.0)
    assert (flight.operator, flight.vehicle) == ("Ada", "fleet/uav-1")
    assert flight.distance_m == pytest.approx(35 * 11.12, rel=0.02)


def test_progress_is_told_and_may_cancel() -> None:
    told: list[float] = []
    flights(square_flight(), on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0

    def refuse(_: float) -> None:
        raise CancelledError("not wanted")

    with pytest.raises(CancelledError):
        flights(square_flight(), on_progress=refuse)


def test_a_way_is_never_shorter_than_its_end_is_far_away() -> None:
    north_m = np.arange(0.0, 101.5, 0.7)
    track = Track(np.arange(north_m.size, dtype=float), 41.0 + north_m / 111_195.0, np.full(north_m.size, 39.0))
    assert length_m(track) == pytest.approx(distances_m(track, 41.0, 39.0).max(), abs=0.01)
