# SPDX-License-Identifier: Apache-2.0
"""An engine of alarms joined to its broker. Two threads: `mqtt-worker` takes in, this one looks, raises and says so."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import deque
from pathlib import Path
from typing import Any

import msgspec

from groundstation import __version__
from groundstation.app.alarm_file import KeptAlarms, read_kept, write_kept
from groundstation.app.company import Company, stay_while_needed
from groundstation.app.processes import GOES_ON
from groundstation.app.said_desk import SaidDesk
from groundstation.app.said_store import SaidStore
from groundstation.app.wiring import StationBus, calm_collector, host_name
from groundstation.bridge.publisher import new_session
from groundstation.fleet.alarms.alarm import Alarm, AlarmAction, AlarmState, EngineState
from groundstation.fleet.alarms.defaults import DEFAULT_RULES
from groundstation.fleet.alarms.engine import AlarmEngine
from groundstation.fleet.alarms.lease import SAY_S, Lease
from groundstation.fleet.alarms.nearness import near_pairs
from groundstation.fleet.alarms.rule import RuleSet
from groundstation.fleet.alarms.services import recorder_conditions
from groundstation.fleet.alarms.wishes import AlarmWish
from groundstation.fleet.awareness.watch import AwarenessWatch
from groundstation.fleet.commands import Role
from groundstation.fleet.errors import UsageError
from groundstation.fleet.roster import Fleet
from groundstation.fleet.sensors import SensorBoard
from groundstation.fleet.summary import summary_of
from groundstation.fleet.updates import ServiceUpdate
from groundstation.transport import payloads, topics
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import BusState, Message, Outgoing
from groundstation.transport.inbox import Inbox
from groundstation.transport.leaves import ALARM_NOW, ENGINE_RULES, STATION_ALM, engine_filters

log = logging.getLogger("groundstation.alarms")

ROOTS = ("fleet", "sim")
TICK_S = 0.25
LOOK_S = 1.0
"""How often everything is looked at: no rule asks for less."""
MAX_WISHES = 2_000
"""Wishes that wait for the next tick."""
MAX_DOUBTFUL = 1_000
"""Alarms that are put right in one turn."""
TELL_ALL_S = 2.0
"""Whoever asks for everything gets it no more often."""


class AlarmProcess:
    """An engine with its connection to the broker."""

    def __init__(self, url: BrokerUrl, path: Path, said: Path) -> None:
        """Prepare; `run` serves.

        Args:
            url: the broker.
            path: file in which rules and alarms are kept.
            said: file in which is kept what operators say.
        """
        self.name = f"{host_name()}-{uuid.uuid4().hex[:6]}"
        self._path, self._kept = path, read_kept(path)
        self.engine = AlarmEngine(self._kept.rules or DEFAULT_RULES)
        self.lease = Lease(self.name, time.monotonic())
        self.fleet, self.board = Fleet(), SensorBoard()
        self.awareness = AwarenessWatch()
        self._session, self._seq = new_session(), 0
        self._wishes: deque[AlarmWish] = deque()
        self._lock = threading.Lock()
        self._is_asked = False
        self._dropped = 0
        self._filters: set[str] = set()
        self._doubtful: dict[str, Alarm] = {}
        """What somebody else said of alarms while this engine leads."""
        self._company = Company(time.monotonic())
        self._looked_s = self._said_s = self._told_all_s = float("-inf")
        self.inbox = Inbox()
        gone = EngineState(is_online=False, version=__version__)
        self.bus = StationBus(
            url, ROOTS, self.inbox, role="alarms", on_message=self._on_message, will=self._outgoing(self._conn, gone)
        )
        self.said = SaidDesk(self.name, SaidStore(said), self._outgoing, self.bus.worker.publish)
        # who only stands by hears what every station does
        self.bus.follow(frozenset())
        self.bus.worker.subscribe(engine_filters())
        self._subscribe()

    @property
    def _conn(self) -> str:
        return topics.engine(self.name, topics.CONN)

    def _outgoing(self, topic: str, content: Any, *, is_retained: bool = False) -> Outgoing:
        envelope = payloads.Envelope(
            sid=self._session, seq=self._seq, ts=int(time.time() * 1000), bms=int(time.monotonic() * 1000), d=content
        )
        self._seq += 1
        return Outgoing(topic, payloads.encode(envelope), qos=1, retain=is_retained)

    def _on_message(self, message: Message) -> None:
        """On the worker thread: wishes wait apart, everything else is taken in as by any station."""
        self._company.take(message, message.received_s)
        topic = topics.parse(message.topic)
        service = topic if isinstance(topic, topics.ServiceTopic) else None
        if service is not None and service.leaf == topics.ALM and service.service == topics.STATION:
            self._take_wish(message)
        elif service is not None and self.said.take(service, message):
            pass
        elif message.topic == topics.sync_all(ROOTS[0]):
            self._is_asked = True
        else:
            self.inbox.offer(message)

    def _take_wish(self, message: Message) -> None:
        try:
            wish: AlarmWish = payloads.decode(STATION_ALM, message.payload).d
        except payloads.PayloadError as error:
            log.warning("a wish about alarms can't be read: %s", error)
            return
        with self._lock:
            if len(self._wishes) >= MAX_WISHES:
                self._wishes.popleft()
                self._dropped += 1
            self._wishes.append(wish)

    def run(self, stop: threading.Event) -> None:
        """Serve until stopped."""
        calm_collector()
        self.bus.start()
        try:
            while not stop.wait(TICK_S):
                self.tick(time.monotonic(), time.time())
        finally:
            self._keep()
            self.said.close()
            self._forget_rules()
            self.bus.worker.publish([self._outgoing(self._conn, EngineState(is_online=False, version=__version__))])
            self.bus.stop()

    def stay(self, is_left: bool, linger_s: float, stop: threading.Event) -> None:
        """Go on without the window that started this, as long as something that is heard is armed, and a bit longer.

        Args:
            is_left: the window was closed, so that nothing armed is nothing to stay for.
            linger_s: how long to stay after that.
            stop: ends the wait.
        """
        if is_left and not self._company.armed(time.monotonic()):
            return
        log.warning("alarms %s; this ends by itself %.0f s after the last is disarmed", GOES_ON, linger_s)
        self._company.linger_s = linger_s
        stay_while_needed(self._company, stop)

    def tick(self, now_s: float, unix_s: float) -> None:
        """A quarter of a second of work.

        Args:
            now_s: monotonic seconds.
            unix_s: seconds since 1970.
        """
        self._take_in(now_s)
        if self.bus.worker.status.state is not BusState.CONNECTED:
            # what is not heard any more is the broker's fault: nothing is raised, and nothing returns
            self.lease.lost_touch(now_s)
            return
        if now_s - self._looked_s >= LOOK_S:
            self._looked_s = now_s
            self._look(now_s)
        if self.lease.tick(now_s):
            self._begin_to_lead()
        self.said.tick(self.lease.leader or "", now_s)
        # of no consequence where it is so already
        self.bus.follow(None if self.lease.leads else frozenset())
        if self.lease.leads:
            self._lead(now_s, unix_s)
        if now_s - self._said_s >= SAY_S:
            self._said_s = now_s
            self._say()
        if self._is_asked and now_s - self._told_all_s >= TELL_ALL_S:
            self._is_asked, self._told_all_s = False, now_s
            self._tell_all()

    def _take_in(self, now_s: float) -> None:
        delivery = self.inbox.drain()
        self.fleet.fold(delivery.updates)
        self.board.fold(delivery.readings)
        for update in delivery.updates:
            if isinstance(update, ServiceUpdate):
                self._take_service(update, now_s)

    def _take_service(self, update: ServiceUpdate, now_s: float) -> None:
        match update.content:
            case EngineState():
                had = self.lease.leads
                self.lease.take(update.service, update.content, now_s)
                if had and not self.lease.leads:
                    log.warning("another engine of alarms leads: %s", update.service)
            case Alarm() if update.session == self._session:
                # what this engine said itself comes back
                pass
            case Alarm() if self.lease.leads:
                self._doubtful[update.content.key] = update.content
            case Alarm():
                self.engine.take(update.content)
            case RuleSet() if update.session != self._session and update.content.revision > self.engine.rules.revision:
                self._use(update.content)
            case _:
                pass

    def _use(self, rules: RuleSet) -> bool:
        try:
            self.engine.use(rules)
        except UsageError as error:
            # whoever made them may be newer, or a stranger; the ones before stay
            log.warning("rules of alarms are not used: %s", error)
            return False
        self._subscribe()
        self._keep()
        return True

    def _subscribe(self) -> None:
        """Topics of other devices that rules are about."""
        wanted = set()
        for rule in self.engine.rules.rules:
            if rule.topics and rule.is_on:
                try:
                    wanted.add(topics.checked_filter(rule.topics))
                except UsageError as error:
                    log.warning("rule '%s': %s", rule.name, error)
        if gone := self._filters - wanted:
            self.bus.worker.unsubscribe(sorted(gone))
        if new := wanted - self._filters:
            self.bus.worker.subscribe(dict.fromkeys(sorted(new), 1))
        self._filters = wanted

    def _look(self, now_s: float) -> None:
        # a recording that is played is the past: it raises nothing
        states = [one for one in self.fleet if one.key.root in ROOTS]
        self.fleet.tell_awareness(self.awareness.whole(states, now_s))
        states = [one for one in self.fleet if one.key.root in ROOTS]
        others = near_pairs(states, now_s) | recorder_conditions(self.fleet.recorders)
        summaries = [summary_of(one, now_s) for one in states]
        self.engine.look(summaries, others, self.board, self.board.take_changed(), now_s)

    def _begin_to_lead(self) -> None:
        log.info("leads in term %d", self.lease.term)
        if not self.engine.alarms:
            for alarm in self._kept.alarms:
                self.engine.take(alarm)
        self.engine.take_changed()
        self._said_s = float("-inf")
        self._tell_all()

    def _lead(self, now_s: float, unix_s: float) -> None:
        with self._lock:
            wishes = list(self._wishes)
            self._wishes.clear()
        for wish in wishes:
            self._fulfil(wish, unix_s)
        self.engine.lead(now_s, unix_s)
        self._put_right()
        changed = self.engine.take_changed()
        if changed:
            self.bus.worker.publish([one for alarm in changed for one in self._told(alarm)])
            self._keep()

    def _put_right(self) -> None:
        """Say again how it is where somebody else said otherwise: a leader that is late, or a stranger."""
        doubtful, self._doubtful = self._doubtful, {}
        told: list[Outgoing] = []
        for key, claimed in list(doubtful.items())[:MAX_DOUBTFUL]:
            known = self.engine.alarms.get(key)
            if known != claimed:
                over = msgspec.structs.replace(claimed, state=AlarmState.OVER, shelf=None)
                told += self._told(known if known is not None else over)
        if told:
            self.bus.worker.publish(told)

    def _fulfil(self, wish: AlarmWish, unix_s: float) -> None:
        if wish.by.role is Role.OBSERVER:
            log.warning("%s only looks, and wants %s; it is left undone", wish.by.op, wish.action.value)
        elif wish.action is not AlarmAction.RULES:
            self.engine.wish(wish, unix_s)
        elif wish.rules is not None:
            rules = msgspec.structs.replace(wish.rules, revision=self.engine.rules.revision + 1)
            if self._use(rules):
                self.bus.worker.publish([self._rules()])

    def _told(self, alarm: Alarm) -> list[Outgoing]:
        topic = topics.alarm(alarm.key)
        if alarm.state is not AlarmState.OVER:
            return [self._outgoing(topic, alarm, is_retained=ALARM_NOW.is_retained)]
        # the end is told, and then the broker forgets it (MQTT 5, 3.3.1.3)
        return [self._outgoing(topic, alarm), Outgoing(topic, b"", qos=1, retain=True)]

    def _rules(self) -> Outgoing:
        topic = topics.engine(self.name, topics.ENGINE_RULES)
        return self._outgoing(topic, self.engine.rules, is_retained=ENGINE_RULES.is_retained)

    def _forget_rules(self) -> None:
        """An engine's name never comes again: a broker would collect its rules."""
        self.bus.worker.publish([Outgoing(topics.engine(self.name, topics.ENGINE_RULES), b"", qos=1, retain=True)])

    def _say(self) -> None:
        state = EngineState(
            leads=self.lease.leads,
            term=self.lease.term,
            rules=self.engine.rules.revision,
            alarms=len(self.engine.alarms),
            dropped=self._dropped + self.engine.dropped + self.said.dropped,
            version=__version__,
        )
        self.bus.worker.publish([self._outgoing(self._conn, state)])

    def _tell_all(self) -> None:
        """For who came later, and brokers that keep nothing."""
        if self.lease.leads:
            alarms = [one for alarm in self.engine.alarms.values() for one in self._told(alarm)]
            self.bus.worker.publish([self._rules(), *alarms])
            self._say()

    def _keep(self) -> None:
        try:
            write_kept(self._path, KeptAlarms(rules=self.engine.rules, alarms=tuple(self.engine.alarms.values())))
        except OSError as error:
            log.warning("alarms can't be kept in %s (%s); a restart would forget them", self._path, error)
