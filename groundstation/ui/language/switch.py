# SPDX-License-Identifier: Apache-2.0
"""Speaking another language: one call, while everything flies on. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QSettings, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication

from groundstation.ui.language.speaking import speaking, system_language
from groundstation.ui.language.standing import Renewal
from groundstation.ui.language.typed import NumberInput
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.settings.chosen import chosen

LANGUAGE = "window.language"
"""Key of the setting."""
FORMER_LANGUAGE = "window/language"
"""Where it was remembered before there was a file of settings."""


def speak_remembered(settings: QSettings) -> None:
    """Speak what was chosen last; what this computer speaks where nothing was."""
    speak(chosen().now.window.language or str(settings.value(FORMER_LANGUAGE, "")) or system_language())


def speak(language: str) -> None:
    """Speak this language from now on: what is made later, and every widget that stands.

    Args:
        language: as its file is called; the one that is spoken already does nothing.
    """
    now = speaking()
    if language == now.language:
        return
    before = now.catalogue
    now.put_on(language)
    renewal = Renewal(before, now.catalogue)
    for widget in QApplication.allWidgets():
        renewal.renew(widget)
    now.changed.emit()
    show_anew()


def show_anew() -> None:
    """Every standing widget writes its numbers, names and words again, as they are written now."""
    for widget in QApplication.allWidgets():
        if isinstance(widget, QAbstractItemView):
            _renew_model(widget)
        if isinstance(widget, NumberInput):
            widget.speak()
        if isinstance(widget, LivePanel) and widget.isVisible():
            widget.refresh()
        # what paints itself asks for its words while it paints
        widget.update()


def _renew_model(view: QAbstractItemView) -> None:
    """Its texts are asked for again; rows stay what and where they are."""
    model = view.model()
    if model is None:
        return
    top = QModelIndex()
    # a list has one column, and Qt lets nobody ask it
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(top)
    rows = model.rowCount(top)
    if columns:
        model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, columns - 1)
    if rows and columns:
        model.dataChanged.emit(model.index(0, 0), model.index(rows - 1, columns - 1))
