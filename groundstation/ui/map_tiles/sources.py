# SPDX-License-Identifier: Apache-2.0
"""What the ground of the map can be made of, as the operator chose and settings remember it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from groundstation.fleet.shown_text import harmless, shown_path
from groundstation.fleet.tiles.address import MOST_ZOOM
from groundstation.fleet.tiles.template import checked_template, host_of
from groundstation.fleet.tiles.tile_file import TileError

MOST_SOURCES = 30
"""Are remembered; the one that was added first goes."""
SERVER_ZOOM = 19
"""Up to which servers mostly have tiles."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A file or a server."""

    path: str = ""
    """Of a file; empty for a server."""
    template: str = ""
    """Address of a server's tiles, with {z}, {x}, {y}."""
    name: str = ""
    """What the operator calls it; may be empty."""
    credit: str = ""
    """Whom to name for a server's tiles; may be empty."""
    most_zoom: int = SERVER_ZOOM
    """Of a server."""

    @property
    def title(self) -> str:
        """What it is called in menus."""
        if self.path:
            return harmless(shown_path(Path(self.path).name))
        return harmless(self.name) or host_of(self.template)

    @property
    def key(self) -> str:
        """Where it is: there are no two of one place."""
        return self.path or self.template


def source_of(found: object) -> Source | None:
    """A source out of settings, which may be damaged or of another version; None for none."""
    if not isinstance(found, Mapping):
        return None
    try:
        source = msgspec.convert(found, Source)
        if source.template and not source.path:
            source = msgspec.structs.replace(source, template=checked_template(source.template))
    except (msgspec.ValidationError, TileError):
        return None
    is_one = bool(source.path) != bool(source.template)
    return source if is_one and 0 <= source.most_zoom <= MOST_ZOOM else None


def table_of_source(source: Source) -> dict[str, object]:
    """The same for settings."""
    return {name: value for name, value in msgspec.structs.asdict(source).items() if value != ""}
