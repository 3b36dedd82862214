# SPDX-License-Identifier: Apache-2.0
"""What a logbook says under its tables. GUI thread; no widgets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from groundstation.fleet.flight import Logbook, LoggedFlight
from groundstation.ui.language.speaking import counted
from groundstation.ui.units import length_text


def _tr(text: str) -> str:
    return QCoreApplication.translate("LogbookWords", text)


def count_words(found: Logbook, shown: Sequence[LoggedFlight]) -> str:
    """How many flights in how many logs; a flight in two logs is one.

    Args:
        found: everything.
        shown: those that pass the filter.
    """
    total, passing = _counting(found.entries), _counting(shown)
    flights = counted("LogbookWords", "{count} flight", "{count} flights", total).format(count=total)
    if len(shown) != len(found.entries):
        flights = _tr("{shown} of {flights}").format(shown=passing, flights=flights)
    logs = counted("LogbookWords", "{count} log", "{count} logs", found.logs).format(count=found.logs)
    words = _tr("{flights} in {logs}").format(flights=flights, logs=logs)
    if found.unread:
        words = _tr("{words}, {count} could not be read").format(words=words, count=len(found.unread))
    return words


def air_words(flights: Sequence[LoggedFlight]) -> str:
    """How long they were in the air together; empty when nobody tells.

    Args:
        flights: each once.
    """
    known_s = [one.flight.air_s for one in flights if one.flight.air_s is not None]
    return _tr("{time} in the air").format(time=length_text(sum(known_s))) if known_s else ""


def empty_words(found: Logbook | None, folder: Path | None, *, is_reading: bool) -> str:
    """Why there is no flight to be seen, and what to do.

    Args:
        found: what was read; None for nothing yet.
        folder: where; None for the recordings of this window.
        is_reading: whether logs are being read.
    """
    if found is None:
        return _tr("Reading logs…") if is_reading else _tr("Nothing was read yet. Press Refresh.")
    if found.entries:
        return _tr("No flight passes the filter.")
    if folder is not None:
        return _tr("No flights in the logs of {folder}").format(folder=folder)
    return _tr("No flights yet: they appear here when a vehicle was armed and disarmed while recording.")


def _counting(flights: Sequence[LoggedFlight]) -> int:
    # the same flight in two logs was flown once
    return sum(one.duplicate_of is None for one in flights)
