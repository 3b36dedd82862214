# SPDX-License-Identifier: Apache-2.0
"""Fields for the arguments of a verb, made from its row in the table of verbs. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QWidget

from groundstation.fleet.commands import Args
from groundstation.fleet.settings.measures import dimension_of
from groundstation.fleet.units import Unit, unit_of
from groundstation.fleet.verbs import Arg, ArgKind, VerbSpec
from groundstation.ui.commanding.words import WHOLE_NUMBERS
from groundstation.ui.language.shown import shown
from groundstation.ui.language.typed import NumberInput, number_locale, place_from_text
from groundstation.ui.language.words import arg_help, value_name, word
from groundstation.ui.units import unit_shown

FIELD_WIDTH = 176
CHOICE_WORDS = {"home": "above home", "amsl": "above sea level"}
_STEPS = {"m": 1.0, "m/s": 0.5, "°": 1.0, "µs": 10.0}


class NumberBox(NumberInput):
    """A number with its unit; shows no zeros that say nothing where many digits are possible."""

    place_pasted = Signal(float, float)
    """Latitude and longitude in one text."""

    def __init__(self, arg: Arg, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = unit_of(arg.name)
        self._is_trimmed = arg.name.startswith("param")
        digits = 0 if arg.name in WHOLE_NUMBERS else 7 if self._is_trimmed else unit.digits
        self.setLocale(number_locale())
        self.setDecimals(digits)
        # the limits of the table of verbs, which holds them against the command line and the bridge too
        self.setRange(arg.low, arg.high)
        # six digits are degrees: a step is about ten metres
        self.setSingleStep(0.0001 if digits == 6 else _STEPS.get(unit.symbol, 1.0))
        self.setFixedWidth(FIELD_WIDTH)
        self.setCorrectionMode(QDoubleSpinBox.CorrectionMode.CorrectToNearestValue)
        what = dimension_of(arg.name)
        if what is not None:
            self.measure(what)
        elif unit.symbol and arg.name not in WHOLE_NUMBERS:
            self.setSuffix(f"{'' if unit.symbol == '°' else ' '}{unit.symbol}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: a space bar pressed too early, for the button below, does not replace the number by the smallest."""
        pasted = QGuiApplication.clipboard().text() if event.matches(QKeySequence.StandardKey.Paste) else ""
        place = place_from_text(pasted)
        if place is not None:
            self.place_pasted.emit(*place)
        elif event.key() != Qt.Key.Key_Space:
            super().keyPressEvent(event)

    def textFromValue(self, val: float) -> str:
        """Qt: the number as text."""
        text, point = super().textFromValue(val), self.locale().decimalPoint()
        return text.rstrip("0").rstrip(point) if self._is_trimmed and point in text else text


