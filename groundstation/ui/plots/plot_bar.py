# SPDX-License-Identifier: Apache-2.0
"""What stands over the plots: how much time, whether it follows, what can be done with them. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from groundstation.ui.plots.span_box import SpanBox
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.roles import Ink

NOTE_MS = 8_000


class PlotBar(QWidget):
    """Buttons; what they do is the panel's."""

    def __init__(self, first_span_s: int, *, is_live: bool, parent: QWidget | None = None) -> None:
        """Everything follows at first.

        Args:
            first_span_s: how much time is shown at first, seconds.
            is_live: whether what is shown ends at now.
            parent: Qt's.
        """
        super().__init__(parent)
        self._is_live = is_live
        self.span_box = SpanBox(first_span_s, is_live=is_live)
        self.pause_button = QToolButton()
        self.pause_button.setCheckable(True)
        self.time_label = QLabel()
        self.time_label.setProperty("role", "muted")
        self._note = ""
        self._note_timer = QTimer(self, interval=NOTE_MS, singleShot=True)
        self._note_timer.timeout.connect(lambda: self.say(""))
        self.note_label = QLabel()
        self.note_label.setProperty("role", "muted")
        self.note_label.setTextFormat(Qt.TextFormat.PlainText)
        # in a line of its own: beside the buttons it would make a narrow panel wider
        self.note_label.setWordWrap(True)
        self.note_label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.note_label.hide()
        self.remove_button = self.button("remove", self.tr("Remove all plots"))
        self.undo_button = QToolButton()
        self.undo_button.setText(self.tr("Undo"))
        self.undo_button.setToolTip(self.tr("Bring back what was removed last (Ctrl+Z)"))
        self.undo_button.hide()
        self.row = QHBoxLayout()
        self.row.setSpacing(8)
        both = QVBoxLayout(self)
        both.setContentsMargins(12, 8, 12, 8)
        both.setSpacing(4)
        both.addLayout(self.row)
        both.addWidget(self.note_label)
        for one in (self.span_box, self.pause_button, self.time_label):
            self.row.addWidget(one)
        self.row.addStretch(1)
        for one in (self.undo_button, self.remove_button):
            self.row.addWidget(one)
        self.show_pause(is_by_hand=False)

    def button(self, image: str, words: str) -> QToolButton:
        """A button with a picture.

        Args:
            image: by meaning, see `theme/icons.py`.
            words: what it does.
        """
        made = QToolButton()
        made.setIcon(icon(image))
        made.setToolTip(words)
        made.setAccessibleName(words)
        return made

    def add(self, made: QWidget) -> None:
        """One more, before those that remove."""
        self.row.insertWidget(self.row.indexOf(self.undo_button), made)

    def say(self, words: str) -> None:
        """Tell something for a while; empty for nothing any more."""
        self.note_label.setText(words)
        self.note_label.setVisible(bool(words))
        if words:
            self._note_timer.start()

    def show_pause(self, *, is_by_hand: bool) -> None:
        """Show whether somebody moved the axis."""
        with QSignalBlocker(self.pause_button):
            self.pause_button.setChecked(is_by_hand)
        self.pause_button.setIcon(icon("play", Ink.ACCENT) if is_by_hand else icon("pause"))
        hold = self.tr("Hold the time axis still; values are still kept")
        back = self.tr("Follow now again (Home)") if self._is_live else self.tr("Follow the playhead again (Ctrl+Home)")
        self.pause_button.setToolTip(back if is_by_hand else hold)
        self.pause_button.setAccessibleName(back if is_by_hand else self.tr("Pause the plots"))
