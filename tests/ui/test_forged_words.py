# SPDX-License-Identifier: Apache-2.0
"""Codes and arguments that a stranger or a newer bridge made up are shown as plain text, and cost the window nothing."""

from __future__ import annotations

import pytest

from groundstation.fleet.commands import CommandState, Reason, Verb
from groundstation.fleet.control import Outcome
from groundstation.fleet.phrases import Phrase, joined
from tests.ui.support.commanding import THEIRS, decision, flying

MARKUP = "<b onmouseover='x'>\N{RIGHT-TO-LEFT OVERRIDE}{0.__class__} %s [x]"


def endless(depth):
    words = MARKUP
    for _ in range(depth):
        words = Phrase("several", {"parts": (words, Phrase("not_sent", {"why": words}))})
    return words


FORGED = [
    Phrase("", {}),
    Phrase("link_lost", {"age_s": 1e300}),
    Phrase("link_lost", {"age_s": "long"}),
    Phrase("two_autopilots", {}),
    Phrase("two_autopilots", {"sysid": 1.0, "one": MARKUP, "other": ("a",) * 1_000}),
    Phrase("several", {"parts": "no list"}),
    Phrase("several", {}),
    Phrase("{0.__class__}", {"{x": MARKUP}),
    Phrase("from_tomorrow", {"wings": 3.0}),
    endless(6),
    joined(*[MARKUP] * 500),
]


@pytest.mark.parametrize("words", FORGED, ids=range(len(FORGED)))
def test_words_that_nobody_of_ours_says_are_shown_and_harm_nothing(window, commands, words):
    [vehicle] = flying(1)
    vehicle.conflict = words
    commands.hear(vehicle)
    commands.select(vehicle)
    window.selection.select((vehicle.key,))
    window.desk.emergency(Verb.HOLD, [vehicle.key])
    commands.station.pass_time(0.3)
    ((_, request),) = [one for one in commands.requests() if one[0] == vehicle.key.id]
    now_s = commands.station.now_s
    commands.station.offer(
        vehicle.report(now_s, request, CommandState.FAILED, reason=Reason.VEHICLE_DENIED, detail=words),
        vehicle.control(now_s, owner=THEIRS, lease=8, last=decision(Outcome.GRANTED, THEIRS, words)),
    )
    commands.station.pass_time(1.0)
    assert any("FAILED" in text for text in window.floating.notices.texts)
    assert all(len(text) < 3_000 for text in window.floating.notices.texts)
    assert not window.grab().isNull()
