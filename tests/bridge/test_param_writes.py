# SPDX-License-Identifier: Apache-2.0
"""Parameters written to simulated autopilots, over ways that lose frames, and read back; by seed."""

from __future__ import annotations

import math
import struct

import pytest

from groundstation.fleet.parameters.parameter import Parameter, ParamType
from groundstation.mavlink.dialect import MSGIDS, Fields, unpack
from groundstation.mavlink.param_wire import UNINDEXED, Encoding
from groundstation.mavlink.param_write import (
    ANSWER_S,
    IN_FLIGHT,
    READ_TRIES,
    SET_TRIES,
    TWICE_S,
    ParamWrite,
    WriteEnd,
)
from groundstation.mavlink.stream_requests import Outbound
from tests.support.lossy_parameters import LossyParameters

FLAVOURS = ("copter", "plane", "px4")
PARAM_VALUE, PARAM_ERROR = MSGIDS["PARAM_VALUE"], MSGIDS["PARAM_ERROR"]
READ, SET = MSGIDS["PARAM_REQUEST_READ"], MSGIDS["PARAM_SET"]
REAL, INT16, INT32 = ParamType.REAL32, ParamType.INT16, ParamType.INT32


def told(name: str, value: float, index: int, count: int, kind: int = 9) -> Fields:
    return {"param_id": name, "param_value": value, "param_type": kind, "param_index": index, "param_count": count}


def asked(messages: list[Outbound], msgid: int) -> list[Fields]:
    return [unpack(*one) for one in messages if one[0] == msgid]


def write(way: LossyParameters, *wanted: Parameter) -> ParamWrite:
    return ParamWrite(wanted, 1, 1, way.encoding)


SPEED = {"copter": "WPNAV_SPEED", "plane": "AIRSPEED_CRUISE", "px4": "MPC_XY_VEL_MAX"}
WHOLE = {"copter": "ARMING_CHECK", "plane": "ARMING_CHECK", "px4": "COM_OBL_ACT"}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_what_was_written_is_read_back_and_is_there(flavour: str) -> None:
    way = LossyParameters(flavour)
    wanted = [way.parameter(SPEED[flavour], 5.1), way.parameter(WHOLE[flavour], -3.0)]
    talk = write(way, *wanted)
    way.talk(talk)
    assert [one.end for one in talk.results] == [WriteEnd.STORED, WriteEnd.STORED]
    assert str(talk.results[0].said) == f"{SPEED[flavour]} is 5.1"
    assert way.held[WHOLE[flavour]] == -3.0
    assert way.held[SPEED[flavour]] == pytest.approx(5.1)
    assert len(asked(way.asked, SET)) == 2
    assert (talk.share, talk.hears) == (1.0, frozenset())


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("loss", [0.05, 0.2])
def test_a_way_that_loses_frames_never_makes_a_false_end(flavour: str, seed: int, loss: float) -> None:
    way = LossyParameters(flavour, loss, seed, count=1_032, doubled=0.1)
    names = [name for name in way.held if name.startswith("ZZ_")] or list(way.held)[-128:]
    wanted = [way.parameter(name, float(number)) for number, name in enumerate(names[:100])]
    talk = write(way, *wanted)
    way.talk(talk)
    assert talk.is_over
    for one in talk.results:
        is_there = way.held[one.wanted.name] == one.wanted.value
        assert one.end in (WriteEnd.STORED, WriteEnd.NO_ANSWER), one.said
        assert is_there or one.end is WriteEnd.NO_ANSWER
    # eight tries of each at a fifth lost each way: one in 3,500
    assert sum(one.end is WriteEnd.NO_ANSWER for one in talk.results) <= 1


