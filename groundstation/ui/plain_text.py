# SPDX-License-Identifier: Apache-2.0
"""Texts from outside in places where Qt would guess that they are HTML. Pure."""

from __future__ import annotations

import html


def plain_tip(text: str) -> str:
    """A tool tip that shows a text letter by letter, whatever is in it."""
    # Qt takes a text for HTML only with these in it
    if "<" not in text and "&" not in text:
        return text
    return f"<p style='white-space:pre-wrap'>{html.escape(text)}</p>"
