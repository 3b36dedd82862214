# SPDX-License-Identifier: Apache-2.0
"""PX4's own logs: every value as pyulog has it, and damage that stops nothing."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from pyulog import ULog

from groundstation.fleet.flight import TimeBase
from groundstation.fleet.progress import CancelledError
from groundstation.logs.log import LogError
from groundstation.logs.open_log import open_log
from tests.conftest import shared_log

SAMPLE = "pyulog_sample_log_small.ulg"


def test_every_value_is_pyulogs() -> None:
    path = shared_log(SAMPLE)
    truth = ULog(str(path))
    with open_log(path) as log:
        assert log.info.damage.is_none
        for data in truth.data_list:
            name = f"{data.name}[{data.multi_id}]" if data.multi_id else data.name
            found = log.columns(name)
            assert found.time_s.size == data.data["timestamp"].size
            np.testing.assert_allclose(np.diff(found.time_s), np.diff(data.data["timestamp"] / 1e6), atol=1e-6)
            for field, values in data.data.items():
                if field == "timestamp" or field.startswith("_padding"):
                    continue
                base, _, place = field.removesuffix("]").rpartition("[")
                if base and field.endswith("]"):
                    np.testing.assert_array_equal(found.values[base][:, int(place)], values)
                else:
                    np.testing.assert_array_equal(found.values[field], values)


DATA = Path(__file__).parents[1] / "data"


def test_a_clock_that_counts_from_1970_is_read_whole_and_tells_the_date() -> None:
    with open_log(DATA / "ulg_unix_clock.ulg") as log:
        info = log.info
        assert (info.time_base, info.damage.is_none) == (TimeBase.UTC, True)
        assert {one.name: one.count for one in info.messages} == {"vehicle_attitude": 200, "transponder_report": 1}
        assert (info.begin_s, info.end_s) == (1710773350.0, 1710773369.9)
        assert log.columns("vehicle_attitude").time_s.size == 200


def test_a_latched_message_is_read_and_makes_no_log_longer() -> None:
    with open_log(DATA / "ulg_latched.ulg") as log:
        info = log.info
        assert (info.begin_s, info.end_s) == (3600.0, pytest.approx(3619.9))
        assert info.damage.is_none
        assert log.columns("parameter_update").time_s.tolist() == [2.0]


def stamped(name: str, times_us: dict[int, int], header_us: int | None = None) -> bytes:
    """A case with other times: of the rows of vehicle_attitude by their number, and of the header."""
    data = bytearray((DATA / name).read_bytes())
    if header_us is not None:
        data[8:16] = header_us.to_bytes(8, "little")
    place, row = 16, 0
    while place + 3 <= len(data):
        size, kind = int.from_bytes(data[place : place + 2], "little"), chr(data[place + 2])
        if kind == "D" and size > 20:
            if row in times_us:
                data[place + 5 : place + 13] = times_us[row].to_bytes(8, "little")
            row += 1
        place += 3 + size
    assert row == 200
    return bytes(data)


MINUTES_10_US = 600_000_000


@pytest.mark.parametrize(("ahead_us", "outliers"), [(MINUTES_10_US - 200_000, 0), (MINUTES_10_US + 200_000, 1)])
def test_a_time_far_from_those_around_it_is_counted_and_makes_no_log_longer(
    ahead_us: int, outliers: int, tmp_path: Path
) -> None:
    for name, begin_us in (("ulg_latched.ulg", 3_600_000_000), ("ulg_unix_clock.ulg", 1_710_773_350_000_000)):
        path = tmp_path / name
        path.write_bytes(stamped(name, {100: begin_us + 10_000_000 + ahead_us}))
        with open_log(path) as log:
            assert log.info.outliers == outliers + 1  # and the one that was latched
            assert log.columns("vehicle_attitude").time_s.size == 200
            assert log.info.begin_s == begin_us / 1e6
            long_s = log.info.end_s - log.info.begin_s if log.info.end_s is not None else 0.0
            assert long_s == pytest.approx(19.9 if outliers else 10.0 + ahead_us / 1e6)


def test_the_sample_is_not_as_long_as_a_mission_in_it_that_was_never_set() -> None:
    with open_log(shared_log(SAMPLE)) as log:
        assert log.info.end_s is not None
        assert log.info.begin_s is not None
        assert log.info.end_s - log.info.begin_s == pytest.approx(6.516648, abs=1e-5)


YEARS_10_US = 10 * 365 * 86_400_000_000


@pytest.mark.parametrize(("more_us", "refused"), [(0, 1), (-86_400_000_000, 1), (1, 1), (2**62, 1)])
def test_a_time_that_can_not_be_is_refused(more_us: int, refused: int, tmp_path: Path) -> None:
    path = tmp_path / "a.ulg"
    path.write_bytes(stamped("ulg_unix_clock.ulg", {100: 1_710_773_350_000_000 + YEARS_10_US + more_us}))
    with open_log(path) as log:
        assert log.info.damage.refused_times == refused
        assert log.columns("vehicle_attitude").time_s.size == 200 - refused


@pytest.mark.parametrize("header_us", [0, 2_000_000, 2**64 - 1, 1_710_773_350_000_000])
def test_where_the_header_is_wrong_the_bulk_of_the_data_counts(header_us: int, tmp_path: Path) -> None:
    path = tmp_path / "a.ulg"
    path.write_bytes(stamped("ulg_latched.ulg", {}, header_us))
    with open_log(path) as log:
        assert (log.info.time_base, log.info.begin_s, log.info.end_s) == (TimeBase.BOOT, 3600.0, pytest.approx(3619.9))


def test_times_are_utc_since_the_gps_told_it() -> None:
    with open_log(shared_log(SAMPLE)) as log:
        assert log.info.time_base is TimeBase.UTC
        gps = log.columns("vehicle_gps_position", ["time_utc_usec", "fix_type"])
        fixed = gps.values["fix_type"] >= 3
        assert np.abs(gps.values["time_utc_usec"][fixed] / 1e6 - gps.time_s[fixed]).max() < 1.0
        half_s = (gps.time_s[0] + gps.time_s[-1]) / 2
        late = log.columns("vehicle_gps_position", ["fix_type"], begin_s=half_s)
        assert 0 < late.time_s.size < gps.time_s.size
        assert late.time_s[0] >= half_s


def test_a_cut_log_keeps_what_is_before_the_cut(tmp_path: Path) -> None:
    data = shared_log(SAMPLE).read_bytes()
    rng = random.Random(5)
    last = 0
    for cut in sorted(rng.randrange(60_000, 300_000) for _ in range(8)):
        path = tmp_path / "cut.ulg"
        path.write_bytes(data[:cut])
        with open_log(path) as log:
            total = sum(one.count for one in log.info.messages)
            assert total >= last
            assert log.info.damage.parts == 0
            last = total


@pytest.mark.long
def test_random_damage_is_told_and_crashes_nothing(tmp_path: Path) -> None:
    data = shared_log(SAMPLE).read_bytes()[:150_000]
    rng = random.Random(11)
    opened = 0
    for _ in range(120):
        hurt = bytearray(data)
        for _ in range(rng.randrange(1, 60)):
            hurt[rng.randrange(len(hurt))] = rng.randrange(256)
        path = tmp_path / "hurt.ulg"
        path.write_bytes(hurt)
        try:
            with open_log(path) as log:
                opened += 1
                for one in log.info.messages:
                    log.columns(one.name, vehicle=one.vehicle)
        except LogError:
            continue
    assert opened > 60


def test_what_is_no_ulog_and_what_nobody_wants_any_more(tmp_path: Path) -> None:
    path = tmp_path / "no.ulg"
    path.write_bytes(b"nothing of that kind")
    with pytest.raises(LogError, match="no log"):
        open_log(path)

    def stop(share: float) -> None:
        raise CancelledError("enough")

    with pytest.raises(CancelledError):
        open_log(shared_log(SAMPLE), stop)
