# SPDX-License-Identifier: Apache-2.0
"""Every text that the widgets of a window hold, by where it is: what two windows differ in can be told."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QTabBar, QTableWidget, QTreeWidget, QWidget

READ = (
    *("text", "windowTitle", "toolTip", "accessibleName", "accessibleDescription"),
    *("placeholderText", "title", "statusTip", "specialValueText", "suffix", "prefix"),
)
OF_QT = ("QTabBar[0]/QToolButton",)
"""The arrows of a row of tabs have their words from Qt, which gives them once."""


def all_texts(window):
    """Texts by place and property."""
    found = {}
    for one in (window, *window.findChildren(QWidget), *window.findChildren(QAction)):
        place = _place(one)
        if any(part in place for part in OF_QT):
            continue
        for name in READ:
            text = _read(one, name)
            if text:
                found[f"{place}:{name}"] = text
        found |= {f"{place}:{name}": text for name, text in _several(one) if text}
    return found


def _read(one, name):
    get = getattr(one, name, None)
    try:
        text = get() if callable(get) else None
    except TypeError:
        return None
    return text if isinstance(text, str) else None


def _several(one):
    if isinstance(one, QComboBox):
        yield from ((f"item {number}", one.itemText(number)) for number in range(one.count()))
    if isinstance(one, QTabBar):
        yield from ((f"tab {number}", one.tabText(number)) for number in range(one.count()))
    if isinstance(one, QTreeWidget):
        yield from ((f"column {number}", one.headerItem().text(number)) for number in range(one.columnCount()))
    if isinstance(one, QTableWidget):
        items = [one.horizontalHeaderItem(number) for number in range(one.columnCount())]
        yield from ((f"column {number}", item.text()) for number, item in enumerate(items) if item is not None)
    if isinstance(one, QAbstractItemView) and one.model() is not None:
        yield from _cells(one.model())


def _cells(model):
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())
    for column in range(columns):
        yield f"head {column}", str(model.headerData(column, Qt.Orientation.Horizontal))
        for row in range(min(40, model.rowCount(QModelIndex()))):
            yield f"cell {row}, {column}", str(model.index(row, column).data())


def _place(one):
    parts = []
    while one is not None:
        parent = one.parent()
        alike = [child for child in parent.children() if type(child) is type(one)] if parent is not None else [one]
        parts.append(f"{type(one).__name__}[{alike.index(one) if one in alike else -1}]")
        one = parent
    return "/".join(reversed(parts))
