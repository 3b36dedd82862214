# SPDX-License-Identifier: Apache-2.0
"""What the top bar says of recording, and when the operator is told."""

from __future__ import annotations

from groundstation.fleet.recorder import RecorderState, RecorderStatus
from groundstation.transport import payloads, topics
from groundstation.transport.bus import BusState, BusStatus, Message
from groundstation.ui.theme.tokens import PALETTE
from groundstation.ui.top_bar.recording_state import RecordingState


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
    assert PALETTE.caution in style
    assert "groundstation record" in tip


def test_the_time_goes_on_between_two_reports(station):
    report(station, elapsed_s=3725.0)
    station.now_s += 2.0
    text, style, _ = shown(station)
    assert text == "REC 01:02:07"
    assert PALETTE.text in style


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
    assert PALETTE.caution in style
    assert "&lt;b&gt;/x&lt;/b&gt;" in tip
    assert "make room" in tip


def test_what_will_soon_be_wrong_has_its_colour_while_it_records(station):
    report(station, elapsed_s=1.0, warning="the disk is full in 8 min")
    text, style, _ = shown(station)
    assert text == "REC 00:00:01"
    assert PALETTE.caution in style


def test_one_recorder_in_trouble_is_not_hidden_by_one_that_is_well(station):
    report(station, elapsed_s=5.0)
    report(station, RecorderState.TROUBLE, recorder="r2", problem="the disk is full")
    text, style, tip = shown(station)
    assert text == "REC 00:00:05"
    assert PALETTE.caution in style
    assert "the disk is full" in tip


def test_without_a_broker_nothing_is_claimed(station):
    report(station, elapsed_s=5.0)
    station.bus = BusStatus(state=BusState.LOST, broker="b")
    station.feed.tick()
    assert shown(station)[0] == "REC waits for broker"
