# SPDX-License-Identifier: Apache-2.0
"""Where the keyboard is: it stays in what the operator used, and reaches what commands only on purpose. GUI thread.

Qt hands the keyboard on by itself whenever its holder is hidden, moved to another window or disabled, and begins at the
first widget of a window that has none: that was HOLD. A stray Space was then an order to a flying vehicle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from shiboken6 import isValid

REMEMBERED = 16
"""Widgets that the operator used, newest last."""
GUARDED = "guarded"
_PRESSING = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Select)
_BY_TAB = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
_AWAY_FOR_A_WHILE = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.MenuBarFocusReason)
Button = TypeVar("Button", bound=QAbstractButton)


class FocusKeeper(QObject):
    """Remembers what the operator used, and brings the keyboard back there when Qt moved it unasked."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._used: list[QWidget] = []
        self._before: QWidget | None = None
        self._is_purpose = False
        self.fallback: Callable[[], QWidget | None] = lambda: None
        """Where the keyboard goes when nothing that was used is left."""
        # Qt has no signal that says why; what held the keyboard before tells whether it was taken away
        application.focusChanged.connect(self._on_focus_changed)

    def give(self, widget: QWidget) -> None:
        """Give the keyboard to a widget because the operator asked for it."""
        # Qt moves the keyboard within `setFocus`: who looks at it then has to know that it was meant
        self._is_purpose = True
        try:
            widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
        finally:
            self._is_purpose = False

    def was_asked_for(self, reason: Qt.FocusReason) -> bool:
        """Whether the keyboard comes by a hand on the Tab key, or by `give`.

        Args:
            reason: Qt's; where it moves the keyboard on by itself it says Tab as well, from a widget that is gone.
        """
        before = self._before
        # Qt also says Tab when it hands on the keyboard of a widget that was hidden or deleted
        return self._is_purpose or (reason in _BY_TAB and (before is None or _is_there(before)))

    def latest_in(self, widget: QWidget) -> QWidget | None:
        """What the operator used last of a widget's content; None when nothing of it."""
        self._forget_dead()
        return next((one for one in reversed(self._used) if widget.isAncestorOf(one) and _can_hold(one)), None)

    def bring_back(self) -> None:
        """Put the keyboard where the operator had it in the active window; nowhere rather than on what commands."""
        active = QApplication.activeWindow()
        if active is None:
            return
        self._forget_dead()
        # in the active window only: a window in the background must not come to the front
        places = [one for one in reversed(self._used) if one.window() is active and _can_hold(one)]
        fallback = self.fallback()
        if fallback is not None and fallback.window() is active and _can_hold(fallback):
            places.append(fallback)
        held = QApplication.focusWidget()
        if places:
            places[0].setFocus(Qt.FocusReason.OtherFocusReason)
        elif held is not None:
            # nowhere is better than on a button that commands
            held.clearFocus()

    def _forget_dead(self) -> None:
        # Python outlives the widget: whatever is asked of a deleted one raises
        self._used = [one for one in self._used if isValid(one)]

    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        self._before = new
        if new is None:
            # not now: Qt is in the middle of moving it, and would overrule us
            QTimer.singleShot(0, self, self._on_nobody)
            return
        # whose holder is gone, hidden or disabled did not hand the keyboard over
        is_unasked = old is not None and not _is_there(old)
        if is_unasked and not self._is_purpose:
            QTimer.singleShot(0, self, lambda: self._look_after(old, new))
        # a button that commands is never a place to come back to
        elif not new.property(GUARDED):
            self._forget_dead()
            self._used = [*[one for one in self._used if one is not new][-REMEMBERED:], new]

    def _look_after(self, old: QWidget | None, new: QWidget) -> None:
        """Qt moved the keyboard on: unless somebody has chosen a place since, it goes back."""
        if not isValid(new) or QApplication.focusWidget() is not new:
            return
        # a widget that was moved to another window, or disabled for a moment, is there again by now
        if old is not None and _can_hold(old) and old.window() is new.window():
            old.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.bring_back()

    def _on_nobody(self) -> None:
        if QApplication.focusWidget() is None and QApplication.activePopupWidget() is None:
            self.bring_back()


class _Guard(QObject):
    """Watches the events of one button."""

    def __init__(self, button: QAbstractButton) -> None:
        super().__init__(button)
        self._is_asked = False
        self._pressed: int | None = None
        button.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: looks at how the keyboard came, and at keys."""
        kind = event.type()
        if kind == QEvent.Type.FocusIn and isinstance(event, QFocusEvent):
            self._on_focus_in(watched, event.reason())
        elif kind == QEvent.Type.FocusOut and isinstance(event, QFocusEvent):
            self._pressed = None
            # after a menu or another window the hand is where it was
            self._is_asked = self._is_asked and event.reason() in _AWAY_FOR_A_WHILE
        elif kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) and isinstance(event, QKeyEvent):
            return self._swallows(event)
        return False

    def _on_focus_in(self, watched: QObject, reason: Qt.FocusReason) -> None:
        if reason in _AWAY_FOR_A_WHILE:
            return
        self._is_asked = focus_keeper().was_asked_for(reason)
        if not self._is_asked:
            # behind this event: Qt is in the middle of moving the keyboard
            QTimer.singleShot(0, self, lambda: self._hand_back(watched))

    def _hand_back(self, button: QObject) -> None:
        if not self._is_asked and QApplication.focusWidget() is button:
            focus_keeper().bring_back()

    def _swallows(self, event: QKeyEvent) -> bool:
        """A key presses it only where the press began here, after the operator had come here."""
        if event.key() not in _PRESSING:
            return False
        if event.type() == QEvent.Type.KeyPress:
            # a key that was held when the keyboard came here repeats: that is no press
            if self._is_asked and not event.isAutoRepeat():
                self._pressed = event.key()
            return self._pressed != event.key()
        is_ours = self._pressed == event.key()
        if is_ours and not event.isAutoRepeat():
            self._pressed = None
        return not is_ours


def guarded(button: Button) -> Button:
    """A button that commands: it gets the keyboard by the Tab key alone, never by a click or by Qt's own moves."""
    button.setProperty(GUARDED, True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    # the button owns it, so that it lives as long
    _Guard(button)
    return button


def focus_keeper() -> FocusKeeper:
    """The one of the application."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)  # noqa: S101 - widgets exist, so it does
    found = application.findChild(FocusKeeper)
    return found if isinstance(found, FocusKeeper) else FocusKeeper(application)


def _is_there(widget: QWidget) -> bool:
    return isValid(widget) and widget.isVisible() and widget.isEnabled()


def _can_hold(widget: QWidget) -> bool:
    return _is_there(widget) and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
