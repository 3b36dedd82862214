# SPDX-License-Identifier: Apache-2.0
"""Pages of SVG as a PDF document, painted by Qt with the bundled font. Main thread of a process that does only this.

Qt's objects live on the thread of its application: a window's readers have threads of their own and would bring the
whole window down. So a report is painted by a process of its own, see `pdf_apart.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgRenderer

from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.progress import Progress
from groundstation.logs.report.document import Page
from groundstation.logs.report.paper import FONTS
from groundstation.ui.theme import tokens

DOTS_PER_INCH = 1200


def pdf(pages: Sequence[Page], on_progress: Progress | None = None) -> bytes:
    """A document, a page each.

    Args:
        pages: at least one.
        on_progress: told how far it is; may cancel.

    Raises:
        GroundStationError: a page can't be painted.
        CancelledError: by `on_progress`.
    """
    # in memory, since Qt does not tell of a full disk
    made = QBuffer()
    made.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(made)
    writer.setResolution(DOTS_PER_INCH)
    # no margins: each SVG is a whole sheet of paper, with margins of its own
    writer.setPageLayout(QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF()))
    writer.setTitle(pages[0].title)
    writer.setCreator("groundstation")
    painter = QPainter(writer)
    try:
        for place, one in enumerate(pages):
            if place:
                writer.newPage()
            _paint(one, painter, QRectF(0, 0, writer.width(), writer.height()))
            if on_progress is not None:
                on_progress((place + 1) / len(pages))
    finally:
        painter.end()
    return bytes(made.data().data())


def _paint(page: Page, painter: QPainter, sheet: QRectF) -> None:
    # Qt takes the list of fonts for the name of one
    svg = page.svg.replace(f'font-family="{FONTS}"', f'font-family="{tokens.FONT_FAMILY}"')
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    if not renderer.isValid():
        raise GroundStationError(f"the page '{page.title}' can't be painted; write it as .html, and tell us of it")
    renderer.render(painter, sheet)
