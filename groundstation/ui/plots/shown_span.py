# SPDX-License-Identifier: Apache-2.0
"""Which part of the time axis is shown: it follows now, or stays where it was put. Pure."""

from __future__ import annotations

LEAST_S = 0.05
MOST_S = 400 * 86_400.0
EDGE = 0.1
"""Share of the axis on the other side of the playhead when it is turned over like a page."""


class ShownSpan:
    """Live it ends at now; of the past it shows what came after the playhead, too."""

    def __init__(self, span_s: float, *, is_live: bool) -> None:
        """Follow.

        Args:
            span_s: how much is shown while it follows, seconds.
            is_live: whether now is the end of all there is.
        """
        self.span_s, self._is_live = span_s, is_live
        self._held: tuple[float, float] | None = None
        self._last_s: float | None = None
        self.is_by_hand = False
        """Whether somebody moved it, and it follows no more."""

    def at(self, now_s: float) -> tuple[float, float]:
        """What to show, seconds on the clock of the view's timeline.

        Args:
            now_s: now, or the playhead.
        """
        if self._is_live:
            return self._held if self._held is not None else (now_s - self.span_s, now_s)
        if self._held is None:
            self._held = (now_s - self.span_s / 2, now_s + self.span_s / 2)
        begin_s, end_s = self._held
        last_s, self._last_s = self._last_s, now_s
        # one that was moved away from the playhead stays there
        if last_s is not None and begin_s <= last_s <= end_s and not begin_s <= now_s <= end_s:
            width_s = end_s - begin_s
            behind = 0.5 if abs(now_s - last_s) > width_s else EDGE if now_s > last_s else 1 - EDGE
            self._held = (now_s - behind * width_s, now_s + (1 - behind) * width_s)
        return self._held

    def follow(self, span_s: float | None = None) -> None:
        """Go with now, or with the playhead, again.

        Args:
            span_s: from now on so much is shown; None for as much as before.
        """
        if span_s is not None:
            self.span_s = span_s
        self._held, self._last_s, self.is_by_hand = None, None, False

    def hold(self, now_s: float) -> None:
        """Stay with what is shown."""
        self.show(*self.at(now_s), now_s)

    def zoom(self, factor: float, at_s: float, now_s: float) -> None:
        """Show more or less; what is at a moment stays where it is.

        Args:
            factor: how many times as much.
            at_s: that moment.
            now_s: now, or the playhead.
        """
        begin_s, end_s = self.at(now_s)
        width_s = end_s - begin_s
        factor = min(max(factor, LEAST_S / width_s), MOST_S / width_s)
        self.show(at_s - (at_s - begin_s) * factor, at_s + (end_s - at_s) * factor, now_s)

    def pan(self, seconds: float, now_s: float) -> None:
        """Show what is so much later."""
        begin_s, end_s = self.at(now_s)
        self.show(begin_s + seconds, end_s + seconds, now_s)

    def show(self, begin_s: float, end_s: float, now_s: float) -> None:
        """Show this, by hand."""
        missing_s = max(0.0, LEAST_S - (end_s - begin_s))
        begin_s, end_s = begin_s - missing_s / 2, end_s + missing_s / 2
        # nobody looks for the future: there is a way back as long as now is in sight
        late_s = max(0.0, begin_s + EDGE * (end_s - begin_s) - now_s) if self._is_live else 0.0
        self._held, self.is_by_hand = (begin_s - late_s, end_s - late_s), True
