# SPDX-License-Identifier: Apache-2.0
"""Who is born, who is dead, what values are: the rules of Sparkplug 3.0, chapters 5 and 6."""

from __future__ import annotations

import msgspec
import pytest

from groundstation.fleet.kinds import Freshness
from groundstation.fleet.sensors import Life, Quality, ValueNote
from groundstation.fleet.sparkplug import host as hosts
from groundstation.fleet.sparkplug import node as nodes
from groundstation.fleet.sparkplug.address import NodeKey, data_topic, parse
from groundstation.fleet.sparkplug.faults import Fault
from groundstation.fleet.sparkplug.host import Said, SparkplugHost
from groundstation.fleet.sparkplug.payload import DataType, Metric, Template
from tests.fleet.sparkplug.world import COUNT, KEY, LEVEL, NODE, TANK, TEMPERATURE, World, alias, bdseq

OTHER = NodeKey("rig", "n2")


@pytest.fixture
def world():
    return World()


@pytest.fixture
def born(world):
    world.born()
    world.device_born()
    return world


# ---- births and data ----


def test_values_of_a_birth_stand_where_data_are_said(born):
    assert born.number(NODE, "temperature") == 21.5
    assert born.number(TANK, "level") == 3.0
    assert born.life(NODE) is born.life(TANK) is Life.ALIVE
    assert born.note(NODE, "temperature") == ValueNote(unit="°C")


def test_data_tell_neither_name_nor_type_and_change_what_they_tell_alone(born):
    born.say("NDATA", alias(2, (1 << 32) - 5), seq=2)
    born.say("DDATA", alias(10, 4.5), seq=3, device="tank")
    assert born.number(NODE, "count") == -5
    assert born.number(NODE, "temperature") == 21.5
    assert born.number(TANK, "level") == 4.5
    assert born.faults() == {}


def test_the_unit_of_the_birth_stays_until_another_one_is_told(born):
    born.say("NDATA", alias(1, 22.0), seq=2)
    assert born.note(NODE, "temperature").unit == "°C"
    born.say("NDATA", alias(1, 70.0, properties={"engUnit": "°F"}), seq=3)
    assert born.note(NODE, "temperature").unit == "°F"


def test_null_is_unknown_and_never_zero(born):
    born.say("NDATA", alias(1, None, is_null=True), seq=2)
    assert born.number(NODE, "temperature") is None
    assert born.note(NODE, "temperature").quality is Quality.NONE
    born.say("NDATA", alias(1, 0.0), seq=3)
    assert born.number(NODE, "temperature") == 0.0


def test_values_of_the_past_leave_the_one_of_now(born):
    born.say("NDATA", alias(1, -99.0, is_historical=True), seq=2)
    assert born.number(NODE, "temperature") == 21.5
    assert born.faults() == {"historical": 1}


@pytest.mark.parametrize(("code", "quality"), [(0, Quality.BAD), (500, Quality.STALE), (7, Quality.OTHER)])
def test_a_value_that_is_not_good_is_shown_and_counts_for_nothing(born, code, quality):
    born.say("NDATA", alias(1, 30.0, properties={"Quality": code}), seq=2)
    assert born.number(NODE, "temperature") is None
    assert born.note(NODE, "temperature") == ValueNote(text="30", unit="°C", quality=quality)


@pytest.mark.parametrize("properties", [{}, {"Quality": 192}])
def test_a_value_without_a_word_about_it_is_good(born, properties):
    born.say("NDATA", alias(1, 30.0, properties=properties), seq=2)
    assert born.number(NODE, "temperature") == 30.0


def test_a_rebirth_replaces_all_names(born):
    born.say("NBIRTH", bdseq(0), Metric(name="pressure", alias=1, datatype=DataType.DOUBLE, raw=5.0), seq=2)
    born.say("NDATA", alias(1, 6.0), alias(2, 9), seq=3)
    assert born.board.get(NODE).numbers == {"bdSeq": 0.0, "pressure": 6.0}
    assert born.faults() == {"unknown_alias": 1}


