# SPDX-License-Identifier: Apache-2.0
"""A vehicle in a log is its autopilot; companions, radios, gimbals and stations are named, and fly nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pymavlink.dialects.v20 import ardupilotmega as dialect
from typer.testing import CliRunner

from groundstation.app.cli import app
from groundstation.logs.flights import flights
from groundstation.logs.log_lookup import named_vehicle
from groundstation.logs.mcap.mcap_file import McapFile
from groundstation.logs.open_log import open_log
from groundstation.logs.series import SeriesOf
from groundstation.mavlink import frame_index
from groundstation.transport import frame_batches
from groundstation.transport.frame_batches import FrameBatch
from tests.support.mcaps import METADATA

CASE = Path(__file__).parents[1] / "data" / "radio_companion.tlog"
BEGAN_S = 1_700_000_000.0


def tlog(path: Path, *said: tuple[float, int, int, object]) -> Path:
    """Second, system, component and message of each frame."""
    data = bytearray()
    for second, sysid, compid, message in said:
        mav = dialect.MAVLink(None, srcSystem=sysid, srcComponent=compid)
        data += int((BEGAN_S + second) * 1e6).to_bytes(8, "big") + message.pack(mav)  # type: ignore[attr-defined]
    path.write_bytes(data)
    return path


def beat(mav_type: int, autopilot: int, *, armed: bool = False) -> object:
    return dialect.MAVLink_heartbeat_message(mav_type, autopilot, 81 | (128 if armed else 0), 5, 4, 3)


def who(path: Path) -> dict[str, tuple[bool, str]]:
    with open_log(path) as log:
        return {one.id: (one.is_station, one.role) for one in log.info.vehicles}


def test_one_vehicle_and_one_flight_beside_companion_and_radio() -> None:
    assert who(CASE) == {"1": (False, ""), "1/191": (True, "companion"), "51": (True, "radio")}
    with open_log(CASE) as log:
        (flight,) = flights(log)
        assert (flight.vehicle, flight.autopilot, flight.kind) == ("1", "ardupilot", "multicopter")
        assert flight.duration_s == pytest.approx(50.0, abs=1.0)
        assert log.columns("HEARTBEAT", vehicle="1").time_s.size == 60
        assert set(log.columns("HEARTBEAT", vehicle="1/191").values["type"].tolist()) == {18}


def test_what_a_radio_says_is_of_the_link() -> None:
    with open_log(CASE) as log:
        found = SeriesOf(log, "1").get("radio.rssi")
        told = log.columns("RADIO_STATUS", vehicle="51")
        assert found is not None
        np.testing.assert_array_equal(found.values, told.values["rssi"])


def test_the_log_is_shown_with_everybody_for_what_it_is() -> None:
    shown = CliRunner().invoke(app, ["log", "info", str(CASE)]).stdout
    for line in ("1: vehicle ardupilot multicopter", "1/191: companion", "51: radio"):
        assert line in shown.splitlines(), shown


def test_an_import_of_it_says_the_same(tmp_path: Path) -> None:
    out = tmp_path / "a.mcap"
    assert CliRunner().invoke(app, ["import", str(CASE), "-o", str(out)]).exit_code == 0
    assert who(out) == who(CASE)
    with open_log(out) as log:
        assert [round(one.duration_s) for one in flights(log)] == [50]
        assert log.columns("HEARTBEAT", vehicle="1/191").time_s.size == 60
    part = tmp_path / "b.mcap"
    done = CliRunner().invoke(app, ["export", str(out), "--vehicle", "1/191", "-o", str(part)])
    assert done.exit_code == 0, done.output
    assert who(part) == {"1": (True, "companion")}  # alone it is nobody's
    with open_log(part) as log:
        assert {one.name: one.count for one in log.info.messages} == {"HEARTBEAT": 60, "STATUSTEXT": 12}
        assert flights(log) == ()


def test_a_component_speaks_for_its_vehicle_where_the_autopilot_is_silent(tmp_path: Path) -> None:
    battery = dialect.MAVLink_battery_status_message(0, 0, 0, 2500, [12_000] + [65535] * 9, 100, -1, -1, 70)
    attitude = dialect.MAVLink_attitude_message(1, 0.1, 0.0, 1.0, 0.0, 0.0, 0.0)
    tilted = dialect.MAVLink_attitude_message(1, 0.9, 0.0, 1.0, 0.0, 0.0, 0.0)
    path = tlog(
        tmp_path / "a.tlog",
        (0.0, 1, 1, beat(2, 3)), (0.1, 1, 154, beat(26, 8)), (0.2, 1, 180, battery), (0.3, 1, 1, attitude),
        (0.4, 1, 154, tilted), (0.5, 255, 190, beat(6, 8)), (0.6, 7, 200, beat(2, 0)),
    )  # fmt: skip
    assert who(path) == {
        "1": (False, ""),
        "1/154": (True, "gimbal"),
        "1/180": (True, "battery"),
        "7": (False, ""),
        "255": (True, ""),
    }
    with open_log(path) as log:
        assert log.columns("BATTERY_STATUS").vehicle == "1"
        assert log.columns("ATTITUDE", vehicle="1").values["roll"].tolist() == [np.float32(0.1)]
        assert log.columns("ATTITUDE", vehicle="1/154").values["roll"].tolist() == [np.float32(0.9)]
        assert len(list(log.frames("1"))) == 5
        assert len(list(log.frames("1/154"))) == 2
        assert named_vehicle(log.info, "uav-7").id == "7"


def test_a_recording_of_a_vehicle_keeps_its_companion_apart(tmp_path: Path) -> None:
    path = tmp_path / "fleet-uav-1.mcap"
    with open_log(CASE) as log, McapFile(path) as file:
        for number, one in enumerate(log.frames()):
            data = frame_batches.encode(
                FrameBatch("0123456789abcdef", number, one.time_us // 1000, 1, frame_batches.record(*one))
            )
            channel = file.channel("fleet/uav-1/raw/_mav", frame_batches.CONTENT_TYPE, METADATA)
            file.add(channel, one.time_us * 1000, one.time_us * 1000, number, data)
    assert who(path) == {"fleet/uav-1": (False, ""), "fleet/uav-1/191": (True, "companion")}
    with open_log(path) as log:
        assert [(one.vehicle, round(one.duration_s)) for one in flights(log)] == [("fleet/uav-1", 50)]
        assert SeriesOf(log, "fleet/uav-1").get("radio.rssi") is not None


@pytest.mark.parametrize(
    "count", [frame_index.MAX_SPEAKERS - 1, frame_index.MAX_SPEAKERS, frame_index.MAX_SPEAKERS + 50]
)
def test_a_flood_of_systems_costs_nobody_a_frame(count: int, tmp_path: Path) -> None:
    many = [(0.001 * n, 2 + n // 250, n % 250, beat(2, 8)) for n in range(count)]
    path = tlog(tmp_path / "a.tlog", (0.0, 1, 1, beat(2, 3)), *many)
    with open_log(path) as log:
        assert sum(one.count for one in log.info.messages) == count + 1
        assert log.columns("HEARTBEAT", vehicle="1").time_s.size == 1
