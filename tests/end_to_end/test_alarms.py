# SPDX-License-Identifier: Apache-2.0
"""Engines of alarms, stations and a sensor on real brokers."""

from __future__ import annotations

import json
import threading
import time

import msgspec
import pytest

from groundstation.app.alarm_file import KeptAlarms, read_kept, write_kept
from groundstation.app.alarm_process import AlarmProcess
from groundstation.app.ordering import Desk
from groundstation.fleet.alarms.alarm import AlarmAction, AlarmState
from groundstation.fleet.alarms.rule import AlarmRule, RuleSet
from groundstation.fleet.alarms.rule_file import read_rules, write_rules
from groundstation.fleet.alarms.wishes import new_wish
from groundstation.fleet.commands import Actor, Role
from groundstation.fleet.conditions import Level
from groundstation.transport import payloads, topics
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.bus import Outgoing
from groundstation.transport.commander import alarm_wish
from tests.support.programs import run_program
from tests.support.waiting import wait_until

CABIN = "Türkiye/Trabzon/KTÜ/Kabin1/Nem"
HUMID = AlarmRule(
    name="humid", title="Humidity", topics="Türkiye/Trabzon/KTÜ/+/Nem", when="value > 60", until="value < 55",
    after_s=1.0, shown="value", level=Level.WARNING, advice="Open the cabinet",
)  # fmt: skip
pytestmark = [pytest.mark.mosquitto]


class Town:
    """Engines and stations on one broker; all are ended at the end."""

    def __init__(self, broker, folder):
        self.url, self.folder = parse_broker_url(broker.url), folder
        self._engines, self._stations = [], []
        self.told = []

    def engine(self, name="a", rules=(HUMID,)):
        path = self.folder / f"{name}.json"
        if not path.exists():
            write_kept(path, KeptAlarms(rules=RuleSet(rules=rules)))
        process, stop = AlarmProcess(self.url, path, path.with_suffix(".sqlite3")), threading.Event()
        thread = threading.Thread(target=process.run, args=(stop,), name=f"engine-{name}")
        thread.start()
        self._engines.append((process, stop, thread))
        return process

    def stop(self, process):
        """An orderly end."""
        for one, stop, thread in self._engines:
            if one is process:
                stop.set()
                thread.join()

    def silence(self, process):
        """As a computer that hangs: it is there, and says nothing any more; no goodbye, no will."""
        process.tick = lambda *_: None

    def station(self):
        desk = Desk(self.url, ("fleet", "sim"), None)
        desk.__enter__()
        self._stations.append(desk)
        return desk

    def turn(self):
        for desk in self._stations:
            desk.turn()

    def wait(self, is_true, what=""):
        def found():
            self.turn()
            return is_true()

        wait_until(found, what=what)

    def say(self, desk, value, topic=CABIN, **more):
        desk.bus.worker.publish([Outgoing(topic, str(value).encode(), qos=1, **more)])

    def wish(self, desk, action, *keys, **more):
        desk.bus.worker.publish([alarm_wish(new_wish(action, desk.actor, keys, **more), 0)])

    def close(self):
        for _, stop, _ in self._engines:
            stop.set()
        for _, _, thread in self._engines:
            thread.join()
        for desk in self._stations:
            desk.__exit__(None, None, None)


@pytest.fixture
def town(any_broker, tmp_path):
    found = Town(any_broker, tmp_path)
    yield found
    found.close()


def only(desk):
    (one,) = desk.fleet.alarms
    return one


def states(desk):
    return [one.state for one in desk.fleet.alarms]


def test_a_cabin_is_humid_one_station_acknowledges_another_shelves_and_all_see_it(town):
    first, second = town.station(), town.station()
    town.engine()
    town.wait(lambda: first.fleet.alarms.leader(time.monotonic()) is not None, "an engine leads")
    town.say(first, 61)
    town.wait(lambda: states(first) == states(second) == [AlarmState.ACTIVE], "both see it")
    assert (only(first).source, only(first).value, only(first).level) == (CABIN, 61.0, Level.WARNING)
    town.wish(second, AlarmAction.ACKNOWLEDGE, only(second).key)
    town.wait(lambda: states(first) == [AlarmState.ACKNOWLEDGED], "acknowledged for all")
    assert only(first).acknowledged.by == second.actor
    town.wish(first, AlarmAction.SHELVE, only(first).key, seconds=600.0, text="dryer is on its way")
    town.wait(lambda: only(second).shelf is not None)
    assert only(second).shelf.reason == "dryer is on its way"
    town.wish(second, AlarmAction.UNSHELVE, only(first).key)
    town.wait(lambda: only(first).shelf is None)
    town.say(first, 54)
    town.wait(lambda: states(first) == states(second) == [AlarmState.RETURNED], "it is dry again")
    town.wish(first, AlarmAction.ACKNOWLEDGE, only(first).key)
    town.wait(lambda: not len(first.fleet.alarms) and not len(second.fleet.alarms))
    changes = [one.alarm.state for one in second.fleet.alarms.history]
    # each change once and in order
    assert changes == [
        *(AlarmState.ACTIVE, AlarmState.ACKNOWLEDGED, AlarmState.ACKNOWLEDGED),
        *(AlarmState.ACTIVE, AlarmState.RETURNED, AlarmState.OVER),
    ]


