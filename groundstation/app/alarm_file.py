# SPDX-License-Identifier: Apache-2.0
"""What an engine of alarms keeps on its disk: rules and alarms, for a broker that keeps nothing. Any thread."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import msgspec
import platformdirs

from groundstation.app.whole_file import write_whole
from groundstation.fleet.alarms.alarm import Alarm
from groundstation.fleet.alarms.rule import RuleSet, understood
from groundstation.fleet.errors import UsageError

log = logging.getLogger("groundstation.alarms")

MOST_BYTES = 8_000_000


class KeptAlarms(msgspec.Struct, frozen=True, kw_only=True):
    """The file."""

    rules: RuleSet | None = None
    alarms: tuple[Alarm, ...] = ()
    v: int = 1
    """Version of this format."""


def default_path(broker: str) -> Path:
    """This user's own file for a broker.

    Args:
        broker: its URL without a password.
    """
    name = hashlib.sha256(broker.encode()).hexdigest()[:8]
    return platformdirs.user_data_path("groundstation", appauthor=False) / f"alarms-{name}.json"


def read_kept(path: Path) -> KeptAlarms:
    """What was kept; nothing where there is no file, or one that can't be read, which is put aside."""
    try:
        with path.open("rb") as file:
            kept = msgspec.json.decode(file.read(MOST_BYTES), type=KeptAlarms)
        if kept.rules is not None:
            understood(kept.rules.rules)
    except FileNotFoundError:
        return KeptAlarms()
    except OSError as error:
        log.warning("%s can't be read (%s); going by the rules that come along", path, error.strerror or error)
        return KeptAlarms()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, UsageError) as error:
        aside = path.with_suffix(".damaged")
        log.warning("%s is damaged (%s); it is kept as %s, going by the rules that come along", path, error, aside)
        try:
            path.replace(aside)
        except OSError as problem:
            log.warning("%s can't be put aside (%s)", path, problem.strerror or problem)
        return KeptAlarms()
    return kept


def write_kept(path: Path, kept: KeptAlarms) -> None:
    """Write it whole or not at all.

    Raises:
        OSError: the disk does not take it; what was there stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(msgspec.json.encode(kept), path)
