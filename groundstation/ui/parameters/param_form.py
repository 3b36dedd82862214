# SPDX-License-Identifier: Apache-2.0
"""The chosen parameter: what it is, and the field that its metadata asks for: a choice, ticks for bits, a number.

GUI thread. What is entered is collected, and goes nowhere by itself.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.parameters.fact_entries import MAX_LONG
from groundstation.fleet.parameters.parameter import FORMATS, Parameter, ParamType, float32, is_whole, value_text
from groundstation.fleet.shown_text import harmless
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.language.numerals import number_from_text
from groundstation.ui.language.shown import shown
from groundstation.ui.parameters.param_model import tr
from groundstation.ui.parameters.param_rows import ParamRow
from groundstation.ui.theme.icons import icon

MOST_BIT_ROWS = 6
"""That are seen at once; more are scrolled."""
TWO_COLUMNS_WIDTH = 440
MOST_EXPLAINED = 280
"""Characters that are shown of an explanation; the whole is in the tip of the mouse."""
LIMITS: dict[ParamType, tuple[float, float]] = {
    ParamType.UINT8: (0, 255),
    ParamType.INT8: (-128, 127),
    ParamType.UINT16: (0, 65_535),
    ParamType.INT16: (-32_768, 32_767),
    ParamType.UINT32: (0, 2**32 - 1),
    ParamType.INT32: (-(2**31), 2**31 - 1),
}
"""What a type can hold at all."""


def wrong_words(value: float, kind: ParamType | None) -> str:
    """Why a value can't be what a vehicle holds; empty when it can.

    Args:
        value: as entered; NaN for what was no number.
        kind: of the parameter.
    """
    if not math.isfinite(value) or not math.isfinite(float32(value)):
        return tr("This is no number that a vehicle can hold.")
    if kind not in FORMATS:
        return ""
    low, high = LIMITS[kind]
    if value != int(value):
        return tr("It is a whole number.")
    return (
        ""
        if low <= value <= high
        else tr("Its type holds {low:g} to {high:g}.").format(low=shown(low), high=shown(high))
    )


def unusual_words(row: ParamRow, value: float) -> str:
    """What is to be said of a value that is outside of what is recommended; empty for nothing."""
    facts = row.facts
    if facts is None:
        return ""
    if facts.is_unknown(value):
        return tr("Not one of the known values.")
    if facts.is_outside(value):
        return tr("Outside of the recommended {range}.").format(range=facts.range)
    return ""


class _Choice(QComboBox):
    """Known values; the wheel is for the page, and long words don't widen the window."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Qt: a value is changed on purpose."""
        event.ignore()


