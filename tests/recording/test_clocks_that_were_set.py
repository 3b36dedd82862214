# SPDX-License-Identifier: Apache-2.0
"""Logs of computers without a clock, or whose clock was set meanwhile: the vehicle's own carries the times."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from pymavlink.dialects.v20 import ardupilotmega as dialect
from typer.testing import CliRunner

from groundstation.app.cli import app
from groundstation.fleet.flight import TimeBase
from groundstation.logs.flights import flights
from groundstation.logs.mcap.mcap_file import McapFile
from groundstation.logs.open_log import open_log
from groundstation.recording.sorter import Sorter
from groundstation.transport import frame_batches
from groundstation.transport.bus import Message
from groundstation.transport.frame_batches import FrameBatch
from groundstation.transport.sequence import Sequences
from tests.support.mcaps import METADATA, S, envelope, heartbeat

DATA = Path(__file__).parents[1] / "data"
BEGAN_S = 1_760_000_000.0


def tlog(stamp_s: list[float], boot_s: list[float], *, utc_s: float | None = None) -> bytes:
    """A vehicle that is armed from the third to the last but third word, each a heartbeat and a position."""
    mav = dialect.MAVLink(None, srcSystem=1, srcComponent=1)
    found = bytearray()
    for number, (stamp, boot) in enumerate(zip(stamp_s, boot_s, strict=True)):
        armed = 128 if 2 <= number < len(stamp_s) - 3 else 0
        said = [
            dialect.MAVLink_heartbeat_message(2, 3, 81 | armed, 5, 4, 3),
            dialect.MAVLink_global_position_int_message(
                int(boot * 1000), 410000000 + number * 100, 397000000, 120000, 9000, 0, 500, 0, 9000
            ),
        ]
        if utc_s is not None:
            said.append(dialect.MAVLink_system_time_message(int((utc_s + boot) * 1e6), int(boot * 1000)))
        for one in said:
            found += int(stamp * 1e6).to_bytes(8, "big") + one.pack(mav)
            mav.seq = (mav.seq + 1) % 256
    return bytes(found)


def times(begin_s: float, count: int = 60) -> list[float]:
    return [begin_s + number for number in range(count)]


def test_a_log_of_a_computer_without_a_clock_is_read_and_claims_no_date() -> None:
    with open_log(DATA / "clock1970.tlog") as log:
        info = log.info
        assert (info.time_base, info.begin_s, info.end_s) == (TimeBase.BOOT, 60.0, 119.5)
        assert info.damage.is_none
        assert {one.name: one.count for one in info.messages} == {"GLOBAL_POSITION_INT": 120, "HEARTBEAT": 60}
        assert info.notes == ("the date is not known: the computer that wrote this had no clock",)
        (flight,) = flights(log)
        boot_s = log.columns("GLOBAL_POSITION_INT").values["time_boot_ms"] / 1000
        np.testing.assert_allclose(log.columns("GLOBAL_POSITION_INT").time_s, boot_s)
        assert (flight.time_base, flight.duration_s) == (TimeBase.BOOT, 50.0)


@pytest.mark.parametrize(
    ("before_s", "after_s", "right_s"),
    [
        (BEGAN_S, BEGAN_S + 7200, BEGAN_S + 7200),
        (BEGAN_S, BEGAN_S - 7200, BEGAN_S - 7200),
        (BEGAN_S, BEGAN_S - 25, BEGAN_S - 25),
        (12.0, BEGAN_S, BEGAN_S),
    ],
)
def test_a_clock_that_is_set_during_a_flight_makes_it_no_longer(
    before_s: float, after_s: float, right_s: float, tmp_path: Path
) -> None:
    stamps = [*times(before_s)[:30], *times(after_s)[30:]]
    path = tmp_path / "a.tlog"
    path.write_bytes(tlog(stamps, times(100.0)))
    with open_log(path) as log:
        (flight,) = flights(log)
        assert (flight.duration_s, flight.is_ended, flight.begin_s) == (55.0, True, right_s + 2)
        assert (log.info.begin_s, log.info.end_s) == (right_s, right_s + 59)
        assert (log.info.time_base, log.info.damage.is_none) == (TimeBase.UTC, True)
        assert "was set once; the vehicle's own carries the times" in log.info.notes[0]
        assert log.columns("HEARTBEAT").time_s.tolist() == times(right_s)


def test_the_vehicle_knows_the_date_where_the_computer_does_not(tmp_path: Path) -> None:
    path = tmp_path / "a.tlog"
    path.write_bytes(tlog(times(12.0), times(100.0), utc_s=BEGAN_S))
    with open_log(path) as log:
        assert (log.info.time_base, log.info.begin_s) == (TimeBase.UTC, BEGAN_S + 100)


@pytest.mark.parametrize(("step_s", "is_step"), [(9.9, False), (10.2, True)])
def test_a_link_that_holds_frames_back_is_no_clock_that_was_set(step_s: float, is_step: bool, tmp_path: Path) -> None:
    stamps = [*times(BEGAN_S)[:30], *times(BEGAN_S + step_s)[30:]]
    path = tmp_path / "a.tlog"
    path.write_bytes(tlog(stamps, times(100.0)))
    with open_log(path) as log:
        assert bool(log.info.notes) is is_step
        assert log.info.end_s is not None
        assert log.info.begin_s is not None
        assert log.info.end_s - log.info.begin_s == pytest.approx(59.0 if is_step else 59.0 + step_s)


def test_a_vehicle_that_restarts_sets_no_clock(tmp_path: Path) -> None:
    path = tmp_path / "a.tlog"
    path.write_bytes(tlog(times(BEGAN_S), [*times(1000.0)[:30], *times(1.0, 30)]))
    with open_log(path) as log:
        assert (log.info.notes, log.info.begin_s, log.info.end_s) == ((), BEGAN_S, BEGAN_S + 59)


def test_simulated_time_that_runs_faster_is_no_clock_that_was_set(tmp_path: Path) -> None:
    stamps = times(BEGAN_S)
    boots = [100.0 + 5 * (one - BEGAN_S) for one in stamps]
    path = tmp_path / "a.tlog"
    path.write_bytes(tlog([*stamps[:20], *stamps[40:]], [*boots[:20], *boots[40:]]))
    with open_log(path) as log:
        assert log.info.notes == ()


def test_where_no_vehicle_tells_its_clock_only_differences_mean_anything(tmp_path: Path) -> None:
    mav = dialect.MAVLink(None, srcSystem=1, srcComponent=1)
    said = dialect.MAVLink_heartbeat_message(2, 3, 81, 5, 4, 3)
    path = tmp_path / "a.tlog"
    path.write_bytes(b"".join(int(one * 1e6).to_bytes(8, "big") + said.pack(mav) for one in times(5.0)))
    with open_log(path) as log:
        assert (log.info.time_base, log.info.begin_s, log.info.end_s) == (TimeBase.UNSET, 5.0, 64.0)


# ---- logs of other formats ----

NO_TIMES = b"""FMT, 128, 89, FMT, BBnNZ, Type,Length,Name,Format,Columns
FMT, 129, 27, PARM, Nf, Name,Value
FMT, 130, 11, CURR, hh, Volt,Curr
PARM, SYSID_THISMAV, 7
CURR, 1260, 12
CURR, 1250, 14
"""


def test_a_dataflash_log_without_any_time_says_so_and_claims_none(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(NO_TIMES)
    with open_log(path) as log:
        assert (log.info.begin_s, log.info.end_s, log.info.notes) == (
            None,
            None,
            ("no message of this log tells its time",),
        )
        assert {(one.first_s, one.last_s) for one in log.info.messages} == {(None, None)}
        found = log.columns("CURR")
        assert np.isnan(found.time_s).all()
        assert found.values["Volt"].size == 2
        assert flights(log) == ()
    shown = CliRunner().invoke(app, ["log", "info", str(path)])
    assert shown.exit_code == 0, shown.output
    assert "no message of this log tells its time" in shown.output
    assert not re.search(r"\b0\.0\b", shown.output), shown.output
    for kind, wanted in (("csv", "Volt"), ("mcap", "")):
        out = tmp_path / kind
        done = CliRunner().invoke(app, ["export", str(path), "--format", kind, "-o", str(out)])
        assert done.exit_code == 0, done.output
        if wanted:
            assert (out / "CURR.csv").read_text().splitlines()[1].startswith(",")


def test_a_log_on_board_without_a_receiver_says_that_the_date_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(
        b"FMT, 128, 89, FMT, BBnNZ, Type,Length,Name,Format,Columns\nFMT, 130, 15, CURR, Qhh, TimeUS,Volt,Curr\n"
        b"CURR, 61000000, 1260, 12\nCURR, 62000000, 1250, 14\n"
    )
    with open_log(path) as log:
        assert (log.info.time_base, log.info.begin_s) == (TimeBase.BOOT, 61.0)
        assert log.info.notes == ("the date is not known: no receiver told it",)


def test_a_recording_of_a_computer_without_a_clock_has_its_frames_and_no_date(tmp_path: Path) -> None:
    path = tmp_path / "fleet-uav-1.mcap"
    with McapFile(path) as file:
        for second in range(1, 30):
            time_us = second * 1_000_000
            body = frame_batches.record(time_us, heartbeat(second))
            data = frame_batches.encode(FrameBatch("0123456789abcdef", second, time_us // 1000, 1, body))
            file.add(
                file.channel("fleet/uav-1/raw/_mav", frame_batches.CONTENT_TYPE, METADATA),
                second * S,
                second * S,
                0,
                data,
            )
            file.add(
                file.channel("fleet/uav-1/state", "json", METADATA), second * S, second * S, 0, envelope(second, {})
            )
    with open_log(path) as log:
        assert (log.info.time_base, log.info.begin_s, log.info.end_s) == (TimeBase.UNSET, 1.0, 29.0)
        assert log.info.damage.is_none
        assert len(list(log.frames())) == 29


# ---- the recorder ----


class Clocks:
    def __init__(self) -> None:
        self.now_s, self.wall_s = 100.0, BEGAN_S

    def pass_s(self, seconds: float) -> None:
        self.now_s += seconds
        self.wall_s += seconds


def recorded_s(sorter: Sorter, clocks: Clocks) -> float:
    message = Message(topic="lab/x", payload=b"1", size_bytes=1, qos=0, retain=False, received_s=clocks.now_s)
    (entry,) = sorter.sort([message])
    return entry.times_ns[0] / 1e9


@pytest.mark.parametrize(("by_s", "follows"), [(0.9, True), (-0.9, True), (1.1, False), (-3600.0, False), (1e9, False)])
def test_a_recording_does_not_follow_a_clock_that_is_set(by_s: float, follows: bool) -> None:
    clocks = Clocks()
    sorter = Sorter(Sequences(), lambda: clocks.now_s, lambda: clocks.wall_s)
    assert recorded_s(sorter, clocks) == pytest.approx(BEGAN_S)
    clocks.pass_s(10.0)
    clocks.wall_s += by_s
    assert recorded_s(sorter, clocks) == pytest.approx(BEGAN_S + 10 + (by_s if follows else 0))
    assert sorter.clock_steps == ([] if follows else [pytest.approx(by_s)])
    clocks.pass_s(10.0)
    assert recorded_s(sorter, clocks) == pytest.approx(BEGAN_S + 20 + (by_s if follows else 0))
    assert len(sorter.clock_steps) == (0 if follows else 1)


def test_a_computer_that_slept_has_set_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks, slept = Clocks(), [0.0]
    monkeypatch.setattr("groundstation.recording.sorter.slept_s", lambda: slept[0])
    sorter = Sorter(Sequences(), lambda: clocks.now_s, lambda: clocks.wall_s)
    clocks.wall_s += 3600.0
    slept[0] += 3600.0
    assert recorded_s(sorter, clocks) == pytest.approx(BEGAN_S + 3600)
    assert sorter.clock_steps == []
