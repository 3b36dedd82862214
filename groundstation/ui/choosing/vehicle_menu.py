# SPDX-License-Identifier: Apache-2.0
"""The menu of a vehicle, or of several: the same on each row, card and tile. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.choosing.group_desk import GroupDesk, tr
from groundstation.ui.choosing.query_bar import fill_groups
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commanding.verb_menus import fill_verbs
from groundstation.ui.commanding.words import by_name, vehicles_text
from groundstation.ui.focus import GUARDED

NAMES_SHOWN = 3
Act = Callable[[VehicleKey], object]


@dataclass(frozen=True)
class MenuWays:
    """What the panel that shows the menu can do; None for what it can't."""

    groups: GroupDesk
    desk: OperatorDesk | None = None
    """To command with; None where nothing can be told."""
    open: Act | None = None
    """Shows a vehicle closely."""
    centre: Act | None = None
    """Moves the map to it."""
    follow: Act | None = None
    """Keeps the map on it."""


def vehicle_menu(keys: Sequence[VehicleKey], ways: MenuWays, parent: QWidget) -> QMenu:
    """A menu for vehicles; it goes once it is closed.

    Args:
        keys: whom it is about, the one that was pointed at last.
        ways: what can be done.
        parent: of the menu, and of questions.
    """
    wanted = tuple(keys)
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    # Qt takes a single & for the letter of a key
    heading = menu.addAction(vehicles_text(by_name(wanted), NAMES_SHOWN).replace("&", "&&"))
    heading.setEnabled(False)
    menu.addSeparator()
    _add_commands(menu, ways.desk, wanted)
    if wanted:
        _add_places(menu, wanted[-1], ways)
    groups = menu.addMenu(tr("Groups"))
    fill_groups(groups, ways.groups, wanted, parent)
    text = "\n".join(key.id for key in wanted)
    words = tr("Copy the id") if len(wanted) == 1 else tr("Copy the ids")
    menu.addAction(words, lambda: QGuiApplication.clipboard().setText(text))
    return menu


def _add_commands(menu: QMenu, desk: OperatorDesk | None, keys: tuple[VehicleKey, ...]) -> None:
    if desk is None:
        return
    commands = menu.addMenu(tr("Commands"))
    commands.setProperty(GUARDED, True)

    def fill() -> None:
        commands.clear()
        fill_verbs(commands, desk, keys)

    # filled when it opens: what a vehicle can be told changes while the menu is open
    commands.aboutToShow.connect(fill)
    states = [state for key in keys if (state := desk.state(key)) is not None]
    mine = [state.key for state in states if desk.orders.is_mine(state)]
    take = menu.addAction(tr("Take control"), lambda: desk.orders.take_control(keys))
    take.setEnabled(not desk.is_observer and len(mine) < len(states))
    release = menu.addAction(tr("Release control"), lambda: desk.orders.release_control(mine))
    release.setEnabled(bool(mine))
    menu.addSeparator()


def _add_places(menu: QMenu, key: VehicleKey, ways: MenuWays) -> None:
    for words, act in (
        (tr("Show it closely"), ways.open),
        (tr("Centre the map on it"), ways.centre),
        (tr("Follow it on the map"), ways.follow),
    ):
        if act is not None:
            menu.addAction(words, partial(act, key))
    menu.addSeparator()


def keys_of_menu(pointed: VehicleKey | None, selected: tuple[VehicleKey, ...]) -> tuple[VehicleKey, ...]:
    """Whom a menu is about: all that are selected if the one that is pointed at is among them, else that one alone."""
    if pointed is None:
        return selected
    return (*(key for key in selected if key != pointed), pointed) if pointed in selected else (pointed,)
