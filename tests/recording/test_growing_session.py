# SPDX-License-Identifier: Apache-2.0
"""A session that is looked at while it is recorded, as a window does from its first second on."""

from __future__ import annotations

from groundstation.recording import recorded_file
from groundstation.recording.session_player import SessionPlayer
from groundstation.transport.bus import Message
from tests.support.flown_session import EPOCH_S, SessionMaker


def said(topic, value, now_s):
    data = str(value).encode()
    return Message(topic, data, len(data), 0, False, now_s)


def shown(player, at_s):
    return {one.reading.topic: one.reading.text for one in player.moment(EPOCH_S + at_s + 0.001).readings}


def test_a_topic_that_begins_later_is_followed_behind_the_next_keyframe(tmp_path, monkeypatch):
    maker = SessionMaker(tmp_path)
    maker.offer([said("a", 0, 0.5)], 0.5)
    player = SessionPlayer(next(one for one in tmp_path.iterdir() if one.is_dir()))
    try:
        for second in range(1, 30, 2):
            maker.offer([said("a", second, float(second)), said("b", second, float(second))], float(second))
        player.landmarks()
        times = [float(key["at_ns"]) / 1e9 - EPOCH_S for key in player._files["rest.mcap"].keys]
        assert any(10.0 < one < 25.0 for one in times), "a moment is not read from the beginning"
        scans = []
        scan = recorded_file.RecordedFile._scan
        monkeypatch.setattr(recorded_file.RecordedFile, "_scan", lambda *told: scans.append(told[1:]) or scan(*told))
        for second in (29, 25, 15):
            assert shown(player, float(second)) == {"a": str(second), "b": str(second)}
        assert len(scans) == 1, "what is new is looked through once"
    finally:
        player.close()
        maker.stop()
