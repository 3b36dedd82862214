# SPDX-License-Identifier: Apache-2.0
"""The one table of sizes, colours and type of a printed page. Lengths are millimetres."""

from __future__ import annotations

PAGE_WIDTH_MM = 210.0
PAGE_HEIGHT_MM = 297.0
LEFT_MM = 11.0
RIGHT_MM = 199.0
TOP_MM = 10.0
BOTTOM_MM = 287.0
"""Nothing but the footer stands below."""
FOOTER_MM = 291.0
WIDTH_MM = RIGHT_MM - LEFT_MM
GAP_MM = 4.0
"""Between the parts of a page."""

TITLE_MM = 5.6
VALUE_MM = 4.4
HEADING_MM = 2.7
BODY_MM = 2.45
SMALL_MM = 2.2
"""Smallest type; 6.2 point."""
ROW_MM = 3.3
"""From one line of a list to the next."""
REGULAR = 400
BOLD = 600
FONTS = "Inter, 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"

PAPER = "#ffffff"
INK = "#16202a"
MUTED = "#566675"
GRID = "#e4e9ee"
FRAME = "#b9c4ce"
CAUTION = "#8f5600"
WARNING = "#c2141b"
CAUTION_SURFACE = "#fff1d6"

LINES = (("#1764ab", ""), ("#b03a86", "1.3 .7"), ("#1f7f5c", ".5 .6"), ("#6b4fc0", "2 .6 .5 .6"))
"""Colour and dashes of the lines of a chart; told apart without colour too. Red and amber are for alarms."""
MODES = (
    ("#d6e6f6", "#1764ab"),
    ("#dcefe5", "#1f7f5c"),
    ("#f3dcea", "#b03a86"),
    ("#e4dff6", "#6b4fc0"),
    ("#e9ebd0", "#6c7414"),
    ("#d5eef0", "#157d86"),
    ("#eedfd2", "#8a5227"),
    ("#e1e5ea", "#4a5a69"),
)
"""Flight modes in the order in which they first come: behind text, and as a line."""

# advance widths of Inter with figures of one width, from the space to the tilde, thousandths of the type size
_WIDTHS = (
    *(281, 278, 403, 631, 638, 812, 639, 222, 362, 362, 500, 659, 276, 460, 276, 357),
    *(648, 648, 648, 648, 648, 648, 648, 648, 648, 648, 276, 276, 659, 659, 659, 507),
    *(936, 676, 651, 727, 719, 598, 587, 743, 740, 264, 543, 652, 562, 889, 753, 761),
    *(635, 761, 639, 638, 642, 741, 676, 949, 642, 665, 625, 362, 357, 362, 469, 452),
    *(497, 564, 621, 558, 621, 582, 361, 609, 591, 237, 237, 544, 237, 869, 585, 597),
    *(609, 609, 372, 523, 364, 581, 557, 812, 540, 557, 541, 362, 327, 362, 659),
)
_OTHER = 1000
"""A letter that is not in the table counts as wide as the type is high."""
_SLACK = 1.05
"""Other fonts are wider than the one that was measured."""


def text_width_mm(words: str, size_mm: float, weight: int = REGULAR) -> float:
    """How wide a text is at most, mm."""
    # the table begins with the space, which has the number 32
    units = sum(_WIDTHS[ord(one) - 32] if " " <= one <= "~" else _OTHER for one in words)
    return units / 1000.0 * size_mm * _SLACK * (1.05 if weight > REGULAR else 1.0)


def fitted(words: str, width_mm: float, size_mm: float, weight: int = REGULAR) -> str:
    """A text cut to a width, with an ellipsis where something is missing."""
    if text_width_mm(words, size_mm, weight) <= width_mm:
        return words
    room_mm = width_mm - text_width_mm("…", size_mm, weight)
    used_mm, end = 0.0, 0
    for end, one in enumerate(words):  # noqa: B007 - where it stops
        used_mm += text_width_mm(one, size_mm, weight)
        if used_mm > room_mm:
            break
    return words[:end].rstrip() + "…" if end else ""
