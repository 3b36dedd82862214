# SPDX-License-Identifier: Apache-2.0
"""Fields for numbers in the language of the window, which take a comma and a point alike. GUI thread."""

from __future__ import annotations

import re

from PySide6.QtCore import QLocale
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox

from groundstation.ui.language.numerals import number_from_text


def number_locale() -> QLocale:
    """How numbers are written in fields: as everywhere, but without groups, so that no sign means two things."""
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator | QLocale.NumberOption.RejectGroupSeparator)
    return locale


class NumberInput(QDoubleSpinBox):
    """A number; whichever sign is typed or pasted between whole and parts is meant as that."""

    def speak(self) -> None:
        """Write the number as the language of now does; what is being typed stays."""
        line = self.lineEdit()
        typed = line.text() if line.isModified() and line.hasFocus() else None
        self.setLocale(number_locale())
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
        return super().validate(self.meant(text), pos)


_NUMBER = "([-\N{MINUS SIGN}]?[0-9]+(?:[.,][0-9]+)?)[ \t]*°?[ \t]*"
_PLACE = re.compile(rf"\s*{_NUMBER}([NSns]?)(\s*[,;\s]\s*){_NUMBER}([EWew]?)\s*")


def place_from_text(text: str) -> tuple[float, float] | None:
    """Latitude and longitude that were typed or pasted, such as `39.92, 32.85` or `39,92077; 32,85411`; None for none.

    Args:
        text: degrees north and east; letters of the compass may stand behind.
    """
    match = _PLACE.fullmatch(text[:100])
    # three numbers, or two: nobody knows
    if match is None or (match[3] == "," and "," in match[1] + match[4]):
        return None
    lat_deg, lon_deg = number_from_text(match[1]), number_from_text(match[4])
    lat_deg *= -1.0 if match[2].upper() == "S" else 1.0
    lon_deg *= -1.0 if match[5].upper() == "W" else 1.0
    return (lat_deg, lon_deg) if abs(lat_deg) <= 90.0 and abs(lon_deg) <= 180.0 else None
