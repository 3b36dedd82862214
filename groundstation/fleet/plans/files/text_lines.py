# SPDX-License-Identifier: Apache-2.0
"""Lines of numbers that strangers' programs, or people, wrote. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator

from groundstation.fleet.plans.files.plan_checks import MAX_FLOAT32, shown
from groundstation.fleet.plans.files.plan_file import PlanFileError


def told_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that say something, with their numbers: without blank ones and comments."""
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        told = line.strip()
        if told and not told.startswith("#"):
            yield number, told


def fields(line: str) -> list[str]:
    """What stands in a line between tabs, or else between spaces and commas.

    A comma is decimal only where tabs divide: in the other case nobody can tell.
    """
    if "\t" not in line:
        return line.replace(",", " ").split()
    parts = [part.strip() for part in line.split("\t")]
    # some programs put tabs between some fields and spaces between others
    if any(" " in part for part in parts):
        parts = line.split()
    return [part.replace(",", ".") if part.count(",") == 1 and "." not in part else part for part in parts]


def field_number(text: str, where: str) -> float | None:
    """The number that a field says; None for one that leaves it to the vehicle (nan).

    Raises:
        PlanFileError: it is none, or beyond what MAVLink carries.
    """
    try:
        value = float(text)
    except ValueError:
        raise PlanFileError(f"{where}: '{shown(text)}' is no number; correct it in the file") from None
    if math.isnan(value):
        return None
    # Python also reads 1_000, which no other program writes or means
    if abs(value) > MAX_FLOAT32 or "_" in text:
        raise PlanFileError(f"{where}: '{shown(text)}' is no number of a plan; correct it in the file")
    return value


def field_whole(text: str, most: int, where: str) -> int:
    """The whole number that a field says, also one that is written as 3.0.

    Raises:
        PlanFileError: it is none, negative, or beyond `most`.
    """
    value = field_number(text, where)
    if value is None or not value.is_integer() or not 0 <= value <= most:
        raise PlanFileError(f"{where}: '{shown(text)}' is no whole number from 0 to {most}; correct it in the file")
    return int(value)
