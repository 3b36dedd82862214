# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Iterable, Sequence

from groundstation.fleet.bands import Band, BandKind, Lane, without_gaps
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.landmarks import Landmark, LandmarkKind

KEY = VehicleKey("sim", "uav-1")
ARMED, DISARMED, GAP = BandKind.ARMED, BandKind.DISARMED, BandKind.GAP


def bands_of(landmarks: Iterable[Landmark], end_s: float, gaps: Sequence[tuple[float, float]] = ()) -> tuple[Band, ...]:
    lane = Lane()
    for one in landmarks:
        lane.add(one)
    last = lane.open_band(end_s)
    bands = [*lane.bands, *([last] if last is not None else [])]
    return tuple(part for band in bands for part in without_gaps(band, gaps))


def mark(at_s: float, kind: LandmarkKind, said: str = "") -> Landmark:
    return Landmark(at_s=at_s, kind=kind, key=KEY, said=said)


FLIGHT = (
    mark(1.0, LandmarkKind.ONLINE),
    mark(1.0, LandmarkKind.MODE, "GUIDED"),
    mark(2.0, LandmarkKind.EVENT),
    mark(5.0, LandmarkKind.ARMED),
    mark(8.0, LandmarkKind.MODE, "AUTO"),
    mark(10.0, LandmarkKind.STALE),
    mark(12.0, LandmarkKind.OFFLINE),
    mark(15.0, LandmarkKind.ONLINE),
    mark(20.0, LandmarkKind.DISARMED),
)


def test_a_lane_tells_armed_modes_and_when_nothing_was_heard() -> None:
    assert bands_of(FLIGHT, 25.0) == (
        Band(1.0, 5.0, DISARMED, "GUIDED"),
        Band(5.0, 8.0, ARMED, "GUIDED"),
        Band(8.0, 10.0, ARMED, "AUTO"),
        Band(10.0, 15.0, GAP),
        Band(15.0, 20.0, ARMED, "AUTO"),
        Band(20.0, 25.0, DISARMED, "AUTO"),
    )


def test_a_gap_of_the_recording_cuts_what_it_lies_in() -> None:
    found = bands_of(FLIGHT, 25.0, [(6.0, 9.0), (11.0, 13.0), (24.0, 30.0)])
    assert found == (
        Band(1.0, 5.0, DISARMED, "GUIDED"),
        Band(5.0, 6.0, ARMED, "GUIDED"),
        Band(6.0, 8.0, GAP),
        Band(8.0, 9.0, GAP),
        Band(9.0, 10.0, ARMED, "AUTO"),
        Band(10.0, 15.0, GAP),
        Band(15.0, 20.0, ARMED, "AUTO"),
        Band(20.0, 24.0, DISARMED, "AUTO"),
        Band(24.0, 25.0, GAP),
    )


def test_who_never_said_anything_has_no_lane_and_the_end_cuts_none_away() -> None:
    assert bands_of((), 10.0) == ()
    assert bands_of(FLIGHT[:1], 1.0) == ()
