# SPDX-License-Identifier: Apache-2.0
"""What of a log could not be read, in words. Pure."""

from __future__ import annotations

import datetime as dt

from groundstation.fleet.flight import TimeBase
from groundstation.logs.log import LogInfo


def moment_text(time_s: float, base: TimeBase) -> str:
    """A moment of a log for people."""
    # as a date it would be one of 1970
    if base is TimeBase.UNSET:
        return f"{time_s:.1f} s on a clock that was not set"
    if base is TimeBase.UTC:
        return f"{dt.datetime.fromtimestamp(time_s, dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
    return f"{time_s:.1f} s after the start of the autopilot"


def damage_lines(info: LogInfo) -> tuple[str, ...]:
    """Lines about what is damaged; none for a whole log."""
    damage, found = info.damage, []
    if damage.is_cut:
        end = "its beginning" if info.end_s is None else moment_text(info.end_s, info.time_base)
        found.append(f"ends early at {end}: it was cut, or is still being written")
    if damage.parts:
        places = "1 damaged part" if damage.parts == 1 else f"{damage.parts:,} damaged parts"
        found.append(f"{places}, {damage.size_bytes:,} bytes")
    found += [f"  at byte {one.offset:,}: {one.size_bytes:,} bytes, {one.what}" for one in damage.first]
    if damage.refused_times:
        found.append(f"{damage.refused_times:,} messages left out, their times are absurd")
    found += info.notes
    if info.outliers:
        count = "1 message has" if info.outliers == 1 else f"{info.outliers:,} messages have"
        found.append(f"{count} a time far from all others'; beginning and end go by those")
    return tuple(found)
