# SPDX-License-Identifier: Apache-2.0
"""One rule as fields. GUI thread."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel, QLineEdit, QScrollArea, QWidget

from groundstation.fleet.alarms.rule import AlarmRule, ReadRule
from groundstation.fleet.conditions import Level
from groundstation.fleet.errors import UsageError
from groundstation.ui.choice_field import ChoiceField
from groundstation.ui.number_field import NumberField
from groundstation.ui.said import said_by

_TEXTS = ("title", "when", "until", "vehicles", "topics", "shown", "advice")
LONGEST_S = 3600.0


class RuleForm(QScrollArea):
    """Shows a rule, and makes another one of what is typed."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self._rule: AlarmRule | None = None
        self._is_showing = False
        self.texts = {name: QLineEdit() for name in _TEXTS}
        levels = [(self.tr("advisory"), Level.ADVISORY), (self.tr("caution"), Level.CAUTION)]
        self.level = ChoiceField(self.tr("Level"), [*levels, (self.tr("warning"), Level.WARNING)])
        self.after = NumberField(self.tr("After"), "s", 0.0, LONGEST_S)
        self.off_after = NumberField(self.tr("Returns after"), "s", 0.0, LONGEST_S)
        self.is_silent = QCheckBox(self.tr("neither sound nor voice"))
        self.conditions = QLabel()
        self.problem = QLabel()
        for label in (self.conditions, self.problem):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.problem.setProperty("role", "strong")
        self._lay_out()
        for box in self.texts.values():
            box.textEdited.connect(self._on_edited)
        self.level.activated.connect(self._on_edited)
        self.after.valueChanged.connect(self._on_edited)
        self.off_after.valueChanged.connect(self._on_edited)
        self.is_silent.clicked.connect(self._on_edited)

    def _lay_out(self) -> None:
        page = QWidget()
        self._page = page
        self.form = QFormLayout(page)
        hints = {
            "when": self.tr("flying and battery < 20"),
            "until": self.tr("battery > 25; empty: where 'when' no longer holds"),
            "vehicles": self.tr("armed; empty for all"),
            "topics": self.tr("site/+/humidity; empty for a rule about vehicles"),
            "shown": self.tr("battery.0.voltage_v, or value"),
            "advice": self.tr("what to do"),
        }
        for name, hint in hints.items():
            self.texts[name].setPlaceholderText(hint)
        rows = (
            (self.tr("What is wrong"), self.texts["title"]),
            (self.tr("Topics"), self.texts["topics"]),
            (self.tr("Vehicles"), self.texts["vehicles"]),
            (self.tr("Raised where"), self.texts["when"]),
            (self.tr("Returns where"), self.texts["until"]),
            (self.tr("Conditions"), self.conditions),
            (self.tr("Level"), self.level),
            (self.tr("After"), self.after),
            (self.tr("Returns after"), self.off_after),
            (self.tr("Number shown"), self.texts["shown"]),
            (self.tr("What to do"), self.texts["advice"]),
            (self.tr("Silent"), self.is_silent),
        )
        for words, field in rows:
            field.setAccessibleName(words)
            self.form.addRow(words, field)
        self.form.addRow(self.problem)
        self.setWidget(page)

    @property
    def rule(self) -> AlarmRule | None:
        """What is typed; None before anything was shown."""
        return self._rule

    def show_rule(self, rule: AlarmRule | None) -> None:
        """Show another one; None for none."""
        self._is_showing = True
        self._rule = rule
        self._page.setEnabled(rule is not None)
        if rule is not None:
            for name, box in self.texts.items():
                box.setText(getattr(rule, name))
            self.level.show_value(rule.level, rule.level.name.lower())
            self.after.setValue(rule.after_s)
            self.off_after.setValue(rule.off_after_s)
            self.is_silent.setChecked(rule.is_silent)
            self.conditions.setText(", ".join(one.replace("_", " ") for one in rule.conditions))
            for name in ("when", "until", "topics"):
                self.form.setRowVisible(self.texts[name], not rule.conditions)
            self.form.setRowVisible(self.conditions, bool(rule.conditions))
            # the conditions say how bad they are
            self.form.setRowVisible(self.level, not rule.conditions)
        self._is_showing = False
        self._judge()

    def _on_edited(self) -> None:
        if self._is_showing or self._rule is None:
            return
        told = {name: box.text().strip() for name, box in self.texts.items()}
        told["title"] = told["title"] or self._rule.title
        self._rule = msgspec.structs.replace(
            self._rule,
            **told,
            level=self.level.value,
            after_s=self.after.value(),
            off_after_s=self.off_after.value(),
            is_silent=self.is_silent.isChecked(),
        )
        self._judge()
        self.changed.emit()

    def _judge(self) -> None:
        self.problem.setText(problem_of(self._rule) if self._rule is not None else "")


def problem_of(rule: AlarmRule) -> str:
    """Why a rule means nothing; empty where it does."""
    try:
        # what is typed was not checked for its lengths
        ReadRule(msgspec.convert(msgspec.structs.asdict(rule), AlarmRule))
    except UsageError as error:
        return said_by(error)
    except msgspec.ValidationError as error:
        return str(error)
    return ""
