# SPDX-License-Identifier: Apache-2.0
"""Work on threads waits while the window paints."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtWidgets import QApplication

from groundstation.app.bench.plans import lawn
from groundstation.fleet.plans.files.plan_file import PlanFile
from groundstation.ui import right_of_way as module
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_study import PlanStudy
from groundstation.ui.right_of_way import RightOfWay, right_of_way
from groundstation.ui.selection import Selection
from tests.support.waiting import wait_until

LONG_S = 60.0
"""As good as for ever: no test waits so long unless something is wrong."""
SHORT_S = 0.3


class PretendTime:
    """A clock that goes on while somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


def working(way: RightOfWay, gone_on: threading.Event) -> threading.Thread:
    """A work that has come to a point where it gives way."""
    begun = threading.Event()

    def work() -> None:
        begun.set()
        way.give()
        gone_on.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert begun.wait(LONG_S)
    return thread


def test_a_work_goes_on_when_all_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_S", LONG_S)
    way, gone_on = RightOfWay(), threading.Event()
    with way.painting():
        with way.painting():
            thread = working(way, gone_on)
        # the outer one is not through
        assert not gone_on.wait(SHORT_S)
    assert gone_on.wait(LONG_S)
    thread.join(LONG_S)
    way.give()


def test_a_work_goes_on_where_painting_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_S", 0.01)
    way, gone_on = RightOfWay(), threading.Event()
    with way.painting():
        thread = working(way, gone_on)
        assert gone_on.wait(LONG_S)
    thread.join(LONG_S)


def test_a_work_waits_for_the_next_frame_of_what_is_dragged(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = PretendTime()
    monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(module, "monotonic_s", clock.monotonic)
    way = RightOfWay()
    way.give()
    assert clock.slept == []
    with way.painting():
        pass
    clock.now_s += module.QUIET_S / 4
    way.give()
    way.give()
    assert clock.slept == [pytest.approx(module.QUIET_S * 3 / 4)]


def test_a_painting_that_fails_is_over() -> None:
    way = RightOfWay()
    with pytest.raises(ZeroDivisionError), way.painting():
        raise ZeroDivisionError
    assert way._is_free.is_set()


def test_the_map_goes_first_while_it_paints(station, monkeypatch) -> None:
    panel = MapPanel(MapContext(station.feed, Selection()))
    panel.resize(400, 300)
    panel.show()
    free: list[bool] = []
    paint = panel.view.stack.paint
    monkeypatch.setattr(
        panel.view.stack, "paint", lambda *said: free.append(right_of_way._is_free.is_set()) or paint(*said)
    )
    panel.view.viewport().repaint()
    QApplication.processEvents()
    assert free
    assert not any(free)
    assert right_of_way._is_free.is_set()


def test_plans_that_are_flown_in_thought_give_way(commands, monkeypatch) -> None:
    given: list[str] = []
    monkeypatch.setattr(right_of_way, "give", lambda: given.append(threading.current_thread().name))
    document = PlanDocument()
    study = PlanStudy(document, commands.station.feed, commands.selection)
    document.edit(PlanFile(mission=lawn(20)), "begin")

    def is_through() -> bool:
        QApplication.processEvents()
        study.look()
        return not (study.is_behind or study.is_looking)

    wait_until(is_through, what="plans that are reckoned")
    assert given
    assert threading.current_thread().name not in given
