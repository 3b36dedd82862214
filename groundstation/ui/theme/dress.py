# SPDX-License-Identifier: Apache-2.0
"""Style sheets and icons of single widgets, renewed when another theme is worn. GUI thread."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QLabel, QWidget

from groundstation.ui.theme.icons import pixmap
from groundstation.ui.theme.inks import filled
from groundstation.ui.theme.roles import Ink

_SHEET = "themeSheet"
_MARK = "themeMark"


def set_style(widget: QWidget, sheet: str) -> None:
    """Give a widget a style sheet of its own.

    Args:
        widget: whose.
        sheet: with `$text` for the colour of that role; see `inks.filled`.
    """
    # Qt parses a sheet and lays out anew even when it is the same
    if widget.property(_SHEET) != sheet:
        widget.setProperty(_SHEET, sheet)
        widget.setStyleSheet(filled(sheet))


def set_mark(label: QLabel, name: str, size: int, role: Ink) -> None:
    """Give a label an icon.

    Args:
        label: whose.
        name: its meaning (`icons.py`).
        size: side, logical pixels.
        role: what it is drawn in.
    """
    # set several times a second by labels that show a state
    if label.property(_MARK) != [name, size, role.value]:
        label.setProperty(_MARK, [name, size, role.value])
        _draw_mark(label)


def redress() -> None:
    """Renew both of every widget there is."""
    for widget in QApplication.allWidgets():
        sheet = widget.property(_SHEET)
        if sheet:
            widget.setStyleSheet(filled(sheet))
        if isinstance(widget, QLabel) and widget.property(_MARK):
            _draw_mark(widget)


def _draw_mark(label: QLabel) -> None:
    name, size, role = label.property(_MARK)
    label.setPixmap(pixmap(name, size, Ink(role), label.devicePixelRatioF()))
