# SPDX-License-Identifier: Apache-2.0
"""A real PX4, where one has been built, describes its parameters: over MAVLink FTP, to the command line, to a window."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication

from groundstation.app.param_work import own_facts, param_access, read_file
from groundstation.app.wiring import StationBus
from groundstation.fleet.commands import Actor
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.parameters.parameter_facts import facts_of
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.commander import Commander
from groundstation.transport.inbox import Inbox
from groundstation.ui.application import make_application
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.orders import Orders
from groundstation.ui.parameters.param_model import ParamModel
from groundstation.ui.parameters.param_panel import ParamPanel
from groundstation.ui.selection import Selection
from tests.end_to_end.test_flights_by_command_line import Stack, stack
from tests.end_to_end.test_parameters_by_command_line import Params
from tests.support import sitl
from tests.support.waiting import wait_until

__all__ = ["stack"]
pytestmark = pytest.mark.mosquitto
VEHICLE = VehicleKey("sim", "uav-1")
LEAST = 800
"""Parameters that a PX4 in its own physics has in use at least; a 1.14.0 has 877."""


class ParamWindow:
    """The panel of parameters with all that a window has behind it, and a cache of descriptions that is empty."""

    def __init__(self, url: str, folder: Path) -> None:
        # one that has no windows would forbid them to every later test of this process
        make_application(["groundstation"])
        self.cache = folder / "cache-of-window"
        actor, inbox = Actor(op="ayse", gs="gs-window"), Inbox()
        self.bus = StationBus(parse_broker_url(url), ("sim",), inbox, actor=actor)
        self.feed = FleetFeed(inbox, lambda: self.bus.worker.status)
        orders = Orders(Commander(actor, self.bus.worker, None), self.feed.fleet)
        self.feed.on_updates = orders.tick
        selection = Selection()
        self.panel = ParamPanel(
            self.feed, selection, OperatorDesk(orders, self.feed, selection), param_access(folder / "kept", self.cache)
        )
        self.panel.resize(560, 900)
        self.panel.show()
        self.bus.start()
        selection.select((VEHICLE,))

    def turn(self) -> None:
        self.feed.tick()
        self.panel.refresh()
        QApplication.processEvents()

    def is_described(self) -> bool:
        self.turn()
        return any(row.facts is not None for row in self.panel.browser.rows)

    def cell(self, name: str, column: int) -> str:
        model = self.panel.browser.model
        place = model.place_of(name)
        return str(model.index(place.row(), column, place.parent()).data())

    def words(self, name: str) -> tuple[str, str]:
        """Title and explanation of a parameter that is chosen."""
        self.panel.browser.choose(name)
        QApplication.processEvents()
        form = self.panel.browser.form
        return form.title.text(), form.words.text()

    def close(self) -> None:
        self.panel.close()
        self.panel.deleteLater()
        QApplication.processEvents()
        self.bus.stop()


@pytest.mark.long
def test_a_real_px4_describes_its_parameters_to_command_line_and_window(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = sitl.programs().get(sitl.PX4)
    if program is None:
        pytest.skip(f"set {sitl.VARIABLE} to the path of px4 to try it")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    stack.start("simulate", "--sitl", f"{program}:1", "--broker", stack.url)
    real, vehicle, file = Params(stack, tmp_path), str(VEHICLE), tmp_path / "real.param"
    stack.states(vehicle, "armed")
    real.run("dump", vehicle, "-o", str(file))
    held = {one.name: one.value for one in read_file(file).parameters}
    assert len(held) > LEAST
    # the file comes over MAVLink FTP, whole by its CRC, and is the one of this very firmware: all are described
    assert f"{vehicle}: kept as" in real.run("metadata", vehicle).stdout
    [kept] = (tmp_path / "cache").rglob("own-*")
    facts = facts_of(kept.read_bytes())
    assert set(held) - set(facts) == set()
    _look_at_command_line(real, vehicle, held)
    window = ParamWindow(stack.url, tmp_path)
    try:
        wait_until(window.is_described, what="the vehicle's own descriptions in the window")
        _look_at_window(window, held)
        assert own_facts(kept.name.removeprefix("own-"), window.cache) is not None, "kept for the next window"
    finally:
        window.close()


def _look_at_command_line(real: Params, vehicle: str, held: dict[str, float]) -> None:
    names = ("MPC_XY_VEL_MAX", "COM_RC_IN_MODE", "SYS_AUTOSTART")
    told = {one["name"]: one for one in real.lines("get", vehicle, *names) if "value" in one}
    fast, mode, airframe = (told[name] for name in names)
    assert (fast["unit"], fast["low"], fast["high"], fast["default"]) == ("m/s", 0.0, 20.0, 12.0)
    assert [value for value, _ in mode["values"]][:4] == [0.0, 1.0, 2.0, 3.0]
    assert airframe["needs_reboot"] is True
    said = real.run("get", vehicle, *names).stdout
    assert "m/s    Maximum horizontal velocity (0 to 20, default 12)" in said
    assert f": {dict(mode['values'])[held['COM_RC_IN_MODE']]} (default " in said
    assert "(0 to 9999999, default 0, after a reboot)" in said


def _look_at_window(window: ParamWindow, held: dict[str, float]) -> None:
    browser = window.panel.browser
    assert {row.name for row in browser.rows if row.facts is not None} == set(held)
    assert window.words("MPC_XY_VEL_MAX")[0] == "MPC_XY_VEL_MAX  Maximum horizontal velocity"
    assert window.words("MPC_XY_VEL_MAX")[1].endswith("unit m/s, default 12, recommended 0 to 20")
    assert window.cell("MPC_XY_VEL_MAX", ParamModel.UNIT) == "m/s"
    # a choice of words, at the one that the vehicle has
    title, words = window.words("COM_RC_IN_MODE")
    assert title == "COM_RC_IN_MODE  RC control input mode"
    assert "recommended" not in words
    form = browser.form
    assert form.choice.isVisibleTo(form)
    assert form.choice.count() >= 4
    assert form.choice.currentText().startswith(f"{held['COM_RC_IN_MODE']:g}  ")
    # bits with their names, ticked as the vehicle has them
    window.words("EKF2_GPS_CHECK")
    ticked = sum(1 << bit for bit, box in form._ticks if box.isChecked())
    assert ticked == held["EKF2_GPS_CHECK"]
    assert "Min sat count" in form._ticks[0][1].text()
