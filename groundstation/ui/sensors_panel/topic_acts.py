# SPDX-License-Identifier: Apache-2.0
"""What is done to a topic: values held still, a message by hand, what the broker keeps cleared. GUI thread."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from groundstation.transport.publishing import Template, objection
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.sensors_panel.publish_dialog import ClearDialog, Publish, PublishDialog, templates_from
from groundstation.ui.sensors_panel.topic_row import Row, Topics
from groundstation.ui.theme.icons import icon


class TopicActs(QObject):
    """Of a station that only looks nothing is offered that says anything."""

    changed = Signal()
    """Something holds still or follows again."""

    def __init__(self, feed: FleetView, topics: Topics, publish: Publish | None, parent: QWidget) -> None:
        """Begin.

        Args:
            feed: what is known.
            topics: what rows mean.
            publish: gives messages by hand to the connection; None for who only looks.
            parent: over which questions stand.
        """
        super().__init__(parent)
        self._feed, self._topics, self._window = feed, topics, parent
        self.publish = publish
        self._templates: list[Template] = []

    def add_to(self, menu: QMenu, row: Row) -> None:
        """Put what can be done to a row into a menu."""
        tree = self._feed.topics
        if tree.is_paused(row.node):
            menu.addAction(icon("play"), self.tr("Let values follow again"), lambda: self.resume(row))
        else:
            menu.addAction(icon("pause"), self.tr("Hold values here and below"), lambda: self.pause(row))
        if self.publish is None:
            return
        path = tree.path(row.node)
        menu.addSeparator()
        here = menu.addAction(icon("commands"), self.tr("Publish here…"), lambda: self.open_publish(path))
        clear = menu.addAction(icon("remove"), self.tr("Clear what the broker keeps…"), lambda: self.ask_clear(path))
        here.setEnabled(objection(path) is None)
        clear.setEnabled(tree.is_retained(row.node) and objection(path) is None)

    def pause(self, row: Row) -> None:
        """Values at and below a row hold still; counts go on."""
        if self._topics.is_current(row):
            self._feed.topics.pause(row.node, self._feed.now_s())
            self.changed.emit()

    def resume(self, row: Row) -> None:
        """Values follow again."""
        if self._topics.is_current(row):
            self._feed.topics.resume(row.node)
            self.changed.emit()

    def open_publish(self, topic: str = "") -> PublishDialog | None:
        """Ask for a message to be published; None where this station only looks."""
        if self.publish is None:
            return None
        dialog = PublishDialog(self.publish, self._templates, topic, self._window)
        dialog.templates_changed.connect(self._templates_changed)
        dialog.open()
        return dialog

    def ask_clear(self, topic: str) -> ClearDialog | None:
        """Ask before what the broker keeps for a topic is cleared; None where this station only looks."""
        if self.publish is None:
            return None
        dialog = ClearDialog(self.publish, topic, self._window)
        dialog.open()
        return dialog

    def kept_templates(self) -> str:
        """For the settings."""
        return msgspec.json.encode(self._templates).decode()

    def restore_templates(self, text: object) -> None:
        """Back from the settings."""
        self._templates = templates_from(text)

    def _templates_changed(self, templates: list[Template]) -> None:
        self._templates = templates
