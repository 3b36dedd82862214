# SPDX-License-Identifier: Apache-2.0
"""As high as what is in it, up to a share of a panel; beyond that it scrolls. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget
from shiboken6 import isValid

OWN_PX = 200
"""Of a panel's height, that its head and its own list need before anything else."""


class LowScroll(QScrollArea):
    """Keeps a list that grows from pressing what stands beside it into nothing."""

    def __init__(self, content: QWidget, panel: QWidget, share: float) -> None:
        """Put something in.

        Args:
            content: shown, and hidden, by itself; the area follows.
            panel: of whose height it takes a share at most, and less where that is low.
            share: 0 to 1, of what is above `OWN_PX`.
        """
        super().__init__()
        self._content, self._panel, self._share = content, panel, share
        self._is_fitting = False
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        # Qt would make it as wide as its least width, and cut it, instead of letting it shrink
        content.setMinimumWidth(1)
        is_hidden = content.isHidden()
        self.setWidget(content)
        # what is in it has the keyboard; the area itself would be an empty stop
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # Qt shows what it is given
        content.setVisible(not is_hidden)
        self.setVisible(not is_hidden)
        content.installEventFilter(self)
        panel.installEventFilter(self)

    def sizeHint(self) -> QSize:
        """Qt: as much as the content needs at this width, and no more than its share."""
        width = max(1, self.width())
        hint = self._content.sizeHint()
        wanted = self._content.heightForWidth(width) if self._content.hasHeightForWidth() else hint.height()
        return QSize(hint.width(), min(max(0, wanted), self._most()))

    def minimumSizeHint(self) -> QSize:
        """Qt: it never presses for more width."""
        return QSize(0, 0)

    def _most(self) -> int:
        return round(self._share * max(0, self._panel.height() - OWN_PX))

    def _fit(self) -> None:
        height = self.sizeHint().height()
        # a new height lays out the content anew, which comes here again
        if not self._is_fitting and height != self.maximumHeight():
            self._is_fitting = True
            self.setFixedHeight(height)
            self._is_fitting = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: the content grew, came or went, or the panel has another height."""
        kinds = QEvent.Type
        # Python outlives the widgets: while a panel goes away its parts still tell of themselves
        if not (isValid(self) and isValid(self._content) and isValid(self._panel)):
            return False
        if watched is self._content and event.type() in (kinds.ShowToParent, kinds.HideToParent):
            self.setVisible(not self._content.isHidden())
        if event.type() in (kinds.LayoutRequest, kinds.Resize, kinds.ShowToParent):
            self._fit()
        return super().eventFilter(watched, event)
