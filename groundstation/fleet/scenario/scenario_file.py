# SPDX-License-Identifier: Apache-2.0
"""Scenarios as YAML. Pure: bytes in, bytes out."""

from __future__ import annotations

from groundstation.fleet.scenario.scenario import Scenario, expectations_of
from groundstation.fleet.yaml_file import from_yaml, to_yaml


def read_scenario(name: str, data: bytes) -> Scenario:
    """Read a file.

    Args:
        name: of the file, for messages.
        data: all of it.

    Raises:
        YamlFileError: it is none; says where.
        UsageError: an expectation is none.
    """
    scenario = from_yaml(name, data, Scenario, "scenario", "vehicles")
    expectations_of(scenario)
    return scenario


def write_scenario(scenario: Scenario) -> bytes:
    """A scenario as a file that reads back equal."""
    return to_yaml(scenario)
