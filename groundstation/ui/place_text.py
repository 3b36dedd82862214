# SPDX-License-Identifier: Apache-2.0
"""How a place is written, everywhere in the window. GUI thread; no widgets."""

from __future__ import annotations

from groundstation.ui.language.words import word


def place_text(lat_deg: float, lon_deg: float) -> str:
    """A place for reading and for copying, to about a metre.

    Args:
        lat_deg: degrees north.
        lon_deg: degrees east.
    """
    north, east = word("N" if lat_deg >= 0 else "S"), word("E" if lon_deg >= 0 else "W")
    return f"{abs(lat_deg):.5f}° {north}  {abs(lon_deg):.5f}° {east}"
