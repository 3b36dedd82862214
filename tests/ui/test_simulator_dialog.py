# SPDX-License-Identifier: Apache-2.0
"""The simulator's dialog: what it asks for, what it shows, what it remembers."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from groundstation.ui.main_window import MainWindow
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.simulator.simulator_dialog import SimulatorDialog
from groundstation.ui.simulator.simulator_port import SimulatorAccess, SimulatorWish
from tests.support.waiting import wait_until
from tests.ui.support.commanding import Commands

KINDS = (("link_loss", ()), ("motor", ("power of one motor in %",)), ("wind", ("m/s", "from, in degrees")))


class Simulators:
    """A simulator that does what it is told, and nothing else."""

    def __init__(self):
        self.started, self.faults, self.saved, self.is_running = [], [], [], False
        self.say = None

    def start(self, wish, on_line):
        self.started.append(wish)
        self.is_running, self.say = True, on_line

    def stop(self):
        self.is_running = False

    def access(self, programs=()):
        return SimulatorAccess(
            programs=lambda: tuple(programs),
            start=self.start,
            stop=self.stop,
            is_running=lambda: self.is_running,
            fault=lambda text, begins: self.faults.append((text, begins)),
            save=lambda *told: self.saved.append(told),
            kinds=lambda: KINDS,
        )


@pytest.fixture
def simulators():
    return Simulators()


@pytest.fixture
def dialog(app, simulators, settings):
    made = SimulatorDialog(simulators.access(), settings)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def press(button):
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_it_is_started_as_it_stands_and_its_lines_are_shown(dialog, simulators):
    assert not dialog.failing.isEnabled()
    dialog.vehicles.setValue(4)
    dialog.flavours.setCurrentIndex(2)
    dialog.home.setText("41,39.7,12,90")
    dialog.wind.setValue(7.5)
    dialog.wind_from.setValue(180.0)
    press(dialog.start_button)
    assert simulators.started == [
        SimulatorWish(flavours=("px4",), vehicles=4, home="41,39.7,12,90", wind="7.5,180", speed=1.0)
    ]
    simulators.say("ArduCopter 1 waits for <b>GPS</b>")
    dialog.look()
    assert dialog.log.toPlainText() == "ArduCopter 1 waits for <b>GPS</b>"
    assert dialog.failing.isEnabled()
    press(dialog.stop_button)
    assert not simulators.is_running
    assert not dialog.stop_button.isEnabled()


def test_things_go_wrong_and_are_mended_as_they_are_chosen(dialog, simulators):
    press(dialog.start_button)
    dialog.number.setValue(2)
    press(dialog.begin)
    dialog.kind.setCurrentIndex(1)
    assert dialog.values.isVisible()
    dialog.values.setText("30")
    press(dialog.begin)
    press(dialog.end)
    dialog.kind.setCurrentIndex(2)
    press(dialog.begin)
    assert simulators.faults == [
        *(("link_loss:2@0", True), ("motor=30:2@0", True), ("motor=30:2@0", False), ("wind=10,290:2@0", True))
    ]


def test_a_flood_of_lines_is_bounded(dialog, simulators):
    press(dialog.start_button)
    for number in range(5_000):
        simulators.say(f"line {number}")
    dialog.look()
    assert dialog.log.blockCount() <= 500
    assert dialog.log.toPlainText().endswith("line 4999")


def test_what_was_chosen_is_there_the_next_time_and_damage_does_no_harm(app, simulators, settings, dialog):
    dialog.vehicles.setValue(7)
    dialog.home.setText("1,2")
    press(dialog.start_button)
    again = SimulatorDialog(simulators.access(), settings)
    assert (again.vehicles.value(), again.home.text()) == (7, "1,2")
    again.deleteLater()
    for name in ("vehicles", "flavours", "wind", "program"):
        settings.setValue(f"simulator/{name}", "nonsense")
    damaged = SimulatorDialog(simulators.access(), settings)
    assert damaged.vehicles.value() == 3
    damaged.deleteLater()


def test_a_real_autopilot_has_no_kind_to_choose_and_a_px4_keeps_to_our_time(app, simulators, settings):
    dialog = SimulatorDialog(simulators.access((Path("/opt/arducopter"), Path("/opt/px4"))), settings)
    dialog.program.setCurrentIndex(1)
    dialog.program.activated.emit(1)
    assert not dialog.flavours.isEnabled()
    assert dialog.speed.isEnabled()
    dialog.program.setCurrentIndex(2)
    dialog.program.activated.emit(2)
    assert not dialog.speed.isEnabled()
    assert dialog.wish.program == Path("/opt/px4")
    dialog.deleteLater()


def test_a_place_of_the_map_is_where_they_stand(app, station, settings, simulators):
    window = MainWindow(station.feed, settings, Commands(station).orders, simulator=simulators.access())
    window.show()
    menu = window.panel(MapPanel).orders.menu(41.25, 39.5)
    (entry,) = [one for one in menu.actions() if "Simulate" in one.text()] or [None]
    if entry is None:
        # without ways to recordings there is no menu of files, and nothing that could be opened
        dialog = window.open_simulator()
        dialog.place(41.25, 39.5)
    else:
        entry.trigger()
        dialog = window.simulator_dialog
    dialog.home.setText(dialog.home.text() + ",10,90")
    dialog.place(40.0, 38.0)
    assert dialog.home.text() == "40.000000,38.000000,10,90"
    assert window.open_simulator() is dialog
    window.leave()
    window.deleteLater()


def test_the_fleet_is_saved_as_a_scenario_with_the_faults_so_far(app, simulators, settings, tmp_path):
    states = ("a state", "another")
    dialog = SimulatorDialog(simulators.access(), settings, None, lambda: states)
    dialog.start()
    press(dialog.begin)
    press(dialog.end)
    dialog.save_to(tmp_path / "one.yaml")
    wait_until(lambda: app.processEvents() or simulators.saved)
    ((told, wish, faults, path),) = simulators.saved
    assert (told, path) == (states, tmp_path / "one.yaml")
    assert wish == simulators.started[0]
    assert [one.split("@")[0] for one in faults] == ["link_loss:1"]
    dialog.deleteLater()
