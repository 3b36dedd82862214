# SPDX-License-Identifier: Apache-2.0
"""What stands in the cells of the tree of topics. GUI thread; no widgets."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from groundstation.fleet.sensors import PayloadKind, SensorReading
from groundstation.ui.units import DASH, compact

SHOWN_CHARACTERS = 120
_UNITS = ("B", "kB", "MB", "GB", "TB")


def tr(text: str) -> str:
    """A text in the operator's language."""
    return QCoreApplication.translate("Topics", text)


def size_text(size_bytes: float) -> str:
    """Bytes as one reads them: `4 B`, `1.2 kB`."""
    step = 0
    while size_bytes >= 999.5 and step < len(_UNITS) - 1:
        size_bytes, step = size_bytes / 1000.0, step + 1
    digits = 0 if step == 0 or size_bytes >= 99.5 else 1
    return f"{size_bytes:.{digits}f} {_UNITS[step]}"


def rate_text(rate_hz: float) -> str:
    """Messages a second, with three digits; nothing where none came."""
    if rate_hz <= 0.0:
        return ""
    if rate_hz < 0.095:
        return f"{rate_hz:.2f}"
    return f"{rate_hz:.1f}" if rate_hz < 99.5 else f"{rate_hz:,.0f}"


_SHOWN: dict[PayloadKind, Callable[[SensorReading], str]] = {
    PayloadKind.NUMBER: lambda reading: compact(reading.numbers.get("")),
    PayloadKind.EMPTY: lambda _: DASH,
    PayloadKind.BINARY: lambda reading: f"binary {reading.text[:24]}",
    PayloadKind.IMAGE: lambda reading: f"{reading.text} picture",
    PayloadKind.CBOR: lambda reading: f"CBOR {reading.text}",
    PayloadKind.MSGPACK: lambda reading: f"MessagePack {reading.text}",
    PayloadKind.OVERSIZE: lambda reading: f"too large, begins {reading.text[:40]}",
}


def payload_text(reading: SensorReading) -> str:
    """A payload in one line."""
    shown = _SHOWN.get(reading.kind)
    return (shown(reading) if shown is not None else reading.text)[:SHOWN_CHARACTERS]
