# SPDX-License-Identifier: Apache-2.0
"""Texts from outside in a file of comma-separated values: nothing for a spreadsheet or a terminal to obey. Pure."""

from __future__ import annotations

from typing import TypeVar

from groundstation.fleet.shown_text import harmless

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A text that begins so is a formula to a spreadsheet."""
Cell = TypeVar("Cell")


def guarded(cell: Cell) -> Cell | str:
    """A cell; a text without what steers a terminal, and marked as text where it looks like more.

    Tabs and ends of lines stay: quotation marks hold them.

    Args:
        cell: of any kind; what is no text stays as it is.
    """
    if not isinstance(cell, str):
        return cell
    text = cell if cell.isprintable() else "".join(one if one in "\t\r\n" else harmless(one) for one in cell)
    # what stood before a sign may have become a blank
    is_formula = text.startswith(FORMULA_SIGNS) or (text[:1] != cell[:1] and text.lstrip().startswith(FORMULA_SIGNS))
    # spreadsheets take what stands behind an apostrophe for text
    return f"'{text}" if is_formula else text
