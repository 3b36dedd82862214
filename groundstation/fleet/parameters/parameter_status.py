# SPDX-License-Identifier: Apache-2.0
"""How well the parameters of a vehicle are known, and what they are: the types that travel. Pure."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from groundstation.fleet.commands import Actor, ShortText
from groundstation.fleet.parameters.parameter import Parameter, hash_of
from groundstation.fleet.parameters.parameter_entries import Entries
from groundstation.fleet.phrases import Words
from groundstation.fleet.sample import Name, Whole


class SetState(Name):
    """How well the parameters of a vehicle are known."""

    UNKNOWN = "unknown"
    """They were not read yet in this life of the vehicle."""
    READING = "reading"
    WRITING = "writing"
    KNOWN = "known"
    """What was read is what the vehicle has, changes that were heard since among it."""
    OUTDATED = "outdated"
    """They were read, and something is otherwise by now: read again."""


class ParamStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The parameters of a vehicle, in few bytes (topic `par/cur`)."""

    state: SetState = SetState.UNKNOWN
    count: Whole | None = None
    """How many were read; None before that."""
    hash: ShortText | None = None
    """Of what was read and heard since; names the list that it is of."""
    read_at_s: float | None = None
    """When they were read, seconds on the bridge's clock."""
    by: Actor | None = None
    """Who wrote some of them last in this life."""
    why: Words = ""
    """Why they are not known, or out of date."""
    meta: ShortText | None = None
    """Names the file with which the vehicle itself describes them (`ParamMeta.crc`); None where there is none, or where
    it was not read yet."""


class ParamList(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All of them (topic `par/all`)."""

    hash: ShortText
    """Of the entries."""
    entries: Entries = ()
    """In the vehicle's own order."""

    def changed(self, news: ParamChange) -> ParamList:
        """The list after a change; what is of another list changes nothing."""
        if news.before != self.hash:
            return self
        values = {one.name: one for one in news.entries}
        return replace(self, hash=news.hash, entries=tuple(values.get(one.name, one) for one in self.entries))


class ParamChange(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Some of them that changed (topic `par/val`)."""

    before: ShortText
    """Hash of the list that this is a change of."""
    hash: ShortText
    """Hash of the list after it."""
    entries: Entries = ()
    """What changed, as it is now."""


def hash_text(parameters: tuple[Parameter, ...]) -> str:
    """The hash of a list, in the order of its entries, as it travels."""
    return f"{hash_of(parameters):08x}"
