# SPDX-License-Identifier: Apache-2.0
"""Capital and small letters of the language that is spoken: in Turkish i and I are two letters. Any thread; no widgets.

For words that are shown. What is compared is folded (`fleet/folded.py`), and keys and names of files are ASCII's.
"""

from __future__ import annotations

from PySide6.QtCore import QLocale


def capital(text: str) -> str:
    """A text that begins with a capital letter, as a sentence does."""
    return QLocale().toUpper(text[:1]) + text[1:]


def small(text: str) -> str:
    """A text in small letters."""
    return QLocale().toLower(text)
