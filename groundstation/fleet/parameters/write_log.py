# SPDX-License-Identifier: Apache-2.0
"""What was written to a vehicle on a day and what was there before, as lines of text, so that it can be undone. Pure.

# 14:03:22 burak: load survey.param
WPNAV_SPEED,500,600
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

import msgspec

from groundstation.fleet.parameters.parameter import Parameter, is_possible_name, value_text
from groundstation.fleet.shown_text import harmless

NOTHING = "?"
"""In place of a value that was not known."""


class WriteEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One writing."""

    title: str
    """When, by whom, what: one line."""
    before: tuple[Parameter, ...] = ()
    """What was there, as far as it was known."""
    after: tuple[Parameter, ...] = ()
    """What is there now."""


def entry_text(title: str, changes: Iterable[tuple[Parameter | None, Parameter]]) -> str:
    """Lines for one writing.

    Args:
        title: when, by whom, what.
        changes: before and after of each; before is None where it was not known.
    """
    lines = [f"# {harmless(title)}"]
    for before, after in changes:
        was = NOTHING if before is None else value_text(before.value, before.type)
        lines.append(f"{after.name},{was},{value_text(after.value, after.type)}")
    return "".join(f"{line}\n" for line in lines)


def entries_in(text: str) -> tuple[WriteEntry, ...]:
    """The writings in a log, oldest first; what is damaged in it is passed over."""
    found: list[WriteEntry] = []
    title: str | None = None
    before: list[Parameter] = []
    after: list[Parameter] = []

    def close() -> None:
        if title is not None:
            found.append(WriteEntry(title=title, before=tuple(before), after=tuple(after)))
        before.clear()
        after.clear()

    for line in text.splitlines():
        if line.startswith("#"):
            close()
            title = line[1:].strip()
            continue
        fields = line.split(",")
        if len(fields) != 3 or not is_possible_name(fields[0]):
            continue
        for kept, value in ((before, fields[1]), (after, fields[2])):
            with contextlib.suppress(ValueError):
                kept.append(Parameter(fields[0], float(value)))
    close()
    return tuple(found)
