# SPDX-License-Identifier: Apache-2.0
"""What is asked of an autopilot, as it answers, refuses, or says nothing."""

from __future__ import annotations

import struct

from groundstation.fleet.identity import Autopilot
from groundstation.mavlink.dialect import MSGIDS, unpack
from groundstation.mavlink.encode import REQUEST_MESSAGE, SET_MESSAGE_INTERVAL
from groundstation.mavlink.stream_requests import CHECK_PERIOD_S, WANTED_HZ, StreamRequests
from groundstation.mavlink.timesync import TimeSync

COMMAND_LONG = MSGIDS["COMMAND_LONG"]


def requests(autopilot: Autopilot = Autopilot.ARDUPILOT) -> StreamRequests:
    return StreamRequests(7, 1, autopilot, 0.0)


def command(message: tuple[int, bytes]) -> tuple[int, int, float]:
    assert message[0] == COMMAND_LONG
    fields = unpack(*message)
    assert fields["target_system"] == 7
    return fields["command"], int(fields["param1"]), fields["param2"]


def run(
    asker: StreamRequests, results: dict[int, int], until_s: float, silent: frozenset[int] = frozenset()
) -> dict[int, float]:
    """Play an autopilot that acks at once; returns the interval asked for by message id."""
    asked: dict[int, float] = {}
    now_s = 0.0
    while now_s < until_s:
        pending = asker.tick(now_s)
        while pending:
            message = pending.pop(0)
            if message[0] != COMMAND_LONG:
                asked[-unpack(*message)["req_stream_id"]] = unpack(*message)["req_message_rate"]
                continue
            number, msgid, interval = command(message)
            asked[msgid] = interval
            result = results.get(msgid, results.get(-1, 0))
            if msgid not in silent:
                pending += asker.on_ack(number, result, now_s)
                if result == 0:
                    asker.on_message(msgid)
        now_s += 0.1
    return asked


def test_a_copter_is_asked_for_everything_that_is_shown() -> None:
    asked = run(requests(), {}, 4.0)
    assert set(asked) == {MSGIDS[name] for name in (*WANTED_HZ[Autopilot.ARDUPILOT], "AUTOPILOT_VERSION")}
    assert asked[MSGIDS["ATTITUDE"]] == 200_000
    assert MSGIDS["EXTENDED_SYS_STATE"] in asked
    assert MSGIDS["HOME_POSITION"] in asked


def test_px4_is_slowed_down() -> None:
    asked = run(requests(Autopilot.PX4), {}, 4.0)
    assert asked[MSGIDS["ATTITUDE_QUATERNION"]] == -1
    assert asked[MSGIDS["ATTITUDE"]] == 200_000


def test_one_request_is_in_flight_at_a_time() -> None:
    asker = requests()
    assert len(asker.tick(0.0)) == 1
    assert asker.tick(0.5) == []
    assert len(asker.on_ack(REQUEST_MESSAGE, 0, 0.6)) == 1
    assert asker.tick(0.6) == []


def test_a_lost_answer_is_waited_for_three_times() -> None:
    asker = requests()
    first = asker.tick(0.0)
    assert asker.tick(1.1) == first
    assert asker.tick(2.2) == first
    assert asker.tick(3.3) != first


def test_what_is_refused_is_not_asked_for_again() -> None:
    wind = MSGIDS["WIND"]
    asker = requests()
    run(asker, {wind: 2}, 4.0)
    assert wind in asker.refused
    assert wind not in run(asker, {}, 60.0)


def test_what_was_granted_and_does_not_flow_is_asked_for_again() -> None:
    asker = requests()
    run(asker, {}, 4.0)
    asker._seen.discard(MSGIDS["ATTITUDE"])
    messages = asker.tick(CHECK_PERIOD_S + 0.1)
    assert [command(one)[1] for one in messages] == [MSGIDS["ATTITUDE"]]


def test_the_older_way_where_the_newer_is_unknown() -> None:
    asked = run(requests(), {-1: 3, MSGIDS["AUTOPILOT_VERSION"]: 0}, 4.0)
    assert {-stream for stream in asked if stream < 0} >= {1, 2, 3, 6, 10, 11, 12}


def test_an_answer_to_another_command_changes_nothing() -> None:
    asker = requests()
    asker.tick(0.0)
    assert asker.on_ack(SET_MESSAGE_INTERVAL, 0, 0.1) == []
    assert asker.tick(0.2) == []


def test_the_round_trip_and_the_boot_moment() -> None:
    sync = TimeSync()
    ((msgid, payload),) = sync.tick(100.0)
    assert msgid == MSGIDS["TIMESYNC"]
    _, ours = struct.unpack("<qq", payload)
    sync.on_message(0, ours, 100.01)
    sync.on_message(30 * 10**9, ours + 1, 100.01)
    assert sync.rtt_ms is None
    sync.on_message(30 * 10**9, ours, 100.04)
    assert sync.rtt_ms == 40.0
    assert sync.booted_s is not None
    assert abs(sync.booted_s - 70.02) < 1e-6
    assert sync.tick(100.5) == []
    assert len(sync.tick(101.1)) == 1
