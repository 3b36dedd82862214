# SPDX-License-Identifier: Apache-2.0
"""The mission protocol as PX4 speaks it; the captured conversation is `px4_mission.tlog`."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

MISSION, FENCE, RALLY = 0, 1, 2
NAN = math.nan
PLACE = (409950000, 397720000, 22.1234567)
ACCEPTED, ERROR, UNSUPPORTED_FRAME, UNSUPPORTED = 0, 1, 2, 3


def _item(
    station, seq: int, command: int = 16, *, frame: int = 6, params=(1.5, 2.25, 0.1, 33.3), place=PLACE, kind: int = 0
):
    return station.mav.mission_item_int_encode(1, 1, seq, frame, command, int(seq == 0), 1, *params, *place, kind)


def _list(station, count: int = 4):
    return [_item(station, seq, 22 if seq == 0 else 16) for seq in range(count)]


def _count(station, count: int, kind: int = MISSION, component: int = 1) -> None:
    station.send(station.mav.mission_count_encode(1, component, count, kind))


def _upload(station, items, kind: int = MISSION) -> int | None:
    station.forget()
    _count(station, len(items), kind)
    for item in items:
        if station.all("MISSION_ACK"):
            break
        station.send(item)
    acks = station.all("MISSION_ACK")
    return acks[-1].type if acks else None


def _download(station, kind: int = MISSION, *, ends: bool = True):
    station.forget()
    station.send(station.mav.mission_request_list_encode(1, 1, kind))
    for seq in range(station.last("MISSION_COUNT").count):
        station.send(station.mav.mission_request_int_encode(1, 1, seq, kind))
    if ends:
        station.send(station.mav.mission_ack_encode(1, 1, 0, kind))
    return station.all("MISSION_ITEM_INT")


def test_an_upload_is_asked_for_by_the_float_name_first_and_then_by_the_other(px4) -> None:
    assert _upload(px4, _list(px4)) == ACCEPTED
    asked = [(m.get_type(), m.seq) for _, m in px4.heard if m.get_type().startswith("MISSION_REQUEST")]
    assert asked == [("MISSION_REQUEST", 0), *[("MISSION_REQUEST_INT", seq) for seq in (1, 2, 3)]]
    assert px4.texts() == []
    assert _upload(px4, _list(px4)) == ACCEPTED
    assert not px4.all("MISSION_REQUEST")


def test_a_station_that_does_not_take_one_name_is_asked_by_the_other_and_may_give_up(px4) -> None:
    _count(px4, 4)
    assert [m.get_type() for _, m in px4.heard if m.get_type().startswith("MISSION_REQUEST")] == ["MISSION_REQUEST"]
    px4.forget()
    px4.send(px4.mav.mission_ack_encode(1, 1, UNSUPPORTED, MISSION))
    assert [m.seq for m in px4.all("MISSION_REQUEST_INT")] == [0]
    px4.send(px4.mav.mission_ack_encode(1, 1, 15, MISSION))
    px4.forget()
    assert _upload(px4, _list(px4)) == ACCEPTED, "nothing holds it up any more"


def test_items_come_back_nearly_as_they_were_the_first_one_too(px4) -> None:
    items = [*_list(px4, 3), _item(px4, 3, 178, frame=2, params=(1, 5, -1, 0), place=(0, 0, 0))]
    items.append(_item(px4, 4, params=(0, 0, 0, NAN), frame=3))
    items.append(_item(px4, 5, frame=0))
    assert _upload(px4, items) == ACCEPTED
    back = _download(px4)
    assert [(m.command, m.frame, m.current) for m in back] == [
        (22, 6, 1),
        (16, 6, 0),
        (16, 6, 0),
        (178, 2, 0),
        (16, 6, 0),
        (16, 5, 0),
    ]
    assert (back[1].param1, back[1].param2, back[1].param3) == (1.5, 2.25, 0.0)
    assert back[1].param4 == pytest.approx(33.3, abs=1e-4)
    assert math.isnan(back[4].param4)
    assert (back[1].x, back[1].y, back[1].z) == (PLACE[0], PLACE[1], pytest.approx(PLACE[2], abs=1e-5))


def test_a_download_by_the_float_name_says_another_frame(px4) -> None:
    _upload(px4, _list(px4))
    px4.forget()
    px4.send(px4.mav.mission_request_list_encode(1, 1, 0))
    px4.send(px4.mav.mission_request_encode(1, 1, 1, 0))
    item = px4.last("MISSION_ITEM")
    assert (item.frame, item.x) == (3, pytest.approx(40.995, abs=1e-5))


def test_the_float_item_knows_no_integer_frame(px4) -> None:
    for frame, result in ((3, ACCEPTED), (6, UNSUPPORTED_FRAME)):
        px4.forget()
        _count(px4, 1)
        px4.send(px4.mav.mission_item_encode(1, 1, 0, frame, 16, 0, 1, 0, 0, 0, 0, 40.995, 39.772, 20, 0))
        assert px4.last("MISSION_ACK").type == result


@pytest.mark.parametrize(
    ("command", "frame", "place", "result"),
    [
        (31000, 6, PLACE, UNSUPPORTED),
        (16, 9, PLACE, UNSUPPORTED_FRAME),
        (178, 6, PLACE, UNSUPPORTED),
        (20, 3, PLACE, UNSUPPORTED),
        (18, 6, PLACE, UNSUPPORTED),
        (16, 6, (1_000_000_000, 0, 10), ACCEPTED),
        (16, 6, (2**31 - 1, 2**31 - 1, 10), ACCEPTED),
    ],
)
def test_a_refused_item_leaves_the_old_list_whole(px4, command: int, frame: int, place, result: int) -> None:
    _upload(px4, _list(px4, 4))
    new = [_item(px4, 0), _item(px4, 1, command, frame=frame, place=place)]
    assert _upload(px4, new) == result
    if result != ACCEPTED:
        assert px4.texts() == ["IGN MISSION_ITEM: Invalid item\t"]
    assert len(_download(px4)) == (2 if result == ACCEPTED else 4)


def test_a_wrong_number_is_asked_for_again_and_a_doubled_item_does_no_harm(px4) -> None:
    items = _list(px4)
    _count(px4, 4)
    px4.send(items[0])
    px4.send(items[0])
    px4.send(items[2])
    assert not px4.all("MISSION_ACK")
    px4.forget()
    px4.bench.run(0.3)
    assert [m.seq for m in px4.all("MISSION_REQUEST_INT")] == [1]
    for item in items[1:]:
        px4.send(item)
    assert px4.last("MISSION_ACK").type == ACCEPTED


def test_a_station_that_falls_silent_is_asked_every_quarter_second_and_given_up_with_a_text(px4) -> None:
    _upload(px4, _list(px4, 3))
    px4.forget()
    _count(px4, 6)
    px4.send(_item(px4, 0))
    px4.bench.run(5.2)
    times = px4.times("MISSION_REQUEST_INT")[1:]
    assert all(later - earlier == pytest.approx(0.26, abs=0.03) for earlier, later in pairwise(times))
    assert len(times) == pytest.approx(19, abs=1)
    assert px4.texts() == ["Operation timeout\t"]
    assert not px4.all("MISSION_ACK")
    assert len(_download(px4)) == 3


def test_a_download_without_a_last_word_blocks_the_next_upload(px4) -> None:
    _upload(px4, _list(px4))
    _download(px4, ends=False)
    px4.forget()
    _count(px4, 2)
    assert px4.last("MISSION_ACK").type == ERROR
    px4.send(px4.mav.mission_set_current_encode(1, 1, 2))
    assert px4.texts() == ["WPM: IGN MISSION_COUNT: Busy\t", "WPM: IGN WP CURR CMD: Busy\t"]
    px4.bench.run(5.1)
    assert px4.texts()[-1] == "Operation timeout\t"
    assert _upload(px4, _list(px4, 2)) == ACCEPTED


def test_while_it_uploads_everything_else_is_busy(px4) -> None:
    other = px4.bench.station(own_id=254)
    _count(px4, 3)
    px4.send(_item(px4, 0))
    _count(other, 2)
    assert other.last("MISSION_ACK").type == ERROR
    other.send(other.mav.mission_request_list_encode(1, 1, 0))
    other.send(other.mav.mission_clear_all_encode(1, 1, 0))
    assert other.texts() == [
        "WPM: REJ. CMD: Busy\t",
        "Mission download request ignored, already active\t",
        "WPM: IGN CLEAR CMD: Busy\t",
    ]


def test_set_current_is_answered_by_the_stream_alone(px4) -> None:
    px4.bench.run(0.5)
    assert not px4.all("MISSION_CURRENT")
    _upload(px4, _list(px4))
    px4.send(px4.mav.mission_set_current_encode(1, 1, 2))
    px4.forget()
    px4.bench.run(1.0)
    shown = px4.all("MISSION_CURRENT")
    assert len(shown) == pytest.approx(10, abs=1)
    assert {(m.seq, m.total, m.mission_state, m.mission_mode) for m in shown} == {(2, 0, 0, 0)}
    px4.send(px4.mav.mission_set_current_encode(1, 1, 99))
    assert px4.texts() == ["WPM: WP CURR CMD: Not in list\t"]


def test_beyond_the_end_and_partial_lists_meet_silence(px4) -> None:
    _upload(px4, _list(px4))
    px4.send(px4.mav.mission_request_list_encode(1, 1, 0))
    px4.forget()
    px4.send(px4.mav.mission_request_int_encode(1, 1, 9, 0))
    px4.send(px4.mav.mission_write_partial_list_encode(1, 1, 1, 2, 0))
    assert not [m for _, m in px4.heard if m.get_type().startswith("MISSION_") and m.get_type() != "MISSION_CURRENT"]


@pytest.mark.parametrize("component", [0, 190])
def test_other_components_are_answered_as_one(px4, component: int) -> None:
    _count(px4, 1, component=component)
    assert px4.last("MISSION_REQUEST").get_srcComponent() == 1


def test_kinds_that_do_not_exist_are_empty_and_can_be_cleared_together(px4) -> None:
    _upload(px4, _list(px4))
    for kind in (3, 255):
        px4.send(px4.mav.mission_request_list_encode(1, 1, kind))
        assert px4.last("MISSION_COUNT").count == 0
    px4.send(px4.mav.mission_clear_all_encode(1, 1, 255))
    assert px4.last("MISSION_ACK").type == ACCEPTED
    assert _download(px4) == []
    assert _upload(px4, []) == ACCEPTED


def test_a_fence_comes_back_as_if_it_were_a_mission(px4) -> None:
    corners = [
        _item(px4, seq, 5001, frame=0, params=(4, 0, 0, 0), place=(409940000 + seq, 397710000, 0), kind=FENCE)
        for seq in range(4)
    ]
    assert _upload(px4, corners, FENCE) == ACCEPTED
    back = _download(px4, FENCE)
    assert [(m.mission_type, m.frame, m.current, m.param1) for m in back] == [(0, 5, 1, 4.0)] * 4
    assert _upload(px4, [_item(px4, 0, 5100, frame=3, params=(0, 0, 0, 0), kind=RALLY)], RALLY) == ACCEPTED
    assert [m.mission_type for m in _download(px4, RALLY)] == [0]
