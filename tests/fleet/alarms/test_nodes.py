# SPDX-License-Identifier: Apache-2.0
"""Alarms about nodes of Sparkplug B, by the rules that come along and by an operator's own."""

from __future__ import annotations

import pytest

from groundstation.fleet.alarms.alarm import AlarmState
from groundstation.fleet.alarms.defaults import DEFAULT_RULES
from groundstation.fleet.alarms.rule import AlarmRule
from groundstation.fleet.conditions import Level
from tests.fleet.alarms.world import World
from tests.fleet.sparkplug.world import LEVEL, NODE, TANK, TEMPERATURE, alias, bdseq
from tests.fleet.sparkplug.world import World as Nodes


class Plant(Nodes):
    """Nodes, and the engine that looks at them."""

    def __init__(self, *rules):
        super().__init__()
        self.alarms = World(*(rules or DEFAULT_RULES.rules))
        self.board = self.alarms.board

    def pass_s(self, seconds):
        self.alarms.pass_s(seconds)

    def active(self):
        return {(one.rule, one.source) for one in self.alarms.engine.alarms.values() if one.is_active}


@pytest.fixture
def plant():
    found = Plant()
    found.born()
    found.device_born()
    found.pass_s(60)
    assert found.active() == set()
    return found


def test_a_node_that_dies_is_one_alarm_and_its_birth_ends_it(plant):
    plant.say("NDEATH", bdseq(0))
    plant.pass_s(1)
    assert plant.active() == {("node_dead", NODE)}, "its devices are none of their own"
    assert plant.alarms.only.level is Level.WARNING
    plant.born(life=1)
    plant.device_born()
    plant.pass_s(2)
    assert plant.alarms.only.state is AlarmState.RETURNED


def test_a_late_will_is_no_alarm(plant):
    plant.born(life=1)
    plant.device_born()
    plant.say("NDEATH", bdseq(0), at_ms=1)
    plant.pass_s(60)
    assert plant.active() == set()


def test_a_device_that_dies_is_an_alarm(plant):
    plant.say("DDEATH", seq=2, device="tank")
    plant.pass_s(1)
    assert plant.active() == {("node_dead", TANK)}


@pytest.mark.parametrize(("seconds", "raised"), [(29, False), (31, True)])
def test_a_device_that_does_not_come_back_with_its_node_is_an_alarm(plant, seconds, raised):
    plant.say("NDEATH", bdseq(0))
    plant.born(life=1)
    plant.pass_s(seconds)
    assert (("node_absent", TANK) in plant.active()) is raised


@pytest.mark.parametrize(("seconds", "raised"), [(14, False), (16, True)])
def test_messages_that_are_missing_are_an_alarm_until_births_fill_the_gap(plant, seconds, raised):
    plant.say("DDATA", alias(10, 4.0), seq=9, device="tank")
    plant.pass_s(seconds)
    assert (("node_incomplete", NODE) in plant.active()) is raised
    plant.born(life=0)
    plant.device_born()
    plant.pass_s(3)
    assert plant.active() == set()


def test_two_nodes_of_one_name_are_an_alarm(plant):
    for step in range(12):
        plant.say("NDATA", alias(1, 1.0), seq=2 + step)
        plant.say("NDATA", alias(1, 99.0), seq=150 + step)
    plant.pass_s(1)
    assert ("node_contested", NODE) in plant.active()


def test_devices_that_tell_nothing_of_births_are_no_node():
    plant = Plant()
    plant.alarms.hear("spBv1.0/rig/NDATA/n1", dead=1.0)
    plant.pass_s(100)
    assert plant.active() == set()


def test_a_rule_may_be_about_a_metric_with_blanks_and_tells_its_unit():
    rule = AlarmRule(
        name="hot", title="Hot", topics="spBv1.0/+/NDATA/#", when='"Pump A/Temperature" > 60', until='"pump a/temperature" < 50'
    )  # fmt: skip
    plant = Plant(rule)
    plant.say("NBIRTH", bdseq(0), LEVEL, type(TEMPERATURE)(
        name="Pump A/Temperature", alias=1, datatype=10, raw=59.0, properties={"engUnit": "°C"}), seq=0)  # fmt: skip
    plant.pass_s(1)
    assert plant.active() == set()
    plant.say("NDATA", alias(1, 61.0), seq=1)
    plant.pass_s(1)
    assert (plant.alarms.only.value, plant.alarms.only.unit) == (61.0, "°C")
    plant.say("NDATA", alias(1, None, is_null=True), seq=2)
    plant.pass_s(5)
    assert plant.alarms.only.is_active, "what is not known ends nothing"
    plant.say("NDATA", alias(1, 49.0), seq=3)
    plant.pass_s(1)
    assert plant.active() == set()
