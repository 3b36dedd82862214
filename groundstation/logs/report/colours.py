# SPDX-License-Identifier: Apache-2.0
"""Which colour a flight mode has: the same on the track and above the charts of a page. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from groundstation.logs.report import paper


def mode_colour(names: Sequence[str], name: str) -> str:
    """Colour of the line of a mode.

    Args:
        names: the modes of the page in the order in which they first come.
        name: one of them; any other is muted.
    """
    return paper.MODES[names.index(name) % len(paper.MODES)][1] if name in names else paper.MUTED


def mode_surface(names: Sequence[str], name: str) -> str:
    """Colour behind the name of a mode."""
    return paper.MODES[names.index(name) % len(paper.MODES)][0] if name in names else paper.GRID
