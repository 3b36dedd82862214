# SPDX-License-Identifier: Apache-2.0
"""Another panel, map layer or map tool is a row and its widget: what a newcomer copies from (CONTRIBUTING)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction, QShortcut
from PySide6.QtWidgets import QApplication, QSpinBox, QVBoxLayout, QWidget

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.fleet_list.fleet_model import SortOrder
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.main_window import MainWindow
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.messages.messages_panel import MessagesPanel
from groundstation.ui.panel_types import Memory, MenuEntry, Panel, Place, Side, panel_keys
from groundstation.ui.panels import PANELS
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel
from groundstation.ui.value_ref import ValueRef
from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel
from tests.ui.support.windows import by_key, settle

BEFORE = Path(__file__).parent / "support" / "window_before_rows.ini"
"""What the window wrote when its panels were not rows yet: moved, closed, pinned and filtered."""


class WindPanel(QWidget):
    """A newcomer's panel."""

    def __init__(self, feed):
        super().__init__()
        self.feed = feed
        self.limit = QSpinBox()
        QVBoxLayout(self).addWidget(self.limit)


WIND = Panel[WindPanel](
    name="wind",
    title="Wind",
    icon="wind",
    make=lambda context: WindPanel(context.feed),
    place=Place(10, Side.CenterDockWidgetArea, "messages"),
    keyboard=lambda panel: (panel.limit,),
    entries=(MenuEntry("&No wind", "Ctrl+Shift+W", lambda panel: panel.limit.setValue(0)),),
    memories=(
        Memory(
            "wind/limit", lambda panel: panel.limit.value(), lambda panel, text: panel.limit.setValue(int(str(text)))
        ),
    ),
)


@pytest.fixture
def make(station, settings, commands, app):
    """Makes windows one after the other; all are closed in the end."""
    made = []

    def build(settings=settings, **tables):
        window = MainWindow(station.feed, settings, commands.orders, **tables)
        made.append(window)
        window.show()
        settle(app)
        return window

    yield build
    for window in made:
        window.leave()
        window.deleteLater()


def test_another_panel_is_one_row(make, app):
    window = make(panels=(*PANELS, WIND))
    panel, dock = window.panel(WindPanel), window.dock("wind")
    assert dock.dockAreaWidget() is window.dock("messages").dockAreaWidget()
    assert window.panel(MessagesPanel).isVisible()
    by_key(window, "Alt+0").trigger()
    settle(app)
    assert QApplication.focusWidget() is panel.limit
    window.dock("messages").setAsCurrentTab()
    panel.limit.setValue(12)
    by_key(window, "Ctrl+Shift+W").trigger()
    assert panel.isVisible()
    assert panel.limit.value() == 0
    assert "Wind" in [action.text() for action in window.findChildren(QAction) if action.isCheckable()]
    panel.limit.setValue(7)
    window.save()
    assert make(panels=(*PANELS, WIND)).panel(WindPanel).limit.value() == 7


def test_a_row_that_is_new_has_a_place_in_a_layout_of_before(make):
    before = make()
    before.dock("links").toggleView(False)
    before.save()
    window = make(panels=(*PANELS, WIND))
    assert window.dock("links").isClosed()
    assert window.dock("wind").dockAreaWidget() is window.dock("messages").dockAreaWidget()
    assert window.panel(MessagesPanel).isVisible()


def everywhere(window):
    """Keys that work wherever in the window the keyboard is."""
    wide = (Qt.ShortcutContext.WindowShortcut, Qt.ShortcutContext.ApplicationShortcut)
    actions = [one.shortcut() for one in window.findChildren(QAction) if one.shortcutContext() in wide]
    shortcuts = [one.key() for one in window.findChildren(QShortcut) if one.context() in wide and one.isEnabled()]
    return [one.toString() for one in (*actions, *shortcuts) if not one.isEmpty()]


def test_keys_go_on_after_the_ninth_panel_and_none_is_taken_twice(make):
    more = [Panel(**{**vars(WIND), "name": f"wind-{n}", "entries": (), "memories": ()}) for n in range(14)]
    window = make(panels=(*PANELS, *more))
    keys = [window.workspace.keys[one.name] for one in more]
    assert keys == ["Alt+0", *(f"Alt+Shift+{n}" for n in range(1, 10)), "Alt+Shift+0", "", "", ""]
    taken = everywhere(window)
    assert len(taken) == len(set(taken))
    # AltGr is Control and Alt together: it writes @, # and { on a Turkish keyboard
    assert [one for one in taken if "Ctrl" in one and "Alt" in one] == []
    assert panel_keys(0) == "Alt+1"


def test_what_was_remembered_before_panels_were_rows_comes_back(make, tmp_path):
    path = tmp_path / "before.ini"
    shutil.copy(BEFORE, path)
    window = make(QSettings(str(path), QSettings.Format.IniFormat))
    fleet, plots = window.panel(FleetPanel), window.panel(PlotsPanel)
    assert (fleet.filter_box.text(), fleet.order) == ("battery < 90", SortOrder.BATTERY)
    assert window.panel(MessagesPanel).least_level is Level.CAUTION
    assert window.panel(SensorsPanel).filters == ["site/#"]
    key = VehicleKey("fleet", "uav-03")
    assert plots.plots() == [[ValueRef(key, "velocity.ground_speed_mps")]]
    assert (plots.span_s, plots.is_by_hand) == (600, True)
    assert [(one.key, one.is_pinned, one.split()) for one in window.panels(VehiclePanel)] == [
        (None, False, 333),
        (key, True, None),
    ]
    assert window.dock("links").isClosed()
    assert not window.dock("vehicle-2").isClosed()
    areas = {name: dock.dockAreaWidget() for name, dock in window.workspace.docks.items()}
    assert areas["messages"] not in [area for name, area in areas.items() if name != "messages"]
    assert areas["messages"].mapTo(window, areas["messages"].rect().topLeft()).x() == 0
    assert window.panel(MapPanel).view_state()["touched"] is True