def test_an_alias_of_another_device_or_node_is_unknown(born):
    born.born(key=OTHER)
    born.say("DDATA", alias(1, 99.0), seq=2, device="tank")
    born.say("NDATA", alias(10, 99.0), seq=1, key=OTHER)
    assert born.board.get(TANK).numbers == {"level": 3.0}
    assert "level" not in born.board.get(data_topic(OTHER, None)).numbers
    assert born.faults() == {"unknown_alias": 2}
    assert set(born.host.wanting()) == {KEY, OTHER}


def test_an_alias_that_a_birth_gives_twice_stands_for_nothing(world):
    world.say("NBIRTH", bdseq(0), TEMPERATURE, msgspec.structs.replace(COUNT, alias=1), seq=0)
    world.say("NDATA", alias(1, 5.0), seq=1)
    assert world.number(NODE, "temperature") == 21.5
    assert world.number(NODE, "count") == 7
    assert world.faults() == {"alias_twice": 1, "unknown_alias": 1}


def test_an_alias_of_two_members_of_a_node_goes_by_the_member(world):
    world.born()
    world.say("DBIRTH", msgspec.structs.replace(LEVEL, alias=1), seq=1, device="tank")
    world.say("DDATA", alias(1, 8.0), seq=2, device="tank")
    assert world.number(TANK, "level") == 8.0
    assert world.number(NODE, "temperature") == 21.5
    assert world.faults() == {"alias_twice": 1}


def test_a_wrong_type_is_told_and_costs_its_value_alone(born):
    born.say("NDATA", alias(1, "warm"), alias(2, 8), seq=2)
    assert born.number(NODE, "temperature") is None
    assert born.note(NODE, "temperature").quality is Quality.BAD
    assert born.number(NODE, "count") == 8
    assert born.faults() == {"mistyped": 1}


def test_members_of_a_template_have_their_path_and_data_may_tell_some(world):
    speed = Metric(name="speed rpm", datatype=DataType.INT16, raw=1500)
    valve = Metric(name="valve", datatype=DataType.TEMPLATE, raw=Template(ref="valve", metrics=(TEMPERATURE,)))
    definition = Metric(name="motor", datatype=DataType.TEMPLATE, raw=Template(is_definition=True, metrics=(speed,)))
    motor = Template(ref="motor", metrics=(speed, valve), parameters={"maker": "x", "poles": 4})
    world.say(
        "NBIRTH", bdseq(0), definition,
        Metric(name="main motor", alias=5, datatype=DataType.TEMPLATE, raw=motor), seq=0,
    )  # fmt: skip
    assert world.number(NODE, "main motor.speed rpm") == 1500
    assert world.number(NODE, "main motor.valve.temperature") == 21.5
    assert world.number(NODE, "main motor.poles") == 4
    assert not any(path.startswith("motor") for path in world.board.get(NODE).paths)
    some = Template(ref="motor", metrics=(Metric(name="speed rpm", raw=(1 << 16) - 3),))
    world.say("NDATA", alias(5, some), seq=1)
    assert world.number(NODE, "main motor.speed rpm") == -3
    assert world.number(NODE, "main motor.valve.temperature") == 21.5
    assert world.faults() == {}
    (kept,) = world.host.kept()
    assert not any(one.name.startswith("motor") for one in kept.members[0].definitions)
    # the alias of a member of a template is none of the node's
    world.say("NDATA", alias(1, 99.0), seq=2)
    assert world.faults() == {"unknown_alias": 1}


def test_items_of_an_array_that_became_shorter_go(world):
    array = Metric(name="a", alias=1, datatype=DataType.INT8_ARRAY, raw=b"\x01\xff\x03")
    world.say("NBIRTH", bdseq(0), array, seq=0)
    assert [world.number(NODE, f"a.{one}") for one in range(3)] == [1, -1, 3]
    world.say("NDATA", alias(1, b"\x09"), seq=1)
    assert [world.number(NODE, f"a.{one}") for one in range(3)] == [9, None, None]


# ---- deaths ----


def test_the_death_of_a_node_makes_all_behind_it_old_and_its_birth_itself_alone_new(born):
    born.say("NDEATH", bdseq(0))
    assert (born.life(NODE), born.life(TANK)) == (Life.DEAD, Life.FALLEN)
    assert born.number(TANK, "level") == 3.0
    assert born.board.freshness(TANK, born.now_s) is Freshness.STALE
    born.born(life=1)
    assert (born.life(NODE), born.life(TANK)) == (Life.ALIVE, Life.ABSENT)
    assert born.board.freshness(TANK, born.now_s) is Freshness.STALE
    born.device_born()
    assert born.life(TANK) is Life.ALIVE
    assert born.board.freshness(TANK, born.now_s + 1e6) is Freshness.FRESH, "silent: nothing has changed"


