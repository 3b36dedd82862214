# SPDX-License-Identifier: Apache-2.0
"""Widgets that only a cycle keeps are taken apart on the GUI thread, whoever makes new objects meanwhile."""

from __future__ import annotations

import gc
import threading

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from groundstation.ui.garbage import GarbageTurn, collect_due
from tests.support.waiting import PATIENCE_S


class Kept(QWidget):
    """Keeps itself, as a panel does whose buttons call it."""

    def __init__(self):
        super().__init__()
        self.me = self


def many_objects():
    """More than any threshold, and cycles among them."""
    for _ in range(300_000):
        one = []
        one.append(one)


def test_a_thread_that_makes_many_objects_takes_no_widget_apart(app):
    gc.enable()
    gone, turn = [], GarbageTurn()
    try:
        kept = Kept()
        kept.destroyed.connect(lambda: gone.append(threading.current_thread()), Qt.ConnectionType.DirectConnection)
        del kept
        thread = threading.Thread(target=many_objects, daemon=True)
        thread.start()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
        assert gone == []
        assert collect_due() is not None
        gc.collect()
        assert gone == [threading.main_thread()]
    finally:
        turn.deleteLater()


def test_what_is_not_due_is_left_alone(app):
    gc.collect()
    assert collect_due() is None
