# SPDX-License-Identifier: Apache-2.0
"""The strip at the top: menus, broker, counts, losses, whether what is seen is live. GUI thread; plain text only."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenuBar, QToolButton, QWidget

from groundstation.fleet.conditions import Level
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.resources import resource
from groundstation.ui.theme.dress import set_style
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.roles import Ink
from groundstation.ui.timeline import local_time
from groundstation.ui.top_bar.broker_state import BrokerState
from groundstation.ui.top_bar.emergency_strip import EmergencyStrip
from groundstation.ui.top_bar.readout import Readout
from groundstation.ui.top_bar.recording_state import RecordingState
from groundstation.ui.top_bar.root_marks import RootMarks

HEIGHT = 44
LEAST_WIDTH = 900
LEAST_MENUS = 60
MENU_PADDING = 20
"""Around the name of a menu, pixels; see the style sheet."""


MARK_PX = 21
"""Of a shape beside a number of nothing, with its gap."""


class TopBar(QFrame):
    """Always visible; refreshed a few times a second."""

    alarms_wanted = Signal()
    words_wanted = Signal()
    """What operators say is to be shown."""

    def __init__(
        self, feed: FleetFeed, menus: QMenuBar, desk: OperatorDesk | None = None, parent: QWidget | None = None
    ) -> None:
        """Build the strip.

        Args:
            feed: what is known of the fleet.
            menus: of the window.
            desk: for the emergency commands; None for a window that only looks.
            parent: Qt's.
        """
        super().__init__(parent)
        self.emergency = EmergencyStrip(desk) if desk is not None else None
        """Hold, return, land; None where nothing can be commanded."""
        self.setObjectName("topBar")
        self.setFixedHeight(HEIGHT)
        self._feed = feed
        self.broker = BrokerState(feed)
        self.vehicles = Readout(self.tr("vehicles"))
        self.flying = Readout(self.tr("flying"))
        self.cautions = Readout(self.tr("cautions"), "caution", Ink.CAUTION)
        self.warnings = Readout(self.tr("warnings"), "warning", Ink.WARNING)
        for readout in (self.cautions, self.warnings):
            readout.setCursor(Qt.CursorShape.PointingHandCursor)
            readout.setToolTip(self.tr("Vehicles and others with a caution or a warning; a press shows the alarms"))
            readout.pressed.connect(self.alarms_wanted)
        self.reader = ""
        """Whose unread messages are counted; empty for nobody's."""
        self.words = Readout(self.tr("unread"), "messages", Ink.ACCENT)
        self.words.setToolTip(self.tr("What operators said to you; a press shows it"))
        self.words.setCursor(Qt.CursorShape.PointingHandCursor)
        self.words.pressed.connect(self.words_wanted)
        self.words.hide()
        self.losses = Readout(self.tr("dropped"), "caution", Ink.CAUTION)
        self.losses.hide()
        self.loop = Readout(self.tr("ms loop"))
        self.loop.setToolTip(self.tr("How late this window was in the last minute, 99 of 100 times"))
        self.recording = RecordingState(feed)
        self.clock = Readout("")
        self.live = RootMarks()
        self._lay_out(menus)
        self._spare = (
            *((one,) for one in (self.loop, self.name, self.clock.caption, self.flying, self.clock, self.broker.text)),
            # all or none: a word behind one number only reads as that of all
            (self.vehicles.caption, self.cautions.caption, self.warnings.caption),
            # its mark stays, in its colour
            (self.recording.text,),
        )
        """What gives way in a narrow window, the first first; each together."""
        feed.timeline.passed.connect(self._on_aged)
        feed.bus_changed.connect(self._on_bus_changed)
        self.refresh()

    def refresh(self) -> None:
        """Show everything as it is now."""
        now_s = self._feed.now_s()
        fleet = self._feed.summaries()
        online = sum(one.is_heard for one in fleet)
        self.vehicles.show_number(online, f" {self.tr('of')} {len(fleet)}" if online != len(fleet) else "")
        self.vehicles.show_caption(self.tr("online"))
        self.flying.show_number(sum(one.is_heard and one.is_flying is True for one in fleet))
        levels = {str(one.key): one.level for one in fleet}
        for source, level in self._feed.fleet.alarms.levels().items():
            levels[source] = max(level, levels.get(source, Level.NORMAL))
        found = list(levels.values())
        self.cautions.show_number(found.count(Level.CAUTION))
        self.warnings.show_number(found.count(Level.WARNING))
        self._show_losses()
        unread = len(self._feed.fleet.conversation.unread(self.reader)) if self.reader else 0
        self.words.setVisible(unread > 0)
        self.words.show_number(unread)
        self.loop.show_number(round(self._feed.stats().delays.p99_ms))
        now_unix_s = self._feed.timeline.now_unix_s
        self.clock.show_text(local_time(now_unix_s), local_time(now_unix_s, "UTC%z")[:6])
        self.live.show_roots({one.key.root for one in fleet})
        self.broker.refresh(now_s)
        self.recording.refresh(now_s)
        self._make_room()

    def show_past(self, *, is_past: bool) -> None:
        """Mark this as the island of now, while everything else is of the past."""
        sheet = "#topBar { background: $surface; border: 2px solid $accent; border-radius: 6px; }"
        set_style(self, sheet if is_past else "#topBar { background: $surface; border-bottom: 1px solid $line; }")
        self.now.setVisible(is_past)
        if self.emergency is not None:
            self.emergency.refresh()
        self._make_room()

    def _lay_out(self, menus: QMenuBar) -> None:
        layout = QHBoxLayout(self)
        # else the width of all parts would be the least width of the window
        layout.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(14)
        mark = QLabel()
        mark.setPixmap(_logo(self.devicePixelRatioF()))
        self.name = QLabel(self.tr("Ground station"))
        self.name.setProperty("role", "title")
        layout.addWidget(mark)
        layout.addSpacing(-8)
        layout.addWidget(self.name)
        self._menus = menus
        menus.setFixedHeight(30)
        more = menus.findChild(QToolButton, "qt_menubar_ext_button")
        if more is not None:
            more.setIcon(icon("menu"))
        layout.addWidget(menus, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(_rule())
        self.now = QLabel(self.tr("NOW"))
        set_style(self.now, "color: $accent; font-weight: 700;")
        self.now.hide()
        layout.addWidget(self.now)
        layout.addWidget(self.broker)
        layout.addWidget(_rule())
        for readout in (self.vehicles, self.flying, self.cautions, self.warnings):
            layout.addWidget(readout)
        layout.addWidget(self.words)
        layout.addWidget(self.losses)
        layout.addStretch(1)
        if self.emergency is not None:
            layout.addWidget(self.emergency)
            layout.addWidget(_rule())
        layout.addWidget(self.recording)
        layout.addWidget(_rule())
        layout.addWidget(self.loop)
        layout.addWidget(self.clock)
        layout.addWidget(self.live)

    def _make_room(self) -> None:
        """Hide what matters least until the rest fits: the emergency commands never give way."""
        layout = self.layout()
        if layout is None:
            return
        gap = layout.spacing()
        wanted = layout.sizeHint().width()
        # as if all were shown: what is hidden has no part in the layout's own hint
        wanted += sum(widget.sizeHint().width() + gap for group in self._spare for widget in group if widget.isHidden())
        menus_px = self._menus_px()
        wanted += menus_px - self._menus_hint()
        alarms = (self.cautions, self.warnings)
        wanted -= sum(one.mark_px for one in alarms)
        for group in self._spare:
            is_over = wanted > self.width()
            wanted -= sum(widget.sizeHint().width() + gap for widget in group) * is_over
            for widget in group:
                # each change lays out anew, and asks for this again
                if widget.isHidden() != is_over:
                    widget.setHidden(is_over)
        for readout in alarms:
            # its shape in place of its word, where there is so much room
            readout.has_room = wanted + len(alarms) * MARK_PX <= self.width()
            readout.show_mark()
        for inner in {one.parentWidget() for group in self._spare for one in group}:
            if inner is None or inner is self:
                continue
            within_layout = inner.layout()
            if within_layout is not None:
                # what a part has become is known to this layout only when the part was laid out
                within_layout.activate()
                inner.updateGeometry()
        layout.invalidate()
        # as it is now: texts within parts are nearer to each other than parts are
        others_px = layout.sizeHint().width() - self._menus_hint()
        # the last menus go behind a button of Qt's: they have keys, and everything in them is found by Ctrl+K
        room = min(menus_px, max(LEAST_MENUS, self.width() - others_px))
        if self._menus.maximumWidth() != room:
            self._menus.setMaximumWidth(room)

    def _menus_px(self) -> int:
        """How wide all menus are side by side; Qt's own hint is less where some are hidden already."""
        names = (one.text().replace("&", "") for one in self._menus.actions() if one.isVisible())
        return sum(self._menus.fontMetrics().horizontalAdvance(name) + MENU_PADDING for name in names) + MENU_PADDING

    def _menus_hint(self) -> int:
        """As the layout takes them now."""
        return min(self._menus.sizeHint().width(), self._menus.maximumWidth())

    def _show_losses(self) -> None:
        counts = self._feed.counts
        lost = counts.dropped + counts.undecodable + counts.implausible + self._feed.fleet.ignored
        # a zero says nothing, and takes room
        self.losses.setVisible(lost > 0)
        self.losses.show_number(lost)
        self.losses.setToolTip(
            self.tr(
                "{dropped} pushed out of a full queue, {bad} not decodable, {odd} with a number or time that can't be, "
                "{old} of an old session"
            ).format(
                dropped=counts.dropped,
                bad=counts.undecodable,
                odd=counts.implausible,
                old=self._feed.fleet.ignored,
            )
        )

    def minimumSizeHint(self) -> QSize:
        """Qt: what gives way has no least width."""
        return QSize(LEAST_WIDTH, HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: shows as much as there is room for."""
        super().resizeEvent(event)
        self._make_room()

    def _on_aged(self) -> None:
        self.refresh()

    def _on_bus_changed(self) -> None:
        self.broker.refresh(self._feed.now_s())


def _rule() -> QFrame:
    rule = QFrame()
    rule.setObjectName("rule")
    rule.setFixedSize(1, 20)
    return rule


def _logo(ratio: float) -> QPixmap:
    made = QIcon(str(resource("icons/app.svg"))).pixmap(round(24 * ratio), round(24 * ratio))
    made.setDevicePixelRatio(ratio)
    return made
