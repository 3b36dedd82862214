# SPDX-License-Identifier: Apache-2.0
"""The bundled font, with figures of one width. GUI thread."""

from __future__ import annotations

import functools

from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics

from groundstation.ui.resources import resource_folder
from groundstation.ui.theme import tokens


def load_fonts() -> None:
    """Register the bundled font files; needs a running QGuiApplication."""
    for path in sorted((resource_folder() / "fonts").glob("*.otf")):
        QFontDatabase.addApplicationFont(str(path))


@functools.cache
def font(pixels: int = tokens.TEXT_PX, weight: int = 400) -> QFont:
    """The product's font with tabular figures.

    Args:
        pixels: height, pixels.
        weight: 400 regular, 500 medium, 600 semi-bold, 700 bold.
    """
    made = QFont(tokens.FONT_FAMILY)
    made.setPixelSize(pixels)
    made.setWeight(QFont.Weight(weight))
    made.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    # figures of one width: numbers that change would move their units
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


@functools.cache
def metrics(pixels: int = tokens.TEXT_PX, weight: int = 400) -> QFontMetrics:
    """Measures of that font."""
    return QFontMetrics(font(pixels, weight))
