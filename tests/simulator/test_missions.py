# SPDX-License-Identifier: Apache-2.0
"""The mission protocol as ArduPilot speaks it; the captured conversation is `copter_mission.tlog`."""

from __future__ import annotations

import pytest

MISSION, FENCE, RALLY = 0, 1, 2
PLACE = (409950000, 397720000, 22.1234567)


def _item(station, seq: int, command: int = 16, *, frame: int = 3, params=(0, 0, 0, 0), place=PLACE, kind: int = 0):
    return station.mav.mission_item_int_encode(1, 1, seq, frame, command, 0, 1, *params, *place, kind)


def _count(station, count: int, kind: int = MISSION) -> None:
    station.send(station.mav.mission_count_encode(1, 1, count, kind))


def _upload(station, items, kind: int = MISSION) -> int:
    """Answer the vehicle's requests in order; return the MISSION_ACK's type."""
    station.forget()
    _count(station, len(items), kind)
    for item in items:
        if station.all("MISSION_ACK"):
            break
        station.send(item)
    return station.last("MISSION_ACK").type


def _download(station, kind: int = MISSION):
    station.forget()
    station.send(station.mav.mission_request_list_encode(1, 1, kind))
    count = station.last("MISSION_COUNT").count
    for seq in range(count):
        station.send(station.mav.mission_request_int_encode(1, 1, seq, kind))
    return station.all("MISSION_ITEM_INT")


def _list(station, count: int = 4):
    return [_item(station, seq, 22 if seq == 1 else 16) for seq in range(count)]


def test_an_upload_is_asked_for_by_the_float_name_and_ends_with_a_text(copter) -> None:
    assert _upload(copter, _list(copter)) == 0
    assert [m.seq for m in copter.all("MISSION_REQUEST")] == [0, 1, 2, 3]
    assert copter.texts() == ["Flight plan received"]
    assert not copter.all("MISSION_REQUEST_INT")


def test_a_list_comes_back_rounded_with_home_in_front(copter, plane) -> None:
    items = [
        lambda s: _item(s, 0, place=(1, 2, 3.0)),
        lambda s: _item(s, 1, 22),
        lambda s: _item(s, 2, 16, params=(1.5, 2.25, 0.1, 33.3)),
        lambda s: _item(s, 3, 178, frame=2, params=(1, 5, -1, 0), place=(0, 0, 0)),
    ]
    for station, kept in ((copter, (1.0, 0.0, 0.0, 0.0)), (plane, (0.0, 2.0, 0.0, 0.0))):
        assert _upload(station, [make(station) for make in items]) == 0
        home, _, waypoint, speed = _download(station)
        assert (home.frame, home.command) == (0, 16)
        assert home.x == station.vehicle.field.scaled(*station.vehicle.home[:2])[0]
        assert (waypoint.param1, waypoint.param2, waypoint.param3, waypoint.param4) == kept
        assert waypoint.z == pytest.approx(22.1199989, abs=1e-7)
        assert (waypoint.x, waypoint.y, waypoint.current) == (409950000, 397720000, 0)
        assert (speed.frame, speed.param2) == (0, 5.0)


def test_before_home_is_known_item_0_is_0_0(bench) -> None:
    station = bench(ready=False).station()
    station.bench.run(3.0)
    _upload(station, _list(station, 2))
    assert (_download(station)[0].x, _download(station)[0].y) == (0, 0)


def test_the_float_download_warns(copter) -> None:
    _upload(copter, _list(copter))
    copter.forget()
    copter.send(copter.mav.mission_request_encode(1, 1, 0, 0))
    copter.send(copter.mav.mission_request_encode(1, 1, 1, 0))
    assert [m.seq for m in copter.all("MISSION_ITEM")] == [0, 1]
    assert copter.texts() == ["got MISSION_REQUEST; use MISSION_REQUEST_INT!"]


def test_a_float_item_is_taken_too(copter) -> None:
    _count(copter, 2)
    for seq in (0, 1):
        copter.send(copter.mav.mission_item_encode(1, 1, seq, 3, 16, 0, 1, 0, 0, 0, 0, 40.995, 39.772, 20.0, 0))
    assert copter.last("MISSION_ACK").type == 0
    assert _download(copter)[1].x == pytest.approx(409950000, abs=20)


def test_an_item_beyond_the_end_is_answered_by_the_count_and_an_error(copter) -> None:
    _upload(copter, _list(copter))
    copter.forget()
    copter.send(copter.mav.mission_request_int_encode(1, 1, 55, 0))
    assert copter.last("MISSION_COUNT").count == 4
    assert copter.last("MISSION_ACK").type == 1


def test_a_wrong_number_ends_the_upload_with_13(copter) -> None:
    _count(copter, 10)
    copter.send(_item(copter, 0))
    copter.send(_item(copter, 4))
    assert copter.last("MISSION_ACK").type == 13
    copter.forget()
    copter.bench.run(2.0)
    assert not copter.all("MISSION_REQUEST")


