# SPDX-License-Identifier: Apache-2.0
"""Keeps None, True and False alive under a binding that gives their references away. Any thread; no widgets.

Installations by the pinned versions have PySide6 6.11 and don't need it. PySide6 6.12.0 takes it for granted that
these never die, which is true from Python 3.12 on (PEP 683). On 3.11 each call that returns None takes one reference
away, and after some ten thousand calls the interpreter stops with "deallocating None". Giving them more references
than a program can use up makes them what they are in 3.12.
"""

from __future__ import annotations

import ctypes
import sys

import PySide6

PLENTY = 1 << 60
"""Of references: a hundred million lost each second would last for three hundred years."""


def keep_singletons() -> None:
    """Make None, True and False immortal where the interpreter doesn't; called once before any widget is made."""
    if PySide6.__version_info__ < (6, 12) or sys.version_info >= (3, 12):
        return
    if sys.implementation.name != "cpython" or sys.maxsize < PLENTY:
        return
    for one in (None, True, False):
        ctypes.c_ssize_t.from_address(id(one)).value = PLENTY
