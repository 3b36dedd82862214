# SPDX-License-Identifier: Apache-2.0
"""Tiles become pictures. Any thread."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from groundstation.fleet.tiles.picture import picture_kind
from groundstation.fleet.tiles.tile_file import TileError

MOST_SIDE_PX = 1024
"""Of what is decoded: a picture says its size first, and one of 60,000 x 60,000 fits in a kilobyte."""


def picture_of(data: bytes, kept_px: int) -> QImage:
    """Decode a tile.

    Args:
        data: PNG, JPEG or WebP, by its first bytes.
        kept_px: a larger one is made so small.

    Returns:
        Opaque, or with an alpha that is multiplied in already: what Qt draws the fastest.

    Raises:
        TileError: it is none.
    """
    kind = picture_kind(data)
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    # the kind is given: Qt would also read formats that draw, as SVG
    reader = QImageReader(buffer, QByteArray(kind.encode()))
    size = reader.size()
    if not (0 < size.width() <= MOST_SIDE_PX and 0 < size.height() <= MOST_SIDE_PX):
        raise TileError(f"a picture of {size.width()} x {size.height()} pixels; {MOST_SIDE_PX} are the most")
    image = reader.read()
    if image.isNull():
        raise TileError("a picture that is cut off or damaged")
    if max(size.width(), size.height()) > kept_px:
        keep, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        image = image.scaled(QSize(kept_px, kept_px), keep, smooth)
    has_alpha = image.hasAlphaChannel()
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied if has_alpha else QImage.Format.Format_RGB32)
