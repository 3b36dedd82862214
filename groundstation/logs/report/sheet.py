# SPDX-License-Identifier: Apache-2.0
"""A sheet of paper that is drawn on with lines and letters, and becomes SVG. Millimetres from the top left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from groundstation.logs.report import paper

Point = tuple[float, float]
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def escaped(words: str) -> str:
    """Any text as characters of XML; what can't stand there becomes a question mark."""
    return "".join(_ENTITIES.get(one, one) for one in _NOT_XML.sub("?", words))


UNITS_A_MM = 100
"""Whole numbers are short, and Qt rounds some places to them."""


def number(length_mm: float) -> str:
    """A length in the units of the drawing."""
    return str(round(length_mm * UNITS_A_MM))


def polyline(points: Iterable[Point]) -> str:
    """Path data through points; a point alone becomes a dot, points in the same place become one."""
    last: tuple[int, int] | None = None
    parts: list[str] = []
    for x, y in points:
        # rounded before differences are taken, so that errors of rounding don't add up along a path
        here = (round(x * UNITS_A_MM), round(y * UNITS_A_MM))
        if last is None:
            parts.append(f"M{here[0]} {here[1]}")
        elif here != last:
            across, down = here[0] - last[0], here[1] - last[1]
            # relative, and no letter or blank that can be left out (SVG, path data): a long flight stays a small file
            letter = "l" if len(parts) == 1 else " " if across >= 0 else ""
            parts.append(f"{letter}{across}{' ' if down >= 0 else ''}{down}")
        last = here
    if len(parts) == 1:
        parts.append("h1")
    return "".join(parts)


class Words(NamedTuple):
    """A part of a line of text in its own look."""

    words: str
    size: float
    colour: str
    weight: int = paper.REGULAR


class Sheet:
    """One page while it is drawn."""

    def __init__(self, title: str) -> None:
        """An empty page.

        Args:
            title: what it shows, for those who can't see it.
        """
        self.title = title
        self._parts: list[str] = []

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = paper.BODY_MM,
        colour: str = paper.INK,
        weight: int = paper.REGULAR,
        anchor: str = "start",
    ) -> None:
        """Plain text on a base line; `anchor` is `start`, `middle` or `end`."""
        if not words:
            return
        more = "" if weight == paper.REGULAR else f' font-weight="{weight}"'
        more += "" if anchor == "start" else f' text-anchor="{anchor}"'
        place = f'x="{number(x)}" y="{number(y)}" font-size="{number(size)}" fill="{colour}"'
        self._parts.append(f"<text {place}{more}>{escaped(words)}</text>")

    def texts(self, x: float, y: float, parts: Iterable[Words]) -> None:
        """Parts of a line behind each other, as wide as the font makes them, a space between."""
        shown: list[str] = []
        for one in parts:
            look = f'font-size="{number(one.size)}" fill="{one.colour}" font-weight="{one.weight}"'
            space = " " if shown else ""
            shown.append(f"<tspan {look}>{space}{escaped(one.words)}</tspan>")
        self._parts.append(f'<text x="{number(x)}" y="{number(y)}" xml:space="preserve">{"".join(shown)}</text>')

    def line(self, x1: float, y1: float, x2: float, y2: float, *, colour: str, width: float, dash: str = "") -> None:
        """A straight line."""
        self.path(polyline(((x1, y1), (x2, y2))), colour=colour, width=width, dash=dash)

    def path(self, data: str, *, colour: str, width: float, dash: str = "", fill: str = "none") -> None:
        """A line along path data."""
        if data:
            lengths = " ".join(number(float(one)) for one in dash.split())
            dashes = f' stroke-dasharray="{lengths}" stroke-linecap="butt"' if dash else ""
            look = f'fill="{fill}" stroke="{colour}" stroke-width="{number(width)}"{dashes}'
            self._parts.append(f'<path d="{data}" {look}/>')

    def area(self, data: str, *, fill: str, opacity: float) -> None:
        """What a path encloses, through which one sees what is below."""
        if data:
            self._parts.append(f'<path d="{data}" fill="{fill}" fill-opacity="{opacity:g}"/>')

    def box(self, x: float, y: float, width: float, height: float, *, fill: str, line: str = "none") -> None:
        """A rectangle with a fill and perhaps a hairline around."""
        size = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
        around = "" if line == "none" else f' stroke="{line}" stroke-width="{number(0.2)}"'
        self._parts.append(f'<rect {size} fill="{fill}"{around}/>')

    def circle(self, x: float, y: float, radius: float, *, fill: str, line: str, width: float) -> None:
        """A circle."""
        place = f'cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"'
        self._parts.append(f'<circle {place} fill="{fill}" stroke="{line}" stroke-width="{number(width)}"/>')

    def polygon(self, points: Sequence[Point], *, fill: str, line: str = "none") -> None:
        """A closed figure."""
        self.path(polyline(points) + "z", colour=line, width=0.2, fill=fill)

    def svg(self) -> str:
        """The page as one SVG element."""
        width, height = number(paper.PAGE_WIDTH_MM), number(paper.PAGE_HEIGHT_MM)
        head = (
            '<svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny" '
            f'width="{paper.PAGE_WIDTH_MM:g}mm" height="{paper.PAGE_HEIGHT_MM:g}mm" '
            f'viewBox="0 0 {width} {height}" role="img">'
        )
        drawn = "\n".join(self._parts)
        return (
            f"{head}<title>{escaped(self.title)}</title>\n"
            f'<rect width="{width}" height="{height}" fill="{paper.PAPER}"/>\n'
            # Qt complains of a size of zero when none is given before the first text
            f'<g font-family="{paper.FONTS}" font-size="{number(paper.BODY_MM)}" '
            f'stroke-linejoin="round" stroke-linecap="round">\n{drawn}\n</g></svg>'
        )
