# SPDX-License-Identifier: Apache-2.0
"""The docking system: how it looks, a dock for a widget, and the way back for one that was detached. GUI thread."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QByteArray, QCoreApplication, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QIcon, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QMainWindow, QSizePolicy, QWidget
from PySide6QtAds import ads

from groundstation.ui.theme.dress import set_style
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.style import DOCK_SHEET

LAYOUT_VERSION = 2
"""Raised when saved layouts no longer fit."""

REACHABLE_PX = 40
"""So much of a window's title has to lie on a screen."""

_ICONS = {
    ads.eIcon.TabCloseIcon: "close",
    ads.eIcon.DockAreaCloseIcon: "close",
    ads.eIcon.DockAreaUndockIcon: "detach",
    ads.eIcon.DockAreaMenuIcon: "menu",
}


def make_dock_manager(window: QMainWindow) -> ads.CDockManager:
    """The docking system, filling the window."""
    flags = ads.CDockManager.eConfigFlag
    ads.CDockManager.setConfigFlags(
        flags.OpaqueSplitterResize
        | flags.XmlCompressionEnabled
        | flags.DockAreaHasUndockButton
        | flags.DockAreaHasTabsMenuButton
        | flags.DockAreaDynamicTabsMenuButtonVisibility
        | flags.ActiveTabHasCloseButton  # type: ignore[attr-defined]
        | flags.FloatingContainerHasWidgetTitle
        | flags.EqualSplitOnInsertion
        | flags.HideSingleCentralWidgetTitleBar
        | flags.AlwaysShowTabs
        | flags.DisableTabTextEliding
        # else it puts its own in the place of ours whenever the palette changes
        | flags.DisableStylesheet  # type: ignore[attr-defined]
    )
    manager = ads.CDockManager(window)
    set_style(manager, DOCK_SHEET)
    icons = manager.iconProvider()
    for part, name in _ICONS.items():
        # A copy: the binding hands the icon over to the provider, which deletes it with the window.
        icons.registerCustomIcon(part, QIcon(icon(name)))
    manager.dockAreaCreated.connect(_name_buttons)
    return manager


def _name_buttons(area: ads.CDockAreaWidget) -> None:
    """Buttons with a picture alone are called by what their tool tip says, for who hears the window read."""
    for button in area.titleBar().findChildren(QAbstractButton):
        if not button.accessibleName():
            button.setAccessibleName(button.toolTip() or button.text())


def make_dock(manager: ads.CDockManager, name: str, title: str, icon_name: str, content: QWidget) -> ads.CDockWidget:
    """A dock with a panel in it.

    Args:
        manager: the docking system.
        name: stays the same for ever; saved layouts know the dock by it.
        title: what the operator reads.
        icon_name: by meaning.
        content: the panel.
    """
    dock = ads.CDockWidget(manager, title)
    dock.setObjectName(name)
    dock.setWidget(content, ads.CDockWidget.eInsertMode.ForceNoScrollArea)
    # what a panel would like must not push the window off the screen: where there is less, it scrolls
    dock.setMinimumSizeHintMode(ads.CDockWidget.eMinimumSizeHintMode.MinimumSizeHintFromDockWidget)
    dock.setIcon(icon(icon_name))
    for button in dock.tabWidget().findChildren(QAbstractButton):
        button.setAccessibleName(QCoreApplication.translate("Docks", "Close {panel}").format(panel=title))
    # the View menu shows there whether the panel is open: an icon would take the place of the mark
    dock.toggleViewAction().setIcon(QIcon())
    return dock