@pytest.mark.parametrize(("value", "stored"), [(3.7, "3"), (99_999.0, "32767"), (-40_000.0, "-32768")])
def test_a_vehicle_that_cuts_and_limits_is_told_by_what_it_has(value: float, stored: str) -> None:
    way = LossyParameters("copter")
    talk = write(way, way.parameter("LAND_SPEED", value))
    way.talk(talk)
    (one,) = talk.results
    assert one.end is WriteEnd.OTHERWISE
    assert one.found == Parameter("LAND_SPEED", float(stored), INT16)
    wanted = "3.7" if value == 3.7 else str(int(value))
    assert str(one.said) == f"LAND_SPEED: vehicle stored {stored} instead of {wanted}"
    assert one.found.value == way.held["LAND_SPEED"]
    assert len(asked(way.asked, SET)) == 3


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_number_is_refused_before_anything_is_sent(flavour: str, value: float) -> None:
    way = LossyParameters(flavour)
    talk = write(way, way.parameter(SPEED[flavour], value), way.parameter(WHOLE[flavour], 1.0))
    way.talk(talk)
    assert [one.end for one in talk.results] == [WriteEnd.UNSENT, WriteEnd.STORED]
    assert [one["param_id"] for one in asked(way.asked, SET)] == [WHOLE[flavour]]
    assert "nothing was sent" in str(talk.results[0].said)


def test_nothing_to_write_is_over_at_once() -> None:
    assert ParamWrite((), 1, 1, Encoding.C_CAST).is_over
    unsent = ParamWrite((Parameter("A", 1.0),), 1, 1, Encoding.C_CAST)
    assert (unsent.is_over, unsent.share, unsent.start(0.0)) == (True, 1.0, [])


def one_write(value: float = 5.0) -> ParamWrite:
    talk = ParamWrite((Parameter("A", value, REAL),), 1, 1, Encoding.C_CAST)
    assert [one["param_value"] for one in asked(talk.start(0.0), SET)] == [value]
    return talk


def test_it_is_set_three_times_and_then_read_by_name() -> None:
    talk = one_write()
    assert talk.tick(ANSWER_S - 0.01) == []
    sent = [talk.tick(ANSWER_S * number) for number in range(1, SET_TRIES + READ_TRIES)]
    assert [one[0][0] for one in sent] == [SET] * (SET_TRIES - 1) + [READ] * READ_TRIES
    assert asked(sent[-1], READ)[0]["param_id"] == "A"
    assert not talk.is_over
    assert talk.tick(ANSWER_S * (SET_TRIES + READ_TRIES)) == []
    (one,) = talk.results
    assert (one.end, one.found) == (WriteEnd.NO_ANSWER, None)
    assert "not known" in str(one.said)


def test_what_was_stored_while_every_echo_was_lost_is_found_by_reading() -> None:
    talk = one_write()
    for number in range(1, SET_TRIES + 1):
        talk.tick(ANSWER_S * number)
    talk.take(PARAM_VALUE, told("A", 5.0, UNINDEXED, 9), 4.0)
    assert talk.results[0].end is WriteEnd.STORED


def test_an_old_value_of_a_list_on_its_way_is_not_taken_for_the_answer() -> None:
    talk = one_write()
    again = talk.take(PARAM_VALUE, told("A", 4.0, 17, 900), 0.1)
    assert [one["param_value"] for one in asked(again, SET)] == [5.0]
    talk.take(PARAM_VALUE, told("A", 5.0, UNINDEXED, 900), 0.2)
    assert talk.results[0].end is WriteEnd.STORED


def test_a_value_that_differs_twice_is_what_the_vehicle_has() -> None:
    talk = one_write()
    talk.take(PARAM_VALUE, told("A", 4.0, UNINDEXED, 900), 1.0)
    talk.take(PARAM_VALUE, told("A", 4.0, UNINDEXED, 900), 1.0 + TWICE_S)
    (one,) = talk.results
    assert (one.end, one.found) == (WriteEnd.OTHERWISE, Parameter("A", 4.0, REAL))
    assert str(one.said) == "A: vehicle stored 4 instead of 5"


