# SPDX-License-Identifier: Apache-2.0
"""Everything of commanding that floats over the window. GUI thread.

Questions and notices stand at the upper edge; the sheet of an order at the lower one, where it leaves the map free.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from groundstation.ui.command_sheet.command_sheet import CommandSheet
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.notices.control_asks import ControlAsks
from groundstation.ui.notices.control_watch import ControlWatch
from groundstation.ui.notices.emergency_watch import EmergencyWatch
from groundstation.ui.notices.journal_watch import JournalWatch
from groundstation.ui.notices.notice_list import NoticeList
from groundstation.ui.notices.overlay import Overlay
from groundstation.ui.notices.recording_watch import RecordingWatch

BELOW_TABS = 48
"""Under the titles of the panels, which are pressed while a notice stands there."""


class Floating:
    """Questions of other stations, notices, the sheet of an order."""

    def __init__(
        self,
        desk: OperatorDesk,
        over: QWidget,
        parent: QWidget,
        windows: Callable[[], Sequence[QWidget]] = tuple,
    ) -> None:
        """Build everything, hidden.

        Args:
            desk: takes wishes.
            over: the area of the panels.
            parent: of which they are children.
            windows: panels that stand above the main window.
        """
        self.asks, self.notices, self.sheet = ControlAsks(desk), NoticeList(desk.feed), CommandSheet(desk)
        self.upper = Overlay(over, parent, gap=BELOW_TABS, windows=windows)
        self.lower = Overlay(over, parent, is_low=True, windows=windows)
        # questions before notices: somebody waits for their answer
        self.upper.add(self.asks)
        self.upper.add(self.notices)
        self.lower.add(self.sheet)
        self.watch = ControlWatch(desk, parent)
        self.journal_watch = JournalWatch(desk, parent)
        self.recording_watch = RecordingWatch(desk, parent)
        self.emergency_watch = EmergencyWatch(desk, parent)
        desk.is_asking = lambda: not self.sheet.isHidden() or not self.asks.isHidden()
        desk.noticed.connect(self.notices.say)
        desk.feed.timeline.passed.connect(self._keep_clear)

    def _keep_clear(self) -> None:
        self.upper.keep_clear()
        self.lower.keep_clear()
