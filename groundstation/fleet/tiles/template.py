# SPDX-License-Identifier: Apache-2.0
"""Addresses of tile servers: `https://host/{z}/{x}/{y}.png`. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from groundstation.fleet.tiles.address import Tile, tms_row
from groundstation.fleet.tiles.tile_file import TileError

MOST_LETTERS = 1000
CREDITS = {"tile.openstreetmap.org": "© OpenStreetMap contributors"}
"""What those ask for whose word is known; for others the operator writes it."""


def checked_template(text: str) -> str:
    """A template that can be asked.

    Raises:
        TileError: what is wrong with it.
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise TileError("that is no address") from None
    if parts.scheme not in ("http", "https") or not host or not text.isascii() or not text.isprintable() or " " in text:
        raise TileError("an address begins with https:// or http:// and a host")
    if "{" in parts.netloc:
        raise TileError("write one host: servers want no names that change")
    names = re.findall(r"\{([^{}]*)\}", text)
    if sorted(name.removeprefix("-") for name in names) != ["x", "y", "z"] or not {*names} <= {"z", "x", "y", "-y"}:
        raise TileError("an address has {z}, {x} and {y} in it, once each ({-y} where rows count from the south)")
    if parts.username is not None or len(text) > MOST_LETTERS:
        raise TileError("an address with a password, or of more than a thousand letters, is not kept")
    return text


def url_of(template: str, tile: Tile) -> str:
    """The address of a tile."""
    places = {"{z}": tile.z, "{x}": tile.x, "{y}": tile.y, "{-y}": tms_row(tile)}
    for mark, number in places.items():
        template = template.replace(mark, str(number))
    return template


def host_of(template: str) -> str:
    """The server's name, for people."""
    return urlsplit(template).hostname or ""


def credit_of(template: str, told: str = "") -> str:
    """Whom to name beside the map: what the operator wrote, else what is known, else the host."""
    return told.strip() or CREDITS.get(host_of(template), host_of(template))
