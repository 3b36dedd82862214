# SPDX-License-Identifier: Apache-2.0
"""What a replay says over MQTT: names, sessions, ages at any speed, refusals. A station folds it; clocks are moved."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstation.app.replaying.derived_source import DerivedSource
from groundstation.app.replaying.names import MAX_ID, MAX_NAME, Names, name_from_file, name_from_root
from groundstation.app.replaying.played import Played
from groundstation.app.replaying.recorded_source import RecordedSource
from groundstation.app.replaying.refusals import Refusals
from groundstation.app.replaying.republisher import Republisher
from groundstation.app.replaying.timeline import Timeline
from groundstation.bridge.publisher import Publisher
from groundstation.fleet.commands import CommandState, Reason
from groundstation.fleet.errors import UsageError
from groundstation.fleet.identity import VehicleKey, is_vehicle_id
from groundstation.fleet.kinds import KINDS
from groundstation.fleet.link import LinkState
from groundstation.fleet.roster import Fleet
from groundstation.logs.open_log import open_log
from groundstation.transport.bus import Message
from groundstation.transport.inbox import Inbox
from tests.conftest import shared_log
from tests.support.clock import ManualClock
from tests.support.fake_bus import FakeBus
from tests.support.sessions import make_session, said_of

KEY = VehicleKey("replay", "x-uav-1")


@pytest.fixture(scope="module")
def said() -> list[Played]:
    return said_of(shared_log("copter_square.tlog"))


class Watcher:
    """A station that hears a replay, or the recording itself, at its own clock."""

    def __init__(self) -> None:
        self.inbox, self.fleet = Inbox(), Fleet()

    def hear(self, topic: str, payload: bytes, now_s: float) -> None:
        self.inbox.offer(Message(topic, payload, len(payload), 1, False, now_s))

    def fold(self) -> None:
        self.fleet.fold(self.inbox.drain().updates)


class Replay:
    """A republisher at a moved clock, with a station that hears it."""

    def __init__(self, messages: list[Played], speed: float, begin_s: float, end_s: float) -> None:
        self.clock, self.bus, self.watcher = ManualClock(5_000.0), FakeBus(), Watcher()
        self.line = Timeline(begin_s, end_s, speed)
        self.line.hold(begin_s, self.clock())
        publisher = Publisher(self.bus, lambda: self.said.clock_s)
        self.publisher = publisher
        self.said = Republisher(publisher, Names("x"), self.line, "x")
        self._messages = iter(messages)
        self._next = next(self._messages, None)
        while self._next is not None and self._next.time_s < begin_s:
            self.said.learn(self._next)
            self._next = next(self._messages, None)
        self.said.say_all(begin_s)
        self.deliver()

    def deliver(self) -> list[Any]:
        self.publisher.flush()
        sent, self.bus.sent = self.bus.sent, []
        for one in sent:
            self.watcher.hear(one.topic, one.payload, self.clock())
        self.watcher.fold()
        return sent

    def steps(self, step_s: float) -> Iterator[float]:
        """Play in steps of the watcher's clock; yields where in the recording it is."""
        while (position_s := self.line.position_s(self.clock())) < self.line.end_s:
            while self._next is not None and self._next.time_s <= position_s:
                self.said.take(self._next)
                self._next = next(self._messages, None)
            if self.line.is_slow:
                self.said.repeat(position_s, self.clock())
            self.deliver()
            yield position_s
            self.clock.advance(step_s)


@pytest.mark.parametrize(
    ("speed", "step_s", "last_s"),
    [(0.05, 0.5, 6.0), (0.5, 0.1, 12.0), (1.0, 0.1, 25.0), (7.0, 0.05, 25.0), (100.0, 0.01, 25.0)],
)
def test_every_value_is_as_old_as_it_was_at_any_speed(
    said: list[Played], speed: float, step_s: float, last_s: float
) -> None:
    begin_s = said[0].time_s + 2.0
    replay, truth = Replay(said, speed, begin_s, begin_s + last_s), Watcher()
    recorded, compared = iter(said), 0
    held = next(recorded)
    for position_s in replay.steps(step_s):
        while held.time_s <= position_s:
            truth.hear(held.topic, held.payload, held.time_s)
            held = next(recorded)
        truth.fold()
        shown, was = replay.watcher.fleet.get(KEY), truth.fleet.get(VehicleKey("fleet", "uav-1"))
        if was is None or was.clock_offset_s is None:
            continue
        assert shown is not None
        for kind in KINDS:
            old_s, new_s = was.age_s(kind, position_s), shown.age_s(kind, replay.clock())
            assert (old_s is None) == (new_s is None), kind
            if old_s is not None and new_s is not None:
                compared += 1
                # a fast replay: the watcher's seconds; a slow one: the recording's, renewed each second
                least_s, most_s = old_s / max(speed, 1.0), old_s / max(speed, 1.0) + (1.1 if speed < 1 else 0.0)
                slack_s = step_s + 0.05
                assert least_s - slack_s <= new_s <= most_s + slack_s, (kind, position_s, old_s, new_s)
    assert compared > 500
    assert replay.watcher.inbox.counts.duplicates == replay.watcher.inbox.counts.implausible == 0
    assert replay.watcher.inbox.counts.missing == 0


