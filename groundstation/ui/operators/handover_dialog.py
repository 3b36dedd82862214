# SPDX-License-Identifier: Apache-2.0
"""The page of a handover: written and given by one, read and signed by the other, saved by both. GUI thread."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPageLayout, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.operators.conversation import Conversation
from groundstation.fleet.operators.handover_page import MAX_WORDS, HandoverPage
from groundstation.fleet.operators.names import is_same
from groundstation.fleet.operators.said import MAX_TEXT, OperatorMessage, SaidKind
from groundstation.ui.commanding.words import vehicle_count
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.language.speaking import counted
from groundstation.ui.operators.operators_port import OperatorsAccess
from groundstation.ui.operators.said_words import alarm_count, handover_text
from groundstation.ui.plain_text import plain_tip

SIZE = (720, 640)
MARGIN = QSize(40, 80)
"""That a screen keeps around it, with the frame of the window."""


class HandoverDialog(QDialog):
    """Writes a handover to somebody."""

    def __init__(
        self, page: HandoverPage, operators: list[str], access: OperatorsAccess, parent: QWidget | None = None
    ) -> None:
        """Build it with what was gathered.

        Args:
            page: what there is.
            operators: who may take over.
            access: ways to them.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Hand over"))
        self._page, self._access = page, access
        self.to = QComboBox()
        self.to.setEditable(True)
        self.to.addItems(operators)
        self.to.setCurrentIndex(0 if operators else -1)
        # a name of 200 letters must not make the dialog as wide
        self.to.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.to.setMinimumContentsLength(20)
        self.to.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        edit = self.to.lineEdit()
        if edit is not None:
            edit.setPlaceholderText(self.tr("Name of an operator"))
            edit.setMaxLength(200)
        self.notes, self.limits, self.weather = (_words(one) for one in (page.notes, page.limits, page.weather))
        self.notes.setPlaceholderText(self.tr("What the next shift has to know"))
        self.limits.setPlaceholderText(self.tr("Heights, areas, hours that must be kept"))
        form = QFormLayout()
        form.addRow(self.tr("To"), self.to)
        form.addRow(self.tr("Notes"), self.notes)
        form.addRow(self.tr("Limits"), self.limits)
        form.addRow(self.tr("Weather"), self.weather)
        words = self.tr("With it go {vehicles}, {alarms} and {orders}, as they are now.")
        orders = counted("Operators", "{count} order under way", "{count} orders under way", len(page.under_way))
        self.summary = QLabel(
            words.format(
                vehicles=vehicle_count(len(page.vehicles)),
                alarms=alarm_count(len(page.alarms)),
                orders=orders.format(count=len(page.under_way)),
            )
        )
        self.summary.setWordWrap(True)
        self.problem = QLabel()
        self.problem.setProperty("role", "warning")
        self.problem.hide()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.addButton(self.tr("Sign and hand over"), QDialogButtonBox.ButtonRole.AcceptRole)
        for button in self.buttons.buttons():
            button.setIcon(QIcon())
        self.buttons.accepted.connect(self.give)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        for widget in (self.summary, self.problem, self.buttons):
            layout.addWidget(widget)
        self.resize(SIZE[0], 420)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: the return key behind a name signs nothing; a button in focus has taken it before."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    @property
    def words(self) -> HandoverPage:
        """What is written so far, without what was gathered."""
        notes, limits, weather = (one.toPlainText()[:MAX_WORDS] for one in (self.notes, self.limits, self.weather))
        return HandoverPage(notes=notes, limits=limits, weather=weather)

    def give(self) -> None:
        """Sign it, and say it to the other."""
        to = self.to.currentText().strip()
        if not to or is_same(to, self._access.me.op):
            self.problem.setText(self.tr("Name the operator who takes over."))
            self.problem.show()
            return
        words = self.words
        page = msgspec.structs.replace(self._page, notes="", limits=words.limits.strip(), weather=words.weather.strip())
        self._access.say(words.notes.strip()[:MAX_TEXT], kind=SaidKind.HANDOVER, to=(to,), page=page)
        self.accept()


