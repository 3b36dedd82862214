# SPDX-License-Identifier: Apache-2.0
"""Records of a DataFlash log as columns of values. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstation.logs.log import FieldInfo
from groundstation.logs.readers.dataflash_format import LETTERS, MessageFormat

RAW_FIELDS = {("FILE", "Data")}
"""Fields that are written as text but are bytes: the contents of files that the log keeps."""


def field_infos(message: MessageFormat, units: dict[str, str], *, is_text: bool) -> tuple[FieldInfo, ...]:
    """The columns of a message.

    Args:
        message: its format.
        units: by field name.
        is_text: whether the log is in text form.
    """
    return tuple(
        FieldInfo(
            name=name,
            dtype=text_dtype(letter) if is_text else _dtype_name(message, name, letter),
            length=0 if is_text else LETTERS[letter].length,
            unit=units.get(name),
        )
        for name, letter in zip(message.columns, message.letters, strict=True)
    )


def text_dtype(letter: str) -> str:
    """Numpy's name of the type that values of a letter have in text; numbers are written with their multipliers."""
    dtype = LETTERS[letter].dtype
    if letter in "aM" or dtype.startswith("S"):  # modes are written as words
        return "str"
    if LETTERS[letter].divisor or "f" in dtype:
        return "float64"
    return "uint64" if letter == "Q" else "int64"


def _dtype_name(message: MessageFormat, name: str, letter: str) -> str:
    if (message.name, name) in RAW_FIELDS:
        return "bytes"
    if LETTERS[letter].dtype.startswith("S"):
        return "str"
    return "float64" if LETTERS[letter].divisor else np.dtype(LETTERS[letter].dtype).name


class DataflashColumns:
    """Collects columns of one message from the windows of a log.

    Args:
        message: its format.
        names: wanted fields.
        most: how many records there are at most.
    """

    def __init__(self, message: MessageFormat, names: Sequence[str], most: int) -> None:
        self._message = message
        self._dtype = message.dtype
        self._columns: dict[str, NDArray[Any]] = {
            name: np.empty((most, *self._dtype[name].shape), self._target(name)) for name in names
        }
        self._count = 0

    def add(self, rows: NDArray[np.void]) -> None:
        """Take records in.

        Args:
            rows: shape (n,), as `message.dtype`.
        """
        span = slice(self._count, self._count + rows.size)
        self._count += rows.size
        for name, values in self._columns.items():
            divisor = LETTERS[self._message.letters_of(name)].divisor
            if divisor:
                # divided: a factor such as 1e-7 is rounded itself, and would change the last digit
                np.divide(rows[name], float(divisor), out=values[span])
            else:
                values[span] = rows[name]

    def values(self) -> dict[str, NDArray[Any]]:
        """Columns by name: shape (n,) or (n, 32); texts as `object` array of str, contents of files of bytes."""
        return {name: self._finished(name, column[: self._count]) for name, column in self._columns.items()}

    def _target(self, name: str) -> np.dtype[Any]:
        letter = LETTERS[self._message.letters_of(name)]
        return np.dtype(np.float64) if letter.divisor else self._dtype[name].base

    def _finished(self, name: str, column: NDArray[Any]) -> NDArray[Any]:
        if column.dtype.kind != "S":
            return column
        if (self._message.name, name) in RAW_FIELDS:
            width = column.dtype.itemsize
            # numpy drops NULs at the end, which the contents of a file may have
            return np.fromiter((one.ljust(width, b"\0") for one in column.tolist()), object, column.size)
        return np.fromiter(map(_Texts().__getitem__, column.tolist()), object, column.size)


class _Texts(dict[bytes, str]):
    """Texts by their bytes, each decoded once: up to the first NUL, as Latin 1 what is no UTF-8."""

    def __missing__(self, raw: bytes) -> str:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
        self[raw] = text = text.split("\0", 1)[0]
        return text