def test_the_will_of_an_earlier_life_is_no_death(born):
    late_ms = born.ms
    born.say("NDEATH", bdseq(0))
    born.born(life=1)
    born.say("NDEATH", bdseq(0), at_ms=late_ms)
    assert born.life(NODE) is Life.ALIVE
    assert born.faults() == {"late_death": 1}
    born.say("NDEATH")
    assert born.life(NODE) is Life.ALIVE, "without a number it is of no life that is known"
    born.say("NDEATH", bdseq(1), at_ms=late_ms)
    assert born.life(NODE) is Life.DEAD, "a will is as old as its connection"


@pytest.mark.parametrize(("life", "later_ms", "dies"), [(1, 1, True), (1, 0, False), (2, 1, False), (255, 1, False)])
def test_a_goodbye_that_counts_on_already_is_a_death(world, life, later_ms, dies):
    # as an implementation says it; a will of before can't have a time behind the birth
    world.born(life=0)
    world.say("NDEATH", bdseq(life), at_ms=world.ms + later_ms)
    assert (world.life(NODE) is Life.DEAD) is dies


def test_until_a_device_is_born_again_its_names_mean_nothing(born):
    born.born(life=1)
    born.say("DDATA", alias(10, 99.0), seq=1, device="tank")
    assert born.number(TANK, "level") == 3.0
    assert born.life(TANK) is Life.UNBORN
    assert born.faults() == {"unborn": 1, "unknown_alias": 1}


def test_the_dead_are_not_asked_for_what_is_missing_of_them(born):
    born.say("NDATA", alias(1, 22.0), seq=9)
    assert set(born.host.wanting()) == {KEY}
    born.say("NDEATH", bdseq(0))
    assert born.host.wanting() == {}


def test_the_death_of_a_device_is_its_own(born):
    born.say("DDEATH", seq=2, device="tank")
    assert (born.life(NODE), born.life(TANK)) == (Life.ALIVE, Life.DEAD)
    born.born(life=1)
    assert born.life(TANK) is Life.DEAD, "only its own birth ends that"
    born.device_born()
    assert born.life(TANK) is Life.ALIVE


def test_what_was_said_before_death_came_late_does_not_wake_a_node(born):
    before_ms = born.ms
    born.say("NDATA", alias(1, 22.0), seq=2)
    born.say("NDEATH", bdseq(0))
    born.say("NDATA", alias(1, 21.9), seq=2, at_ms=before_ms)
    assert born.life(NODE) is Life.DEAD
    assert born.number(NODE, "temperature") == 22.0


def test_who_speaks_without_a_birth_is_shown_as_far_as_it_has_names(world):
    world.say("NDATA", Metric(name="pressure", datatype=DataType.DOUBLE, raw=5.0), alias(3, 1.0), seq=17)
    assert world.life(NODE) is Life.UNBORN
    assert world.board.get(NODE).numbers == {"pressure": 5.0}
    assert world.faults() == {"unborn": 1, "unknown_alias": 1}
    assert world.host.wanting() == {KEY: "data without a birth"}
    world.born()
    assert world.host.wanting() == {}


def test_a_death_of_whom_nobody_heard_is_a_death(world):
    world.say("NDEATH", bdseq(4))
    assert world.life(NODE) is Life.DEAD
    assert world.host.wanting() == {}, "the dead are asked for nothing"


def test_what_the_broker_kept_is_of_unknown_age(born):
    born.born(life=9, retained=True)
    assert born.life(NODE) is Life.ALIVE
    assert born.faults() == {"late": 1}
    born.say("NDEATH", bdseq(0), retained=True)
    assert born.life(NODE) is Life.ALIVE
    other = data_topic(OTHER, None)
    born.born(key=OTHER, retained=True)
    assert born.life(other) is Life.UNSURE
    assert born.board.freshness(other, born.now_s) is Freshness.STALE


# ---- what is missing ----


