# SPDX-License-Identifier: Apache-2.0
"""A dry run: what holds now, and what would be done; nothing goes out."""

from __future__ import annotations

import msgspec
import pytest

from groundstation.fleet.procedures.procedure_file import read_procedures
from groundstation.fleet.procedures.rehearsal import rehearsed
from tests.fleet.procedures.test_procedure_file import FILES
from tests.fleet.procedures.world import KEYS, ONE, TWO, Verb, World, procedure


@pytest.fixture
def world() -> World:
    return World()


def told(world, text, keys=(ONE,)):
    return [
        [(cell.state.value, str(cell.said)) for cell in row.values()]
        for row in rehearsed(procedure(text), keys, world.look)
    ]


def test_each_kind_of_step_says_what_it_would_do(world):
    world.tell(ONE, charge=0.3)
    rows = told(
        world,
        "- check: disarmed\n- check: battery > 40\n- confirm: clear?\n- do: takeoff 15\n- do: hold\n"
        "- wait: height > 13\n  within_s: 60\n- say: up",
    )
    assert [row[0] for row in rows] == [
        ("done", "holds: disarmed yes"),
        ("failed", "does not hold: battery 30 %; waited 0 s"),
        ("skipped", "would ask: clear?"),
        ("skipped", "would order takeoff 15"),
        ("skipped", "would order hold; now: it is not armed"),
        ("skipped", "would wait at most 60 s: height 0 m"),
        ("skipped", "would say: up"),
    ]


def test_what_a_vehicle_never_can_fails(world):
    info = world.states[TWO].info
    world.change(TWO, info=msgspec.structs.replace(info, verbs=("hold",)))
    rows = told(world, "- do: gripper release", (ONE, TWO))
    assert [state for state, _ in rows[0]] == ["skipped", "failed"]
    assert "has no 'gripper'" in rows[0][1][1]


def test_of_who_is_not_heard_nothing_holds(world):
    world.lose(ONE)
    rows = told(world, "- check: disarmed\n- do: takeoff 15\n- do: land")
    assert [row[0][0] for row in rows] == ["failed", "failed", "skipped"]
    world.states.pop(ONE)
    assert [row[0][0] for row in told(world, "- check: disarmed\n- do: land")] == ["failed", "failed"]


@pytest.mark.parametrize("path", FILES, ids=[one.name for one in FILES])
def test_the_files_that_come_along_can_be_rehearsed(world, path):
    for one in read_procedures(path.name, path.read_bytes()):
        assert len(rehearsed(one, KEYS, world.look)) == len(one.steps)
    assert world.operations.is_idle
    assert world.orders(Verb.TAKEOFF) == []
