# SPDX-License-Identifier: Apache-2.0
"""What the palette finds: panels, what they offer, and the entries of the menus, as they are now. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget
from shiboken6 import isValid

from groundstation.fleet.folded import folded
from groundstation.ui.commanding.commands_menu import HEADING
from groundstation.ui.focus import GUARDED
from groundstation.ui.window_menus import PANEL
from groundstation.ui.workspace import Workspace

ARROW = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "


class Entry(NamedTuple):
    """One thing that can be done."""

    name: str
    where: str
    """Panel or menu that it belongs to; the state of what is switched on and off."""
    note: str
    """Its key, or why it can't be done now."""
    is_enabled: bool
    is_command: bool
    """Whether vehicles are told something: never chosen unless by hand."""
    run: Callable[[], object]


def tr(text: str) -> str:
    """A text of this subject in the operator's language."""
    return QCoreApplication.translate("Palette", text)


def entries(menus: QWidget, workspace: Workspace) -> list[Entry]:
    """Everything there is at this moment: panels first, then what they offer, then the menus.

    Args:
        menus: the menu bar.
        workspace: all panels.
    """
    docks, found = workspace.docks.items(), []
    for name, dock in docks:
        keys = workspace.keys.get(name, "")
        title, kind = dock.windowTitle(), workspace.title(name)
        words = title if title == kind else f"{kind}: {title}"
        found.append(Entry(words, tr("panel"), keys, True, False, partial(workspace.focus, name)))
    menu = list(_entries_of(menus.actions(), (), is_command=False))
    names = {one.name for one in menu}  # its key works everywhere, that of the panel only there
    for name, dock in docks:
        own = _entries_of(workspace.named(name).actions(), (dock.windowTitle(),), is_command=False)
        found += [one for one in own if one.name not in names]
    return [*found, *menu]


def matching(found: Sequence[Entry], text: str) -> list[Entry]:
    """Entries whose name or place has every word of a text: those whose name begins with it first, then short names."""
    whole, words = folded(text).strip(), folded(text).split()
    fitting = [one for one in found if all(word in folded(f"{one.name} {one.where}") for word in words)]
    return sorted(fitting, key=lambda one: _rank(folded(one.name), whole, words)) if words else fitting


def _rank(name: str, whole: str, words: list[str]) -> tuple[int, int]:
    return 0 if name.startswith(whole) else 1 if all(word in name for word in words) else 2, len(name)


def _entries_of(actions: Sequence[QAction], path: tuple[str, ...], *, is_command: bool) -> Iterator[Entry]:
    for action in actions:
        name, _, note = action.text().partition("\t")
        menu = action.menu()
        if isinstance(menu, QMenu):
            # of a disabled menu nothing can be done, whatever its entries say
            if not menu.isEnabled():
                continue
            menu.aboutToShow.emit()  # many are filled when they open
            inside = (*path, plain(name))
            yield from _entries_of(menu.actions(), inside, is_command=is_command or bool(menu.property(GUARDED)))
        # panels stand in the list already, and headings do nothing
        elif name and not any(map(action.property, (PANEL, HEADING))):
            # one of several is chosen, not switched on and off
            is_one_of = action.actionGroup() is not None
            state = tr(", on") if action.isChecked() else tr(", off") if action.isCheckable() and not is_one_of else ""
            keys = plain(note) or action.shortcut().toString()
            run = partial(_trigger, action)
            yield Entry(plain(name), ARROW.join(path) + state, keys, action.isEnabled(), is_command, run)


def plain(text: str) -> str:
    """The text of an action without the marks of its letter."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def _trigger(action: QAction) -> None:
    """The same as a click on it in its menu; a menu that was filled anew meanwhile has other actions."""
    if isValid(action):
        action.trigger()
