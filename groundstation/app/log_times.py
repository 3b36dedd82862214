# SPDX-License-Identifier: Apache-2.0
"""Moments of a log as a user writes them."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import TYPE_CHECKING, NamedTuple

from groundstation.fleet.errors import UsageError

if TYPE_CHECKING:
    from groundstation.logs.log import LogInfo

HELP = "seconds or minutes:seconds since its beginning (90, 1:30), or a time, UTC: 2026-05-31T08:00:00"
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)")
_MONTH = re.compile(r"\d{4}-\d{2}")


class Around(NamedTuple):
    """Which time of a log."""

    at: str | float
    """As `HELP` says; a number is a moment on the log's clock."""
    before_s: float
    after_s: float
    vehicle: str | None
    """As it was given; None for all."""


def moment_s(text: str | None, info: LogInfo, option: str) -> float | None:
    """A moment in the time of a log; None for none.

    Args:
        text: as `HELP` says.
        info: of the log.
        option: what it was given with, for the error.

    Raises:
        UsageError: it is no such text, or the log has no date.
    """
    if text is None:
        return None
    text = text.strip()
    if _MONTH.match(text):
        return _of_date(text, info, option)
    clock = _CLOCK.fullmatch(text)
    try:
        if clock is not None:
            hours, minutes, seconds = (float(one or 0) for one in clock.groups())
            since_s = hours * 3600 + minutes * 60 + seconds
        else:
            since_s = float(text)
        # float() takes "nan" and "inf" for numbers
        if not math.isfinite(since_s):
            raise ValueError("no moment")  # noqa: TRY301 - said in the words of the others
    except ValueError as error:
        raise UsageError(f"{option} '{text}': write {HELP}") from error
    return (info.begin_s or 0.0) + since_s


def span_s(begin: str | None, end: str | None, info: LogInfo) -> tuple[float | None, float | None]:
    """The moments of `--from` and `--to`, see `moment_s`.

    Args:
        begin: the earliest, as `HELP` says; None for the beginning.
        end: later than the latest; None for the end.
        info: of the log.

    Raises:
        UsageError: one is no moment, or the end is not behind the beginning.
    """
    begin_s, end_s = moment_s(begin, info, "--from"), moment_s(end, info, "--to")
    if begin_s is not None and end_s is not None and begin_s >= end_s:
        raise UsageError(f"--to '{end}' is not later than --from '{begin}'; swap them")
    return begin_s, end_s


def _of_date(text: str, info: LogInfo, option: str) -> float:
    if info.time_base.value != "utc":
        raise UsageError(f"{option} '{text}': this log does not tell the date; write seconds since its beginning")
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} '{text}': write {HELP}") from error
    # without a zone it is UTC, wherever this computer stands: times of logs are told in UTC
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)).timestamp()


def outside(option: str, text: str, lasts: str) -> UsageError:
    """The error of a moment that a log does not have.

    Args:
        option: that it was given with.
        text: as it was given.
        lasts: how long the log lasts.
    """
    return UsageError(f"{option} '{text}' is outside of the file: {lasts}")


def utc_text(time_s: float) -> str:
    """A moment since 1970 as it can be given again."""
    return dt.datetime.fromtimestamp(time_s, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")