class Stage(QMainWindow):
    """Holds the docks. It has no least size, so that no panel pushes the window off the screen."""

    first_shown = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.was_shown = False
        """Whether its panels were ever laid out; behind the start page they are not."""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def minimumSizeHint(self) -> QSize:
        """Qt: nothing in it makes the window larger."""
        return QSize(0, 0)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: laid out."""
        super().showEvent(event)
        is_first, self.was_shown = not self.was_shown, True
        if is_first:
            self.first_shown.emit()


class DockHome(QObject):
    """Knows where a panel belongs, and puts it back there by a button in its window."""

    def __init__(
        self,
        manager: ads.CDockManager,
        dock: ads.CDockWidget,
        docks: Mapping[str, ads.CDockWidget],
        side: ads.DockWidgetArea,
    ) -> None:
        """Watch a panel.

        Args:
            manager: the docking system.
            dock: the panel.
            docks: all panels by name, kept by the window.
            side: where it goes when it has lost its place.
        """
        super().__init__(dock)
        self._manager, self._dock, self._docks, self._side = manager, dock, docks, side
        self._neighbours: tuple[str, ...] = ()
        self.action = QAction(QIcon(icon("dock")), self.tr("Back into the main window"), dock)
        self.action.triggered.connect(self.go_home)
        # QAds tells it before the panel has arrived
        dock.topLevelChanged.connect(lambda _is_floating: QTimer.singleShot(0, self, self._on_moved))
        dock.visibilityChanged.connect(self._on_seen)

    def go_home(self) -> None:
        """Dock the panel: as a tab where it was, at the right edge when nothing of that is left."""
        area = ads.DockWidgetArea
        # its neighbours may have been closed or detached since
        together = next((name for name in self._neighbours if self._is_docked(name)), None)
        beside = next((name for name in ("map", *self._docks) if self._is_docked(name)), None)
        if together is not None:
            self._manager.addDockWidget(area.CenterDockWidgetArea, self._dock, self._docks[together].dockAreaWidget())
        elif beside is not None:
            self._manager.addDockWidget(self._side, self._dock, self._docks[beside].dockAreaWidget())
        else:
            self._manager.addDockWidget(area.RightDockWidgetArea, self._dock)
        self._on_moved()

    def _is_docked(self, name: str) -> bool:
        dock = self._docks.get(name)
        return dock is not None and not dock.isClosed() and dock.floatingDockContainer() is None

    def _on_seen(self) -> None:
        """Remember with whom it shares its place, as long as it has one."""
        area = self._dock.dockAreaWidget()
        # with its own window it has no neighbours: those of before are what is wanted
        if area is None or self._dock.floatingDockContainer() is not None:
            return
        together = (name for name, one in self._docks.items() if one is not self._dock and one.dockAreaWidget() is area)
        self._neighbours = tuple(together)

    def _on_moved(self) -> None:
        is_floating = self._dock.floatingDockContainer() is not None
        self._dock.setTitleBarActions([self.action] if is_floating else [])
        area = self._dock.dockAreaWidget()
        if area is not None:
            # QAds shows new actions of a title bar only when it is told to
            area.titleBar().updateDockWidgetActionsButtons()


def hide_left_over_overlays(manager: ads.CDockManager) -> None:
    """Take away the marks of where a panel may be dropped, which QAds sometimes leaves over everything."""
    # a panel is being dragged: then they belong there
    if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
        return
    for overlay in manager.findChildren(ads.CDockOverlay):
        if overlay.isVisible():
            overlay.hideOverlay()


def saved_layout(manager: ads.CDockManager) -> QByteArray:
    """The present layout for settings."""
    return manager.saveState(LAYOUT_VERSION)


def restore_layout(manager: ads.CDockManager, layout: QByteArray) -> bool:
    """Back to a layout from settings; False when it doesn't fit."""
    return manager.restoreState(layout, LAYOUT_VERSION)


def layout_text(manager: ads.CDockManager) -> str:
    """The present layout as text that people can compare."""
    packed = ads.CDockManager.configFlags()  # type: ignore[attr-defined]
    flags = ads.CDockManager.eConfigFlag
    plain = (packed & ~flags.XmlCompressionEnabled) | flags.XmlAutoFormattingEnabled  # type: ignore[attr-defined]
    ads.CDockManager.setConfigFlags(plain)
    try:
        return bytes(saved_layout(manager).data()).decode()
    finally:
        ads.CDockManager.setConfigFlags(packed)


def bring_onto_screens(manager: ads.CDockManager) -> int:
    """Windows of panels that lie on no screen any more come to the middle of the main one; returns how many."""
    screens = [one.availableGeometry() for one in QGuiApplication.screens()]
    moved = 0
    for window in manager.floatingWidgets():
        title = window.frameGeometry()
        title.setHeight(REACHABLE_PX)
        seen = (one.intersected(title) for one in screens)
        # a hand's breadth of its title, to be moved by
        if any(part.width() >= REACHABLE_PX and part.height() >= REACHABLE_PX // 2 for part in seen):
            continue
        screen = manager.window().screen().availableGeometry()
        window.resize(window.size().boundedTo(screen.size()))
        window.move(screen.center() - window.rect().center())
        moved += 1
    return moved
