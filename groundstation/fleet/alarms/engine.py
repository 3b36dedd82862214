# SPDX-License-Identifier: Apache-2.0
"""Raises alarms by rules and keeps their lives. Pure: told what there is and what time it is; one thread owns it.

An engine that does not lead looks all the same, so that it can go on at any moment: what the leader says about alarms
it takes over (`take`), and raises nothing itself.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping

import msgspec

from groundstation.fleet.alarms import life
from groundstation.fleet.alarms.alarm import Alarm, AlarmState
from groundstation.fleet.alarms.flood import Flood
from groundstation.fleet.alarms.life import Sight
from groundstation.fleet.alarms.rule import AlarmRule, ReadRule, RuleSet, understood
from groundstation.fleet.alarms.subjects import Rates, Seen
from groundstation.fleet.alarms.watching import Watch
from groundstation.fleet.alarms.wishes import AlarmWish, fulfilled
from groundstation.fleet.conditions import Condition, Level
from groundstation.fleet.sensors import SensorBoard
from groundstation.fleet.summary import VehicleSummary

MAX_ALARMS = 5_000
"""More are not kept; those that are not raised for that are counted."""
TELL_S = 5.0
"""The number of an alarm that goes on is told so often."""
VEHICLE_S, TOPIC_S = 30.0, 600.0
"""An engine that began has heard by then whose alarms it found; of whom it has not, they return."""
MAX_WISHES = 5_000
"""That are remembered against repetition."""


class AlarmEngine:
    """All alarms."""

    def __init__(self, rules: RuleSet | None = None) -> None:
        self.alarms: dict[str, Alarm] = {}
        self.rules = RuleSet()
        self.dropped = 0
        """Alarms that were one too many."""
        self._read: list[ReadRule] = []
        self._of_topic: dict[str, list[ReadRule]] = {}
        self._aging: list[ReadRule] = []
        self._watches: dict[tuple[str, str], Watch] = {}
        self._began_s: float | None = None
        self._now_s = 0.0
        self._rates = Rates()
        self._flood = Flood()
        self._changed: OrderedDict[str, Alarm] = OrderedDict()
        self._told_s: dict[str, float] = {}
        self._wishes: OrderedDict[str, None] = OrderedDict()
        self._shown: dict[str, VehicleSummary] = {}
        self._others: dict[str, None] = {}
        if rules is not None:
            self.use(rules)

    def use(self, rules: RuleSet) -> None:
        """Go by these rules; alarms of rules that are gone, or off, return.

        Raises:
            UsageError: one of them means nothing; the ones before stay.
        """
        read = [one for one in understood(rules.rules) if one.rule.is_on]
        self.rules, self._read, self._of_topic = rules, read, {}
        # who is silent is looked at though nothing comes
        self._aging = [one for one in read if one.rule.is_of_topics and "age" in one.rule.when.casefold()]
        known = {one.rule.name: one for one in read}
        before, self._watches = self._watches, {}
        for place, watch in before.items():
            found = known.get(place[0])
            # what is raised stays so until the changed rule finds it otherwise: nobody acknowledges it twice
            if found is not None and found.rule.is_of_topics == watch.rule.rule.is_of_topics:
                watch.rule = found
                self._watches[place] = watch

    def look(
        self,
        vehicles: Iterable[VehicleSummary],
        others: Mapping[str, tuple[Condition, ...]],
        board: SensorBoard,
        changed: set[str],
        now_s: float,
    ) -> None:
        """See how everything is now.

        Args:
            vehicles: all of them.
            others: what is wrong with anything else, by its name: pairs of vehicles, recorders.
            board: readings of other devices.
            changed: topics with a new reading since the last call.
            now_s: seconds on this computer's monotonic clock.
        """
        self._now_s = now_s
        if self._began_s is None:
            self._began_s = now_s
        self._shown = {str(one.key): one for one in vehicles}
        for source, summary in self._shown.items():
            seen = Seen(source, now_s, self._rates, summary=summary, conditions=summary.conditions)
            for rule in self._read:
                if not rule.rule.is_of_topics:
                    self._look(rule, seen)
        self._look_at_others(others, now_s)
        self._look_at_topics(board, changed, now_s)

    def _look_at_others(self, others: Mapping[str, tuple[Condition, ...]], now_s: float) -> None:
        raised = {source for _, source in self._watches if source in self._others}
        self._others = dict.fromkeys(raised) | dict.fromkeys(others)
        for source in self._others:
            seen = Seen(source, now_s, self._rates, conditions=others.get(source, ()))
            for rule in self._read:
                if rule.rule.conditions:
                    self._look(rule, seen)

    def _look_at_topics(self, board: SensorBoard, changed: set[str], now_s: float) -> None:
        moving = {one.source for one in self._watches.values() if one.rule.rule.is_of_topics and one.is_moving}
        topics = changed | moving
        if self._aging:
            topics |= {one for one in board.topics() if any(rule.is_about(one) for rule in self._aging)}
        for topic in topics:
            reading = board.get(topic)
            if reading is None:
                continue
            seen = Seen(topic, now_s, self._rates, reading=reading)
            for rule in self._rules_of(topic):
                self._look(rule, seen)

    def _rules_of(self, topic: str) -> list[ReadRule]:
        found = self._of_topic.get(topic)
        if found is None:
            found = [one for one in self._read if one.is_about(topic)]
            # a forger could make up topics without end
            if len(self._of_topic) > 20_000:
                self._of_topic.clear()
            self._of_topic[topic] = found
        return found

    def _look(self, rule: ReadRule, seen: Seen) -> None:
        place = (rule.rule.name, seen.source)
        watch = self._watches.get(place)
        if watch is None:
            watch = self._watches[place] = Watch(rule, seen.source)
            known = self.alarms.get(watch.key)
            if known is not None and known.is_active:
                watch.adopt()
        watch.look(seen)

    def lead(self, now_s: float, now_unix_s: float) -> None:
        """Raise and return what was seen; the leader alone calls it.

        Args:
            now_s: as in `look`.
            now_unix_s: seconds since 1970, for people.
        """
        for watch in self._watches.values():
            if watch.is_raised and watch.sight is not None:
                self._raise(watch, watch.sight, now_s, now_unix_s)
            elif not watch.is_raised:
                self._return(watch.key, now_unix_s)
        self._forgotten(now_unix_s)
        for group, merged in self._flood.gather(self.alarms, now_s):
            self._merge(group, merged)
        for alarm in list(self.alarms.values()):
            if alarm.shelf is not None and now_unix_s >= alarm.shelf.until_unix_s:
                self._put(life.unshelved(alarm))

    def _raise(self, watch: Watch, sight: Sight, now_s: float, now_unix_s: float) -> None:
        key, rule = watch.key, watch.rule.rule
        known = self.alarms.get(key)
        group = self.alarms.get(self._flood.group_of(key) or "")
        if known is None and group is not None:
            if sight.level > group.level:
                self._put(life.seen_again(group, sight, now_unix_s))
        elif known is None:
            self._begin(new_alarm(key, rule, watch.source, sight, now_unix_s), now_s)
        else:
            changed = life.seen_again(known, sight, now_unix_s)
            is_due = now_s - self._told_s.setdefault(key, now_s) >= TELL_S
            if changed is known and is_due and _tells_more(known, sight):
                changed = life.told_anew(known, sight)
            if changed is not known:
                self._told_s[key] = now_s
                self._put(changed)

    def _begin(self, alarm: Alarm, now_s: float) -> None:
        if len(self.alarms) >= MAX_ALARMS:
            self.dropped += 1
            return
        self._flood.raised(alarm.key, now_s)
        self._put(alarm)

    def _merge(self, group: Alarm, merged: list[str]) -> None:
        """Alarms stand in a group from now on; those of this turn were never told."""
        for key in merged:
            alarm = self.alarms.pop(key)
            if self._changed.pop(key, None) is None or alarm.revision > 0:
                self._changed[key] = msgspec.structs.replace(
                    alarm, state=AlarmState.OVER, revision=alarm.revision + 1
                )  # fmt: skip
        self._put(group)

    def _return(self, key: str, now_unix_s: float) -> None:
        known = self.alarms.get(key)
        if known is not None:
            self._put(life.returned(known, now_unix_s))
            return
        left = self._flood.leave(key)
        group = self.alarms.get(left[0]) if left is not None else None
        if left is not None and group is not None:
            group = life.covers(group, left[1], left[2])
            self._put(group if group.affected else life.returned(group, now_unix_s))

    def _forgotten(self, now_unix_s: float) -> None:
        """What nobody looks at any more is not so any more: rules that are off, vehicles and topics that are gone."""
        names = {one.rule.name for one in self._read}
        looked_s = 0.0 if self._began_s is None else self._now_s - self._began_s
        for alarm in list(self.alarms.values()):
            is_unseen = (alarm.rule, alarm.source) not in self._watches and not alarm.members
            patience_s = VEHICLE_S if alarm.vehicle is not None else TOPIC_S
            is_gone = alarm.vehicle is not None and not is_unseen and alarm.source not in self._shown
            if alarm.rule not in names or is_gone or (is_unseen and looked_s > patience_s):
                self._watches.pop((alarm.rule, alarm.source), None)
                self._put(life.returned(alarm, now_unix_s))

    def wish(self, wish: AlarmWish, now_unix_s: float) -> bool:
        """Do what an operator wants; the leader alone calls it.

        Returns:
            False for one that came twice, or that changes nothing.
        """
        if wish.id in self._wishes:
            return False
        self._wishes[wish.id] = None
        if len(self._wishes) > MAX_WISHES:
            self._wishes.popitem(last=False)
        has_changed = False
        for key in wish.keys:
            known = self.alarms.get(key)
            changed = fulfilled(wish, known, now_unix_s) if known is not None else None
            if changed is not None and changed is not known:
                self._put(changed)
                has_changed = True
        return has_changed

    def take(self, alarm: Alarm) -> None:
        """What the leader, or a broker that kept it, says of an alarm."""
        if alarm.state is AlarmState.OVER:
            self.alarms.pop(alarm.key, None)
            self._flood.forget(alarm.key)
            return
        if alarm.key not in self.alarms and len(self.alarms) >= MAX_ALARMS:
            self.dropped += 1
            return
        self.alarms[alarm.key] = alarm
        if alarm.members:
            self._flood.adopt(alarm)

    def take_changed(self) -> list[Alarm]:
        """What is to be said about alarms since the last call, in order."""
        changed, self._changed = list(self._changed.values()), OrderedDict()
        return changed

    def _put(self, alarm: Alarm) -> None:
        before = self.alarms.get(alarm.key)
        if before is alarm:
            return
        self._changed[alarm.key] = alarm
        self._changed.move_to_end(alarm.key)
        if alarm.state is AlarmState.OVER:
            self.alarms.pop(alarm.key, None)
            self._told_s.pop(alarm.key, None)
            self._flood.forget(alarm.key)
        else:
            self.alarms[alarm.key] = alarm


def new_alarm(key: str, rule: AlarmRule, source: str, sight: Sight, now_unix_s: float) -> Alarm:
    """One that begins. An advisory asks nobody: it is told, and goes."""
    asks = sight.level > Level.ADVISORY
    return Alarm(
        key=key,
        rule=rule.name,
        source=source,
        title=rule.title,
        said=sight.said,
        value=sight.value,
        unit=sight.unit,
        advice=rule.advice,
        level=sight.level,
        worst=sight.level,
        state=AlarmState.ACTIVE if asks else AlarmState.ACKNOWLEDGED,
        raised_unix_s=now_unix_s,
    )


def _tells_more(alarm: Alarm, sight: Sight) -> bool:
    return (alarm.said, alarm.value) != (sight.said, sight.value)
