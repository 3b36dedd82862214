# SPDX-License-Identifier: Apache-2.0
"""Pages of SVG as a PDF document, painted by Qt with the bundled font. Main thread; needs no display."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QMarginsF, QRectF
from PySide6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgRenderer

from groundstation.fleet.errors import GroundStationError
from groundstation.recording.log import Progress
from groundstation.recording.report.document import Page
from groundstation.recording.report.paper import FONTS
from groundstation.ui.theme import tokens
from groundstation.ui.theme.fonts import load_fonts

DOTS_PER_INCH = 1200


def write_pdf(pages: Sequence[Page], target: Path, on_progress: Progress | None = None) -> None:
    """Write a document, a page each.

    Args:
        pages: at least one.
        target: file; overwritten.
        on_progress: told how far it is; may cancel.

    Raises:
        GroundStationError: a page can't be painted or the file can't be written.
        CancelledError: by `on_progress`.
    """
    application = _application()
    writer = QPdfWriter(str(target))
    writer.setResolution(DOTS_PER_INCH)
    writer.setPageLayout(QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF()))
    writer.setTitle(pages[0].title)
    writer.setCreator("groundstation")
    painter = QPainter()
    if not painter.begin(writer):
        raise GroundStationError(f"{target} can't be written; choose another --out")
    try:
        for place, one in enumerate(pages):
            if place:
                writer.newPage()
            _paint(one, painter, QRectF(0, 0, writer.width(), writer.height()))
            if on_progress is not None:
                on_progress((place + 1) / len(pages))
    finally:
        painter.end()
        del application


def _paint(page: Page, painter: QPainter, sheet: QRectF) -> None:
    # Qt takes the list of fonts for the name of one
    svg = page.svg.replace(f'font-family="{FONTS}"', f'font-family="{tokens.FONT_FAMILY}"')
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    if not renderer.isValid():
        raise GroundStationError(f"the page '{page.title}' can't be painted; write it as .html, and tell us of it")
    renderer.render(painter, sheet)


def _application() -> QGuiApplication:
    """The running application, or one that shows nothing."""
    running = QGuiApplication.instance()
    if not isinstance(running, QGuiApplication):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        running = QGuiApplication(sys.argv[:1])
    load_fonts()
    return running
