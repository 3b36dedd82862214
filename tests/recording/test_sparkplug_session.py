# SPDX-License-Identifier: Apache-2.0
"""A recorded session with a node of Sparkplug B shows at each moment what a station showed, names and lives too."""

from __future__ import annotations

import numpy as np
import pytest

from groundstation.app.past_reader import past_access
from groundstation.fleet.alarms.defaults import DEFAULT_RULES
from groundstation.fleet.alarms.trial import tried
from groundstation.fleet.sensors import Life, SensorBoard
from groundstation.fleet.value_path import ValueRef
from groundstation.recording.session_player import SessionPlayer
from groundstation.transport.bus import Message
from groundstation.transport.inbox import Inbox
from tests.support import sparkplug_wire as wire
from tests.support.flown_session import EPOCH_S, record

NODE, TANK = "spBv1.0/Rig A/NDATA/n1", "spBv1.0/Rig A/DDATA/n1/Tank 1"
SECONDS, DIES_S, BACK_S = 40, 20, 30
TEMPERATURE = ValueRef(NODE, "Temperature")


def said(kind, data, now_s, device=""):
    return Message(f"spBv1.0/Rig A/{kind}/n1{device}", data, len(data), 0, False, now_s)


def births(now_s, life):
    temperature = wire.metric("Temperature", wire.DOUBLE, 0.5, alias=1, unit="°C")
    level = wire.metric("Level", wire.FLOAT, 3.25, alias=2)
    at_ms = int(now_s * 1000)
    return [
        said("NBIRTH", wire.birth(temperature, life=life, at_ms=at_ms), now_s),
        said("DBIRTH", wire.payload(level, seq=1, at_ms=at_ms), now_s, "/Tank 1"),
    ]


def spoken():
    """Second by second: born, data by alias alone, null at 10 s, dead, back."""
    seq = 1
    for second in range(1, SECONDS):
        now_s = float(second)
        if second in (1, BACK_S):
            seq = 1
            yield births(now_s, life=second)
        elif second == DIES_S:
            yield [said("NDEATH", wire.death(life=1), now_s)]
        elif not DIES_S < second < BACK_S:
            seq += 1
            value = None if second == 10 else float(second)
            one = wire.metric(alias=1, datatype=wire.DOUBLE, value=value, tells_type=False)
            yield [said("NDATA", wire.payload(one, seq=seq, at_ms=second * 1000), now_s)]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """The session's folder, and what a station knew after each second."""
    inbox, board, seen = Inbox(), SensorBoard(), []

    def look(now_s, messages):
        for one in messages:
            inbox.offer(one)
        board.fold(inbox.drain().readings)
        seen.append((now_s, {topic: board.get(topic) for topic in board.topics()}))

    return record(tmp_path_factory.mktemp("rig"), spoken(), look), seen


@pytest.fixture
def player(recorded):
    made = SessionPlayer(recorded[0])
    yield made
    made.close()


def test_each_moment_is_what_a_station_showed(player, recorded):
    moments = list(recorded[1])
    assert len({id(one) for _, one in moments}) > 25
    # forward, then back: from keyframes as well as from the beginning
    for now_s, known in (*moments, *moments[::-5]):
        found = {one.reading.topic: one.reading for one in player.moment(EPOCH_S + now_s + 0.0005).readings}
        assert found.keys() == known.keys()
        for topic, reading in known.items():
            shown = found[topic]
            assert (shown.numbers, shown.notes, shown.liveness, shown.text) == (
                reading.numbers, reading.notes, reading.liveness, reading.text,
            ), (now_s, topic)  # fmt: skip
    dead = {one.reading.topic: one.reading for one in player.moment(EPOCH_S + DIES_S + 5).readings}
    assert dead[NODE].liveness.life is Life.DEAD
    assert dead[NODE].numbers["Temperature"] == 19.0


@pytest.mark.parametrize("begin_s", [0.0, 5.5])
def test_values_between_two_births_have_their_names(player, begin_s):
    found = player.values(TEMPERATURE, EPOCH_S + begin_s, EPOCH_S + 100.0, lambda: True)
    told = dict(zip(np.round(found.times - EPOCH_S, 3).tolist(), found.values.tolist(), strict=True))
    assert min(told) >= begin_s
    for second in range(int(begin_s) + 1, SECONDS):
        value = told.get(float(second))
        if second in (10, DIES_S):
            assert np.isnan(value), second
        elif second in (1, BACK_S):
            assert value == 0.5
        else:
            assert value == (None if DIES_S < second < BACK_S else float(second))


def test_a_window_that_is_opened_again_has_what_the_node_said_last(recorded):
    folder, now_s = recorded[0], EPOCH_S + SECONDS
    access = past_access("mqtt://b", folder.parent, wall_clock=lambda: now_s)
    found = {one.ref: one for one in access.read(lambda: True)}
    # once a second, or thinned; by its name though only the birth told that
    assert found[TEMPERATURE].values[-1] == SECONDS - 1
    assert len(found[TEMPERATURE].values) > 15


def test_rules_can_be_tried_on_it(player):
    raised = {(one.rule, one.source): one for one in tried(player, DEFAULT_RULES).raised}
    assert set(raised) == {("node_dead", NODE)}
    one = raised["node_dead", NODE]
    assert DIES_S - 1 <= one.begin_s - EPOCH_S <= DIES_S + 2
    assert one.end_s is not None
