# SPDX-License-Identifier: Apache-2.0
"""The rules of alarms: looked at, changed, tried on a recorded flight, and given to the engine. GUI thread."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.alarms.alarm import AlarmAction
from groundstation.fleet.alarms.rule import MAX_RULES, AlarmRule, RuleSet
from groundstation.fleet.alarms.trial import Trial
from groundstation.ui.alarms.alarm_model import TIMES
from groundstation.ui.alarms.alarm_port import AlarmAccess
from groundstation.ui.alarms.rule_form import RuleForm, problem_of
from groundstation.ui.language.shown import shown
from groundstation.ui.said import translated
from groundstation.ui.task import Ended, Task, Tasks

MOST_BYTES = 60_000
"""All rules travel in one message."""


class RulesDialog(QDialog):
    """No modal one: the fleet flies on."""

    def __init__(self, rules: RuleSet, access: AlarmAccess, parent: QWidget | None = None) -> None:
        """Show some rules.

        Args:
            rules: of the engine that leads.
            access: ways to it; without a wish they can be looked at and tried only.
            parent: Qt's.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Rules of alarms"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._access = access
        self._rules = list(rules.rules)
        self._task: Task | None = None
        self._tasks = Tasks("alarm-trial", self.tr("the log can't be read"), self)
        self._trial: Trial | None = None
        self.list, self.form = QListWidget(), RuleForm()
        self.list.setAccessibleName(self.tr("Rules"))
        self.status = QLabel()
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setWordWrap(True)
        self._lay_out()
        self.list.currentRowChanged.connect(self._show_current)
        self.list.itemChanged.connect(self._on_item_changed)
        self.form.changed.connect(self._on_form_changed)
        self._fill(0)
        self.resize(900, 560)

    def _lay_out(self) -> None:
        self.add, self.remove = QPushButton(self.tr("New")), QPushButton(self.tr("Remove"))
        self.add.clicked.connect(self.add_rule)
        self.remove.clicked.connect(self.remove_rule)
        self.try_button, self.cancel_trial = QPushButton(self.tr("Try on a log…")), QPushButton(self.tr("Cancel"))
        self.try_button.clicked.connect(self._ask_for_log)
        self.cancel_trial.clicked.connect(self._on_cancelled)
        self.cancel_trial.hide()
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addWidget(self.add)
        row.addWidget(self.remove)
        row.addStretch(1)
        column.addLayout(row)
        splitter = QSplitter()
        splitter.addWidget(left)
        splitter.addWidget(self.form)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([300, 600])
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        self.save.setText(self.tr("Use for every station"))
        self.save.setEnabled(self._access.wish is not None)
        for button in self.buttons.buttons():
            button.setIcon(QIcon())
        self.buttons.accepted.connect(self.give)
        self.buttons.rejected.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(self.try_button)
        foot.addWidget(self.cancel_trial)
        foot.addWidget(self.status, 1)
        foot.addWidget(self.buttons)
        layout = QVBoxLayout(self)
        layout.addWidget(splitter, 1)
        layout.addLayout(foot)

    @property
    def rules(self) -> RuleSet:
        """As they are shown."""
        return RuleSet(rules=tuple(self._rules))

    def _fill(self, row: int) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for rule in self._rules:
            item = QListWidgetItem(self._words(rule))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if rule.is_on else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.list.setCurrentRow(min(row, len(self._rules) - 1))
        self._show_current(self.list.currentRow())

    def _words(self, rule: AlarmRule) -> str:
        count = self._trial.count(rule.name) if self._trial is not None else None
        # only what would have been raised stands out
        # as it is written to every station where it is edited, in the language of this one in the list
        title = translated(rule.title)
        return f"{title}   {TIMES}{count}" if count else title

    def _show_current(self, row: int) -> None:
        self.form.show_rule(self._rules[row] if 0 <= row < len(self._rules) else None)

    def _on_form_changed(self) -> None:
        row = self.list.currentRow()
        if self.form.rule is not None and 0 <= row < len(self._rules):
            self._rules[row] = self.form.rule
            self.list.blockSignals(True)
            self.list.item(row).setText(self._words(self.form.rule))
            self.list.blockSignals(False)

    def _on_item_changed(self, item: QListWidgetItem) -> None:
        row = self.list.row(item)
        is_on = item.checkState() is Qt.CheckState.Checked
        self._rules[row] = msgspec.structs.replace(self._rules[row], is_on=is_on)
        if row == self.list.currentRow():
            self.form.show_rule(self._rules[row])

    def add_rule(self) -> None:
        """One more, which is off until it was tried."""
        if len(self._rules) >= MAX_RULES:
            self.status.setText(self.tr("{n} rules are the most there can be.").format(n=MAX_RULES))
            return
        names = {one.name for one in self._rules}
        number = next(n for n in range(1, MAX_RULES + 2) if f"rule-{n}" not in names)
        title = self.tr("New rule {n}").format(n=number)
        self._rules.append(AlarmRule(name=f"rule-{number}", title=title, when="battery < 20", is_on=False))
        self._fill(len(self._rules) - 1)
        self.form.texts["title"].setFocus()

    def remove_rule(self) -> None:
        """The one that is shown; it comes back with Cancel."""
        row = self.list.currentRow()
        if 0 <= row < len(self._rules):
            del self._rules[row]
            self._fill(row)

    def _ask_for_log(self) -> None:
        dialog = QFileDialog(self, self.tr("A recorded flight"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.try_on(Path(path)))
        dialog.open()

    def _problem(self) -> str:
        return next((text for text in map(problem_of, self._rules) if text), "")

    def try_on(self, path: Path) -> None:
        """See what they would have raised in a log."""
        problem = self._problem()
        if problem or self._access.trial is None:
            self.status.setText(problem)
            return
        trial, rules = self._access.trial, self.rules
        self.status.setText(self.tr("reads {name}…").format(name=path.name))
        self._show_busy(is_busy=True)

        def work(task: Task) -> Trial:
            return trial(path, rules, task.told)

        self._task = self._tasks.run_task(work, self._on_tried)

    def _on_tried(self, ended: Ended[Trial]) -> None:
        self._show_busy(is_busy=False)
        self._task, self._trial = None, ended.value
        if ended.value is None:
            self.status.setText(ended.problem or self.tr("cancelled"))
            return
        trial = ended.value
        minutes = (trial.end_s - trial.begin_s) / 60.0
        self.status.setText(
            self.tr("would have raised {n} times in {minutes:.1f} min").format(
                n=len(trial.raised), minutes=shown(minutes)
            )
        )
        self._fill(self.list.currentRow())

    def _show_busy(self, *, is_busy: bool) -> None:
        self.try_button.setEnabled(not is_busy)
        self.cancel_trial.setVisible(is_busy)

    def _on_cancelled(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def give(self) -> None:
        """Use them from now on, at every station."""
        problem = self._problem()
        if not problem and len(msgspec.json.encode(self.rules)) > MOST_BYTES:
            problem = self.tr("together they are too long for one message; shorten or remove some")
        if problem or self._access.wish is None:
            self.status.setText(problem)
            return
        self._access.wish(AlarmAction.RULES, (), rules=self.rules)
        self.accept()

    def done(self, result: int) -> None:
        """Qt: closed, by whatever."""
        self._on_cancelled()
        super().done(result)