def test_from_the_middle_all_is_known_that_was_known_then(said: list[Played], tmp_path: Path) -> None:
    session = make_session(tmp_path, said)
    middle_s = said[0].time_s + 15.0
    truth = Watcher()
    for one in itertools.takewhile(lambda one: one.time_s < middle_s, said):
        truth.hear(one.topic, one.payload, one.time_s)
    truth.fold()
    was = truth.fleet.get(VehicleKey("fleet", "uav-1"))
    with open_log(session) as log:
        replay = Replay(list(RecordedSource(log).play(middle_s, middle_s + 5.0)), 1.0, middle_s, middle_s + 5.0)
    shown = replay.watcher.fleet.get(KEY)
    assert was is not None
    assert shown is not None
    assert (shown.mode and shown.mode.name, shown.connection and shown.connection.state) == ("GUIDED", LinkState.ONLINE)
    for kind in KINDS:
        mine, his = getattr(shown, kind), getattr(was, kind)
        assert bool(mine) == bool(his), kind
        if mine and not isinstance(mine, tuple):
            assert msgspec.structs.replace(mine, at_s=0.0) == msgspec.structs.replace(his, at_s=0.0)
            assert shown.age_s(kind, replay.clock()) == pytest.approx(was.age_s(kind, middle_s), abs=0.05)


def told(leaf: str, time_s: float, seq: int, content: object) -> Played:
    payload = {"v": 1, "sid": "s", "seq": seq, "ts": 0, "bms": int(time_s * 1000), "d": content}
    return Played(time_s, f"fleet/uav-1/{leaf}", json.dumps(payload).encode())


def test_what_was_known_is_put_together_and_has_nothing_to_ask_for() -> None:
    packs = [{"at_s": 100.0, "index": number, "voltage_v": 12.0 + number} for number in (0, 1)]
    info = {"name": "Kerkenez", "sysid": 1, "verbs": ["rtl"], "kept": ["evt"], "bridge": "b", "new_field": 7}
    replay = Replay(
        [
            told("info", 100.0, 0, info),
            told("tlm/status", 100.0, 0, {"battery": packs[:1], "mode": {"at_s": 99.0, "name": "AUTO"}}),
            told("tlm/status", 101.0, 1, {"battery": packs[1:]}),
        ],
        1.0,
        103.0,
        104.0,
    )
    state = replay.watcher.fleet.get(KEY)
    assert state is not None
    assert state.mode is not None
    assert state.mode.name == "AUTO"
    assert [one.voltage_v for one in state.battery] == [12.0, 13.0]
    assert state.age_s("mode", replay.clock()) == pytest.approx(4.0, abs=0.01)
    (kept,) = [one for one in replay.said._kept.values() if one.topic.endswith("/info")]
    assert (kept.content["verbs"], kept.content["kept"], kept.content["new_field"]) == ([], [], 7)
    assert state.info is not None
    assert (state.info.verbs, state.info.kept, state.info.bridge, state.info.name) == ((), (), "x", "Kerkenez")


