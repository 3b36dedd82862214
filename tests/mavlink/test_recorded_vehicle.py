# SPDX-License-Identifier: Apache-2.0
"""Whatever a station waits for is answered by a recording, and nothing is accepted. Stations speak pymavlink here."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from groundstation.mavlink.dialect import DEFINITIONS, MSGIDS, unpack
from groundstation.mavlink.frames import FrameParser, frame_bytes, payload_of, with_header
from groundstation.mavlink.recorded_vehicle import NOTHING_RECORDED, Parameter, RecordedVehicle

PARAMETERS = (Parameter("WPNAV_SPEED", 500.0), Parameter("SYSID_THISMAV", 3.0, 4))
VERSION = 148
STATION = mavlink.MAVLink(None, srcSystem=255, srcComponent=190)
EVERY_ORDER = sorted(number for number in mavlink.enums["MAV_CMD"] if number not in (512, 520) and number < 65_536)


def vehicle(parameters: tuple[Parameter, ...] = PARAMETERS) -> RecordedVehicle:
    recorded = {VERSION: bytes(DEFINITIONS[VERSION].layout.size)}
    return RecordedVehicle(3, 1, parameters, recorded.get)


def asked(message: Any, of: RecordedVehicle | None = None) -> list[tuple[str, dict[str, Any]]]:
    """Names and fields of what is answered to a message of pymavlink."""
    raw = bytes(message.pack(STATION))
    answers = (of or vehicle()).answers(message.get_msgId(), payload_of(raw), (255, 190), 12.5)
    return [(DEFINITIONS[msgid].name, unpack(msgid, payload)) for msgid, payload in answers]


def test_every_command_there_is_is_denied() -> None:
    one = vehicle()
    for command in EVERY_ORDER:
        for message in (
            mavlink.MAVLink_command_long_message(3, 1, command, 0, 1, 0, 0, 0, 0, 0, 0),
            mavlink.MAVLink_command_int_message(0, 0, 3, command, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        ):
            ((name, fields),) = asked(message, one)
            assert (name, fields["command"], fields["result"]) == ("COMMAND_ACK", command, mavlink.MAV_RESULT_DENIED)
            assert (fields["target_system"], fields["target_component"]) == (255, 190)
    assert one.refused == 2 * len(EVERY_ORDER)
    assert len(EVERY_ORDER) > 100


@pytest.mark.parametrize(
    ("target", "component", "is_answered"),
    [(3, 1, True), (3, 0, True), (0, 0, True), (4, 1, False), (3, 154, False)],
)
def test_only_what_is_meant_for_it_is_answered(target: int, component: int, is_answered: bool) -> None:
    order = mavlink.MAVLink_command_long_message(target, component, 400, 0, 1, 0, 0, 0, 0, 0, 0)
    assert bool(asked(order)) is is_answered


def test_what_was_recorded_is_told_again_and_what_was_not_is_unsupported() -> None:
    def request(command: int, param: float) -> list[tuple[str, dict[str, Any]]]:
        return asked(mavlink.MAVLink_command_long_message(3, 1, command, 0, param, 0, 0, 0, 0, 0, 0))

    for found in (request(512, VERSION), request(520, 1)):
        assert [name for name, _ in found] == ["COMMAND_ACK", "AUTOPILOT_VERSION"]
        assert found[0][1]["result"] == mavlink.MAV_RESULT_ACCEPTED
    for wanted in (MSGIDS["ATTITUDE"], 16_000_000, -1.0, float("nan"), float("inf"), 1e30):
        ((_, fields),) = request(512, wanted)
        assert fields["result"] == mavlink.MAV_RESULT_UNSUPPORTED


def test_a_list_of_parameters_is_whole_and_none_can_be_set() -> None:
    found = asked(mavlink.MAVLink_param_request_list_message(3, 1))
    assert [(one["param_id"], one["param_value"], one["param_type"]) for _, one in found] == [
        ("WPNAV_SPEED", 500.0, 9),
        ("SYSID_THISMAV", 3.0, 4),
    ]
    assert [(one["param_index"], one["param_count"]) for _, one in found] == [(0, 2), (1, 2)]
    (name, kept), (error_name, error) = asked(mavlink.MAVLink_param_set_message(3, 1, b"WPNAV_SPEED", 900.0, 9))
    assert (name, kept["param_value"], error_name, error["error"]) == ("PARAM_VALUE", 500.0, "PARAM_ERROR", 5)
    for message in (
        mavlink.MAVLink_param_set_message(3, 1, b"NO_SUCH", 1.0, 9),
        mavlink.MAVLink_param_request_read_message(3, 1, b"NO_SUCH", -1),
        mavlink.MAVLink_param_request_read_message(3, 1, b"", 2),
    ):
        ((name, fields),) = asked(message)
        assert (name, fields["error"]) == ("PARAM_ERROR", mavlink.MAV_PARAM_ERROR_DOES_NOT_EXIST)
    ((_, read),) = asked(mavlink.MAVLink_param_request_read_message(3, 1, b"", 1))
    assert read["param_id"] == "SYSID_THISMAV"


def test_a_recording_without_parameters_has_a_list_that_ends() -> None:
    ((_, only),) = asked(mavlink.MAVLink_param_request_list_message(3, 1), vehicle(()))
    assert (only["param_id"], only["param_count"]) == (NOTHING_RECORDED[0].name, 1)


@pytest.mark.parametrize(
    "message",
    [
        mavlink.MAVLink_mission_request_list_message(3, 1, 1),
        mavlink.MAVLink_mission_count_message(3, 1, 5, 1),
        mavlink.MAVLink_mission_request_int_message(3, 1, 0, 1),
        mavlink.MAVLink_mission_clear_all_message(3, 1, 1),
    ],
    ids=lambda one: one.get_type(),
)
def test_missions_are_denied(message: Any) -> None:
    ((name, fields),) = asked(message)
    assert (name, fields["type"], fields["mission_type"]) == ("MISSION_ACK", mavlink.MAV_MISSION_DENIED, 1)


def test_modes_logs_and_files_are_refused_in_their_own_words() -> None:
    ((name, fields),) = asked(mavlink.MAVLink_set_mode_message(3, 1, 4))
    assert (name, fields["command"], fields["result"]) == ("COMMAND_ACK", 11, mavlink.MAV_RESULT_DENIED)
    ((name, fields),) = asked(mavlink.MAVLink_log_request_list_message(3, 1, 0, 0xFFFF))
    assert (name, fields["num_logs"]) == ("LOG_ENTRY", 0)
    head = struct.pack("<HBBBBBxI", 7, 0, 4, 10, 0, 0, 0) + b"@PARAM/par"
    ((name, fields),) = asked(mavlink.MAVLink_file_transfer_protocol_message(0, 3, 1, [*head.ljust(251, b"\0")]))
    assert name == "FILE_TRANSFER_PROTOCOL"
    assert [*fields["payload"][:6]] == [8, 0, 0, 129, 1, 4]
    assert fields["payload"][12] == 10


def test_clocks_and_pings_are_answered_once() -> None:
    ((name, fields),) = asked(mavlink.MAVLink_timesync_message(0, 99))
    assert (name, fields["tc1"], fields["ts1"]) == ("TIMESYNC", 12_500_000_000, 99)
    assert asked(mavlink.MAVLink_timesync_message(1, 99)) == []
    ((name, fields),) = asked(mavlink.MAVLink_ping_message(5, 6, 0, 0))
    assert (name, fields["seq"], fields["target_system"]) == ("PING", 6, 255)
    assert asked(mavlink.MAVLink_ping_message(5, 6, 3, 1)) == []


def test_what_has_no_answer_has_none() -> None:
    stick = mavlink.MAVLink_manual_control_message(3, 0, 0, 0, 0, 0)
    assert asked(stick) == []


@pytest.mark.parametrize("version", [1, 2])
def test_a_frame_gets_another_system_and_is_whole(version: int) -> None:
    writer = mavlink.MAVLink(None, srcSystem=1, srcComponent=1)
    message = mavlink.MAVLink_attitude_message(1, 0.1, 0.2, 0.3, 0, 0, 0)
    raw = bytes(message.pack(writer, force_mavlink1=version == 1))
    (frame,) = FrameParser().feed(with_header(raw, 200, 77))
    assert (frame.sysid, frame.compid, frame.seq, frame.version) == (77, 1, 200, version)
    assert frame.payload == payload_of(raw)


def test_a_signed_frame_loses_its_signature() -> None:
    raw = bytearray(frame_bytes(MSGIDS["HEARTBEAT"], bytes([1] * 9), 1, 1, 1))
    raw[2] = 1
    (frame,) = FrameParser().feed(with_header(bytes(raw) + bytes(13), 2, 5))
    assert (frame.is_signed, frame.sysid) == (False, 5)
