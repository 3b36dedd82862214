# SPDX-License-Identifier: Apache-2.0
"""What was said by code, in the operator's language. GUI thread; no widgets.

A language is a Qt translation of the templates of `fleet/english.py`, in a context of their own.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.errors import UsageError
from groundstation.fleet.phrases import RefusedError, Words, written
from groundstation.ui.language.shown import shown

CONTEXT = "Phrases"
"""Of the templates in Qt's translations."""


def translated(template: str) -> str:
    """A template or a word of ours in the operator's language."""
    return QCoreApplication.translate(CONTEXT, template)


def said(words: Words) -> str:
    """A condition, a refusal or a proof in words."""
    return written(words, translated, shown)


def said_by(error: UsageError) -> str:
    """Why something was refused here, in words."""
    return said(error.said) if isinstance(error, RefusedError) else str(error)


def said_of(record: CommandRecord) -> str:
    """Why a command ended, or how far it is, with the vehicle's own words."""
    return record.words(translated, shown)
