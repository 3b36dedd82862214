# SPDX-License-Identifier: Apache-2.0
"""What stands above the flights: the filter, the folder, and what can be done. GUI thread."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from groundstation.ui.plain_text import plain_tip
from groundstation.ui.theme.icons import icon

ROOMY = 900
"""From this width on the buttons have words."""

LEAST_WIDTH = 312
"""Room for a short filter and the buttons without words."""
MOST_NAME_PX = 120
"""Room for the name of a folder."""


class LogbookBar(QWidget):
    """One line; its parts are public for the panel to join."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        self.filter_box = QLineEdit()
        self.filter_box.setPlaceholderText(self.tr("Filter flights"))
        self.filter_box.setAccessibleName(self.tr("Filter flights"))
        self.filter_box.setClearButtonEnabled(True)
        self.filter_box.setMinimumWidth(120)
        self.filter_box.addAction(
            QAction(icon("search"), "", self.filter_box), QLineEdit.ActionPosition.LeadingPosition
        )
        self.folder_button = _button("folder", self.tr("Folder"), self.tr("Which logs"))
        self.folder_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self)
        self.own_action = self._menu.addAction(self.tr("Recordings of this window"))
        self.own_action.setCheckable(True)
        self.choose_action = self._menu.addAction(self.tr("Another folder…"))
        self._menu.addSeparator()
        self.show_action = self._menu.addAction(self.tr("Show folder"))
        self.folder_button.setMenu(self._menu)
        self.refresh_button = _button("refresh", self.tr("Refresh"), self.tr("Look for new flights"))
        self.cancel_button = _button(
            "close", self.tr("Cancel"), self.tr("Stop; what was read until now is not read again")
        )
        self.open_button = _button("open", self.tr("Open"), self.tr("Look at the flight as it was"))
        self.report_button = _button(
            "report", self.tr("Flight report…"), self.tr("Write a page about the flight, to print or to send")
        )
        self.refly_button = _button(
            "refly", self.tr("Fly again…"), self.tr("Fly the flight again in a simulator, and compare")
        )
        self.csv_button = _button(
            "export", self.tr("Save as CSV…"), self.tr("Save the flights that are shown as CSV, for a spreadsheet")
        )
        self.cancel_button.hide()
        layout.addWidget(self.filter_box, 1)
        for widget in self._buttons():
            layout.addWidget(widget)

    def show_folder(self, folder: Path, *, is_own: bool) -> None:
        """Tell where the logs are."""
        self.own_action.setChecked(is_own)
        name = self.tr("Recordings") if is_own else folder.name or str(folder)
        short = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, MOST_NAME_PX)
        # Qt takes a single & in a folder's name for the letter of a shortcut
        self.folder_button.setText(short.replace("&", "&&"))
        self.folder_button.setToolTip(plain_tip(self.tr("Logs in {folder}").format(folder=folder)))

    def show_working(self, *, is_working: bool) -> None:
        """The work can be stopped while it lasts, and begun when it does not."""
        has_focus = self.refresh_button.hasFocus() or self.cancel_button.hasFocus()
        self.cancel_button.setVisible(is_working)
        self.refresh_button.setVisible(not is_working)
        # one takes the place of the other: the keyboard would be nowhere
        if has_focus:
            (self.cancel_button if is_working else self.refresh_button).setFocus()

    def minimumSizeHint(self) -> QSize:
        """Qt: the words of the buttons hold nothing up."""
        return QSize(LEAST_WIDTH, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: words where there is room for them."""
        super().resizeEvent(event)
        is_roomy = self.width() >= ROOMY
        styles = Qt.ToolButtonStyle
        for button in self._buttons():
            button.setToolButtonStyle(styles.ToolButtonTextBesideIcon if is_roomy else styles.ToolButtonIconOnly)

    def _buttons(self) -> tuple[QToolButton, ...]:
        return (
            *(self.open_button, self.folder_button, self.refresh_button, self.cancel_button),
            *(self.refly_button, self.report_button, self.csv_button),
        )


def _button(icon_name: str, text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(icon_name))
    button.setText(text)
    button.setToolTip(tip)
    button.setAccessibleName(text)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
