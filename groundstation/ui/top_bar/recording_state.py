# SPDX-License-Identifier: Apache-2.0
"""Whether what happens is being recorded, and for how long already. GUI thread; plain text only."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from groundstation.fleet.recorder import RecorderStatus, RecordingNow, recording_now
from groundstation.transport.bus import BusState
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.language.shown import shown
from groundstation.ui.language.speaking import counted
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.theme.roles import Ink
from groundstation.ui.top_bar.marked_text import MarkedText

FIRST_S = 8.0
"""So long after the window's first connection a recorder may still be starting: no cause for an alarm colour."""


class RecordingState(MarkedText):
    """A mark, `REC` and the time; in the colour of a caution when nothing is recorded."""

    def __init__(self, feed: FleetView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._feed = feed

    def refresh(self, now_s: float) -> None:
        """Show recording as it is now."""
        heard = self._feed.fleet.recorders.values()
        now = recording_now(heard, now_s)
        is_connected = self._feed.bus.state is BusState.CONNECTED
        bus = self._feed.bus
        is_new = bus.connections <= 1 and bus.since_s is not None and now_s - bus.since_s < FIRST_S
        icon_name, role, text = self._words(now, is_connected=is_connected, is_new=is_new)
        self.show_marked(icon_name, role, text, Ink.ACCENT if icon_name == "record" else None)
        self.setToolTip(plain_tip("\n".join(self._lines(now, [one.content for one in heard]))))

    def _words(self, now: RecordingNow, *, is_connected: bool, is_new: bool) -> tuple[str, Ink, str]:
        """Icon, role, text."""
        # no recorder can be heard: that is no word about recording
        if not is_connected:
            return "record_off", Ink.MUTED, self.tr("REC waits for broker")
        if not now.is_heard and is_new:
            return "record_off", Ink.MUTED, self.tr("REC begins")
        if not now.is_heard:
            return "record_off", Ink.CAUTION, self.tr("not recording")
        if now.problem:
            # one of several recorders may be in trouble while another writes
            return "caution", Ink.CAUTION, self.tr("REC stopped") if not now.is_recording else _time(now.elapsed_s)
        return ("caution" if now.warning else "record"), _role(now), _time(now.elapsed_s)

    def _lines(self, now: RecordingNow, statuses: list[RecorderStatus]) -> list[str]:
        if not now.is_heard:
            return [self.tr("No recorder is heard on this broker. Start one: groundstation record")]
        lines = [line for line in (now.problem, now.warning) if line]
        for one in statuses:
            line = self.tr("{host}: {folder}/{session}, {megabytes:.1f} MB, {messages} messages").format(
                host=one.host,
                folder=one.folder,
                session=one.session,
                megabytes=shown(one.size_bytes / 1e6),
                messages=one.messages,
            )
            came = self.tr("{missing} missing, {recovered} came later, {lost} lost, {dropped} dropped").format(
                missing=one.missing, recovered=one.recovered, lost=one.lost, dropped=one.dropped
            )
            lines += [line, came]
            if one.implausible:
                words = counted(
                    "RecordingState",
                    "{count} number or time that can't be",
                    "{count} numbers or times that can't be",
                    one.implausible,
                )
                lines.append(words.format(count=one.implausible))
        return lines


def _role(now: RecordingNow) -> Ink:
    return Ink.CAUTION if now.warning else Ink.TEXT


def _time(elapsed_s: float | None) -> str:
    """Hours, minutes and seconds; the word alone before they are known."""
    if elapsed_s is None:
        return "REC"
    hours, rest = divmod(int(elapsed_s), 3600)
    return f"REC {hours:02}:{rest // 60:02}:{rest % 60:02}"
