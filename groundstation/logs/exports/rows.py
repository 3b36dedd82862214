# SPDX-License-Identifier: Apache-2.0
"""Columns as lines of plain values: numbers as short as they can be told apart, unknown empty. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstation.logs.csv_cells import guarded
from groundstation.logs.log import Columns, FieldInfo

Cell = str | int | float | bool | None


def heading(fields: tuple[FieldInfo, ...]) -> list[str]:
    """Names of the cells of a line: the time, then the fields, an array spread out."""
    names = ["time_s"]
    for one in fields:
        names += [f"{one.name}[{place}]" for place in range(one.length)] if one.length else [one.name]
    return names


def heading_of(columns: Columns) -> list[str]:
    """The same of columns."""
    lengths = {name: column.shape[1] if column.ndim > 1 else 0 for name, column in columns.values.items()}
    return heading(tuple(FieldInfo(name=name, dtype="", length=length) for name, length in lengths.items()))


def lines(columns: Columns, limit: int | None = None, *, is_exact: bool = True) -> Iterator[list[Cell]]:
    """Time and values of each message, an array spread out.

    Args:
        columns: of a message.
        limit: only so many.
        is_exact: texts as they are; False for what a spreadsheet or a terminal can take.
    """
    cells: list[list[Cell]] = []
    for values in columns.values.values():
        part = values[:limit]
        # CSV knows no arrays: each of its numbers is a cell
        parts = [part] if part.ndim == 1 else [part[:, place] for place in range(part.shape[1])]
        cells += [cells_of(one) if is_exact else _guarded(one) for one in parts]
    for time_s, *line in zip(columns.time_s[:limit].tolist(), *cells, strict=True):
        # of seconds since 1970 float64 holds a microsecond and hardly more
        yield [f"{time_s:.6f}" if np.isfinite(time_s) else None, *line]


def _guarded(values: NDArray[Any]) -> list[Cell]:
    found = cells_of(values)
    return [guarded(one) for one in found] if values.dtype.kind not in "biuf" else found


def cells_of(values: NDArray[Any]) -> list[Cell]:
    """Values of shape (n,) as cells; a float of 32 bits as short as tells it from its neighbours."""
    if values.dtype.kind == "f":
        known = np.isnan(values)
        shortest = values.tolist() if values.dtype.itemsize == 8 else [float(one) for one in values.astype(str)]
        return [None if is_nan else one for one, is_nan in zip(shortest, known.tolist(), strict=True)]
    return [one.hex() if isinstance(one, bytes) else one for one in values.tolist()]
