# SPDX-License-Identifier: Apache-2.0
"""All parameters read from simulated autopilots, over ways that lose frames; by seed."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstation.fleet.parameters.parameter import MAX_PARAMETERS, Parameter, ParamType, hash_of
from groundstation.mavlink.dialect import MSGIDS, Fields, unpack
from groundstation.mavlink.frames import FrameParser
from groundstation.mavlink.param_read import (
    IN_FLIGHT,
    LIST_S,
    LIST_TRIES,
    MAX_RESTARTS,
    QUIET_S,
    READ_S,
    READ_TRIES,
    SILENCE_S,
    KnownSet,
    ParamRead,
)
from groundstation.mavlink.param_wire import HASH_NAME, UNINDEXED, Encoding
from groundstation.mavlink.stream_requests import Outbound
from tests.conftest import shared_log
from tests.support.lossy_parameters import LossyParameters

FLAVOURS = ("copter", "plane", "px4")
PARAM_VALUE = MSGIDS["PARAM_VALUE"]
LIST, READ, SET = (MSGIDS[name] for name in ("PARAM_REQUEST_LIST", "PARAM_REQUEST_READ", "PARAM_SET"))
REAL = ParamType.REAL32


def read(way: LossyParameters, known: KnownSet | None = None) -> ParamRead:
    return ParamRead(1, 1, way.encoding, known)


def values(talk: ParamRead) -> dict[str, float]:
    return {one.name: one.value for one in talk.parameters}


def told(name: str, value: float, index: int, count: int, kind: int = 9) -> Fields:
    return {"param_id": name, "param_value": value, "param_type": kind, "param_index": index, "param_count": count}


def asked(messages: list[Outbound], msgid: int) -> list[Fields]:
    return [unpack(*one) for one in messages if one[0] == msgid]


def gaps(messages: list[Outbound]) -> list[int]:
    return [one["param_index"] for one in asked(messages, READ)]


# ---- reading ----


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_all_parameters_come_by_name_and_in_order(flavour: str) -> None:
    way = LossyParameters(flavour)
    talk = read(way)
    took_s = way.talk(talk)
    assert talk.is_whole
    assert list(values(talk).items()) == list(way.held.items())
    assert [one.type for one in talk.parameters] == [way.kind_of(one.name) for one in talk.parameters]
    assert (talk.count, talk.missing, talk.share, talk.odd_names) == (len(way.held), (), 1.0, ())
    # nothing but the list was asked for
    assert [msgid for msgid, _ in way.asked] == [LIST]
    assert took_s < 2.0


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("loss", "limit_s"), [(0.05, 15.0), (0.2, 60.0)])
def test_a_thousand_come_over_a_way_that_loses_and_doubles_and_none_is_wrong(flavour, seed, loss, limit_s) -> None:
    way = LossyParameters(flavour, loss, seed, count=1_000, doubled=0.1)
    talk = read(way)
    took_s = way.talk(talk)
    assert talk.is_whole, talk.missing
    assert list(values(talk).items()) == list(way.held.items())
    assert took_s < limit_s


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize(("before", "after"), [(900, 907), (907, 900)])
def test_a_list_that_grows_or_shrinks_while_it_is_read_is_read_whole(flavour: str, before: int, after: int) -> None:
    way = LossyParameters(flavour, 0.05, 3, count=before)
    talk = read(way)
    way.talk(talk, until=lambda: talk.share > 0.3)
    assert not talk.is_over
    way.vehicle.parameters.count = after
    # what was read before has changed as well, at places that were counted already
    first = next(iter(way.held))
    way.vehicle.parameters.store(first, 77.0)
    way.talk(talk)
    assert talk.is_whole
    assert values(talk) == way.held
    assert len(values(talk)) == after


def test_a_list_in_which_all_places_move_is_keyed_by_name() -> None:
    talk = ParamRead(1, 1, Encoding.C_CAST)
    talk.start(0.0)
    names = ["B", "C", "D"]
    for index, name in enumerate(names[:2]):
        talk.take(PARAM_VALUE, told(name, index, index, 3), 0.1)
    # one in front of all others: each moves by one
    for index, name in enumerate(["A", *names]):
        assert not talk.is_over
        talk.take(PARAM_VALUE, told(name, 10.0 + index, index, 4), 0.2)
    assert talk.is_whole
    assert values(talk) == {"A": 10.0, "B": 11.0, "C": 12.0, "D": 13.0}


def test_what_a_list_that_shrank_has_no_more_is_not_told() -> None:
    talk = ParamRead(1, 1, Encoding.C_CAST)
    talk.start(0.0)
    for index, name in enumerate("ABC"):
        talk.take(PARAM_VALUE, told(name, 1, index, 4), 0.1)
    for index, name in enumerate("AC"):
        assert set(values(talk)) == set("ABC")
        talk.take(PARAM_VALUE, told(name, 2, index, 2), 0.2)
    assert talk.is_whole
    assert values(talk) == {"A": 2.0, "C": 2.0}


def test_places_that_move_without_another_count_are_seen() -> None:
    talk = ParamRead(1, 1, Encoding.C_CAST)
    talk.start(0.0)
    talk.take(PARAM_VALUE, told("A", 1, 0, 3), 0.1)
    talk.take(PARAM_VALUE, told("B", 1, 1, 3), 0.1)
    # B again at the place behind: the list moved, and what is at its old place did not come
    again = talk.take(PARAM_VALUE, told("B", 1, 2, 3), 0.1)
    assert not talk.is_over
    assert len(asked(again, LIST)) == 1
    for index, name in enumerate("AXB"):
        talk.take(PARAM_VALUE, told(name, 1, index, 3), 0.2)
    assert talk.is_whole
    assert set(values(talk)) == set("AXB")


def test_a_place_with_another_name_forgets_the_places() -> None:
    talk = ParamRead(1, 1, Encoding.C_CAST)
    talk.start(0.0)
    talk.take(PARAM_VALUE, told("A", 1, 0, 2), 0.1)
    talk.take(PARAM_VALUE, told("X", 1, 0, 2), 0.2)
    assert (talk.missing, talk.is_over) == ((1,), False)
    talk.take(PARAM_VALUE, told("A", 2, 1, 2), 0.3)
    assert values(talk) == {"X": 1.0, "A": 2.0}
    assert talk.is_whole


def test_a_change_that_is_told_out_of_turn_counts_and_is_no_place() -> None:
    talk = ParamRead(1, 1, Encoding.C_CAST)
    talk.start(0.0)
    talk.take(PARAM_VALUE, told("A", 1, 0, 2), 0.1)
    talk.take(PARAM_VALUE, told("A", 5, UNINDEXED, 2), 0.2)
    talk.take(PARAM_VALUE, told("B", 7, UNINDEXED, 2), 0.2)
    assert talk.missing == (1,)
    assert values(talk) == {"A": 5.0, "B": 7.0}
    talk.take(PARAM_VALUE, told("B", 8, 1, 2), 0.3)
    assert talk.is_whole
    assert values(talk) == {"A": 5.0, "B": 8.0}


def test_gaps_are_asked_for_after_the_quiet_ten_at_a_time() -> None:
    talk = ParamRead(1, 1, Encoding.C_CAST)
    assert len(asked(talk.start(0.0), LIST)) == 1
    for index in range(40):
        if index % 2 or index < 12:
            talk.take(PARAM_VALUE, told(f"P{index}", index, index, 40), 1.0)
    wanted = list(range(12, 40, 2))
    assert talk.tick(1.0 + QUIET_S - 0.01) == []
    assert gaps(talk.tick(1.0 + QUIET_S)) == wanted[:IN_FLIGHT]
    assert talk.tick(1.0 + QUIET_S + 0.5) == []
    # an answer makes room for one more
    assert gaps(talk.take(PARAM_VALUE, told("P12", 0, 12, 40), 2.6)) == [wanted[IN_FLIGHT]]
    assert gaps(talk.take(PARAM_VALUE, told("P12", 0, 12, 40), 2.6)) == []
    assert talk.missing == tuple(wanted[1:])


@pytest.mark.parametrize(("came", "message"), [(49, LIST), (50, READ)])
def test_where_less_than_half_came_the_list_is_shorter_to_ask_for_than_its_gaps(came: int, message: int) -> None:
    talk = ParamRead(1, 1, Encoding.C_CAST)
    talk.start(0.0)
    for index in range(came):
        talk.take(PARAM_VALUE, told(f"P{index}", 1, index, 100), 1.0)
    assert {msgid for msgid, _ in talk.tick(1.0 + QUIET_S)} == {message}


def test_each_gap_is_asked_for_eight_times_and_then_the_list_again_and_the_rest_is_told() -> None:
    talk = ParamRead(1, 1, Encoding.C_CAST)
    talk.start(0.0)
    for index in (0, 1, 3, 4):
        talk.take(PARAM_VALUE, told(f"P{index}", 1, index, 6), 0.1)
    now_s, lists, reads = 0.1, 0, []
    while not talk.is_over and now_s < 300.0:
        now_s += 0.1
        sent = talk.tick(now_s)
        lists += len(asked(sent, LIST))
        reads += [(lists, index) for index in gaps(sent)]
        # somebody is there, but two of them never come
        if asked(sent, LIST):
            talk.take(PARAM_VALUE, told("P0", 1, 0, 6), now_s)
    assert (talk.is_whole, talk.missing) == (False, (2, 5))
    assert {one: reads.count(one) for one in reads} == {
        (number, index): READ_TRIES for number in range(3) for index in (2, 5)
    }
    assert set(values(talk)) == {"P0", "P1", "P3", "P4"}
    assert talk.hears == frozenset()


@pytest.mark.parametrize(
    ("trip_s", "waits_s"),
    # after one answer: three round trips, 0.3 s at least, and longer with each try up to a second
    [(0.05, (1.0, 1.0)), (0.5, (1.5, 1.5))],
)
def test_a_gap_is_waited_for_by_the_round_trips_of_the_way(trip_s: float, waits_s: tuple[float, float]) -> None:
    talk = ParamRead(1, 1, Encoding.C_CAST)
    talk.start(0.0)
    for index in range(10):
        talk.take(PARAM_VALUE, told(f"P{index}", 1, index, 12), 0.0)
    now_s = QUIET_S
    assert gaps(talk.tick(now_s)) == [10, 11]
    now_s += trip_s
    talk.take(PARAM_VALUE, told("P10", 1, 10, 12), now_s)
    # the other was asked for before anything was known of the way
    again_s = [QUIET_S + READ_S]
    assert talk.tick(again_s[0] - 0.01) == []
    assert gaps(talk.tick(again_s[0])) == [11]
    for wait_s in waits_s:
        assert talk.tick(again_s[-1] + wait_s - 0.01) == [], wait_s
        again_s.append(again_s[-1] + wait_s)
        assert gaps(talk.tick(again_s[-1] + 1e-6)) == [11]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_thousand_of_which_a_fifth_is_lost_each_way_are_read_within_twelve_seconds(flavour: str) -> None:
    way = LossyParameters(flavour, 0.2, seed=12, count=1_000)
    talk = read(way)
    assert way.talk(talk) < 12.0
    assert values(talk) == way.held


def test_a_vehicle_that_never_answers_is_asked_five_times() -> None:
    way = LossyParameters("copter", loss=1.0)
    talk = read(way)
    took_s = way.talk(talk)
    assert talk.is_over
    assert not talk.is_whole
    assert (talk.count, talk.missing, talk.parameters, talk.share) == (None, (), (), 0.0)
    assert len(way.asked) == LIST_TRIES
    assert took_s == pytest.approx(LIST_S * LIST_TRIES, abs=0.1)


@pytest.mark.parametrize("share", [0.2, 0.9])
def test_a_vehicle_that_falls_silent_ends_it_with_the_exact_list_of_what_is_missing(share: float) -> None:
    way = LossyParameters("copter", 0.05, count=1_000)
    talk = read(way)
    way.talk(talk, until=lambda: talk.share > share)
    way.loss = 1.0
    took_s = way.talk(talk)
    assert talk.is_over
    assert not talk.is_whole
    names = list(way.held)
    assert {names[index] for index in talk.missing} == set(names) - set(values(talk))
    assert SILENCE_S <= took_s < 3 * SILENCE_S


@pytest.mark.parametrize(("count", "is_over"), [(MAX_PARAMETERS, False), (MAX_PARAMETERS + 1, True)])
def test_more_than_a_vehicle_can_have_is_not_read(count: int, is_over: bool) -> None:
    talk = ParamRead(1, 1, Encoding.C_CAST)
    talk.start(0.0)
    talk.take(PARAM_VALUE, told("A", 1, 0, count), 0.1)
    assert (talk.is_over, talk.is_whole, talk.count) == (is_over, False, count)


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize(
    "forged",
    [
        # a count that no vehicle has; a place beyond the count; a name that is none; another name at a place
        ("FORGED", 0, 65_535), ("FORGED", 65_534, 65_535), ("FORGED", 999, 60), ("", 3, 60), ("\udcff\u202eX", 3, 60),
        ("STOLEN", 7, 60), ("FORGED", 65_535, 60), ("_HASH_CHECK", 65_535, 0), ("FORGED", 0, 61),
    ],
)  # fmt: skip
def test_forged_values_in_between_do_not_end_a_reading_and_leave_nothing_wrong(
    flavour: str, forged: tuple[str, int, int]
) -> None:
    way = LossyParameters(flavour, 0.05, seed=3, count=60)
    talk = read(way)
    heard, number = way.heard, iter(range(10_000))

    def with_forged() -> list:
        name, place, count = forged
        # five of them while the list is on its way
        is_due = talk.count is not None and next(number) < 5
        return [*heard(), *([(PARAM_VALUE, told(name, 7.0, place, count))] if is_due else [])]

    way.heard = with_forged  # type: ignore[method-assign]
    way.talk(talk)
    assert talk.is_whole
    found = values(talk)
    assert {name: found[name] for name in way.held} == way.held
    # of a vehicle that claims one more, one more is there: nobody can tell
    assert len(found) - len(way.held) <= 1


def test_a_count_that_changes_for_ever_ends_it() -> None:
    talk = ParamRead(1, 1, Encoding.C_CAST)
    talk.start(0.0)
    for number in range(MAX_RESTARTS + 1):
        assert not talk.is_over
        talk.take(PARAM_VALUE, told("A", 1, 0, 100 + number % 2), 0.1)
    assert not talk.is_over
    talk.take(PARAM_VALUE, told("A", 1, 0, 200), 0.1)
    assert (talk.is_over, talk.is_whole) == (True, False)


def test_a_place_beyond_the_count_and_no_parameters_at_all_are_nothing() -> None:
    talk = ParamRead(1, 1, Encoding.C_CAST)
    talk.start(0.0)
    talk.take(PARAM_VALUE, told("A", 1, 0, 0), 0.1)
    assert talk.count is None
    talk.take(PARAM_VALUE, told("A", 1, 2, 2), 0.1)
    talk.take(PARAM_VALUE, told("a b", 1, 0, 2), 0.1)
    assert (talk.missing, talk.is_over) == ((1,), False)
    assert talk.odd_names == ("a b",)


# ---- real ones ----


def replayed(log: Path, encoding: Encoding, known: KnownSet | None = None) -> ParamRead:
    """What a vehicle told, to one that reads."""
    talk = ParamRead(1, 1, encoding, known)
    talk.start(0.0)
    for frame in FrameParser().feed(log.read_bytes()):
        if frame.msgid in talk.hears:
            talk.take(frame.msgid, unpack(frame.msgid, frame.payload), 0.1)
    return talk


def test_the_list_of_a_real_copter_is_read() -> None:
    talk = replayed(shared_log("copter_params.tlog"), Encoding.C_CAST)
    assert (talk.is_whole, talk.count, len(talk.parameters)) == (True, 1_390, 1_390)
    assert (talk.hash, talk.odd_names) == (None, ())
    assert values(talk)["WPNAV_SPEED"] == 1_000.0
    assert {one.type for one in talk.parameters} == {2, 4, 6, 9}


def test_the_list_of_a_real_px4_is_read_and_its_hash_is_ours() -> None:
    log = shared_log("px4_params.tlog")
    talk = replayed(log, Encoding.BYTEWISE)
    assert (talk.is_whole, talk.count, len(talk.parameters)) == (True, 720, 720)
    assert (values(talk)["CAL_ACC0_PRIO"], values(talk)["SIH_LOC_LON0"]) == (-1.0, -737_578_370.0)
    known = KnownSet(parameters=talk.parameters)
    assert known.is_of(talk.hash or 0)
    again = replayed(log, Encoding.BYTEWISE, known)
    assert (again.is_whole, again.is_from_known) == (True, True)


# ---- the hash of PX4 ----


def test_the_hash_of_a_px4_is_kept_aside_and_is_that_of_what_was_read() -> None:
    way = LossyParameters("px4")
    talk = read(way)
    way.talk(talk)
    assert HASH_NAME not in values(talk)
    assert talk.hash == hash_of(talk.parameters)


@pytest.mark.parametrize("by_hash", [False, True])
def test_a_known_set_whose_hash_is_still_true_ends_the_list_at_once(by_hash: bool) -> None:
    way = LossyParameters("px4")
    before = read(way)
    way.talk(before)
    way.asked.clear()
    changed = (*before.parameters[:-1], Parameter("LAST", 1.0, REAL)) if by_hash else before.parameters
    again = read(way, KnownSet(parameters=changed, hash=before.hash if by_hash else None))
    took_s = way.talk(again)
    assert (again.is_whole, again.is_from_known, again.parameters) == (True, True, changed)
    assert took_s < 0.2
    assert [msgid for msgid, _ in way.asked] == [LIST, SET]
    # and the vehicle stops: a second of nothing, where a list is 700 values
    way.airfield.step()
    way.heard()
    for _ in range(50):
        way.airfield.step()
    assert PARAM_VALUE not in {msgid for msgid, _ in way.heard()}


def test_a_known_set_that_is_not_true_any_more_is_read_again() -> None:
    way = LossyParameters("px4")
    before = read(way)
    way.talk(before)
    way.vehicle.parameters.store("MPC_XY_VEL_MAX", 9.0)
    again = read(way, KnownSet(parameters=before.parameters, hash=before.hash))
    way.talk(again)
    assert (again.is_whole, again.is_from_known) == (True, False)
    assert values(again) == way.held
    assert SET not in {msgid for msgid, _ in way.asked}


def test_what_a_vehicle_calls_volatile_need_not_be_in_its_hash() -> None:
    known = (Parameter("A", 1.0, REAL), Parameter("B", 2.0, REAL))
    kept = KnownSet(parameters=known, volatile=frozenset("B"))
    assert kept.is_of(hash_of(known))
    assert kept.is_of(hash_of(known[:1]))
    assert not kept.is_of(hash_of(known[1:]))
    assert not KnownSet(parameters=(), hash=0).is_of(0)