@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"[]", b'{"sid":"s","seq":0,"ts":0,"bms":0,"d":7}', b"[" * 100_000, b'{"sid":"s","seq":0,"ts":0,"bms":1e400,"d":{}}',
     b'{"sid":"s","seq":0,"ts":0,"bms":100000,"d":{"until_bms":' + b"9" * 400 + b"}}",
     b'{"sid":"s","seq":0,"ts":0,"bms":' + b"9" * 400 + b',"d":{}}',
     b'{"sid":"s","seq":0,"ts":0,"bms":0,"d":' + b'{"a":' * 900 + b"1" + b"}" * 901],
    ids=range(9),
)  # fmt: skip
def test_what_makes_no_sense_in_a_recording_costs_itself_only(payload: bytes) -> None:
    good = told("tlm/status", 100.5, 0, {"mode": {"at_s": 100.0, "name": "AUTO"}})
    leaf = "ctl" if b"until" in payload else "tlm/status"
    replay = Replay([Played(100.0, f"fleet/uav-1/{leaf}", payload), good], 1.0, 100.0, 101.0)
    for _ in replay.steps(0.2):
        pass
    state = replay.watcher.fleet.get(KEY)
    assert state is not None
    assert state.mode is not None
    assert replay.said.unreadable == 1


def test_another_pass_is_another_life_and_the_death_between_is_told(said: list[Played]) -> None:
    begin_s = said[0].time_s
    sessions = set()
    replay = Replay(said, 50.0, begin_s, begin_s + 20.0)
    for _ in range(2):
        for _ in replay.steps(0.1):
            pass
        state = replay.watcher.fleet.get(KEY)
        assert state is not None
        assert state.is_heard
        sessions.add(state.session)
        replay.said.end_pass(begin_s + 20.0)
        (death,) = [json.loads(one.payload) for one in replay.deliver() if one.topic.endswith("/conn")]
        assert (death["d"]["state"], death["d"]["via"]) == ("offline", "x")
        assert not replay.watcher.fleet.get(KEY).is_heard  # type: ignore[union-attr]
        replay._messages = iter(said)
        replay._next = next(replay._messages)
        replay.line.hold(begin_s, replay.clock())
    assert len(sessions) == 2


def test_the_death_of_the_recorded_bridge_is_that_of_its_vehicles(said: list[Played]) -> None:
    begin_s = said[0].time_s
    when_s = begin_s + 10.0
    dead = {"state": "offline", "reason": "bridge_lost"}
    will = json.dumps({"v": 1, "sid": "b", "seq": 0, "ts": 0, "bms": 0, "d": dead}).encode()
    before = [one for one in said if one.time_s <= when_s]
    replay = Replay([*before, Played(when_s, "fleet/_bridge/log/conn", will)], 1.0, begin_s, begin_s + 12.0)
    seen = []
    for position_s in replay.steps(0.5):
        state = replay.watcher.fleet.get(KEY)
        seen.append((position_s >= when_s, state is not None and state.is_heard))
    assert (False, True) in seen
    assert {is_heard for is_late, is_heard in seen if is_late} == {False}


def request(leaf: str, key: VehicleKey = KEY, **fields: object) -> Message:
    payload = json.dumps(fields).encode()
    return Message(f"{key}/{leaf}", payload, len(payload), 1, False, 0.0)


def test_every_order_is_refused_by_name(said: list[Played]) -> None:
    begin_s = said[0].time_s
    replay = Replay(said, 1.0, begin_s, begin_s + 6.0)
    *_, position_s = replay.steps(0.5)
    refusals = Refusals(replay.said)
    by = {"op": "ayse", "gs": "g"}
    given = {"by": by, "sid": "whatever", "verb": "hold", "ref_bms": 0, "ttl_ms": 9}
    for leaf, fields in (
        ("cmd/req", {"id": "c1", **given}),
        ("cmd/req", {"id": "c2", "verb": 7}),
        ("ctl/req", {"id": "w1", "action": "acquire", "by": by}),
        ("sync/req", {"commands": {"ids": ["c3"], "sid": "s"}}),
    ):
        refusals.take(request(leaf, **fields), position_s, 0.0)
    refusals.take(request("cmd/req", VehicleKey("replay", "y-uav-1"), id="c4", **given), position_s, 0.0)
    sent = replay.deliver()
    acks = [json.loads(one.payload)["d"] for one in sent if one.topic == f"{KEY}/cmd/ack"]
    assert [(one["id"], one["state"], one["reason"]) for one in acks] == [
        ("c1", CommandState.REJECTED, Reason.UNSUPPORTED),
        ("c2", CommandState.REJECTED, Reason.MALFORMED),
        ("c3", CommandState.REJECTED, Reason.UNSUPPORTED),
    ]
    assert acks[0]["detail"] == {"code": "recording"}
    (control,) = [json.loads(one.payload)["d"] for one in sent if one.topic == f"{KEY}/ctl"]
    assert (control["last"]["request"], control["last"]["outcome"]) == ("w1", "refused")
    assert refusals.refused == 3
    assert len(sent) == 4, "of another replay's vehicle nothing is said"