def test_a_gap_is_told_until_births_fill_it(born):
    born.say("DDATA", alias(10, 4.0), seq=4, device="tank")
    assert born.board.get(NODE).liveness.is_incomplete, "the number is the node's, whoever said it"
    assert born.faults() == {"missing": 2}
    assert born.host.wanting() == {KEY: "messages are missing"}
    born.born()
    assert not born.board.get(NODE).liveness.is_incomplete
    assert born.host.wanting() == {}


def test_what_was_overtaken_fills_the_gap_and_is_older_than_what_came_before_it(born):
    early_ms = born.ms + 1
    born.say("NDATA", alias(1, 23.0), seq=3)
    born.say("NDATA", alias(1, 22.0), alias(2, 8), seq=2, at_ms=early_ms)
    assert born.number(NODE, "temperature") == 23.0
    assert born.number(NODE, "count") == 8
    assert not born.board.get(NODE).liveness.is_incomplete
    assert born.faults() == {"missing": 0} or born.faults() == {}


def test_while_the_way_to_the_broker_is_cut_nobody_knows_who_lives(born):
    born.board.fold(born.host.lost_touch(born.now_s))
    assert born.life(NODE) is born.life(TANK) is Life.UNSURE
    assert born.board.freshness(NODE, born.now_s) is Freshness.STALE
    born.say("NDATA", alias(1, 22.0), seq=2)
    assert born.life(NODE) is born.life(TANK) is Life.ALIVE, "the next number: nothing was said meanwhile"


def test_who_was_missed_meanwhile_stays_unsure_until_it_is_born(born):
    born.board.fold(born.host.lost_touch(born.now_s))
    born.say("NDATA", alias(1, 22.0), seq=9)
    assert born.life(NODE) is Life.UNSURE
    assert born.number(NODE, "temperature") == 22.0
    born.born()
    assert born.life(NODE) is Life.ALIVE


# ---- harm ----


@pytest.mark.parametrize("fault", [Fault.MALFORMED, Fault.TOO_LARGE])
def test_after_a_birth_that_can_not_be_read_no_alias_is_believed(born, fault):
    told = born.host.take_unreadable(parse("spBv1.0/rig/NBIRTH/n1"), Said(born.now_s, 9), fault)
    born.board.fold(told)
    born.say("NDATA", alias(1, 99.0), seq=1)
    assert born.number(NODE, "temperature") == 21.5
    assert born.life(NODE) is born.life(TANK) is Life.UNBORN
    assert KEY in born.host.wanting()
    assert born.faults()[fault.value] == 1


def test_data_that_can_not_be_read_change_nothing(born):
    assert born.host.take_unreadable(parse("spBv1.0/rig/NDATA/n1"), Said(born.now_s, 9), Fault.MALFORMED) == []
    assert born.host.take_unreadable(parse("spBv1.0/rig/NBIRTH/who"), Said(born.now_s, 9), Fault.MALFORMED) == []
    assert born.life(NODE) is Life.ALIVE


def test_two_nodes_of_one_name_are_told_by_their_numbers(world):
    world.born()
    for step in range(1, 12):
        world.say("NDATA", alias(1, 20.0), seq=step)
        world.say("NDATA", alias(1, 90.0), seq=100 + step)
    assert world.board.get(NODE).liveness.is_contested


def test_two_nodes_of_one_name_are_told_by_their_births(world):
    for life in (3, 8, 3, 8):
        assert not (world.board.get(NODE) and world.board.get(NODE).liveness.is_contested)
        world.born(life=life)
    assert world.board.get(NODE).liveness.is_contested
    assert world.faults() == {"twice": 2}
    world.now_s += nodes.CALM_S
    world.born(life=9)
    assert not world.board.get(NODE).liveness.is_contested


def test_a_node_that_counts_its_lives_anew_is_one(world):
    for life in (5, 0, 1, 0):
        world.born(life=life)
        world.say("NDEATH", bdseq(life))
    assert world.faults() == {}


@pytest.mark.parametrize(("nodes_heard", "forgotten"), [(3, 0), (4, 1)])
def test_of_too_many_nodes_the_one_heard_longest_ago_goes(world, monkeypatch, nodes_heard, forgotten):
    monkeypatch.setattr(hosts, "MAX_NODES", 3)
    for number in range(nodes_heard):
        world.born(key=NodeKey("rig", str(number)))
    assert world.host.faults[Fault.FORGOTTEN] == forgotten
    assert len(world.host.kept()) == 3


