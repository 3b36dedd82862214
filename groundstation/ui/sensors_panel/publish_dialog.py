# SPDX-License-Identifier: Apache-2.0
"""Publishes a message by hand, and asks before what a broker keeps is cleared. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.errors import UsageError
from groundstation.transport.bus import Outgoing
from groundstation.transport.publishing import MAX_TEMPLATES, UNIX_S, UTC, Template, clearing, message_of, objection
from groundstation.ui.sensors_panel.topic_text import visible_topic
from groundstation.ui.timeline import local_time, wall_s

Publish = Callable[[list[Outgoing]], int]
"""Gives messages to the connection; returns how many were taken, 0 where there is none."""


def templates_from(text: object) -> list[Template]:
    """Templates as they were written in the settings, which may be damaged; a bad one costs all."""
    try:
        return msgspec.json.decode(str(text).encode(), type=list[Template])[:MAX_TEMPLATES]
    except (msgspec.DecodeError, UnicodeEncodeError):
        return []


class PublishDialog(QDialog):
    """Topic, payload, QoS and whether the broker keeps it; what may not be said is refused with a reason."""

    templates_changed = Signal(object)
    """All templates, a list."""

    def __init__(
        self, publish: Publish, templates: list[Template], topic: str = "", parent: QWidget | None = None
    ) -> None:
        """Build it.

        Args:
            publish: gives messages to the connection.
            templates: that were kept.
            topic: to begin with.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Publish a message"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._publish, self._templates = publish, list(templates)
        self._build()
        self._list_templates()
        self.topic_box.setText(topic)

    def template(self, name: str = "") -> Template:
        """What is in the fields."""
        return Template(
            name=name,
            topic=self.topic_box.text(),
            payload=self.payload_box.toPlainText(),
            qos=self.qos_box.currentIndex(),
            retain=self.retain_box.isChecked(),
        )

    def send(self) -> None:
        """Publish it, and say what became of it."""
        try:
            message = message_of(self.template(), wall_s())
        except UsageError as error:
            self._say(str(error), is_wrong=True)
            return
        if self._publish([message]):
            self._say(self.tr("Given to the connection at {0}").format(local_time(wall_s())))
        else:
            self._say(self.tr("Not sent: there is no connection; nothing is kept for later"), is_wrong=True)

    def keep_template(self) -> None:
        """Keep what is in the fields under the name in the list."""
        name = self.template_box.currentText().strip()
        if not name:
            self._say(self.tr("Write a name for the template"), is_wrong=True)
            return
        others = [one for one in self._templates if one.name != name]
        self._templates = [*others, self.template(name)][-MAX_TEMPLATES:]
        self._list_templates(name)
        self.templates_changed.emit(self._templates)
        self._say(self.tr("Kept as {0}").format(name))

    def _take(self, index: int) -> None:
        one = self._templates[index]
        self.topic_box.setText(one.topic)
        self.payload_box.setPlainText(one.payload)
        self.qos_box.setCurrentIndex(1 if one.qos else 0)
        self.retain_box.setChecked(one.retain)

    def _list_templates(self, name: str = "") -> None:
        self.template_box.clear()
        self.template_box.addItems([one.name for one in self._templates])
        self.template_box.setCurrentText(name)

    def _look(self) -> None:
        """Say at once where nothing may be said."""
        topic = self.topic_box.text()
        problem = objection(topic) if topic else None
        self.send_button.setEnabled(bool(topic) and problem is None)
        self._say(problem or "", is_wrong=problem is not None)

    def _say(self, text: str, *, is_wrong: bool = False) -> None:
        self.said.setProperty("role", "error" if is_wrong else "muted")
        self.said.style().polish(self.said)
        self.said.setText(text)

    def _build(self) -> None:
        self.template_box = QComboBox()
        self.template_box.setEditable(True)
        self.template_box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.template_box.setAccessibleName(self.tr("Template"))
        self.template_box.activated.connect(self._take)
        keep = QPushButton(self.tr("Keep"))
        keep.setAutoDefault(False)
        keep.clicked.connect(self.keep_template)
        templates = QHBoxLayout()
        templates.addWidget(self.template_box, 1)
        templates.addWidget(keep)
        self.topic_box = QLineEdit()
        self.topic_box.textChanged.connect(lambda _: self._look())
        self.payload_box = QPlainTextEdit()
        self.payload_box.setTabChangesFocus(True)
        self.payload_box.setPlaceholderText(self.tr("{0} and {1} become the time of sending").format(UTC, UNIX_S))
        self.qos_box = QComboBox()
        self.qos_box.addItems([self.tr("0: at most once"), self.tr("1: at least once")])
        self.retain_box = QCheckBox(self.tr("The broker keeps it for who subscribes later"))
        self.said = QLabel()
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.send_button = buttons.addButton(self.tr("Publish"), QDialogButtonBox.ButtonRole.ActionRole)
        self.send_button.setEnabled(False)
        self.send_button.clicked.connect(self.send)
        for button in buttons.buttons():
            button.setIcon(QIcon())
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.addRow(self.tr("Template"), templates)
        form.addRow(self.tr("Topic"), self.topic_box)
        form.addRow(self.tr("Payload"), self.payload_box)
        form.addRow(self.tr("QoS"), self.qos_box)
        form.addRow("", self.retain_box)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.said)
        layout.addWidget(buttons)
        self.setMinimumWidth(480)


class ClearDialog(QDialog):
    """Asks before a broker forgets what it keeps for a topic: it can't be had back."""

    def __init__(self, publish: Publish, topic: str, parent: QWidget | None = None) -> None:
        """Build the question."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Clear what the broker keeps"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._publish, self._topic = publish, topic
        self.said = QLabel()
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        then = self.tr("Who subscribes later gets nothing until somebody publishes again.")
        self.said.setText(f"{visible_topic(topic)}\n\n{then}")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.clear_button = buttons.addButton(self.tr("Clear"), QDialogButtonBox.ButtonRole.ActionRole)
        self.clear_button.setAutoDefault(False)
        self.clear_button.clicked.connect(self.clear)
        for button in buttons.buttons():
            button.setIcon(QIcon())
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.said)
        layout.addWidget(buttons)
        self.setMinimumWidth(420)

    def clear(self) -> None:
        """Clear it, or say why not."""
        try:
            message = clearing(self._topic)
        except UsageError as error:
            self.said.setText(str(error))
            return
        if self._publish([message]):
            self.accept()
        else:
            self.said.setText(self.tr("Not sent: there is no connection; nothing is kept for later"))
