# SPDX-License-Identifier: Apache-2.0
"""A button in a form. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton


def small_button(text: str, act: Callable[[], object]) -> QPushButton:
    """A low button that does something when it is pressed."""
    button = QPushButton(text)
    button.setProperty("role", "remedy")
    button.clicked.connect(lambda _=False: act())
    return button
