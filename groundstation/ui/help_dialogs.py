# SPDX-License-Identifier: Apache-2.0
"""What the Help menu opens. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from groundstation.ui.resources import resource

LONGEST, WRAPPED_WIDTH = 80, 420


class ShortcutsDialog(QDialog):
    """Every key, by subject."""

    def __init__(self, panels: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        """Write them down.

        Args:
            panels: key and title of each panel, in order.
            parent: the window.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(16)
        columns = QHBoxLayout()
        columns.setSpacing(40)
        sections = self._sections(panels)
        for half in (sections[:3], sections[3:]):
            column = QVBoxLayout()
            column.setSpacing(16)
            for title, keys in half:
                column.addLayout(_section(title, keys))
            column.addStretch(1)
            columns.addLayout(column)
        layout.addLayout(columns)
        layout.addWidget(_close_button(self))

    def _sections(self, panels: Sequence[tuple[str, str]]) -> list[tuple[str, list[tuple[str, str]]]]:
        window = [
            (f"{panels[0][0]} … {panels[-1][0]}", ", ".join(title for _, title in panels)),
            ("Ctrl+K", self.tr("Find a panel or an action by its name")),
            ("Ctrl+F", self.tr("Filter the fleet")),
            ("Ctrl+P", self.tr("Add a vehicle panel for the selected vehicle")),
            ("Ctrl+T", self.tr("Subscribe to a sensor's topic")),
            ("Ctrl+0", self.tr("Show the whole fleet on the map")),
            ("F11", self.tr("Full screen")),
            ("F1", self.tr("This list")),
        ]
        fleet = [
            ("↑  ↓", self.tr("Choose a vehicle")),
            ("Shift+↑  Shift+↓", self.tr("Choose several")),
            ("Enter", self.tr("Open its panel")),
        ]
        commands = [
            ("F5  F6  F7", self.tr("Hold, return, land: the selected, at once")),
            ("Shift+F5  F6  F7", self.tr("The same for all that are armed")),
            ("Ctrl+F8", self.tr("Kill the motors; the call sign is asked for")),
            ("Alt+C", self.tr("Menu of all commands for the selected")),
            ("Alt+B", self.tr("Command buttons of the vehicle")),
            (self.tr("Space or Enter, held"), self.tr("Confirm what has to be held")),
            ("Escape", self.tr("Cancel what is not confirmed yet")),
        ]
        map_keys = [
            ("F", self.tr("Show the whole fleet")),
            ("C", self.tr("Follow the selected vehicle")),
            ("L", self.tr("Labels")),
            ("M", self.tr("Measure from click to click")),
            ("K", self.tr("Markers and drawings for all stations")),
            ("G", self.tr("Send the selected to the place that is clicked")),
            ("Escape", self.tr("Put the tool away")),
            ("+  -", self.tr("Zoom")),
            ("←  →  ↑  ↓", self.tr("Move")),
            (self.tr("Menu key"), self.tr("Commands for the place under the mouse")),
        ]
        values = [
            ("Enter", self.tr("Plot the chosen value")),
            ("Ctrl+C", self.tr("Copy")),
            ("Delete", self.tr("Remove the chosen curve from its plot")),
        ]
        plots = [
            ("Ctrl++  Ctrl+-", self.tr("Show less or more time")),
            (self.tr("Page up  Page down"), self.tr("Go back and ahead")),
            ("Ctrl+Home", self.tr("Follow now, or the playhead, again")),
            (self.tr("Shift, drag"), self.tr("Zoom to a box")),
        ]
        past = [
            ("F9", self.tr("Look back, or back to live")),
            (self.tr("Space  J"), self.tr("Play, play backwards")),
            ("←  →", self.tr("Previous, next message; Ctrl: event, Shift: 10 s")),
            (",  .", self.tr("Half, double the speed")),
            ("Home  End", self.tr("Beginning, end or live")),
            ("Ctrl+G", self.tr("Type a time")),
            ("B", self.tr("Bookmark: something happened")),
            ("Ctrl+O", self.tr("Open a log")),
        ]
        return [
            (self.tr("Window"), window),
            (self.tr("The past"), past),
            (self.tr("Commands"), commands),
            (self.tr("Fleet list"), fleet),
            (self.tr("Map"), map_keys),
            (self.tr("Values, sensors and plots"), values),
            (self.tr("Time axis of the plots"), plots),
        ]


class AboutDialog(QDialog):
    """Name, version, and whose work is inside."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(16)
        top = QHBoxLayout()
        top.setSpacing(16)
        mark = QLabel()
        mark.setPixmap(QIcon(str(resource("icons/app.svg"))).pixmap(64, 64))
        words = QVBoxLayout()
        name = QLabel(self.tr("Ground station"))
        name.setProperty("role", "title")
        words.addWidget(name)
        words.addWidget(QLabel(self.tr("A ground station for fleets of drones that speaks MQTT.")))
        about = QLabel(
            self.tr("Version {version}, Qt {qt}, Apache License 2.0").format(version=_version(), qt=qVersion())
        )
        about.setProperty("role", "muted")
        words.addWidget(about)
        top.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words)
        layout.addLayout(top)
        credits_ = QLabel(
            self.tr(
                "Map outlines: Natural Earth, public domain.\n"
                "Font: Inter, SIL Open Font License 1.1.\n"
                "Icons: Material Design Icons, Apache License 2.0."
            )
        )
        credits_.setProperty("role", "small")
        layout.addWidget(credits_)
        layout.addWidget(_close_button(self))


def _version() -> str:
    try:
        return version("groundstation")
    # a checkout that was never installed has no version
    except PackageNotFoundError:
        return "0"


def _section(title: str, keys: list[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    heading = QLabel(title)
    heading.setProperty("role", "title")
    grid.addWidget(heading, 0, 0, 1, 2)
    for row, (key, words) in enumerate(keys, start=1):
        cap = QLabel(key)
        cap.setProperty("role", "key")
        grid.addWidget(cap, row, 0, Qt.AlignmentFlag.AlignLeft)
        told = QLabel(words)
        if len(words) > LONGEST:
            # the names of all panels: a line of them is wider than a screen
            told.setWordWrap(True)
            told.setMinimumSize(WRAPPED_WIDTH, told.heightForWidth(WRAPPED_WIDTH))
        grid.addWidget(told, row, 1)
    grid.setColumnStretch(1, 1)
    return grid


def _close_button(dialog: QDialog) -> QDialogButtonBox:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    # the style brings an icon of its own for it, which no other button of the window has
    box.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
    box.rejected.connect(dialog.reject)
    return box


def show_beside(dialog: QDialog) -> None:
    """Beside the window, not in its way: the emergency keys must work whatever is open."""
    # opened anew each time: one that is kept would be found behind other windows
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()
    dialog.activateWindow()
