# SPDX-License-Identifier: Apache-2.0
"""Every mark of "unknown" becomes None, every impossible value is named, everything else equals pymavlink's decode."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstation.fleet.energy import ChargeState
from groundstation.fleet.navigation import GpsFix
from groundstation.fleet.status import LandedState, SystemStatus
from groundstation.mavlink import decode as table
from groundstation.mavlink.checks import I16, I32, U8, U16
from groundstation.mavlink.decode import DECODERS, IGNORED, READ_ELSEWHERE, decode
from groundstation.mavlink.dialect import DEFINITIONS, MSGIDS
from tests.conftest import shared_log
from tests.support.peer_tlog import pymavlink_log

NAN, INF = float("nan"), float("inf")


def sample(message: str, kind: str, **fields: Any) -> Any:
    """Decode a message whose other fields are zero, and take its sample of a kind."""
    definition = DEFINITIONS[MSGIDS[message]]
    values: list[Any] = []
    for name, length, _ in definition.fields:
        value = fields.pop(name, (0,) * length if length else 0)
        values += value if length else [value]
    assert not fields, f"{message} has no {fields}"
    found = dict(decode(definition.msgid, definition.layout.pack(*values), 12.5))
    return found.get(kind)


CELLS = (U16,) * 10
GPS = {"fix_type": 3, "lat": 1, "lon": 1}
UNKNOWN_MARKS = [
    ("GLOBAL_POSITION_INT", "position", {"lat": 0, "lon": 0, "alt": -80, "relative_alt": -82, "hdg": 34_019},
     ("lat_deg", "lon_deg", "height_amsl_m")),
    ("GLOBAL_POSITION_INT", "position", {"lat": 0, "lon": 0, "alt": 0, "relative_alt": 0, "hdg": 0},
     ("lat_deg", "lon_deg", "height_amsl_m", "height_home_m", "heading_deg")),
    ("ALTITUDE", "altitude", dict.fromkeys(("altitude_amsl", "altitude_relative", "altitude_local", "altitude_terrain",
     "bottom_clearance"), NAN), ("height_amsl_m", "height_home_m", "height_start_m", "height_terrain_m", "clearance_m")),
    ("ALTITUDE", "altitude", {"bottom_clearance": -1.0}, ("clearance_m",)),
    ("GLOBAL_POSITION_INT", "position", {"lat": 1, "lon": 1, "hdg": U16}, ("heading_deg",)),
    ("GLOBAL_POSITION_INT", "position", {"lat": I32, "lon": I32}, ("lat_deg", "lon_deg")),
    ("GPS_RAW_INT", "gps", {"fix_type": 0, "eph": U16, "epv": U16}, ("lat_deg", "lon_deg", "height_amsl_m", "satellites",
     "hdop", "vdop", "horizontal_accuracy_m", "vertical_accuracy_m", "ground_speed_mps", "track_deg", "yaw_deg")),
    ("GPS_RAW_INT", "gps", {"fix_type": 1, "lat": 410_000_000, "lon": 397_000_000, "alt": 5, "vel": 3, "cog": 9},
     ("lat_deg", "lon_deg", "height_amsl_m", "ground_speed_mps", "track_deg")),
    ("GPS_RAW_INT", "gps", {**GPS, "vel": U16, "cog": U16, "satellites_visible": U8, "yaw": U16},
     ("ground_speed_mps", "track_deg", "satellites", "yaw_deg")),
    ("GPS_RAW_INT", "gps", {**GPS, "fix_type": 2, "alt": 5000}, ("height_amsl_m",)),
    ("GPS2_RAW", "gps", {"fix_type": 0, "eph": U16}, ("lat_deg", "hdop")),
    ("BATTERY_STATUS", "battery", {"voltages": CELLS, "current_battery": -1, "current_consumed": -1, "energy_consumed": -1,
     "battery_remaining": -1, "temperature": I16, "time_remaining": 0}, ("voltage_v", "current_a", "used_mah", "used_wh",
     "charge_fraction", "temperature_c", "time_left_s")),
    ("BATTERY_STATUS", "battery", {"voltages": CELLS, "voltages_ext": (U16,) * 4, "current_battery": -100},
     ("voltage_v", "current_a")),
    ("SYS_STATUS", "battery", {"voltage_battery": U16, "current_battery": -1, "battery_remaining": -1},
     ("voltage_v", "current_a", "charge_fraction")),
    ("SYS_STATUS", "battery", {"voltage_battery": 0, "current_battery": -100}, ("voltage_v", "current_a")),
    ("SYS_STATUS", "health", {"load": U16}, ("is_armable", "load_fraction")),
    ("VFR_HUD", "air_data", {"airspeed": NAN, "groundspeed": NAN, "climb": NAN, "alt": NAN, "throttle": U16},
     ("airspeed_mps", "ground_speed_mps", "climb_mps", "height_amsl_m", "throttle_fraction")),
    ("ATTITUDE", "attitude", {"roll": NAN, "pitch": NAN, "yaw": NAN, "rollspeed": NAN}, ("roll_deg", "pitch_deg", "yaw_deg",
     "roll_rate_dps")),
    ("ESTIMATOR_STATUS", "estimator", {"vel_ratio": NAN, "pos_horiz_ratio": NAN, "hagl_ratio": NAN, "mag_ratio": NAN,
     "pos_vert_ratio": NAN}, ("velocity_ratio", "horizontal_position_ratio", "terrain_ratio", "compass_ratio",
     "vertical_position_ratio")),
    ("EKF_STATUS_REPORT", "estimator", {"velocity_variance": NAN, "compass_variance": NAN}, ("velocity_ratio", "compass_ratio")),
    ("HOME_POSITION", "home", {"altitude": 584_000}, ("lat_deg", "lon_deg", "height_amsl_m")),
    ("MISSION_CURRENT", "mission_progress", {"total": 0}, ("items", "state")),
    ("MISSION_CURRENT", "mission_progress", {"total": U16}, ("items",)),
    ("RC_CHANNELS", "rc", {"rssi": U8}, ("rssi_fraction",)),
    ("RADIO_STATUS", "radio", {"rssi": U8, "remrssi": U8, "noise": U8, "remnoise": U8, "txbuf": 255},
     ("rssi", "remote_rssi", "noise", "remote_noise", "buffer_free_fraction")),
    ("SYSTEM_TIME", "clock", {"time_unix_usec": 0}, ("unix_s",)),
    ("TERRAIN_REPORT", "terrain", {"spacing": 0, "current_height": 5.0}, ("height_terrain_m", "terrain_amsl_m")),
    ("DISTANCE_SENSOR", "range_finder", {"current_distance": 5_000, "min_distance": 10, "max_distance": 4_000}, ("distance_m",)),
    ("DISTANCE_SENSOR", "range_finder", {"current_distance": 500, "max_distance": 4_000, "signal_quality": 1}, ("distance_m",)),
    ("WIND_COV", "wind", {"wind_x": NAN, "wind_y": 1.0, "wind_z": NAN}, ("from_deg", "speed_mps", "vertical_mps")),
    ("WIND", "wind", {"direction": NAN, "speed": NAN, "speed_z": NAN}, ("from_deg", "speed_mps", "vertical_mps")),
    ("VIBRATION", "vibration", {"vibration_x": NAN}, ("x_mps2",)),
    ("NAV_CONTROLLER_OUTPUT", "navigation_target", {"wp_dist": U16, "xtrack_error": NAN}, ("distance_m", "cross_track_m")),
    ("HIGH_LATENCY2", "air_data", {"airspeed": U8, "groundspeed": U8, "climb_rate": -128, "throttle": U8},
     ("airspeed_mps", "ground_speed_mps", "climb_mps", "throttle_fraction")),
    ("HIGH_LATENCY2", "battery", {"battery": -1}, ("charge_fraction",)),
    ("HIGH_LATENCY2", "position", {"latitude": 0, "longitude": 0, "altitude": 0}, ("lat_deg", "lon_deg", "height_amsl_m")),
    ("HIGH_LATENCY2", "mission_progress", {"wp_num": U16}, ("item",)),
    ("HIGH_LATENCY2", "wind", {"windspeed": U8}, ("speed_mps",)),
    ("HIGH_LATENCY2", "navigation_target", {"target_distance": U16}, ("distance_m",)),
]  # fmt: skip


@pytest.mark.parametrize(("message", "kind", "fields", "unknown"), UNKNOWN_MARKS, ids=lambda value: str(value)[:40])
def test_a_mark_of_unknown_becomes_none(message: str, kind: str, fields: dict, unknown: tuple[str, ...]) -> None:
    found = sample(message, kind, **fields)
    assert {name: getattr(found, name) for name in unknown} == dict.fromkeys(unknown)
    assert found.invalid == () if hasattr(found, "invalid") else True


HOSTILE = [
    ("GLOBAL_POSITION_INT", "position", {"lat": 910_000_000, "lon": 1}, "lat_deg"),
    ("GLOBAL_POSITION_INT", "position", {"lat": 1, "lon": -1_800_000_001}, "lon_deg"),
    ("GLOBAL_POSITION_INT", "position", {"lat": 1, "lon": 1, "hdg": 40_000}, "heading_deg"),
    ("GLOBAL_POSITION_INT", "position", {"lat": 1, "lon": 1, "alt": 2_000_000_000}, "height_amsl_m"),
    ("GPS_RAW_INT", "gps", {**GPS, "lat": -910_000_000}, "lat_deg"),
    ("HOME_POSITION", "home", {"latitude": 910_000_000, "longitude": 5}, "lat_deg"),
    ("ATTITUDE", "attitude", {"roll": INF}, "roll_deg"),
    ("ATTITUDE", "attitude", {"pitch": 40.0}, "pitch_deg"),
    ("ATTITUDE_QUATERNION", "attitude", {"q1": 5.0}, "yaw_deg"),
    ("VFR_HUD", "air_data", {"airspeed": -INF}, "airspeed_mps"),
    ("VFR_HUD", "air_data", {"climb": 1e9}, "climb_mps"),
    ("SYSTEM_TIME", "clock", {"time_unix_usec": 18_446_744_073_709_551_615}, "unix_s"),
    ("SYSTEM_TIME", "clock", {"time_unix_usec": 5}, "unix_s"),
    ("BATTERY_STATUS", "battery", {"voltages": CELLS, "temperature": 32_000}, "temperature_c"),
    ("BATTERY_STATUS", "battery", {"voltages": CELLS, "energy_consumed": -7}, "used_wh"),
    ("SYS_STATUS", "health", {"load": 2_000}, "load_fraction"),
    ("EKF_STATUS_REPORT", "estimator", {"velocity_variance": INF}, "velocity_ratio"),
    ("WIND_COV", "wind", {"wind_x": INF}, "speed_mps"),
    ("WIND", "wind", {"speed": -5.0}, "speed_mps"),
    ("VIBRATION", "vibration", {"vibration_x": INF}, "x_mps2"),
    ("SCALED_PRESSURE", "environment", {"press_abs": 1e9}, "pressure_hpa"),
    ("TERRAIN_REPORT", "terrain", {"spacing": 100, "current_height": INF}, "height_terrain_m"),
    ("RANGEFINDER", "range_finder", {"distance": -INF}, "distance_m"),
    ("HIGH_LATENCY2", "position", {"latitude": 910_000_000, "longitude": 1}, "lat_deg"),
]  # fmt: skip


@pytest.mark.parametrize(("message", "kind", "fields", "name"), HOSTILE, ids=lambda value: str(value)[:40])
def test_an_impossible_value_is_named_and_never_shown(message: str, kind: str, fields: dict, name: str) -> None:
    found = sample(message, kind, **fields)
    assert getattr(found, name) is None
    assert name in found.invalid


def test_zero_is_zero() -> None:
    position = sample("GLOBAL_POSITION_INT", "position", lat=0, lon=397_000_000, relative_alt=0, alt=0)
    assert (position.lat_deg, position.height_home_m, position.height_amsl_m) == (0.0, 0.0, 0.0)
    pack = sample("BATTERY_STATUS", "battery", voltages=CELLS, battery_remaining=0, current_battery=0)
    assert (pack.charge_fraction, pack.current_a) == (0.0, 0.0)
    assert sample("RC_CHANNELS", "rc", rssi=0).rssi_fraction == 0.0


def test_units() -> None:
    position = sample(
        "GLOBAL_POSITION_INT", "position", lat=410_000_001, lon=-397_000_001, alt=123_456, relative_alt=-500, hdg=9_000
    )
    assert (position.lat_deg, position.lon_deg) == (41.0000001, -39.7000001)
    assert (position.height_amsl_m, position.height_home_m, position.heading_deg) == (123.456, -0.5, 90.0)
    velocity = sample("GLOBAL_POSITION_INT", "velocity", lat=1, lon=1, vx=300, vy=-400, vz=-150)
    assert (velocity.ground_speed_mps, velocity.down_mps, velocity.track_deg) == (5.0, -1.5, pytest.approx(306.87))
    attitude = sample("ATTITUDE", "attitude", roll=0.1, pitch=-0.2, yaw=-math.pi / 2)
    assert (attitude.roll_deg, attitude.pitch_deg, attitude.yaw_deg) == pytest.approx(
        (5.7296, -11.4592, 270.0), abs=1e-3
    )
    pack = sample("BATTERY_STATUS", "battery", voltages=(4_100, 4_000, 3_900) + (U16,) * 7, id=2, current_battery=1_234,
                  energy_consumed=360, charge_state=2, temperature=2_550)  # fmt: skip
    assert (pack.index, pack.voltage_v, pack.cells_v, pack.current_a) == (2, 12.0, (4.1, 4.0, 3.9), 12.34)
    assert (pack.used_wh, pack.charge_state, pack.temperature_c) == (10.0, ChargeState.LOW, 25.5)
    whole = sample("BATTERY_STATUS", "battery", voltages=(12_600,) + (U16,) * 9)
    assert (whole.voltage_v, whole.cells_v) == (12.6, ())


def test_wind_blows_from_where_it_comes() -> None:
    towards_north = sample("WIND_COV", "wind", wind_x=3.0, wind_y=0.0, wind_z=1.0)
    assert (towards_north.from_deg, towards_north.speed_mps, towards_north.vertical_mps) == (180.0, 3.0, -1.0)
    assert sample("WIND", "wind", direction=-90.0, speed=2.0).from_deg == 270.0


def test_the_quaternion_means_the_same_attitude() -> None:
    half = math.radians(30) / 2
    found = sample("ATTITUDE_QUATERNION", "attitude", q1=math.cos(half), q2=math.sin(half))
    assert (found.roll_deg, found.pitch_deg, found.yaw_deg) == pytest.approx((30.0, 0.0, 0.0), abs=1e-3)


def test_heartbeats_of_both_firmwares() -> None:
    copter = {"type": 2, "autopilot": 3, "base_mode": 81 | 128, "custom_mode": 6, "system_status": 5}
    assert sample("HEARTBEAT", "mode", **copter).name == "RTL"
    assert sample("HEARTBEAT", "armed", **copter).is_armed is True
    assert sample("HEARTBEAT", "flight_status", **copter).system_status is SystemStatus.CRITICAL
    for mav_type, custom_mode, name in ((1, 10, "AUTO"), (10, 4, "HOLD"), (12, 19, "MANUAL"), (20, 19, "QLOITER")):
        assert (
            sample("HEARTBEAT", "mode", type=mav_type, autopilot=3, base_mode=81, custom_mode=custom_mode).name == name
        )
    px4 = {"type": 2, "autopilot": 12, "base_mode": 29}
    assert sample("HEARTBEAT", "mode", **px4, custom_mode=0x03040000).name == "LOITER"
    assert sample("HEARTBEAT", "mode", **px4, custom_mode=0x05040000).name == "RTL"
    assert sample("HEARTBEAT", "mode", type=2, autopilot=3, base_mode=81, custom_mode=99).name is None
    assert sample("HEARTBEAT", "flight_status", system_status=99).system_status is SystemStatus.UNKNOWN


def test_closed_sets_have_an_unknown() -> None:
    assert sample("EXTENDED_SYS_STATE", "landed", landed_state=9).state is LandedState.UNKNOWN
    assert sample("EXTENDED_SYS_STATE", "landed", landed_state=3).state is LandedState.TAKING_OFF
    assert sample("GPS_RAW_INT", "gps", fix_type=77).fix is GpsFix.UNKNOWN
    assert sample("BATTERY_STATUS", "battery", voltages=CELLS, charge_state=99).charge_state is ChargeState.UNKNOWN


def test_health_lists_what_is_there() -> None:
    health = sample("SYS_STATUS", "health", onboard_control_sensors_present=0x10000021, onboard_control_sensors_enabled=0x21,
                    onboard_control_sensors_health=0x10000001, load=500)  # fmt: skip
    found = {one.name: (one.is_enabled, one.is_healthy) for one in health.sensors}
    assert found == {"3d_gyro": (True, True), "gps": (True, False), "prearm_check": (False, True)}
    assert (health.is_armable, health.load_fraction) == (True, 0.5)


def test_unused_rc_channels_are_none_and_the_tail_is_cut() -> None:
    rc = sample("RC_CHANNELS", "rc", chan1_raw=1500, chan2_raw=0, chan3_raw=1100, chan4_raw=U16, rssi=254)
    assert (rc.channels_us, rc.rssi_fraction) == ((1500, None, 1100), 1.0)


def test_motors_that_never_reported_are_left_out() -> None:
    found = decode(MSGIDS["ESC_TELEMETRY_5_TO_8"], b"\0" * 44, 1.0)
    assert found == ()
    one = sample("ESC_TELEMETRY_5_TO_8", "esc", rpm=(0, 9000, 0, 0), count=(0, 7, 0, 0), voltage=(0, 1234, 0, 0))
    assert (one.index, one.rpm, one.voltage_v) == (5, 9000, 12.34)


def test_the_estimator_of_a_copter_on_its_way() -> None:
    flags = {831: True, 167: False, 37: False, 1024: False, 0: False}
    for value, has_position in flags.items():
        assert sample("EKF_STATUS_REPORT", "estimator", flags=value).has_horizontal_position is has_position
    assert sample("ESTIMATOR_STATUS", "estimator", flags=228).has_horizontal_position is False
    assert sample("ESTIMATOR_STATUS", "estimator", flags=895).has_horizontal_position is True


def test_a_message_is_in_one_table_only() -> None:
    assert not set(DECODERS) & set(IGNORED)
    assert not set(READ_ELSEWHERE) & (set(DECODERS) | set(IGNORED))
    assert all(reason for reason in IGNORED.values())
    assert {name for name in (*DECODERS, *READ_ELSEWHERE, *IGNORED) if name not in MSGIDS} == set()


LOGS = ["copter_square.tlog", "copter_boot.tlog", "px4_0_square.tlog", "uavlogviewer_vtol.tlog", "plane_mission.tlog",
        "copter_reboot.tlog", "px4_failsafe_gcs.tlog"]  # fmt: skip


@pytest.mark.parametrize("name", LOGS)
def test_every_message_that_a_vehicle_really_sent_is_listed(name: str) -> None:
    log = pymavlink_log(shared_log(name))
    unlisted = set()
    while (message := log.recv_match()) is not None:
        kind = message.get_type()
        if (
            message.get_srcComponent() == 1
            and not kind.startswith(("UNKNOWN", "BAD"))
            and message.get_srcSystem() < 250
        ):
            unlisted |= set() if table.is_listed(MSGIDS[kind]) else {kind}
    assert unlisted == set()


@given(st.sampled_from(sorted(DECODERS)), st.binary(min_size=0, max_size=255))
def test_no_payload_raises_and_no_infinity_comes_out(message: str, payload: bytes) -> None:
    for _, found in decode(MSGIDS[message], payload, 1.0):
        for name in found.__struct_fields__:
            value = getattr(found, name)
            assert not isinstance(value, float) or math.isfinite(value), (message, name)
        lat = getattr(found, "lat_deg", None)
        assert lat is None or -90 <= lat <= 90


# ---- without a place ----


def decoded(message: str, **fields: Any) -> dict[str, Any]:
    definition = DEFINITIONS[MSGIDS[message]]
    values = [fields.get(name, (0,) * length if length else 0) for name, length, _ in definition.fields]
    flat = [one for value in values for one in (value if isinstance(value, tuple) else (value,))]
    return dict(decode(definition.msgid, definition.layout.pack(*flat), 12.5))


def test_indoors_each_field_stands_by_itself() -> None:
    found = decoded("GLOBAL_POSITION_INT", relative_alt=2_350, alt=2_900, vx=120, hdg=9_000)
    position, velocity = found["position"], found["velocity"]
    assert (position.lat_deg, position.height_home_m, position.heading_deg) == (None, 2.35, 90.0)
    assert position.height_amsl_m is None, "the same number again, over a home of which nobody knows the height"
    assert velocity.ground_speed_mps == 1.2


def test_a_submarine_has_a_depth_without_a_place() -> None:
    found = decoded("GLOBAL_POSITION_INT", relative_alt=-12_000, alt=103_000, hdg=100)["position"]
    assert (found.height_home_m, found.height_amsl_m) == (-12.0, 103.0)


def test_zeros_before_a_fix_are_unknown_and_zeros_with_a_place_are_zero() -> None:
    assert "velocity" not in decoded("GLOBAL_POSITION_INT")
    found = decoded("GLOBAL_POSITION_INT", lat=410_000_000, lon=397_000_000)
    assert (found["position"].height_home_m, found["position"].heading_deg) == (0.0, 0.0)
    assert found["velocity"].ground_speed_mps == 0.0


def test_px4_without_a_global_position_tells_its_height_by_others() -> None:
    local = decoded("LOCAL_POSITION_NED", z=-3.25, vx=1.5, vy=-2.0)
    assert (local["altitude"].height_start_m, local["velocity"].ground_speed_mps) == (3.25, 2.5)
    told = decoded("ALTITUDE", altitude_amsl=NAN, altitude_relative=NAN, altitude_local=3.5, bottom_clearance=3.0)
    altitude = told["altitude"]
    assert (altitude.height_home_m, altitude.height_start_m, altitude.clearance_m) == (None, 3.5, 3.0)


@pytest.mark.parametrize(
    ("autopilot", "told", "name"), [(12, 0x0304, "LOITER"), (12, 0x0504, "RTL"), (12, 0x0001, "MANUAL"), (3, 6, "RTL")]
)
def test_the_mode_over_a_satellite_link_is_px4s_upper_half(autopilot: int, told: int, name: str) -> None:
    found = decoded("HIGH_LATENCY2", autopilot=autopilot, type=2, custom_mode=told)["mode"]
    assert found.name == name
    assert found.custom_mode == (told << 16 if autopilot == 12 else told)


@pytest.mark.parametrize(
    ("present", "healthy", "wanted"),
    [(1 << 28, 1 << 28, True), (1 << 28, 0, False), (0, 1 << 28, True), (0, 0, None)],
)
def test_the_pre_arm_check_counts_also_where_a_px4_does_not_list_it(present, healthy, wanted):
    health = sample(
        "SYS_STATUS", "health", onboard_control_sensors_present=present, onboard_control_sensors_health=healthy
    )
    assert health.is_armable is wanted
