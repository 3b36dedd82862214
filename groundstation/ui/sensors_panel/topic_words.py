# SPDX-License-Identifier: Apache-2.0
"""What stands in the cells of the tree of topics. GUI thread; no widgets."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from groundstation.fleet.sensor_map.sensor_map import Meaning
from groundstation.fleet.sensors import Life, Liveness, PayloadKind, Quality, SensorReading
from groundstation.fleet.shown_text import harmless
from groundstation.ui.language.shown import shown
from groundstation.ui.language.speaking import counted
from groundstation.ui.units import DASH, compact

SHOWN_CHARACTERS = 120
MOST_VALUES = 2_000
"""Of a payload in one text."""
LONGEST_NAME = 40
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
    return f"{shown(size_bytes):.{digits}f} {_UNITS[step]}"


def rate_text(rate_hz: float) -> str:
    """Messages a second, with three digits; nothing where none came."""
    if rate_hz <= 0.0:
        return ""
    if rate_hz < 0.095:
        return f"{shown(rate_hz):.2f}"
    return f"{shown(rate_hz):.1f}" if rate_hz < 99.5 else f"{shown(rate_hz):,.0f}"


_SHOWN: dict[PayloadKind, Callable[[SensorReading], str]] = {
    PayloadKind.NUMBER: lambda reading: compact(reading.numbers.get("")),
    PayloadKind.EMPTY: lambda _: DASH,
    PayloadKind.BINARY: lambda reading: tr("binary {0}").format(reading.text[:24]),
    PayloadKind.IMAGE: lambda reading: tr("{0} picture").format(reading.text),
    PayloadKind.CBOR: lambda reading: f"CBOR {reading.text}",
    PayloadKind.MSGPACK: lambda reading: f"MessagePack {reading.text}",
    PayloadKind.OVERSIZE: lambda reading: tr("too large, begins {0}").format(reading.text[:40]),
}


def payload_text(reading: SensorReading) -> str:
    """A payload in one line."""
    shown = _SHOWN.get(reading.kind)
    return (shown(reading) if shown is not None else reading.text)[:SHOWN_CHARACTERS]


def value_text(reading: SensorReading, path: str, meaning: Meaning | None = None) -> str:
    """One value of a payload, with its unit and what is wrong with it, as far as the device or a file says that."""
    note = reading.notes.get(path)
    number = reading.numbers.get(path)
    if note is None:
        if meaning is None or number is None:
            return compact(number)
        return f"{compact(meaning.shown(path, number))} {meaning.unit(path)}".rstrip()
    text = note.text or compact(reading.numbers.get(path))
    if note.unit and text != DASH:
        text = f"{text} {note.unit}"
    mark = _QUALITIES.get(note.quality)
    return (f"{text}  {tr(str(mark))}" if mark is not None else text)[:SHOWN_CHARACTERS]


_QUALITIES = {
    Quality.BAD: QT_TRANSLATE_NOOP("Topics", "bad"),
    Quality.STALE: QT_TRANSLATE_NOOP("Topics", "stale"),
    Quality.OTHER: QT_TRANSLATE_NOOP("Topics", "doubtful"),
}
_LIVES = {
    Life.UNBORN: QT_TRANSLATE_NOOP("Topics", "its birth was not heard: what has no name is not shown"),
    Life.UNSURE: QT_TRANSLATE_NOOP("Topics", "not heard in full since the connection was lost"),
    Life.FALLEN: QT_TRANSLATE_NOOP("Topics", "its node is dead: these values are old"),
    Life.ABSENT: QT_TRANSLATE_NOOP("Topics", "its node was born again, and it was not: these values are old"),
    Life.DEAD: QT_TRANSLATE_NOOP("Topics", "dead: these values are old"),
}


def life_text(known: Liveness | None) -> str:
    """How it stands with a device that tells of its birth; empty where all is well."""
    if known is None:
        return ""
    told = [tr(str(_LIVES[known.life]))] if known.life in _LIVES else []
    told += [tr("messages of it are missing")] if known.is_incomplete else []
    told += [tr("two devices have this name")] if known.is_contested else []
    return "  ·  ".join(told)


def values_text(reading: SensorReading) -> str:
    """All values of a payload, a line each."""
    paths = reading.paths[:MOST_VALUES]
    width = min(max((len(one) for one in paths), default=0), LONGEST_NAME)
    lines = [f"{harmless(one):<{width}}  {value_text(reading, one)}" for one in paths]
    more = len(reading.paths) - len(paths)
    return "\n".join([*lines, tr("… {0} more").format(f"{shown(more):,}")] if more else lines)


def topic_count(count: int) -> str:
    """`3 topics`."""
    return counted("Topics", "{0} topic", "{0} topics", count).format(f"{shown(count):,}")


def gone_words(twins: int, forgotten: int, dropped: int) -> list[str]:
    """What there is twice, and what there is no more; nothing of what is none.

    Args:
        twins: names that differ by their Unicode form alone.
        forgotten: topics.
        dropped: values.
    """
    told = (
        (
            twins,
            counted(
                "Topics",
                "{0} name differs from another by its Unicode form alone",
                "{0} names differ from another by their Unicode form alone",
                twins,
            ),
        ),
        (
            forgotten,
            counted(
                "Topics",
                "{0} topic forgotten, the longest silent first",
                "{0} topics forgotten, the longest silent first",
                forgotten,
            ),
        ),
        (dropped, counted("Topics", "{0} value let go for newer ones", "{0} values let go for newer ones", dropped)),
    )
    return [words.format(f"{shown(count):,}") for count, words in told if count]
