# SPDX-License-Identifier: Apache-2.0
"""The row below the items: who has this plan, and the buttons that give it. GUI thread; nothing goes out unasked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.commands import CommandState
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.plans.plan_badge import Badge, badge_of
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.call_signs import call_sign
from groundstation.ui.commanding.words import vehicle_count
from groundstation.ui.flow_layout import FlowLayout
from groundstation.ui.focus import guarded
from groundstation.ui.language.shown import percent
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.plans.plan_model import tr
from groundstation.ui.said import said

MOST_NAMED = 4
SIGNS = {Badge.EQUAL: "=", Badge.DIFFERS: "\N{NOT EQUAL TO}", Badge.UNKNOWN: "?"}
"""Read without colour."""


def badges_text(states: list[VehicleState], items: tuple[PlanItem, ...], kind: PlanKind) -> str:
    """Which of the vehicles have the plan, in a line."""
    found = [f"{call_sign(one.key)} {SIGNS[badge := badge_of(one, items, kind)]} {tr(badge.value)}" for one in states]
    more = len(found) - MOST_NAMED
    return "   ".join(found[:MOST_NAMED]) + (tr("   and {more} more").format(more=more) if more > 0 else "")


def record_text(record: CommandRecord) -> str:
    """How far a vehicle is, in a line."""
    share = f" {percent(record.progress)}" if record.progress is not None and not record.is_over else ""
    words = said(record.detail)
    return f"{call_sign(record.key)}: {tr(record.state.value)}{share}{'. ' if words else ''}{words}"


class VehicleStrip(QWidget):
    """Badges, what is under way, and a question before anything is sent."""

    def __init__(
        self,
        upload: Callable[[], None],
        upload_all: Callable[[], None],
        read: Callable[[], None],
        clear: Callable[[], None],
        start: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        """Build it.

        Args:
            upload: begins to give the list that is shown to whom it is for.
            upload_all: begins to give every vehicle all lists of its plan.
            read: reads theirs.
            clear: begins to take it out of them.
            start: begins to have those fly that have it.
            parent: Qt's.
        """
        super().__init__(parent)
        self.badges, self.progress = _line("small"), _line("small")
        self.progress.setWordWrap(True)
        self.question = QLabel()
        self.question.setTextFormat(Qt.TextFormat.PlainText)
        self.question.setWordWrap(True)
        self.upload = QPushButton(self.tr("Upload"))
        self.upload.setProperty("role", "go")
        self.all, self.start = QPushButton(), QPushButton()
        self.read, self.clear = QPushButton(self.tr("Read")), QPushButton(self.tr("Clear…"))
        self.differences = QPushButton(self.tr("Differences"))
        self.retry, self.cancel = QPushButton(self.tr("Retry failed")), QPushButton(self.tr("Cancel"))
        self.yes, self.no = QPushButton(), QPushButton(self.tr("No"))
        self.yes.setProperty("role", "go")
        self._act: Callable[[], None] = lambda: None
        # what reaches vehicles is pressed on purpose alone, never by a keyboard that Qt moved there
        for button in (self.upload, self.all, self.start, self.clear, self.retry, self.cancel, self.yes):
            guarded(button)
        self.upload.clicked.connect(upload)
        self.all.clicked.connect(upload_all)
        self.start.clicked.connect(start)
        self.read.clicked.connect(read)
        self.clear.clicked.connect(clear)
        self.yes.clicked.connect(self._confirmed)
        self.no.clicked.connect(self.forget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 8)
        layout.setSpacing(4)
        layout.addWidget(self.badges)
        layout.addWidget(self.progress)
        layout.addWidget(self.question)
        self._usual = _row(layout, self.start, self.upload, self.all)
        self._more = _row(layout, self.read, self.clear, self.differences, self.retry, self.cancel)
        self._asking = _row(layout, self.yes, self.no)
        self.forget()

    def ask(self, question: str, button: str, act: Callable[[], None]) -> None:
        """Ask before something is sent.

        Args:
            question: in words, with what and to whom.
            button: what the yes says.
            act: done when it is pressed.
        """
        self.question.setText(question)
        self.yes.setText(button)
        self._act = act
        self.question.show()
        self._asking.show()
        self._usual.hide()
        self._more.hide()
        # not on the yes: a space bar that was meant for another field sends nothing
        self.no.setFocus()

    @property
    def is_asking(self) -> bool:
        """Whether a question waits."""
        return not self._asking.isHidden()

    def forget(self) -> None:
        """No question any more."""
        self._act = lambda: None
        self.question.hide()
        self._asking.hide()
        self._usual.show()
        self._more.show()

    def _confirmed(self) -> None:
        act = self._act
        self.forget()
        act()

    def show_records(self, records: list[CommandRecord], *, is_busy: bool) -> None:
        """Show how far a plan order is."""
        open_ = [one for one in records if not one.is_over]
        failed = [one for one in records if one.is_over and one.state is not CommandState.SUCCEEDED]
        lines = [record_text(one) for one in (*open_, *failed, *records)]
        shown = list(dict.fromkeys(lines))[:MOST_NAMED]
        self.progress.setText("\n".join(shown))
        self.progress.setVisible(bool(shown))
        self.retry.setVisible(bool(failed) and not is_busy)
        self.retry.setText(self.tr("Retry {count} failed").format(count=len(failed)))
        self.cancel.setVisible(is_busy)

    def show_all(self, count: int, reason: str) -> None:
        """Show how many vehicles would be given all lists of their plans; none hides it.

        Args:
            count: vehicles.
            reason: why none of them can be given its plan now; empty when one can.
        """
        self.all.setVisible(count > 0)
        self.all.setEnabled(not reason)
        self.all.setText(self.tr("Upload all") if count == 1 else self.tr("Upload all {count}").format(count=count))
        usual = self.tr("Fence, rally points and mission, to every vehicle that has a plan here")
        self.all.setToolTip(plain_tip(reason) if reason else usual)

    def show_start(self, keys: tuple[VehicleKey, ...], reason: str) -> None:
        """Show who can be told to fly what it has; nobody hides it.

        Args:
            keys: vehicles that have their plans.
            reason: why none of them can start now; empty when one can.
        """
        whom = keys[0].id if len(keys) == 1 else vehicle_count(len(keys))
        self.start.setVisible(bool(keys))
        self.start.setText(self.tr("Fly: {whom}…").format(whom=whom))
        self.start.setEnabled(not reason)
        names = ", ".join(one.id for one in keys[:MOST_NAMED])
        self.start.setToolTip(plain_tip(reason or self.tr("Start the mission of {names}").format(names=names)))
        # one way on is the brightest: flying, once everybody has the plan
        for button, role in ((self.start, "go"), (self.upload, "" if keys else "go")):
            if button.property("role") != role:
                button.setProperty("role", role)
                button.style().unpolish(button)
                button.style().polish(button)

    def show_targets(self, keys: tuple[VehicleKey, ...], count: int, reason: str) -> None:
        """Show to whom it would be given.

        Args:
            keys: the selected vehicles.
            count: items.
            reason: why it can't be given now; empty when it can.
        """
        whom = keys[0].id if len(keys) == 1 else vehicle_count(len(keys))
        to_whom = self.tr("Upload {count} to {whom}") if count else self.tr("Upload to {whom}")
        self.upload.setText(to_whom.format(count=count, whom=whom) if keys else self.tr("Upload"))
        self.upload.setEnabled(not reason)
        self.upload.setToolTip(reason)
        for button in (self.read, self.clear):
            button.setEnabled(bool(keys))
            button.setToolTip("" if keys else self.tr("no vehicle is selected"))


def _line(role: str) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    return label


def _row(layout: QVBoxLayout, *buttons: QPushButton) -> QWidget:
    row = QWidget()
    line = FlowLayout(row)
    for button in buttons:
        line.addWidget(button)
    layout.addWidget(row)
    return row
