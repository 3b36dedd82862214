# SPDX-License-Identifier: Apache-2.0
"""Vehicles, devices and engines for tests of alarms; seconds pass by hand."""

from __future__ import annotations

from groundstation.fleet.alarms.alarm import AlarmAction
from groundstation.fleet.alarms.engine import AlarmEngine
from groundstation.fleet.alarms.rule import AlarmRule, RuleSet
from groundstation.fleet.alarms.wishes import AlarmWish
from groundstation.fleet.commands import Actor
from groundstation.fleet.conditions import Condition, Level
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.phrases import say
from groundstation.fleet.sensors import PayloadKind, SensorBoard, SensorReading
from groundstation.fleet.summary import VehicleSummary

UNIX_S = 1.7e9
AYSE = Actor(op="ayse", gs="gs-1")
HUMIDITY = AlarmRule(
    name="humid", title="Humidity", topics="KTÜ/+/Nem", when="value > 60", until="value < 55", after_s=30.0,
    shown="value", level=Level.CAUTION, advice="Open the cabinet",
)  # fmt: skip
BATTERY = AlarmRule(name="battery", title="Battery", conditions=("battery_low", "battery_critical"))


def vehicle(name="uav-1", *found, charge=None, flying=None):
    """A summary; `found` are pairs of a level and a code."""
    told = tuple(Condition(level, say(code, percent=20.0, name="battery")) for level, code in found)
    return VehicleSummary(
        key=VehicleKey("fleet", name), name=name, level=max((one.level for one in told), default=Level.NORMAL),
        conditions=told, is_heard=True, is_stale=False, heard_age_s=0.1, mode="AUTO", is_armed=True, is_flying=flying,
        charge_fraction=charge, height_home_m=None, ground_speed_mps=None,
    )  # fmt: skip


LOW, CRITICAL = (Level.CAUTION, "battery_low"), (Level.WARNING, "battery_critical")


def reading(topic, at_s, value=None, **numbers):
    known = numbers if value is None else {"": float(value)}
    return SensorReading(
        topic=topic, received_s=at_s, kind=PayloadKind.JSON, size_bytes=5, text=str(known), numbers=known
    )


class World:
    """An engine that leads, and what it sees."""

    def __init__(self, *rules, leads=True):
        self.engine = AlarmEngine(RuleSet(rules=rules))
        self.board, self.now_s, self.leads = SensorBoard(), 100.0, leads
        self.told, self.wishes = [], 0
        self.fleet, self.others = [], {}

    def pass_s(self, seconds, step_s=1.0):
        """Time passes; what was told is kept in `told` and returned."""
        first, end_s = len(self.told), self.now_s + seconds
        while self.now_s < end_s - 1e-9:
            self.now_s += step_s
            self.look()
        return self.told[first:]

    def look(self):
        first = len(self.told)
        self.engine.look(self.fleet, self.others, self.board, self.board.take_changed(), self.now_s)
        if self.leads:
            self.engine.lead(self.now_s, UNIX_S + self.now_s)
            self.told += self.engine.take_changed()
        return self.told[first:]

    def hear(self, topic, value=None, **numbers):
        self.board.fold([reading(topic, self.now_s, value, **numbers)])

    def wish(self, action, *keys, **more):
        self.wishes += 1
        known = {"id": f"w{self.wishes}", "by": AYSE} | more
        found = self.engine.wish(AlarmWish(action=action, keys=keys, **known), UNIX_S + self.now_s)
        self.told += self.engine.take_changed()
        return found

    def acknowledge(self, *keys, **more):
        return self.wish(AlarmAction.ACKNOWLEDGE, *(keys or self.engine.alarms), **more)

    @property
    def only(self):
        (one,) = self.engine.alarms.values()
        return one
