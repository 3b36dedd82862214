# SPDX-License-Identifier: Apache-2.0
"""What the panel wants of files; whoever builds the window brings it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.procedures.procedure import Procedure


def _none(path: Path) -> Sequence[Procedure]:
    raise GroundStationError(f"{path} can't be read by this window")


class ProcedureAccess(msgspec.Struct, frozen=True):
    """Ways to files; both are called on a thread of their own and may take their time."""

    read: Callable[[Path], Sequence[Procedure]] = _none
    """The procedures of a file. Raises GroundStationError."""
    bundled: Callable[[], Sequence[Path]] = tuple
    """Files that come along."""
