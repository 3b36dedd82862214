# SPDX-License-Identifier: Apache-2.0
"""ArduPilot's DataFlash logs as text (`.log`) behind `logs/log.py`. One thread at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.progress import Progress
from groundstation.logs.log import LogError, LogFormat
from groundstation.logs.log_lookup import gap_damage
from groundstation.logs.readers.any_dataflash_log import AnyDataflashLog
from groundstation.logs.readers.array_log import Excerpt, Values
from groundstation.logs.readers.dataflash_facts import DataflashFacts
from groundstation.logs.readers.dataflash_format import MessageFormat
from groundstation.logs.readers.dataflash_text_index import TextIndex
from groundstation.logs.readers.dataflash_values import text_dtype
from groundstation.mavlink.record_index import Slice, Times


class DataflashTextLog(AnyDataflashLog):
    """An open DataFlash log in text form; a line whose values are no numbers where they belong is left out."""

    _index: TextIndex

    def _open(self, path: Path, on_progress: Progress | None) -> None:
        self._index = TextIndex(self._file.bytes, on_progress)
        _check(self._index, path)
        self._codes = {self._index.formats[code].name: code for code in self._index.spans}
        formats = {name: self._index.formats[code] for name, code in self._codes.items()}
        self._facts = DataflashFacts(formats, self._read, is_text=True)
        spans = {name: self._index.spans[code] for name, code in self._codes.items()}
        damage = gap_damage(self._index, self._file.size_bytes, lambda tail: b"\n" not in tail)
        self._info = self._facts.info(
            path, LogFormat.DATAFLASH_TEXT, self._file.size_bytes, spans, damage, has_times=self._index.has_times
        )

    def _let_go(self) -> None:
        self._index = TextIndex(np.empty(0, np.uint8))

    def _collect(self, vehicle: str, message: str, wanted: Excerpt) -> tuple[Times, Values]:
        del vehicle
        code = self._codes[message]
        one = self._index.formats[code]
        times: list[Times] = [np.empty(0, np.uint64)]
        lines: list[bytes] = []
        for found in self._index.slices(code, wanted.begin_us, wanted.end_us, wanted.told):
            time_us = self._index.times(found, one)
            taken = wanted.takes(time_us)
            times.append(time_us[taken])
            lines += _lines(found, taken)
        return _parsed(one, wanted.names, np.concatenate(times), lines)


def _check(index: TextIndex, path: Path) -> None:
    if not index.spans:
        raise LogError(f"{path} is no DataFlash log: there is no line with a known format in it; choose another")


def _lines(found: Slice, wanted: NDArray[np.bool_]) -> list[bytes]:
    data = found.window.bytes.tobytes()
    return [data[start : data.find(b"\n", start)] for start in found.starts[wanted].tolist()]


def _parsed(
    one: MessageFormat, names: Sequence[str], time_us: Times, lines: list[bytes]
) -> tuple[Times, dict[str, NDArray[Any]]]:
    """Lines as columns; those that can't be read are left out."""
    try:
        # nearly always all can be read; only else each is tried by itself
        return time_us, _columns(one, names, lines)
    except (ValueError, OverflowError):
        good = [place for place, line in enumerate(lines) if _is_readable(one, line)]
        return time_us[good], _columns(one, names, [lines[place] for place in good])


def _is_readable(one: MessageFormat, line: bytes) -> bool:
    try:
        _columns(one, one.columns, [line])
    except (ValueError, OverflowError):
        return False
    return True


def _columns(one: MessageFormat, names: Sequence[str], lines: list[bytes]) -> dict[str, NDArray[Any]]:
    count = len(one.columns)
    # no more parts than columns: the last text may have commas in it
    rows = [line.split(b",", count)[1:] for line in lines]
    cells = dict(zip(one.columns, zip(*rows, strict=True), strict=True)) if rows else {}
    return {name: _column(cells.get(name, ()), one.letters_of(name)) for name in names}


def _column(cells: Sequence[bytes], letter: str) -> NDArray[Any]:
    kind = text_dtype(letter)
    if kind == "str":
        return np.fromiter(map(_text, cells), object, len(cells))
    number: Callable[[bytes], float] = float if kind == "float64" else int
    return np.array(list(map(number, cells)), kind)


def _text(cell: bytes) -> str:
    return cell.removeprefix(b" ").rstrip().decode("utf-8", "replace")
