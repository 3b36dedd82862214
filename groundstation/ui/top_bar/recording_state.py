# SPDX-License-Identifier: Apache-2.0
"""Whether what happens is being recorded, and for how long already. GUI thread; plain text only."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from groundstation.fleet.recorder import Heard, RecorderStatus, RecordingNow, recording_now
from groundstation.transport.bus import BusState
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.theme.icons import pixmap
from groundstation.ui.theme.tokens import PALETTE


class RecordingState(QWidget):
    """A mark, `REC` and the time; in the colour of a caution when nothing is recorded."""

    def __init__(self, feed: FleetFeed, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._feed = feed
        self._icon, self.text = QLabel(), ElidingLabel()
        self._look: tuple[str, str] = ("", "")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addWidget(self._icon)
        layout.addWidget(self.text)

    def refresh(self, now_s: float) -> None:
        """Show recording as it is now."""
        heard = [Heard(one.status, one.received_s) for one in self._feed.fleet.recorders.values()]
        now = recording_now(heard, now_s)
        is_connected = self._feed.bus.state is BusState.CONNECTED
        self._show(*self._words(now, is_connected=is_connected))
        self.setToolTip(plain_tip("\n".join(self._lines(now, [one.status for one in heard]))))

    def _words(self, now: RecordingNow, *, is_connected: bool) -> tuple[str, str, str]:
        """Icon, colour, text."""
        if not is_connected:
            return "record_off", PALETTE.muted, self.tr("REC waits for broker")
        if not now.is_heard:
            return "record_off", PALETTE.caution, self.tr("not recording")
        if now.problem:
            return "caution", PALETTE.caution, self.tr("REC stopped") if not now.is_recording else _time(now.elapsed_s)
        return ("caution" if now.warning else "record"), _colour(now), _time(now.elapsed_s)

    def _lines(self, now: RecordingNow, statuses: list[RecorderStatus]) -> list[str]:
        if not now.is_heard:
            return [self.tr("No recorder is heard on this broker. Start one: groundstation record")]
        lines = [line for line in (now.problem, now.warning) if line]
        for one in statuses:
            line = self.tr("{host}: {folder}/{session}, {megabytes:.1f} MB, {messages} messages").format(
                host=one.host,
                folder=one.folder,
                session=one.session,
                megabytes=one.size_bytes / 1e6,
                messages=one.messages,
            )
            came = self.tr("{missing} missing, {recovered} came later, {lost} lost, {dropped} dropped").format(
                missing=one.missing, recovered=one.recovered, lost=one.lost, dropped=one.dropped
            )
            lines += [line, came]
        return lines

    def _show(self, icon_name: str, colour: str, text: str) -> None:
        self.text.setText(text)
        if (icon_name, colour) != self._look:
            self._look = (icon_name, colour)
            icon_colour = PALETTE.accent if icon_name == "record" else colour
            self._icon.setPixmap(pixmap(icon_name, 16, icon_colour, self.devicePixelRatioF()))
            weight = 500 if colour == PALETTE.text else 600
            self.text.setStyleSheet(f"color: {colour}; font-weight: {weight};")


def _colour(now: RecordingNow) -> str:
    return PALETTE.caution if now.warning else PALETTE.text


def _time(elapsed_s: float | None) -> str:
    """Hours, minutes and seconds; the word alone before they are known."""
    if elapsed_s is None:
        return "REC"
    hours, rest = divmod(int(elapsed_s), 3600)
    return f"REC {hours:02}:{rest // 60:02}:{rest % 60:02}"