def test_the_same_item_twice_is_answered_by_13_and_the_upload_goes_on(copter) -> None:
    _count(copter, 4)
    copter.send(_item(copter, 0))
    copter.send(_item(copter, 1))
    copter.send(_item(copter, 1))
    assert copter.last("MISSION_ACK").type == 13
    copter.send(_item(copter, 2))
    assert copter.last("MISSION_REQUEST").seq == 3


def test_silence_is_asked_again_every_second_and_cancelled_after_eight(copter) -> None:
    _count(copter, 10)
    copter.send(_item(copter, 0))
    copter.forget()
    began_s = copter.bench.airfield.now_s
    copter.bench.run(9.0)
    asked = [round(at_s - began_s, 1) for at_s in copter.times("MISSION_REQUEST")]
    assert asked == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    assert copter.last("MISSION_ACK").type == 15
    assert copter.times("MISSION_ACK")[0] - began_s == pytest.approx(8.0, abs=0.05)
    assert copter.texts() == ["Mission upload timeout"]


@pytest.mark.parametrize(
    ("bad", "result"),
    [
        ({"command": 31000}, 3),
        ({"frame": 42}, 2),
        ({"place": (1_000_000_000, 0, 10.0)}, 10),
        ({"place": (2**31 - 1, 0, 10.0)}, 10),
    ],
)
def test_a_refused_item_leaves_a_mixture(copter, bad, result: int) -> None:
    old = [_item(copter, seq, 22 if seq == 1 else 16, place=(400000000, 390000000, 5.0)) for seq in range(10)]
    assert _upload(copter, old) == 0
    new = _list(copter, 5)
    new[3] = _item(copter, 3, **bad)
    assert _upload(copter, new) == result
    assert [item.x for item in _download(copter)[1:]] == [409950000, 409950000, 400000000, 400000000]


def test_counts(copter) -> None:
    assert _upload(copter, _list(copter)) == 0
    assert _upload(copter, []) == 0
    assert copter.texts() == ["Flight plan received"]
    _count(copter, 5000)
    assert copter.last("MISSION_ACK").type == 4
    assert copter.texts()[-1] == "Only 650 items are supported"


def test_another_station_is_denied_while_one_uploads(copter) -> None:
    other = copter.bench.station(own_id=254)
    _count(copter, 5)
    _count(other, 3)
    assert other.last("MISSION_ACK").type == 14
    copter.send(copter.mav.mission_request_list_encode(1, 1, 0))
    assert copter.last("MISSION_ACK").type == 14
    copter.send(copter.mav.mission_clear_all_encode(1, 1, 0))
    assert copter.last("MISSION_ACK").type == 1
    _count(copter, 2)
    assert copter.last("MISSION_REQUEST").seq == 0


def test_clearing(copter) -> None:
    _upload(copter, _list(copter))
    copter.send(copter.mav.mission_clear_all_encode(1, 1, 255))
    assert copter.last("MISSION_ACK").type == 3
    assert len(_download(copter)) == 4
    copter.send(copter.mav.mission_clear_all_encode(1, 1, 0))
    assert copter.last("MISSION_ACK").type == 0
    assert _download(copter) == []


@pytest.mark.parametrize("kind", [3, 255])
def test_a_list_of_an_unknown_type_is_refused(copter, kind: int) -> None:
    copter.send(copter.mav.mission_request_list_encode(1, 1, kind))
    assert copter.last("MISSION_ACK").type == 3


def test_a_part_of_the_list_can_be_replaced(copter) -> None:
    _upload(copter, _list(copter, 6))
    copter.send(copter.mav.mission_write_partial_list_encode(1, 1, 2, 3, 0))
    for seq in (2, 3):
        assert copter.last("MISSION_REQUEST").seq == seq
        copter.send(_item(copter, seq, place=(123, 456, 7.0)))
    assert [item.x for item in _download(copter)][2:5] == [123, 123, 409950000]


def test_fence_and_rally_have_lists_of_their_own(copter) -> None:
    fence = [_item(copter, seq, 5001, params=(4, 0, 0, 0), kind=FENCE) for seq in range(4)]
    assert _upload(copter, fence, FENCE) == 0
    assert copter.texts() == ["Fence Indexed OK"]
    assert copter.all("STATUSTEXT")[0].severity == 7
    assert [item.autocontinue for item in _download(copter, FENCE)] == [0] * 4
    assert _upload(copter, fence[:2], FENCE) == 0
    two = [_item(copter, seq, 5001, params=(2, 0, 0, 0), kind=FENCE) for seq in range(2)]
    assert _upload(copter, two, FENCE) == 1
    assert _upload(copter, [_item(copter, 0, 5100, kind=RALLY)], RALLY) == 0
    assert len(_download(copter, RALLY)) == 1
    assert _download(copter) == []


def test_the_current_item_is_set_and_a_wrong_one_changes_nothing(copter) -> None:
    _upload(copter, _list(copter))
    for seq, shown in ((2, 2), (99, 2)):
        copter.send(copter.mav.mission_set_current_encode(1, 1, seq))
        assert copter.last("MISSION_CURRENT").seq == shown
    assert copter.command(224, 3) == 0
    assert copter.command(224, 99) == 2
    assert copter.last("MISSION_CURRENT").total == 3
