# SPDX-License-Identifier: Apache-2.0
"""What the top bar says of recording, and when the operator is told."""

from __future__ import annotations

import pytest

from groundstation.fleet.conditions import Level
from groundstation.fleet.recorder import RecorderState, RecorderStatus
from groundstation.transport import payloads, topics
from groundstation.transport.bus import BusState, BusStatus, Message
from groundstation.ui.notices.recording_watch import RecordingWatch
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.top_bar.recording_state import RecordingState
from tests.ui.support.commanding import Commands


def report(station, state=RecorderState.RECORDING, seq=0, recorder="r1", **fields):
    status = RecorderStatus(state=state, **fields)
    payload = payloads.encode(payloads.Envelope(sid=recorder, seq=seq, ts=0, bms=0, d=status))
    topic = topics.recorder(recorder, topics.CONN)
    station.offer(Message(topic, payload, len(payload), 1, False, station.now_s))


def shown(station):
    widget = RecordingState(station.feed)
    widget.refresh(station.now_s)
    return widget.text.text(), widget.text.styleSheet(), widget.toolTip()


def test_without_a_recorder_nobody_is_told_that_it_records(station):
    text, style, tip = shown(station)
    assert text == "not recording"
    assert ink(Ink.CAUTION).name() in style
    assert "groundstation record" in tip


def test_the_time_goes_on_between_two_reports(station):
    report(station, elapsed_s=3725.0)
    station.now_s += 2.0
    text, style, _ = shown(station)
    assert text == "REC 01:02:07"
    assert ink(Ink.TEXT).name() in style


def test_a_recorder_that_is_silent_is_not_believed(station):
    report(station, elapsed_s=10.0)
    station.now_s += 4.0
    assert shown(station)[0] == "not recording"


def test_a_recorder_that_said_goodbye_is_gone_at_once(station):
    report(station, elapsed_s=10.0)
    report(station, RecorderState.ENDED, seq=1)
    assert shown(station)[0] == "not recording"


def test_trouble_is_shown_with_its_remedy_as_plain_text(station):
    report(station, RecorderState.TROUBLE, problem="can't record to <b>/x</b>: full; make room")
    text, style, tip = shown(station)
    assert text == "REC stopped"
    assert ink(Ink.CAUTION).name() in style
    assert "&lt;b&gt;/x&lt;/b&gt;" in tip
    assert "make room" in tip


def test_what_will_soon_be_wrong_has_its_colour_while_it_records(station):
    report(station, elapsed_s=1.0, warning="the disk is full in 8 min")
    text, style, _ = shown(station)
    assert text == "REC 00:00:01"
    assert ink(Ink.CAUTION).name() in style


def test_one_recorder_in_trouble_is_not_hidden_by_one_that_is_well(station):
    report(station, elapsed_s=5.0)
    report(station, RecorderState.TROUBLE, recorder="r2", problem="the disk is full")
    text, style, tip = shown(station)
    assert text == "REC 00:00:05"
    assert ink(Ink.CAUTION).name() in style
    assert "the disk is full" in tip


def test_without_a_broker_nothing_is_claimed(station):
    report(station, elapsed_s=5.0)
    station.bus = BusStatus(state=BusState.LOST, broker="b")
    station.feed.tick()
    assert shown(station)[0] == "REC waits for broker"


@pytest.fixture
def told(station):
    """What the operator is told, in order."""
    desk = Commands(station).desk
    watch = RecordingWatch(desk)
    found = []
    desk.noticed.connect(lambda text, level: found.append((text, level)))
    yield found
    watch.deleteLater()


def test_trouble_is_told_once_and_that_it_is_over(station, told):
    report(station, elapsed_s=1.0)
    station.pass_time(0.3)
    assert told == []
    for seq in (1, 2, 3):
        report(station, RecorderState.TROUBLE, seq=seq, problem=f"the disk is full; {seq} MB wait; make room")
        station.pass_time(0.3)
    assert [level for _, level in told] == [Level.CAUTION]
    assert "the disk is full" in told[0][0]
    report(station, seq=4)
    station.pass_time(0.3)
    assert told[1:] == [("Recording goes on.", Level.NORMAL)]


def test_a_recorder_that_falls_silent_is_told_and_one_that_never_was_is_not(station, told):
    station.pass_time(5.0)
    assert told == []
    report(station, elapsed_s=1.0)
    station.pass_time(0.3)
    station.pass_time(5.0)
    assert len(told) == 1
    assert "the recorder is gone" in told[0][0]


def test_without_a_broker_the_watch_is_silent(station, told):
    report(station, RecorderState.TROUBLE, problem="full")
    station.bus = BusStatus(state=BusState.LOST, broker="b")
    station.pass_time(0.3)
    assert told == []
