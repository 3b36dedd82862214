# SPDX-License-Identifier: Apache-2.0
"""What became of the newest command, where it was given: two lines of fixed height. GUI thread; plain text only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QToolButton, QWidget

from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.commands import CommandState
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.call_signs import call_sign
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commanding.words import (
    Tone,
    actor_text,
    brief_text,
    look_of,
    order_text,
    record_words,
    state_words,
    tone_role,
)
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.focus import guarded
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.said import said_of
from groundstation.ui.theme.dress import set_mark, set_style
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.timeline import local_time

CALM_S = 6.0
"""So long after a good end it is still written in bright letters."""
BAR = 3


class ProgressBar(QWidget):
    """A thin line that fills; drawn by hand, since it has no text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.share: float | None = None
        self.role = Ink.ACCENT
        self.setFixedHeight(BAR)

    def show_share(self, share: float | None, role: Ink) -> None:
        """Show so much; None for nothing."""
        if (share, role) != (self.share, self.role):
            self.share, self.role = share, role
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draws it."""
        del event
        if self.share is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), ink(Ink.LINE))
        painter.fillRect(QRectF(0, 0, self.width() * self.share, BAR), ink(self.role))
        painter.end()


class ProgressLine(QFrame):
    """Words, percent and reason; cancels what runs, dismisses what failed."""

    def __init__(self, desk: OperatorDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._records: tuple[CommandRecord, ...] = ()
        self._dismissed: set[str] = set()
        self._look: object = None
        self._detail = self._hint = ""
        self.words, self.detail, self._icon = ElidingLabel(), ElidingLabel(), QLabel()
        self.bar = ProgressBar()
        self.button = guarded(QToolButton())
        self.button.setProperty("flat", True)
        self.button.setProperty("role", "compact")
        self.button.clicked.connect(self._on_button)
        self.detail.setProperty("role", "small")
        self._icon.setFixedSize(22, 18)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 2)
        layout.setHorizontalSpacing(0)
        layout.setVerticalSpacing(1)
        layout.addWidget(self._icon, 0, 0)
        layout.addWidget(self.words, 0, 1)
        layout.addWidget(self.button, 0, 2, Qt.AlignmentFlag.AlignRight)
        layout.addWidget(self.detail, 1, 1, 1, 2)
        layout.addWidget(self.bar, 2, 0, 1, 3)
        layout.setColumnStretch(1, 1)
        # as high without a command: buttons below must not jump while somebody aims at them
        self.setFixedHeight(44)
        self._show(())

    @property
    def records(self) -> tuple[CommandRecord, ...]:
        """The commands that are shown: one, or those of a group order."""
        return self._records

    def show_keys(self, keys: Sequence[VehicleKey]) -> None:
        """Show the newest command of a vehicle, or the newest order to several."""
        found = [record for key in keys if (record := self._desk.latest(key)) is not None]
        if len(keys) > 1 and found:
            newest = max(found, key=lambda one: one.began_unix_s)
            # of several vehicles one order is shown: their newest commands may belong to different ones
            found = [one for one in found if one.batch == newest.batch]
        self._show(tuple(one for one in found if one.id not in self._dismissed))

    def explain(self, hint: str) -> None:
        """Say why a button can't be used, in place of the second line; empty to stop."""
        self._hint = hint
        self.detail.setText(hint or self._detail)

    def _show(self, records: tuple[CommandRecord, ...]) -> None:
        now_s = self._desk.feed.now_s()
        is_calm = all(one.is_over and now_s - one.changed_s > CALM_S for one in records)
        # records are frozen: equal means that nothing has to be drawn
        look = (records, is_calm)
        if look == self._look:
            return
        self._look, self._records = look, records
        if len(records) == 1:
            self._show_one(records[0], is_calm=is_calm)
        elif records:
            self._show_many(records, is_calm=is_calm)
        else:
            self._put("", Ink.MUTED, self.tr("No command"), "", None)
            self.button.hide()
        self.setAccessibleName(f"{self.words.text()} {self.detail.text()}")

    def _show_one(self, record: CommandRecord, *, is_calm: bool) -> None:
        look = look_of(record.state)
        is_bad = look.tone is Tone.BAD
        # what went well fades after a while; what failed stays bright until it is dismissed
        role = Ink.MUTED if is_calm and not is_bad else tone_role(look.tone)
        words = f"{brief_text(record.verb, record.args)}: {record_words(record)}"
        if record.is_over:
            words += f" {local_time(record.changed_unix_s)}"
        # who ordered is told only where it was somebody else
        by = "" if record.by is None or record.by.gs == self._desk.orders.actor.gs else actor_text(record.by)
        detail = "; ".join(part for part in (said_of(record), by) if part)
        share = (
            None
            if record.is_over
            else record.progress
            if record.progress is not None
            else _FIRST.get(record.state, 0.0)
        )
        self._put(look.icon, role, words, detail, share)
        self._show_button(is_over=record.is_over)

    def _show_many(self, records: tuple[CommandRecord, ...], *, is_calm: bool) -> None:
        counts = Counter(one.state for one in records)
        parts = [f"{count} {state_words(state, records[0].verb)}" for state, count in counts.items()]
        over = sum(one.is_over for one in records)
        tones = {look_of(one.state).tone for one in records}
        worst = next(tone for tone in (Tone.BAD, Tone.BUSY, Tone.WAITING, Tone.UNSURE, Tone.GOOD) if tone in tones)
        role = Ink.MUTED if is_calm and worst is not Tone.BAD else tone_role(worst)
        sign = next(look_of(one.state).icon for one in records if look_of(one.state).tone is worst)
        bad = [one for one in records if look_of(one.state).tone is Tone.BAD]
        detail = "; ".join(f"{call_sign(one.key)}: {said_of(one)}" for one in bad)
        words = f"{brief_text(records[0].verb, records[0].args)}: {', '.join(parts)}"
        self._put(sign, role, words, detail, None if over == len(records) else over / len(records))
        self._show_button(is_over=over == len(records))

    def _put(self, icon_name: str, role: Ink, words: str, detail: str, share: float | None) -> None:
        if icon_name:
            set_mark(self._icon, icon_name, 16, role)
        self._icon.setVisible(bool(icon_name))
        weight = 600 if role in (Ink.TEXT, Ink.CAUTION, Ink.ACCENT) else 400
        text_role = Ink.TEXT if role is Ink.ACCENT else role
        set_style(self.words, f"color: ${text_role.value}; font-weight: {weight};")
        self.words.setText(words)
        # the line leaves out coordinates; who wants them finds them in the tip
        order = order_text(self._records[0].verb, self._records[0].args) if self._records else ""
        self.words.setToolTip(plain_tip(f"{words}\n{order}".strip()))
        self._detail = detail
        self.detail.setText(self._hint or detail)
        self.detail.setToolTip(plain_tip(detail))
        self.bar.show_share(share, Ink.ACCENT)

    def _show_button(self, *, is_over: bool) -> None:
        self.button.show()
        if is_over:
            self.button.setText("")
            self.button.setIcon(icon("close"))
            self.button.setAccessibleName(self.tr("Dismiss"))
            self.button.setToolTip(self.tr("Dismiss"))
        else:
            self.button.setIcon(icon("stopped"))
            self.button.setText(self.tr("Cancel"))
            self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self.button.setAccessibleName(self.tr("Cancel this command"))
            self.button.setToolTip(self.tr("Stop watching it, and stop it at the vehicle where it can be stopped"))

    def _on_button(self) -> None:
        if all(one.is_over for one in self._records):
            self._dismissed = {one.id for one in self._records}
            self._show(())
            return
        # what was not sent yet needs no cancel at the bridge: it is simply not sent
        for batch in {one.batch for one in self._records if one.batch is not None and one.state is CommandState.QUEUED}:
            self._desk.orders.stop(batch)
        for one in self._records:
            if not one.is_over and one.state is not CommandState.QUEUED:
                self._desk.orders.cancel(one)


_FIRST = {
    CommandState.SENT: 0.05,
    CommandState.RECEIVED: 0.1,
    CommandState.ACCEPTED: 0.15,
    CommandState.IN_PROGRESS: 0.2,
}
"""How far the bar is where nobody tells a share: it shows that something moves, in words it says no percent."""
