# SPDX-License-Identifier: Apache-2.0
"""Who hears what an autopilot says: those who talk with it, and who only listens."""

from __future__ import annotations

from typing import Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as dialect

from groundstation.bridge.conversation_board import CONVERSATIONAL, ConversationBoard
from groundstation.fleet.events import EventKind
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.mavlink import encode
from groundstation.mavlink.conversation import Conversation
from groundstation.mavlink.dialect import MSGIDS
from groundstation.mavlink.handshakes import PARAM_VALUE, Handshake
from groundstation.mavlink.orders import Form, Order
from groundstation.mavlink.plan_send import MISSION_ACK, MISSION_REQUEST, PlanSend, Upload
from groundstation.mavlink.stream_requests import Outbound
from tests.support.vehicles import Autopilot, Bench

OURS, OTHER = 255, 9


class Party:
    """Hears some messages, and answers with a message that can be told apart."""

    def __init__(self, *hears: int, answer: int = 0) -> None:
        self.hears = frozenset(hears)
        self.heard: list[int] = []
        self.answer = answer

    def hear(self, msgid: int, fields: dict[str, Any], now_s: float) -> tuple[bool, list[Outbound]]:
        self.heard.append(msgid)
        return True, [(self.answer, b"")]

    def forget(self) -> None:
        self.heard.clear()


def test_each_message_goes_to_those_that_hear_it_and_no_further() -> None:
    board = ConversationBoard(OURS)
    plan, list_of_parameters, listener = Party(MISSION_ACK, answer=1), Party(PARAM_VALUE, answer=2), Party(MISSION_ACK)
    board.join(plan)
    board.join(list_of_parameters)
    board.listen(listener)
    assert board.take(MISSION_ACK, {"target_system": OURS}, 0.0) == (True, [(1, b""), (0, b"")])
    assert (plan.heard, list_of_parameters.heard, listener.heard) == ([MISSION_ACK], [], [MISSION_ACK])
    assert board.wants(PARAM_VALUE)
    assert not board.wants(MSGIDS["MISSION_COUNT"])


def test_what_is_said_to_another_station_is_overheard_and_never_taken_for_an_answer() -> None:
    board = ConversationBoard(OURS)
    plan, listener = Party(MISSION_ACK), Party(MISSION_ACK)
    board.join(plan)
    board.listen(listener)
    board.take(MISSION_ACK, {"target_system": OTHER}, 0.0)
    assert (plan.heard, listener.heard) == ([], [MISSION_ACK])


@pytest.mark.parametrize(
    ("conversation", "stranger"),
    [
        (Handshake(Order(command=400), 7, 1), MISSION_ACK),
        (Handshake(Order(form=Form.PARAM_READ, parameter="A", is_query=True), 7, 1), MSGIDS["COMMAND_ACK"]),
        (PlanSend(Upload((PlanItem(command=16, frame=0),)), 7, 1), PARAM_VALUE),
    ],
)
def test_every_conversation_says_what_it_hears_and_leaves_the_rest_alone(
    conversation: Conversation, stranger: int
) -> None:
    assert conversation.start(0.0)
    assert conversation.hears <= CONVERSATIONAL
    assert stranger not in conversation.hears
    assert conversation.take(stranger, {}, 0.1) == []
    assert (conversation.is_over, conversation.outcome) == (False, None)
    for second in range(1, 60):
        conversation.tick(float(second))
    assert (conversation.is_over, conversation.hears, conversation.outcome) == (True, frozenset(), None)


def told(bench: Bench) -> list[str]:
    return [one.text for one in bench.bus.contents("evt") if one.kind is EventKind.EXTERNAL_CONTROL]


def test_what_another_station_changes_is_told_once() -> None:
    bench, autopilot = Bench(), Autopilot()
    peer = bench.peer()
    bench.run(2.0, (peer, autopilot))

    def say(*messages: Any) -> None:
        bench.hear(peer, *(autopilot.pack(one) for one in messages))

    values = [dialect.MAVLink_param_value_message(b"RTL_ALT", value, 9, 1, 0) for value in (1500.0, 1500.0, 2000.0)]
    say(*values)
    say(dialect.MAVLink_mission_ack_message(OTHER, 190, 0, 0), dialect.MAVLink_mission_ack_message(OTHER, 190, 0, 0))
    say(dialect.MAVLink_mission_ack_message(OTHER, 190, 13, 0), dialect.MAVLink_mission_ack_message(OURS, 190, 0, 0))
    say(dialect.MAVLink_mission_ack_message(OTHER, 190, 0, 1))
    bench.run(1.0, (peer, autopilot))
    assert told(bench) == [
        "another station (system 9) changed its mission",
        "another station (system 9) changed its fence",
        "parameter RTL_ALT is 2000 now, was 1500: by no command of ours",
    ]


def test_another_conversation_is_a_type_and_a_line() -> None:
    """As CONTRIBUTING says: something that lists parameters joins the board of a vehicle, and is given what it hears."""

    class ListOfParameters:
        hears = frozenset({PARAM_VALUE})

        def __init__(self) -> None:
            self.names: list[str] = []

        def hear(self, msgid: int, fields: dict[str, Any], now_s: float) -> tuple[bool, list[Outbound]]:
            self.names.append(fields["param_id"])
            return True, [encode.payload("PARAM_REQUEST_LIST", target_system=1, target_component=1)]

        def forget(self) -> None:
            self.names.clear()

    bench, autopilot, listed = Bench(), Autopilot(), ListOfParameters()
    peer = bench.peer()
    bench.run(2.0, (peer, autopilot))
    (vehicle,) = bench.hearing.vehicles.values()
    vehicle.board.join(listed)
    data = autopilot.pack(dialect.MAVLink_param_value_message(b"RTL_ALT", 1.0, 9, 1, 0))
    answers = bench.hearing.take(peer, data, bench.clock())
    assert listed.names == ["RTL_ALT"]
    assert [msgid for msgid, _ in answers] == [MSGIDS["PARAM_REQUEST_LIST"]]
    assert MISSION_REQUEST in CONVERSATIONAL
