# SPDX-License-Identifier: Apache-2.0
"""What the start page and the list of links want of the program; whoever builds the window brings it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from groundstation.fleet.link_table import LinkAction


class LinkWish(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator wants of a link."""

    root: str
    bridge: str
    action: LinkAction
    link: str
    new: str = ""
    is_sure: bool = False


class RecentLog(msgspec.Struct, frozen=True):
    """A recording on the disk."""

    path: Path
    when_unix_s: float
    size_bytes: int


class BrokerWish(msgspec.Struct, frozen=True, kw_only=True):
    """A broker to connect to."""

    url: str
    """Without user and password."""
    user: str = ""
    password: str = ""
    """Empty for the one that the key store has, or none."""


class StartAccess(msgspec.Struct, frozen=True):
    """Ways of the start page."""

    wish: Callable[[LinkWish], str]
    """Says a wish to the bridge; quick. Returns the id under which it is answered in the bridge's table."""
    recent: Callable[[], Sequence[RecentLog]]
    """The newest recordings; called on a thread of its own. Raises OSError."""
    connect: Callable[[BrokerWish], None] | None = None
    """Makes the window anew on another broker; None for a window that was given one. Raises UsageError."""
    broker: BrokerWish = BrokerWish(url="")
    """The one that was used last; empty for none."""
    is_first: bool = False
    """Whether the page is shown at once, before anything is heard."""
