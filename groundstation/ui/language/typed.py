# SPDX-License-Identifier: Apache-2.0
"""Fields for numbers in the language of the window, which take a comma and a point alike. GUI thread."""

from __future__ import annotations

import re

from PySide6.QtCore import QLocale, QSignalBlocker
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox

from groundstation.fleet.settings.coordinates import place_in_words
from groundstation.fleet.settings.measures import Dimension
from groundstation.fleet.units import Unit
from groundstation.ui.language.numerals import number_from_text
from groundstation.ui.settings.chosen import chosen


def number_locale() -> QLocale:
    """How numbers are written in fields: as everywhere, but without groups, so that no sign means two things."""
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator | QLocale.NumberOption.RejectGroupSeparator)
    return locale


class NumberInput(QDoubleSpinBox):
    """A number; whichever sign is typed or pasted between whole and parts is meant as that.

    One that measures something is SI for who sets and reads it, and is shown and typed in the unit of the settings:
    Qt's own number stays what it was until somebody types another one, so that 10 m do not become 9.997.
    """

    _measured: Dimension | None = None
    _unit: Unit | None = None
    """Set where another unit than that of SI is shown."""

    def measure(self, what: Dimension | None) -> None:
        """Show it in the unit of what it measures; None for the one that it has."""
        self._measured, self._si_digits, self._si_step = what, self.decimals(), self.singleStep()
        self._take_unit()

    def _take_unit(self) -> None:
        if self._measured is None:
            return
        unit = chosen().measures.of(self._measured)
        is_si = unit.factor == 1.0 and not unit.offset
        self._unit = None if is_si else unit
        # what is shown is another number, and not what is meant: nobody is told
        quiet = QSignalBlocker(self)
        # exact inside: digits are cut where it is written
        self.setDecimals(self._si_digits if is_si else 9)
        self.setSingleStep(self._si_step if is_si else max(1.0, self._si_step) / unit.factor)
        self.setSuffix(f" {unit.symbol}")
        quiet.unblock()

    def textFromValue(self, val: float) -> str:
        """Qt: the number as text, in the unit that is shown."""
        if self._unit is None:
            return super().textFromValue(val)
        number = val * self._unit.factor + self._unit.offset
        return self.locale().toString(number, "f", self._unit.digits)

    def valueFromText(self, text: str) -> float:
        """Qt: the number of a text, within the limits; the one of now where the text is what it is written as."""
        if self._unit is None:
            return super().valueFromText(text)
        bare = text.removesuffix(self.suffix()).strip()
        if bare == self.textFromValue(self.value()):
            return self.value()
        try:
            value = (number_from_text(bare) - self._unit.offset) / self._unit.factor
        except ValueError:
            return self.value()
        return min(max(value, self.minimum()), self.maximum())

    def speak(self) -> None:
        """Write the number as the language of now does; what is being typed stays."""
        line = self.lineEdit()
        typed = line.text() if line.isModified() and line.hasFocus() else None
        self.setLocale(number_locale())
        before = self._unit
        self._take_unit()
        # half a number in another unit would be another number
        typed = typed if self._unit == before else None
        if typed is not None:
            line.setText(self.meant(typed))
            line.setModified(True)

    def meant(self, text: str) -> str:
        """A text with the sign of the language, where there is one sign."""
        if text.count(",") + text.count(".") != 1:
            return text
        return text.replace(",", ".").replace(".", self.locale().decimalPoint())

    def validate(self, text: str, pos: int) -> tuple[QValidator.State, str, int]:
        """Qt: whether that is a number, or may become one; Qt goes on with the text as it is meant."""
        if self._unit is None:
            return super().validate(self.meant(text), pos)
        bare = text.removesuffix(self.suffix()).strip()
        try:
            number_from_text(bare)
        except ValueError:
            may_become = bare in ("", "-", "+", ".", ",", "-.", "-,", "\N{MINUS SIGN}")
            return QValidator.State.Intermediate if may_become else QValidator.State.Invalid, text, pos
        return QValidator.State.Acceptable, text, pos


_NUMBER = "([-\N{MINUS SIGN}]?[0-9]+(?:[.,][0-9]+)?)[ \t]*°?[ \t]*"
_PLACE = re.compile(rf"\s*{_NUMBER}([NSns]?)(\s*[,;\s]\s*){_NUMBER}([EWew]?)\s*")


def place_from_text(text: str) -> tuple[float, float] | None:
    """Latitude and longitude that were typed or pasted, such as `39.92, 32.85` or `39,92077; 32,85411`; None for none.

    Args:
        text: degrees north and east; letters of the compass may stand behind.
    """
    match = _PLACE.fullmatch(text[:100])
    if match is None:
        return place_in_words(text)
    # three numbers, or two: nobody knows
    if match[3] == "," and "," in match[1] + match[4]:
        return None
    lat_deg, lon_deg = number_from_text(match[1]), number_from_text(match[4])
    lat_deg *= -1.0 if match[2].upper() == "S" else 1.0
    lon_deg *= -1.0 if match[5].upper() == "W" else 1.0
    return (lat_deg, lon_deg) if abs(lat_deg) <= 90.0 and abs(lon_deg) <= 180.0 else None
