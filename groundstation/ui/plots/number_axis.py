# SPDX-License-Identifier: Apache-2.0
"""The axis of the numbers: its ticks are written as the operator's language does. GUI thread."""

from __future__ import annotations

import pyqtgraph as pg

from groundstation.ui.language.speaking import speaking


class NumberAxis(pg.AxisItem):
    """Ticks with the signs of the language."""

    def __init__(self) -> None:
        super().__init__("left")
        speaking().changed.connect(self._speak)

    def _speak(self) -> None:
        # it keeps what it has drawn
        self.picture = None
        self.update()

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """pyqtgraph: what is written at ticks."""
        return [speaking().numerals.written(text) for text in super().tickStrings(values, scale, spacing)]