def test_who_comes_later_and_who_was_away_sees_what_there_is(town):
    first = town.station()
    engine = town.engine()
    town.wait(lambda: engine.lease.leads)
    town.say(first, 61)
    town.wait(lambda: states(first) == [AlarmState.ACTIVE])
    late = town.station()
    town.wait(lambda: states(late) == [AlarmState.ACTIVE])
    assert only(late) == only(first)
    town.wait(lambda: late.fleet.alarms.rules is not None, "the rules are retained on a topic of their own")
    assert late.fleet.alarms.rules.rules == (HUMID,)


@pytest.mark.parametrize("ends", ["stop", "silence"])
def test_another_engine_goes_on_and_nothing_is_lost_or_doubled(town, ends):
    station = town.station()
    first = town.engine("a")
    town.wait(lambda: first.lease.leads)
    second = town.engine("b")
    town.say(station, 61)
    town.wait(lambda: states(station) == [AlarmState.ACTIVE])
    town.wait(lambda: len(second.engine.alarms) == 1, "the second knows of it")
    town.wish(station, AlarmAction.ACKNOWLEDGE, only(station).key)
    town.wait(lambda: states(station) == [AlarmState.ACKNOWLEDGED])
    key = only(station).key
    getattr(town, ends)(first)
    town.say(station, 70, CABIN.replace("Kabin1", "Kabin2"))
    town.wait(lambda: second.lease.leads, "the second leads")
    town.wait(lambda: len(station.fleet.alarms) == 2, "what began meanwhile is raised")
    town.wait(lambda: station.fleet.alarms.leader(time.monotonic()) == second.name)
    news = [(one.alarm.key, one.alarm.state) for one in station.fleet.alarms.history if one.alarm.key == key]
    assert news == [(key, AlarmState.ACTIVE), (key, AlarmState.ACKNOWLEDGED)]
    assert second.lease.term > first.lease.term


def test_an_engine_that_starts_anew_goes_on_where_it_was(town):
    station = town.station()
    engine = town.engine("a")
    town.wait(lambda: engine.lease.leads)
    town.say(station, 61)
    town.wait(lambda: states(station) == [AlarmState.ACTIVE])
    town.wish(station, AlarmAction.ACKNOWLEDGE, only(station).key)
    town.wait(lambda: states(station) == [AlarmState.ACKNOWLEDGED])
    before = only(station)
    town.stop(engine)
    again = town.engine("a")
    town.wait(lambda: again.lease.leads)
    town.say(station, 62)
    town.wait(lambda: again.engine.alarms.get(before.key) is not None)
    assert again.engine.alarms[before.key].raised_unix_s == before.raised_unix_s
    assert read_kept(town.folder / "a.json").alarms[0].key == before.key


def test_rules_are_given_from_a_station_and_every_engine_takes_them(town):
    station = town.station()
    first, second = town.engine("a"), town.engine("b")
    town.wait(lambda: first.lease.leads or second.lease.leads)
    town.say(station, 61)
    town.wait(lambda: states(station) == [AlarmState.ACTIVE])
    milder = RuleSet(rules=(AlarmRule(name="hot", title="Hot", topics="a/b", when="t > 3"),))
    town.wish(station, AlarmAction.RULES, rules=milder)
    town.wait(lambda: first.engine.rules.rules == second.engine.rules.rules == milder.rules)
    # what the old rule had raised has returned
    town.wait(lambda: states(station) == [AlarmState.RETURNED])
    town.say(station, '{"t": 4}', "a/b")
    town.wait(lambda: any(one.rule == "hot" for one in station.fleet.alarms))
    broken = RuleSet(rules=(AlarmRule(name="x", title="X", when="nonsense <"),))
    town.wish(station, AlarmAction.RULES, rules=broken)
    town.wish(station, AlarmAction.ACKNOWLEDGE, *(one.key for one in station.fleet.alarms))
    town.wait(lambda: AlarmState.ACKNOWLEDGED in states(station))
    assert first.engine.rules.rules == milder.rules


