# SPDX-License-Identifier: Apache-2.0
"""All themes: a table of colours each, in a file of its own. Pure.

Text has a contrast of 4.5:1 or better on each ground that it stands on; `tests/ui/test_themes.py` works it out.
"""

from __future__ import annotations

from groundstation.ui.theme.dark import DARK
from groundstation.ui.theme.light import LIGHT
from groundstation.ui.theme.sun import SUN
from groundstation.ui.theme.theme import Theme

THEMES: tuple[Theme, ...] = (
    DARK,
    LIGHT,
    SUN,
)
"""The first is that of a first day."""


def theme_named(key: str) -> Theme:
    """The theme of a key; the first for one that is not known, so that old or damaged settings do no harm."""
    return next((theme for theme in THEMES if theme.key == key), THEMES[0])
