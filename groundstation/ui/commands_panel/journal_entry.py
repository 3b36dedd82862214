# SPDX-License-Identifier: Apache-2.0
"""One line of the table of commands, from memory or from disk. Pure but for the words' language."""

from __future__ import annotations

import json
from collections.abc import Iterable

import msgspec
from PySide6.QtCore import QCoreApplication

from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.commands import Args, CommandState, Reason, Verb
from groundstation.fleet.folded import folded
from groundstation.fleet.identity import VehicleKey
from groundstation.ui.commanding.words import actor_text, order_text, record_words, state_words
from groundstation.ui.commands_panel.journal_port import JournalRowLike
from groundstation.ui.said import said, said_of

EntryKey = tuple[VehicleKey, str]
"""Vehicle and id of the command."""


class JournalEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One command to one vehicle."""

    key: VehicleKey
    id: str
    at_unix_s: float
    """When it was given, seconds since 1970."""
    order: str
    by: str
    state: CommandState
    state_text: str
    words: str
    haystack: str
    """Everything in it, folded, for searching."""

    @property
    def address(self) -> EntryKey:
        """What makes it one."""
        return self.key, self.id


def _entry(
    key: VehicleKey,
    command: str,
    at_unix_s: float,
    order: str,
    by: str,
    state: CommandState,
    state_text: str,
    words: str,
) -> JournalEntry:
    # folded once: a search looks through twenty thousand of them at each letter
    haystack = folded(" ".join((str(key), command, order, by, state.value, state_text, words)))
    return JournalEntry(
        key=key,
        id=command,
        at_unix_s=at_unix_s,
        order=order,
        by=by,
        state=state,
        state_text=state_text,
        words=words,
        haystack=haystack,
    )


def entry_of(record: CommandRecord) -> JournalEntry:
    """The line of a command in memory."""
    return _entry(
        record.key,
        record.id,
        record.began_unix_s,
        order_text(record.verb, record.args),
        actor_text(record.by) if record.by is not None else "",
        record.state,
        record_words(record),
        said_of(record),
    )


def entries_of(rows: Iterable[JournalRowLike]) -> list[JournalEntry]:
    """The lines of commands on disk: one a command, in its last state.

    Args:
        rows: every state of every command, oldest first.
    """
    found: dict[EntryKey, JournalEntry] = {}
    for row in rows:
        key = VehicleKey(row.root, row.vehicle)
        known = found.get((key, row.command))
        state = CommandState(row.state)
        words = "; ".join(part for part in (said(row.detail), row.texts) if part)
        by = f"{row.operator} at {row.station}" if row.station else row.operator
        found[key, row.command] = _entry(
            key,
            row.command,
            # its first row tells when it was given, its last one how it stands
            known.at_unix_s if known is not None else row.at_unix_s,
            _order_of(row),
            by,
            state,
            state_words(state, Verb(row.verb), Reason(row.reason)),
            words,
        )
    return list(found.values())


def _order_of(row: JournalRowLike) -> str:
    args = _args(row.args)
    if row.verb == "procedure":
        # of a step of a procedure; what it is about stands in its words
        return QCoreApplication.translate("Commanding", "Procedure {name}").format(name=args.get("procedure", ""))
    return order_text(Verb(row.verb), args)


def _args(text: str) -> Args:
    try:
        found = json.loads(text)
    # a journal is a file that others may have written: the row is shown without arguments
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