def test_an_old_value_that_is_doubled_on_the_way_is_not_taken_for_the_answer() -> None:
    talk = one_write()
    for at_s in (1.0, 0.99 + TWICE_S):
        talk.take(PARAM_VALUE, told("A", 4.0, UNINDEXED, 900), at_s)
    assert not talk.is_over
    assert talk.tick(0.98 + 2 * TWICE_S) == []
    again = talk.tick(1.0 + 2 * TWICE_S)
    assert len(asked(again, SET)) == 1
    # once alone: a vehicle that is near answers as soon
    talk.take(PARAM_VALUE, told("A", 4.0, UNINDEXED, 900), 1.01 + 2 * TWICE_S)
    assert talk.results[0].end is WriteEnd.OTHERWISE


def test_how_many_the_vehicle_has_now_is_told() -> None:
    talk = one_write()
    assert talk.count is None
    talk.take(PARAM_VALUE, told("A", 5.0, UNINDEXED, 1_397), 0.1)
    assert talk.count == 1_397


def test_the_smallest_difference_of_float32_is_one() -> None:
    above = struct.unpack("<f", struct.pack("<I", struct.unpack("<I", struct.pack("<f", 5.1))[0] + 1))[0]
    same, other = one_write(struct.unpack("<f", struct.pack("<f", 5.1))[0]), one_write(above)
    for talk in (same, other):
        for at_s in (0.1, 0.3):
            talk.take(PARAM_VALUE, told("A", struct.unpack("<f", struct.pack("<f", 5.1))[0], UNINDEXED, 9), at_s)
    assert (same.results[0].end, other.results[0].end) == (WriteEnd.STORED, WriteEnd.OTHERWISE)


@pytest.mark.parametrize(("error", "words"), [(5, "read-only"), (1, "no such parameter"), (77, "error 77")])
def test_an_error_of_the_vehicle_ends_it_with_its_reason(error: int, words: str) -> None:
    talk = one_write()
    assert PARAM_ERROR in talk.hears
    talk.take(PARAM_ERROR, {"param_id": "B", "param_index": -1, "error": error}, 0.1)
    assert not talk.is_over
    talk.take(PARAM_ERROR, {"param_id": "A", "param_index": -1, "error": error}, 0.1)
    (one,) = talk.results
    assert one.end is WriteEnd.REFUSED
    assert words in str(one.said)


def test_some_are_in_flight_and_never_two_of_one_name() -> None:
    names = ["A", "A", "B", "C", "D", "E", "F", "G"]
    wanted = [Parameter(name, float(number), INT32) for number, name in enumerate(names)]
    talk = ParamWrite(wanted, 1, 1, Encoding.C_CAST)
    first = asked(talk.start(0.0), SET)
    assert [one["param_id"] for one in first] == ["A", "B", "C", "D", "E"]
    assert len(first) == IN_FLIGHT
    # the first A is done: now the second may go
    more = asked(talk.take(PARAM_VALUE, told("A", 0.0, UNINDEXED, 9, 6), 0.1), SET)
    assert [(one["param_id"], one["param_value"]) for one in more] == [("A", 1.0)]
    assert talk.take(PARAM_VALUE, told("G", 7.0, UNINDEXED, 9, 6), 0.1) == []
    for name, number in (("D", 4), ("A", 1), ("C", 3), ("B", 2), ("E", 5), ("F", 6), ("G", 7)):
        talk.take(PARAM_VALUE, told(name, float(number), UNINDEXED, 9, 6), 0.2)
    assert [one.wanted for one in talk.results] == wanted
    assert {one.end for one in talk.results} == {WriteEnd.STORED}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_vehicle_that_does_not_know_the_name_is_no_answer(flavour: str) -> None:
    way = LossyParameters(flavour)
    talk = write(way, Parameter("NO_SUCH", 1.0, REAL))
    took_s = way.talk(talk)
    assert talk.results[0].end is WriteEnd.NO_ANSWER
    assert took_s == pytest.approx(ANSWER_S * (SET_TRIES + READ_TRIES), abs=0.3)
