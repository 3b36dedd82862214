# SPDX-License-Identifier: Apache-2.0
"""Real autopilots as `simulate --sitl` starts them: ready, heard through the bridge, failing on request, gone at the end."""

from __future__ import annotations

import pytest

from groundstation.mavlink.frames import FrameParser
from groundstation.simulator.engine.faults import Fault
from groundstation.simulator.sitl.fleet import NewsKind
from tests.simulator.sitl.test_fleet import begin  # noqa: F401 - a fixture
from tests.support import sitl

pytestmark = [pytest.mark.timeout(400), pytest.mark.long]
PROGRAMS = ("arducopter", "arduplane", "ardurover", "px4")


@pytest.fixture
def program(request):
    path = sitl.programs().get(request.param)
    if path is None:
        pytest.skip(f"set {sitl.VARIABLE} to the path of {request.param} to start it")
    return path


@pytest.mark.parametrize("program", PROGRAMS, indirect=True)
def test_it_becomes_ready_loses_its_gps_and_ends(begin, program):  # noqa: F811
    running = begin(program, first_sysid=9)
    waited = running.wait(NewsKind.READY)
    assert waited[0].number == 9
    assert running.wait(NewsKind.WAITS)
    vehicle = running.fleet._members[0].vehicle
    link, parser, fixes = vehicle.open_link(), FrameParser(), []
    running.fleet.ask_fault(Fault.parse("gps_loss:9@0"), begins=True)
    with running.told:

        def lost():
            frames = parser.feed(b"".join(link.take()))
            fixes.extend(frame.payload[28] for frame in frames if frame.msgid == 24)
            return bool(fixes) and fixes[-1] < 3

        for _ in range(600):
            if running.told.wait_for(lost, 0.1):
                break
    assert fixes
    assert fixes[-1] < 3
    assert not [one for one in running.news if one.kind is NewsKind.PROBLEM]
