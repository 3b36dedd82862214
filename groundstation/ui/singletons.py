# SPDX-License-Identifier: Apache-2.0
"""Keeps None, True and False alive under a binding that gives their references away. Any thread; no Qt.

PySide6 6.12.0 takes it for granted that they never die, which is true from Python 3.12 on (PEP 683). On 3.11 each call
that returns None takes one reference away, and after some ten thousand calls the interpreter stops with "deallocating
None". Giving them more references than a program can use up makes them what they are in 3.12.
"""

from __future__ import annotations

import ctypes
import sys

PLENTY = 1 << 60
"""Of references: a hundred million lost each second would last for three hundred years."""


def keep_singletons() -> None:
    """Make None, True and False immortal where the interpreter doesn't; called once before any widget is made."""
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython" or sys.maxsize < PLENTY:
        return
    for one in (None, True, False):
        ctypes.c_ssize_t.from_address(id(one)).value = PLENTY
