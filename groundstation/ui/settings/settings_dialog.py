# SPDX-License-Identifier: Apache-2.0
"""All settings in one window, with a search. GUI thread."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.folded import folded
from groundstation.fleet.settings.settings import SYSTEMS, Settings, system_of
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.settings.editors import SettingEditor
from groundstation.ui.settings.rows import SECTIONS, tr
from groundstation.ui.settings.settings_port import SettingsAccess
from groundstation.ui.settings.vehicles_table import VehiclesTable

SIZE = (760, 640)
SYSTEM_WORDS = {"metric": "Metric", "imperial": "Imperial", "aviation": "Aviation"}


class SettingsDialog(QDialog):
    """Not modal: what flies goes on meanwhile, and shows what each change does."""

    def __init__(self, feed: FleetView, access: SettingsAccess | None, parent: QWidget | None = None) -> None:
        """Build it.

        Args:
            feed: which vehicles there are.
            access: ways to the file; None for none.
            parent: the window.
        """
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE)
        self._access = access
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search the settings"))
        self.search.setAccessibleName(tr("Search the settings"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _text: self.look_for())
        self.editors: dict[str, SettingEditor] = {}
        """By key."""
        self._sections: list[tuple[QWidget, str, list[SettingEditor]]] = []
        self._systems: dict[str, QPushButton] = {}
        self.nothing = QLabel(tr("Nothing is called so."))
        self.nothing.hide()
        page = QWidget()
        page.setObjectName("panel")
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 8, 24, 16)
        column.setSpacing(4)
        column.addWidget(self.nothing)
        for title, rows in SECTIONS:
            made = [SettingEditor(row) for row in rows]
            self.editors |= {one.row.key: one for one in made}
            column.addWidget(self._section(title, made))
        self.vehicles = VehiclesTable(feed)
        column.addWidget(self._section("Vehicles", [], self.vehicles))
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 0, 0)
        layout.setSpacing(8)
        top = QHBoxLayout()
        top.setContentsMargins(24, 0, 24, 0)
        top.addWidget(self.search)
        layout.addLayout(top)
        layout.addWidget(area, 1)
        layout.addLayout(self._foot())
        chosen().changed.connect(self._on_changed)
        self._show_system()

    def look_for(self) -> None:
        """Show what the search finds."""
        wanted, is_any = folded(self.search.text()), False
        for box, title, editors in self._sections:
            in_title = all(word in folded(tr(title)) for word in wanted.split())
            shown = [one for one in editors if in_title or one.matches(wanted)]
            for one in editors:
                one.setVisible(one in shown)
            box.setVisible(bool(shown) or in_title)
            is_any |= bool(shown) or in_title
        self.nothing.setVisible(not is_any)

    def _section(self, title: str, editors: list[SettingEditor], more: QWidget | None = None) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(0)
        heading = QLabel(tr(title))
        heading.setProperty("role", "title")
        column.addWidget(heading)
        if title == "Units":
            column.addWidget(self._system_buttons())
        for one in editors:
            one.later_changed.connect(self._on_later)
            column.addWidget(one)
        if more is not None:
            column.addSpacing(6)
            column.addWidget(more)
        self._sections.append((box, title, editors))
        return box

    def _system_buttons(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 6, 0, 2)
        layout.setSpacing(8)
        for name in SYSTEMS:
            button = self._systems[name] = QPushButton(tr(SYSTEM_WORDS[name]))
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, name=name: self._take_system(name))
            layout.addWidget(button)
        layout.addStretch(1)
        return row

    def _take_system(self, name: str) -> None:
        now = chosen().now
        chosen().put_on(replace(now, units=replace(SYSTEMS[name], coordinates=now.units.coordinates)))
        self._show_system()

    def _show_system(self) -> None:
        system = system_of(chosen().now.units)
        for name, button in self._systems.items():
            button.setChecked(name == system)

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setContentsMargins(24, 8, 24, 16)
        self.note = QLabel(tr("Kept in {path}").format(path=self._access.path) if self._access is not None else "")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setProperty("role", "small")
        self.note.setWordWrap(True)
        self.again = QPushButton(tr("Open the window again now"))
        self.again.setProperty("role", "go")
        self.again.hide()
        self.again.clicked.connect(self._on_again)
        self.close_button = QPushButton(tr("Close"))
        self.close_button.clicked.connect(self.close)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.again)
        foot.addWidget(self.close_button)
        return foot

    def _on_later(self) -> None:
        self.note.setText(tr("This counts when the window is opened again; recordings and what flies go on meanwhile."))
        self.again.setVisible(self._access is not None and self._access.open_again is not None)

    def _on_again(self) -> None:
        if self._access is not None and self._access.open_again is not None:
            self._access.open_again()

    def _on_changed(self, before: Settings, now: Settings) -> None:
        del before, now
        for one in self.editors.values():
            one.show_value()
        self._show_system()