@pytest.mark.parametrize(("most", "forgotten"), [(8, 0), (7, 1)])
def test_of_too_many_names_the_node_heard_longest_ago_goes(world, monkeypatch, most, forgotten):
    # a node and its three metrics
    monkeypatch.setattr(hosts, "MAX_DEFINITIONS", most)
    world.born()
    world.born(key=OTHER)
    assert world.host.faults[Fault.FORGOTTEN] == forgotten
    world.born(key=OTHER)
    assert world.host.faults[Fault.FORGOTTEN] == forgotten, "a rebirth weighs nothing more"


@pytest.mark.parametrize(("devices", "forgotten"), [(3, 0), (4, 1)])
def test_of_too_many_devices_one_goes(world, monkeypatch, devices, forgotten):
    monkeypatch.setattr(nodes, "MAX_DEVICES", 3)
    world.born()
    for number in range(devices):
        world.device_born(seq=1 + number, device=f"d{number}")
    assert world.host.faults[Fault.FORGOTTEN] == forgotten
    assert world.life(NODE) is Life.ALIVE


def test_names_are_any_text_and_shown_harmlessly(world):
    odd = Metric(name="Pompa/Sıcaklık 1\u202e\n", alias=1, datatype=DataType.STRING, raw="a\x1b[2Jb")
    world.say("NBIRTH", bdseq(0), odd, seq=0)
    reading = world.board.get(NODE)
    assert odd.name in reading.paths
    assert "\x1b" not in reading.notes[odd.name].text + reading.text
    assert "\u202e" not in reading.text


@pytest.mark.parametrize(("letters", "unnamed"), [(300, 0), (301, 1)])
def test_names_that_are_too_long_or_none_are_left_out(world, letters, unnamed):
    world.say("NBIRTH", bdseq(0), Metric(name="x" * letters, datatype=DataType.DOUBLE, raw=1.0), seq=0)
    # once as a name, once as a value
    assert world.faults() == ({"unnamed": 2 * unnamed} if unnamed else {})


def test_what_the_reader_left_out_is_counted_and_told(world):
    told = world.born(left_out=5_001)
    assert world.faults() == {"left_out": 5_001}
    assert "5001 more left out" in told[-1].text


def test_commands_are_shown_by_the_names_that_they_stand_for(born):
    told = born.say("NCMD", alias(1, 20.0), Metric(name="Node Control/Rebirth", raw=True))
    assert told[0].text == "temperature 20, Node Control/Rebirth true"
    assert told[0].numbers == {}
    assert born.number(NODE, "temperature") == 21.5


# ---- recordings ----


def test_who_goes_on_from_what_was_kept_knows_the_same(born):
    born.say("DDATA", alias(10, 4.0), seq=4, device="tank")
    kept = msgspec.msgpack.decode(msgspec.msgpack.encode(born.host.kept()), type=tuple[nodes.KeptNode, ...])
    other = World()
    other.host = SparkplugHost()
    other.host.put_back(kept)
    for world in (born, other):
        world.now_s = world.ms = 2_000_000
        told = world.say("DDATA", alias(10, 5.0), seq=5, device="tank")
        told += world.say("NDATA", alias(1, 25.0), seq=6)
        told += world.say("NDEATH", bdseq(0))
        world.told = told
    assert other.told == born.told


@pytest.mark.parametrize(
    ("topic", "is_one"),
    [
        ("spBv1.0/g/NBIRTH/n", True), ("spBv1.0/g/DDATA/n/d", True), ("spBv1.0/g/NBIRTH/n/d", False),
        ("spBv1.0/g/DDATA/n", False), ("spBv1.0/STATE/h", False), ("spBv1.0/g/OTHER/n", False),
        ("spBv1.0//NDATA/n", False), ("spBv1.0/g/NDATA/", False), ("spBv1.0/g/DDATA/n/d/e", False),
        ("spAv1.0/g/NDATA/n", False), ("spBv1.0", False), ("a/spBv1.0/g/NDATA/n", False),
    ],
)  # fmt: skip
def test_topics_of_nodes_are_these(topic, is_one):
    assert (parse(topic) is not None) is is_one
