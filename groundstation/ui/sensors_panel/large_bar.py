# SPDX-License-Identifier: Apache-2.0
"""A line under a message that is too large for the window: where the whole of it is, and a button to save it."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from groundstation.transport.bus import Message
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.sensors_panel.large_look import LargeLook
from groundstation.ui.sensors_panel.large_port import LargeAccess
from groundstation.ui.theme.icons import icon

NAME_LETTERS = 40


class LargeBar(QWidget):
    """Hidden while all of a message is here. GUI thread."""

    def __init__(self, feed: FleetView, access: LargeAccess | None, parent: QWidget | None = None) -> None:
        """Build it.

        Args:
            feed: what is known.
            access: ways to recordings; None for a window without.
            parent: Qt's.
        """
        super().__init__(parent)
        self.look = LargeLook(access, lambda: list(feed.fleet.recorders.values()), feed.now_s, self)
        self._topic = ""
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.words = ElidingLabel()
        self.words.setProperty("role", "muted")
        self.save_button = QPushButton(icon("close"), self._cancel_text(1.0))
        self.save_button.ensurePolished()
        # room for the longest of its texts, and for it where it is not shown yet: nothing moves when it comes
        room = self.save_button.sizeHint()
        self.save_button.setMinimumWidth(room.width())
        self.setMinimumHeight(room.height())
        self.save_button.clicked.connect(self._on_pressed)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.save_button)
        self.look.changed.connect(self._show)
        self.hide()

    def look_at(self, message: Message | None) -> None:
        """Show where the whole of a message is; of one that is here as a whole, and of None, nothing."""
        is_large = message is not None and len(message.payload) < message.size_bytes
        self._topic = message.topic if message is not None else ""
        self.look.look_at(message if is_large else None)
        self.setVisible(is_large)
        self._show()

    def _show(self) -> None:
        look, copying = self.look, self.look.copying
        self.words.setText(look.words())
        self.words.setToolTip(look.words())
        if copying is not None:
            # how far it is by the hundredth, five times a second as all of the panel
            self.save_button.setText(self._cancel_text(copying.share))
            self.save_button.setIcon(icon("close"))
        else:
            self.save_button.setText(self.tr("Save as…"))
            self.save_button.setIcon(icon("save"))
        is_there = look.found is not None and look.found.path is not None
        self.save_button.setVisible(is_there or copying is not None)

    def _cancel_text(self, share: float) -> str:
        return self.tr("Cancel ({0} %)").format(int(share * 100))

    def _on_pressed(self) -> None:
        if self.look.copying is not None:
            self.look.cancel()
            return
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("Save the whole payload"), suggested_name(self._topic))
        if chosen:
            self.look.save(Path(chosen))


def suggested_name(topic: str) -> str:
    """A harmless name for the dialog, out of a topic's last level."""
    bare = re.sub(r"[^\w-]+", "-", topic.rpartition("/")[2]).strip("-_")[:NAME_LETTERS]
    return f"{bare or 'payload'}.bin"
