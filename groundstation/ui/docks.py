# SPDX-License-Identifier: Apache-2.0
"""The docking system: made, dressed and filled. GUI thread; knows panels only as widgets."""

from __future__ import annotations

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMainWindow, QWidget
from PySide6QtAds import ads

from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.style import dock_style_sheet

LAYOUT_VERSION = 2
"""Raised when saved layouts no longer fit."""


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
    )
    manager = ads.CDockManager(window)
    manager.setStyleSheet(dock_style_sheet())
    icons = manager.iconProvider()
    for part, name in _ICONS.items():
        # A copy: the binding hands the icon over to the provider, which deletes it with the window.
        icons.registerCustomIcon(part, QIcon(icon(name)))
    return manager


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
    dock.setMinimumSizeHintMode(ads.CDockWidget.eMinimumSizeHintMode.MinimumSizeHintFromContentMinimumSize)
    dock.setIcon(icon(icon_name))
    dock.toggleViewAction().setIcon(QIcon())
    return dock


def saved_layout(manager: ads.CDockManager) -> QByteArray:
    """The present layout for settings."""
    return manager.saveState(LAYOUT_VERSION)


def restore_layout(manager: ads.CDockManager, layout: QByteArray) -> bool:
    """Back to a layout from settings; False when it doesn't fit."""
    return manager.restoreState(layout, LAYOUT_VERSION)
