# SPDX-License-Identifier: Apache-2.0
"""What the window asks of whoever joins it to other operators. GUI thread; no widgets."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.commands import Actor
from groundstation.fleet.operators.said import OperatorMessage


class Delivery(enum.Enum):
    """How far an own message is."""

    WAITING = enum.auto()
    """There is no broker."""
    SENT = enum.auto()
    """Who is on has it; no store has confirmed it."""
    KEPT = enum.auto()
    """Who is away will read it too."""


class Say(Protocol):
    """Says something to operators."""

    def __call__(self, text: str, **more: Any) -> OperatorMessage:
        """Say it; `more` are further fields of an `OperatorMessage`."""


@dataclass(frozen=True)
class OperatorsAccess:
    """Ways to other operators."""

    me: Actor
    say: Say
    read: Callable[[Iterable[str]], None]
    """Tells that this operator has read some messages, by their ids."""
    delivery: Callable[[str], Delivery]
    """How far an own message is, by its id."""
    document: Callable[[OperatorMessage], str] = lambda _one: ""
    """A handover as an HTML document, with what became of it."""
    under_way: Callable[[], list[CommandRecord]] = list
    """Orders of anybody that have no end yet."""
    write: Callable[[Path, bytes], None] = lambda _path, _data: None
    """Writes a file whole, or raises OSError."""
