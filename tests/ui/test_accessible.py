# SPDX-License-Identifier: Apache-2.0
"""Who hears the window read, and who has no mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QHeaderView,
    QLineEdit,
    QMenu,
    QScrollBar,
    QTabBar,
    QWidget,
)

from groundstation.ui.language.switch import speak
from groundstation.ui.main_window import MainWindow
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.panels import PANELS
from groundstation.ui.theme.dark import DARK
from groundstation.ui.theme.light import LIGHT
from groundstation.ui.theme.sun import SUN
from groundstation.ui.theme.switch import wear
from tests.ui.support.commanding import ToldVehicle

OF_QT = (QScrollBar, QMenu, QHeaderView, QTabBar)
"""They read themselves."""
LONGEST_WAY = 400
"""Presses of Tab until the keyboard has been everywhere."""


@pytest.fixture
def window(commands, settings):
    made = MainWindow(commands.station.feed, settings, commands.orders)
    made.resize(1440, 900)
    made.show()
    vehicles = [ToldVehicle(1), ToldVehicle(2, is_flying=False)]
    commands.hear(*vehicles)
    made.selection.select((vehicles[0].key,))
    yield made
    speak("en")
    wear(DARK)


def names_of(widget):
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface is not None else ""


def is_control(widget):
    if isinstance(widget, OF_QT) or widget.objectName().startswith("qt_") or not widget.isVisible():
        return False
    parent = widget.parentWidget()
    if isinstance(parent, QAbstractScrollArea) and parent.viewport() is widget:
        return False
    if isinstance(parent, QLineEdit):
        # the picture in a field, which has its own name
        return False
    return isinstance(widget, QAbstractButton) or bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def bring(window, name):
    dock = window.dock(name)
    dock.toggleView(True)
    dock.setAsCurrentTab()
    QApplication.processEvents()
    return dock


@pytest.mark.parametrize("language", ["en", "tr"])
def test_every_control_of_every_panel_has_a_name(window, language):
    speak(language)
    nameless = set()
    for row in PANELS:
        if row.name in window.workspace.docks:
            bring(window, row.name)
            nameless |= {
                f"{row.name}: {type(one).__name__} in {type(one.parentWidget()).__name__}"
                for one in window.findChildren(QWidget)
                if is_control(one) and not names_of(one)
            }
    assert nameless == set()


def test_the_keyboard_goes_round_and_is_caught_nowhere(window):
    """Tab visits what can have it, and comes back to where it began."""
    window.activateWindow()
    for row in PANELS:
        if row.name not in window.workspace.docks:
            continue
        dock = bring(window, row.name)
        inside = [one for one in dock.findChildren(QWidget) if is_control(one) and one.isEnabled()]
        inside = [one for one in inside if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
        if not inside:
            continue
        inside[0].setFocus()
        first, way = QApplication.focusWidget(), []
        for _ in range(LONGEST_WAY):
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
            way.append(QApplication.focusWidget())
            if way[-1] is first:
                break
        assert way[-1] is first, f"{row.name}: Tab never comes back, it stays in {way[-1]}"


@pytest.mark.parametrize("theme", [DARK, LIGHT, SUN], ids=lambda one: one.key)
def test_where_the_keyboard_is_can_be_seen(window, theme):
    """A control with the keyboard looks otherwise than without."""
    wear(theme)
    window.activateWindow()
    for _ in range(20):
        QApplication.processEvents()
    unseen = []
    for name in ("fleet", "messages", "plots", "sensors"):
        dock = bring(window, name)
        for one in dock.findChildren(QWidget):
            if not is_control(one) or not one.isEnabled() or not one.focusPolicy() & Qt.FocusPolicy.TabFocus:
                continue
            # elsewhere: the window itself would give it to the list of the fleet
            window.panel(MapPanel).view.setFocus()
            before = one.grab().toImage()
            one.setFocus(Qt.FocusReason.TabFocusReason)
            if QApplication.focusWidget() is one and one.grab().toImage() == before:
                unseen.append(f"{name}: {type(one).__name__} {names_of(one)}")
    assert unseen == []
