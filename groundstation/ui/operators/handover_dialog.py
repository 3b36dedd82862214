# SPDX-License-Identifier: Apache-2.0
"""The page of a handover: written and given by one, read and signed by the other, saved by both. GUI thread."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, Signal
from PySide6.QtGui import QIcon, QPageLayout, QPageSize, QPdfWriter, QTextDocument
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
from groundstation.ui.operators.operators_port import OperatorsAccess
from groundstation.ui.operators.said_words import handover_text

SIZE = (720, 640)


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
        words = self.tr(
            "With it go {vehicles} vehicles, {alarms} alarms and {orders} orders under way, as they are now."
        )
        self.summary = QLabel(
            words.format(vehicles=len(page.vehicles), alarms=len(page.alarms), orders=len(page.under_way))
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

    def give(self) -> None:
        """Sign it, and say it to the other."""
        to = self.to.currentText().strip()
        if not to or is_same(to, self._access.me.op):
            self.problem.setText(self.tr("Name the operator who takes over."))
            self.problem.show()
            return
        notes, limits, weather = (
            one.toPlainText().strip()[:MAX_WORDS] for one in (self.notes, self.limits, self.weather)
        )
        page = msgspec.structs.replace(self._page, notes="", limits=limits, weather=weather)
        self._access.say(notes[:MAX_TEXT], kind=SaidKind.HANDOVER, to=(to,), page=page)
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
        self.state = QLabel()
        self.reason = QLineEdit()
        self.reason.setMaxLength(MAX_TEXT)
        self.reason.setPlaceholderText(self.tr("A word with it"))
        self.accept_button = QPushButton(self.tr("Sign and take over"))
        self.decline_button = QPushButton(self.tr("Do not take over"))
        self.save_button = QPushButton(self.tr("Save as…"))
        self.accept_button.clicked.connect(lambda: self._answer(SaidKind.ACCEPTED))
        self.decline_button.clicked.connect(lambda: self._answer(SaidKind.DECLINED))
        self.save_button.clicked.connect(self.ask_where)
        row = QHBoxLayout()
        row.addWidget(self.state, 1)
        row.addWidget(self.reason)
        for button in (self.decline_button, self.accept_button, self.save_button):
            # the return key in the line beside them signs nothing
            button.setAutoDefault(False)
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.browser, 1)
        layout.addLayout(row)
        self.resize(*SIZE)
        self.refresh()

    def refresh(self) -> None:
        """Show it as it is now."""
        self.browser.setHtml(self._access.document(self._one))
        end = self._conversation.end_of(self._one.id)
        self.state.setText(handover_text(self._one, self._conversation))
        me = self._access.me.op
        is_asked = end is None and not self._one.is_by(me) and any(is_same(one, me) for one in self._one.to)
        for widget in (self.reason, self.accept_button, self.decline_button):
            widget.setVisible(is_asked)

    def _answer(self, kind: SaidKind) -> None:
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
            self.state.setText(self.tr("{file} can't be written: {why}").format(file=path, why=error.strerror or error))
            return
        self.state.setText(self.tr("Written to {file}").format(file=path))
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