def test_a_newcomer_is_told_everything_with_its_age(said: list[Played]) -> None:
    begin_s = said[0].time_s
    replay = Replay(said, 2.0, begin_s, begin_s + 20.0)
    *_, position_s = replay.steps(0.25)
    replay.clock.advance(0.1)
    newcomer, refusals = Watcher(), Refusals(replay.said)
    assert refusals.take(request("sync/req", VehicleKey("replay", "_all"), from_event=0), position_s, 0.0)
    for one in replay.deliver():
        newcomer.hear(one.topic, one.payload, replay.clock())
    newcomer.fold()
    old, new = replay.watcher.fleet.get(KEY), newcomer.fleet.get(KEY)
    assert old is not None
    assert new is not None
    assert (new.info, new.session) == (old.info, old.session)
    assert new.mode is not None
    assert old.mode is not None
    assert (new.mode.name, new.connection) == (old.mode.name, old.connection)
    assert [one.text for one in new.messages] == [one.text for one in old.messages]
    assert new.info is not None
    assert (new.info.verbs, new.info.kept, new.info.bridge) == ((), (), "x")


def test_a_log_without_frames_is_told_at_the_usual_rates() -> None:
    path = shared_log("copter_square.bin")
    with open_log(path) as log:
        begin_s = (log.info.begin_s or 0.0) + 30.0
        found = list(DerivedSource(log).play(begin_s, begin_s + 10.0))
    counts = {leaf: sum(one.topic == f"replay/uav-1/{leaf}" for one in found) for leaf in ("tlm/motion", "tlm/sum")}
    assert counts == {"tlm/motion": 51, "tlm/sum": 11}
    replay = Replay(found, 1.0, begin_s, begin_s + 10.0)
    for _ in replay.steps(0.1):
        pass
    state = replay.watcher.fleet.get(KEY)
    assert state is not None
    assert state.mode is not None
    assert state.mode.name == "GUIDED"
    assert state.mode.custom_mode == 4
    assert state.age_s("position", replay.clock()) < 0.5  # type: ignore[operator]


ids = st.from_regex(r"[A-Za-z0-9-][A-Za-z0-9_-]{0,31}", fullmatch=True)


@given(st.lists(st.tuples(st.sampled_from(["fleet", "sim", "replay"]), ids), unique=True, max_size=30), ids)
def test_ids_are_safe_and_never_shared(vehicles: list[tuple[str, str]], name: str) -> None:
    names = Names(name[:MAX_NAME])
    keys = [VehicleKey(*one) for one in vehicles]
    found = [names.key_of(one) for one in keys]
    assert all(one.root == "replay" and is_vehicle_id(one.id) for one in found)
    assert len({one.id for one in found}) == len(keys)
    assert found == [names.key_of(one) for one in keys]


def test_an_id_is_cut_only_where_it_has_to_be() -> None:
    names = Names("x" * MAX_NAME)
    fits, too_long = "a" * (MAX_ID - MAX_NAME - 1), "a" * (MAX_ID - MAX_NAME)
    assert names.key_of(VehicleKey("fleet", fits)).id == f"{'x' * MAX_NAME}-{fits}"
    cut = names.key_of(VehicleKey("fleet", too_long)).id
    assert len(cut) == MAX_ID
    assert cut == Names("x" * MAX_NAME).key_of(VehicleKey("fleet", too_long)).id


def test_a_root_is_replay_and_a_name() -> None:
    assert name_from_root("replay/" + "n" * MAX_NAME) == "n" * MAX_NAME
    for wrong in (
        "fleet/x",
        "replay",
        "replay/",
        "replay/a/b",
        "replay/_x",
        "replay/ü",
        "replay/" + "n" * (MAX_NAME + 1),
    ):
        with pytest.raises(UsageError, match="--root"):
            name_from_root(wrong)
    assert name_from_file(Path("Flug über Trabzon 2026-05-31.tlog")) == "Flug-ber-Trabzon"
    assert name_from_file(Path("___.bin")) == "log"