class HandoverView(QDialog):
    """Shows a handover; who is asked signs it, or says why not."""

    saved = Signal(str)
    """Where it was written to."""

    def __init__(
        self,
        one: OperatorMessage,
        conversation: Conversation,
        access: OperatorsAccess,
        parent: QWidget | None = None,
    ) -> None:
        """Build it.

        Args:
            one: the handover.
            conversation: knows how it ended.
            access: ways to answer.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Handover"))
        self._one, self._conversation, self._access = one, conversation, access
        self.browser = QTextBrowser()
        self.browser.setOpenLinks(False)
        self.browser.setAccessibleName(self.tr("What is handed over"))
        self.state = ElidingLabel()
        self._written = ""
        """Where it was written to, or why it was not."""
        self.reason = QLineEdit()
        self.reason.setMaxLength(MAX_TEXT)
        self.reason.setPlaceholderText(self.tr("A word with it"))
        self.reason.setAccessibleName(self.tr("A word with it"))
        self.accept_button = QPushButton(self.tr("Sign and take over"))
        self.decline_button = QPushButton(self.tr("Do not take over"))
        self.save_button = QPushButton(self.tr("Save as…"))
        self.accept_button.clicked.connect(lambda: self._answer(SaidKind.ACCEPTED))
        self.decline_button.clicked.connect(lambda: self._answer(SaidKind.DECLINED))
        self.save_button.clicked.connect(self.ask_where)
        row = QHBoxLayout()
        row.addWidget(self.reason, 1)
        row.addStretch()
        for button in (self.decline_button, self.accept_button, self.save_button):
            # the return key in the line beside them signs nothing
            button.setAutoDefault(False)
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.browser, 1)
        layout.addWidget(self.state)
        layout.addLayout(row)
        room = self.screen().availableSize() - MARGIN
        self.resize(QSize(*SIZE).boundedTo(room))
        self._shown = ""
        self.refresh()

    def refresh(self) -> None:
        """Show it as it is now; who reads it stays where he is."""
        text = self._access.document(self._one)
        if text != self._shown:
            self._shown = text
            bar = self.browser.verticalScrollBar()
            place = bar.value()
            self.browser.setHtml(text)
            bar.setValue(place)
        end = self._conversation.end_of(self._one.id)
        words = self._written or handover_text(self._one, self._conversation)
        if words != self.state.text():
            self.state.setText(words)
            self.state.setToolTip(plain_tip(words))
        me = self._access.me.op
        is_asked = end is None and not self._one.is_by(me) and any(is_same(one, me) for one in self._one.to)
        for widget in (self.reason, self.accept_button, self.decline_button):
            widget.setVisible(is_asked)

    def _answer(self, kind: SaidKind) -> None:
        # another window of the same operator may have answered since this one was drawn
        if self._conversation.end_of(self._one.id) is not None:
            self.refresh()
            return
        self._written = ""
        self._access.say(self.reason.text().strip(), kind=kind, to=(self._one.by.op,), about=self._one.id)
        self.refresh()

    def ask_where(self) -> None:
        """Ask for a file, and write it."""
        name = f"handover-{self._one.id[:8]}.pdf"
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("Save the handover"), name, "PDF (*.pdf);;HTML (*.html)")
        if chosen:
            self.save(Path(chosen))

    def save(self, path: Path) -> None:
        """Write it as PDF or, by the name's end, as HTML."""
        try:
            if path.suffix.lower() in (".html", ".htm"):
                self._access.write(path, self._access.document(self._one).encode())
            else:
                self._access.write(path, _pdf(self._access.document(self._one)))
        except OSError as error:
            self._written = self.tr("{file} can't be written: {why}").format(file=path, why=error.strerror or error)
            self.refresh()
            return
        self._written = self.tr("Written to {file}").format(file=path)
        self.refresh()
        self.saved.emit(str(path))


def _words(text: str) -> QPlainTextEdit:
    found = QPlainTextEdit(text)
    found.setTabChangesFocus(True)
    found.setFixedHeight(72)
    return found


def _pdf(text: str) -> bytes:
    """The document on paper."""
    made = QBuffer()
    made.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(made)
    margins = QMarginsF(15.0, 15.0, 15.0, 15.0)
    writer.setPageLayout(QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins))
    writer.setCreator("groundstation")
    page = QTextDocument()
    page.setHtml(text)
    page.print_(writer)
    return bytes(made.data().data())
