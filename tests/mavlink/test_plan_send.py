# SPDX-License-Identifier: Apache-2.0
"""Giving a short mission, with everything that is lost, doubled or refused; all by ticks."""

from __future__ import annotations

import pytest
from pymavlink.dialects.v20 import ardupilotmega as dialect

from groundstation.fleet.commands import CommandState, Reason
from groundstation.fleet.identity import Autopilot
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind
from groundstation.mavlink.dialect import MSGIDS, unpack
from groundstation.mavlink.frames import frame_bytes
from groundstation.mavlink.handshakes import COMMAND_ACK
from groundstation.mavlink.plan_send import (
    COUNT_S,
    COUNT_TRIES,
    INVALID_SEQUENCE,
    MISSION_ACK,
    MISSION_REQUEST,
    MISSION_REQUEST_INT,
    SILENCE_S,
    PlanSend,
    Upload,
)
from groundstation.mavlink.plan_wire import with_home, without_home

ITEMS = tuple(PlanItem(command=16 + n, frame=3, x=41.5 + n, y=-39.25, z=10.0 * n) for n in range(3))


def begun(items: tuple[PlanItem, ...] = ITEMS) -> PlanSend:
    upload = PlanSend(Upload(items), 7, 1)
    [(msgid, payload)] = upload.start(0.0)
    assert (msgid, unpack(msgid, payload)["count"]) == (MSGIDS["MISSION_COUNT"], len(items))
    return upload


def asked(upload: PlanSend, seq: int, now_s: float, msgid: int = MISSION_REQUEST) -> list[int]:
    messages = upload.take(msgid, {"seq": seq, "mission_type": 0}, now_s)
    assert all(one == MSGIDS["MISSION_ITEM_INT"] for one, _ in messages)
    return [unpack(*message)["seq"] for message in messages]


def acked(upload: PlanSend, kind: int, now_s: float = 1.0) -> None:
    assert upload.take(MISSION_ACK, {"type": kind, "mission_type": 0}, now_s) == []


@pytest.mark.parametrize("msgid", [MISSION_REQUEST, MISSION_REQUEST_INT])
def test_each_request_gets_its_item_and_the_ack_is_the_end(msgid: int) -> None:
    upload = begun()
    assert [asked(upload, seq, seq * 0.2, msgid) for seq in range(3)] == [[0], [1], [2]]
    acked(upload, 0)
    assert upload.is_over
    assert upload.outcome is not None
    assert upload.outcome.state is CommandState.ACCEPTED
    assert asked(upload, 0, 2.0) == []
    assert upload.tick(100.0) == []


def test_an_item_is_packed_as_by_pymavlink() -> None:
    item = PlanItem(command=21, frame=3, x=-41.1234567, y=39.7654321, z=12.5, params=(1.0, 2.0, 3.0, 4.0))
    upload = begun((item,))
    [(msgid, payload)] = upload.take(MISSION_REQUEST, {"seq": 0, "mission_type": 0}, 0.0)
    expected = dialect.MAVLink_mission_item_int_message(
        7, 1, 0, 3, 21, 0, 1, 1.0, 2.0, 3.0, 4.0, -411234567, 397654321, 12.5
    )
    sender = dialect.MAVLink(None, srcSystem=255, srcComponent=190)
    assert frame_bytes(msgid, payload, 0, 255, 190) == bytes(expected.pack(sender))


def test_a_lost_count_is_said_again_until_somebody_asks() -> None:
    upload = begun()
    sent = [now / 10 for now in range(40) if upload.tick(now / 10)]
    assert sent == [COUNT_S, 2 * COUNT_S]
    assert asked(upload, 0, 4.0) == [0]
    assert not [now for now in range(40, 120) if upload.tick(now / 10)]


