# SPDX-License-Identifier: Apache-2.0
"""Named groups of vehicles: by hand, or by a rule, which is a filter that was given a name. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

import msgspec

from groundstation.fleet.errors import UsageError
from groundstation.fleet.folded import folded
from groundstation.fleet.identity import VehicleKey

MOST_GROUPS, MOST_MEMBERS, MOST_BYTES = 60, 1_000, 1_000_000
MOST_RULE = 500
"""Letters of a rule."""
NAME = re.compile(r"[^\x00-\x1f\"']{1,40}")
"""What can be written in quotes in a filter."""
_PLAIN_NAME = re.compile(r"[^\s<>=:!()\"',-][^\s<>=:!()\"']*")


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of them: with a rule it is whoever passes that now, else the members."""

    name: Annotated[str, msgspec.Meta(max_length=40)]
    rule: Annotated[str, msgspec.Meta(max_length=MOST_RULE)] = ""
    members: Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST_MEMBERS)] = ()
    """Of one by hand, as `fleet/uav-1`."""

    @property
    def is_rule(self) -> bool:
        """Whether a rule decides."""
        return bool(self.rule)

    @property
    def filter_text(self) -> str:
        """What chooses it in a filter."""
        return f"group:{self.name}" if _PLAIN_NAME.fullmatch(self.name) else f'group:"{self.name}"'


class GroupBook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All groups of an operator, in the order in which they were made; the file of them."""

    version: int = 1
    groups: Annotated[tuple[Group, ...], msgspec.Meta(max_length=MOST_GROUPS)] = ()

    def get(self, name: str) -> Group | None:
        """A group by its name, whatever its letters' case."""
        wanted = folded(name)
        return next((one for one in self.groups if folded(one.name) == wanted), None)

    def put(self, group: Group) -> GroupBook:
        """With a group, in the place of one of the same name.

        Raises:
            UsageError: the name can be none, or there are too many; says why.
        """
        name = checked_name(group.name)
        if len(group.members) > MOST_MEMBERS:
            raise UsageError(f"a group has at most {MOST_MEMBERS} vehicles")
        old, made = self.get(name), msgspec.structs.replace(group, name=name)
        if old is None and len(self.groups) >= MOST_GROUPS:
            raise UsageError(f"there are {MOST_GROUPS} groups already; remove one first")
        kept = (made if one is old else one for one in self.groups)
        return msgspec.structs.replace(self, groups=tuple(kept) if old is not None else (*self.groups, made))

    def without(self, name: str) -> GroupBook:
        """Without a group."""
        old = self.get(name)
        return msgspec.structs.replace(self, groups=tuple(one for one in self.groups if one is not old))

    def of_member(self, key: VehicleKey) -> list[Group]:
        """Groups by hand that a vehicle is in."""
        return [one for one in self.groups if not one.is_rule and str(key) in one.members]


NO_GROUPS = GroupBook()


def with_members(group: Group, keys: Iterable[VehicleKey]) -> Group:
    """A group by hand with these vehicles too."""
    members = tuple(dict.fromkeys((*group.members, *map(str, keys))))
    return msgspec.structs.replace(group, members=members)


def without_members(group: Group, keys: Iterable[VehicleKey]) -> Group:
    """A group by hand without these vehicles."""
    gone = set(map(str, keys))
    return msgspec.structs.replace(group, members=tuple(one for one in group.members if one not in gone))


def checked_name(text: str) -> str:
    """A name that a filter can have.

    Raises:
        UsageError: it can't; says why.
    """
    name = text.strip()
    if not NAME.fullmatch(name):
        raise UsageError("a group's name has 1 to 40 letters, and no quotation marks")
    return name


def read_groups(name: str, data: bytes) -> GroupBook:
    """Read a file.

    Args:
        name: of the file, for messages.
        data: all of it.

    Raises:
        UsageError: it is none; says why.
    """
    if len(data) > MOST_BYTES:
        raise UsageError(f"{name} has {len(data):,} bytes; groups have at most {MOST_BYTES:,}")
    try:
        found = msgspec.json.decode(data, type=GroupBook)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{name} has no groups of this program ({error})") from error
    book = NO_GROUPS
    for one in found.groups:
        book = book.put(one)
    return book


def write_groups(book: GroupBook) -> bytes:
    """A file that reads back equal, a line for each thing that is told."""
    return msgspec.json.format(msgspec.json.encode(book), indent=2) + b"\n"
