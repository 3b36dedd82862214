# SPDX-License-Identifier: Apache-2.0
"""What is seen while the window is still being loaded: imports alone take a second or more. GUI thread."""

from __future__ import annotations

import sys

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QSplashScreen

from groundstation.ui.resources import resource

WIDTH, HEIGHT, ICON = 420, 150, 64
GROUND, WORDS, QUIET = "#161d24", "#e8eef4", "#8fa1b3"
"""Of the dark theme: the tables of colours are not loaded yet, and a splash of one look is never wrong."""


def show_splash() -> QSplashScreen:
    """Show it at once; the window takes its place by `finish`."""
    running = QApplication.instance()
    application = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    ratio = application.primaryScreen().devicePixelRatio() if application.primaryScreen() is not None else 1.0
    splash = QSplashScreen(_picture(ratio))
    splash.setWindowTitle("Ground station")
    splash.show()
    # painted now: what follows does not come back to Qt before the window is there
    application.processEvents()
    return splash


def _picture(ratio: float) -> QPixmap:
    pixels = QPixmap(round(WIDTH * ratio), round(HEIGHT * ratio))
    pixels.setDevicePixelRatio(ratio)
    pixels.fill(QColor(GROUND))
    painter = QPainter(pixels)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    icon = QPixmap(str(resource("icons/app.svg"))).scaled(
        round(ICON * ratio),
        round(ICON * ratio),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    icon.setDevicePixelRatio(ratio)
    painter.drawPixmap(32, (HEIGHT - ICON) // 2, icon)
    for text, top, size, weight, colour in (
        ("Ground station", 46, 20, QFont.Weight.Bold, WORDS),
        ("starting…", 78, 13, QFont.Weight.Normal, QUIET),
    ):
        font = QFont()
        font.setPixelSize(size)
        font.setWeight(weight)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(QRect(120, top, WIDTH - 130, 28), Qt.AlignmentFlag.AlignVCenter, text)
    painter.end()
    return pixels
