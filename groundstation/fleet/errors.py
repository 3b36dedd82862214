# SPDX-License-Identifier: Apache-2.0
"""Errors that an operator can act on. Pure."""

from __future__ import annotations


class GroundStationError(Exception):
    """Expected trouble. Its text is one line that names the cause and the remedy; it is shown without a trace."""


class UsageError(GroundStationError):
    """The caller asked for something that can't be meant: a malformed link, URL or option."""
