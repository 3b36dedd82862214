# SPDX-License-Identifier: Apache-2.0
"""Another panel, map layer or map tool is a row and its widget: what a newcomer copies from (CONTRIBUTING)."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRectF, QSettings, Qt
from PySide6.QtGui import QAction, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSpinBox, QVBoxLayout, QWidget

from groundstation.fleet.conditions import Level
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.fleet_list.fleet_model import SortOrder
from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.main_window import MainWindow
from groundstation.ui.map_panel.layers import LAYERS
from groundstation.ui.map_panel.map_layer import Layer, MapContext, MapLayer
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.map_tool import MapTool, Tool
from groundstation.ui.map_panel.tools import TOOLS
from groundstation.ui.messages.messages_panel import MessagesPanel
from groundstation.ui.panel_types import Memory, MenuEntry, Panel, Place, Side, panel_keys
from groundstation.ui.panels import PANELS
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel
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


class ZoneLayer(Layer):
    """A newcomer's layer: a filled square in the middle of the map, which can be pointed at."""

    BOX = QRectF(390, 290, 20, 20)

    def paint(self, painter, frame):
        painter.fillRect(self.BOX, "#ff00ff")

    def hit(self, frame, point):
        return "zone" if self.BOX.contains(point) else None


ZONE = MapLayer(key="zone", title="Zone", make=lambda _context: ZoneLayer(), is_switchable=True, keys="Z")


class AskTool(Tool):
    """A newcomer's tool: remembers what was pointed at."""

    def __init__(self):
        self.found = []

    def click(self, click):
        self.found.append(click.hit)
        return True


ASK = MapTool(key="ask", title="Ask", help="What is here?", icon="search", make=lambda _context: AskTool(), keys="A")


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


@pytest.mark.long
def test_another_panel_is_one_row(make, app):
    window = make(panels=(*PANELS, WIND))
    panel, dock = window.panel(WindPanel), window.dock("wind")
    assert dock.dockAreaWidget() is window.dock("messages").dockAreaWidget()
    assert window.panel(MessagesPanel).isVisible()
    by_key(window, "Alt+Shift+9").trigger()
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


@pytest.mark.long
def test_a_row_that_is_new_has_a_place_in_a_layout_of_before(make):
    before = make()
    before.dock("links").toggleView(False)
    before.save()
    window = make(panels=(*PANELS, WIND))
    assert window.dock("links").isClosed()
    assert window.dock("wind").dockAreaWidget() is window.dock("messages").dockAreaWidget()
    assert window.panel(MessagesPanel).isVisible()


def test_another_map_layer_and_another_tool_are_a_row_each(make, app):
    def make_map(context):
        context = MapContext(context.feed, context.selection, context.desk)
        return MapPanel(context, layers=(*LAYERS, ZONE), tools=(*TOOLS, ASK))

    window = make(panels=tuple(replace(row, make=make_map) if row.name == "map" else row for row in PANELS))
    panel = window.panel(MapPanel)
    panel.view.setFixedSize(800, 600)
    settle(app)

    def middle():
        return panel.view.grab().toImage().pixelColor(400, 300).name()

    assert middle() == "#ff00ff"
    panel.tools["ask"].trigger()
    for x in (400, 200):
        QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 300))
    assert panel.view.tool.found == ["zone", None]
    window.activateWindow()
    window.workspace.focus("map")
    settle(app)
    QTest.keyClick(panel.view, Qt.Key.Key_Z)
    assert middle() != "#ff00ff"
    assert "Zone" in [action.text() for action in panel.layers.actions()]
    assert panel.view_state()["hidden"] == ["zone"]


def everywhere(window):
    """Keys that work wherever in the window the keyboard is."""
    wide = (Qt.ShortcutContext.WindowShortcut, Qt.ShortcutContext.ApplicationShortcut)
    actions = [one.shortcut() for one in window.findChildren(QAction) if one.shortcutContext() in wide]
    shortcuts = [one.key() for one in window.findChildren(QShortcut) if one.context() in wide and one.isEnabled()]
    return [one.toString() for one in (*actions, *shortcuts) if not one.isEmpty()]


def test_keys_go_on_after_the_ninth_panel_and_none_is_taken_twice(make):
    more = [replace(WIND, name=f"wind-{number}", entries=(), memories=()) for number in range(13)]
    window = make(panels=(*PANELS, *more))
    keys = [window.workspace.keys[one.name] for one in more]
    assert keys == ["Alt+Shift+9", "Alt+Shift+0", *[""] * 11]
    taken = everywhere(window)
    assert len(taken) == len(set(taken))
    # AltGr is Control and Alt together: it writes @, # and { on a Turkish keyboard
    assert [one for one in taken if "Ctrl" in one and "Alt" in one] == []
    assert panel_keys(0) == "Alt+1"


@pytest.mark.long
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
    state = window.panel(MapPanel).view_state()
    assert (state["touched"], state["hidden"]) == (True, ["labels", "trails"])
