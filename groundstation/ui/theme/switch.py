# SPDX-License-Identifier: Apache-2.0
"""Wearing another theme: one call. GUI thread."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from groundstation.ui.theme.dress import redress
from groundstation.ui.theme.inks import wearing
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.style import style_sheet
from groundstation.ui.theme.theme import Theme

_ROLES = QPalette.ColorRole
_PALETTE = {
    _ROLES.Window: Ink.SURFACE,
    _ROLES.Base: Ink.SURFACE,
    _ROLES.AlternateBase: Ink.SURFACE,
    _ROLES.Button: Ink.RAISED,
    _ROLES.ToolTipBase: Ink.RAISED,
    _ROLES.Highlight: Ink.ACCENT,
    _ROLES.HighlightedText: Ink.BACKGROUND,
    _ROLES.PlaceholderText: Ink.MUTED,
    _ROLES.Link: Ink.ACCENT,
    _ROLES.Mid: Ink.LINE,
    _ROLES.Dark: Ink.BACKGROUND,
    _ROLES.Light: Ink.LINE_STRONG,
}
"""For the parts that a style sheet doesn't reach."""
_TEXTS = (_ROLES.WindowText, _ROLES.Text, _ROLES.ButtonText, _ROLES.ToolTipText, _ROLES.BrightText)


def wear(theme: Theme) -> None:
    """Show everything in this theme from now on: style sheets, palette, and all that asks for its colours.

    Args:
        theme: any; the one that is worn already does nothing.
    """
    if theme is not wearing().theme:
        wearing().put_on(theme)
        dress_application()
        redress()
        # when sheets and palette are those of the new theme: who hears it asks for colours
        wearing().changed.emit()
        for widget in QApplication.allWidgets():
            # what paints itself asks for its colours while it paints
            widget.update()


def dress_application() -> None:
    """Palette and style sheet of the application, in the theme that is worn; before there is one, nothing."""
    application = QApplication.instance()
    if isinstance(application, QApplication):
        application.setPalette(_qt_palette())
        application.setStyleSheet(style_sheet())


def _qt_palette() -> QPalette:
    colours, palette = wearing().theme.colours, QPalette()
    for text in _TEXTS:
        palette.setColor(text, QColor(colours[Ink.TEXT]))
        # the same colour for all groups was set above, this one too
        palette.setColor(QPalette.ColorGroup.Disabled, text, QColor(colours[Ink.FAINT]))
    for part, role in _PALETTE.items():
        palette.setColor(part, QColor(colours[role]))
    return palette