def test_a_lost_item_is_given_again_when_it_is_asked_for_again() -> None:
    upload = begun()
    assert asked(upload, 0, 0.1) == [0]
    assert asked(upload, 0, 0.36) == [0], "PX4 asks again after 260 ms"
    assert asked(upload, 0, 1.36) == [0], "ArduPilot after a second"
    assert asked(upload, 1, 1.4) == [1]


def test_a_request_that_came_twice_on_the_way_is_answered_once() -> None:
    upload = begun()
    assert asked(upload, 0, 0.1) == [0]
    assert asked(upload, 0, 0.11) == []
    assert asked(upload, 1, 0.12) == [1]
    assert asked(upload, 0, 0.13) == [0], "asked for anew"


def test_nothing_is_sent_that_is_not_there() -> None:
    upload = begun()
    for number, seq in enumerate((3, 65_535)):
        [(msgid, payload)] = upload.take(MISSION_REQUEST, {"seq": seq, "mission_type": 0}, 0.1 + number)
        assert (msgid, unpack(msgid, payload)["type"]) == (MISSION_ACK, INVALID_SEQUENCE)


def test_an_item_that_came_twice_is_no_refusal() -> None:
    upload = begun()
    asked(upload, 0, 0.1)
    # ArduPilot answers the second copy so, and goes on asking
    acked(upload, INVALID_SEQUENCE)
    assert (upload.is_over, upload.outcome) == (False, None)
    assert asked(upload, 1, 0.2) == [1]


@pytest.mark.parametrize("kind", [1, 3, 4, 14, 15, 200])
def test_a_refusal_names_its_number(kind: int) -> None:
    upload = begun()
    asked(upload, 0, 0.1)
    acked(upload, kind)
    assert upload.outcome is not None
    assert (upload.outcome.state, upload.outcome.reason) == (CommandState.FAILED, Reason.VEHICLE_FAILED)
    assert f"MISSION_ACK {kind})" in str(upload.outcome.said)
    acked(upload, 0)
    assert upload.outcome.state is CommandState.FAILED


def test_silence_from_the_beginning_ends_without_a_verdict() -> None:
    upload = begun()
    sent = sum(len(upload.tick(now / 10)) for now in range(400))
    assert sent == COUNT_TRIES - 1
    assert upload.is_over
    assert upload.outcome is None


def test_silence_in_the_middle_ends_after_the_vehicle_has_given_up_too() -> None:
    upload = begun()
    asked(upload, 0, 5.0)
    assert upload.tick(5.0 + SILENCE_S - 0.1) == []
    assert not upload.is_over
    assert upload.tick(5.0 + SILENCE_S) == []
    assert upload.is_over
    assert upload.outcome is None


def test_fences_and_rally_points_are_somebody_elses_talk() -> None:
    upload = begun()
    assert upload.take(MISSION_REQUEST, {"seq": 0, "mission_type": 1}, 0.1) == []
    assert upload.take(MISSION_ACK, {"type": 0, "mission_type": 2}, 0.1) == []
    assert not upload.is_over


def test_an_empty_one_clears() -> None:
    upload = begun(())
    acked(upload, 0)
    assert upload.is_over
    assert upload.take(COMMAND_ACK, {"command": 16, "result": 4, "progress": 0}, 1.0) == []
    assert upload.result == 0


def test_jumps_count_from_one_here_and_as_the_autopilot_counts_there() -> None:
    items = (PlanItem(command=22, z=10.0), PlanItem(command=Cmd.JUMP, frame=2, params=(1.0, 2.0, 0.0, 0.0)))
    for autopilot, target in ((Autopilot.ARDUPILOT, 1.0), (Autopilot.PX4, 0.0)):
        sent = with_home(items, PlanKind.MISSION, autopilot, None)
        assert len(sent) == (3 if autopilot is Autopilot.ARDUPILOT else 2)
        assert sent[-1].params == (target, 2.0, 0.0, 0.0)
        assert without_home(sent, PlanKind.MISSION, autopilot) == items
    assert with_home(items, PlanKind.FENCE, Autopilot.PX4, None) == items
