# SPDX-License-Identifier: Apache-2.0
"""What is said beside the timeline of a recording. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from groundstation.fleet.past import Extent
from groundstation.ui.language.shown import shown


def timeline_note(extent: Extent, span_s: float, *, has_newer: bool) -> str:
    """How much of it is read, or how much of it is shown.

    Args:
        extent: of the recording.
        span_s: length of the part that the timeline shows.
        has_newer: whether another session is recorded by now.
    """
    share = extent.read_share
    if share >= 1.0 and extent.read_until_s < extent.end_s:
        share = (extent.read_until_s - extent.begin_s) / max(1e-9, extent.end_s - extent.begin_s)
    if share < 1.0:
        return _tr("reading… {share} %").format(share=int(max(0.0, share) * 100))
    if has_newer:
        return _tr("this recording is over; another one runs by now")
    return _tr("{span} shown").format(span=_span(span_s))


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{shown(seconds / 3600):.1f} h"


def _tr(text: str) -> str:
    return QCoreApplication.translate("TimelineNote", text)