class ParamForm(QWidget):
    """Words and a field."""

    edited = Signal(str, float)
    """Name and wanted value."""
    dropped = Signal(str)
    """The change of a parameter is to be taken back."""
    favourite_wanted = Signal(str, bool)

    def __init__(self, *, can_edit: bool, parent: QWidget | None = None) -> None:
        """Empty.

        Args:
            can_edit: whether there is a field at all; in the past there is none.
            parent: Qt's.
        """
        super().__init__(parent)
        self._can_edit = can_edit
        self._row: ParamRow | None = None
        self._ticks: list[tuple[int, QCheckBox]] = []
        self._columns = 1
        self.title, self.words, self.note = QLabel(), QLabel(), QLabel()
        self.title.setProperty("role", "strong")
        for label in (self.title, self.words, self.note):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.words.setProperty("role", "small")
        self.note.setProperty("role", "small")
        self.star = _button("star", self.tr("Favourite"))
        self.star.setCheckable(True)
        self.star.clicked.connect(self._on_star)
        self.number, self.choice = QLineEdit(), _Choice()
        self.number.setAccessibleName(self.tr("New value"))
        self.number.editingFinished.connect(self._on_number)
        self.choice.setAccessibleName(self.tr("New value"))
        self.choice.activated.connect(lambda place: self._take(float(self.choice.itemData(place))))
        self.default, self.back = QToolButton(), QToolButton()
        self.default.setText(self.tr("Default"))
        self.default.clicked.connect(self._on_default)
        self.back.setText(self.tr("Take back"))
        self.back.clicked.connect(lambda: self._row is not None and self.dropped.emit(self._row.name))
        self._bits = QWidget()
        self._grid = QGridLayout(self._bits)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2)
        self.bits = QScrollArea()
        self.bits.setWidget(self._bits)
        self.bits.setWidgetResizable(True)
        self.bits.setFrameShape(QScrollArea.Shape.NoFrame)
        self.bits.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.bits.setAccessibleName(self.tr("Bits"))
        head, field = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.star)
        for widget in (self.number, self.choice):
            field.addWidget(widget, 1)
        field.addWidget(self.default)
        field.addWidget(self.back)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.words)
        layout.addLayout(field)
        layout.addWidget(self.bits)
        layout.addWidget(self.note)
        self.show_row(None)

    def show_row(self, row: ParamRow | None, *, is_described: bool = True) -> None:
        """Show a parameter.

        Args:
            row: None for nothing.
            is_described: whether there is metadata at all for this firmware.
        """
        is_other = row is None or self._row is None or row.name != self._row.name
        self._row = row
        self.setVisible(row is not None)
        if row is None:
            return
        facts = row.facts
        short = f"  {harmless(facts.short)}" if facts is not None and facts.short else ""
        self.title.setText(f"{harmless(row.name)}{short}")
        with QSignalBlocker(self.star):
            self.star.setChecked(row.is_favourite)
        missing = (
            "" if is_described or not self._can_edit else tr("No descriptions of this firmware yet: Files, above.")
        )
        self.words.setText(_explanation(row, MOST_EXPLAINED) or missing)
        self.words.setToolTip(_explanation(row, MAX_LONG))
        self.words.setVisible(bool(self.words.text()))
        self._show_field(row, is_other=is_other)
        self._show_note(row)

    @property
    def name(self) -> str:
        """Of the parameter that is shown; empty for none."""
        return self._row.name if self._row is not None else ""

    def field(self) -> QWidget:
        """Where a value is entered."""
        if not self.bits.isHidden() and self._ticks:
            return self._ticks[0][1]
        return self.choice if not self.choice.isHidden() else self.number

    def _show_field(self, row: ParamRow, *, is_other: bool) -> None:
        facts, first = row.facts, row.first
        kind = first.type if first is not None else None
        now = row.edit if row.edit is not None else row.agreed
        # ticks change single bits of a value: where vehicles have several there is none to begin from
        is_bits = facts is not None and bool(facts.bits) and is_whole(kind)
        has_bits = self._can_edit and is_bits and now is not None
        # ArduPilot names some sums of bits too, as values: ticks tell all of them
        has_choice = self._can_edit and not is_bits and facts is not None and bool(facts.values)
        self.choice.setVisible(has_choice)
        self.bits.setVisible(has_bits)
        self.number.setVisible(self._can_edit and not has_choice)
        self.default.setVisible(self._can_edit and facts is not None and facts.default is not None)
        self.back.setVisible(self._can_edit)
        self.back.setEnabled(row.edit is not None)
        text = "" if now is None else value_text(now, kind)
        # what is being typed is not written over by a vehicle that tells its values again
        if is_other or not (self.number.hasFocus() and self.number.isModified()):
            self.number.setText(text)
            self.number.setModified(False)
            self._mark("")
        self.number.setPlaceholderText("" if now is not None else self.tr("different"))
        if has_choice and facts is not None:
            self._show_choices(row, now)
        if has_bits and facts is not None:
            self._show_bits(facts.bits, now, is_other=is_other)

    @property
    def _fitting_columns(self) -> int:
        return 2 if self.width() >= TWO_COLUMNS_WIDTH else 1

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: bits may stand in another number of columns."""
        super().resizeEvent(event)
        if self._row is not None and self._ticks and self._columns != self._fitting_columns:
            self._show_field(self._row, is_other=False)

    def _show_choices(self, row: ParamRow, now: float | None) -> None:
        facts = row.facts
        known = facts.values if facts is not None else ()
        with QSignalBlocker(self.choice):
            self.choice.clear()
            for value, words in known:
                self.choice.addItem(f"{value_text(value)}  {harmless(words)}", value)
            if now is not None and all(value != now for value, _ in known):
                self.choice.addItem(value_text(now), now)
            self.choice.setCurrentIndex(-1 if now is None else self.choice.findData(now))
            self.choice.setPlaceholderText(self.tr("different"))

    def _show_bits(self, bits: tuple[tuple[int, str], ...], now: float | None, *, is_other: bool) -> None:
        columns = self._fitting_columns
        if is_other or [bit for bit, _ in self._ticks] != [bit for bit, _ in bits] or columns != self._columns:
            self._columns = columns
            for _, box in self._ticks:
                self._grid.removeWidget(box)
                # it goes when Qt comes to it, and would lie over the new ones until then
                box.hide()
                box.deleteLater()
            self._ticks = []
            for place, (bit, words) in enumerate(bits):
                box = QCheckBox(f"{bit}  {harmless(words)}")
                box.setToolTip(harmless(words))
                box.clicked.connect(self._on_bits)
                self._grid.addWidget(box, place // columns, place % columns)
                self._ticks.append((bit, box))
            rows = min(MOST_BIT_ROWS, -(-len(bits) // columns))
            row_height = self._ticks[0][1].sizeHint().height() + self._grid.spacing() if self._ticks else 0
            self.bits.setFixedHeight(rows * row_height)
        number = int(now) if now is not None and math.isfinite(now) else 0
        for bit, box in self._ticks:
            with QSignalBlocker(box):
                box.setChecked(bool(number >> bit & 1))

    def _show_note(self, row: ParamRow) -> None:
        lines = []
        if row.edit is not None:
            unusual = unusual_words(row, row.edit)
            lines.append(unusual)
            if row.facts is not None and row.facts.needs_reboot:
                lines.append(self.tr("Counts after the vehicle was rebooted."))
            if row.facts is not None and row.facts.is_read_only:
                lines.append(self.tr("Its description says that it is to be read only."))
        self.note.setText(" ".join(line for line in lines if line))
        self.note.setVisible(bool(self.note.text()))

    # ---- what the operator does ----

    def _on_number(self) -> None:
        if self._row is None or not self.number.isModified():
            return
        # one that is filled anew by its own edit loses the focus, which ends the edit once more
        self.number.setModified(False)
        text = self.number.text().strip()
        try:
            value = float(int(text, 16)) if text.lower().startswith("0x") else number_from_text(text)
        except ValueError:
            value = math.nan
        self._take(value)

    def _on_bits(self) -> None:
        if self._row is None:
            return
        first = self._row.first
        now = self._row.edit if self._row.edit is not None else self._row.agreed
        number = int(now) if now is not None and math.isfinite(now) else 0
        for bit, box in self._ticks:
            # bits without a name stay as they are
            number = number | 1 << bit if box.isChecked() else number & ~(1 << bit)
        if first is not None and first.type is ParamType.INT32 and number >= 2**31:
            number -= 2**32
        self._take(float(number))

    def _on_default(self) -> None:
        if self._row is not None and self._row.facts is not None and self._row.facts.default is not None:
            self._take(self._row.facts.default)

    def _on_star(self) -> None:
        if self._row is not None:
            self.favourite_wanted.emit(self._row.name, self.star.isChecked())

    def _take(self, value: float) -> None:
        if self._row is None:
            return
        first = self._row.first
        wrong = wrong_words(value, first.type if first is not None else None)
        self._mark(wrong)
        if not wrong:
            self.edited.emit(self._row.name, value)

    def _mark(self, wrong: str) -> None:
        self.number.setProperty("wrong", bool(wrong))
        self.number.setToolTip(wrong)
        self.number.style().polish(self.number)
        if wrong:
            self.note.setText(wrong)
            self.note.show()


def _explanation(row: ParamRow, most: int) -> str:
    facts = row.facts
    if facts is None:
        return ""
    long = harmless(facts.long.replace("\n", " "))
    parts = [long if len(long) <= most else f"{long[:most].rpartition(' ')[0]}…"]
    told = []
    if facts.unit:
        told.append(tr("unit {unit}").format(unit=harmless(facts.unit)))
    if row.default:
        told.append(tr("default {value}").format(value=row.default))
    # where values or bits have a meaning the field below offers all of them
    if facts.range and not facts.values and not facts.bits:
        told.append(tr("recommended {range}").format(range=facts.range))
    return "\n".join(part for part in (*parts, ", ".join(told)) if part)


def changes_for(rows: Sequence[ParamRow], place: int, sorts: Sequence[Hashable]) -> tuple[Parameter, ...]:
    """What is wanted of one of several vehicles.

    Args:
        rows: those that were changed; a vehicle may have one of them only after others were written (`_ENABLE`).
        place: of the vehicle among those that are shown.
        sorts: of all of them, by place (`sort_of`): what only those of another sort have is not asked of this one.
    """
    found = []
    for row in rows:
        theirs = {sort for one, sort in zip(row.held, sorts, strict=True) if one is not None}
        first = row.first
        if row.edit is not None and (not theirs or sorts[place] in theirs):
            found.append(Parameter(row.name, row.edit, first.type if first is not None else None))
    return tuple(found)


def sort_of(state: VehicleState) -> Hashable:
    """What has the same parameters: vehicles of one kind with one autopilot."""
    return (state.info.autopilot, state.info.kind) if state.info is not None else None


def _button(drawing: str, name: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(drawing))
    button.setAccessibleName(name)
    button.setToolTip(name)
    return button
