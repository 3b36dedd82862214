# SPDX-License-Identifier: Apache-2.0
"""The window's ways to parameters on disk. Called on threads of `Tasks`, never on the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from groundstation.fleet.identity import VehicleInfo, VehicleKey
from groundstation.fleet.parameters.component_metadata import ParamMeta
from groundstation.fleet.parameters.fact_entries import ParameterFacts
from groundstation.fleet.parameters.parameter import Parameter
from groundstation.fleet.parameters.parameter_files import ParameterFile
from groundstation.fleet.parameters.write_log import WriteEntry

Changes = tuple[tuple[Parameter | None, Parameter], ...]
"""Before and after of each; before is None where it was not known."""


class FoundFacts(NamedTuple):
    """What describes parameters."""

    facts: Mapping[str, ParameterFacts]
    """By name of the parameter; empty where no metadata is at hand."""
    lacks_own: bool
    """Whether the vehicle's own file is not on this disk."""


class ParamAccess(NamedTuple):
    """Ways to parameters on disk; each raises `GroundStationError` with cause and remedy."""

    read: Callable[[Path], ParameterFile]
    """A file of any program."""
    write: Callable[[Iterable[Parameter], Path, VehicleInfo | None], None]
    """Write it whole, or not at all; the ending says how."""
    facts: Callable[[VehicleInfo, str], FoundFacts]
    """What describes the parameters of a firmware, and of a vehicle whose own file has this name, empty for none."""
    keep_own_facts: Callable[[ParamMeta], None]
    """Keep the file with which a vehicle describes its parameters."""
    keep_facts: Callable[[Path, VehicleInfo], Path]
    """Keep a metadata file for a firmware; returns where."""
    keep_whole: Callable[[VehicleKey, Iterable[Parameter], VehicleInfo | None], Path]
    """Keep the whole set before the first writing of a day."""
    keep_writing: Callable[[VehicleKey, str, Changes], None]
    """Keep what a writing has changed."""
    last_writing: Callable[[VehicleKey], WriteEntry | None]
    """The last writing that can be undone; None where there is none."""
