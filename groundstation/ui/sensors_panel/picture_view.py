# SPDX-License-Identifier: Apache-2.0
"""A picture that came as a payload. GUI thread; bounded: what says of itself that it is huge is not drawn."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImageReader, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

MOST_PIXELS = 16_000_000


class PictureView(QLabel):
    """Drawn as large as there is room, never larger than it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setMinimumHeight(40)
        self._whole = QPixmap()

    def show_bytes(self, payload: bytes) -> str:
        """Draw it.

        Returns:
            One line: its size, or why it is not drawn.
        """
        buffer = QBuffer()
        buffer.setData(QByteArray(payload))
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        reader = QImageReader(buffer)
        size = reader.size()
        self._whole = QPixmap()
        if not size.isValid():
            self._fit()
            return self.tr("not a picture that can be read, or not all of it came")
        words = f"{size.width()} x {size.height()}"
        if size.width() * size.height() > MOST_PIXELS:
            self._fit()
            return self.tr("{0}: too large to be drawn").format(words)
        image = reader.read()
        self._whole = QPixmap.fromImage(image)
        self._fit()
        return words if not image.isNull() else self.tr("{0}, damaged").format(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: fits again."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._whole.isNull():
            self.clear()
            return
        room = self.size().boundedTo(QSize(self._whole.width(), self._whole.height()))
        self.setPixmap(
            self._whole.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        )
