# SPDX-License-Identifier: Apache-2.0
"""Every command in the documents is one that the command line takes."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
import typer

from groundstation.app.cli import app
from groundstation.bridge.link_text import parse_link
from groundstation.fleet.errors import UsageError
from groundstation.simulator.engine.faults import Fault
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.topics import checked_filter

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
COMMANDS = [
    line.split("   #")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("groundstation")
]
CHECKS = {"--link": parse_link, "--broker": parse_broker_url, "--subscribe": checked_filter, "--fault": Fault.parse}


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_readme_parses(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    group = typer.main.get_command(app)
    name, *arguments = words
    command = group.commands[name]
    command.make_context(name, list(arguments), resilient_parsing=False)
    for option, value in pairwise(arguments):
        if option in CHECKS:
            CHECKS[option](value)


@pytest.mark.parametrize("link", re.findall(r"`((?:udpin|udpout|tcp|tcpin|serial|tlog):[^`]+)`", README))
def test_a_link_of_the_readme_parses(link: str) -> None:
    if link.startswith("tlog:"):
        with pytest.raises(UsageError, match="there is no file"):
            parse_link(link)
    else:
        assert parse_link(link).text == link


def test_the_commands_are_all_named() -> None:
    named = {shlex.split(line)[1] for line in COMMANDS}
    assert set(typer.main.get_command(app).commands) - named <= {"doctor"}


def test_every_linked_file_is_there() -> None:
    for document in (ROOT / "README.md", ROOT / "ARCHITECTURE.md"):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
            assert (ROOT / target).exists(), f"{document.name}: {target}"


def test_architecture_stays_on_its_page() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text().splitlines()) <= 150


def test_the_make_targets_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^(\w[\w-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make (\w+)", README)) - {"and"} <= targets
