# SPDX-License-Identifier: Apache-2.0
"""One flight in several logs, one after the other, is one flight in the logbook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Self

import msgspec
import pytest

from groundstation.app.logbook_reader import logbook_access
from groundstation.fleet.flight import Flight, ModeSpan, TimeBase
from groundstation.logs import logbook
from groundstation.logs.joined import APART_S, GAP_S, LONG_GAP_S, follows, join
from groundstation.logs.logbook import read_logbook

START_S = 1_700_000_000.0
FIRST = Flight(
    path="a.mcap", vehicle="fleet/uav-1", vehicle_name="fleet/uav-1", time_base=TimeBase.UTC, begin_s=START_S,
    end_s=START_S + 100.0, is_ended=False, begin_is_known=True, air_s=80.0, distance_m=500.0, max_height_home_m=40.0,
    battery_used_mah=300.0, battery_begin_v=12.6, battery_end_v=12.0, takeoff_lat_deg=41.0, takeoff_lon_deg=39.0,
    modes=(ModeSpan("GUIDED", START_S, START_S + 60.0), ModeSpan("AUTO", START_S + 60.0, START_S + 100.0)),
    boot_begin_s=1000.0, boot_end_s=1100.0, max_ground_speed_mps=9.0, operator="ada",
)  # fmt: skip


def second(gap_s: float = 3.0, boot_apart_s: float | None = 0.0, **more: object) -> Flight:
    begin_s = FIRST.end_s + gap_s
    boot_s = None if boot_apart_s is None else 1100.0 + gap_s + boot_apart_s
    usual = {
        "path": "b.mcap", "begin_s": begin_s, "end_s": begin_s + 50.0, "is_ended": True, "begin_is_known": False,
        "air_s": 45.0, "distance_m": 200.0, "max_height_home_m": 60.0, "battery_used_mah": 100.0,
        "battery_begin_v": 11.9, "battery_end_v": 11.5, "takeoff_lat_deg": None, "takeoff_lon_deg": None,
        "modes": (ModeSpan("AUTO", begin_s, begin_s + 20.0), ModeSpan("RTL", begin_s + 20.0, begin_s + 50.0)),
        "boot_begin_s": boot_s, "boot_end_s": None if boot_s is None else boot_s + 50.0, "operator": None,
    }  # fmt: skip
    return msgspec.structs.replace(FIRST, **{**usual, **more})


@pytest.mark.parametrize(
    ("gap_s", "boot_apart_s", "is_one"),
    [
        (3.0, 0.0, True),
        (GAP_S, None, True),
        (GAP_S + 1, None, False),
        (LONG_GAP_S, 0.0, True),
        (LONG_GAP_S + 1, 0.0, False),
        (60.0, APART_S, True),
        (60.0, APART_S + 0.1, False),
        (60.0, -1000.0, False),
        (-24.0, 0.0, True),
        (-25.0, 0.0, False),
    ],
)
def test_what_follows_on_a_flight(gap_s: float, boot_apart_s: float | None, is_one: bool) -> None:
    assert follows(FIRST, second(gap_s, boot_apart_s)) is is_one


@pytest.mark.parametrize(
    "more",
    [
        {"begin_is_known": True},
        {"path": "a.mcap"},
        {"vehicle": "fleet/uav-2"},
        {"vehicle": "sim/uav-1"},
        {"time_base": TimeBase.BOOT},
    ],
)
def test_what_does_not_follow(more: dict[str, object]) -> None:
    assert not follows(FIRST, second(**more))
    assert not follows(msgspec.structs.replace(FIRST, is_ended=True), second())


def test_the_whole_is_that_of_its_parts() -> None:
    whole = join([FIRST, second()])
    assert (whole.begin_s, whole.duration_s, whole.is_ended, whole.begin_is_known) == (START_S, 153.0, True, True)
    assert (whole.air_s, whole.distance_m, whole.battery_used_mah) == (125.0, 700.0, 400.0)
    assert (whole.max_height_home_m, whole.battery_begin_v, whole.battery_end_v) == (60.0, 12.6, 11.5)
    assert (whole.takeoff_lat_deg, whole.operator) == (41.0, "ada")
    assert [one.name for one in whole.modes] == ["GUIDED", "AUTO", "RTL"]
    assert (whole.modes[1].begin_s, whole.modes[1].end_s) == (START_S + 60.0, START_S + 123.0)


def test_what_two_logs_have_counts_once() -> None:
    assert join([FIRST, second(-20.0)]).distance_m == pytest.approx(500.0 + 200.0 * 30 / 50)


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Path]:
    """A folder of logs with given flights."""

    def made(**flown: tuple[Flight, ...]) -> Path:
        for name in flown:
            (tmp_path / f"{name}.mcap").write_bytes(b"log")
        monkeypatch.setattr(logbook, "open_log", lambda path, told: _Opened(path))
        monkeypatch.setattr(
            logbook,
            "flights",
            lambda log, on_progress: tuple(
                msgspec.structs.replace(one, path=str(log.path)) for one in flown[log.path.stem]
            ),
        )
        return tmp_path

    return made


class _Opened:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def test_a_flight_through_three_sessions_is_one_in_the_logbook_and_the_next_is_another(
    book: Callable[..., Path],
) -> None:
    middle = second(is_ended=False)
    last = second(gap_s=60.0, path="c")
    later = msgspec.structs.replace(FIRST, begin_s=START_S + 900, end_s=START_S + 950, is_ended=True)
    folder = book(a=(FIRST,), b=(middle,), c=(last, later))
    found = read_logbook(folder)
    assert [(round(one.flight.duration_s), one.duplicate_of) for one in found.entries] == [(210, None), (50, None)]
    assert [Path(one).stem for one in found.entries[0].parts] == ["b", "c"]
    rows = logbook_access(folder, folder / "cache").read(folder, lambda _: None)
    # the report of the later flight is that of the second one in its log
    assert [one.number for one in rows.entries] == [1, 2]
    (hours,) = logbook_access(folder, folder / "cache").totals(rows.entries)
    assert hours.flights == 2
