# SPDX-License-Identifier: Apache-2.0
"""Short notices that go by themselves: what an emergency key did, who took control. GUI thread; plain text only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from groundstation.fleet.conditions import Level
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.theme.dress import set_mark, set_style
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.roles import Ink

SHOWN_S = {Level.NORMAL: 8.0, Level.ADVISORY: 8.0, Level.CAUTION: 15.0, Level.WARNING: 60.0}
MOST = 4
_LOOKS = {
    Level.CAUTION: ("caution", Ink.CAUTION, Ink.CAUTION_SURFACE),
    Level.WARNING: ("warning", Ink.WARNING, Ink.WARNING_SURFACE),
}
_CALM = ("advisory", Ink.MUTED, Ink.RAISED)


class Notice(QFrame):
    """One notice."""

    def __init__(self, words: str, level: Level, until_s: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.until_s = until_s
        icon_name, role, back = _LOOKS.get(level, _CALM)
        edge = role if level in _LOOKS else Ink.LINE_STRONG
        self.setObjectName("notice")
        set_style(
            self, f"#notice {{ background: ${back.value}; border: 1px solid ${edge.value}; border-radius: 6px; }}"
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.setSpacing(10)
        mark = QLabel()
        set_mark(mark, icon_name, 16, role)
        self.text = QLabel(words)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.close_button = QToolButton()
        self.close_button.setIcon(icon("close"))
        self.close_button.setProperty("flat", True)
        self.close_button.setAccessibleName(self.tr("Dismiss this notice"))
        self.setAccessibleName(words)
        layout.addWidget(mark)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.close_button)


class NoticeList(QWidget):
    """The newest notices, newest at the bottom."""

    def __init__(self, feed: FleetView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._feed = feed
        self.notices: list[Notice] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self.hide()
        feed.timeline.passed.connect(self._on_aged)

    @property
    def texts(self) -> list[str]:
        """What is said at this moment."""
        return [one.text.text() for one in self.notices]

    def say(self, words: str, level: Level) -> None:
        """Say something for a while; the same again begins anew."""
        # the same again is one notice with its whole time, not a second one
        for one in [one for one in self.notices if one.text.text() == words]:
            self._remove(one)
        # the oldest gives way: a column of them would cover the map
        while len(self.notices) >= MOST:
            self._remove(self.notices[0])
        notice = Notice(words, level, self._feed.now_s() + SHOWN_S[level])
        notice.close_button.clicked.connect(lambda: self._remove(notice))
        self.notices.append(notice)
        self._column.addWidget(notice)
        self.show()

    def _remove(self, notice: Notice) -> None:
        if notice in self.notices:
            self.notices.remove(notice)
            self._column.removeWidget(notice)
            notice.hide()
            notice.deleteLater()
        self.setVisible(bool(self.notices))

    def _on_aged(self, now_s: float) -> None:
        for one in [one for one in self.notices if now_s >= one.until_s]:
            self._remove(one)
