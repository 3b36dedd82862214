# SPDX-License-Identifier: Apache-2.0
"""Rules tried on recorded flights."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstation.app.alarm_port import tried_on
from groundstation.fleet.alarms.rule import AlarmRule, RuleSet
from groundstation.fleet.progress import CancelledError

LOG = Path(__file__).parents[2] / "data" / "copter_square.tlog"


def rule(when, **more):
    return RuleSet(rules=(AlarmRule(name="r", title="R", when=when, is_on=False, **more),))


def test_what_a_flight_would_have_raised_is_told_with_its_times():
    high = tried_on(LOG, rule("height > 5"))
    (one,) = high.raised
    # up for 79 s of the vehicle, which were recorded five times as fast
    assert one.end_s - one.begin_s == pytest.approx(14.0, abs=2.0)
    assert (high.count("r"), high.count("other")) == (1, 0)
    assert tried_on(LOG, rule("height > 500")).raised == ()
    assert tried_on(LOG, rule("height > 5", after_s=60.0)).raised == ()


def test_it_can_be_given_up():
    def told(share):
        if share > 0.2:
            raise CancelledError("not wanted any more")

    with pytest.raises(CancelledError):
        tried_on(LOG, rule("height > 5"), told)