def test_what_a_stranger_says_does_no_harm(town):
    station = town.station()
    engine = town.engine("a")
    town.wait(lambda: engine.lease.leads)
    town.say(station, 61)
    town.wait(lambda: states(station) == [AlarmState.ACTIVE])
    key = only(station).key
    observer = Actor(op="guest", gs=station.actor.gs, role=Role.OBSERVER)
    looks = new_wish(AlarmAction.ACKNOWLEDGE, observer, (key,))
    for payload in (b"", b"{", b'{"v":1}', b"\xff" * 300, b"[" * 100_000):
        station.bus.worker.publish([Outgoing(f"fleet/_gs/x/{leaf}", payload, qos=1) for leaf in ("alm", "conn")])
        station.bus.worker.publish([Outgoing("fleet/_alm/zz/now", payload, qos=1)])
        station.bus.worker.publish([Outgoing("fleet/_engine/zz/conn", payload, qos=1)])
    station.bus.worker.publish([alarm_wish(looks, 1)])
    town.wish(station, AlarmAction.NOTE, key, text="seen")
    town.wait(lambda: station.fleet.alarms.get(key).note == "seen")
    # nobody but the engine that leads says what alarms there are
    forged = msgspec.structs.replace(only(station), key="f" * 24, source="fleet/uav-66")
    mine = msgspec.structs.replace(only(station), state=AlarmState.ACKNOWLEDGED)
    for number, alarm in enumerate((forged, mine)):
        envelope = payloads.Envelope(sid="stranger", seq=number, ts=0, bms=0, d=alarm)
        station.bus.worker.publish([Outgoing(topics.alarm(alarm.key), payloads.encode(envelope), qos=1, retain=True)])
    heard = station.fleet.alarms.history
    town.wait(lambda: any(one.alarm.source == "fleet/uav-66" for one in heard), "it is heard")
    town.wait(lambda: len(station.fleet.alarms) == 1 and only(station).state is AlarmState.ACTIVE, "and taken back")
    assert only(station).state is AlarmState.ACTIVE
    assert engine.lease.leads


@pytest.mark.long
def test_the_command_line_lists_acknowledges_and_gives_rules(town, tmp_path):
    station = town.station()
    engine = town.engine("a")
    town.wait(lambda: engine.lease.leads)
    town.say(station, 61)
    town.wait(lambda: states(station) == [AlarmState.ACTIVE])
    broker = ("--broker", town.url.shown)
    listed = run_program("alarms", "list", "--json", *broker)
    (line,) = listed.stdout.splitlines()
    assert json.loads(line)["source"] == CABIN
    assert "Humidity" in run_program("alarms", "list", *broker).stdout
    assert run_program("alarms", "ack", only(station).key[:8], *broker).returncode == 0
    again = run_program("alarms", "ack", "all", *broker)
    assert (again.returncode, "nothing changed" in again.stderr) == (1, True)
    assert "there is no such alarm" in run_program("alarms", "ack", "zz", *broker).stderr
    assert run_program("alarms", "shelve", "all", "--minutes", "5", "--why", "known", *broker).returncode == 0
    town.wait(lambda: only(station).shelf is not None and only(station).shelf.reason == "known")
    shown = run_program("alarms", "rules", *broker).stdout
    assert read_rules("shown", shown.encode()).rules == (HUMID,)
    file = tmp_path / "rules.yaml"
    file.write_bytes(write_rules(RuleSet(rules=(HUMID, AlarmRule(name="x", title="X", when="battery < 9")))))
    assert run_program("alarms", "rules", str(file), *broker).stdout.strip() == "2 rules in use"
    town.wait(lambda: len(engine.engine.rules.rules) == 2)


def test_without_an_engine_the_command_line_says_where_one_is(mosquitto_broker):
    done = run_program("alarms", "list", "--broker", mosquitto_broker.url)
    assert (done.returncode, "no engine of alarms is heard" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules:\n- name: x\n  title: X\n  when: battry < 3\n", "'battry' is nothing"),
        ("rules:\n- name: x\n  title: X\n  level: loud\n  when: armed\n", "its level is"),
        ("rules:\n- name: x\n  titel: X\n", "line 3: rules[0].titel: no such field"),
        ("- a", "begins with 'rules:'"),
        ("rules:\n- {name: 'a b', title: X, when: armed}\n", "rule 'a b'"),
    ],
)
def test_rules_that_mean_nothing_are_told_with_their_place(tmp_path, text, said):
    file = tmp_path / "rules.yaml"
    file.write_text(text)
    done = run_program("alarms", "rules", str(file), "--check")
    assert (done.returncode != 0, said in done.stderr) == (True, True), done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_rules_that_come_along_can_be_written_and_read(tmp_path):
    shown = run_program("alarms", "rules", "--default").stdout
    (tmp_path / "rules.yaml").write_text(shown)
    assert "all understood" in run_program("alarms", "rules", str(tmp_path / "rules.yaml"), "--check").stdout


def test_a_damaged_file_is_put_aside(tmp_path, caplog):
    path = tmp_path / "a.json"
    path.write_text('{"rules": {"rules": [{"name":')
    assert read_kept(path) == KeptAlarms()
    assert path.with_suffix(".damaged").exists()
    assert "damaged" in caplog.text
