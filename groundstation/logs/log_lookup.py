# SPDX-License-Identifier: Apache-2.0
"""What every reader does with a question: find the message that is meant, its fields, or say what there is. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence

from groundstation.logs.log import KEPT_DAMAGES, Damage, DamagedPart, LogError, LogInfo, LogVehicle, MessageInfo
from groundstation.mavlink.record_index import RecordIndex


def find_message(info: LogInfo, message: str, vehicle: str | None) -> MessageInfo:
    """The message of a vehicle.

    Args:
        info: of the log.
        message: `MessageInfo.name`.
        vehicle: `LogVehicle.id`; None where one vehicle only has that message.

    Raises:
        LogError: there is none, or several vehicles have it.
    """
    named = [one for one in info.messages if one.name == message]
    found = [one for one in named if vehicle is None or one.vehicle == vehicle]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(one.vehicle or "(none)" for one in found)
        raise LogError(f"{message} comes from several vehicles ({ids}); say which")
    if named:
        ids = ", ".join(one.vehicle or "(none)" for one in named)
        raise LogError(f"vehicle '{vehicle}' has no {message} in this log; there is one of {ids}")
    raise LogError(f"no message '{message}' in this log{_nearest(message, {one.name for one in info.messages})}")


def find_vehicle(info: LogInfo, vehicle: str) -> LogVehicle:
    """The vehicle with an id.

    Raises:
        LogError: there is none.
    """
    for one in info.vehicles:
        if one.id == vehicle:
            return one
    known = ", ".join(one.id for one in info.vehicles) or "none"
    raise LogError(f"no vehicle '{vehicle}' in this log; there are: {known}")


def named_vehicle(info: LogInfo, text: str) -> LogVehicle:
    """The vehicle that somebody means: by its id, by the id without `fleet/` or `sim/`, by `uav-1`, or by its name.

    Raises:
        LogError: there is none, or it may be several.
    """
    folded = text.casefold()
    ways: tuple[Callable[[LogVehicle], bool], ...] = (
        lambda one: one.id == text,
        lambda one: one.id.rpartition("/")[2] == text,
        lambda one: f"uav-{one.sysid}" == text and not one.is_station,  # as a bridge calls who was given no name
        lambda one: bool(one.name) and one.name.casefold() == folded,
    )
    # the surest way first: where an id fits, no name counts
    for is_meant in ways:
        found = [one for one in info.vehicles if is_meant(one)]
        if len(found) > 1:
            raise LogError(f"'{text}' may be {' or '.join(one.id for one in found)}; say which")
        if found:
            return found[0]
    return find_vehicle(info, text)


def wanted_fields(message: MessageInfo, fields: Sequence[str] | None) -> tuple[str, ...]:
    """The names of the wanted fields, all without a wish.

    Raises:
        LogError: the message has no such field.
    """
    names = tuple([one.name for one in message.fields])
    if fields is None:
        return names
    for name in fields:
        if name not in names:
            raise LogError(f"{message.name} has no field '{name}'{_nearest(name, names)}")
    return tuple(fields)


def _nearest(name: str, names: Iterable[str]) -> str:
    by_fold = {one.casefold(): one for one in sorted(names, reverse=True)}
    near = difflib.get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.5)
    return f"; did you mean {by_fold[near[0]]}?" if near else f"; there are {_some(sorted(names))}"


def _some(names: list[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "") or "none"


class DamageCount:
    """Counts damage while a log is read; neighbouring places are one."""

    def __init__(self) -> None:
        self.parts = 0
        self.size_bytes = 0
        self.is_cut = False
        self.refused_times = 0
        self._first: list[DamagedPart] = []
        self._end = -1

    def add(self, offset: int, size_bytes: int, what: str) -> None:
        """A place that made no sense.

        Args:
            offset: byte where it begins, not before those added earlier.
            size_bytes: how long it is.
            what: in a few words.
        """
        self.size_bytes += size_bytes
        if offset != self._end or not self.parts:
            self.parts += 1
            if len(self._first) < KEPT_DAMAGES:
                self._first.append(DamagedPart(offset, size_bytes, what))
        elif self.parts <= KEPT_DAMAGES:
            last = self._first[-1]
            self._first[-1] = DamagedPart(last.offset, last.size_bytes + size_bytes, last.what)
        self._end = offset + size_bytes

    def cut(self, size_bytes: int) -> None:
        """The file ends in the middle of something; its beginning is bytes that can't be read, but no damaged place."""
        self.is_cut = True
        self.size_bytes += size_bytes

    def damage(self) -> Damage:
        """What was counted."""
        return Damage(
            parts=self.parts,
            size_bytes=self.size_bytes,
            is_cut=self.is_cut,
            refused_times=self.refused_times,
            first=tuple(self._first),
        )


def gap_damage(index: RecordIndex, size_bytes: int, is_cut_record: Callable[[bytes], bool]) -> Damage:
    """What the gaps between the records of a log come to.

    Args:
        index: of the log.
        size_bytes: of the file.
        is_cut_record: whether bytes at the end are the beginning of a record.
    """
    count = DamageCount()
    last = index.last_gap
    is_cut = last is not None and last.end == size_bytes and is_cut_record(index.tail(last.begin))
    for gap in index.gaps:
        if not (is_cut and gap == last):
            count.add(gap.begin, gap.end - gap.begin, "no record")
    count.is_cut, count.refused_times = is_cut, index.refused_times
    # the index keeps the first gaps only, and counts all
    count.parts, count.size_bytes = index.gap_count - is_cut, index.gap_bytes
    return count.damage()
