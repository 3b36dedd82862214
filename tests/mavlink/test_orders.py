# SPDX-License-Identifier: Apache-2.0
"""Orders as bytes, held against pymavlink's own packing; and the same order in the form that an answer asks for."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace
from pymavlink.dialects.v20 import ardupilotmega as dialect

from groundstation.fleet.commands import CommandState, Reason
from groundstation.mavlink import orders
from groundstation.mavlink.dialect import MSGIDS, unpack
from groundstation.mavlink.frames import frame_bytes
from groundstation.mavlink.handshakes import (
    ANSWER_S,
    COMMAND_ACK,
    OUTCOMES,
    PARAM_VALUE,
    PROGRESS_S,
    QUERY_ANSWER_S,
    QUERY_TRIES,
    Handshake,
    MavResult,
)
from groundstation.mavlink.orders import INT32_MAX, NAN, Form, Order
from groundstation.mavlink.stream_requests import Outbound

PLACE = orders.at_place(192, (-1.0, 1, 0, NAN), 41.1234567, -39.7654321, 55.5, 3)


def frame(order: Order, confirmation: int = 0) -> bytes:
    msgid, payload = orders.message(order, 7, 1, confirmation)
    return frame_bytes(msgid, payload, 3, 255, 190)


def pymavlink(message: dialect.MAVLink_message) -> bytes:
    sender = dialect.MAVLink(None, srcSystem=255, srcComponent=190)
    sender.seq = 3
    return bytes(message.pack(sender))


# ---- bytes ----


@pytest.mark.parametrize("params", [(), (1,), (0, 21196), (1, 2.5, -3, 4, 5, 6, 7), (0, 0, 0, NAN, NAN, NAN, 40.5)])
def test_a_command_long_is_packed_as_by_pymavlink(params: tuple[float, ...]) -> None:
    seven = (*params, *(0,) * (7 - len(params)))
    expected = dialect.MAVLink_command_long_message(7, 1, 400, 2, *seven)
    assert frame(orders.long(400, *params), 2) == pymavlink(expected)


def test_a_command_int_is_packed_as_by_pymavlink() -> None:
    expected = dialect.MAVLink_command_int_message(
        7, 1, 3, 192, 0, 0, -1.0, 1, 0, math.nan, 411234567, -397654321, 55.5
    )
    assert frame(PLACE) == pymavlink(expected)


def test_a_parameter_is_packed_as_by_pymavlink() -> None:
    for name in ("TKOFF_ALT", "SIXTEEN_LETTERS_"):
        order = Order(form=Form.PARAM_SET, parameter=name, params=(42.5, 0, 0, 0, 0, 0, 0))
        expected = dialect.MAVLink_param_set_message(7, 1, name.encode(), 42.5, dialect.MAV_PARAM_TYPE_REAL32)
        assert frame(order) == pymavlink(expected)


def test_the_current_item_is_packed_as_by_pymavlink() -> None:
    order = Order(form=Form.MISSION_SET_CURRENT, params=(513, 0, 0, 0, 0, 0, 0))
    assert frame(order) == pymavlink(dialect.MAVLink_mission_set_current_message(7, 1, 513))


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg", "x", "y"),
    [
        (NAN, NAN, INT32_MAX, INT32_MAX),
        (0.0, 0.0, 0, 0),
        (-90.0, 180.0, -900_000_000, 1_800_000_000),
        (89.99999999, -179.99999999, 900_000_000, -1_800_000_000),
        (1e6, -1e6, INT32_MAX, -INT32_MAX - 1),
    ],
)
def test_unknown_places_are_marked_and_none_goes_round_the_world(
    lat_deg: float, lon_deg: float, x: int, y: int
) -> None:
    fields = unpack(*orders.message(orders.at_place(16, (), lat_deg, lon_deg, 0.0, 0), 1, 1))
    assert (fields["x"], fields["y"]) == (x, y)


def test_what_is_no_place_is_not_scaled() -> None:
    order = replace(orders.long(31_010, 0, 0, 0, 0, 5.4, -6.6), form=Form.INT)
    fields = unpack(*orders.message(order, 1, 1))
    assert (fields["x"], fields["y"]) == (5, -7)


# ---- words ----


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (orders.long(400, 1), "COMMAND_LONG COMPONENT_ARM_DISARM (400): 1"),
        (orders.long(300), "COMMAND_LONG MISSION_START (300): no parameters"),
        (orders.long(65_000, 0, 2), "COMMAND_LONG command 65000 (65000): 0, 2"),
        (PLACE, "COMMAND_INT DO_REPOSITION (192) frame 3: -1, 1, 0, nan, 41.1234567, -39.7654321, 55.5"),
        (Order(form=Form.PARAM_SET, parameter="A", params=(2.5, 0, 0, 0, 0, 0, 0)), "PARAM_SET A = 2.5"),
        (Order(form=Form.MISSION_SET_CURRENT, params=(5, 0, 0, 0, 0, 0, 0)), "MISSION_SET_CURRENT 5"),
    ],
)
def test_an_order_is_described(order: Order, words: str) -> None:
    assert orders.described(order) == words


# ---- the conversation about one ----


def acked(handshake: Handshake, result: int, percent: int, now_s: float) -> list[Outbound]:
    fields = {"command": handshake.command, "result": result, "progress": percent}
    return handshake.take(COMMAND_ACK, fields, now_s)


def begun(order: Order) -> Handshake:
    handshake = Handshake(order, 7, 1)
    assert len(handshake.start(0.0)) == 1
    return handshake


def test_what_changes_something_is_sent_once_and_given_up() -> None:
    handshake = begun(orders.long(400, 1))
    sent = [message for tick in range(200) for message in handshake.tick(tick / 20)]
    assert not sent
    assert handshake.is_over
    assert handshake.outcome is None
    assert begun(orders.long(400, 1)).tick(ANSWER_S - 0.01) == []


def test_a_harmless_one_is_repeated_with_its_count() -> None:
    handshake = begun(Order(command=410, is_query=True))
    sent = [unpack(*message) for tick in range(200) for message in handshake.tick(tick / 20)]
    assert [one["confirmation"] for one in sent] == list(range(1, QUERY_TRIES))
    assert handshake.is_over
    assert QUERY_TRIES * QUERY_ANSWER_S < 10.0


def test_the_other_form_is_sent_once_with_the_same_content() -> None:
    handshake = begun(PLACE)
    [(msgid, payload)] = acked(handshake, MavResult.COMMAND_LONG_ONLY, 255, 1.0)
    assert msgid == MSGIDS["COMMAND_LONG"]
    fields = unpack(msgid, payload)
    assert (fields["command"], fields["param2"], fields["param7"]) == (192, 1.0, 55.5)
    assert fields["param5"] == pytest.approx(41.1234567, abs=1e-5)
    assert acked(handshake, MavResult.COMMAND_INT_ONLY, 255, 2.0) == []
    assert handshake.outcome is not None
    assert (handshake.outcome.state, handshake.outcome.reason) == (CommandState.REJECTED, Reason.FORM)


def test_the_other_frame_is_tried_once_and_only_where_there_is_one() -> None:
    handshake = begun(PLACE)
    [(_, payload)] = acked(handshake, MavResult.UNSUPPORTED_MAV_FRAME, 255, 1.0)
    assert unpack(MSGIDS["COMMAND_INT"], payload)["frame"] == 6
    assert acked(handshake, MavResult.UNSUPPORTED_MAV_FRAME, 255, 2.0) == []
    assert handshake.is_over
    long = begun(orders.long(400, 1))
    assert acked(long, MavResult.UNSUPPORTED_MAV_FRAME, 255, 1.0) == [], "a COMMAND_LONG has no frame"
    assert long.is_over


def test_in_progress_gives_time_and_ends_the_repetitions() -> None:
    handshake = begun(Order(command=241, is_query=True))
    assert acked(handshake, MavResult.IN_PROGRESS, 40, 0.5) == []
    assert handshake.progress == 0.4
    assert handshake.tick(0.5 + PROGRESS_S - 0.1) == []
    assert not handshake.is_over
    acked(handshake, MavResult.IN_PROGRESS, 255, 5.0)
    assert handshake.progress is None
    acked(handshake, MavResult.ACCEPTED, 0, 6.0)
    assert handshake.outcome == OUTCOMES[MavResult.ACCEPTED]


def test_after_its_end_it_hears_nothing() -> None:
    handshake = begun(orders.long(400, 1))
    acked(handshake, MavResult.FAILED, 0, 1.0)
    acked(handshake, MavResult.ACCEPTED, 0, 1.1)
    assert (handshake.result, handshake.command) == (MavResult.FAILED, 0)


@pytest.mark.parametrize(("echo", "result"), [(42.5, MavResult.ACCEPTED), (42.6, None), (NAN, None)])
def test_the_echo_of_a_parameter_is_its_answer(echo: float, result: MavResult | None) -> None:
    handshake = begun(Order(form=Form.PARAM_SET, parameter="A", params=(42.5, 0, 0, 0, 0, 0, 0), is_query=True))
    handshake.take(PARAM_VALUE, {"param_id": "B", "param_value": 42.5}, 1.0)
    assert not handshake.is_over
    handshake.take(PARAM_VALUE, {"param_id": "A", "param_value": echo}, 1.0)
    assert handshake.result is result


def test_a_message_without_an_answer_is_over_when_it_is_sent() -> None:
    handshake = begun(Order(form=Form.MISSION_SET_CURRENT))
    assert handshake.is_over
    assert handshake.result is MavResult.ACCEPTED


def test_a_parameters_other_value_is_waited_out_and_a_failure_when_it_stays() -> None:
    order = Order(form=Form.PARAM_SET, parameter="TKOFF_ALT", params=(30, 0, 0, 0, 0, 0, 0), is_query=True)
    patient, stubborn = Handshake(order, 1, 1), Handshake(order, 1, 1)
    for one in (patient, stubborn):
        one.start(0.0)
        one.take(PARAM_VALUE, {"param_id": "TKOFF_ALT", "param_value": 50.0}, 1.0)
        one.take(PARAM_VALUE, {"param_id": "OTHER", "param_value": 30.0}, 1.0)
        assert not one.is_over
    patient.take(PARAM_VALUE, {"param_id": "TKOFF_ALT", "param_value": 30.0}, 1.0)
    assert patient.result == MavResult.ACCEPTED
    for number in range(1, 5):
        stubborn.tick(number * 1.1)
    assert stubborn.is_over
    assert stubborn.result == MavResult.FAILED