class OptionalNumber(QWidget):
    """A number that need not be given."""

    changed = Signal()

    def __init__(self, arg: Arg, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.check, self.box = QCheckBox(), NumberBox(arg)
        self.check.setAccessibleName(self.tr("Give {name}").format(name=value_name(arg.name)))
        self.setFixedWidth(FIELD_WIDTH)
        self.box.setMinimumWidth(0)
        self.box.setMaximumWidth(FIELD_WIDTH)
        self.box.setEnabled(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.check)
        layout.addWidget(self.box, 1)
        # a number that is not given must not look as if it were
        self.check.toggled.connect(self.box.setEnabled)
        self.check.toggled.connect(self.changed)
        self.box.valueChanged.connect(self.changed)

    def value(self) -> float | None:
        """The number; None when none is given."""
        return self.box.value() if self.check.isChecked() else None

    def set_value(self, value: float) -> None:
        """Give a number."""
        self.check.setChecked(True)
        self.box.setValue(value)


class ArgEditors(QWidget):
    """One line an argument."""

    changed = Signal()

    def __init__(self, spec: VerbSpec, start: Args, modes: Sequence[str] = (), parent: QWidget | None = None) -> None:
        """Make the fields.

        Args:
            spec: the verb.
            start: values to begin with; where there is none the table's default stands.
            modes: what an argument `mode` may be.
            parent: Qt's.
        """
        super().__init__(parent)
        self._readers: dict[str, Callable[[], float | str | None]] = {}
        self._setters: dict[str, Callable[[float], None]] = {}
        self.fields: dict[str, QWidget] = {}
        """The field of each argument, by name."""
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(2, 1)
        for row, arg in enumerate(spec.args):
            field = self._field(arg, start.get(arg.name, arg.default), modes)
            name = QLabel(value_name(arg.name))
            name.setBuddy(field)
            hint = QLabel(self._hint(arg))
            hint.setProperty("role", "small")
            hint.setTextFormat(Qt.TextFormat.PlainText)
            hint.setWordWrap(True)
            field.setAccessibleName(value_name(arg.name))
            # the hint beside it is a label of its own, which a screen reader does not read with the field
            field.setAccessibleDescription(arg_help(arg))
            self.fields[arg.name] = field
            for column, widget in enumerate((name, field, hint)):
                grid.addWidget(widget, row, column, Qt.AlignmentFlag.AlignVCenter)

    @property
    def tab_stops(self) -> list[QWidget]:
        """What the tab key stops at, from the top."""
        stops: list[QWidget] = []
        for field in self.fields.values():
            stops += [field.check, field.box] if isinstance(field, OptionalNumber) else [field]
        return stops

    def args(self) -> Args:
        """What is in the fields."""
        return {name: read() for name, read in self._readers.items()}

    def set_number(self, name: str, value: float) -> None:
        """Put a number into a field; nothing happens where there is no such field."""
        if name in self._setters:
            self._setters[name](value)

    def _on_place_pasted(self, lat_deg: float, lon_deg: float) -> None:
        if self.takes_point:
            self.set_number("lat_deg", lat_deg)
            self.set_number("lon_deg", lon_deg)

    @property
    def takes_point(self) -> bool:
        """Whether a place on the map can be put in."""
        return {"lat_deg", "lon_deg"} <= self._setters.keys()

    def _field(self, arg: Arg, start: float | str | bool | None, modes: Sequence[str]) -> QWidget:
        if arg.choices or arg.name == "mode":
            return self._choice(arg, arg.choices or modes, start)
        if arg.kind is ArgKind.TEXT:
            line = QLineEdit(str(start or ""))
            line.setFixedWidth(FIELD_WIDTH)
            line.textChanged.connect(self.changed)
            self._readers[arg.name] = line.text
            return line
        # where there is a default there is always a number; what has none may be left to the vehicle
        if arg.is_required or arg.default is not None:
            box = NumberBox(arg)
            box.setValue(float(start) if isinstance(start, int | float) else 0.0)
            box.valueChanged.connect(self.changed)
            box.place_pasted.connect(self._on_place_pasted)
            self._readers[arg.name], self._setters[arg.name] = box.value, box.setValue
            return box
        optional = OptionalNumber(arg)
        if isinstance(start, int | float):
            optional.set_value(float(start))
        optional.changed.connect(self.changed)
        self._readers[arg.name], self._setters[arg.name] = optional.value, optional.set_value
        return optional

    def _choice(self, arg: Arg, choices: Sequence[str], start: float | str | bool | None) -> QWidget:
        box = QComboBox()
        box.setFixedWidth(FIELD_WIDTH)
        for choice in choices:
            box.addItem(word(CHOICE_WORDS.get(choice, choice)), choice)
        # a remembered choice may be one that these vehicles don't have
        box.setCurrentIndex(max(0, box.findData(str(start))))
        box.currentIndexChanged.connect(self.changed)
        self._readers[arg.name] = lambda: str(box.currentData() or "")
        return box

    def _hint(self, arg: Arg) -> str:
        if arg.name in ("lat_deg", "lon_deg"):
            return ""
        if arg.kind is ArgKind.NUMBER and not arg.name.startswith("param") and abs(arg.high) < 1e6:
            unit = unit_shown(arg.name) if dimension_of(arg.name) is not None else Unit("", 0)
            low, high = (float(f"{one * unit.factor + unit.offset:.4g}") for one in (arg.low, arg.high))
            limits = f"{shown(low):g} … {shown(high):g}"
            return (
                limits
                if arg.is_required or arg.default is not None
                else self.tr("{limits}, or as it is").format(limits=limits)
            )
        return ""
